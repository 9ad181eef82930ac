//! Clauses as tables over codes: one look-up tells whether a row is kept.

use super::columns::with_codes;
use super::hours::HourSegment;
use super::load::Engine;
use super::people;
use super::plan::FilterSet;
use super::segment::{CHUNK_ROWS, CLASS_OTHER, Segment, class_of, kind_of, outcome_of};
use crate::model::schema::text_index;
use crate::model::{Column, EventKind, KindSet, Outcome};
use crate::query::{Clause, Dimension};

/// Class of every flag.
pub const CLASSES: [u8; 256] = {
    let mut classes = [CLASS_OTHER; 256];
    let mut flag = 0;
    while flag < 256 {
        classes[flag] = class_of(flag as u8);
        flag += 1;
    }
    classes
};

/// One clause, ready for rows.
#[derive(Debug)]
enum Test {
    /// Is the code of this text column allowed?
    Text {
        column: usize,
        allowed: Vec<bool>,
        /// What the allowed codes look like in a chunk's statistics.
        bits: u64,
        min: u32,
        max: u32,
    },
    /// Is the kind and outcome allowed?
    Flag {
        dimension: Column,
        allowed: Box<[bool; 256]>,
    },
    /// Nothing can satisfy it here (a time as a filter).
    Never,
}

/// A [`FilterSet`], ready for rows.
#[derive(Debug)]
pub struct Filter {
    tests: Vec<Test>,
    kinds: KindSet,
    /// Is the kind of a flag wanted?
    wanted: Box<[bool; 256]>,
}

impl Filter {
    pub fn new(set: &FilterSet, engine: &Engine) -> Self {
        Self {
            tests: set
                .clauses
                .iter()
                .map(|clause| test(clause, engine))
                .collect(),
            kinds: set.kinds,
            wanted: Box::new(std::array::from_fn(|flag| {
                EventKind::from_code(kind_of(flag as u8))
                    .is_some_and(|kind| set.kinds.contains(kind))
            })),
        }
    }

    /// Can no row of a chunk pass, by its statistics?
    pub fn rules_out(&self, segment: &Segment, chunk: usize) -> bool {
        if !self.kinds.meets(segment.kinds) {
            return true;
        }
        self.tests.iter().any(|test| match test {
            Test::Text {
                column,
                bits,
                min,
                max,
                ..
            } => segment
                .chunk_statistics(*column, chunk)
                .is_some_and(|held| held.bits & bits == 0 || held.min > *max || held.max < *min),
            Test::Flag { .. } => false,
            Test::Never => true,
        })
    }

    /// The rows of `[from, until)` that pass, ascending. The span lies within one chunk.
    #[inline(never)]
    pub fn select(&self, segment: &Segment, from: usize, until: usize, rows: &mut Vec<u32>) {
        debug_assert!(until - from <= CHUNK_ROWS);
        rows.clear();
        if self.tests.is_empty() && self.kinds.union(segment.kinds) == self.kinds {
            rows.extend(from as u32..until as u32);
            return;
        }
        rows.resize(until - from, 0);
        let mut kept = 0;
        let wanted = &*self.wanted;
        for (row, &flag) in (from as u32..).zip(&segment.flags[from..until]) {
            rows[kept] = row;
            kept += usize::from(wanted[usize::from(flag)]);
        }
        rows.truncate(kept);
        for test in &self.tests {
            match test {
                Test::Text {
                    column, allowed, ..
                } => {
                    with_codes!(&segment.text[*column],
                        code => if !is_allowed(allowed, *code) { rows.clear() },
                        at => keep(rows, |row| is_allowed(allowed, at(row as u32))));
                }
                Test::Flag { allowed, .. } => {
                    keep(rows, |row| allowed[usize::from(segment.flags[row])]);
                }
                Test::Never => rows.clear(),
            }
        }
    }

    /// Does a pre-aggregated hour pass? `None`: the file lacks what a clause asks about.
    pub fn passes_hour(&self, segment: &HourSegment, row: usize) -> Option<bool> {
        let mut passes = true;
        for test in &self.tests {
            passes &= match test {
                Test::Text {
                    column, allowed, ..
                } => is_allowed(allowed, segment.text[*column].as_ref()?.get(row)),
                // Hours hold executions only, of all outcomes together.
                Test::Flag {
                    dimension: Column::Kind,
                    allowed,
                } => {
                    allowed
                        [usize::from(super::segment::flag(EventKind::Execution, Outcome::Success))]
                }
                Test::Flag { .. } => return None,
                Test::Never => false,
            };
        }
        Some(passes)
    }
}

fn is_allowed(allowed: &[bool], code: u32) -> bool {
    allowed.get(code as usize).copied().unwrap_or_default()
}

/// Keeps the rows that pass, without a branch that could be guessed wrong.
fn keep(rows: &mut Vec<u32>, passes: impl Fn(usize) -> bool) {
    let mut kept = 0;
    for at in 0..rows.len() {
        let row = rows[at];
        rows[kept] = row;
        kept += usize::from(passes(row as usize));
    }
    rows.truncate(kept);
}

fn test(clause: &Clause, engine: &Engine) -> Test {
    let wanted = |text: Option<&str>| {
        let value = text.unwrap_or_default();
        clause
            .values
            .binary_search_by(|held| held.as_str().cmp(value))
            .is_ok()
            != clause.exclude
    };
    match clause.dimension {
        Dimension::Column(column @ (Column::Outcome | Column::Kind)) => {
            let allowed = std::array::from_fn(|flag| {
                let flag = flag as u8;
                let name = if column == Column::Kind {
                    EventKind::from_code(kind_of(flag)).map(EventKind::name)
                } else {
                    Outcome::from_code(outcome_of(flag)).map(Outcome::name)
                };
                wanted(name)
            });
            Test::Flag {
                dimension: column,
                allowed: Box::new(allowed),
            }
        }
        Dimension::Column(column) => {
            let Some(column) = text_index(column) else {
                return Test::Never;
            };
            let dictionary = &engine.dictionaries[column];
            let allowed = (0..dictionary.size() as u32)
                .map(|code| wanted(dictionary.get(code)))
                .collect();
            text_test(column, allowed)
        }
        Dimension::Department | Dimension::Team | Dimension::Role | Dimension::Cohort => {
            let (of_user, values) = people::attribute(engine, clause.dimension);
            let allowed = of_user
                .iter()
                .map(|&value| {
                    let text = (value as usize)
                        .checked_sub(1)
                        .and_then(|at| values.get(at));
                    wanted(text.map(AsRef::as_ref))
                })
                .collect();
            text_test(people::USER, allowed)
        }
        Dimension::Time(_)
        | Dimension::HourOfWeek
        | Dimension::HourOfDay
        | Dimension::DurationClass => Test::Never,
    }
}

fn text_test(column: usize, allowed: Vec<bool>) -> Test {
    let codes = || (0_u32..).zip(&allowed).filter(|(_, allowed)| **allowed);
    Test::Text {
        column,
        bits: codes().fold(0, |bits, (code, _)| bits | 1 << (code % 64)),
        min: codes().map(|(code, _)| code).min().unwrap_or(u32::MAX),
        max: codes().map(|(code, _)| code).max().unwrap_or(0),
        allowed,
    }
}
