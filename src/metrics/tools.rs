//! The registry's rows about tools: what the tables of their dashboard hold beside measures.

use super::registry::{Merge, MetricId, MetricSpec, metric};
use crate::model::Unit;

/// In the order of [`MetricId`].
pub const TOOLS: [MetricSpec; 27] = [
    metric!(
        TrendDirection,
        "trend_direction",
        "Trend",
        Text,
        Derived,
        0,
        "Rising or falling: the slope of the weekly executions (Theil-Sen) has a 95 % interval that excludes 0, and among all values looked at at most 5 % are false discoveries. Needs at least 4 complete weeks of the period; with so few, no interval excludes 0.",
        "Theil 1950; Sen 1968; Benjamini and Hochberg 1995"
    ),
    metric!(
        WeeklySlope,
        "weekly_slope",
        "Change per week",
        Count,
        Derived,
        1,
        "By how many executions a week the weekly number changes: the median of the slopes between all pairs of complete weeks.",
        "Theil 1950; Sen 1968"
    ),
    metric!(
        WeeklySlopeLow,
        "weekly_slope_low",
        "Change per week, lower bound",
        Count,
        Derived,
        0,
        "Lower bound of the slope's 95 % interval, by Kendall's variance with ties.",
        "Sen 1968"
    ),
    metric!(
        WeeklySlopeHigh,
        "weekly_slope_high",
        "Change per week, upper bound",
        Count,
        Derived,
        0,
        "Upper bound of the slope's 95 % interval, by Kendall's variance with ties.",
        "Sen 1968"
    ),
    metric!(
        FirstWeek,
        "first_week",
        "First week",
        Count,
        Derived,
        0,
        "Executions in the first complete week of the period.",
        "Toolscope"
    ),
    metric!(
        LastWeek,
        "last_week",
        "Last week",
        Count,
        Derived,
        0,
        "Executions in the last complete week of the period.",
        "Toolscope"
    ),
    metric!(
        FailureShare,
        "failure_share",
        "Share of failures",
        Ratio,
        Derived,
        0,
        "Failures of this error divided by all failures.",
        "Toolscope"
    ),
    metric!(
        ToolsAffected,
        "tools_affected",
        "Tools affected",
        Count,
        Derived,
        -1,
        "Tools with at least one failure of this error.",
        "Toolscope"
    ),
    metric!(
        UsersAffected,
        "users_affected",
        "Users affected",
        Count,
        Derived,
        -1,
        "People with at least one failure of this error.",
        "Toolscope"
    ),
    metric!(
        FirstFailure,
        "first_failure",
        "First day",
        Time,
        Derived,
        0,
        "The first day of the period with such a failure.",
        "Toolscope"
    ),
    metric!(
        LastFailure,
        "last_failure",
        "Last seen",
        Time,
        Derived,
        0,
        "When such a failure last began in the period.",
        "Toolscope"
    ),
    metric!(
        FailureCause,
        "failure_cause",
        "Likely cause",
        Text,
        Derived,
        0,
        "What usually causes such an error, where its words are known.",
        "Toolscope"
    ),
    metric!(
        FailureFix,
        "failure_fix",
        "What to do",
        Text,
        Derived,
        0,
        "What usually helps against such an error, where its words are known.",
        "Toolscope"
    ),
    metric!(
        Finished,
        "finished",
        "Finished",
        Count,
        Derived,
        0,
        "Executions that succeeded or failed.",
        "Toolscope"
    ),
    metric!(
        FailureRate,
        "failure_rate",
        "Failure rate",
        Ratio,
        Derived,
        -1,
        "Failures divided by successes and failures.",
        "Toolscope"
    ),
    metric!(
        FailureRateLow,
        "failure_rate_low",
        "Failure rate, lower bound",
        Ratio,
        Derived,
        -1,
        "Lower bound of the 95 % Wilson score interval of the failure rate; the ranking goes by it.",
        "Brown, Cai, DasGupta 2001"
    ),
    metric!(
        FailureRateHigh,
        "failure_rate_high",
        "Failure rate, upper bound",
        Ratio,
        Derived,
        -1,
        "Upper bound of the 95 % Wilson score interval of the failure rate.",
        "Brown, Cai, DasGupta 2001"
    ),
    metric!(
        Evidence,
        "evidence",
        "Evidence",
        Text,
        Derived,
        0,
        "Few: fewer than 30 executions finished, so the rate is a hint.",
        "Toolscope"
    ),
    metric!(
        FailuresThere,
        "failures_there",
        "Failures there",
        Count,
        Derived,
        -1,
        "Failures of this error where the row says.",
        "Toolscope"
    ),
    metric!(
        FinishedThere,
        "finished_there",
        "Executions there",
        Count,
        Derived,
        0,
        "Executions that succeeded or failed where the row says.",
        "Toolscope"
    ),
    metric!(
        FailureShareThere,
        "failure_share_there",
        "Failure share there",
        Ratio,
        Derived,
        -1,
        "Failures of this error there divided by executions there that succeeded or failed.",
        "Toolscope"
    ),
    metric!(
        FailureShareElsewhere,
        "failure_share_elsewhere",
        "Failure share elsewhere",
        Ratio,
        Derived,
        0,
        "Failures of this error everywhere else divided by executions elsewhere that succeeded or failed.",
        "Toolscope"
    ),
    metric!(
        PatternProbability,
        "pattern_probability",
        "Chance",
        Ratio,
        Derived,
        0,
        "How probable chance alone makes such an excess: two-proportion z test (Poisson where fewer than 5 failures are expected), adjusted for all errors and places looked at. Rows are below 5 %.",
        "Benjamini and Hochberg 1995"
    ),
    metric!(
        PatternSince,
        "pattern_since",
        "Since",
        Time,
        Derived,
        0,
        "The first day of the period with this error there; not available where it was there from the beginning.",
        "Toolscope"
    ),
    metric!(
        ClassShare,
        "class_share",
        "Share",
        Ratio,
        Derived,
        0,
        "Executions in this class of time divided by all finished executions whose time is known.",
        "Toolscope"
    ),
    metric!(
        AssignedMedian,
        "assigned_median",
        "Median of its tools",
        Count,
        Derived,
        0,
        "Median of the executions of the tools that the workspace is assigned, in the workspace.",
        "Toolscope"
    ),
    metric!(
        ToolState,
        "tool_state",
        "State",
        Text,
        Derived,
        0,
        "Unused: no execution there in the period. Under-used: fewer than a tenth of the median of the tools that the workspace is assigned.",
        "Toolscope"
    ),
];
