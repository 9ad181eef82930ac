//! Which field of a file feeds which column, and the rows that come of it.

use std::collections::HashMap;
use std::sync::Arc;

use super::Tally;
use super::values::{self, Raw, Reason};
use crate::model::batch::{BatchBuilder, NO_ID};
use crate::model::schema::{SCHEMA, TEXT_COLUMNS, text_index};
use crate::model::{Column, EventRow, Outcome};

pub const COLUMNS: usize = SCHEMA.len();
pub const NO_IDENTITY: &str =
    "Rows without an event id can't be told from duplicates; all were counted.";
const ASSUMED_SUCCESS: &str =
    "Rows without an outcome were counted as failures when they name an error, else as successes.";

/// A field that feeds a column: the better its name fits, the lower the rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    pub column: Column,
    pub rank: usize,
    /// True in the field is a failure (`is_error`).
    pub tells_errors: bool,
}

impl Field {
    /// What a header means; `None`: not on the allow-list.
    pub fn of(header: &str) -> Option<Self> {
        let column = Column::from_header(header)?;
        let spec = column.spec();
        let alias = spec
            .aliases
            .iter()
            .position(|alias| alias.eq_ignore_ascii_case(header));
        let rank = if spec.name.eq_ignore_ascii_case(header) {
            0
        } else {
            alias? + 1
        };
        Some(Self {
            column,
            rank,
            tells_errors: header.eq_ignore_ascii_case("is_error"),
        })
    }
}

/// Remembers what each header means; files repeat theirs a million times.
#[derive(Debug, Default)]
pub struct Headers(HashMap<String, Option<Field>>);

impl Headers {
    pub fn field(&mut self, header: &str) -> Option<Field> {
        if let Some(known) = self.0.get(header) {
            return *known;
        }
        let field = Field::of(header);
        // A hostile file has a new name in each row; those need no memory.
        if self.0.len() < crate::model::limits::COLUMNS_MAX {
            self.0.insert(header.to_owned(), field);
        }
        field
    }
}

/// The values of one row by column, the best name winning.
#[derive(Debug)]
pub struct Values<'a> {
    values: [Raw<'a>; COLUMNS],
    fields: [Option<Field>; COLUMNS],
}

impl Default for Values<'_> {
    fn default() -> Self {
        Self {
            values: [const { Raw::Null }; COLUMNS],
            fields: [None; COLUMNS],
        }
    }
}

impl<'a> Values<'a> {
    /// Would this field's value be kept?
    pub fn wants(&self, field: Field) -> bool {
        self.fields[field.column as usize].is_none_or(|held| field.rank < held.rank)
    }

    /// Keeps a value; a null does not take the place of anything.
    pub fn put(&mut self, field: Field, value: Raw<'a>) {
        if value != Raw::Null {
            self.values[field.column as usize] = value;
            self.fields[field.column as usize] = Some(field);
        }
    }

    fn get(&self, column: Column) -> &Raw<'a> {
        &self.values[column as usize]
    }

    /// Adds the row to a batch, or says why it can't be.
    pub fn push_to(&self, events: &mut BatchBuilder, tally: &mut Tally) -> Result<(), Reason> {
        let time_us = values::time(self.get(Column::Time), tally)?;
        let kind = values::kind(self.get(Column::Kind))?;
        let mut texts: [Option<std::borrow::Cow<'_, str>>; TEXT_COLUMNS.len()] = Default::default();
        for (text, column) in texts.iter_mut().zip(TEXT_COLUMNS) {
            *text = values::text(self.get(column))?.filter(|text| !text.is_empty());
        }
        let mut names = [None; TEXT_COLUMNS.len()];
        for (name, text) in names.iter_mut().zip(&texts) {
            *name = text.as_deref().map(|text| tally.cut(text));
        }
        let tells_errors =
            self.fields[Column::Outcome as usize].is_some_and(|field| field.tells_errors);
        let told = values::outcome(self.get(Column::Outcome), tells_errors)?;
        let has_error = text_index(Column::ErrorClass).is_some_and(|at| names[at].is_some());
        let event_id = values::identity(self.get(Column::EventId))?;
        let row = EventRow {
            time_us,
            kind,
            outcome: outcome_or_assumed(told, has_error, tally),
            event_id,
            text: names,
            duration_ms: values::duration_ms(self.get(Column::DurationMs))?,
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
