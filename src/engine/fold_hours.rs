//! Folding pre-aggregated hours into the states of a task: sums add, sketches merge, and what a file lacks is noted.

use super::fold::{CANCELLED, Fold};
use super::hours::{HourSegment, count, number};
use super::sketch::{DdSketch, HyperLogLog};
use super::state::DurationState;
use crate::model::Outcome;

impl Fold {
    /// Folds one pre-aggregated hour that lies in the period; `passes` is the filters' word.
    pub fn hour(&mut self, segment: &HourSegment, row: usize, passes: Option<bool>) {
        // Hours hold executions only: of other kinds there may have been any number.
        self.lacks_kinds |= self.kinds.is_some();
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
        // What neither succeeded nor failed was stopped.
        let stopped = executions.saturating_sub(successes.saturating_add(failures));
        for (outcome, count) in [
            (Outcome::Success as u8, successes),
            (Outcome::Failure as u8, failures),
            (CANCELLED, stopped),
        ] {
            let held = &mut counts[usize::from(outcome)];
            *held = held.saturating_add(count);
        }
        let state = self.hours.entry(slot).or_default();
        if self.kinds.is_some() {
            state.kinds.get_or_insert_default().lacks_kinds = true;
        }
        if self.needs.durations {
            hour_durations(&mut state.durations, segment, row, executions);
        }
        let finished = count(&rows.duration_count, row).unwrap_or(executions);
        if self.needs.values() && finished > 0 {
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
}

fn hour_durations(state: &mut DurationState, segment: &HourSegment, row: usize, executions: u64) {
    let rows = &segment.rows;
    let finished = count(&rows.duration_count, row).unwrap_or(executions);
    if finished == 0 {
        return;
    }
    match number(&rows.duration_sum_ms, row) {
        Some(sum_ms) => {
            state.count = state.count.saturating_add(finished);
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
