//! The fields of one row, whatever the format, and the event that comes of them.

use std::borrow::Cow;

use super::Tally;
use super::json::{self, Sink, Wish};
use super::names::{Field, Headers, Meaning, Reading, Terms};
use super::scan::Fields;
use super::values::{self, Raw, Reason};
use crate::model::batch::{BatchBuilder, DictColumn, NO_ID, Names};
use crate::model::schema::{SCHEMA, TEXT_COLUMNS, text_index};
use crate::model::{Column, EventKind, EventRow, Outcome, TimeUs};

pub const COLUMNS: usize = SCHEMA.len();
pub const NO_IDENTITY: &str =
    "Rows without an event id can't be told from duplicates; all were counted.";
const ASSUMED_SUCCESS: &str =
    "Rows without an outcome were counted as failures when they name an error, else as successes.";

/// A row whose values are found by column, each with how it is read.
pub trait Row {
    fn get(&self, column: Column) -> Raw<'_>;

    fn reading(&self, column: Column) -> Reading;

    /// What ids are unique together with.
    fn id_scope(&self) -> Raw<'_> {
        Raw::Null
    }
}

/// The values of one row by column, the best name winning.
#[derive(Debug)]
pub struct Values<'a> {
    values: [Raw<'a>; COLUMNS],
    fields: [Option<Field>; COLUMNS],
    /// A bit for each column that has a value.
    held: u32,
    id_scope: Raw<'a>,
}

impl Default for Values<'_> {
    fn default() -> Self {
        Self {
            values: [const { Raw::Null }; COLUMNS],
            fields: [None; COLUMNS],
            held: 0,
            id_scope: Raw::Null,
        }
    }
}

impl<'a> Values<'a> {
    /// Makes room for the next row.
    pub fn clear(&mut self) {
        while self.held != 0 {
            let at = self.held.trailing_zeros() as usize;
            self.held &= self.held - 1;
            self.values[at] = Raw::Null;
            self.fields[at] = None;
        }
        self.id_scope = Raw::Null;
    }

    /// Would this field's value be kept?
    pub fn wants(&self, field: Field) -> bool {
        field.reading == Reading::IdScope
            || self.fields[field.column as usize].is_none_or(|held| field.rank < held.rank)
    }

    /// Keeps a value; a null does not take the place of anything.
    pub fn put(&mut self, field: Field, value: Raw<'a>) {
        if field.reading == Reading::IdScope {
            self.id_scope = value;
        } else if !matches!(value, Raw::Null) {
            let at = field.column as usize;
            self.held |= 1 << at;
            self.values[at] = value;
            self.fields[at] = Some(field);
        }
    }
}

impl Row for Values<'_> {
    fn get(&self, column: Column) -> Raw<'_> {
        self.values[column as usize].borrowed()
    }

    fn reading(&self, column: Column) -> Reading {
        self.fields[column as usize].map_or(Reading::AsIs, |field| field.reading)
    }

    fn id_scope(&self) -> Raw<'_> {
        self.id_scope.borrowed()
    }
}

/// Adds a row to a batch, or says why it can't be. A row of a kind that its product's profile passes over is read, and
/// in no number.
pub fn push(
    row: &impl Row,
    events: &mut BatchBuilder,
    terms: &Terms<'_>,
    tally: &mut Tally,
) -> Result<(), Reason> {
    if is_passed_over(row, terms) {
        tally.passed_over += 1;
        return Ok(());
    }
    let time_us = values::time(&row.get(Column::Time), terms.zone, tally)?;
    let kind = match row.reading(Column::Kind) {
        Reading::Only(_) => EventKind::Execution,
        _ => values::kind(&row.get(Column::Kind))?,
    };
    let mut names = [None; TEXT_COLUMNS.len()];
    // Texts that stand in the file as they are need no place of their own.
    let mut made = Vec::new();
    for (at, column) in TEXT_COLUMNS.into_iter().enumerate() {
        match values::text(row.get(column))? {
            Some(Cow::Borrowed(text)) => names[at] = Some(text),
            Some(Cow::Owned(text)) => made.push((at, text)),
            None => {}
        }
    }
    for (at, text) in &made {
        names[*at] = Some(text.as_str());
    }
    for name in &mut names {
        *name = name
            .filter(|name| !name.is_empty())
            .map(|name| tally.cut(name));
    }
    let told = values::outcome(&row.get(Column::Outcome), row.reading(Column::Outcome))?;
    let has_error = text_index(Column::ErrorClass).is_some_and(|at| names[at].is_some());
    let event_id = identity(row)?;
    let event = EventRow {
        time_us,
        kind,
        outcome: outcome_or_assumed(told, has_error, tally),
        event_id,
        text: names,
        duration_ms: duration_ms(row, time_us, terms, tally)?,
        cost_usd: values::amount(&row.get(Column::CostUsd))?,
        tokens_in: values::count(&row.get(Column::TokensIn))?,
        tokens_out: values::count(&row.get(Column::TokensOut))?,
        bytes: values::count(&row.get(Column::Bytes))?,
    };
    if event_id == NO_ID {
        tally.note(NO_IDENTITY);
    }
    events.push(&event);
    Ok(())
}

