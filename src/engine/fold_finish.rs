//! From the columns of a pass to one state for each group.

use super::fold::Fold;
use super::load::Engine;
use super::partial::TaskState;
use super::state::{GroupState, Key};
use crate::model::TimeUs;

impl Fold {
    /// The states by key. `hashes` are those of the users' names, by code.
    pub fn finish(mut self, engine: &Engine, hashes: &[u64]) -> TaskState {
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
        self.hand_out_people(&mut states, hashes);
        self.hand_out_first(&mut states, hashes);
        if let Some(kinds) = self.kinds.take() {
            kinds.finish(&mut states, engine);
        }
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

    fn hand_out_people(&mut self, states: &mut [GroupState], hashes: &[u64]) {
        self.people.each(|slot, user| {
            states[slot as usize].users.push(hashes[user as usize]);
        });
        states
            .iter_mut()
            .for_each(|state| state.users.sort_unstable());
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
