//! Folding rows into the states of one task: column by column over a chunk, so that each loop is tight.

use std::collections::{BTreeMap, HashMap};

use super::bins::BINS;
use super::columns::Durations;
use super::fold_kinds::KindFold;
use super::groups::{Grouping, Run};
use super::load::Engine;
use super::pair_set::PairSet;
use super::people;
use super::picked::{NO_MICROS, Part, Wants};
use super::plan::{Needs, Task};
use super::segment::{CLASS_CONVERSATION, Segment};
use super::state::{DurationState, GroupState};
use crate::model::{Outcome, TimeUs, WeekStart};

const REJECTED: u8 = Outcome::Rejected as u8;
pub(super) const CANCELLED: u8 = Outcome::Cancelled as u8;
/// Classes of rows, a bit each: executions, and what makes somebody active.
pub(super) const EXECUTIONS: u64 = (1 << CLASS_CONVERSATION) - 1 - (1 << REJECTED);
const ACTIVITY: u64 = EXECUTIONS | 1 << CLASS_CONVERSATION;
/// Rows by class; the last two are not counted anywhere.
pub(super) const CLASS_ROOM: usize = 8;
/// Groups whose durations are counted by classes of size; with more, every duration is listed.
const BINNED_GROUPS_MAX: usize = 1 << 10;

/// Count, sum and extremes of whole microseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sums {
    pub count: u64,
    pub sum_us: u64,
    pub min_us: u32,
    pub max_us: u32,
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            count: 0,
            sum_us: 0,
            min_us: u32::MAX,
            max_us: 0,
        }
    }
}

impl Sums {
    fn add(&mut self, us: u32) {
        self.count += 1;
        self.sum_us += u64::from(us);
        self.min_us = self.min_us.min(us);
        self.max_us = self.max_us.max(us);
    }

    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum_us += other.sum_us;
        self.min_us = self.min_us.min(other.min_us);
        self.max_us = self.max_us.max(other.max_us);
    }
}

/// The states of one task while the pass runs.
#[derive(Debug)]
pub struct Fold {
    pub(super) needs: Needs,
    /// Percentiles come from `bins`, not from `values`.
    pub(super) is_binned: bool,
    /// The classes of rows whose people are active, a bit each.
    active: u64,
    pub(super) cuts: Vec<TimeUs>,
    pub(super) grouping: Grouping,
    /// Rows by class, by slot.
    pub(super) counts: Vec<[u64; CLASS_ROOM]>,
    pub(super) sums: Vec<Sums>,
    /// Durations that are no whole microseconds.
    pub(super) durations: Vec<DurationState>,
    /// [`BINS`] for each slot.
    pub(super) bins: Vec<u32>,
    /// Slots and values of all durations.
    pub(super) value_slots: Vec<u32>,
    pub(super) values: Vec<f64>,
    /// Who is active in which group.
    pub(super) people: PairSet,
    pub(super) last_us: Vec<TimeUs>,
    /// The last row of the segment at hand, by slot.
    pub(super) last_row: Vec<u32>,
    /// slot << 32 | user → first execution; a plain list by user where there is but one slot.
    pub(super) first_map: HashMap<u64, TimeUs>,
    pub(super) first_list: Vec<TimeUs>,
    /// What pre-aggregated rows bring beside counts, by slot.
    pub(super) hours: BTreeMap<u32, GroupState>,
    pub(super) has_hours: bool,
    pub(super) lacks_hours: bool,
    pub(super) lacks_kinds: bool,
    /// Where other kinds of events are asked for.
    pub(super) kinds: Option<KindFold>,
    slots: Vec<u32>,
    runs: Vec<Run>,
}

