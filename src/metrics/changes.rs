//! The registry's rows about what changed between two periods (E4), and how one thing differs from another (Q8).

use super::registry::{Merge, MetricId, MetricSpec, metric};
use crate::model::Unit;

/// In the order of [`MetricId`].
pub const CHANGES: [MetricSpec; 10] = [
    metric!(
        ChangedThing,
        "changed_thing",
        "What",
        Text,
        Derived,
        0,
        "The kind of thing that changed: a tool, a workspace, a user, a client or an error.",
        "Toolscope"
    ),
    metric!(
        ChangeBefore,
        "change_before",
        "Before",
        Count,
        Derived,
        0,
        "Executions (for an error: failures) in the period of comparison; where that is longer or shorter, scaled to the length of the period.",
        "Toolscope"
    ),
    metric!(
        ChangeNow,
        "change_now",
        "Now",
        Count,
        Sum,
        0,
        "Executions (for an error: failures) in the period.",
        "Toolscope"
    ),
    metric!(
        ChangeDifference,
        "change_difference",
        "Difference",
        Count,
        Derived,
        0,
        "Now minus before.",
        "Toolscope"
    ),
    metric!(
        ChangeShare,
        "change_share",
        "Share of the change",
        Ratio,
        Derived,
        0,
        "The difference divided by the difference of all executions (for an error: of all failures); above 100 % where other things changed the other way.",
        "Toolscope"
    ),
    metric!(
        SideFirst,
        "side_first",
        "First",
        Count,
        Derived,
        0,
        "The measure of the first, which has the most executions.",
        "Toolscope"
    ),
    metric!(
        SideOther,
        "side_other",
        "This",
        Count,
        Derived,
        0,
        "The measure of the one that the row is about.",
        "Toolscope"
    ),
    metric!(
        SideDifference,
        "side_difference",
        "Difference",
        Count,
        Derived,
        0,
        "The measure of this one minus that of the first.",
        "Toolscope"
    ),
    metric!(
        SideDifferenceLow,
        "side_difference_low",
        "Difference, lower bound",
        Count,
        Derived,
        0,
        "Lower end of the 95 % interval of a difference of rates; other measures have none.",
        "Newcombe 1998"
    ),
    metric!(
        SideDifferenceHigh,
        "side_difference_high",
        "Difference, upper bound",
        Count,
        Derived,
        0,
        "Upper end of the 95 % interval of a difference of rates; other measures have none.",
        "Newcombe 1998"
    ),
];
