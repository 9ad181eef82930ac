//! The widgets of the side-by-side page (Q8). What stands side by side, the question's filters say: the values of the first
//! filter that keeps two or more; without one, the clients.

use super::{Look, Span, WidgetSpec, query, time};
use crate::metrics::MetricId;
use crate::model::{Column, Zone};
use crate::query::{AskContext, DerivedTable, Dimension, Query, Question};

/// In the order of the page.
pub const DASHBOARD: &[&str] = &[
    "side-by-side",
    "side-by-side-over-time",
    "side-by-side-slope",
    "side-by-side-differences",
];

pub const COMPARE: &[WidgetSpec] = &[
    WidgetSpec::new(
        "side-by-side",
        "Side by side",
        "Those that a filter keeps, next to each other; without one, the clients.",
        Look::Table,
        MetricId::Executions,
    )
    .span(Span::Whole),
    WidgetSpec::new(
        "side-by-side-over-time",
        "Over time, on one scale",
        "How often each ran over time, each in a small chart; all have the same scale.",
        Look::Multiples,
        MetricId::Executions,
    )
    .series(&[MetricId::Executions]),
    WidgetSpec::new(
        "side-by-side-slope",
        "From the comparison to now",
        "Where each stood in the period of comparison, and where it stands in this one.",
        Look::Slope,
        MetricId::Executions,
    ),
    WidgetSpec::new(
        "side-by-side-differences",
        "Differences to the first",
        "How each differs from the one with the most executions, and how sure that is.",
        Look::Table,
        MetricId::SideDifference,
    )
    .span(Span::Whole),
];

/// The queries of one of them; the first one is its main table.
pub fn queries(
    spec: &WidgetSpec,
    question: &Question,
    context: &AskContext,
    zone: &Zone,
) -> Vec<Query> {
    use MetricId as M;
    let sides = question.filters.iter().find(|clause| {
        let several = clause.values.len() > 1;
        several && !clause.exclude && !clause.dimension.is_time()
    });
    let by = sides.map_or(Dimension::Column(Column::Client), |clause| clause.dimension);
    let measures = [
        M::Executions,
        M::Share,
        M::Users,
        M::SuccessRate,
        M::Failures,
        M::DurationMean,
        M::DurationP50,
        M::DurationP95,
        M::LastUsed,
    ];
    let table = super::ranking(query(spec, &[by], &measures), M::Executions, SIDES_MAX);
    match spec.id {
        "side-by-side" => vec![Query {
            derived: Some(DerivedTable::WithVanished),
            ..table
        }],
        "side-by-side-over-time" => {
            let Dimension::Time(bucket) = time(question, context, zone) else {
                return Vec::new();
            };
            let derived = DerivedTable::TopOverTime(by, bucket, M::Executions);
            vec![Query {
                compare: false,
                derived: Some(derived),
                ..query(spec, &[], &[M::Executions])
            }]
        }
        "side-by-side-slope" => {
            let sides = query(spec, &[by], &[M::Executions, M::SuccessRate]);
            vec![Query {
                derived: Some(DerivedTable::WithVanished),
                ..super::ranking(sides, M::Executions, SIDES_MAX)
            }]
        }
        "side-by-side-differences" => vec![Query {
            compare: false,
            derived: Some(DerivedTable::Differences),
            ..table
        }],
        _ => Vec::new(),
    }
}

/// Side by side of more than these nobody sees anything.
const SIDES_MAX: u32 = 20;
