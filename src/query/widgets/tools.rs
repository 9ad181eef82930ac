//! The widgets of the tools dashboard (T1 to T5).

use super::{ERROR, Look, Span, TOOL, WORKSPACE, WidgetSpec, query, ranking, time, trend};
use crate::metrics::MetricId;
use crate::model::{Column, Zone};
use crate::query::{AskContext, DerivedTable, Dimension, OrderBy, PeopleTable, Query, Question};

/// In the order of the page.
pub const DASHBOARD: &[&str] = &[
    "tools",
    "tools-over-time",
    "failure-patterns",
    "tool-errors",
    "failing-tools",
    "rising-tools",
    "tool-hours",
    "tool-times",
    "slow-tools",
    "tool-speed-trend",
    "speed-by-workspace",
    "speed-by-hour",
    "response-times",
    "unused-tools",
];

/// The page of one tool.
pub const DETAIL: &[&str] = &[
    "kpi",
    "daily-executions",
    "success-rate-over-time",
    "adoption-curve",
    "top-users",
    "top-workspaces",
    "failure-reasons",
    "tool-hours",
    "tool-times",
    "tool-speed-trend",
    "failure-patterns",
];

pub const TOOLS: &[WidgetSpec] = &[
    WidgetSpec::new(
        "tools",
        "Tools",
        "Every tool: how much it is used, how reliable and how fast it is.",
        Look::Table,
        MetricId::Executions,
    )
    .span(Span::Whole)
    .by(TOOL),
    WidgetSpec::new(
        "tools-over-time",
        "Usage by tool",
        "How often the eight most used tools, and all others, ran over time.",
        Look::Stack,
        MetricId::Executions,
    )
    .span(Span::Whole)
    .series(&[MetricId::Executions]),
    WidgetSpec::new(
        "failure-patterns",
        "Failure patterns",
        "Where an error strikes more than elsewhere, since when, and what usually helps.",
        Look::Findings,
        MetricId::FailuresThere,
    )
    .span(Span::Whole),
    WidgetSpec::new(
        "tool-errors",
        "Most common errors",
        "Why executions fail, whom it strikes, and what usually helps.",
        Look::Table,
        MetricId::Failures,
    )
    .by(ERROR),
    WidgetSpec::new(
        "failing-tools",
        "Tools that fail most",
        "Tools by the failure rate that is certain; those with few executions stand last.",
        Look::Table,
        MetricId::FailureRate,
    )
    .by(TOOL),
    WidgetSpec::new(
        "rising-tools",
        "Rising and falling tools",
        "Tools whose weekly executions change by more than chance.",
        Look::Table,
        MetricId::WeeklySlope,
    )
    .by(TOOL),
    WidgetSpec::new(
        "tool-hours",
        "Peak hours",
        "When tools run, by day of the week and hour.",
        Look::Heatmap,
        MetricId::Executions,
    ),
    WidgetSpec::new(
        "tool-times",
        "How long executions take",
        "How many executions took how long.",
        Look::Histogram,
        MetricId::Executions,
    ),
    WidgetSpec::new(
        "slow-tools",
        "Slowest tools",
        "The ten tools with the longest times, but for one in twenty executions.",
        Look::Bars,
        MetricId::DurationP95,
    )
    .by(TOOL),
    WidgetSpec::new(
        "tool-speed-trend",
        "Speed over time",
        "Half of all executions, and 95 % of them, took no longer than this.",
        Look::Lines,
        MetricId::DurationP50,
    )
    .series(&[MetricId::DurationP50, MetricId::DurationP95]),
    WidgetSpec::new(
        "speed-by-workspace",
        "Speed by workspace",
        "The ten workspaces with the longest times, but for one in twenty executions.",
        Look::Bars,
        MetricId::DurationP95,
    )
    .by(WORKSPACE),
    WidgetSpec::new(
        "speed-by-hour",
        "Speed by hour of day",
        "How long executions take at each hour of the day.",
        Look::Histogram,
        MetricId::DurationP95,
    )
    .span(Span::Whole),
    WidgetSpec::new(
        "response-times",
        "Response times",
        "How long people wait for the first response, for AI providers, and for whole conversations.",
        Look::Lines,
        MetricId::FirstResponseP50,
    )
    .span(Span::Whole)
    .series(&RESPONSE_TIMES),
    WidgetSpec::new(
        "unused-tools",
        "Unused and under-used tools",
        "Tools of the directory that nobody, or hardly anybody, uses where they are offered.",
        Look::Table,
        MetricId::ToolState,
    )
    .span(Span::Whole)
    .by(TOOL),
];

