//! CSV and TSV: a header, then one event, or one pre-aggregated hour, a row. A row that can't be read is set aside; the
//! rest goes on.
//!
//! Owns: cells into rows. Does not own: where rows and cells begin and end (`records`), which separator and header
//! there is (`sniff`), what the cells mean (`names`, `values`).

use std::borrow::Cow;

use super::aggregate::{HourField, HourRows};
use super::fields::{EventSink, Values};
use super::json::Sink;
use super::names::{Headers, Meaning, Reading, Terms};
use super::records::{Next, Records, Row};
use super::sniff::{Table, sniff};
use super::values::{Raw, Reason};
use super::{Data, Decoded, IngestError, Stranger, Tally, encoding};
use crate::model::batch::BatchBuilder;
use crate::model::limits::COLUMNS_MAX;
use crate::model::{AggregateBatch, Batch, Column, ColumnType};

/// Reads all rows.
pub fn read(bytes: &[u8], terms: &Terms<'_>) -> Result<Decoded, IngestError> {
    let (text, was_windows) = encoding::of_table(bytes);
    let table = sniff(&text, terms).ok_or(IngestError::Stranger(Stranger::Text))?;
    if table.headers.len() > COLUMNS_MAX {
        return Err(IngestError::TooManyColumns(table.format()));
    }
    let headers = || table.headers.iter().map(String::as_str);
    let terms = terms.for_headers(headers());
    let mut tally = Tally::default();
    let data = if terms.is_hours(headers()) {
        Data::Aggregates(read_hours(&text, &table, &terms, &mut tally))
    } else {
        Data::Events(read_events(&text, &table, &terms, &mut tally))
    };
    terms.note(&mut tally);
    if was_windows {
        tally.note(encoding::WAS_WINDOWS);
    }
    Ok(Decoded { data, tally })
}

fn read_events(text: &[u8], table: &Table, terms: &Terms<'_>, tally: &mut Tally) -> Batch {
    let kept: Vec<(usize, Meaning)> = table
        .headers
        .iter()
        .map(|header| terms.meaning(header))
        .enumerate()
        .filter(|(_, meaning)| *meaning != Meaning::Drop)
        .collect();
    let mut events = BatchBuilder::default();
    // Of objects inside of cells.
    let mut inside = Headers::default();
    let good = each_row(text, table, tally, |row, tally| {
        let mut values = Values::default();
        inside.rewind();
        for &(at, meaning) in &kept {
            let cell = row.cell(at);
            match meaning {
                Meaning::Take(field) if values.wants(field) => {
                    values.put(field, raw(cell, Some(field.column), table));
                }
                Meaning::Open if cell.starts_with('{') => {
                    let name = table.headers.get(at).map(String::as_str);
                    EventSink::new(&mut inside, terms, tally, &mut values, name)
                        .read(cell.as_bytes())?;
                }
                _ => {}
            }
        }
        values.push_to(&mut events, terms, tally)
    });
    terms.meet(table.headers.iter().map(String::as_str), tally);
    inside.finish(terms, tally);
    for (at, header) in table.headers.iter().enumerate() {
        if kept.iter().all(|(held, _)| *held != at) {
            tally.drop_field(header, good);
        }
    }
    events.finish()
}

fn read_hours(text: &[u8], table: &Table, terms: &Terms<'_>, tally: &mut Tally) -> AggregateBatch {
    let kept: Vec<(usize, (HourField, Reading))> = table
        .headers
        .iter()
        .enumerate()
        .filter_map(|(at, header)| Some((at, terms.hour_field(header)?)))
        .collect();
    let mut hours = HourRows::default();
    let good = each_row(text, table, tally, |row, tally| {
        let mut hour = hours.row(terms, tally);
        for &(at, (field, reading)) in &kept {
            let column = matches!(field, HourField::Number(_)).then_some(Column::DurationMs);
            hour.take((field, reading), raw(row.cell(at), column, table));
        }
        hour.finish()
    });
    for (at, header) in table.headers.iter().enumerate() {
        if kept.iter().all(|(held, _)| *held != at) {
            tally.drop_field(header, good);
        }
    }
    hours.finish()
}

/// Every row below the header; gives how many could be taken apart.
fn each_row(
    text: &[u8],
    table: &Table,
    tally: &mut Tally,
    mut read: impl FnMut(&Row<'_>, &mut Tally) -> Result<(), Reason>,
) -> u64 {
    let mut records = Records::new(text, table.start, table.separator);
    let _ = records.read(None);
    let width = Some(table.headers.len());
    let mut good = 0;
    loop {
        let (line, result) = match records.read(width) {
            Next::End => return good,
            Next::Bad(reason, line) => (line, Err(reason)),
            Next::Row(row) => {
                good += 1;
                (row.line, read(&row, tally))
            }
        };
        tally.rows_read += 1;
        if let Err(reason) = result {
            tally.set_aside(reason, || format!("line {line}"));
        }
    }
}

/// A cell. Databases write an absent value as `\N` or `NULL`; a table separated by semicolons has decimal commas.
fn raw<'a>(cell: &'a str, column: Option<Column>, table: &Table) -> Raw<'a> {
    match cell.trim() {
        "" | "\\N" | "NULL" | "null" => return Raw::Null,
        _ => {}
    }
    let is_float = column.is_some_and(|column| column.spec().kind == ColumnType::Float);
    if is_float && table.separator == b';' && cell.contains(',') && !cell.contains('.') {
        return Raw::Text(Cow::Owned(cell.replacen(',', ".", 1)));
    }
    Raw::Text(Cow::Borrowed(cell))
}
