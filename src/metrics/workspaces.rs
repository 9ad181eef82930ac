//! The registry's rows about workspaces: what the tables of their dashboard hold beside measures.

use super::registry::{Merge, MetricId, MetricSpec, metric};
use crate::model::Unit;

/// In the order of [`MetricId`].
pub const WORKSPACES: [MetricSpec; 28] = [
    metric!(
        Workspaces,
        "workspaces",
        "Workspaces",
        Count,
        Derived,
        0,
        "Workspaces of the directory; over time those created up to then, where the directory says when.",
        "Toolscope"
    ),
    metric!(
        WorkspacesCreated,
        "workspaces_created",
        "Created",
        Count,
        Sum,
        0,
        "Workspaces that the directory says were created then.",
        "Toolscope"
    ),
    metric!(
        WorkspaceSize,
        "workspace_size",
        "Members",
        Text,
        Derived,
        0,
        "How many members a workspace has in the directory, in classes.",
        "Toolscope"
    ),
    metric!(
        Members,
        "members",
        "Members",
        Count,
        Distinct,
        0,
        "People whom the directory names as members, as far as the filters about people leave them.",
        "Toolscope"
    ),
    metric!(
        ActiveMembers,
        "active_members",
        "Active members",
        Count,
        Distinct,
        1,
        "Members with at least one tool execution or conversation in the workspace in the period.",
        "Toolscope"
    ),
    metric!(
        ActiveMembersShare,
        "active_members_share",
        "Active members, share",
        Ratio,
        Derived,
        1,
        "Members with activity in the workspace in the period, divided by the members in the directory.",
        "Toolscope"
    ),
    metric!(
        InactiveMembers,
        "inactive_members",
        "Inactive members",
        Count,
        Distinct,
        -1,
        "Members in the directory without activity in the workspace in the period.",
        "Toolscope"
    ),
    metric!(
        UsersShare,
        "users_share",
        "Share of all users",
        Ratio,
        Derived,
        0,
        "Active users here divided by active users under the same filters; one person may be active in several places.",
        "Toolscope"
    ),
    metric!(
        WorkspaceTools,
        "workspace_tools",
        "Tools used",
        Count,
        Distinct,
        1,
        "Distinct tools executed in the workspace in the period.",
        "Toolscope"
    ),
    metric!(
        TopTool,
        "top_tool",
        "Top tool",
        Text,
        Derived,
        0,
        "The tool with the most executions in the workspace; of equals the first by name.",
        "Toolscope"
    ),
    metric!(
        ExecutionsPerMemberWeek,
        "executions_per_member_week",
        "Executions per member and week",
        Count,
        Ratio,
        1,
        "Executions divided by the members in the directory and by the weeks of the period from the beginning of the data to the present.",
        "Toolscope"
    ),
    metric!(
        Contributors,
        "contributors",
        "People",
        Count,
        Distinct,
        1,
        "People with at least one tool execution in the period.",
        "Toolscope"
    ),
    metric!(
        Gini,
        "gini",
        "Gini coefficient",
        Ratio,
        Derived,
        0,
        "How unevenly executions are spread over the people who made them: 0 when all made as many, near 1 when one made nearly all.",
        "Gini 1912"
    ),
    metric!(
        TopMember,
        "top_member",
        "Top person",
        Text,
        Derived,
        0,
        "Who made the most executions; of equals the first by name.",
        "Toolscope"
    ),
    metric!(
        TopMemberShare,
        "top_member_share",
        "Share of the top person",
        Ratio,
        Derived,
        0,
        "The most executions of one person divided by all executions whose person is known.",
        "Toolscope"
    ),
    metric!(
        HalfMembers,
        "half_members",
        "People behind half of it",
        Count,
        Derived,
        0,
        "The fewest people who together made at least half of the executions whose person is known.",
        "Toolscope"
    ),
    metric!(
        TopTenthShare,
        "top_tenth_share",
        "Share of the top 10 %",
        Ratio,
        Derived,
        0,
        "Executions of the tenth of the people, at least one, with the most of them, divided by all executions whose person is known.",
        "Toolscope"
    ),
    metric!(
        CumulativePeople,
        "cumulative_people",
        "Share of people",
        Ratio,
        Derived,
        0,
        "Share of the people with executions, those with the fewest first.",
        "Lorenz 1905"
    ),
    metric!(
        CumulativeExecutions,
        "cumulative_executions",
        "Share of executions",
        Ratio,
        Derived,
        0,
        "Share of the executions that this share of people made together.",
        "Lorenz 1905"
    ),
    metric!(
        OtherWorkspace,
        "other_workspace",
        "Other workspace",
        Text,
        Derived,
        0,
        "The workspace that the first one is compared with.",
        "Toolscope"
    ),
    metric!(
        PeopleOverlap,
        "people_overlap",
        "Overlap of people",
        Ratio,
        Derived,
        0,
        "Jaccard index: people active in both workspaces in the period, divided by those active in either; among the 200 workspaces with the most executions.",
        "Jaccard 1901"
    ),
    metric!(
        SharedPeople,
        "shared_people",
        "People in both",
        Count,
        Distinct,
        0,
        "People active in both workspaces in the period.",
        "Toolscope"
    ),
    metric!(
        ToolOverlap,
        "tool_overlap",
        "Overlap of tools",
        Ratio,
        Derived,
        0,
        "Jaccard index: tools executed in both workspaces in the period, divided by those executed in either.",
        "Jaccard 1901"
    ),
    metric!(
        SharedTools,
        "shared_tools",
        "Tools in both",
        Count,
        Distinct,
        0,
        "Tools executed in both workspaces in the period.",
        "Toolscope"
    ),
    metric!(
        MergeReason,
        "merge_reason",
        "Why",
        Text,
        Derived,
        0,
        "Same people: their overlap is at least 50 %. Both little used: each has less than a tenth of the median workspace's executions, they share people, and the overlap of their tools is at least 50 %.",
        "Toolscope"
    ),
    metric!(
        ToolAssignment,
        "tool_assignment",
        "State",
        Text,
        Derived,
        0,
        "Whether the directory assigns the tool to the workspace, and whether it was executed there in the period.",
        "Toolscope"
    ),
    metric!(
        UsedBy,
        "used_by",
        "Workspaces that use it much",
        Count,
        Derived,
        0,
        "Workspaces similar to this one (similarity at least 20 %) with at least as many executions of the tool as the median of their assigned tools (without any: of the tools they use).",
        "Toolscope"
    ),
    metric!(
        Similarity,
        "similarity",
        "Similarity",
        Ratio,
        Derived,
        0,
        "The greater of the overlaps (Jaccard) of people and of tools with the most similar workspace that uses the tool much.",
        "Toolscope"
    ),
];
