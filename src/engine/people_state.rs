//! The mergeable state of everybody's deeds. Merging is associative and commutative: people meet by the hash of their
//! name, counts add, times are minima and maxima, sets unite, and bursts of events grow together.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ascending::{merged, union};
use super::packed;
use super::people_pack;
use crate::insight::{Activity, Deeds, Person, Slices};
use crate::model::zone::{DAY_US, HOUR_US};
use crate::model::{Directory, TimeUs};

/// A gap of this length without events ends a session that has no id.
pub const SESSION_GAP_US: i64 = HOUR_US / 2;
/// The longest session.
const SESSION_US_MAX: i64 = DAY_US;

/// Events less than [`SESSION_GAP_US`] apart: the first and the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Burst {
    pub first_us: TimeUs,
    pub last_us: TimeUs,
}

/// The events of one session id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedSession {
    /// The id's hash.
    pub id: u64,
    pub burst: Burst,
}

/// When a person did something for the first time, and for the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Times {
    pub first_us: Option<TimeUs>,
    pub last_us: Option<TimeUs>,
    pub first_use_us: Option<TimeUs>,
    pub use_after_login_us: Option<TimeUs>,
}

/// One person's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonState {
    /// Of the name.
    pub hash: u64,
    pub name: Arc<str>,
    pub times: Times,
    /// Ascending by slice, one each.
    #[serde(with = "people_pack::deeds")]
    pub deeds: Vec<Deeds>,
    /// Hashes of tools in the period and in that of comparison, ascending, once each.
    #[serde(with = "packed::words")]
    pub tools: Vec<u64>,
    #[serde(with = "packed::words")]
    pub tools_before: Vec<u64>,
    /// Of events in the period without a session id, ascending, apart by the gap at least.
    #[serde(with = "people_pack::bursts")]
    pub bursts: Vec<Burst>,
    /// Of events in the period with one; ascending by id, once each.
    #[serde(with = "people_pack::sessions")]
    pub sessions: Vec<NamedSession>,
}

/// One shard's people, or those of several.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PeopleState {
    /// Ascending by hash, once each.
    pub people: Vec<PersonState>,
    /// Slices with pre-aggregated hours, ascending, once each.
    pub clouded: Vec<u64>,
}

impl PeopleState {
    pub fn is_sound(&self) -> bool {
        self.people.is_sorted_by(|a, b| a.hash < b.hash)
    }

    pub fn merge(&mut self, other: Self) {
        self.clouded = union(std::mem::take(&mut self.clouded), other.clouded);
        if self.people.is_empty() {
            self.people = other.people;
            return;
        }
        let mine = std::mem::take(&mut self.people);
        self.people = merged(
            mine,
            other.people,
            |a, b| a.hash.cmp(&b.hash),
            PersonState::merge,
        );
    }

    /// The plain form that tables are made of.
    pub fn into_activity(self, slices: Slices, directory: Option<&Directory>) -> Activity {
        let index = directory.map(Directory::people_index).unwrap_or_default();
        let mut states = self.people;
        states.sort_by(|a, b| a.name.cmp(&b.name));
        let mut activity = Activity {
            is_clouded: vec![false; slices.len()],
            ..Activity::default()
        };
        for slice in self.clouded {
            if let Some(is_clouded) = activity.is_clouded.get_mut(slice as usize) {
                *is_clouded = true;
            }
        }
        for state in states {
            let begin = activity.deeds.len();
            let known = state
                .deeds
                .iter()
                .take_while(|deed| (deed.slice as usize) < slices.len());
            activity.deeds.extend(known);
            let (sessions, sessions_us) = state.sessions();
            activity.people.push(Person {
                known_as: index.get(&state.name.to_lowercase()).copied(),
                name: state.name,
                first_us: state.times.first_us,
                last_us: state.times.last_us,
                first_use_us: state.times.first_use_us,
                use_after_login_us: state.times.use_after_login_us,
                deeds: begin..activity.deeds.len(),
                tools: [state.tools.len() as u64, state.tools_before.len() as u64],
                sessions,
                sessions_us,
            });
        }
        activity.slices = slices;
        activity
    }
}

impl PersonState {
    pub fn merge(&mut self, other: Self) {
        if other.name < self.name {
            self.name = other.name;
        }
        let (mine, theirs) = (&mut self.times, other.times);
        let earlier = |a: Option<TimeUs>, b: Option<TimeUs>| a.into_iter().chain(b).min();
        mine.first_us = earlier(mine.first_us, theirs.first_us);
        mine.last_us = mine.last_us.max(theirs.last_us);
        mine.first_use_us = earlier(mine.first_use_us, theirs.first_use_us);
        mine.use_after_login_us = earlier(mine.use_after_login_us, theirs.use_after_login_us);
        self.deeds = merged(
            std::mem::take(&mut self.deeds),
            other.deeds,
            |a, b| a.slice.cmp(&b.slice),
            |mine, theirs| mine.add(&theirs),
        );
        self.tools = union(std::mem::take(&mut self.tools), other.tools);
        self.tools_before = union(std::mem::take(&mut self.tools_before), other.tools_before);
        self.bursts.extend(other.bursts);
        grow_together(&mut self.bursts);
        self.sessions = merged(
            std::mem::take(&mut self.sessions),
            other.sessions,
            |a, b| a.id.cmp(&b.id),
            |mine, theirs| mine.burst.add(theirs.burst),
        );
    }

    /// How many, and their lengths added up. A session with an id is one and counts for a day at most; without, what goes
    /// on for longer is cut once a day.
    fn sessions(&self) -> (u64, i64) {
        let mut count = self.sessions.len() as u64;
        let mut length_us: i64 = 0;
        for session in &self.sessions {
            length_us = length_us.saturating_add(session.burst.length_us().min(SESSION_US_MAX));
        }
        for burst in &self.bursts {
            let days = (burst.length_us() as u64).div_ceil(SESSION_US_MAX as u64);
            count = count.saturating_add(days.max(1));
            length_us = length_us.saturating_add(burst.length_us());
        }
        (count, length_us)
    }
}

impl Burst {
    pub fn at(time_us: TimeUs) -> Self {
        Self {
            first_us: time_us,
            last_us: time_us,
        }
    }

    pub fn add(&mut self, other: Self) {
        self.first_us = self.first_us.min(other.first_us);
        self.last_us = self.last_us.max(other.last_us);
    }

    /// Does it go on at a later time?
    pub fn reaches(&self, time_us: TimeUs) -> bool {
        time_us < self.last_us.saturating_add(SESSION_GAP_US)
    }

    fn length_us(&self) -> i64 {
        self.last_us.saturating_sub(self.first_us)
    }
}

/// Bursts in any order become those of all their events together.
pub fn grow_together(bursts: &mut Vec<Burst>) {
    if !bursts.is_sorted() {
        bursts.sort_unstable();
    }
    bursts.dedup_by(|later, earlier| {
        let is_one = earlier.reaches(later.first_us);
        if is_one {
            earlier.add(*later);
        }
        is_one
    });
}

#[cfg(test)]
mod tests {
    use super::{Burst, SESSION_GAP_US, grow_together};

    #[test]
    fn a_gap_of_exactly_half_an_hour_ends_a_session() {
        let mut bursts = vec![
            Burst::at(SESSION_GAP_US),
            Burst::at(0),
            Burst::at(2 * SESSION_GAP_US - 1),
        ];
        grow_together(&mut bursts);
        assert_eq!(bursts.len(), 2);
        assert_eq!(bursts[1].length_us(), SESSION_GAP_US - 1);
    }
}
