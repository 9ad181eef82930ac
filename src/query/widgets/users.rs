//! The widgets of the users dashboard (U1 to U7).

use super::{Look, Span, USER, WidgetSpec, query};
use crate::metrics::MetricId;
use crate::query::{Dimension, PeopleTable, Query};

/// In the order of the page.
pub const DASHBOARD: &[&str] = &[
    "active-users",
    "user-lifecycle",
    "users",
    "user-heatmap",
    "adoption-funnel",
    "user-segments",
    "adopter-categories",
    "needs-training",
    "retention",
    "new-and-experienced",
    "before-and-after",
];

/// The page of one person.
pub const DETAIL: &[&str] = &[
    "kpi",
    "daily-executions",
    "success-rate-over-time",
    "user-heatmap",
    "top-tools",
    "top-workspaces",
    "failure-reasons",
    "users",
];

pub const USERS: &[WidgetSpec] = &[
    WidgetSpec::new(
        "active-users",
        "Active users",
        "How many people are active by day, in 7 days and in 30, and how often they come.",
        Look::Lines,
        MetricId::Dau,
    )
    .series(&[MetricId::Dau, MetricId::Wau, MetricId::Mau]),
    WidgetSpec::new(
        "user-lifecycle",
        "New, returning and lost users",
        "Who is new, who came back, and who stayed away.",
        Look::Stack,
        MetricId::NewUsers,
    )
    .series(&[
        MetricId::NewUsers,
        MetricId::ReturningUsers,
        MetricId::ResurrectedUsers,
        MetricId::DormantUsers,
    ]),
    WidgetSpec::new(
        "users",
        "Users",
        "What each person did in the period.",
        Look::Table,
        MetricId::Executions,
    )
    .span(Span::Whole)
    .by(USER),
    WidgetSpec::new(
        "user-heatmap",
        "When people work",
        "Executions by hour of the week, in all and per occurrence of that hour.",
        Look::Heatmap,
        MetricId::Executions,
    ),
    WidgetSpec::new(
        "adoption-funnel",
        "Adoption funnel",
        "How many of those invited got to be power users, and where the others stopped.",
        Look::Funnel,
        MetricId::People,
    ),
    WidgetSpec::new(
        "user-segments",
        "Segments",
        "Power users, active, inactive and dormant people, also by department, team and role.",
        Look::Bars,
        MetricId::People,
    ),
    WidgetSpec::new(
        "adopter-categories",
        "Early and late adopters",
        "When the first and the last people began to use tools.",
        Look::Bars,
        MetricId::People,
    ),
    WidgetSpec::new(
        "needs-training",
        "Who may need training",
        "Active people who fail more, or use fewer tools, than the others.",
        Look::Table,
        MetricId::Executions,
    )
    .span(Span::Whole)
    .by(USER),
    WidgetSpec::new(
        "retention",
        "Retention",
        "Who came back, by the week or month in which they came first.",
        Look::Triangle,
        MetricId::Retention,
    )
    .span(Span::Whole),
    WidgetSpec::new(
        "new-and-experienced",
        "New and experienced users",
        "What people do in their first 30 days and after them.",
        Look::Table,
        MetricId::ExecutionsPerUserWeek,
    ),
    WidgetSpec::new(
        "before-and-after",
        "Before and after",
        "The same people in the period of comparison and in the period, with the difference.",
        Look::Table,
        MetricId::Difference,
    ),
];

/// The queries of one of them; the first one is its main table.
pub fn queries(spec: &WidgetSpec) -> Vec<Query> {
    use MetricId as M;
    use PeopleTable as T;
    let table = |people: PeopleTable, id: &str, title: &str, measures: &[MetricId]| Query {
        id: id.into(),
        title: title.into(),
        compare: matches!(people, T::ActiveUsersNow | T::BeforeAndAfter),
        people: Some(people),
        ..query(spec, &[], measures)
    };
    let main = |people, measures: &[MetricId]| table(people, spec.id, spec.title, measures);
    let active = [M::Dau, M::Wau, M::Mau, M::Stickiness];
    match spec.id {
        "active-users" => vec![
            main(T::ActiveUsers, &active),
            table(
                T::ActiveUsersNow,
                "active-users-now",
                "Active users now",
                &[&active[..], &[M::DauMean]].concat(),
            ),
        ],
        "user-lifecycle" => vec![main(
            T::Lifecycle,
            &[
                M::NewUsers,
                M::ReturningUsers,
                M::ResurrectedUsers,
                M::DormantUsers,
                M::Users,
            ],
        )],
        "users" => vec![main(
            T::Users,
            &[
                M::Executions,
                M::SuccessRate,
                M::ToolsUsed,
                M::Conversations,
                M::DocumentsShared,
                M::Sessions,
                M::SessionLengthMean,
                M::FirstSeen,
                M::LastSeen,
                M::Segment,
            ],
        )],
        "user-heatmap" => vec![Query {
            group_by: vec![Dimension::HourOfWeek],
            ..main(T::Heatmap, &[M::Executions])
        }],
        "adoption-funnel" => vec![main(
            T::Funnel,
            &[
                M::People,
                M::Conversion,
                M::StepConversion,
                M::DropOff,
                M::StepTimeMedian,
            ],
        )],
        "user-segments" => {
            let by = |people, id: &str, title: &str| {
                let segments = [
                    M::PowerUsers,
                    M::ActivePeople,
                    M::InactivePeople,
                    M::DormantPeople,
                    M::NeverActive,
                ];
                table(people, id, title, &segments)
            };
            vec![
                main(T::Segments, &[M::People, M::PeopleShare, M::Executions]),
                by(
                    T::SegmentsByDepartment,
                    "user-segments-department",
                    "Segments by department",
                ),
                by(T::SegmentsByTeam, "user-segments-team", "Segments by team"),
                by(T::SegmentsByRole, "user-segments-role", "Segments by role"),
            ]
        }
        "adopter-categories" => vec![main(T::AdopterCategories, &[M::People, M::PeopleShare])],
        "needs-training" => vec![main(
            T::NeedsTraining,
            &[
                M::TrainingReason,
                M::Executions,
                M::SuccessRate,
                M::ToolsUsed,
            ],
        )],
        "retention" => vec![
            main(T::Retention, &[M::CohortSize, M::Returned, M::Retention]),
            table(
                T::RetentionAverage,
                "retention-average",
                "Retention of all cohorts",
                &[M::CohortSize, M::Returned, M::Retention],
            ),
        ],
        "new-and-experienced" => {
            let rates = [
                M::ExecutionsPerUserWeek,
                M::ActiveDaysPerUserWeek,
                M::SuccessRate,
            ];
            vec![
                main(T::NewAndExperienced, &rates),
                table(
                    T::NewAndExperiencedOverTime,
                    "new-and-experienced-weekly",
                    "New and experienced users by week",
                    &rates,
                ),
            ]
        }
        "before-and-after" => vec![main(
            T::BeforeAndAfter,
            &[
                M::BeforeMean,
                M::AfterMean,
                M::Difference,
                M::DifferenceLow,
                M::DifferenceHigh,
            ],
        )],
        _ => Vec::new(),
    }
}
