//! Tables that are made of other tables: which grouped queries each is made of. What they tell is made in `insight`.

use serde::{Deserialize, Serialize};

use super::{Clause, Dimension, PlaceTable, Query, advice};
use crate::metrics::MetricId;
use crate::model::zone::Bucket;
use crate::model::{Column, Outcome};

/// A table that is made of grouped ones, once all shards have met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DerivedTable {
    /// What explains most of the change against the comparison (E4).
    Changes,
    /// The query's own table, with those rows too that only the comparison has.
    WithVanished,
    /// Each of some things against the first of them (Q8).
    Differences,
    /// The values of a dimension with most of a count, and the rest where such counts add up, by buckets of time: a column
    /// each.
    TopOverTime(Dimension, Bucket, MetricId),
    /// The executions of every value of a dimension by buckets of time: a row each. Drawn as sparklines.
    EachOverTime(Dimension, Bucket),
    /// The query's own table, with a second column that says what of this dimension each row mostly has.
    WithMost(Dimension),
    /// Values of a dimension whose weekly executions rise or fall (T2).
    Trends(Dimension),
    /// The most common errors, whom they strike, and what helps (T3).
    ErrorClasses,
    /// Values of a dimension by how often they fail at least (T3).
    Failing(Dimension),
    /// Where errors strike more than elsewhere (T3).
    FailurePatterns,
    /// How many executions took how long (T4).
    DurationClasses,
    /// What the directory offers and nobody uses (T5).
    UnusedTools,
    /// About workspaces and clients.
    Place(PlaceTable),
    /// What can be recommended (E5).
    Recommendations,
}

/// The dimensions whose values are looked at for what changed.
pub const CHANGING: [Dimension; 5] = [
    Dimension::Column(Column::Tool),
    Dimension::Column(Column::Workspace),
    Dimension::Column(Column::User),
    Dimension::Column(Column::Client),
    Dimension::Column(Column::ErrorClass),
];

const TOOL: Dimension = Dimension::Column(Column::Tool);
const ERROR: Dimension = Dimension::Column(Column::ErrorClass);
const DAY: Dimension = Dimension::Time(Bucket::Day);

/// The places where an error may strike more than elsewhere; the last dimension of each is what it is named by.
pub const PLACES: [&[Dimension]; 7] = [
    &[
        Dimension::Column(Column::Client),
        Dimension::Column(Column::ClientVersion),
    ],
    &[Dimension::Column(Column::Workspace)],
    &[Dimension::Column(Column::Server)],
    &[TOOL],
    &[Dimension::Column(Column::Platform)],
    &[Dimension::Column(Column::Client)],
    &[Dimension::HourOfDay],
];

impl DerivedTable {
    /// Is it made of what the directory says of tools and workspaces?
    pub const fn needs_catalogue(self) -> bool {
        matches!(self, Self::UnusedTools)
    }

