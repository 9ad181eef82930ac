//! The rows themselves, out again: those that filters and a period leave, events of all kinds, in the order of time.
//!
//! What comes out loads into what went in, but for what loading leaves out (fields without a column, duplicates).
//! Events of one instant come by their segments' contents, so that no order of loading shows.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::sync::Arc;

use super::dictionary::ABSENT;
use super::filter::Filter;
use super::groups::rows_in;
use super::load::Engine;
use super::pass::SKIPPED_PER_LOOK;
use super::plan::FilterSet;
use super::segment::{CHUNK_ROWS, Segment, kind_of, outcome_of};
use crate::model::batch::{NO_CODE, NO_COUNT};
use crate::model::schema::TEXT_COLUMNS;
use crate::model::{Batch, DictColumn, Directory, EventKind, KindSet, Outcome, TimeUs};
use crate::query::{Clause, Dimension, Period};

/// How many rows a step looks at for each that it may find: filters may leave nearly none.
const LOOKS_PER_ROW: usize = 64;

/// The data is not what it was when the rows began; a file of both would be of neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "The data changed while its rows were being written, so the file would not be whole. Write it again."
)]
pub struct Changed;

/// What a pass over rows keeps to, whatever comes and goes beside it.
#[derive(Debug)]
pub(super) struct Kept {
    clauses: Vec<Clause>,
    /// Does a filter ask the directory?
    by_person: bool,
    /// As it was, where one does.
    directory: Option<Directory>,
    version: u64,
    pub filter: Filter,
}

impl Kept {
    pub fn new(engine: &Engine, clauses: &[Clause]) -> Self {
        let by_person = clauses
            .iter()
            .map(|clause| clause.dimension)
            .any(Dimension::is_from_directory);
        Self {
            filter: filter(engine, clauses),
            clauses: clauses.to_vec(),
            by_person,
            directory: engine.directory().filter(|_| by_person).cloned(),
            version: engine.version,
        }
    }

    /// Whether anything changed; then the filter is made anew, and `find` looks for the segments.
    pub fn follow(
        &mut self,
        engine: &Engine,
        find: impl FnOnce() -> Result<(), Changed>,
    ) -> Result<(), Changed> {
        if self.version == engine.version {
            return Ok(());
        }
        if self.by_person && self.directory.as_ref() != engine.directory() {
            return Err(Changed);
        }
        find()?;
        self.filter = filter(engine, &self.clauses);
        self.version = engine.version;
        Ok(())
    }
}

fn filter(engine: &Engine, clauses: &[Clause]) -> Filter {
    let set = FilterSet {
        clauses: clauses.to_vec(),
        kinds: KindSet::ALL,
        any_person: false,
    };
    Filter::new(&set, engine)
}

/// What a segment is known by while others come and go.
pub(super) type Name = (u32, u64);

/// Where segments stand now that were known by these names; all of them and no other must be there.
pub(super) fn places(held: &[Name], now: &[(Name, usize)]) -> Result<Vec<usize>, Changed> {
    if held.len() != now.len() {
        return Err(Changed);
    }
    let mut left = now.to_vec();
    let find = |name: &Name| {
        let at = left.iter().position(|(of, _)| of == name)?;
        Some(left.swap_remove(at).1)
    };
    let found: Option<Vec<usize>> = held.iter().map(find).collect();
    found.ok_or(Changed)
}

/// Rows on their way out of one shard.
#[derive(Debug)]
pub struct RowPass {
    period: Period,
    kept: Kept,
    cursors: Vec<Cursor>,
    /// For each cursor that has rows left the time of its next one, or one before it.
    next: BinaryHeap<Reverse<(TimeUs, u64, usize)>>,
    /// What was found and not taken: cursor and row.
    found: Vec<(u32, u32)>,
    times: Vec<TimeUs>,
    /// For codes of the engine those of the batch at hand; room that is kept.
    local: Vec<u32>,
}

