//! Folding other kinds of events than executions, only where a query asks for them.

use std::collections::{HashMap, HashSet};

use super::kind_state::{AmountState, KindState, KindStates, Link, Sample};
use super::load::Engine;
use super::people;
use super::reads::KindNeeds;
use super::segment::{Segment, digest, kind_of, outcome_of};
use super::state::{DurationState, GroupState};
use crate::model::schema::TEXT_COLUMNS;
use crate::model::{Column, EventKind, KindSet, Outcome, TimeUs};

/// Positions among the text columns.
const SERVER: usize = 1;
const WORKSPACE: usize = 3;
const PLATFORM: usize = 6;
const SESSION: usize = 8;
const _: () = assert!(
    matches!(TEXT_COLUMNS[SERVER], Column::Server)
        && matches!(TEXT_COLUMNS[WORKSPACE], Column::Workspace)
        && matches!(TEXT_COLUMNS[PLATFORM], Column::Platform)
        && matches!(TEXT_COLUMNS[SESSION], Column::Session)
);
/// A kind that nobody asks for.
const NOWHERE: u8 = u8::MAX;
const FINISHED_MAX: u8 = Outcome::Cancelled as u8;

/// One kind's columns, by slot.
#[derive(Debug)]
struct KindColumns {
    kind: EventKind,
    is_counted: bool,
    sums: bool,
    keeps: bool,
    outcomes: Vec<[u64; Outcome::ALL.len()]>,
    durations: Vec<DurationState>,
    value_slots: Vec<u32>,
    values: Vec<f64>,
}

/// The states of other kinds while the pass runs.
#[derive(Debug)]
pub struct KindFold {
    needs: KindNeeds,
    counted: KindSet,
    /// For each kind's code its position in `columns`.
    positions: [u8; 32],
    columns: Vec<KindColumns>,
    amounts: Vec<AmountState>,
    /// (slot, user, platform)
    devices: HashSet<(u32, u32, u32)>,
    /// (slot, workspace)
    storage: HashMap<(u32, u32), Sample>,
    /// (slot, session, server)
    links: HashMap<(u32, u32, u32), Link>,
    /// (slot, session)
    sessions: HashMap<(u32, u32), TimeUs>,
}

impl KindFold {
    /// `None` when executions and people are all that is asked for.
    pub fn new(needs: KindNeeds, counted: KindSet) -> Option<Self> {
        let activity = KindSet::ACTIVITY;
        let others = EventKind::ALL.into_iter().filter(|&kind| {
            let is_other = counted.contains(kind) && !activity.contains(kind);
            is_other || needs.durations.contains(kind) || needs.values.contains(kind)
        });
        let columns: Vec<KindColumns> = others
            .map(|kind| KindColumns {
                kind,
                is_counted: !activity.contains(kind),
                sums: needs.durations.contains(kind),
                keeps: needs.values.contains(kind),
                outcomes: Vec::new(),
                durations: Vec::new(),
                value_slots: Vec::new(),
                values: Vec::new(),
            })
            .collect();
        if counted == activity && needs == KindNeeds::default() {
            return None;
        }
        let mut positions = [NOWHERE; 32];
        for (position, held) in (0..).zip(&columns) {
            positions[held.kind as usize] = position;
        }
        Some(Self {
            needs,
            counted,
            positions,
            columns,
            amounts: Vec::new(),
            devices: HashSet::new(),
            storage: HashMap::new(),
            links: HashMap::new(),
            sessions: HashMap::new(),
        })
    }

    /// Folds rows of one segment, which ascend, into their slots, of which there are `len`.
    pub fn rows(&mut self, segment: &Segment, rows: &[u32], slots: &[u32], len: usize) {
        for column in &mut self.columns {
            column.outcomes.resize(len, [0; Outcome::ALL.len()]);
            if column.sums {
                column.durations.resize(len, DurationState::default());
            }
        }
        if !self.columns.is_empty() {
            for (&row, &slot) in rows.iter().zip(slots) {
                let flag = segment.flags[row as usize];
                let position = self.positions[usize::from(kind_of(flag))];
                if let Some(columns) = self.columns.get_mut(usize::from(position)) {
                    columns.add(segment, row, slot, outcome_of(flag));
                }
            }
        }
        if self.needs.tokens || self.needs.cost || self.needs.storage {
            self.fold_amounts(segment, rows, slots, len);
        }
        if self.needs.devices {
            self.fold_devices(segment, rows, slots);
        }
        if self.needs.links {
            self.fold_links(segment, rows, slots);
        }
    }

