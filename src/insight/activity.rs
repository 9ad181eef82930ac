//! What each person did, slice by slice: the plain form in which the merged states come here.

use std::ops::Range;
use std::sync::Arc;

use super::slices::Slices;
use crate::model::TimeUs;

/// What one person did in one slice of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deeds {
    pub slice: u32,
    /// All but rejected calls.
    pub executions: u32,
    pub successes: u32,
    pub failures: u32,
    pub conversations: u32,
    /// Documents shared with success.
    pub documents: u32,
}

impl Deeds {
    /// An execution or a conversation is what makes a person active.
    pub fn is_active(&self) -> bool {
        self.executions > 0 || self.conversations > 0
    }

    /// Adds another's counts; the slice stays.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in [
            (&mut self.executions, other.executions),
            (&mut self.successes, other.successes),
            (&mut self.failures, other.failures),
            (&mut self.conversations, other.conversations),
            (&mut self.documents, other.documents),
        ] {
            *mine = mine.saturating_add(theirs);
        }
    }
}

/// A name that events gave to someone. Times are those of activity before the end of the period.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub name: Arc<str>,
    pub first_us: Option<TimeUs>,
    pub last_us: Option<TimeUs>,
    /// First tool execution; and the first one from the day of the directory's first login on.
    pub first_use_us: Option<TimeUs>,
    pub use_after_login_us: Option<TimeUs>,
    /// Position of the person in the directory.
    pub known_as: Option<usize>,
    /// Positions in [`Activity::deeds`].
    pub deeds: Range<usize>,
    /// Distinct tools in the period and in that of comparison.
    pub tools: [u64; 2],
    /// Sessions in the period, and their lengths added up.
    pub sessions: u64,
    pub sessions_us: i64,
}

/// Everybody of a question.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Activity {
    pub slices: Slices,
    /// By name.
    pub people: Vec<Person>,
    /// Person after person, ascending by slice.
    pub deeds: Vec<Deeds>,
    /// For each slice: did pre-aggregated hours take part, which do not tell who did what?
    pub is_clouded: Vec<bool>,
}

impl Activity {
    /// A person's deeds in some slices.
    pub fn deeds(&self, person: &Person, slices: Range<usize>) -> &[Deeds] {
        let deeds = self.deeds.get(person.deeds.clone()).unwrap_or_default();
        let first = deeds.partition_point(|deed| (deed.slice as usize) < slices.start);
        let last = deeds.partition_point(|deed| (deed.slice as usize) < slices.end);
        &deeds[first..last.max(first)]
    }

    /// They added up.
    pub fn sum(&self, person: &Person, slices: Range<usize>) -> Deeds {
        let mut sum = Deeds::default();
        for deed in self.deeds(person, slices) {
            sum.add(deed);
        }
        sum
    }

    /// The values of the slices in which a person was active before a time, ascending, once each. `values` has one a
    /// slice, ascending: days, or keys of buckets.
    pub fn active<'a>(
        &'a self,
        person: &Person,
        until_us: TimeUs,
        values: &'a [i64],
    ) -> impl Iterator<Item = i64> + 'a {
        let slices = self.slices.between(TimeUs::MIN, until_us);
        let mut last = None;
        self.deeds(person, slices)
            .iter()
            .filter(|deed| deed.is_active())
            .filter_map(|deed| values.get(deed.slice as usize).copied())
            .filter(move |&value| last.replace(value) != Some(value))
    }

    /// Executions and conversations of everybody in a period.
    pub fn events(&self, (from_us, until_us): (TimeUs, TimeUs)) -> u64 {
        let slices = self.slices.between(from_us, until_us);
        let of_slice = |deed: &&Deeds| slices.contains(&(deed.slice as usize));
        let deeds = self.deeds.iter().filter(of_slice);
        deeds.fold(0, |sum, deed| {
            sum + u64::from(deed.executions) + u64::from(deed.conversations)
        })
    }

    /// Is everything in `[from, until)` known by person?
    pub fn is_clear(&self, from_us: TimeUs, until_us: TimeUs) -> bool {
        let slices = self.slices.between(from_us, until_us);
        // A slice that began before counts too: it reaches into the span.
        let first = slices.start.saturating_sub(usize::from(
            self.slices.starts().get(slices.start) != Some(&from_us),
        ));
        !self
            .is_clouded
            .get(first..slices.end)
            .is_some_and(|clouded| clouded.contains(&true))
    }

    /// Is everything before a time known by person?
    pub fn is_clear_before(&self, until_us: TimeUs) -> bool {
        self.is_clear(TimeUs::MIN, until_us)
    }
}
