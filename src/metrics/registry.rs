//! METRICS.md as one table.

use serde::{Deserialize, Serialize};

use super::advice::ADVICE;
use super::changes::CHANGES;
use super::clients::CLIENTS;
use super::executions::EXECUTIONS;
use super::kinds::KINDS;
use super::people::PEOPLE;
use super::progress::PROGRESS;
use super::tools::TOOLS;
use super::workspaces::WORKSPACES;
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
    Dau,
    Wau,
    Mau,
    Stickiness,
    DauMean,
    NewUsers,
    ReturningUsers,
    ResurrectedUsers,
    DormantUsers,
    ToolsUsed,
    Sessions,
    SessionLengthMean,
    FirstSeen,
    LastSeen,
    Segment,
    HoursInPeriod,
    ExecutionsPerHour,
    People,
    PeopleShare,
    PowerUsers,
    ActivePeople,
    InactivePeople,
    DormantPeople,
    NeverActive,
    AdopterCategory,
    TrainingReason,
    FunnelStep,
    Conversion,
    StepConversion,
    DropOff,
    StepTimeMedian,
    CohortSize,
    CohortPeriod,
    Returned,
    Retention,
    ExperienceGroup,
    PersonWeeks,
    ExecutionsPerUserWeek,
    ActiveDaysPerUserWeek,
    BeforeMean,
    AfterMean,
    Difference,
    DifferenceLow,
    DifferenceHigh,
    // Changes: `changes`.
    ChangedThing,
    ChangeBefore,
    ChangeNow,
    ChangeDifference,
    ChangeShare,
    SideFirst,
    SideOther,
    SideDifference,
    SideDifferenceLow,
    SideDifferenceHigh,
    // Tools: `tools`.
    TrendDirection,
    WeeklySlope,
    WeeklySlopeLow,
    WeeklySlopeHigh,
    FirstWeek,
    LastWeek,
    FailureShare,
    ToolsAffected,
    UsersAffected,
    FirstFailure,
    LastFailure,
    FailureCause,
    FailureFix,
    Finished,
    FailureRate,
    FailureRateLow,
    FailureRateHigh,
    Evidence,
    FailuresThere,
    FinishedThere,
    FailureShareThere,
    FailureShareElsewhere,
    PatternProbability,
    PatternSince,
    ClassShare,
    AssignedMedian,
    ToolState,
    // Workspaces: `workspaces`.
    Workspaces,
    WorkspacesCreated,
    WorkspaceSize,
    Members,
    ActiveMembers,
    ActiveMembersShare,
    InactiveMembers,
    UsersShare,
    WorkspaceTools,
    TopTool,
    ExecutionsPerMemberWeek,
    Contributors,
    Gini,
    TopMember,
    TopMemberShare,
    HalfMembers,
    TopTenthShare,
    CumulativePeople,
    CumulativeExecutions,
    OtherWorkspace,
    PeopleOverlap,
    SharedPeople,
    ToolOverlap,
    SharedTools,
    MergeReason,
    ToolAssignment,
    UsedBy,
    Similarity,
    // Clients: `clients`.
    ToolsPerUser,
    ExecutionsPerUser,
    KeptUsers,
    VersionsBehind,
    NewestVersion,
    OlderVersionUsers,
    OlderVersionShare,
    // Recommendations: `advice`.
    AdviceRule,
    AdviceAbout,
    AdviceFinding,
    AdviceAction,
    AdviceAffected,
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

/// How many metrics are measures; see [`MetricId::is_measure`].
const MEASURES: usize = EXECUTIONS.len() + KINDS.len();

/// The registry's rows, in the order of [`MetricId`]: measures of executions and of other kinds, then what only tables of
/// their own hold.
const PARTS: [&[MetricSpec]; 9] = [
    &EXECUTIONS,
    &KINDS,
    &PEOPLE,
    &PROGRESS,
    &CHANGES,
    &TOOLS,
    &WORKSPACES,
    &CLIENTS,
    &ADVICE,
];

const fn count() -> usize {
    let (mut count, mut part) = (0, 0);
    while part < PARTS.len() {
        count += PARTS[part].len();
        part += 1;
    }
    count
}

/// Every metric, in the order of [`MetricId`].
pub const REGISTRY: [MetricSpec; count()] = {
    let mut all = [EXECUTIONS[0]; count()];
    let (mut at, mut part) = (0, 0);
    while part < PARTS.len() {
        let mut row = 0;
        while row < PARTS[part].len() {
            all[at] = PARTS[part][row];
            at += 1;
            row += 1;
        }
        part += 1;
    }
    all
};

impl MetricId {
    pub fn spec(self) -> &'static MetricSpec {
        &REGISTRY[self as usize]
    }

    pub fn id(self) -> &'static str {
        self.spec().id
    }

    /// Can it be asked by any dimension? The others stand in tables of their own, and nowhere else.
    pub const fn is_measure(self) -> bool {
        (self as usize) < MEASURES
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
