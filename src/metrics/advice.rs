//! The registry's rows about recommendations (E5).

use super::registry::{Merge, MetricId, MetricSpec, metric};
use crate::model::Unit;

/// In the order of [`MetricId`].
pub const ADVICE: [MetricSpec; 5] = [
    metric!(
        AdviceRule,
        "rule",
        "Rule",
        Text,
        Derived,
        0,
        "The rule that found it.",
        "Toolscope"
    ),
    metric!(
        AdviceAbout,
        "about",
        "About",
        Text,
        Derived,
        0,
        "The kind of thing it is about: a tool, a workspace, a user, a client version or a day.",
        "Toolscope"
    ),
    metric!(
        AdviceFinding,
        "finding",
        "Finding",
        Text,
        Derived,
        0,
        "What was found, with the numbers that triggered the rule.",
        "Toolscope"
    ),
    metric!(
        AdviceAction,
        "action",
        "What to do",
        Text,
        Derived,
        0,
        "What to do about it.",
        "Toolscope"
    ),
    metric!(
        AdviceAffected,
        "affected",
        "Affected",
        Ratio,
        Derived,
        0,
        "Executions concerned divided by all executions, or people concerned divided by all people; the greater comes first.",
        "Toolscope"
    ),
];