    fn fold_amounts(&mut self, segment: &Segment, rows: &[u32], slots: &[u32], len: usize) {
        self.amounts.resize(len, AmountState::default());
        let (Some(&first), Some(&last)) = (rows.first(), rows.last()) else {
            return;
        };
        let mut at = 0;
        for (row, amount) in segment.amounts.of_rows(first..last + 1) {
            at += rows[at..].partition_point(|&held| held < row);
            if rows.get(at) != Some(&row) {
                continue;
            }
            let slot = slots[at];
            let kind = EventKind::from_code(kind_of(segment.flags[row as usize]));
            let state = &mut self.amounts[slot as usize];
            if self.needs.tokens && kind == Some(EventKind::ProviderCall) {
                let add = |sum: &mut u64, tokens: Option<u64>| {
                    *sum = sum.saturating_add(tokens.unwrap_or_default());
                };
                add(&mut state.tokens_in, amount.tokens_in);
                add(&mut state.tokens_out, amount.tokens_out);
            }
            if let Some(usd) = amount.cost_usd.filter(|_| self.needs.cost) {
                state.cost_usd.add(usd);
                let is_counted = kind.is_some_and(|kind| self.counted.contains(kind));
                state.only_cost += u64::from(!is_counted);
            }
            let sampled = self.needs.storage && kind == Some(EventKind::StorageSample);
            if let Some(bytes) = amount.bytes.filter(|_| sampled) {
                let workspace = segment.text[WORKSPACE].get(row as usize);
                let sample = (segment.times.get(row as usize), bytes);
                let held = self.storage.entry((slot, workspace)).or_insert(sample);
                *held = (*held).max(sample);
            }
        }
    }

    fn fold_devices(&mut self, segment: &Segment, rows: &[u32], slots: &[u32]) {
        let connected = super::segment::flag(EventKind::DeviceConnected, Outcome::Success);
        for (&row, &slot) in rows.iter().zip(slots) {
            if segment.flags[row as usize] != connected {
                continue;
            }
            let user = segment.text[people::USER].get(row as usize);
            let platform = segment.text[PLATFORM].get(row as usize);
            if (user, platform) != (0, 0) {
                self.devices.insert((slot, user, platform));
            }
        }
    }

    fn fold_links(&mut self, segment: &Segment, rows: &[u32], slots: &[u32]) {
        let connected = super::segment::flag(EventKind::Connection, Outcome::Success);
        for (&row, &slot) in rows.iter().zip(slots) {
            let session = segment.text[SESSION].get(row as usize);
            if session == 0 {
                continue;
            }
            let time_us = segment.times.get(row as usize);
            let last_us = self.sessions.entry((slot, session)).or_insert(time_us);
            *last_us = (*last_us).max(time_us);
            let flag = segment.flags[row as usize];
            let left = kind_of(flag) == EventKind::Disconnection as u8;
            if flag != connected && !left {
                continue;
            }
            let server = segment.text[SERVER].get(row as usize);
            let link = self.links.entry((slot, session, server)).or_default();
            if left {
                let ms = segment.durations.get(row as usize);
                link.disconnect(time_us, (!ms.is_nan()).then(|| (ms * 1e3).round() as u64));
            } else {
                link.connect(time_us);
            }
        }
    }

    /// Hands the states out to their groups.
    pub fn finish(self, states: &mut [GroupState], engine: &Engine) {
        let mut kinds: Vec<KindStates> = states.iter().map(|_| KindStates::default()).collect();
        for column in self.columns {
            column.finish(&mut kinds);
        }
        for (state, amounts) in kinds.iter_mut().zip(self.amounts) {
            state.amounts = amounts;
        }
        let hash = |column: usize, code: u32| engine.dictionaries[column].hash(code);
        for (slot, user, platform) in self.devices {
            let device = digest(&[hash(people::USER, user), hash(PLATFORM, platform)]);
            kinds[slot as usize].devices.push(device);
        }
        for state in &mut kinds {
            state.devices.sort_unstable();
            state.devices.dedup();
        }
        for ((slot, workspace), sample) in self.storage {
            let workspace = hash(WORKSPACE, workspace);
            kinds[slot as usize].storage.insert(workspace, sample);
        }
        for ((slot, session, server), link) in self.links {
            let key = (hash(SESSION, session), hash(SERVER, server));
            kinds[slot as usize].links.insert(key, link);
        }
        for ((slot, session), last_us) in self.sessions {
            let session = hash(SESSION, session);
            kinds[slot as usize].sessions.insert(session, last_us);
        }
        for (state, kinds) in states.iter_mut().zip(kinds) {
            state.kinds = Some(Box::new(kinds));
        }
    }
}

impl KindColumns {
    fn add(&mut self, segment: &Segment, row: u32, slot: u32, outcome: u8) {
        if self.is_counted
            && let Some(count) = self.outcomes[slot as usize].get_mut(usize::from(outcome))
        {
            *count += 1;
        }
        if !(self.sums || self.keeps) || outcome > FINISHED_MAX {
            return;
        }
        let ms = segment.durations.get(row as usize);
        if ms.is_nan() {
            return;
        }
        if self.sums {
            let state = &mut self.durations[slot as usize];
            state.count += 1;
            state.add_sum(ms);
            state.add_extremes(ms, ms);
        }
        if self.keeps {
            self.value_slots.push(slot);
            self.values.push(ms);
        }
    }

    fn finish(self, kinds: &mut [KindStates]) {
        let mut states: Vec<KindState> = self
            .outcomes
            .into_iter()
            .map(|outcomes| KindState {
                outcomes,
                ..KindState::default()
            })
            .collect();
        for (state, durations) in states.iter_mut().zip(self.durations) {
            state.durations = durations;
        }
        for (slot, value) in self.value_slots.into_iter().zip(self.values) {
            states[slot as usize].values.push(value);
        }
        for (held, state) in kinds.iter_mut().zip(states) {
            held.of_kind.insert(self.kind, state);
        }
    }
}