/// One segment's way.
#[derive(Debug)]
struct Cursor {
    name: Name,
    /// Where the segment stands.
    segment: usize,
    /// Not looked at yet.
    rows: Range<usize>,
    /// Of the chunk at hand those that pass, with their times.
    picked: Vec<u32>,
    times: Vec<TimeUs>,
    /// The first of them that was not found yet.
    at: usize,
}

impl Cursor {
    /// The time of the next row, or one before it; `None` when there is none.
    fn time(&self, segment: &Segment) -> Option<TimeUs> {
        let picked = self.times.get(self.at).copied();
        picked.or_else(|| (!self.rows.is_empty()).then(|| segment.times.get(self.rows.start)))
    }

    /// Looks at the next chunk; says how many rows that took.
    fn look(&mut self, segment: &Segment, filter: &Filter) -> usize {
        let chunk = self.rows.start / CHUNK_ROWS;
        let until = ((chunk + 1) * CHUNK_ROWS).min(self.rows.end);
        let from = std::mem::replace(&mut self.rows.start, until);
        self.at = 0;
        self.picked.clear();
        self.times.clear();
        if filter.rules_out(segment, chunk) {
            return (until - from).div_ceil(SKIPPED_PER_LOOK);
        }
        filter.select(segment, from, until, &mut self.picked);
        segment.times.gather(&self.picked, &mut self.times);
        until - from
    }
}

impl Engine {
    /// Begins to give the rows of a period that all clauses leave.
    pub fn begin_rows(&self, clauses: &[Clause], period: Period) -> RowPass {
        let segments = in_period(self, period);
        let cursors: Vec<Cursor> = segments
            .map(|(name, at)| Cursor {
                name,
                segment: at,
                rows: rows_in(&self.segments[at], period),
                picked: Vec::new(),
                times: Vec::new(),
                at: 0,
            })
            .collect();
        let next = cursors.iter().enumerate().filter_map(|(at, cursor)| {
            let time_us = cursor.time(&self.segments[cursor.segment])?;
            Some(Reverse((time_us, cursor.name.1, at)))
        });
        RowPass {
            period,
            kept: Kept::new(self, clauses),
            next: next.collect(),
            cursors,
            found: Vec::new(),
            times: Vec::new(),
            local: Vec::new(),
        }
    }
}

/// The segments with rows in a period.
fn in_period(engine: &Engine, period: Period) -> impl Iterator<Item = (Name, usize)> {
    let segments = engine.segments.iter().enumerate();
    let held = segments.filter(move |(_, segment)| !rows_in(segment, period).is_empty());
    held.map(|(at, segment)| ((segment.source, segment.fingerprint), at))
}

impl RowPass {
    /// Finds about `rows_max` rows more, or fewer where many have to be looked at; **true while there is more to do**.
    pub fn step(&mut self, engine: &Engine, rows_max: usize) -> Result<bool, Changed> {
        self.follow(engine)?;
        let enough = self.found.len().saturating_add(rows_max);
        let mut looks_left = rows_max.saturating_mul(LOOKS_PER_ROW);
        while self.found.len() < enough && looks_left > 0 {
            let Some(Reverse((_, name, at))) = self.next.pop() else {
                break;
            };
            let cursor = &mut self.cursors[at];
            let segment = &engine.segments[cursor.segment];
            if cursor.at == cursor.picked.len() {
                let looked = cursor.look(segment, &self.kept.filter);
                looks_left = looks_left.saturating_sub(looked.max(1));
            } else {
                // All up to the first row of another segment.
                let bound = self.next.peek().map(|Reverse(next)| *next);
                while let Some(&time_us) = cursor.times.get(cursor.at) {
                    let is_next = bound.is_none_or(|bound| (time_us, name, at) <= bound);
                    if !is_next || self.found.len() >= enough {
                        break;
                    }
                    self.found.push((at as u32, cursor.picked[cursor.at]));
                    self.times.push(time_us);
                    cursor.at += 1;
                }
            }
            if let Some(time_us) = cursor.time(segment) {
                self.next.push(Reverse((time_us, name, at)));
            }
        }
        Ok(!self.next.is_empty())
    }

