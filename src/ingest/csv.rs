//! CSV and TSV: a header, then one event, or one pre-aggregated hour, a row. A row that can't be read is set aside; the
//! rest goes on.
//!
//! Owns: cells into rows. Does not own: where rows and cells begin and end (`records`), which separator and header
//! there is (`sniff`), what the cells mean (`names`, `values`).

use std::borrow::Cow;

use super::aggregate::{HourField, HourRows};
use super::encoding::TableText;
use super::fields::{self, COLUMNS, EventSink, Values};
use super::json::Sink;
use super::names::{Headers, Meaning, Reading, Terms};
use super::records::{Next, Records, Row};
use super::scan::Fields;
use super::sniff::{Table, sniff};
use super::values::{self, Raw, Reason};
use super::{Data, Decoded, IngestError, Stranger, Tally, encoding};
use crate::model::batch::BatchBuilder;
use crate::model::limits::COLUMNS_MAX;
use crate::model::{AggregateBatch, Batch, Column, ColumnType};

/// Reads all rows.
pub fn read(bytes: &[u8], terms: &Terms<'_>) -> Result<Decoded, IngestError> {
    let text = encoding::of_table(bytes);
    let table = sniff(text.bytes(), terms).ok_or(IngestError::Stranger(Stranger::Text))?;
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
    if text.was_windows() {
        tally.note(encoding::WAS_WINDOWS);
    }
    Ok(Decoded { data, tally })
}

fn read_events(text: &TableText<'_>, table: &Table, terms: &Terms<'_>, tally: &mut Tally) -> Batch {
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
    let good = match Plan::of(&kept) {
        Some(plan) => each_row(text, table, tally, |row, tally| {
            let cells = Cells {
                plan: &plan,
                row,
                table,
            };
            fields::push(&cells, &mut events, terms, tally)
        }),
        None => each_row(text, table, tally, |row, tally| {
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
                            .read(cell.as_bytes(), &mut Fields::default())?;
                    }
                    _ => {}
                }
            }
            fields::push(&values, &mut events, terms, tally)
        }),
    };
    terms.meet(table.headers.iter().map(String::as_str), tally);
    inside.finish(terms, tally);
    for (at, header) in table.headers.iter().enumerate() {
        if kept.iter().all(|(held, _)| *held != at) {
            tally.drop_field(header, good);
        }
    }
    events.finish()
}

/// For each column its cell and how that is read, where each has one at most: then nothing is decided row by row.
struct Plan([Option<(usize, Reading)>; COLUMNS]);

impl Plan {
    fn of(kept: &[(usize, Meaning)]) -> Option<Self> {
        let mut plan = [None; COLUMNS];
        for &(at, meaning) in kept {
            match meaning {
                Meaning::Take(field) if field.reading != Reading::IdScope => {
                    let place = &mut plan[field.column as usize];
                    if place.replace((at, field.reading)).is_some() {
                        return None;
                    }
                }
                _ => return None,
            }
        }
        Some(Self(plan))
    }
}

/// A row by such a plan.
struct Cells<'r> {
    plan: &'r Plan,
    row: &'r Row<'r>,
    table: &'r Table,
}

impl fields::Row for Cells<'_> {
    fn get(&self, column: Column) -> Raw<'_> {
        self.plan.0[column as usize].map_or(Raw::Null, |(at, _)| {
            raw(self.row.cell(at), Some(column), self.table)
        })
    }

    fn reading(&self, column: Column) -> Reading {
        match self.plan.0[column as usize] {
            // An empty cell says nothing of how it would be read.
            Some((_, reading)) if reading != Reading::AsIs && self.get(column) != Raw::Null => {
                reading
            }
            _ => Reading::AsIs,
        }
    }
}

fn read_hours(
    text: &TableText<'_>,
    table: &Table,
    terms: &Terms<'_>,
    tally: &mut Tally,
) -> AggregateBatch {
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
    text: &TableText<'_>,
    table: &Table,
    tally: &mut Tally,
    mut read: impl FnMut(&Row<'_>, &mut Tally) -> Result<(), Reason>,
) -> u64 {
    let mut records = Records::of(text, table.start, table.separator);
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
    let bare = values::trimmed(cell);
    if bare.len() <= "null".len() && matches!(bare, "" | "\\N" | "NULL" | "null") {
        return Raw::Null;
    }
    let is_float = || column.is_some_and(|column| column.spec().kind == ColumnType::Float);
    if table.separator == b';' && is_float() && cell.contains(',') && !cell.contains('.') {
        return Raw::Text(Cow::Owned(cell.replacen(',', ".", 1)));
    }
    Raw::Text(Cow::Borrowed(cell))
}
