//! The catalogue of widgets: which queries each makes of a question. Page, command line and embeds read it.

mod users;

use super::{AskContext, Clause, Dimension, OrderBy, Period, Query, Question, buckets};
use crate::metrics::MetricId;
use crate::model::zone::Bucket;
use crate::model::{Column, Outcome, Zone};

/// How a widget is best looked at; `charts` has one drawing for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Big numbers, each with change and sparkline.
    Tiles,
    /// One series of counts over time.
    Columns,
    /// A rate or a cumulative count over time.
    Line,
    /// A ranking.
    Bars,
}

/// One row of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct WidgetSpec {
    /// `data-widget` on the page, `--widget` on the command line.
    pub id: &'static str,
    pub title: &'static str,
    /// One sentence: what it answers.
    pub description: &'static str,
    pub look: Look,
    /// The measure that is drawn; the others stand in the table.
    pub measure: MetricId,
    /// A click on a mark filters by this.
    pub dimension: Option<Dimension>,
}

const TOOL: Dimension = Dimension::Column(Column::Tool);
const USER: Dimension = Dimension::Column(Column::User);
const WORKSPACE: Dimension = Dimension::Column(Column::Workspace);
const ERROR: Dimension = Dimension::Column(Column::ErrorClass);

/// Every widget, dashboard by dashboard.
pub static WIDGETS: [WidgetSpec; EXECUTIVE.len() + users::USERS.len()] = {
    let mut all = [EXECUTIVE[0]; EXECUTIVE.len() + users::USERS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < EXECUTIVE.len() {
            EXECUTIVE[at]
        } else {
            users::USERS[at - EXECUTIVE.len()]
        };
        at += 1;
    }
    all
};

const EXECUTIVE: &[WidgetSpec] = &[
    WidgetSpec {
        id: "kpi",
        title: "At a glance",
        description: "How much is used, by how many, how reliably, and where it is heading.",
        look: Look::Tiles,
        measure: MetricId::Executions,
        dimension: None,
    },
    WidgetSpec {
        id: "daily-executions",
        title: "Execution volume",
        description: "How many tool executions there were over time.",
        look: Look::Columns,
        measure: MetricId::Executions,
        dimension: None,
    },
    WidgetSpec {
        id: "success-rate-over-time",
        title: "Success rate over time",
        description: "Which share of executions ended well.",
        look: Look::Line,
        measure: MetricId::SuccessRate,
        dimension: None,
    },
    WidgetSpec {
        id: "adoption-curve",
        title: "User adoption",
        description: "How many people ever used a tool, up to each point in time.",
        look: Look::Line,
        measure: MetricId::Adopters,
        dimension: None,
    },
    WidgetSpec {
        id: "top-tools",
        title: "Top tools",
        description: "The ten tools that ran most.",
        look: Look::Bars,
        measure: MetricId::Executions,
        dimension: Some(TOOL),
    },
    WidgetSpec {
        id: "top-users",
        title: "Most active users",
        description: "The ten people with the most executions.",
        look: Look::Bars,
        measure: MetricId::Executions,
        dimension: Some(USER),
    },
    WidgetSpec {
        id: "top-workspaces",
        title: "Most active workspaces",
        description: "The five workspaces with the most executions.",
        look: Look::Bars,
        measure: MetricId::Executions,
        dimension: Some(WORKSPACE),
    },
    WidgetSpec {
        id: "failure-reasons",
        title: "Why executions fail",
        description: "The most common kinds of failure.",
        look: Look::Bars,
        measure: MetricId::Failures,
        dimension: Some(ERROR),
    },
];

/// Dashboard id → ids of its widgets, in the order of the page.
pub const DASHBOARDS: &[(&str, &[&str])] = &[
    (
        "executive",
        &[
            "kpi",
            "daily-executions",
            "success-rate-over-time",
            "adoption-curve",
            "top-tools",
            "top-users",
            "top-workspaces",
            "failure-reasons",
        ],
    ),
    ("users", users::DASHBOARD),
];

pub fn widget(id: &str) -> Option<&'static WidgetSpec> {
    WIDGETS.iter().find(|widget| widget.id == id)
}

pub fn dashboard(id: &str) -> Option<&'static [&'static str]> {
    DASHBOARDS
        .iter()
        .find(|(name, _)| *name == id)
        .map(|(_, widgets)| *widgets)
}

