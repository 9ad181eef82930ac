//! The fields of one row, whatever the format, and the event that comes of them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::Tally;
use super::json::{self, Sink, Wish};
use super::names::{Field, Headers, Meaning, Reading, Terms};
use super::values::{self, Raw, Reason};
use crate::model::batch::{BatchBuilder, NO_ID};
use crate::model::schema::{SCHEMA, TEXT_COLUMNS, text_index};
use crate::model::{Column, EventKind, EventRow, Outcome, TimeUs};

pub const COLUMNS: usize = SCHEMA.len();
pub const NO_IDENTITY: &str =
    "Rows without an event id can't be told from duplicates; all were counted.";
const ASSUMED_SUCCESS: &str =
    "Rows without an outcome were counted as failures when they name an error, else as successes.";

/// The values of one row by column, the best name winning.
#[derive(Debug)]
pub struct Values<'a> {
    values: [Raw<'a>; COLUMNS],
    fields: [Option<Field>; COLUMNS],
    /// What ids are unique together with.
    id_scope: Raw<'a>,
}

impl Default for Values<'_> {
    fn default() -> Self {
        Self {
            values: [const { Raw::Null }; COLUMNS],
            fields: [None; COLUMNS],
            id_scope: Raw::Null,
        }
    }
}

impl<'a> Values<'a> {
    /// Would this field's value be kept?
    pub fn wants(&self, field: Field) -> bool {
        field.reading == Reading::IdScope
            || self.fields[field.column as usize].is_none_or(|held| field.rank < held.rank)
    }

    /// Keeps a value; a null does not take the place of anything.
    pub fn put(&mut self, field: Field, value: Raw<'a>) {
        if field.reading == Reading::IdScope {
            self.id_scope = value;
        } else if value != Raw::Null {
            self.values[field.column as usize] = value;
            self.fields[field.column as usize] = Some(field);
        }
    }

    fn get(&self, column: Column) -> &Raw<'a> {
        &self.values[column as usize]
    }

    fn reading(&self, column: Column) -> Reading {
        self.fields[column as usize].map_or(Reading::AsIs, |field| field.reading)
    }

    /// Adds the row to a batch, or says why it can't be. A row of a kind that its product's profile passes over is
    /// read, and in no number.
    pub fn push_to(
        &self,
        events: &mut BatchBuilder,
        terms: &Terms<'_>,
        tally: &mut Tally,
    ) -> Result<(), Reason> {
        if self.is_passed_over(terms) {
            tally.passed_over += 1;
            return Ok(());
        }
        let time_us = values::time(self.get(Column::Time), terms.zone, tally)?;
        let kind = match self.reading(Column::Kind) {
            Reading::Only(_) => EventKind::Execution,
            _ => values::kind(self.get(Column::Kind))?,
        };
        let mut texts: [Option<Cow<'_, str>>; TEXT_COLUMNS.len()] = Default::default();
        for (text, column) in texts.iter_mut().zip(TEXT_COLUMNS) {
            *text = values::text(self.get(column))?.filter(|text| !text.is_empty());
        }
        let mut names = [None; TEXT_COLUMNS.len()];
        for (name, text) in names.iter_mut().zip(&texts) {
            *name = text.as_deref().map(|text| tally.cut(text));
        }
        let told = values::outcome(self.get(Column::Outcome), self.reading(Column::Outcome))?;
        let has_error = text_index(Column::ErrorClass).is_some_and(|at| names[at].is_some());
        let event_id = self.identity()?;
        let row = EventRow {
            time_us,
            kind,
            outcome: outcome_or_assumed(told, has_error, tally),
            event_id,
            text: names,
            duration_ms: self.duration_ms(time_us, terms, tally)?,
            cost_usd: values::amount(self.get(Column::CostUsd))?,
            tokens_in: values::count(self.get(Column::TokensIn))?,
            tokens_out: values::count(self.get(Column::TokensOut))?,
            bytes: values::count(self.get(Column::Bytes))?,
        };
        if event_id == NO_ID {
            tally.note(NO_IDENTITY);
        }
        events.push(&row);
        Ok(())
    }

    fn is_passed_over(&self, terms: &Terms<'_>) -> bool {
        let is_absent = |column| *self.get(column) == Raw::Null;
        if let Reading::Only(wanted) = self.reading(Column::Kind)
            && !matches!(self.get(Column::Kind), Raw::Text(kind) if kind == wanted)
        {
            return true;
        }
        let needs_tool = terms.profile.is_some_and(|profile| profile.needs_tool);
        needs_tool && is_absent(Column::Tool) && is_absent(Column::Kind)
    }

    fn identity(&self) -> Result<u64, Reason> {
        let id = self.get(Column::EventId);
        match (values::text(id)?, values::text(&self.id_scope)?) {
            (Some(id), Some(scope)) if !id.is_empty() => {
                Ok(values::hash_identity(&format!("{scope}\n{id}")))
            }
            _ => values::identity(id),
        }
    }

    fn duration_ms(
        &self,
        start_us: TimeUs,
        terms: &Terms<'_>,
        tally: &mut Tally,
    ) -> Result<Option<f64>, Reason> {
        let raw = self.get(Column::DurationMs);
        match self.reading(Column::DurationMs) {
            Reading::EndTime => {
                let end_us = values::time(raw, terms.zone, tally)?;
                values::duration_ms(&Raw::Float((end_us - start_us) as f64 / 1e3), 1.0)
            }
            reading => values::duration_ms(raw, reading.to_ms()),
        }
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

    pub fn read(&mut self, text: &'de [u8]) -> Result<(), Reason> {
        json::read_object(text, self)
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
    column: crate::model::DictColumn,
    codes: HashMap<Arc<str>, u32>,
}

impl TextColumn {
    /// The code of a text, new or known.
    pub fn code(&mut self, text: &str) -> u32 {
        if let Some(&code) = self.codes.get(text) {
            return code;
        }
        let code = self.column.values.len() as u32;
        let shared: Arc<str> = text.into();
        self.column.values.push(Arc::clone(&shared));
        self.codes.insert(shared, code);
        code
    }

    pub fn push(&mut self, code: u32) {
        self.column.codes.push(code);
    }

    pub fn finish(self) -> crate::model::DictColumn {
        self.column
    }
}
