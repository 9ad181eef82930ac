//! What a task folds row by row: lists of durations, durations that are no whole microseconds, first uses.

use super::columns::with_codes;
use super::filter::CLASSES;
use super::fold::{CANCELLED, EXECUTIONS, Fold};
use super::people;
use super::picked::{NO_MICROS, Part};
use super::segment::Segment;
use crate::model::TimeUs;

impl Fold {
    #[inline(never)]
    pub(super) fn list_values(&mut self, part: Part<'_>, slots: &[u32]) {
        for (&slot, &us) in slots.iter().zip(part.micros()) {
            if us != NO_MICROS {
                self.value_slots.push(slot);
                self.values.push(f64::from(us) / 1e3);
            }
        }
    }

    #[inline(never)]
    pub(super) fn fold_millis(
        &mut self,
        segment: &Segment,
        millis: &[f64],
        rows: impl Iterator<Item = (u32, u32)>,
    ) {
        let finished = |row: u32| CLASSES[usize::from(segment.flags[row as usize])] <= CANCELLED;
        for (row, slot) in rows {
            let ms = millis[row as usize];
            if ms.is_nan() || !finished(row) {
                continue;
            }
            if self.needs.durations {
                let state = &mut self.durations[slot as usize];
                state.count += 1;
                state.add_sum(ms);
                state.add_extremes(ms, ms);
            }
            if self.needs.values() {
                self.value_slots.push(slot);
                self.values.push(ms);
            }
        }
    }

    #[inline(never)]
    pub(super) fn fold_first(
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
}

fn is_execution(segment: &Segment, row: u32) -> bool {
    let class = CLASSES[usize::from(segment.flags[row as usize])];
    EXECUTIONS >> class & 1 == 1
}
