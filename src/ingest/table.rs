//! Columns of a record batch into events or hours. Common types go column by column, everything else value by value.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Date32Type, Date64Type, Float16Type, Float32Type, Float64Type,
    Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Field as ArrowField, TimeUnit};

use super::aggregate::{HourField, HourRows};
use super::fields::{EventSink, Values};
use super::json::Sink;
use super::names::{Headers, Meaning, Reading, Terms};
use super::plain;
use super::values::Raw;
use super::{ID_HASH_KEY, ID_HASH_XXH3, Tally};
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
    pub fn push(&mut self, batch: &RecordBatch, terms: &Terms<'_>, tally: &mut Tally) {
        self.batches += 1;
        let schema = batch.schema_ref();
        let mut columns: Vec<plain::Fed<'_>> = Vec::new();
        let mut opened: Vec<(&str, &dyn Array)> = Vec::new();
        for (held, array) in schema.fields().iter().zip(batch.columns()) {
            if array.data_type() == &DataType::Null {
                continue;
            }
            match terms.meaning(held.name()) {
                Meaning::Take(field) => columns.push((field, array.as_ref(), is_hash(held))),
                Meaning::Open => opened.push((held.name(), array.as_ref())),
                // What made the file known as a product's export.
                Meaning::Drop => tally.drop_field(held.name(), batch.num_rows() as u64),
            }
        }
        // The best name last, so that it wins; a null of it leaves the other name's value.
        columns.sort_by_key(|(field, ..)| std::cmp::Reverse(field.rank));
        if opened.is_empty()
            && plain::push(&columns, batch.num_rows(), &mut self.events, terms, tally).is_some()
        {
            return;
        }
        for row in 0..batch.num_rows() {
            tally.rows_read += 1;
            let mut values = Values::default();
            for &(field, array, is_hash) in &columns {
                let value = if is_hash && field.column == Column::EventId {
                    hashed_identity(array, row)
                } else {
                    value(array, row)
                };
                values.put(field, value);
            }
            self.inside.rewind();
            let read = opened.iter().try_for_each(|&(name, array)| {
                let text = text(array, row).filter(|text| text.starts_with('{'));
                let Some(text) = text else { return Ok(()) };
                EventSink::new(&mut self.inside, terms, tally, &mut values, Some(name))
                    .read(text.as_bytes())
            });
            let pushed = read.and_then(|()| values.push_to(&mut self.events, terms, tally));
            if let Err(reason) = pushed {
                let batches = self.batches;
                tally.set_aside(reason, || {
                    format!("row {} of record batch {batches}", row + 1)
                });
            }
        }
    }

    pub fn finish(self, tally: &mut Tally) -> Batch {
        self.inside.finish(tally);
        self.events.finish()
    }
}

/// The text in a cell, borrowed from its column.
fn text(array: &dyn Array, row: usize) -> Option<&str> {
    if array.is_null(row) {
        return None;
    }
    match array.data_type() {
        DataType::Utf8 => Some(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => Some(array.as_string::<i64>().value(row)),
        DataType::Utf8View => Some(array.as_string_view().value(row)),
        _ => None,
    }
}

/// Adds the hours of a record batch.
pub fn push_hours(hours: &mut HourRows, batch: &RecordBatch, terms: &Terms<'_>, tally: &mut Tally) {
    let columns: Vec<((HourField, Reading), &dyn Array)> = batch
        .schema_ref()
        .fields()
        .iter()
        .zip(batch.columns())
        .filter_map(|(held, array)| Some((terms.hour_field(held.name())?, array.as_ref())))
        .collect();
    for row in 0..batch.num_rows() {
        tally.rows_read += 1;
        let mut collected = hours.row(terms, tally);
        for &((field, reading), array) in &columns {
            match (field, bytes(array, row)) {
                (HourField::Sketch(at), Some(bytes)) => collected.take_bytes(at, bytes),
                _ => collected.take((field, reading), value(array, row)),
            }
        }
        if let Err(reason) = collected.finish() {
            tally.set_aside(reason, || format!("row {}", row + 1));
        }
    }
}

/// A cell as text, for a person to look at.
pub fn shown(array: &dyn Array, row: usize) -> String {
    match value(array, row) {
        Raw::Null | Raw::Nested => String::new(),
        Raw::Bool(flag) => flag.to_string(),
        Raw::Int(number) => number.to_string(),
        Raw::Float(number) => number.to_string(),
        Raw::Text(text) => text.into_owned(),
    }
}

/// Does an integer column hold hashes of identities already?
fn is_hash(field: &ArrowField) -> bool {
    let says = field.metadata().get(ID_HASH_KEY);
    says.is_some_and(|hash| hash == ID_HASH_XXH3) && field.data_type() == &DataType::UInt64
}

fn hashed_identity(array: &dyn Array, row: usize) -> Raw<'_> {
    if array.is_null(row) {
        return Raw::Null;
    }
    let hash = array.as_primitive::<UInt64Type>().value(row);
    Raw::Text(Cow::Owned(format!("{}{hash:016x}", super::ID_HASH_PREFIX)))
}

