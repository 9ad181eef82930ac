//! The mergeable state of one group, and the key it is found under.
//!
//! Merging is associative and commutative: counts add, sets unite, values gather, sketches merge.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::bins::{self, BinCounts};
use super::kind_state::KindStates;
use super::members::Members;
use super::packed;
use super::segment::CLASS_CONVERSATION;
use super::sketch::{DdSketch, HyperLogLog};
use crate::model::{Outcome, TimeUs};

/// One part of a group's key: the value of a dimension. The absent value stands last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum KeyPart {
    /// A bucket's key, or an hour of the week.
    Number(i64),
    Text(Arc<str>),
    Absent,
}

/// The values of a task's dimensions, in their order.
pub type Key = Vec<KeyPart>;

/// A sum with an error term (Neumaier's compensated sum), so that it does not depend on the order of what is added.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct FloatSum {
    sum: f64,
    error: f64,
}

impl FloatSum {
    pub fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        self.error += if self.sum.abs() >= value.abs() {
            (self.sum - sum) + value
        } else {
            (value - sum) + self.sum
        };
        self.sum = sum;
    }

    pub fn merge(&mut self, other: &Self) {
        self.add(other.sum);
        self.add(other.error);
    }

    pub fn value(&self) -> f64 {
        self.sum + self.error
    }
}

/// Sum, count and extremes of durations. The sum keeps whole microseconds as integers, and everything else as
/// [`FloatSum`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DurationState {
    pub count: u64,
    pub sum_us: u64,
    sum_ms: FloatSum,
    pub min_ms: f64,
    pub max_ms: f64,
    /// A pre-aggregate brought executions without sums.
    pub lacks_sum: bool,
    /// A pre-aggregate brought executions without extremes.
    pub lacks_extremes: bool,
}

impl Default for DurationState {
    fn default() -> Self {
        Self {
            count: 0,
            sum_us: 0,
            sum_ms: FloatSum::default(),
            min_ms: f64::INFINITY,
            max_ms: f64::NEG_INFINITY,
            lacks_sum: false,
            lacks_extremes: false,
        }
    }
}

impl DurationState {
    /// Adds whole microseconds; the extremes mean nothing where the count is zero.
    pub fn add_whole(&mut self, count: u64, sum_us: u64, min_us: u32, max_us: u32) {
        if count > 0 {
            self.count += count;
            self.sum_us += sum_us;
            self.add_extremes(f64::from(min_us) / 1e3, f64::from(max_us) / 1e3);
        }
    }

    /// Adds milliseconds to the sum.
    pub fn add_sum(&mut self, ms: f64) {
        self.sum_ms.add(ms);
    }

    pub fn add_extremes(&mut self, min_ms: f64, max_ms: f64) {
        self.min_ms = self.min_ms.min(min_ms);
        self.max_ms = self.max_ms.max(max_ms);
    }

    pub fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.sum_us = self.sum_us.saturating_add(other.sum_us);
        self.sum_ms.merge(&other.sum_ms);
        self.add_extremes(other.min_ms, other.max_ms);
        self.lacks_sum |= other.lacks_sum;
        self.lacks_extremes |= other.lacks_extremes;
    }

    pub fn mean_ms(&self) -> Option<f64> {
        let sum = self.sum_us as f64 / 1e3 + self.sum_ms.value();
        (self.count > 0 && !self.lacks_sum).then(|| sum / self.count as f64)
    }
}

/// What is known of one group.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct GroupState {
    /// Executions by outcome, then conversations.
    pub counts: [u64; 6],
    pub durations: DurationState,
    /// Every duration, milliseconds, in no order.
    #[serde(with = "packed::floats")]
    pub values: Vec<f64>,
    /// Durations that are not among `values`, by classes of size, and those of them that were asked back, µs.
    pub bins: BinCounts,
    #[serde(skip)]
    pub picked: Vec<u32>,
    pub value_sketch: Option<DdSketch>,
    /// A pre-aggregate brought durations without a sketch.
    pub lacks_values: bool,
    /// Active people.
    pub users: Members,
    pub user_sketch: Option<HyperLogLog>,
    /// A pre-aggregate brought executions without a sketch of people.
    pub lacks_users: bool,
    pub last_us: Option<TimeUs>,
    /// People by hash, ascending, and when each first executed a tool (`first_times`, same order).
    #[serde(with = "packed::words")]
    pub first_users: Vec<u64>,
    #[serde(with = "packed::times")]
    pub first_times: Vec<TimeUs>,
    /// People of pre-aggregated hours, by the cut of the task before which they were active.
    pub first_sketches: BTreeMap<u32, HyperLogLog>,
    /// Other kinds of events, where a query asks for them.
    pub kinds: Option<Box<KindStates>>,
}