impl Fold {
    /// `may_bin`: whoever asks comes back for the values that percentiles need.
    pub fn new(
        task: &Task,
        any_person: bool,
        may_bin: bool,
        engine: &Engine,
        week: WeekStart,
    ) -> Self {
        let grouping = Grouping::new(&task.dimensions, task.period, engine, week);
        let users = engine.dictionaries[people::USER].size();
        let one_slot = task.dimensions.is_empty();
        let people = PairSet::new(grouping.combinations_max(), users);
        Self {
            needs: task.needs,
            is_binned: may_bin
                && task.needs.values()
                && grouping.combinations_max() <= BINNED_GROUPS_MAX,
            active: if any_person { u64::MAX } else { ACTIVITY },
            cuts: task.cuts.clone(),
            grouping,
            counts: Vec::new(),
            sums: Vec::new(),
            durations: Vec::new(),
            bins: Vec::new(),
            value_slots: Vec::new(),
            values: Vec::new(),
            people,
            last_us: Vec::new(),
            last_row: Vec::new(),
            first_map: HashMap::new(),
            first_list: if one_slot && task.needs.first_use {
                vec![TimeUs::MAX; users]
            } else {
                Vec::new()
            },
            hours: BTreeMap::new(),
            has_hours: false,
            lacks_hours: false,
            lacks_kinds: false,
            kinds: KindFold::new(task.needs.kinds, task.needs.counted),
            slots: Vec::new(),
            runs: Vec::new(),
        }
    }

    /// The columns it reads.
    pub fn wants(&self) -> Wants {
        let users = if self.needs.users {
            1 << people::USER
        } else {
            0
        };
        Wants {
            text: self.grouping.text_columns() | users,
            micros: self.needs.durations || self.lists_values(),
            bins: self.is_binned,
        }
    }

    fn lists_values(&self) -> bool {
        self.needs.values() && !self.is_binned
    }

    /// Folds rows of one segment; they ascend, passed the filters, and lie in the task's period and in one chunk.
    #[inline(never)]
    pub fn rows(&mut self, segment: &Segment, part: Part<'_>) {
        let Some(&first) = part.rows().first() else {
            return;
        };
        let mut slots = std::mem::take(&mut self.slots);
        let by_row = self.lists_values()
            || self.needs.last_used
            || self.needs.first_use
            || self.kinds.is_some()
            || matches!(segment.durations, Durations::Millis(_));
        if self.grouping.is_of_time() {
            let mut runs = std::mem::take(&mut self.runs);
            self.grouping.runs(segment, part.rows(), &mut runs);
            self.make_room();
            slots.clear();
            for run in &runs {
                self.run(part.slice(run.from..run.until), run.slot);
                if by_row {
                    slots.resize(run.until, run.slot);
                }
            }
            self.runs = runs;
        } else {
            self.grouping.slots(segment, part, &mut slots);
            self.make_room();
            self.each(part, &slots);
        }
        self.people.tidy();
        let rows = part.rows();
        let pairs = || rows.iter().copied().zip(slots.iter().copied());
        if let Durations::Millis(millis) = &segment.durations
            && (self.needs.durations || self.needs.values())
        {
            self.fold_millis(segment, millis, pairs());
        } else if self.lists_values() {
            self.list_values(part, &slots);
        }
        if self.needs.last_used {
            for ((row, slot), &class) in pairs().zip(part.classes()) {
                if EXECUTIONS >> class & 1 == 1 {
                    self.last_row[slot as usize] = row;
                }
            }
        }
        if self.needs.first_use {
            self.fold_first(segment, first, pairs());
        }
        if let Some(kinds) = &mut self.kinds {
            kinds.rows(segment, rows, &slots, self.grouping.len());
        }
        self.slots = slots;
    }

