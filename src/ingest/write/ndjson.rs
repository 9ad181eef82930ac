//! NDJSON: one event, or one pre-aggregated hour, a line; absent values left out.

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat};

use super::WriteError;
use crate::ingest::ID_HASH_PREFIX;
use crate::ingest::aggregate as names;
use crate::model::batch::{NO_COUNT, NO_ID};
use crate::model::schema::TEXT_COLUMNS;
use crate::model::{AggregateBatch, Batch, BinaryColumn, Column, TimeUs};

const FAILED: WriteError = WriteError("NDJSON");

/// Raw events as NDJSON.
pub fn batch_to_ndjson(batch: &Batch) -> Result<Vec<u8>, WriteError> {
    let mut lines = Lines::default();
    for row in 0..batch.len() {
        lines.open();
        lines.id(batch.event_id.get(row).copied().unwrap_or(NO_ID))?;
        let kind = batch.kind.get(row).ok_or(FAILED)?;
        lines.text(Column::Kind.name(), Some(kind.name()))?;
        lines.time(Column::Time.name(), batch.time_us.get(row).copied())?;
        for (column, dictionary) in TEXT_COLUMNS.into_iter().zip(&batch.text) {
            lines.text(column.name(), dictionary.get(row))?;
        }
        let outcome = batch.outcome.get(row).ok_or(FAILED)?;
        lines.text(Column::Outcome.name(), Some(outcome.name()))?;
        lines.float(Column::DurationMs.name(), &batch.duration_ms, row)?;
        lines.count(Column::TokensIn.name(), &batch.tokens_in, row)?;
        lines.count(Column::TokensOut.name(), &batch.tokens_out, row)?;
        lines.float(Column::CostUsd.name(), &batch.cost_usd, row)?;
        lines.count(Column::Bytes.name(), &batch.bytes, row)?;
        lines.close();
    }
    Ok(lines.bytes)
}

/// Pre-aggregated hours as NDJSON; sketches in base64.
pub fn aggregate_to_ndjson(batch: &AggregateBatch) -> Result<Vec<u8>, WriteError> {
    let mut lines = Lines::default();
    for row in 0..batch.len() {
        lines.open();
        lines.time(names::HOUR, batch.hour_us.get(row).copied())?;
        for (column, dictionary) in TEXT_COLUMNS.into_iter().zip(&batch.text) {
            // A file that groups by a column says so in every row; without a value the text is empty.
            let text = dictionary
                .as_ref()
                .map(|dictionary| dictionary.get(row).unwrap_or_default());
            lines.text(column.name(), text)?;
        }
        lines.count(names::EXECUTIONS, &batch.executions, row)?;
        lines.count(names::FAILURES, &batch.failures, row)?;
        lines.count(names::SUCCESSES, &batch.successes, row)?;
        lines.float(names::DURATION_SUM, &batch.duration_sum_ms, row)?;
        lines.count(names::DURATION_COUNT, &batch.duration_count, row)?;
        lines.float(names::DURATION_MIN, &batch.duration_min_ms, row)?;
        lines.float(names::DURATION_MAX, &batch.duration_max_ms, row)?;
        lines.binary(names::DURATION_SKETCH, &batch.duration_sketch, row)?;
        lines.binary(names::USERS_SKETCH, &batch.users_sketch, row)?;
        lines.close();
    }
    Ok(lines.bytes)
}

#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
    is_first: bool,
}

impl Lines {
    fn open(&mut self) {
        self.bytes.push(b'{');
        self.is_first = true;
    }

    fn close(&mut self) {
        self.bytes.extend_from_slice(b"}\n");
    }

    /// Names are the schema's own: nothing in them needs an escape.
    fn name(&mut self, name: &str) {
        if !std::mem::take(&mut self.is_first) {
            self.bytes.push(b',');
        }
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.extend_from_slice(b"\":");
    }

    fn text(&mut self, name: &str, text: Option<&str>) -> Result<(), WriteError> {
        let Some(text) = text else { return Ok(()) };
        self.name(name);
        serde_json::to_writer(&mut self.bytes, text).map_err(|_| FAILED)
    }

    fn id(&mut self, id: u64) -> Result<(), WriteError> {
        if id == NO_ID {
            return Ok(());
        }
        self.name(Column::EventId.name());
        write!(self.bytes, "\"{ID_HASH_PREFIX}{id:016x}\"").map_err(|_| FAILED)
    }

    fn time(&mut self, name: &str, time_us: Option<TimeUs>) -> Result<(), WriteError> {
        let time = time_us.and_then(DateTime::from_timestamp_micros);
        let text = time.ok_or(FAILED)?;
        self.text(
            name,
            Some(&text.to_rfc3339_opts(SecondsFormat::Micros, true)),
        )
    }

    fn float(&mut self, name: &str, values: &[f64], row: usize) -> Result<(), WriteError> {
        let Some(value) = values.get(row).filter(|value| !value.is_nan()) else {
            return Ok(());
        };
        self.name(name);
        serde_json::to_writer(&mut self.bytes, value).map_err(|_| FAILED)
    }

    fn count(&mut self, name: &str, counts: &[u64], row: usize) -> Result<(), WriteError> {
        let Some(count) = counts.get(row).filter(|count| **count != NO_COUNT) else {
            return Ok(());
        };
        self.name(name);
        write!(self.bytes, "{count}").map_err(|_| FAILED)
    }

    fn binary(&mut self, name: &str, column: &BinaryColumn, row: usize) -> Result<(), WriteError> {
        let Some(bytes) = column.get(row) else {
            return Ok(());
        };
        self.text(name, Some(&STANDARD.encode(bytes)))
    }
}