impl GroupState {
    /// Do its sketches hold what sketches can, and its people point at one of so many names? Everything else in it may
    /// be anything.
    pub fn is_sound(&self, names: usize) -> bool {
        let people = self.user_sketch.iter().chain(self.first_sketches.values());
        let mut durations = self.value_sketch.iter();
        self.users.is_below(names)
            && durations.all(DdSketch::is_sound)
            && people.into_iter().all(HyperLogLog::is_sound)
    }

    /// Are percentiles told from all values, because some came as a list or in a sketch?
    pub fn needs_all_values(&self) -> bool {
        !self.values.is_empty() || self.value_sketch.is_some()
    }

    pub fn count(&self, outcome: Outcome) -> u64 {
        self.counts[outcome as usize]
    }

    /// All but rejected calls.
    pub fn executions(&self) -> u64 {
        let rejected = Outcome::Rejected as usize;
        total(
            self.counts[..usize::from(CLASS_CONVERSATION)]
                .iter()
                .enumerate()
                .filter(|&(outcome, _)| outcome != rejected)
                .map(|(_, count)| count),
        )
    }

    /// Conversations of every outcome.
    pub fn conversations(&self) -> u64 {
        self.counts[usize::from(CLASS_CONVERSATION)]
    }

    /// Rows, and executions of pre-aggregated rows.
    pub fn events(&self) -> u64 {
        let others = self.kinds.as_ref().map_or(0, |kinds| kinds.events());
        total(&self.counts).saturating_add(others)
    }

    pub fn merge(&mut self, other: Self) {
        if self.values.is_empty() && !other.values.is_empty() {
            // Long lists move.
            let mine = std::mem::replace(self, other);
            self.add(&mine);
        } else {
            self.add(&other);
        }
    }

    /// The same, where the other is still needed.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts) {
            *mine = mine.saturating_add(theirs);
        }
        self.durations.merge(&other.durations);
        self.values.extend_from_slice(&other.values);
        bins::merge(&mut self.bins, &other.bins);
        self.picked.extend_from_slice(&other.picked);
        if let Some(theirs) = &other.value_sketch {
            self.value_sketch
                .get_or_insert_with(DdSketch::new)
                .merge(theirs);
        }
        self.lacks_values |= other.lacks_values;
        self.users.unite(&other.users);
        if let Some(theirs) = &other.user_sketch {
            self.user_sketch
                .get_or_insert_with(HyperLogLog::new)
                .merge(theirs);
        }
        self.lacks_users |= other.lacks_users;
        self.last_us = self.last_us.max(other.last_us);
        self.merge_first(&other.first_users, &other.first_times);
        for (&cut, sketch) in &other.first_sketches {
            self.first_sketches.entry(cut).or_default().merge(sketch);
        }
        match (&mut self.kinds, &other.kinds) {
            (Some(mine), Some(theirs)) => mine.merge((**theirs).clone()),
            (mine @ None, Some(theirs)) => *mine = Some(theirs.clone()),
            (_, None) => {}
        }
    }

    fn merge_first(&mut self, users: &[u64], times: &[TimeUs]) {
        if users.is_empty() {
            return;
        }
        if self.first_users.is_empty() {
            (self.first_users, self.first_times) = (users.to_vec(), times.to_vec());
            return;
        }
        let mine = pairs(&self.first_users, &self.first_times);
        let mut both: Vec<(u64, TimeUs)> = mine.chain(pairs(users, times)).collect();
        both.sort_unstable();
        both.dedup_by_key(|(user, _)| *user);
        (self.first_users, self.first_times) = both.into_iter().unzip();
    }
}

fn pairs(users: &[u64], times: &[TimeUs]) -> impl Iterator<Item = (u64, TimeUs)> {
    users.iter().copied().zip(times.iter().copied())
}

/// Counts of hostile hours stop at the greatest number there is, which keeps adding associative.
pub(super) fn total<'a>(counts: impl IntoIterator<Item = &'a u64>) -> u64 {
    let counts = counts.into_iter();
    counts.fold(0, |sum: u64, &count| sum.saturating_add(count))
}
