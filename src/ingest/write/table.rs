//! Batches as Arrow tables: dictionary-coded text under the smallest index type, counts in the smallest integer,
//! absent columns left out.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::BinaryBuilder;
use arrow_array::types::{ArrowDictionaryKeyType, UInt8Type, UInt16Type, UInt32Type};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, DictionaryArray, Float64Array, PrimitiveArray,
    RecordBatch, StringArray, TimestampMicrosecondArray, UInt32Array, UInt64Array,
};
use arrow_buffer::{NullBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, Field, Schema};

use crate::ingest::aggregate as names;
use crate::ingest::{ID_HASH_KEY, ID_HASH_XXH3};
use crate::model::batch::{NO_CODE, NO_COUNT, NO_ID};
use crate::model::schema::TEXT_COLUMNS;
use crate::model::{AggregateBatch, Batch, BinaryColumn, Column, DictColumn, EventKind, Outcome};

/// Raw events as one Arrow table, in the order of the schema.
pub fn events_table(batch: &Batch) -> Result<RecordBatch, ArrowError> {
    let mut columns = Columns::default();
    columns.events(batch)?;
    columns.finish()
}

/// Pre-aggregated hours as one Arrow table.
pub fn aggregate_table(batch: &AggregateBatch) -> Result<RecordBatch, ArrowError> {
    let mut columns = Columns::default();
    columns.times(names::HOUR, &batch.hour_us);
    for (column, dictionary) in TEXT_COLUMNS.into_iter().zip(&batch.text) {
        if let Some(dictionary) = dictionary {
            columns.text(column.name(), dictionary)?;
        }
    }
    columns.counts(names::EXECUTIONS, &batch.executions);
    columns.counts(names::FAILURES, &batch.failures);
    columns.counts(names::SUCCESSES, &batch.successes);
    columns.floats(names::DURATION_SUM, &batch.duration_sum_ms);
    columns.counts(names::DURATION_COUNT, &batch.duration_count);
    columns.floats(names::DURATION_MIN, &batch.duration_min_ms);
    columns.floats(names::DURATION_MAX, &batch.duration_max_ms);
    columns.binary(names::DURATION_SKETCH, &batch.duration_sketch);
    columns.binary(names::USERS_SKETCH, &batch.users_sketch);
    columns.finish()
}

/// The same under one schema for all batches, as files that grow need it: every column is there, under the widest type.
pub(super) fn uniform_events_table(batch: &Batch) -> Result<RecordBatch, ArrowError> {
    let mut columns = Columns {
        is_uniform: true,
        ..Columns::default()
    };
    columns.events(batch)?;
    columns.finish()
}

#[derive(Default)]
struct Columns {
    /// Are absent columns there too, and is nothing narrowed?
    is_uniform: bool,
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    fn events(&mut self, batch: &Batch) -> Result<(), ArrowError> {
        self.ids(&batch.event_id);
        self.closed(
            Column::Kind.name(),
            EventKind::ALL.map(EventKind::name).as_slice(),
            batch.kind.iter().map(|kind| *kind as u8),
        )?;
        self.times(Column::Time.name(), &batch.time_us);
        for (column, dictionary) in TEXT_COLUMNS.into_iter().zip(&batch.text) {
            self.text(column.name(), dictionary)?;
        }
        self.closed(
            Column::Outcome.name(),
            Outcome::ALL.map(Outcome::name).as_slice(),
            batch.outcome.iter().map(|outcome| *outcome as u8),
        )?;
        self.floats(Column::DurationMs.name(), &batch.duration_ms);
        self.counts(Column::TokensIn.name(), &batch.tokens_in);
        self.counts(Column::TokensOut.name(), &batch.tokens_out);
        self.floats(Column::CostUsd.name(), &batch.cost_usd);
        self.counts(Column::Bytes.name(), &batch.bytes);
        Ok(())
    }

    fn push(&mut self, name: &str, array: ArrayRef) {
        let is_nullable = self.is_uniform || array.null_count() > 0;
        let field = Field::new(name, array.data_type().clone(), is_nullable);
        self.fields.push(field);
        self.arrays.push(array);
    }

    fn times(&mut self, name: &str, times_us: &[i64]) {
        let array = TimestampMicrosecondArray::new(ScalarBuffer::from(times_us.to_vec()), None);
        self.push(name, Arc::new(array.with_timezone("UTC")));
    }

