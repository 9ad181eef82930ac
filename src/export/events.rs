//! Raw events as CSV, and what is said beside events in any form. A million of them are written in parts.
//!
//! Identities are hashes, and written as such; what reads them here knows a repeated event by them.

use serde_json::{Map, Value, json};

use super::csv::{Names, text_cell};
use super::json::{FORMAT, provenance_value, question_value};
use super::{Report, rfc3339, words};
use crate::model::batch::{ID_HASH_PREFIX, NO_COUNT, NO_ID};
use crate::model::schema::{SCHEMA, text_index};
use crate::model::{Batch, Column, ColumnSpec};

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

/// What the columns of events mean, by their names.
fn columns_value() -> Value {
    let columns = SCHEMA.iter().map(|spec| {
        let meaning = json!({"name": spec.label, "definition": meaning(spec)});
        (spec.name.to_owned(), meaning)
    });
    Value::Object(columns.collect::<Map<_, _>>())
}

fn meaning(spec: &ColumnSpec) -> String {
    if spec.column == Column::EventId {
        format!("{} Written as the 64 bits of its xxh3 hash.", spec.meaning)
    } else {
        spec.meaning.to_owned()
    }
}

/// What is known about the events of a report, in the form of the shared JSON.
fn about_value(report: &Report) -> Value {
    json!({
        "format": FORMAT,
        "question": question_value(&report.question, &report.periods),
        "provenance": provenance_value(&report.provenance),
        "columns": columns_value(),
    })
}

/// Where the events of a report come from, beside a table of them.
pub fn events_provenance(report: &Report) -> String {
    format!("{:#}\n", about_value(report))
}

/// The same for metadata, one part a key.
pub fn events_metadata(report: &Report) -> Vec<(String, String)> {
    let Value::Object(about) = about_value(report) else {
        return Vec::new();
    };
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let entries = about.into_iter();
    let entries = entries.map(|(key, value)| (format!("toolscope.{key}"), text(value)));
    entries.collect()
}

/// The shared JSON up to its events; they follow with commas between, then [`EVENTS_JSON_END`].
pub fn events_json_begin(report: &Report) -> String {
    let about = about_value(report).to_string();
    let open = about.strip_suffix('}').unwrap_or_default();
    format!("{open},\"events\":[\n")
}

pub const EVENTS_JSON_END: &str = "]}\n";

/// What is known about so many events, for whoever opens an archive of them.
pub fn events_about(report: &Report, rows: u64) -> String {
    let mut out = format!("{}\n\n", report.title);
    for fact in report.facts() {
        out.push_str(&format!("{}: {}\n", fact.name, fact.value));
    }
    out.push_str(&format!("Events: {}\n", words::count(rows as f64)));
    for warning in &report.provenance.warnings {
        out.push_str(&format!("Warning: {}\n", warning.message));
    }
    out.push_str("\nWhat the columns mean\n");
    for spec in &SCHEMA {
        out.push_str(&format!("  {}: {}\n", spec.name, meaning(spec)));
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
