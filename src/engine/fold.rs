//! Folding rows into the states of one task: column by column over a chunk, so that each loop is tight.

use std::collections::{BTreeMap, HashMap};

use super::columns::{Durations, with_codes};
use super::filter::CLASSES;
use super::fold_kinds::KindFold;
use super::groups::Grouping;
use super::load::Engine;
use super::pair_set::PairSet;
use super::people;
use super::plan::{Needs, Task};
use super::segment::{CLASS_CONVERSATION, CLASS_OTHER, Segment, kind_of};
use super::state::{DurationState, GroupState};
use crate::model::{EventKind, Outcome, TimeUs, WeekStart};

const REJECTED: u8 = Outcome::Rejected as u8;
pub(super) const CANCELLED: u8 = Outcome::Cancelled as u8;
/// The states of one task while the pass runs.
#[derive(Debug)]
pub struct Fold {
    pub(super) needs: Needs,
    pub(super) any_person: bool,
    pub(super) cuts: Vec<TimeUs>,
    pub(super) grouping: Grouping,
    /// [`CLASSES`], but [`CLASS_OTHER`] for what no measure counts.
    classes: Box<[u8; 256]>,
    pub(super) counts: Vec<[u64; 6]>,
    pub(super) durations: Vec<DurationState>,
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
    pub(super) slots: Vec<u32>,
}

impl Fold {
    pub fn new(task: &Task, any_person: bool, engine: &Engine, week: WeekStart) -> Self {
        let grouping = Grouping::new(&task.dimensions, task.period, engine, week);
        let users = engine.dictionaries[people::USER].size();
        let one_slot = task.dimensions.is_empty();
        let people = PairSet::new(grouping.combinations_max(), users);
        Self {
            needs: task.needs,
            any_person,
            cuts: task.cuts.clone(),
            grouping,
            classes: Box::new(std::array::from_fn(|flag| {
                let kind = EventKind::from_code(kind_of(flag as u8));
                let counts = kind.is_some_and(|kind| task.needs.counted.contains(kind));
                if counts { CLASSES[flag] } else { CLASS_OTHER }
            })),
            counts: Vec::new(),
            durations: Vec::new(),
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
        }
    }

    /// Folds rows of one segment; they ascend, passed the filters, and lie in the task's period and in one chunk.
    #[inline(never)]
    pub fn rows(&mut self, segment: &Segment, rows: &[u32]) {
        if rows.is_empty() {
            return;
        }
        let mut slots = std::mem::take(&mut self.slots);
        self.grouping.slots(segment, rows, &mut slots);
        self.make_room();
        let pairs = || rows.iter().copied().zip(slots.iter().copied());
        let classes = &*self.classes;
        for (row, slot) in pairs() {
            let class = classes[usize::from(segment.flags[row as usize])];
            if class != CLASS_OTHER {
                self.counts[slot as usize][usize::from(class)] += 1;
            }
        }
        if self.needs.durations || self.needs.values {
            self.fold_durations(segment, pairs());
        }
        if self.needs.users {
            self.fold_people(segment, pairs());
        }
        if self.needs.last_used {
            for (row, slot) in pairs() {
                if is_execution(segment, row) {
                    self.last_row[slot as usize] = row;
                }
            }
        }
        if self.needs.first_use {
            self.fold_first(segment, rows[0], pairs());
        }
        if let Some(kinds) = &mut self.kinds {
            kinds.rows(segment, rows, &slots, self.grouping.len());
        }
        self.slots = slots;
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

    #[inline(never)]
    fn fold_durations(&mut self, segment: &Segment, rows: impl Iterator<Item = (u32, u32)>) {
        let finished = |row: u32| CLASSES[usize::from(segment.flags[row as usize])] <= CANCELLED;
        let needs = self.needs;
        match &segment.durations {
            Durations::Absent => {}
            Durations::Micros(micros) => {
                for (row, slot) in rows {
                    let us = micros[row as usize];
                    if us == u32::MAX || !finished(row) {
                        continue;
                    }
                    let ms = f64::from(us) / 1e3;
                    if needs.durations {
                        let state = &mut self.durations[slot as usize];
                        state.count += 1;
                        state.sum_us += u64::from(us);
                        state.add_extremes(ms, ms);
                    }
                    if needs.values {
                        self.value_slots.push(slot);
                        self.values.push(ms);
                    }
                }
            }
            Durations::Millis(millis) => {
                for (row, slot) in rows {
                    let ms = millis[row as usize];
                    if ms.is_nan() || !finished(row) {
                        continue;
                    }
                    if needs.durations {
                        let state = &mut self.durations[slot as usize];
                        state.count += 1;
                        state.add_sum(ms);
                        state.add_extremes(ms, ms);
                    }
                    if needs.values {
                        self.value_slots.push(slot);
                        self.values.push(ms);
                    }
                }
            }
        }
    }

    #[inline(never)]
    fn fold_people(&mut self, segment: &Segment, rows: impl Iterator<Item = (u32, u32)>) {
        let any_person = self.any_person;
        let active = |row: u32| {
            let class = CLASSES[usize::from(segment.flags[row as usize])];
            any_person || (class <= CLASS_CONVERSATION && class != REJECTED)
        };
        let people = &mut self.people;
        with_codes!(&segment.text[people::USER],
        code => if *code != 0 {
            for (row, slot) in rows {
                if active(row) {
                    people.add(slot, *code);
                }
            }
        },
        at => for (row, slot) in rows {
            let user = at(row);
            if user != 0 && active(row) {
                people.add(slot, user);
            }
        });
        people.tidy();
    }

    #[inline(never)]
    fn fold_first(
        &mut self,
        segment: &Segment,
        first_row: u32,
        rows: impl Iterator<Item = (u32, u32)>,
    ) {
        // Nobody who was seen before this chunk began can be first seen in it.
        let begin_us = segment.times.get(first_row as usize);
        let (list, map) = (&mut self.first_list, &mut self.first_map);
        let mut see = |row: u32, slot: u32, user: u32| {
            let held = match list.get_mut(user as usize) {
                Some(held) => held,
                None => map
                    .entry(u64::from(slot) << 32 | u64::from(user))
                    .or_insert(TimeUs::MAX),
            };
            if *held > begin_us && is_execution(segment, row) {
                *held = (*held).min(segment.times.get(row as usize));
            }
        };
        with_codes!(&segment.text[people::USER],
        code => if *code != 0 {
            rows.for_each(|(row, slot)| see(row, slot, *code));
        },
        at => for (row, slot) in rows {
            let user = at(row);
            if user != 0 {
                see(row, slot, user);
            }
        });
    }

    /// One more slot may have come into use.
    pub(super) fn make_room(&mut self) {
        let slots = self.grouping.len();
        self.counts.resize(slots, [0; 6]);
        if self.needs.durations {
            self.durations.resize(slots, DurationState::default());
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

fn is_execution(segment: &Segment, row: u32) -> bool {
    let class = CLASSES[usize::from(segment.flags[row as usize])];
    class < CLASS_CONVERSATION && class != REJECTED
}
