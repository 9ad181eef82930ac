//! Folding rows into the states of one task: column by column over a chunk, so that each loop is tight.

use std::collections::{BTreeMap, HashMap};

use super::columns::{Durations, with_codes};
use super::filter::CLASSES;
use super::groups::Grouping;
use super::hours::{HourSegment, count, number};
use super::load::Engine;
use super::partial::TaskState;
use super::people;
use super::plan::{Needs, Task};
use super::segment::{CLASS_CONVERSATION, CLASS_OTHER, Segment};
use super::sketch::{DdSketch, HyperLogLog};
use super::state::{DurationState, GroupState, Key};
use crate::model::{Outcome, TimeUs, WeekStart};

const REJECTED: u8 = Outcome::Rejected as u8;
const CANCELLED: u8 = Outcome::Cancelled as u8;
/// Sets of people as bits take at most this many words; beyond, as pairs.
const BIT_WORDS_MAX: usize = 1 << 21;
/// Pairs are made distinct whenever there are this many, and twice as many as last time.
const PAIRS_MIN: usize = 1 << 20;

/// Who is active in which group.
#[derive(Debug)]
enum People {
    Bits {
        words_per_slot: usize,
        bits: Vec<u64>,
    },
    /// slot << 32 | user
    Pairs { pairs: Vec<u64>, distinct: usize },
}

/// The states of one task while the pass runs.
#[derive(Debug)]
pub struct Fold {
    needs: Needs,
    any_kind: bool,
    cuts: Vec<TimeUs>,
    grouping: Grouping,
    counts: Vec<[u64; 6]>,
    durations: Vec<DurationState>,
    /// Slots and values of all durations.
    value_slots: Vec<u32>,
    values: Vec<f64>,
    people: People,
    last_us: Vec<TimeUs>,
    /// The last row of the segment at hand, by slot.
    last_row: Vec<u32>,
    /// slot << 32 | user → first execution; a plain list by user where there is but one slot.
    first_map: HashMap<u64, TimeUs>,
    first_list: Vec<TimeUs>,
    /// What pre-aggregated rows bring beside counts, by slot.
    hours: BTreeMap<u32, GroupState>,
    has_hours: bool,
    lacks_hours: bool,
    slots: Vec<u32>,
}

impl Fold {
    pub fn new(task: &Task, any_kind: bool, engine: &Engine, week: WeekStart) -> Self {
        let grouping = Grouping::new(&task.dimensions, task.period, engine, week);
        let users = engine.dictionaries[people::USER].size();
        let words_per_slot = users.div_ceil(64);
        let one_slot = task.dimensions.is_empty();
        let slots_max = grouping.combinations_max();
        let people = if slots_max.saturating_mul(words_per_slot) <= BIT_WORDS_MAX {
            People::Bits {
                words_per_slot,
                bits: Vec::new(),
            }
        } else {
            People::Pairs {
                pairs: Vec::new(),
                distinct: 0,
            }
        };
        Self {
            needs: task.needs,
            any_kind,
            cuts: task.cuts.clone(),
            grouping,
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
            slots: Vec::new(),
        }
    }

