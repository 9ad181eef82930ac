//! Columns of record batches into events or hours. Common types go column by column, everything else value by value.

use std::borrow::Cow;

use super::array::{Array, Values};
use super::plain::{self, Fed};
use super::reader::Rows;
use super::schema::Number;
use crate::ingest::aggregate::{HourField, HourRows};
use crate::ingest::fields::{self, EventSink};
use crate::ingest::json::Sink;
use crate::ingest::names::{Headers, Meaning, Reading, Terms};
use crate::ingest::scan::Fields;
use crate::ingest::values::Raw;
use crate::ingest::{ID_HASH_PREFIX, Tally};
use crate::model::batch::BatchBuilder;
use crate::model::{Batch, Column};

/// Collects events from record batches.
#[derive(Default)]
pub struct EventRows {
    events: BatchBuilder,
    batches: u64,
    /// Of objects inside of cells.
    inside: Headers,
}

impl EventRows {
    /// Adds the rows of a record batch.
    pub fn push(&mut self, batch: &Rows<'_>, terms: &Terms<'_>, tally: &mut Tally) {
        self.batches += 1;
        let mut columns: Vec<Fed<'_>> = Vec::new();
        let mut opened: Vec<(&str, &Array<'_>)> = Vec::new();
        for (held, array) in batch.columns() {
            if matches!(array.values, Values::Null) {
                continue;
            }
            match terms.meaning(&held.name) {
                Meaning::Take(field) => columns.push((field, array, held.is_hash)),
                Meaning::Open => opened.push((&held.name, array)),
                // What made the file known as a product's export.
                Meaning::Drop => tally.drop_field(&held.name, batch.rows as u64),
            }
        }
        // The best name last, so that it wins; a null of it leaves the other name's value.
        columns.sort_by_key(|(field, ..)| std::cmp::Reverse(field.rank));
        if opened.is_empty()
            && plain::push(&columns, batch.rows, &mut self.events, terms, tally).is_some()
        {
            return;
        }
        for row in 0..batch.rows {
            tally.rows_read += 1;
            let mut values = fields::Values::default();
            for &(field, array, is_hash) in &columns {
                let value = if is_hash && field.column == Column::EventId {
                    hashed_identity(array, row)
                } else {
                    array.value(row)
                };
                values.put(field, value);
            }
            self.inside.rewind();
            let read = opened.iter().try_for_each(|&(name, array)| {
                let text = array.text(row).filter(|text| text.starts_with('{'));
                let Some(text) = text else { return Ok(()) };
                EventSink::new(&mut self.inside, terms, tally, &mut values, Some(name))
                    .read(text.as_bytes(), &mut Fields::default())
            });
            let pushed = read.and_then(|()| fields::push(&values, &mut self.events, terms, tally));
            if let Err(reason) = pushed {
                let batches = self.batches;
                tally.set_aside(reason, || {
                    format!("row {} of record batch {batches}", row + 1)
                });
            }
        }
    }

    pub fn finish(self, terms: &Terms<'_>, tally: &mut Tally) -> Batch {
        self.inside.finish(terms, tally);
        self.events.finish()
    }
}

/// Adds the hours of a record batch.
pub fn push_hours(hours: &mut HourRows, batch: &Rows<'_>, terms: &Terms<'_>, tally: &mut Tally) {
    let columns: Vec<((HourField, Reading), &Array<'_>)> = batch
        .columns()
        .filter_map(|(held, array)| Some((terms.hour_field(&held.name)?, array)))
        .collect();
    for row in 0..batch.rows {
        tally.rows_read += 1;
        let mut collected = hours.row(terms, tally);
        for &((field, reading), array) in &columns {
            match (field, array.bytes(row)) {
                (HourField::Sketch(at), Some(bytes)) => collected.take_bytes(at, bytes),
                _ => collected.take((field, reading), array.value(row)),
            }
        }
        if let Err(reason) = collected.finish() {
            tally.set_aside(reason, || format!("row {}", row + 1));
        }
    }
}

/// A hash in its form as text, which the long way takes as it is.
fn hashed_identity<'a>(array: &'a Array<'_>, row: usize) -> Raw<'a> {
    match (array.value(row), &array.values) {
        (Raw::Int(hash), Values::Numbers(Number::U64, _)) => {
            Raw::Text(Cow::Owned(format!("{ID_HASH_PREFIX}{hash:016x}")))
        }
        (other, _) => other,
    }
}
