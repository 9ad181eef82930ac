//! The mergeable state of other kinds of events in one group. Counts add, sets unite, of samples the newest stays.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ascending::union;
use super::packed;
use super::state::{DurationState, FloatSum, total};
use crate::model::{EventKind, Outcome, TimeUs};

/// The events of one kind.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct KindState {
    /// In the order of [`Outcome`].
    pub outcomes: [u64; Outcome::ALL.len()],
    pub durations: DurationState,
    /// Every duration of finished events, milliseconds, in no order.
    #[serde(with = "packed::floats")]
    pub values: Vec<f64>,
}

impl KindState {
    pub fn events(&self) -> u64 {
        total(&self.outcomes)
    }

    pub fn of(&self, outcome: Outcome) -> u64 {
        self.outcomes[outcome as usize]
    }

    /// Those that failed or were refused.
    pub fn failures(&self) -> u64 {
        self.of(Outcome::Failure)
            .saturating_add(self.of(Outcome::Rejected))
    }

    fn merge(&mut self, other: Self) {
        for (mine, theirs) in self.outcomes.iter_mut().zip(other.outcomes) {
            *mine = mine.saturating_add(theirs);
        }
        self.durations.merge(&other.durations);
        self.values.extend(other.values);
    }
}

/// Sums of what events have on record. Token counts saturate, which keeps adding associative.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct AmountState {
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub cost_usd: FloatSum,
    /// Events that have a cost and are counted nowhere else in the group.
    pub only_cost: u64,
}

impl AmountState {
    fn merge(&mut self, other: &Self) {
        self.tokens_in = self.tokens_in.saturating_add(other.tokens_in);
        self.tokens_out = self.tokens_out.saturating_add(other.tokens_out);
        self.cost_usd.merge(&other.cost_usd);
        self.only_cost = self.only_cost.saturating_add(other.only_cost);
    }
}

/// A session's connection to one server. A disconnection tells how long it was connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// [`TimeUs::MAX`]: no successful connection in the period.
    pub first_connect_us: TimeUs,
    /// [`TimeUs::MIN`]: none.
    pub last_connect_us: TimeUs,
    pub last_disconnect_us: TimeUs,
    /// What the disconnections say; saturates.
    pub connected_us: u64,
    /// A disconnection does not say.
    pub lacks_duration: bool,
}

impl Default for Link {
    fn default() -> Self {
        Self {
            first_connect_us: TimeUs::MAX,
            last_connect_us: TimeUs::MIN,
            last_disconnect_us: TimeUs::MIN,
            connected_us: 0,
            lacks_duration: false,
        }
    }
}

impl Link {
    pub fn connect(&mut self, time_us: TimeUs) {
        self.first_connect_us = self.first_connect_us.min(time_us);
        self.last_connect_us = self.last_connect_us.max(time_us);
    }

    pub fn disconnect(&mut self, time_us: TimeUs, connected_us: Option<u64>) {
        self.last_disconnect_us = self.last_disconnect_us.max(time_us);
        self.connected_us = self
            .connected_us
            .saturating_add(connected_us.unwrap_or_default());
        self.lacks_duration |= connected_us.is_none();
    }

    pub fn is_open(&self) -> bool {
        self.last_connect_us > self.last_disconnect_us
    }

    /// Connected time and the whole time from the first connection to the session's last event, µs.
    pub fn uptime_us(&self, session_last_us: TimeUs) -> Option<(u64, u64)> {
        if self.first_connect_us == TimeUs::MAX || self.lacks_duration {
            return None;
        }
        let whole = u64::try_from(session_last_us.saturating_sub(self.first_connect_us)).ok()?;
        let open = if self.is_open() {
            u64::try_from(session_last_us.saturating_sub(self.last_connect_us)).ok()?
        } else {
            0
        };
        Some((self.connected_us.saturating_add(open).min(whole), whole))
    }

    fn merge(&mut self, other: &Self) {
        self.first_connect_us = self.first_connect_us.min(other.first_connect_us);
        self.last_connect_us = self.last_connect_us.max(other.last_connect_us);
        self.last_disconnect_us = self.last_disconnect_us.max(other.last_disconnect_us);
        self.connected_us = self.connected_us.saturating_add(other.connected_us);
        self.lacks_duration |= other.lacks_duration;
    }
}

/// A sample of storage: the newer one stays, of two at the same instant the larger.
pub type Sample = (TimeUs, u64);

/// What is known of other kinds of events in one group.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct KindStates {
    /// Conversations are counted by [`super::state::GroupState::counts`], here are only their durations.
    pub of_kind: BTreeMap<EventKind, KindState>,
    pub amounts: AmountState,
    /// Hashes of person and platform, ascending, once each.
    #[serde(with = "packed::words")]
    pub devices: Vec<u64>,
    /// The newest sample of each workspace, by the hash of its name; 0 for none.
    pub storage: BTreeMap<u64, Sample>,
    /// By the hashes of session and server; 0 for no server.
    pub links: BTreeMap<(u64, u64), Link>,
    /// The last event of each session, by its hash.
    pub sessions: BTreeMap<u64, TimeUs>,
    /// A pre-aggregate, which holds executions only, covers part of the group.
    pub lacks_kinds: bool,
}

impl KindStates {
    /// Events that are counted here and nowhere else.
    pub fn events(&self) -> u64 {
        let counted = self.of_kind.values().map(KindState::events);
        counted.fold(self.amounts.only_cost, u64::saturating_add)
    }

    pub fn merge(&mut self, other: Self) {
        for (kind, state) in other.of_kind {
            self.of_kind.entry(kind).or_default().merge(state);
        }
        self.amounts.merge(&other.amounts);
        self.devices = union(std::mem::take(&mut self.devices), other.devices);
        for (workspace, sample) in other.storage {
            let held = self.storage.entry(workspace).or_insert(sample);
            *held = (*held).max(sample);
        }
        for (key, link) in other.links {
            self.links.entry(key).or_default().merge(&link);
        }
        for (session, last_us) in other.sessions {
            let held = self.sessions.entry(session).or_insert(last_us);
            *held = (*held).max(last_us);
        }
        self.lacks_kinds |= other.lacks_kinds;
    }

    /// Connected share of all sessions' time; `None` when no session connected for any time.
    pub fn uptime_share(&self) -> Option<f64> {
        let spans = self.links.iter().filter_map(|((session, _), link)| {
            link.uptime_us(self.sessions.get(session).copied()?)
        });
        let (connected, whole) = spans.fold((0_u64, 0_u64), |sum, span| {
            (sum.0.saturating_add(span.0), sum.1.saturating_add(span.1))
        });
        (whole > 0).then(|| connected as f64 / whole as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::Link;

    #[test]
    fn an_open_connection_lasts_until_the_session_s_last_event() {
        let mut link = Link::default();
        link.connect(100);
        link.disconnect(160, Some(60));
        link.connect(180);
        assert!(link.is_open());
        // Connected from 100 to 160 and from 180 to 200.
        assert_eq!(link.uptime_us(200), Some((80, 100)));
        link.disconnect(190, None);
        assert_eq!(link.uptime_us(200), None);
    }
}