    /// How many rows were found and not taken yet.
    pub fn found(&self) -> usize {
        self.found.len()
    }

    /// The rows that were found since the last time, in the order of time.
    pub fn take(&mut self, engine: &Engine) -> Result<Batch, Changed> {
        self.follow(engine)?;
        let found = std::mem::take(&mut self.found);
        let segments: Vec<&Segment> = self
            .cursors
            .iter()
            .map(|cursor| &engine.segments[cursor.segment])
            .collect();
        let rows = || {
            found
                .iter()
                .map(|&(cursor, row)| (segments[cursor as usize], row as usize))
        };
        let amounts = rows().map(|(segment, row)| {
            let row = row as u32;
            segment.amounts.of_rows(row..row + 1).next()
        });
        let amounts: Vec<_> = amounts.map(|amount| amount.map(|held| held.1)).collect();
        let flags = || rows().map(|(segment, row)| segment.flags[row]);
        let known = |count: Option<u64>| count.unwrap_or(NO_COUNT);
        let local = &mut self.local;
        let text = std::array::from_fn(|column| {
            let codes = rows().map(|(segment, row)| segment.text[column].get(row));
            texts(engine, column, codes, local)
        });
        Ok(Batch {
            time_us: std::mem::take(&mut self.times),
            kind: flags()
                .map(|flag| EventKind::from_code(kind_of(flag)).unwrap_or_default())
                .collect(),
            outcome: flags()
                .map(|flag| Outcome::from_code(outcome_of(flag)).unwrap_or(Outcome::Success))
                .collect(),
            event_id: rows()
                .map(|(segment, row)| segment.ids.of_row(row))
                .collect(),
            text,
            duration_ms: rows()
                .map(|(segment, row)| segment.durations.get(row))
                .collect(),
            cost_usd: amounts
                .iter()
                .map(|amount| amount.and_then(|held| held.cost_usd).unwrap_or(f64::NAN))
                .collect(),
            tokens_in: amounts
                .iter()
                .map(|amount| known(amount.and_then(|held| held.tokens_in)))
                .collect(),
            tokens_out: amounts
                .iter()
                .map(|amount| known(amount.and_then(|held| held.tokens_out)))
                .collect(),
            bytes: amounts
                .iter()
                .map(|amount| known(amount.and_then(|held| held.bytes)))
                .collect(),
        })
    }

    fn follow(&mut self, engine: &Engine) -> Result<(), Changed> {
        let (cursors, period) = (&mut self.cursors, self.period);
        self.kept.follow(engine, || {
            let held: Vec<Name> = cursors.iter().map(|cursor| cursor.name).collect();
            let now: Vec<(Name, usize)> = in_period(engine, period).collect();
            for (cursor, at) in cursors.iter_mut().zip(places(&held, &now)?) {
                cursor.segment = at;
            }
            Ok(())
        })
    }
}

/// A text column of its own, of the engine's codes. `local` is as long as some dictionary and has [`NO_CODE`] everywhere.
pub(super) fn texts(
    engine: &Engine,
    column: usize,
    codes: impl Iterator<Item = u32>,
    local: &mut Vec<u32>,
) -> DictColumn {
    debug_assert_eq!(engine.dictionaries.len(), TEXT_COLUMNS.len());
    let dictionary = &engine.dictionaries[column];
    if local.len() < dictionary.size() {
        local.resize(dictionary.size(), NO_CODE);
    }
    let (mut values, mut used) = (Vec::new(), Vec::new());
    let codes = codes.map(|code| {
        if code == ABSENT {
            return NO_CODE;
        }
        let held = &mut local[code as usize];
        if *held == NO_CODE {
            *held = values.len() as u32;
            values.push(Arc::from(dictionary.get(code).unwrap_or_default()));
            used.push(code);
        }
        *held
    });
    let codes = codes.collect();
    for code in used {
        local[code as usize] = NO_CODE;
    }
    DictColumn { values, codes }
}