fn is_passed_over(row: &impl Row, terms: &Terms<'_>) -> bool {
    let Some(profile) = terms.profile else {
        return false;
    };
    let is_absent = |column| row.get(column) == Raw::Null;
    if let Reading::Only(wanted) = row.reading(Column::Kind)
        && !matches!(row.get(Column::Kind), Raw::Text(kind) if kind == wanted)
    {
        return true;
    }
    profile.needs_tool && is_absent(Column::Tool) && is_absent(Column::Kind)
}

fn identity(row: &impl Row) -> Result<u64, Reason> {
    let scope = values::text(row.id_scope())?;
    let id = row.get(Column::EventId);
    let Some(scope) = scope else {
        return values::identity(id);
    };
    match values::text(id)? {
        Some(id) if !id.is_empty() => Ok(values::hash_identity(&format!("{scope}\n{id}"))),
        _ => Ok(NO_ID),
    }
}

fn duration_ms(
    row: &impl Row,
    start_us: TimeUs,
    terms: &Terms<'_>,
    tally: &mut Tally,
) -> Result<Option<f64>, Reason> {
    let raw = row.get(Column::DurationMs);
    match row.reading(Column::DurationMs) {
        Reading::EndTime => {
            let end_us = values::time(&raw, terms.zone, tally)?;
            values::duration_ms(&Raw::Float((end_us - start_us) as f64 / 1e3), 1.0)
        }
        reading => values::duration_ms(&raw, reading.to_ms()),
    }
}

/// Takes one event's fields from a JSON object.
pub struct EventSink<'a, 'de> {
    headers: &'a mut Headers,
    terms: &'a Terms<'a>,
    tally: &'a mut Tally,
    values: &'a mut Values<'de>,
    /// Names of the objects around the field, each with a dot behind it, and how long it was before each.
    path: String,
    outside: Vec<usize>,
}

impl<'a, 'de> EventSink<'a, 'de> {
    /// For a whole row, or for the object in a column of this name.
    pub fn new(
        headers: &'a mut Headers,
        terms: &'a Terms<'a>,
        tally: &'a mut Tally,
        values: &'a mut Values<'de>,
        column: Option<&str>,
    ) -> Self {
        let path = column.map_or_else(String::new, |column| format!("{column}."));
        Self {
            headers,
            terms,
            tally,
            values,
            path,
            outside: Vec::new(),
        }
    }

    /// `fields` are room to work in.
    pub fn read(&mut self, text: &'de [u8], fields: &mut Fields) -> Result<(), Reason> {
        json::read_object(text, fields, self)
    }
}

impl<'de> Sink<'de> for EventSink<'_, 'de> {
    type Field = Field;

    fn wants(&mut self, name: &str) -> Wish<Field> {
        let outside = self.path.len();
        let path = if outside == 0 {
            name
        } else {
            self.path.push_str(name);
            &self.path
        };
        let (meaning, place) = self.headers.meaning(path, self.terms);
        let wish = match meaning {
            Meaning::Take(field) if self.values.wants(field) => Wish::Take(field),
            Meaning::Open => Wish::Open,
            Meaning::Take(_) | Meaning::Drop => {
                self.headers.drop_one(path, place, self.tally);
                Wish::Skip
            }
        };
        self.path.truncate(outside);
        wish
    }

    fn take(&mut self, field: Field, value: Raw<'de>) {
        self.values.put(field, value);
    }

    fn enter(&mut self, name: &str) {
        self.outside.push(self.path.len());
        self.path.push_str(name);
        self.path.push('.');
    }

    fn leave(&mut self) {
        self.path.truncate(self.outside.pop().unwrap_or_default());
    }
}

/// The outcome a row tells, else what its having an error says; that is noted.
pub fn outcome_or_assumed(told: Option<Outcome>, has_error: bool, tally: &mut Tally) -> Outcome {
    told.unwrap_or_else(|| {
        tally.note(ASSUMED_SUCCESS);
        if has_error {
            Outcome::Failure
        } else {
            Outcome::Success
        }
    })
}

/// A dictionary column under construction.
#[derive(Debug, Default)]
pub struct TextColumn {
    column: DictColumn,
    names: Names,
}

impl TextColumn {
    /// The code of a text, new or known.
    pub fn code(&mut self, text: &str) -> u32 {
        self.names.code(&mut self.column.values, text)
    }

    pub fn push(&mut self, code: u32) {
        self.column.codes.push(code);
    }

    pub fn finish(self) -> DictColumn {
        self.column
    }
}