fn bytes(array: &dyn Array, row: usize) -> Option<&[u8]> {
    if array.is_null(row) {
        return None;
    }
    match array.data_type() {
        DataType::Binary => Some(array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => Some(array.as_binary::<i64>().value(row)),
        _ => None,
    }
}

/// One value of a column of any type.
pub fn value(array: &dyn Array, row: usize) -> Raw<'_> {
    if array.is_null(row) {
        return Raw::Null;
    }
    macro_rules! int {
        ($type:ty) => {
            Raw::Int(array.as_primitive::<$type>().value(row).into())
        };
    }
    macro_rules! scaled {
        ($type:ty, $to_micros:expr) => {{
            // µs since 1970 whatever the unit, told apart from bare numbers by their size.
            let scale: fn(i64) -> Option<i64> = $to_micros;
            match scale(array.as_primitive::<$type>().value(row).into()) {
                Some(micros) => time_text(micros),
                None => Raw::Nested,
            }
        }};
    }
    macro_rules! float {
        ($type:ty) => {
            Raw::Float(array.as_primitive::<$type>().value(row).into())
        };
    }
    match array.data_type() {
        DataType::Boolean => Raw::Bool(array.as_boolean().value(row)),
        DataType::Int8 => int!(Int8Type),
        DataType::Int16 => int!(Int16Type),
        DataType::Int32 => int!(Int32Type),
        DataType::Int64 => int!(Int64Type),
        DataType::UInt8 => int!(UInt8Type),
        DataType::UInt16 => int!(UInt16Type),
        DataType::UInt32 => int!(UInt32Type),
        DataType::UInt64 => int!(UInt64Type),
        DataType::Float16 => float!(Float16Type),
        DataType::Float32 => float!(Float32Type),
        DataType::Float64 => float!(Float64Type),
        DataType::Utf8 => Raw::Text(array.as_string::<i32>().value(row).into()),
        DataType::LargeUtf8 => Raw::Text(array.as_string::<i64>().value(row).into()),
        DataType::Utf8View => Raw::Text(array.as_string_view().value(row).into()),
        DataType::Timestamp(TimeUnit::Second, _) => {
            scaled!(TimestampSecondType, |s| s.checked_mul(1_000_000))
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            scaled!(TimestampMillisecondType, |ms| ms.checked_mul(1_000))
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => scaled!(TimestampMicrosecondType, Some),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            scaled!(TimestampNanosecondType, |ns| Some(ns.div_euclid(1_000)))
        }
        DataType::Date32 => scaled!(Date32Type, |days| days.checked_mul(86_400_000_000)),
        DataType::Date64 => scaled!(Date64Type, |ms| ms.checked_mul(1_000)),
        DataType::Dictionary(key, _) => match **key {
            DataType::Int8 => entry::<Int8Type>(array, row),
            DataType::Int16 => entry::<Int16Type>(array, row),
            DataType::Int32 => entry::<Int32Type>(array, row),
            DataType::Int64 => entry::<Int64Type>(array, row),
            DataType::UInt8 => entry::<UInt8Type>(array, row),
            DataType::UInt16 => entry::<UInt16Type>(array, row),
            DataType::UInt32 => entry::<UInt32Type>(array, row),
            DataType::UInt64 => entry::<UInt64Type>(array, row),
            _ => Raw::Nested,
        },
        _ => Raw::Nested,
    }
}

fn entry<K: ArrowDictionaryKeyType>(array: &dyn Array, row: usize) -> Raw<'_> {
    let dictionary = array.as_dictionary::<K>();
    match dictionary.key(row) {
        Some(key) if key < dictionary.values().len() => value(dictionary.values().as_ref(), key),
        _ => Raw::Null,
    }
}

/// A timestamp whose unit is known must not be guessed again by its size.
fn time_text<'a>(micros: i64) -> Raw<'a> {
    match micros {
        // Sizes that can only be µs, which is every time from 1973 on.
        100_000_000_000_000..100_000_000_000_000_000 => Raw::Int(micros.into()),
        _ => Raw::Text(Cow::Owned(
            chrono::DateTime::from_timestamp_micros(micros)
                .unwrap_or_default()
                .to_rfc3339(),
        )),
    }
}
