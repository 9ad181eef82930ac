//! The registry's rows about clients: what the tables of their dashboard hold beside measures.

use super::registry::{Merge, MetricId, MetricSpec, metric};
use crate::model::Unit;

/// In the order of [`MetricId`].
pub const CLIENTS: [MetricSpec; 7] = [
    metric!(
        ToolsPerUser,
        "tools_per_user",
        "Tools per user",
        Count,
        Derived,
        1,
        "Mean number of distinct tools that an active user executed with the client.",
        "Toolscope"
    ),
    metric!(
        ExecutionsPerUser,
        "executions_per_user",
        "Executions per user",
        Count,
        Ratio,
        1,
        "Executions divided by active users.",
        "Toolscope"
    ),
    metric!(
        KeptUsers,
        "kept_users",
        "Kept users",
        Ratio,
        Derived,
        1,
        "People who executed a tool with the client in the period of comparison and in this one, divided by all of the period of comparison.",
        "Toolscope"
    ),
    metric!(
        VersionsBehind,
        "versions_behind",
        "Versions behind",
        Count,
        Derived,
        -1,
        "How many newer versions of the same client are in the data of the period; 0 for the newest.",
        "Toolscope"
    ),
    metric!(
        NewestVersion,
        "newest_version",
        "Newest version",
        Text,
        Derived,
        0,
        "The newest version of the client in the data of the period, by its numbers.",
        "Toolscope"
    ),
    metric!(
        OlderVersionUsers,
        "older_version_users",
        "Users on older versions",
        Count,
        Distinct,
        -1,
        "People who used the client in the period, but not its newest version.",
        "Toolscope"
    ),
    metric!(
        OlderVersionShare,
        "older_version_share",
        "Share on older versions",
        Ratio,
        Derived,
        -1,
        "People who used the client but not its newest version, divided by all who used it with a known version.",
        "Toolscope"
    ),
];
