//! What a metric about other kinds of events than executions reads of them.

use serde::{Deserialize, Serialize};

use crate::metrics::MetricId;
use crate::model::{EventKind, KindSet};

/// A number about the events of one kind, or of several.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reads {
    /// Events of all kinds.
    Events,
    /// Of [`crate::metrics::MetricSpec::kind`]: all, those that succeeded, those that failed or were refused.
    All,
    Successes,
    Failures,
    /// The last two, divided by all.
    SuccessShare,
    FailureShare,
    DurationMean,
    /// Exact, of finished events' durations.
    DurationPercentile(f64),
    TokensIn,
    TokensOut,
    Cost,
    Devices,
    Storage,
    Uptime,
    OpenLinks,
}

/// `None` for metrics about executions and people.
pub fn reads(metric: MetricId) -> Option<Reads> {
    use MetricId as M;
    Some(match metric {
        M::Events => Reads::Events,
        M::Conversations | M::ProviderCalls | M::Connections | M::Authentications => Reads::All,
        M::ConversationLatencyMean | M::FirstResponseMean | M::ProviderTimeMean => {
            Reads::DurationMean
        }
        M::ConversationLatencyP50 | M::FirstResponseP50 | M::ProviderTimeP50 => {
            Reads::DurationPercentile(0.50)
        }
        M::ConversationLatencyP95 | M::FirstResponseP95 | M::ProviderTimeP95 => {
            Reads::DurationPercentile(0.95)
        }
        M::ConnectionFailures => Reads::Failures,
        M::ProviderFailureRate | M::ConnectionFailureRate => Reads::FailureShare,
        M::AuthenticationSuccessRate => Reads::SuccessShare,
        M::DocumentsShared | M::DocumentsIndexed | M::DocumentsSearched => Reads::Successes,
        M::TokensIn => Reads::TokensIn,
        M::TokensOut => Reads::TokensOut,
        M::CostUsd => Reads::Cost,
        M::UptimeShare => Reads::Uptime,
        M::ActiveConnections => Reads::OpenLinks,
        M::DevicesConnected => Reads::Devices,
        M::StorageBytes => Reads::Storage,
        _ => return None,
    })
}

/// Which states of other kinds a task folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KindNeeds {
    /// Kinds whose durations are summed up, and whose every duration is kept.
    pub durations: KindSet,
    pub values: KindSet,
    /// They are counted with the executions, but pre-aggregated hours lack them.
    pub conversations: bool,
    pub tokens: bool,
    pub cost: bool,
    pub devices: bool,
    pub storage: bool,
    pub links: bool,
}

impl KindNeeds {
    pub fn of(measures: &[MetricId]) -> Self {
        let mut needs = Self::default();
        for &metric in measures {
            let kind = metric.spec().kind.map_or(KindSet::EMPTY, KindSet::of);
            match reads(metric) {
                Some(Reads::All) if metric == MetricId::Conversations => {
                    needs.conversations = true;
                }
                Some(Reads::DurationMean) => needs.durations = needs.durations.union(kind),
                Some(Reads::DurationPercentile(_)) => needs.values = needs.values.union(kind),
                Some(Reads::TokensIn | Reads::TokensOut) => needs.tokens = true,
                Some(Reads::Cost) => needs.cost = true,
                Some(Reads::Devices) => needs.devices = true,
                Some(Reads::Storage) => needs.storage = true,
                Some(Reads::Uptime | Reads::OpenLinks) => needs.links = true,
                _ => {}
            }
        }
        needs
    }

    pub fn add(&mut self, other: Self) {
        self.durations = self.durations.union(other.durations);
        self.values = self.values.union(other.values);
        self.conversations |= other.conversations;
        self.tokens |= other.tokens;
        self.cost |= other.cost;
        self.devices |= other.devices;
        self.storage |= other.storage;
        self.links |= other.links;
    }

    /// Are rows looked at whose kind no measure counts?
    pub fn any_kind(self) -> bool {
        self.cost || self.links
    }
}

/// The kinds that the measures are about: their events make the groups of an answer.
pub fn counted(measures: &[MetricId]) -> KindSet {
    let kinds = measures.iter().map(|&metric| match reads(metric) {
        None => KindSet::ACTIVITY,
        Some(Reads::Events) => KindSet::ALL,
        Some(_) => metric.spec().kind.map_or(KindSet::EMPTY, KindSet::of),
    });
    kinds.reduce(KindSet::union).unwrap_or(KindSet::ACTIVITY)
}

/// What the raw events of a shard have at all, whatever the question: the rest is not available, instead of zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Held {
    pub kinds: KindSet,
    pub tokens: bool,
    pub cost: bool,
}

impl Held {
    pub fn merge(&mut self, other: Self) {
        self.kinds = self.kinds.union(other.kinds);
        self.tokens |= other.tokens;
        self.cost |= other.cost;
    }

    /// Can the metric be told from such events?
    pub fn tells(self, metric: MetricId) -> bool {
        let has_kind = |kind: EventKind| self.kinds.contains(kind);
        metric.spec().kind.is_none_or(has_kind)
            && match reads(metric) {
                Some(Reads::TokensIn | Reads::TokensOut) => self.tokens,
                Some(Reads::Cost) => self.cost,
                _ => true,
            }
    }
}