    /// The queries whose tables it is made of, in the order in which `insight` takes them.
    pub fn parts(self, query: &Query) -> Vec<Query> {
        let part = |group_by: &[Dimension], measures: &[MetricId]| Query {
            group_by: group_by.to_vec(),
            measures: measures.to_vec(),
            order: Vec::new(),
            limit: None,
            skip_absent: true,
            derived: None,
            ..query.clone()
        };
        // Failures alone, and what they are a share of. Pre-aggregated hours can't tell outcomes apart and take part in
        // neither, so that both are of the same executions.
        let outcomes =
            |outcomes: &[Outcome], group_by: &[Dimension], measures: &[MetricId]| Query {
                extra_filters: [&query.extra_filters[..], &[ended(outcomes)]].concat(),
                skip_absent: false,
                ..part(group_by, measures)
            };
        let failures = |group_by: &[Dimension], measures: &[MetricId]| {
            outcomes(&[Outcome::Failure], group_by, measures)
        };
        let finished = |group_by: &[Dimension]| {
            let ends = [Outcome::Success, Outcome::Failure];
            outcomes(&ends, group_by, &[MetricId::Executions])
        };
        let executions = |group_by: &[Dimension]| Query {
            skip_absent: false,
            ..part(group_by, &[MetricId::Executions])
        };
        match self {
            Self::WithVanished => vec![Query {
                derived: None,
                ..query.clone()
            }],
            Self::TopOverTime(dimension, bucket, metric) => {
                let time = Dimension::Time(bucket);
                let counted = |group_by: &[Dimension]| Query {
                    skip_absent: false,
                    ..part(group_by, &[metric])
                };
                vec![
                    counted(&[dimension]),
                    counted(&[time, dimension]),
                    counted(&[time]),
                ]
            }
            Self::EachOverTime(dimension, bucket) => {
                let time = Dimension::Time(bucket);
                vec![executions(&[time, dimension]), executions(&[time])]
            }
            Self::WithMost(dimension) => {
                let main = Query {
                    derived: None,
                    ..query.clone()
                };
                let by_both: Vec<Dimension> =
                    main.group_by.iter().copied().chain([dimension]).collect();
                let beside = Query {
                    compare: false,
                    ..executions(&by_both)
                };
                vec![main, beside]
            }
            Self::Trends(dimension) => {
                vec![executions(&[Dimension::Time(Bucket::Week), dimension])]
            }
            Self::ErrorClasses => {
                let measures = [MetricId::Failures, MetricId::Users, MetricId::LastUsed];
                vec![
                    failures(&[ERROR], &measures),
                    failures(&[ERROR, TOOL], &[MetricId::Failures]),
                    failures(&[DAY], &[MetricId::Failures]),
                    failures(&[DAY, ERROR], &[MetricId::Failures]),
                ]
            }
            Self::Failing(dimension) => {
                vec![part(
                    &[dimension],
                    &[MetricId::Failures, MetricId::Successes],
                )]
            }
            Self::FailurePatterns => {
                let mut parts = vec![failures(&[ERROR], &[MetricId::Failures]), finished(&[DAY])];
                for place in PLACES {
                    let by_all = [&[DAY, ERROR][..], place].concat();
                    parts.push(finished(place));
                    parts.push(failures(&by_all, &[MetricId::Failures]));
                }
                parts
            }
            Self::DurationClasses => {
                vec![part(&[Dimension::DurationClass], &[MetricId::Executions])]
            }
            Self::UnusedTools => {
                vec![executions(&[Dimension::Column(Column::Workspace), TOOL])]
            }
            Self::Changes => CHANGING
                .iter()
                .map(|&dimension| match dimension {
                    Dimension::Column(Column::ErrorClass) => Query {
                        extra_filters: [&query.extra_filters[..], &[failed()]].concat(),
                        skip_absent: false,
                        ..part(&[dimension], &[MetricId::Failures])
                    },
                    _ => part(&[dimension], &[MetricId::Executions]),
                })
                .collect(),
            // The same rows in the same order, and what their rates are made of.
            Self::Differences => vec![Query {
                measures: vec![
                    MetricId::Executions,
                    MetricId::Users,
                    MetricId::Successes,
                    MetricId::Failures,
                    MetricId::SuccessRate,
                    MetricId::DurationP50,
                    MetricId::DurationP95,
                ],
                derived: None,
                ..query.clone()
            }],
            Self::Place(place) => place.parts(query, |group_by, measures| Query {
                compare: false,
                ..part(group_by, measures)
            }),
            Self::Recommendations => advice::parts(query, |group_by, measures| Query {
                compare: false,
                ..part(group_by, measures)
            }),
        }
    }

    /// Is it about members, assigned tools or dates of the directory? (What needs the catalogue says so more precisely.)
    pub const fn needs_directory(self) -> bool {
        match self {
            Self::Recommendations => true,
            Self::Place(place) => place.needs_directory(),
            _ => false,
        }
    }
}

/// Only executions that failed.
pub fn failed() -> Clause {
    ended(&[Outcome::Failure])
}

/// Only executions that ended in one of these ways.
fn ended(outcomes: &[Outcome]) -> Clause {
    let mut values: Vec<String> = outcomes.iter().map(|one| one.name().into()).collect();
    values.sort_unstable();
    Clause {
        dimension: Dimension::Column(Column::Outcome),
        exclude: false,
        values,
        source: None,
    }
}
