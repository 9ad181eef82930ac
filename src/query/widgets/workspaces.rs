//! The widgets of the workspaces dashboard (W1 to W6).

use super::{Look, Span, USER, WORKSPACE, WidgetSpec, query, time, trend};
use crate::metrics::MetricId;
use crate::model::Zone;
use crate::query::{AskContext, DerivedTable, Dimension, PlaceTable, Query, Question};

/// In the order of the page.
pub const DASHBOARD: &[&str] = &[
    "workspaces",
    "workspaces-created",
    "workspace-sizes",
    "size-and-activity",
    "lorenz",
    "contribution",
    "tool-assignment",
    "tools-to-share",
    "overlap",
    "worth-merging",
];

/// The page of one workspace.
pub const DETAIL: &[&str] = &[
    "kpi",
    "daily-executions",
    "success-rate-over-time",
    "adoption-curve",
    "top-tools",
    "top-users",
    "failure-reasons",
    "user-heatmap",
];

pub const WORKSPACES: &[WidgetSpec] = &[
    WidgetSpec::new(
        "workspaces",
        "Workspaces",
        "Every workspace side by side: use, success, members and tools. Sort by any column to compare.",
        Look::Table,
        MetricId::Executions,
    )
    .span(Span::Whole)
    .by(WORKSPACE),
    WidgetSpec::new(
        "workspaces-created",
        "Workspaces over time",
        "How many workspaces there were, by the dates of the directory.",
        Look::Line,
        MetricId::Workspaces,
    ),
    WidgetSpec::new(
        "workspace-sizes",
        "Sizes of workspaces",
        "How many workspaces have how many members.",
        Look::Histogram,
        MetricId::Workspaces,
    ),
    WidgetSpec::new(
        "size-and-activity",
        "Size and activity",
        "Whether the members of large workspaces do more or less than those of small ones.",
        Look::Table,
        MetricId::ExecutionsPerMemberWeek,
    )
    .by(WORKSPACE),
    WidgetSpec::new(
        "lorenz",
        "How evenly people use tools",
        "Which share of all executions the given share of people makes, those with the fewest first.",
        Look::Curve,
        MetricId::CumulativeExecutions,
    ),
    WidgetSpec::new(
        "contribution",
        "Contribution of members",
        "How the executions of each workspace are spread over its people.",
        Look::Table,
        MetricId::Gini,
    )
    .span(Span::Whole)
    .by(WORKSPACE),
    WidgetSpec::new(
        "tool-assignment",
        "Assigned tools",
        "Which tools each workspace was given, and which it uses.",
        Look::Matrix,
        MetricId::ToolAssignment,
    )
    .span(Span::Whole)
    .by(WORKSPACE),
    WidgetSpec::new(
        "tools-to-share",
        "Tools worth sharing",
        "Tools that work well in similar workspaces and are not used here.",
        Look::Table,
        MetricId::UsedBy,
    )
    .span(Span::Whole)
    .by(WORKSPACE),
    WidgetSpec::new(
        "overlap",
        "Shared people and tools",
        "Pairs of workspaces with the same people or the same tools.",
        Look::Table,
        MetricId::PeopleOverlap,
    )
    .by(WORKSPACE),
    WidgetSpec::new(
        "worth-merging",
        "Workspaces worth merging",
        "Pairs that share half of their people, or are both little used and share people and half of their tools.",
        Look::Table,
        MetricId::PeopleOverlap,
    )
    .by(WORKSPACE),
];

/// The queries of one of them; the first one is its main table.
pub fn queries(
    spec: &WidgetSpec,
    question: &Question,
    context: &AskContext,
    zone: &Zone,
) -> Vec<Query> {
    use PlaceTable as P;
    let table = |place, group_by: &[Dimension], compare| Query {
        compare,
        derived: Some(DerivedTable::Place(place)),
        ..query(spec, group_by, &[spec.measure])
    };
    let by_workspace = |place| vec![table(place, &[WORKSPACE], false)];
    match spec.id {
        "workspaces" => vec![
            table(P::Workspaces, &[WORKSPACE], true),
            trend(spec, WORKSPACE, (question, context, zone)),
        ],
        "workspaces-created" => {
            let time = time(question, context, zone);
            vec![table(P::WorkspacesCreated, &[time], false)]
        }
        "workspace-sizes" => vec![table(P::WorkspaceSizes, &[], false)],
        "size-and-activity" => by_workspace(P::SizeAndActivity),
        "lorenz" => vec![
            table(P::Lorenz, &[], false),
            Query {
                id: "lorenz-summary".into(),
                title: "How evenly people use tools, in numbers".into(),
                ..table(P::LorenzSummary, &[USER], false)
            },
        ],
        "contribution" => by_workspace(P::Contribution),
        "tool-assignment" => by_workspace(P::ToolAssignment),
        "tools-to-share" => by_workspace(P::ToolsToShare),
        "overlap" => by_workspace(P::Overlap),
        "worth-merging" => by_workspace(P::WorthMerging),
        _ => Vec::new(),
    }
}
