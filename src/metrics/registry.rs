//! METRICS.md as one table.

use serde::{Deserialize, Serialize};

use super::kinds;
use crate::model::{EventKind, Unit};

/// A metric. The order is that of [`REGISTRY`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub enum MetricId {
    Executions,
    Successes,
    Failures,
    Cancelled,
    Rejected,
    Running,
    SuccessRate,
    SuccessRateLow,
    SuccessRateHigh,
    Share,
    Users,
    DurationMean,
    DurationMin,
    DurationP50,
    DurationP95,
    DurationP99,
    DurationMax,
    LastUsed,
    Adopters,
    AdoptionShare,
    GrowthMonthly,
    Events,
    Conversations,
    ConversationLatencyMean,
    ConversationLatencyP50,
    ConversationLatencyP95,
    FirstResponseMean,
    FirstResponseP50,
    FirstResponseP95,
    ProviderCalls,
    ProviderFailureRate,
    ProviderTimeMean,
    ProviderTimeP50,
    ProviderTimeP95,
    TokensIn,
    TokensOut,
    CostUsd,
    Connections,
    ConnectionFailures,
    ConnectionFailureRate,
    UptimeShare,
    ActiveConnections,
    Authentications,
    AuthenticationSuccessRate,
    DocumentsShared,
    DocumentsIndexed,
    DocumentsSearched,
    DevicesConnected,
    StorageBytes,
}

/// How the metric of two disjoint parts becomes the metric of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// Add.
    Sum,
    Minimum,
    Maximum,
    /// A ratio of two sums; merge those.
    Ratio,
    /// Union of sets, or of HyperLogLog sketches. Never added.
    Distinct,
    /// All values, or a DDSketch. Never averaged.
    Quantile,
    /// The newest sample of each series counts, and those add up.
    Newest,
    /// Made from other metrics after merging.
    Derived,
}

/// One row of the registry.
#[derive(Debug, Clone, Copy)]
pub struct MetricSpec {
    pub metric: MetricId,
    /// The id in URLs, JSON columns and on the command line.
    pub id: &'static str,
    pub name: &'static str,
    pub unit: Unit,
    /// One sentence a person understands.
    pub definition: &'static str,
    pub merge: Merge,
    /// Where the convention comes from.
    pub source: &'static str,
    /// Is more of it good (+1), bad (−1) or neither (0)? Colours a change.
    pub direction: i8,
    /// The kind of event it is about; it is not available where no such event is in the data.
    /// `None`: executions, or several kinds.
    pub kind: Option<EventKind>,
}

macro_rules! metric {
    ($kind:ident: $metric:ident, $($rest:tt)+) => {
        MetricSpec {
            kind: Some(crate::model::EventKind::$kind),
            ..metric!($metric, $($rest)+)
        }
    };
    ($metric:ident, $id:literal, $name:literal, $unit:ident, $merge:ident, $direction:literal, $definition:literal, $source:literal $(,)?) => {
        MetricSpec {
            metric: MetricId::$metric,
            id: $id,
            name: $name,
            unit: Unit::$unit,
            merge: Merge::$merge,
            direction: $direction,
            definition: $definition,
            source: $source,
            kind: None,
        }
    };
}
pub(super) use metric;

/// Every metric, in the order of [`MetricId`]: those about executions and people, then those about other kinds.
pub const REGISTRY: [MetricSpec; EXECUTIONS.len() + kinds::KINDS.len()] = {
    let mut all = [EXECUTIONS[0]; EXECUTIONS.len() + kinds::KINDS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < EXECUTIONS.len() {
            EXECUTIONS[at]
        } else {
            kinds::KINDS[at - EXECUTIONS.len()]
        };
        at += 1;
    }
    all
};

const EXECUTIONS: [MetricSpec; 21] = [
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

impl MetricId {
    pub fn spec(self) -> &'static MetricSpec {
        &REGISTRY[self as usize]
    }

    pub fn id(self) -> &'static str {
        self.spec().id
    }

    pub fn parse(id: &str) -> Option<Self> {
        REGISTRY
            .iter()
            .find(|spec| spec.id == id)
            .map(|spec| spec.metric)
    }
}

#[cfg(test)]
mod tests {
    use super::{MetricId, REGISTRY};

    #[test]
    fn every_metric_finds_its_own_row_and_no_two_share_an_id() {
        for (at, spec) in REGISTRY.iter().enumerate() {
            assert_eq!(spec.metric as usize, at, "{}", spec.id);
            assert_eq!(MetricId::parse(spec.id), Some(spec.metric));
        }
    }
}
