//! The registry's rows about executions, their durations, and who used tools at all.

use super::registry::{Merge, MetricId, MetricSpec, metric};
use crate::model::Unit;

/// In the order of [`MetricId`].
pub const EXECUTIONS: [MetricSpec; 21] = [
    metric!(
        Executions,
        "executions",
        "Executions",
        Count,
        Sum,
        1,
        "Tool executions in the period; a call seen by client and server counts once, a rejected call not at all.",
        "OpenTelemetry MCP semantic conventions"
    ),
    metric!(
        Successes,
        "successes",
        "Successes",
        Count,
        Sum,
        1,
        "Executions that ended well.",
        "OpenTelemetry MCP semantic conventions"
    ),
    metric!(
        Failures,
        "failures",
        "Failures",
        Count,
        Sum,
        -1,
        "Executions that ended with an error, reported by client, server or the tool itself.",
        "OpenTelemetry MCP semantic conventions"
    ),
    metric!(
        Cancelled,
        "cancelled",
        "Cancelled",
        Count,
        Sum,
        0,
        "Executions stopped before they ended; neither success nor failure.",
        "Toolscope"
    ),
    metric!(
        Rejected,
        "rejected",
        "Rejected",
        Count,
        Sum,
        0,
        "Calls refused before they ran; counted beside executions.",
        "Toolscope"
    ),
    metric!(
        Running,
        "running",
        "Running",
        Count,
        Sum,
        0,
        "Executions that began and have not ended in the data.",
        "Toolscope"
    ),
    metric!(
        SuccessRate,
        "success_rate",
        "Success rate",
        Ratio,
        Ratio,
        1,
        "Successes divided by successes and failures; cancelled, rejected and running ones stay out.",
        "Brown, Cai, DasGupta 2001"
    ),
    metric!(
        SuccessRateLow,
        "success_rate_low",
        "Success rate, lower bound",
        Ratio,
        Derived,
        1,
        "Lower end of the 95 % Wilson interval of the success rate; rankings by rate use it.",
        "Brown, Cai, DasGupta 2001"
    ),
    metric!(
        SuccessRateHigh,
        "success_rate_high",
        "Success rate, upper bound",
        Ratio,
        Derived,
        1,
        "Upper end of the 95 % Wilson interval of the success rate.",
        "Brown, Cai, DasGupta 2001"
    ),
    metric!(
        Share,
        "share",
        "Share",
        Ratio,
        Derived,
        0,
        "Executions of one divided by the executions of all under the same filters.",
        "Toolscope"
    ),
    metric!(
        Users,
        "users",
        "Active users",
        Count,
        Distinct,
        1,
        "People with at least one tool execution or conversation in the period.",
        "PostHog, GitHub"
    ),
    metric!(
        DurationMean,
        "duration_mean",
        "Average time",
        Milliseconds,
        Ratio,
        -1,
        "Mean duration of finished executions.",
        "Hyndman & Fan 1996"
    ),
    metric!(
        DurationMin,
        "duration_min",
        "Fastest",
        Milliseconds,
        Minimum,
        0,
        "Shortest duration of finished executions.",
        "Hyndman & Fan 1996"
    ),
    metric!(
        DurationP50,
        "duration_p50",
        "Median time",
        Milliseconds,
        Quantile,
        -1,
        "Half of the finished executions took no longer than this; linear interpolation between closest ranks.",
        "Hyndman & Fan 1996, type 7"
    ),
    metric!(
        DurationP95,
        "duration_p95",
        "p95 time",
        Milliseconds,
        Quantile,
        -1,
        "95 of 100 finished executions took no longer than this; linear interpolation between closest ranks.",
        "Hyndman & Fan 1996, type 7"
    ),
    metric!(
        DurationP99,
        "duration_p99",
        "p99 time",
        Milliseconds,
        Quantile,
        -1,
        "99 of 100 finished executions took no longer than this; linear interpolation between closest ranks.",
        "Hyndman & Fan 1996, type 7"
    ),
    metric!(
        DurationMax,
        "duration_max",
        "Slowest",
        Milliseconds,
        Maximum,
        0,
        "Longest duration of finished executions.",
        "Hyndman & Fan 1996"
    ),
    metric!(
        LastUsed,
        "last_used",
        "Last used",
        Time,
        Maximum,
        0,
        "Time of the newest execution in the period.",
        "Toolscope"
    ),
    metric!(
        Adopters,
        "adopters",
        "People who ever used a tool",
        Count,
        Distinct,
        1,
        "Distinct people who executed at least one tool up to and including this time.",
        "Rogers, Diffusion of Innovations"
    ),
    metric!(
        AdoptionShare,
        "adoption_share",
        "Adoption",
        Ratio,
        Derived,
        1,
        "People who ever executed a tool divided by the seats in the directory; without a directory, by the people ever seen.",
        "Toolscope"
    ),
    metric!(
        GrowthMonthly,
        "growth_mom",
        "Month-over-month growth",
        Change,
        Derived,
        1,
        "Executions per day in the last complete calendar month against the month before.",
        "Toolscope"
    ),
];

const _: () = assert!(
    EXECUTIONS[0].metric as usize + EXECUTIONS.len() - 1 == MetricId::GrowthMonthly as usize
);
