//! Pre-aggregated hours, out again: those that filters and a period leave, with all their states.
//!
//! An hour whose file lacks a column that a filter asks about is left out, as questions do, and that is said. Files with
//! other columns are not mixed: that a file does not know a column is not the same as a value that is absent.

use super::columns::Codes;
use super::hours::{HourSegment, count, number};
use super::load::Engine;
use super::rows::{Changed, Kept, Name, places, texts};
use crate::model::batch::NO_COUNT;
use crate::model::zone::HOUR_US;
use crate::model::{AggregateBatch, BinaryColumn, TimeUs};
use crate::query::{Clause, Period};

/// What the states of one batch take together, about; they may be long.
const STATE_BYTES: usize = 512 * 1024;

/// Some hours of one set of columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HourRows {
    pub batch: AggregateBatch,
    /// They have other columns than those before, or are the first: a file of its own begins.
    pub begins: bool,
}

/// Hours on their way out of one shard.
#[derive(Debug)]
pub struct HourPass {
    period: Period,
    kept: Kept,
    /// By their columns, then by time.
    segments: Vec<(Name, usize)>,
    /// The next segment of these, and its next row.
    at: usize,
    row: usize,
    /// The columns of the file at hand.
    columns: Option<u16>,
    local: Vec<u32>,
    /// Were hours left out, since they lack what a filter asks about?
    pub lacks: bool,
    /// Does the period cut hours that are there?
    pub cut: bool,
}

impl Engine {
    /// Begins to give the pre-aggregated hours of a period that all clauses leave.
    pub fn begin_hour_rows(&self, clauses: &[Clause], period: Period) -> HourPass {
        let mut segments: Vec<(Name, usize)> = in_period(self, period).collect();
        segments.sort_by_key(|&(name, at)| {
            let held = &self.hours[at];
            (columns(held), held.span(), name)
        });
        let is_cut = |time_us: TimeUs| {
            let hour_us = time_us.saturating_sub(time_us.rem_euclid(HOUR_US));
            let mut held = self.hours.iter();
            hour_us != time_us && held.any(|held| held.rows.hour_us.binary_search(&hour_us).is_ok())
        };
        HourPass {
            cut: is_cut(period.from_us) || is_cut(period.until_us),
            period,
            kept: Kept::new(self, clauses),
            row: first_row(self, segments.first(), period),
            segments,
            at: 0,
            columns: None,
            local: Vec::new(),
            lacks: false,
        }
    }

    /// Are there pre-aggregated hours in a period? They have no events.
    pub fn has_hours(&self, period: Period) -> bool {
        in_period(self, period).next().is_some()
    }
}

fn in_period(engine: &Engine, period: Period) -> impl Iterator<Item = (Name, usize)> {
    let held = engine.hours.iter().enumerate();
    let held = held.filter(move |(_, held)| {
        let first = held.rows.hour_us.partition_point(|&at| at < period.from_us);
        let hours = held.rows.hour_us.get(first);
        hours.is_some_and(|&hour| hour < period.until_us)
    });
    held.map(|(at, held)| ((held.source, held.fingerprint), at))
}

fn first_row(engine: &Engine, segment: Option<&(Name, usize)>, period: Period) -> usize {
    segment.map_or(0, |&(_, at)| {
        let hours = &engine.hours[at].rows.hour_us;
        hours.partition_point(|&hour| hour < period.from_us)
    })
}

/// Which columns a file groups by, a bit each.
fn columns(segment: &HourSegment) -> u16 {
    let present = segment.text.iter().enumerate();
    present.fold(0, |bits, (at, column)| {
        bits | u16::from(column.is_some()) << at
    })
}

impl HourPass {
    /// About `rows_max` hours more at most; `None` when there are no more. Empty ones may come in between.
    pub fn step(&mut self, engine: &Engine, rows_max: usize) -> Result<Option<HourRows>, Changed> {
        let (segments, period) = (&mut self.segments, self.period);
        self.kept.follow(engine, || {
            let held: Vec<Name> = segments.iter().map(|&(name, _)| name).collect();
            let now: Vec<(Name, usize)> = in_period(engine, period).collect();
            for (segment, at) in segments.iter_mut().zip(places(&held, &now)?) {
                segment.1 = at;
            }
            Ok(())
        })?;
        let Some(&(_, position)) = self.segments.get(self.at) else {
            return Ok(None);
        };
        let held = &engine.hours[position];
        let mut rows = Vec::new();
        let (mut looked, mut bytes) = (0, 0);
        while let Some(&hour_us) = held.rows.hour_us.get(self.row) {
            if hour_us >= self.period.until_us {
                break;
            }
            if looked >= rows_max || bytes >= STATE_BYTES {
                return Ok(Some(self.batch(engine, held, &rows)));
            }
            match self.kept.filter.passes_hour(held, self.row) {
                Some(true) => {
                    let states = [&held.rows.duration_sketch, &held.rows.users_sketch];
                    let states = states.map(|column| column.get(self.row).map_or(0, <[u8]>::len));
                    bytes += states.iter().sum::<usize>();
                    rows.push(self.row);
                }
                Some(false) => {}
                None => self.lacks = true,
            }
            self.row += 1;
            looked += 1;
        }
        self.at += 1;
        self.row = first_row(engine, self.segments.get(self.at), self.period);
        Ok(Some(self.batch(engine, held, &rows)))
    }

    fn batch(&mut self, engine: &Engine, held: &HourSegment, rows: &[usize]) -> HourRows {
        let set = columns(held);
        let begins = !rows.is_empty() && self.columns != Some(set);
        if begins {
            self.columns = Some(set);
        }
        let local = &mut self.local;
        let text = std::array::from_fn(|column| {
            let codes: &Codes = held.text[column].as_ref()?;
            let codes = rows.iter().map(|&row| codes.get(row));
            Some(texts(engine, column, codes, local))
        });
        let from = &held.rows;
        HourRows {
            batch: AggregateBatch {
                hour_us: rows.iter().map(|&row| from.hour_us[row]).collect(),
                text,
                executions: counts(&from.executions, rows),
                failures: counts(&from.failures, rows),
                successes: counts(&from.successes, rows),
                duration_sum_ms: numbers(&from.duration_sum_ms, rows),
                duration_count: counts(&from.duration_count, rows),
                duration_min_ms: numbers(&from.duration_min_ms, rows),
                duration_max_ms: numbers(&from.duration_max_ms, rows),
                duration_sketch: states(&from.duration_sketch, rows),
                users_sketch: states(&from.users_sketch, rows),
            },
            begins,
        }
    }
}

fn counts(column: &[u64], rows: &[usize]) -> Vec<u64> {
    if column.is_empty() {
        return Vec::new();
    }
    let counts = rows.iter().map(|&row| count(column, row));
    counts.map(|count| count.unwrap_or(NO_COUNT)).collect()
}

fn numbers(column: &[f64], rows: &[usize]) -> Vec<f64> {
    if column.is_empty() {
        return Vec::new();
    }
    let numbers = rows.iter().map(|&row| number(column, row));
    numbers.map(|number| number.unwrap_or(f64::NAN)).collect()
}

fn states(column: &BinaryColumn, rows: &[usize]) -> BinaryColumn {
    let mut taken = BinaryColumn::default();
    if !column.offsets.is_empty() {
        for &row in rows {
            taken.push(column.get(row).unwrap_or_default());
        }
    }
    taken
}