    /// Folds rows of one segment; they ascend, passed the filters, and lie in the task's period and in one chunk.
    pub fn rows(&mut self, segment: &Segment, rows: &[u32]) {
        if rows.is_empty() {
            return;
        }
        let mut slots = std::mem::take(&mut self.slots);
        self.grouping.slots(segment, rows, &mut slots);
        self.make_room();
        let pairs = || rows.iter().copied().zip(slots.iter().copied());
        for (row, slot) in pairs() {
            let class = CLASSES[usize::from(segment.flags[row as usize])];
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
        self.slots = slots;
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

    fn fold_people(&mut self, segment: &Segment, rows: impl Iterator<Item = (u32, u32)>) {
        let any_kind = self.any_kind;
        let active = |row: u32| {
            let class = CLASSES[usize::from(segment.flags[row as usize])];
            any_kind || (class <= CLASS_CONVERSATION && class != REJECTED)
        };
        let people = &mut self.people;
        let mut add = |slot: u32, user: u32| match people {
            People::Bits {
                words_per_slot,
                bits,
            } => {
                let word = slot as usize * *words_per_slot + user as usize / 64;
                bits[word] |= 1 << (user % 64);
            }
            People::Pairs { pairs, .. } => pairs.push(u64::from(slot) << 32 | u64::from(user)),
        };
        with_codes!(&segment.text[people::USER],
        code => if *code != 0 {
            for (row, slot) in rows {
                if active(row) {
                    add(slot, *code);
                }
            }
        },
        codes => for (row, slot) in rows {
            let user = u32::from(codes[row as usize]);
            if user != 0 && active(row) {
                add(slot, user);
            }
        });
        if let People::Pairs { pairs, distinct } = &mut self.people
            && pairs.len() > PAIRS_MIN.max(*distinct * 2)
        {
            pairs.sort_unstable();
            pairs.dedup();
            *distinct = pairs.len();
        }
    }

    fn fold_first(
        &mut self,
        segment: &Segment,
        first_row: u32,
        rows: impl Iterator<Item = (u32, u32)>,
    ) {
        // Nobody who was seen before this chunk began can be first seen in it.
        let begin_us = segment.times.get(first_row as usize);
        for (row, slot) in rows {
            let user = segment.text[people::USER].get(row as usize);
            if user == 0 || !is_execution(segment, row) {
                continue;
            }
            let held = if self.first_list.is_empty() {
                self.first_map
                    .entry(u64::from(slot) << 32 | u64::from(user))
                    .or_insert(TimeUs::MAX)
            } else {
                &mut self.first_list[user as usize]
            };
            if *held > begin_us {
                *held = (*held).min(segment.times.get(row as usize));
            }
        }
    }

    /// Folds one pre-aggregated hour that lies in the period; `passes` is the filters' word.
    pub fn hour(&mut self, segment: &HourSegment, row: usize, passes: Option<bool>) {
        let slot = match passes {
            Some(false) => return,
            Some(true) => self.grouping.hour_slot(segment, row),
            None => None,
        };
        let Some(slot) = slot else {
            self.lacks_hours = true;
            return;
        };
        self.has_hours = true;
        self.make_room();
        let rows = &segment.rows;
        let executions = count(&rows.executions, row).unwrap_or_default();
        let failures = count(&rows.failures, row).unwrap_or_default();
        let successes = count(&rows.successes, row).unwrap_or(executions.saturating_sub(failures));
        let counts = &mut self.counts[slot as usize];
        counts[usize::from(Outcome::Success as u8)] += successes;
        counts[usize::from(Outcome::Failure as u8)] += failures;
        // What neither succeeded nor failed was stopped.
        counts[usize::from(CANCELLED)] +=
            executions.saturating_sub(successes.saturating_add(failures));
        let state = self.hours.entry(slot).or_default();
        if self.needs.durations {
            hour_durations(&mut state.durations, segment, row, executions);
        }
        let finished = count(&rows.duration_count, row).unwrap_or(executions);
        if self.needs.values && finished > 0 {
            match rows.duration_sketch.get(row) {
                // The engine checked every sketch when it took the batch.
                Some(bytes) => {
                    let sketch = state.value_sketch.get_or_insert_with(DdSketch::new);
                    state.lacks_values |= sketch.merge_encoded(bytes).is_err();
                }
                None => state.lacks_values = true,
            }
        }
        if (self.needs.users || self.needs.first_use) && executions > 0 {
            let sketch = if self.needs.first_use {
                let cut = self.cuts.partition_point(|&cut| cut <= rows.hour_us[row]);
                state.first_sketches.entry(cut as u32).or_default()
            } else {
                state.user_sketch.get_or_insert_with(HyperLogLog::new)
            };
            match rows.users_sketch.get(row) {
                Some(bytes) => state.lacks_users |= sketch.merge_encoded(bytes).is_err(),
                None => state.lacks_users = true,
            }
        }
        if self.needs.last_used && executions > 0 {
            let last_us = &mut self.last_us[slot as usize];
            *last_us = (*last_us).max(rows.hour_us[row]);
        }
    }

    /// One more slot may have come into use.
    fn make_room(&mut self) {
        let slots = self.grouping.len();
        self.counts.resize(slots, [0; 6]);
        if self.needs.durations {
            self.durations.resize(slots, DurationState::default());
        }
        if self.needs.last_used {
            self.last_us.resize(slots, TimeUs::MIN);
            self.last_row.resize(slots, u32::MAX);
        }
        if let People::Bits {
            words_per_slot,
            bits,
        } = &mut self.people
            && self.needs.users
        {
            bits.resize(slots * *words_per_slot, 0);
        }
    }

    /// The states by key.
    pub fn finish(mut self, engine: &Engine) -> TaskState {
        let mut states: Vec<GroupState> = self
            .counts
            .iter()
            .map(|&counts| GroupState {
                counts,
                ..GroupState::default()
            })
            .collect();
        for (state, durations) in states.iter_mut().zip(&self.durations) {
            state.durations = *durations;
        }
        for (state, &last_us) in states.iter_mut().zip(&self.last_us) {
            state.last_us = (last_us != TimeUs::MIN).then_some(last_us);
        }
        self.hand_out_values(&mut states);
        let hashes: Vec<u64> = (0..engine.dictionaries[people::USER].size() as u32)
            .map(|code| {
                engine.dictionaries[people::USER]
                    .get(code)
                    .map_or(0, HyperLogLog::hash)
            })
            .collect();
        self.hand_out_people(&mut states, &hashes);
        self.hand_out_first(&mut states, &hashes);
        for (slot, brought) in std::mem::take(&mut self.hours) {
            states[slot as usize].merge(brought);
        }
        let mut groups: Vec<(Key, GroupState)> = states
            .into_iter()
            .enumerate()
            .map(|(slot, state)| (self.grouping.key(slot, engine), state))
            .collect();
        groups.sort_by(|a, b| a.0.cmp(&b.0));
        TaskState {
            groups,
            has_hours: self.has_hours,
            lacks_hours: self.lacks_hours,
        }
    }

    fn hand_out_values(&self, states: &mut [GroupState]) {
        let mut sizes = vec![0_usize; states.len()];
        for &slot in &self.value_slots {
            sizes[slot as usize] += 1;
        }
        for (state, size) in states.iter_mut().zip(sizes) {
            state.values.reserve_exact(size);
        }
        for (&slot, &value) in self.value_slots.iter().zip(&self.values) {
            states[slot as usize].values.push(value);
        }
    }

    fn hand_out_people(&mut self, states: &mut [GroupState], hashes: &[u64]) {
        match &mut self.people {
            People::Bits {
                words_per_slot,
                bits,
            } => {
                let words = (*words_per_slot).max(1);
                for (state, set) in states.iter_mut().zip(bits.chunks(words)) {
                    for (word, &held) in set.iter().enumerate() {
                        let mut left = held;
                        while left != 0 {
                            let user = word * 64 + left.trailing_zeros() as usize;
                            state.users.push(hashes[user]);
                            left &= left - 1;
                        }
                    }
                }
            }
            People::Pairs { pairs, .. } => {
                pairs.sort_unstable();
                pairs.dedup();
                for &pair in pairs.iter() {
                    states[(pair >> 32) as usize]
                        .users
                        .push(hashes[pair as u32 as usize]);
                }
            }
        }
        states
            .iter_mut()
            .for_each(|state| state.users.sort_unstable());
    }

    fn hand_out_first(&self, states: &mut [GroupState], hashes: &[u64]) {
        let listed = (0_u64..)
            .zip(&self.first_list)
            .filter(|(_, time)| **time != TimeUs::MAX);
        let mapped = self.first_map.iter().map(|(&pair, time)| (pair, time));
        let mut firsts: Vec<(usize, u64, TimeUs)> = listed
            .chain(mapped)
            .map(|(pair, &time_us)| ((pair >> 32) as usize, hashes[pair as u32 as usize], time_us))
            .collect();
        firsts.sort_unstable();
        for (slot, user, time_us) in firsts {
            states[slot].first_users.push(user);
            states[slot].first_times.push(time_us);
        }
    }
}

fn is_execution(segment: &Segment, row: u32) -> bool {
    let class = CLASSES[usize::from(segment.flags[row as usize])];
    class < CLASS_CONVERSATION && class != REJECTED
}

fn hour_durations(state: &mut DurationState, segment: &HourSegment, row: usize, executions: u64) {
    let rows = &segment.rows;
    let finished = count(&rows.duration_count, row).unwrap_or(executions);
    if finished == 0 {
        return;
    }
    match number(&rows.duration_sum_ms, row) {
        Some(sum_ms) => {
            state.count += finished;
            state.add_sum(sum_ms);
        }
        None => state.lacks_sum = true,
    }
    match (
        number(&rows.duration_min_ms, row),
        number(&rows.duration_max_ms, row),
    ) {
        (Some(min_ms), Some(max_ms)) => state.add_extremes(min_ms, max_ms),
        _ => state.lacks_extremes = true,
    }
}