    /// Rows that share a slot.
    #[inline(never)]
    fn run(&mut self, part: Part<'_>, slot: u32) {
        let at = slot as usize;
        count_classes(part.classes(), &mut self.counts[at]);
        if self.needs.durations {
            let sums = &mut self.sums[at];
            let finished = part.micros().iter().filter(|&&us| us != NO_MICROS);
            finished.for_each(|&us| sums.add(us));
        }
        if self.is_binned
            && let Some(bins) = self.bins[at * BINS..].first_chunk_mut::<BINS>()
        {
            for &bin in part.bins() {
                bins[usize::from(bin)] += 1;
            }
        }
        if self.needs.users {
            let people = part.classes().iter().zip(part.text(people::USER));
            let active = self.active;
            if let Some(set) = self.people.set_of(slot) {
                for (&class, &user) in people {
                    let is_active = active >> class & u64::from(user != 0);
                    set[user as usize / 64] |= is_active << (user % 64);
                }
            } else {
                for (&class, &user) in people {
                    if active >> class & u64::from(user != 0) == 1 {
                        self.people.add(slot, user);
                    }
                }
            }
        }
    }

    /// Rows each with a slot.
    #[inline(never)]
    fn each(&mut self, part: Part<'_>, slots: &[u32]) {
        for (&slot, &class) in slots.iter().zip(part.classes()) {
            self.counts[slot as usize][usize::from(class) % CLASS_ROOM] += 1;
        }
        if self.needs.durations {
            for (&slot, &us) in slots.iter().zip(part.micros()) {
                if us != NO_MICROS {
                    self.sums[slot as usize].add(us);
                }
            }
        }
        if self.is_binned {
            for (&slot, &bin) in slots.iter().zip(part.bins()) {
                self.bins[slot as usize * BINS + usize::from(bin)] += 1;
            }
        }
        if self.needs.users {
            let people = part.classes().iter().zip(part.text(people::USER));
            for (&slot, (&class, &user)) in slots.iter().zip(people) {
                if self.active >> class & u64::from(user != 0) == 1 {
                    self.people.add(slot, user);
                }
            }
        }
    }

    /// Folds everybody of a segment at once, for a task that [asks for nothing else](super::plan::Plan::is_of_everybody).
    pub fn everybody(&mut self, people: &[u64]) {
        let slot = self.grouping.only_slot();
        self.make_room();
        self.people.add_all(slot, people);
    }

    /// To be called when a segment is done, before the next begins.
    pub fn end_segment(&mut self, segment: &Segment) {
        if !self.needs.last_used {
            return;
        }
        for (row, last_us) in self.last_row.iter_mut().zip(&mut self.last_us) {
            if *row != u32::MAX {
                *last_us = (*last_us).max(segment.times.get(*row as usize));
                *row = u32::MAX;
            }
        }
    }

    /// One more slot may have come into use.
    pub(super) fn make_room(&mut self) {
        let slots = self.grouping.len();
        if self.counts.len() == slots {
            return;
        }
        self.counts.resize(slots, [0; CLASS_ROOM]);
        if self.needs.durations {
            self.sums.resize(slots, Sums::default());
            self.durations.resize(slots, DurationState::default());
        }
        if self.is_binned {
            self.bins.resize(slots * BINS, 0);
        }
        if self.needs.last_used {
            self.last_us.resize(slots, TimeUs::MIN);
            self.last_row.resize(slots, u32::MAX);
        }
        if self.needs.users {
            self.people.make_room(slots);
        }
    }
}

/// Adds the number of rows of each class. Eight counters share one word, so that no row waits for the one before it
/// to come back from memory.
fn count_classes(classes: &[u8], counts: &mut [u64; CLASS_ROOM]) {
    const ROWS_MAX: usize = u8::MAX as usize;
    for few in classes.chunks(ROWS_MAX) {
        let packed = few
            .iter()
            .fold(0_u64, |sum, &class| sum + (1 << (class % 8 * 8)));
        for (count, byte) in counts.iter_mut().zip(packed.to_le_bytes()) {
            *count += u64::from(byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::count_classes;

    #[test]
    fn rows_of_one_class_are_counted_however_many_they_are() {
        let mut counts = [0; 8];
        count_classes(&[2; 1_000], &mut counts);
        count_classes(&[6, 0, 2, 5], &mut counts);
        assert_eq!(counts, [1, 0, 1_001, 0, 0, 1, 1, 0]);
    }
}