    /// Identities are hashes already; the field says so, and the reader takes them as they are.
    fn ids(&mut self, ids: &[u64]) {
        if !self.is_uniform && ids.iter().all(|&id| id == NO_ID) {
            return;
        }
        let nulls = nulls(ids.iter().map(|&id| id != NO_ID));
        let array = UInt64Array::new(ScalarBuffer::from(ids.to_vec()), nulls);
        self.push(Column::EventId.name(), Arc::new(array));
        if let Some(field) = self.fields.last_mut() {
            let metadata = HashMap::from([(ID_HASH_KEY.to_owned(), ID_HASH_XXH3.to_owned())]);
            field.set_metadata(metadata);
        }
    }

    fn closed(
        &mut self,
        name: &str,
        vocabulary: &[&str],
        codes: impl Iterator<Item = u8>,
    ) -> Result<(), ArrowError> {
        let keys = PrimitiveArray::<UInt8Type>::from_iter_values(codes);
        let values = StringArray::from_iter_values(vocabulary);
        self.push(
            name,
            Arc::new(DictionaryArray::try_new(keys, Arc::new(values))?),
        );
        Ok(())
    }

    fn text(&mut self, name: &str, column: &DictColumn) -> Result<(), ArrowError> {
        if !self.is_uniform && column.codes.iter().all(|&code| code == NO_CODE) {
            return Ok(());
        }
        let values: ArrayRef = Arc::new(StringArray::from_iter_values(&column.values));
        // The largest code must fit, not the number of values.
        let array: ArrayRef = match column.values.len() {
            _ if self.is_uniform => keyed::<UInt32Type>(&column.codes, values, |code| code)?,
            0..=0x100 => keyed::<UInt8Type>(&column.codes, values, |code| code as u8)?,
            0..=0x1_0000 => keyed::<UInt16Type>(&column.codes, values, |code| code as u16)?,
            _ => keyed::<UInt32Type>(&column.codes, values, |code| code)?,
        };
        self.push(name, array);
        Ok(())
    }

    fn counts(&mut self, name: &str, counts: &[u64]) {
        if !self.is_uniform && counts.iter().all(|&count| count == NO_COUNT) {
            return;
        }
        let nulls = nulls(counts.iter().map(|&count| count != NO_COUNT));
        let present = counts.iter().filter(|&&count| count != NO_COUNT);
        let is_narrow = present.max().is_some_and(|&max| max <= u64::from(u32::MAX));
        let array: ArrayRef = if is_narrow && !self.is_uniform {
            let narrow = counts.iter().map(|&count| count as u32).collect();
            Arc::new(UInt32Array::new(narrow, nulls))
        } else {
            Arc::new(UInt64Array::new(counts.to_vec().into(), nulls))
        };
        self.push(name, array);
    }

    fn floats(&mut self, name: &str, values: &[f64]) {
        let mut present = values.iter().filter(|value| !value.is_nan()).peekable();
        if !self.is_uniform && present.peek().is_none() {
            return;
        }
        let is_whole =
            |value: &f64| value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(value);
        let nulls = nulls(values.iter().map(|value| !value.is_nan()));
        let array: ArrayRef = if !self.is_uniform && present.all(is_whole) {
            let narrow = values.iter().map(|&value| value as u32).collect();
            Arc::new(UInt32Array::new(narrow, nulls))
        } else {
            Arc::new(Float64Array::new(values.to_vec().into(), nulls))
        };
        self.push(name, array);
    }

    fn binary(&mut self, name: &str, column: &BinaryColumn) {
        let rows = column.offsets.len().saturating_sub(1);
        if rows == 0 {
            return;
        }
        let mut builder = BinaryBuilder::with_capacity(rows, column.data.len());
        for row in 0..rows {
            builder.append_option(column.get(row));
        }
        self.push(name, Arc::new(builder.finish()));
    }

    fn finish(self) -> Result<RecordBatch, ArrowError> {
        RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.arrays)
    }
}

fn nulls(present: impl Iterator<Item = bool>) -> Option<NullBuffer> {
    let nulls: NullBuffer = present.collect();
    (nulls.null_count() > 0).then_some(nulls)
}

fn keyed<K: ArrowDictionaryKeyType + ArrowPrimitiveType>(
    codes: &[u32],
    values: ArrayRef,
    narrow: impl Fn(u32) -> K::Native,
) -> Result<ArrayRef, ArrowError> {
    let nulls = nulls(codes.iter().map(|&code| code != NO_CODE));
    let absent = narrow(0);
    let native: Vec<K::Native> = codes
        .iter()
        .map(|&code| {
            if code == NO_CODE {
                absent
            } else {
                narrow(code)
            }
        })
        .collect();
    let keys = PrimitiveArray::<K>::new(native.into(), nulls);
    Ok(Arc::new(DictionaryArray::<K>::try_new(keys, values)?))
}
