//! The widgets of the executive dashboard (E1 to E5).

use super::{ERROR, Look, Span, TOOL, USER, WORKSPACE, WidgetSpec, query, ranking, time, title};
use crate::metrics::MetricId;
use crate::model::Zone;
use crate::query::derived::failed;
use crate::query::{AskContext, DerivedTable, Query, Question};

/// In the order of the page.
pub const DASHBOARD: &[&str] = &[
    "kpi",
    "daily-executions",
    "what-changed",
    "recommendations",
    "success-rate-over-time",
    "adoption-curve",
    "resource-use",
    "top-tools",
    "top-users",
    "top-workspaces",
    "failure-reasons",
];

pub const EXECUTIVE: &[WidgetSpec] = &[
    WidgetSpec::new(
        "kpi",
        "At a glance",
        "How much is used, by how many, how reliably, and where it is heading.",
        Look::Tiles,
        MetricId::Executions,
    )
    .span(Span::Whole),
    WidgetSpec::new(
        "daily-executions",
        "Execution volume",
        "How many tool executions there were over time.",
        Look::Columns,
        MetricId::Executions,
    )
    .span(Span::Whole),
    WidgetSpec::new(
        "success-rate-over-time",
        "Success rate over time",
        "Which share of executions ended well.",
        Look::Line,
        MetricId::SuccessRate,
    ),
    WidgetSpec::new(
        "adoption-curve",
        "User adoption",
        "How many people ever used a tool, up to each point in time.",
        Look::Line,
        MetricId::Adopters,
    ),
    WidgetSpec::new(
        "top-tools",
        "Top tools",
        "The ten tools that ran most.",
        Look::Bars,
        MetricId::Executions,
    )
    .span(Span::Quarter)
    .by(TOOL),
    WidgetSpec::new(
        "top-users",
        "Most active users",
        "The ten people with the most executions.",
        Look::Bars,
        MetricId::Executions,
    )
    .span(Span::Quarter)
    .by(USER),
    WidgetSpec::new(
        "top-workspaces",
        "Most active workspaces",
        "The five workspaces with the most executions.",
        Look::Bars,
        MetricId::Executions,
    )
    .span(Span::Quarter)
    .by(WORKSPACE),
    WidgetSpec::new(
        "failure-reasons",
        "Why executions fail",
        "The most common kinds of failure.",
        Look::Bars,
        MetricId::Failures,
    )
    .span(Span::Quarter)
    .by(ERROR),
    WidgetSpec::new(
        "what-changed",
        "What changed",
        "The tools, workspaces, users, clients and errors that explain most of the change.",
        Look::Changes,
        MetricId::ChangeDifference,
    ),
    WidgetSpec::new(
        "recommendations",
        "Recommendations",
        "What to do next, with the numbers behind it.",
        Look::Findings,
        MetricId::AdviceFinding,
    ),
];

/// The queries of one of them; the first one is its main table.
pub fn queries(
    spec: &WidgetSpec,
    question: &Question,
    context: &AskContext,
    zone: &Zone,
) -> Vec<Query> {
    use MetricId::{
        Adopters, AdoptionShare, DurationP50, DurationP95, Executions, Failures, GrowthMonthly,
        LastUsed, Share, SuccessRate, Users,
    };
    let time = time(question, context, zone);
    let over_time = |measures: &[MetricId]| Query {
        title: title(spec, time),
        ..query(spec, &[time], measures)
    };
    match spec.id {
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
            let reasons = query(spec, &[ERROR], &[Failures, Share, Users, LastUsed]);
            vec![ranking(
                Query {
                    extra_filters: vec![failed()],
                    skip_absent: false,
                    ..reasons
                },
                Failures,
                10,
            )]
        }
        "what-changed" => vec![Query {
            derived: Some(DerivedTable::Changes),
            ..query(spec, &[], &[MetricId::ChangeDifference])
        }],
        "recommendations" => vec![Query {
            derived: Some(DerivedTable::Recommendations),
            ..query(spec, &[], &[MetricId::AdviceFinding])
        }],
        _ => Vec::new(),
    }
}
