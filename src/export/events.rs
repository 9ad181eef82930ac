//! Raw events as CSV: the columns of the schema, by their names. A million of them are written in parts.
//!
//! Identities are hashes, and written as such; what reads them here knows a repeated event by them.

use super::csv::{Names, text_cell};
use super::rfc3339;
use crate::model::batch::{ID_HASH_PREFIX, NO_COUNT, NO_ID};
use crate::model::schema::{SCHEMA, text_index};
use crate::model::{Batch, Column};

const LINE_END: &str = "\r\n";

/// The first line.
pub fn events_csv_header() -> String {
    let names: Vec<&str> = SCHEMA.iter().map(|spec| spec.name).collect();
    names.join(",") + LINE_END
}

/// The lines of some events. What is not known is an empty cell; numbers are complete.
pub fn events_csv(batch: &Batch, names: Names) -> String {
    // Names come back row after row: each is looked at once.
    let texts = batch.text.each_ref().map(|column| {
        let values = column.values.iter();
        values
            .map(|text| text_cell(text, names))
            .collect::<Vec<String>>()
    });
    let mut out = String::new();
    for row in 0..batch.len() {
        for (at, spec) in SCHEMA.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            match text_index(spec.column) {
                Some(column) => {
                    let code = batch.text[column].codes.get(row);
                    let text = code.and_then(|&code| texts[column].get(code as usize));
                    out.push_str(text.map_or("", String::as_str));
                }
                None => out.push_str(&plain(batch, spec.column, row)),
            }
        }
        out.push_str(LINE_END);
    }
    out
}

/// Everything but texts.
fn plain(batch: &Batch, column: Column, row: usize) -> String {
    let count = |counts: &[u64]| {
        let known = counts.get(row).filter(|&&count| count != NO_COUNT);
        known.map(u64::to_string)
    };
    let number = |numbers: &[f64]| {
        let known = numbers.get(row).filter(|number| number.is_finite());
        known.map(f64::to_string)
    };
    let text = match column {
        Column::EventId => batch
            .event_id
            .get(row)
            .filter(|&&id| id != NO_ID)
            .map(|id| format!("{ID_HASH_PREFIX}{id:016x}")),
        Column::Kind => batch.kind.get(row).map(|kind| kind.name().to_owned()),
        Column::Time => batch.time_us.get(row).map(|&time_us| rfc3339(time_us)),
        Column::Outcome => batch
            .outcome
            .get(row)
            .map(|outcome| outcome.name().to_owned()),
        Column::DurationMs => number(&batch.duration_ms),
        Column::CostUsd => number(&batch.cost_usd),
        Column::TokensIn => count(&batch.tokens_in),
        Column::TokensOut => count(&batch.tokens_out),
        Column::Bytes => count(&batch.bytes),
        _ => None,
    };
    text.unwrap_or_default()
}
