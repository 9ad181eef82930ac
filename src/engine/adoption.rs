//! How many people ever used a tool, up to any time.

use std::collections::BTreeMap;

use super::measures;
use super::people::{USER, value_of};
use super::sketch::HyperLogLog;
use super::state::GroupState;
use crate::model::directory::Person;
use crate::model::schema::TEXT_COLUMNS;
use crate::model::{Directory, TimeUs};
use crate::query::{Clause, Dimension};

/// First uses of one group, ready to be counted up to many times.
pub struct Adopters {
    /// Ascending, with the hash of each person.
    firsts: Vec<(TimeUs, u64)>,
    sketches: BTreeMap<u32, HyperLogLog>,
    lacks_users: bool,
}

impl Adopters {
    pub fn new(state: &GroupState) -> Self {
        let times = state.first_times.iter().copied();
        let mut firsts: Vec<(TimeUs, u64)> = times.zip(state.first_users.iter().copied()).collect();
        firsts.sort_unstable();
        Self {
            firsts,
            sketches: state.first_sketches.clone(),
            lacks_users: state.lacks_users,
        }
    }

    /// People whose first use was before each of these times, which ascend and are among the task's cuts.
    /// `None` when a pre-aggregate does not tell who was active.
    pub fn before(&self, times: &[TimeUs], cuts: &[TimeUs]) -> Vec<Option<u64>> {
        if self.lacks_users {
            return vec![None; times.len()];
        }
        let firsts_before =
            |time_us: TimeUs| self.firsts.partition_point(|&(first, _)| first < time_us);
        if self.sketches.is_empty() {
            return times
                .iter()
                .map(|&time_us| Some(firsts_before(time_us) as u64))
                .collect();
        }
        // Sets only grow with time: one sketch walks along.
        let mut so_far = HyperLogLog::new();
        let (mut next_cut, mut next_first) = (0, 0);
        times
            .iter()
            .map(|&time_us| {
                // The sketch of cut k holds hours before cuts[k]; all those up to this time belong.
                let cut = cuts.partition_point(|&cut| cut <= time_us) as u32;
                for (_, sketch) in self.sketches.range(next_cut..cut) {
                    so_far.merge(sketch);
                }
                next_cut = next_cut.max(cut);
                let first = firsts_before(time_us);
                for &(_, user) in &self.firsts[next_first..first.max(next_first)] {
                    so_far.add(user);
                }
                next_first = next_first.max(first);
                Some(so_far.estimate().round() as u64)
            })
            .collect()
    }
}

/// What adoption is a share of: the seats of the directory that the filters about people leave, or people ever seen.
pub fn seats(
    directory: Option<&Directory>,
    clauses: &[Clause],
    seen: Option<&GroupState>,
    names: &[u64],
) -> Option<u64> {
    let Some(directory) = directory else {
        return seen.and_then(|seen| measures::users(seen, names));
    };
    Some(seat_holders(directory, clauses).count() as u64)
}

/// The positions in the directory of those who hold a seat and whom the filters about people leave.
pub fn seat_holders(directory: &Directory, clauses: &[Clause]) -> impl Iterator<Item = usize> {
    let people = directory.people.iter().enumerate();
    people
        .filter(move |(_, person)| {
            person.seat && clauses.iter().all(|clause| keeps_person(clause, person))
        })
        .map(|(position, _)| position)
}

/// Does a clause keep a person of the directory? One that is not about people does.
pub fn keeps_person(clause: &Clause, person: &Person) -> bool {
    if clause.dimension == Dimension::Column(TEXT_COLUMNS[USER]) {
        holds(clause, Some(&person.id))
    } else if clause.dimension.is_from_directory() {
        holds(clause, value_of(person, clause.dimension).as_deref())
    } else {
        true
    }
}

/// Does a clause keep a value? The empty text stands for the absent one.
pub fn holds(clause: &Clause, value: Option<&str>) -> bool {
    let mut values = clause.values.iter();
    values.any(|held| held == value.unwrap_or_default()) != clause.exclude
}