const RESPONSE_TIMES: [MetricId; 6] = [
    MetricId::FirstResponseP50,
    MetricId::FirstResponseP95,
    MetricId::ProviderTimeP50,
    MetricId::ProviderTimeP95,
    MetricId::ConversationLatencyP50,
    MetricId::ConversationLatencyP95,
];

/// The queries of one of them; the first one is its main table.
pub fn queries(
    spec: &WidgetSpec,
    question: &Question,
    context: &AskContext,
    zone: &Zone,
) -> Vec<Query> {
    use MetricId::{
        DurationMax, DurationMean, DurationMin, DurationP50, DurationP95, DurationP99, Executions,
        Failures, LastUsed, Share, SuccessRate, Users,
    };
    let time = time(question, context, zone);
    let derived = |derived: DerivedTable| Query {
        compare: false,
        derived: Some(derived),
        ..query(spec, &[], &[spec.measure])
    };
    let speed = [DurationP50, DurationP95, Executions];
    match spec.id {
        "tools" => {
            let measures = [
                Executions,
                Share,
                SuccessRate,
                Failures,
                DurationMean,
                DurationMin,
                DurationP50,
                DurationP95,
                DurationMax,
                Users,
                LastUsed,
            ];
            let table = Query {
                order: vec![OrderBy {
                    column: Executions.id().into(),
                    descending: true,
                }],
                skip_absent: true,
                derived: Some(DerivedTable::WithMost(Dimension::Column(Column::Server))),
                ..query(spec, &[TOOL], &measures)
            };
            vec![table, trend(spec, TOOL, (question, context, zone))]
        }
        "tools-over-time" => {
            let Dimension::Time(bucket) = time else {
                return Vec::new();
            };
            vec![derived(DerivedTable::TopOverTime(TOOL, bucket, Executions))]
        }
        "tool-hours" => vec![Query {
            compare: false,
            people: Some(PeopleTable::Heatmap),
            ..query(spec, &[Dimension::HourOfWeek], &[Executions])
        }],
        "rising-tools" => vec![derived(DerivedTable::Trends(TOOL))],
        "tool-errors" => vec![derived(DerivedTable::ErrorClasses)],
        "failing-tools" => vec![derived(DerivedTable::Failing(TOOL))],
        "failure-patterns" => vec![derived(DerivedTable::FailurePatterns)],
        "tool-times" => {
            let measures = [
                DurationP50,
                DurationP95,
                DurationP99,
                DurationMean,
                DurationMin,
                DurationMax,
            ];
            vec![
                derived(DerivedTable::DurationClasses),
                Query {
                    id: "tool-times-percentiles".into(),
                    title: "Percentiles of times".into(),
                    compare: false,
                    ..query(spec, &[], &measures)
                },
            ]
        }
        "slow-tools" => vec![ranking(query(spec, &[TOOL], &speed), DurationP95, 10)],
        "tool-speed-trend" => vec![query(spec, &[time], &speed)],
        "speed-by-workspace" => vec![ranking(query(spec, &[WORKSPACE], &speed), DurationP95, 10)],
        "speed-by-hour" => vec![query(spec, &[Dimension::HourOfDay], &speed)],
        "response-times" => vec![query(spec, &[time], &RESPONSE_TIMES)],
        "unused-tools" => vec![derived(DerivedTable::UnusedTools)],
        _ => Vec::new(),
    }
}
