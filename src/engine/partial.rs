//! One shard's states for one question, and how those of two shards become one.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::members::{self, Members};
use super::packed;
use super::people_state::PeopleState;
use super::reads::Held;
use super::state::{GroupState, Key};
use crate::model::TimeUs;

/// The groups of one task, by key, ascending.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TaskState {
    pub groups: Vec<(Key, GroupState)>,
    /// Pre-aggregated rows took part; and some were left out, because they lack a column.
    pub has_hours: bool,
    pub lacks_hours: bool,
    /// Pre-aggregated rows lie where other kinds of events are asked for.
    pub lacks_kinds: bool,
}

impl TaskState {
    pub fn group(&self, key: &Key) -> Option<usize> {
        self.groups.binary_search_by(|(held, _)| held.cmp(key)).ok()
    }

    /// Are durations counted by classes of size anywhere?
    pub fn has_bins(&self) -> bool {
        self.groups.iter().any(|(_, state)| !state.bins.is_empty())
    }

    fn merge(&mut self, other: Self) {
        self.has_hours |= other.has_hours;
        self.lacks_hours |= other.lacks_hours;
        self.lacks_kinds |= other.lacks_kinds;
        if self.groups.is_empty() {
            self.groups = other.groups;
            return;
        }
        let mut merged = Vec::with_capacity(self.groups.len() + other.groups.len());
        let mut mine = std::mem::take(&mut self.groups).into_iter().peekable();
        let mut theirs = other.groups.into_iter().peekable();
        loop {
            let order = match (mine.peek(), theirs.peek()) {
                (Some(a), Some(b)) => a.0.cmp(&b.0),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => break,
            };
            match order {
                Ordering::Less => merged.extend(mine.next()),
                Ordering::Greater => merged.extend(theirs.next()),
                Ordering::Equal => {
                    if let (Some((key, mut state)), Some((_, other))) = (mine.next(), theirs.next())
                    {
                        state.merge(other);
                        merged.push((key, state));
                    }
                }
            }
        }
        self.groups = merged;
    }
}

/// One shard's states for one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct PartialAnswer {
    /// In the order of the plan's tasks.
    pub(super) tasks: Vec<TaskState>,
    /// Hashes of the people that the tasks' groups tell apart, ascending.
    #[serde(with = "packed::words")]
    pub(super) names: Vec<u64>,
    /// In the order of the plan's tasks about people.
    pub(super) people: Vec<PeopleState>,
    pub(super) rows_scanned: u64,
    pub(super) rows_skipped: u64,
    pub(super) fingerprint: u64,
    pub(super) newest_event_us: Option<TimeUs>,
    /// Events after the question's present.
    pub(super) future_events: u64,
    /// Hours that a local bucket or the period's edge cuts were counted by their start.
    pub(super) hours_cut: bool,
    pub(super) held: Held,
}

/// The bytes are not a partial answer of this build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("The shards of this page do not understand each other; reload the page.")]
pub struct PartialError;

impl PartialAnswer {
    /// The states of both; associative and commutative. Both must stem from the same question; an empty
    /// (default) answer is neutral.
    #[must_use]
    pub fn merge(mut self, mut other: Self) -> Self {
        self.join_names(&mut other);
        if self.tasks.is_empty() {
            self.tasks = other.tasks;
        } else {
            for (mine, theirs) in self.tasks.iter_mut().zip(other.tasks) {
                mine.merge(theirs);
            }
        }
        if self.people.is_empty() {
            self.people = other.people;
        } else {
            for (mine, theirs) in self.people.iter_mut().zip(other.people) {
                mine.merge(theirs);
            }
        }
        self.rows_scanned = self.rows_scanned.saturating_add(other.rows_scanned);
        self.rows_skipped = self.rows_skipped.saturating_add(other.rows_skipped);
        self.fingerprint = self.fingerprint.wrapping_add(other.fingerprint);
        self.newest_event_us = self.newest_event_us.max(other.newest_event_us);
        self.future_events = self.future_events.saturating_add(other.future_events);
        self.hours_cut |= other.hours_cut;
        self.held.merge(other.held);
        self
    }

    /// One list of names for both.
    fn join_names(&mut self, other: &mut Self) {
        if self.names == other.names {
            return;
        }
        let (both, mine, theirs) = members::joined(&self.names, &other.names);
        members::move_all(self.members(), &mine);
        members::move_all(other.members(), &theirs);
        self.names = both;
    }

    fn members(&mut self) -> impl Iterator<Item = &mut Members> {
        let groups = self.tasks.iter_mut().flat_map(|task| &mut task.groups);
        groups.map(|(_, state)| &mut state.users)
    }

    pub fn encode(&self) -> Vec<u8> {
        postcard::to_stdvec(self).unwrap_or_default()
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, PartialError> {
        let partial: Self = postcard::from_bytes(bytes).map_err(|_| PartialError)?;
        let mut groups = partial.tasks.iter().flat_map(|task| &task.groups);
        let are_people_sound = partial.people.iter().all(PeopleState::is_sound);
        if are_people_sound && groups.all(|(_, state)| state.is_sound(partial.names.len())) {
            Ok(partial)
        } else {
            Err(PartialError)
        }
    }
}
