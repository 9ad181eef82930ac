//! From the columns of a pass to one state for each group.

use super::bins::{BINS, NO_BIN};
use super::fold::{CLASS_ROOM, Fold};
use super::kept::Names;
use super::load::Engine;
use super::members::Members;
use super::partial::TaskState;
use super::segment::CLASS_CONVERSATION;
use super::state::GroupState;
use crate::model::{EventKind, KindSet, TimeUs};

impl Fold {
    /// The states by key. `names` are those of the users.
    pub fn finish(mut self, engine: &Engine, names: &Names) -> TaskState {
        let counted = self.needs.counted;
        let mut states: Vec<GroupState> = self
            .counts
            .iter()
            .map(|counts| GroupState {
                counts: counted_only(counts, counted),
                ..GroupState::default()
            })
            .collect();
        for (state, durations) in states.iter_mut().zip(&self.durations) {
            state.durations = *durations;
        }
        for (state, sums) in states.iter_mut().zip(&self.sums) {
            state
                .durations
                .add_whole(sums.count, sums.sum_us, sums.min_us, sums.max_us);
        }
        if self.is_binned {
            for (state, bins) in states.iter_mut().zip(self.bins.chunks(BINS)) {
                let bins = (0..NO_BIN).zip(bins).filter(|(_, count)| **count > 0);
                state.bins = bins.map(|(bin, &count)| (bin, count.into())).collect();
            }
        }
        for (state, &last_us) in states.iter_mut().zip(&self.last_us) {
            state.last_us = (last_us != TimeUs::MIN).then_some(last_us);
        }
        self.hand_out_values(&mut states);
        self.hand_out_people(&mut states, names);
        self.hand_out_first(&mut states, &names.hashes);
        if let Some(kinds) = self.kinds.take() {
            kinds.finish(&mut states, engine);
        }
        for (slot, brought) in std::mem::take(&mut self.hours) {
            states[slot as usize].merge(brought);
        }
        let keys = self.grouping.keys(engine);
        let groups = keys
            .into_iter()
            .map(|(slot, key)| (key, std::mem::take(&mut states[slot])));
        let groups = groups.collect();
        TaskState {
            groups,
            has_hours: self.has_hours,
            lacks_hours: self.lacks_hours,
            lacks_kinds: self.lacks_kinds,
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

    fn hand_out_people(&mut self, states: &mut [GroupState], names: &Names) {
        let mut group = 0;
        let mut positions = Vec::new();
        self.people.each(|slot, user| {
            if slot != group {
                states[group as usize].users = Members::of(&positions);
                positions.clear();
                group = slot;
            }
            positions.push(names.positions[user as usize]);
        });
        if !positions.is_empty() {
            states[group as usize].users = Members::of(&positions);
        }
    }

    fn hand_out_first(&self, states: &mut [GroupState], hashes: &[u64]) {
        let listed = (0_u64..).zip(&self.first_list);
        let mapped = self.first_map.iter().map(|(&pair, time)| (pair, time));
        let mut firsts: Vec<(usize, u64, TimeUs)> = listed
            .chain(mapped)
            .filter(|(_, time)| **time != TimeUs::MAX)
            .map(|(pair, &time_us)| ((pair >> 32) as usize, hashes[pair as u32 as usize], time_us))
            .collect();
        firsts.sort_unstable();
        for (slot, user, time_us) in firsts {
            states[slot].first_users.push(user);
            states[slot].first_times.push(time_us);
        }
    }
}

/// Rows of kinds that the measures are not about make no group.
fn counted_only(counts: &[u64; CLASS_ROOM], counted: KindSet) -> [u64; 6] {
    std::array::from_fn(|class| {
        let kind = if class == usize::from(CLASS_CONVERSATION) {
            EventKind::Conversation
        } else {
            EventKind::Execution
        };
        if counted.contains(kind) {
            counts[class]
        } else {
            0
        }
    })
}