/// The queries of a widget; the first one is its main table. Empty for an unknown id.
pub fn queries(id: &str, question: &Question, context: &AskContext, zone: &Zone) -> Vec<Query> {
    use MetricId::{
        Adopters, AdoptionShare, DurationP50, DurationP95, Executions, Failures, GrowthMonthly,
        LastUsed, Share, SuccessRate, Users,
    };
    let Some(spec) = widget(id) else {
        return Vec::new();
    };
    let (period, _) = question.periods(context, zone);
    let time = Dimension::Time(buckets::drawn(period, context));
    let over_time = |measures: &[MetricId]| Query {
        title: title(spec, time),
        ..query(spec, &[time], measures)
    };
    match id {
        "kpi" => {
            let trend = query(spec, &[time], &[Executions, Users, SuccessRate]);
            vec![
                query(spec, &[], &[Executions, Users, SuccessRate, GrowthMonthly]),
                Query {
                    id: "kpi-trend".into(),
                    compare: false,
                    ..trend
                },
            ]
        }
        "daily-executions" => vec![over_time(&[Executions, Failures])],
        "success-rate-over-time" => vec![over_time(&[SuccessRate, Executions])],
        "adoption-curve" => vec![Query {
            compare: false,
            ..over_time(&[Adopters, AdoptionShare])
        }],
        "top-tools" => {
            let measures = [
                Executions,
                Share,
                SuccessRate,
                Users,
                DurationP50,
                DurationP95,
                LastUsed,
            ];
            vec![ranking(query(spec, &[TOOL], &measures), Executions, 10)]
        }
        "top-users" => vec![ranking(
            query(spec, &[USER], &[Executions, Share, SuccessRate, LastUsed]),
            Executions,
            10,
        )],
        "top-workspaces" => {
            vec![ranking(
                query(spec, &[WORKSPACE], &[Executions, Share, SuccessRate, Users]),
                Executions,
                5,
            )]
        }
        "failure-reasons" => {
            let failed = Clause {
                dimension: Dimension::Column(Column::Outcome),
                exclude: false,
                values: vec![Outcome::Failure.name().into()],
                source: None,
            };
            let reasons = query(spec, &[ERROR], &[Failures, Share, Users, LastUsed]);
            vec![ranking(
                Query {
                    extra_filters: vec![failed],
                    skip_absent: false,
                    ..reasons
                },
                Failures,
                10,
            )]
        }
        _ => users::queries(spec),
    }
}

fn title(spec: &WidgetSpec, time: Dimension) -> String {
    match (spec.id, time) {
        ("daily-executions", Dimension::Time(Bucket::Hour)) => "Hourly execution volume".into(),
        ("daily-executions", Dimension::Time(Bucket::Day)) => "Daily execution volume".into(),
        ("daily-executions", _) => "Monthly execution volume".into(),
        _ => spec.title.into(),
    }
}

fn query(spec: &WidgetSpec, group_by: &[Dimension], measures: &[MetricId]) -> Query {
    Query {
        id: spec.id.into(),
        widget: spec.id.into(),
        title: spec.title.into(),
        ..free(group_by, measures)
    }
}

fn ranking(query: Query, by: MetricId, limit: u32) -> Query {
    let order = vec![OrderBy {
        column: by.id().into(),
        descending: true,
    }];
    Query {
        order,
        limit: Some(limit),
        skip_absent: query.extra_filters.is_empty(),
        ..query
    }
}

/// A free query: the command line's `--group-by` and `--measure`. Ordered by its dimensions.
pub fn free(group_by: &[Dimension], measures: &[MetricId]) -> Query {
    let names: Vec<&str> = group_by.iter().map(|dimension| dimension.label()).collect();
    let title = if names.is_empty() {
        "Total".to_owned()
    } else {
        format!("By {}", names.join(" and ").to_lowercase())
    };
    Query {
        id: "query".into(),
        widget: "query".into(),
        title,
        group_by: group_by.to_vec(),
        measures: measures.to_vec(),
        order: Vec::new(),
        limit: None,
        compare: true,
        extra_filters: Vec::new(),
        ignore_dimension: None,
        skip_absent: false,
        people: None,
    }
}

/// Executions by the values of a dimension under all other filters: the counts beside filter values (Q3).
pub fn facet(dimension: Dimension, limit: u32) -> Query {
    let order = vec![OrderBy {
        column: MetricId::Executions.id().into(),
        descending: true,
    }];
    Query {
        id: format!("facet-{}", dimension.name()),
        widget: "facet".into(),
        compare: false,
        ignore_dimension: Some(dimension),
        order,
        limit: Some(limit),
        ..free(&[dimension], &[MetricId::Executions])
    }
}

/// The last two complete local months at or before now: `(before, last)`.
pub fn growth_months(context: &AskContext, zone: &Zone) -> (Period, Period) {
    let week = crate::model::WeekStart::Monday;
    let month = |ago| {
        let range = super::RangeSpec::Calendar {
            unit: super::range::CalendarUnit::Month,
            ago,
        };
        range.resolve(context.now_us, zone, week, None)
    };
    (month(2), month(1))
}

/// The spans of events that must be loaded to answer: the question's period, its comparison, and what the
/// measures reach back for. Most wanted first.
pub fn spans_needed(
    queries: &[Query],
    question: &Question,
    context: &AskContext,
    zone: &Zone,
) -> Vec<Period> {
    let (period, comparison) = question.periods(context, zone);
    let asks = |metrics: &[MetricId]| {
        queries
            .iter()
            .any(|query| query.measures.iter().any(|one| metrics.contains(one)))
    };
    let compared = comparison.as_ref().map(|comparison| comparison.period);
    let mut spans = vec![period];
    if let Some(comparison) = comparison.filter(|_| queries.iter().any(|query| query.compare)) {
        spans.push(comparison.period);
    }
    if asks(&[MetricId::GrowthMonthly]) {
        let (before, last) = growth_months(context, zone);
        spans.extend([last, before]);
    }
    if asks(&[MetricId::Adopters, MetricId::AdoptionShare]) {
        let beginning = context
            .data_span_us
            .map_or(period.from_us, |span| span.0.min(period.from_us));
        spans.push(Period::new(beginning, period.until_us));
    }
    for query in queries {
        let compared = compared.filter(|_| query.compare);
        if let Some(people) = query.people {
            spans.extend(people.spans(period, compared, context, zone));
        }
    }
    spans
}
