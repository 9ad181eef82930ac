//! Rows of JSON whose names are known and whose columns have one name each, which is nearly all: from where the values
//! stand straight into the columns.
//!
//! Owns: the short way. Does not own: what a name means (`names`), what a value means (`values`): whatever is out of the
//! ordinary is left, before anything is counted, to the sink that takes field by field (`fields::EventSink`).

use super::Tally;
use super::fields::{self, COLUMNS};
use super::names::{Headers, Meaning, Reading, Terms};
use super::scan::Fields;
use super::values::{Raw, Reason};
use super::walk::Field;
use crate::model::Column;
use crate::model::batch::BatchBuilder;

/// No field feeds this column.
const NONE: u16 = u16::MAX;

/// What is done with a field of a name.
#[derive(Debug, Clone, Copy)]
enum Use {
    Take(Column, Reading),
    /// Counted under this header.
    Drop(usize),
    /// The row is for the long way.
    Other,
}

/// What is done with the fields of each name that [`Fields`] expects.
#[derive(Debug, Default)]
pub struct Plan(Vec<Option<Use>>);

impl Plan {
    /// Adds the row whose fields were found; `None`, and nothing is done, when it needs the long way.
    pub fn push(
        &mut self,
        text: &str,
        fields: &Fields,
        headers: &mut Headers,
        events: &mut BatchBuilder,
        terms: &Terms<'_>,
        tally: &mut Tally,
    ) -> Option<Result<(), Reason>> {
        // A place that is not taken must be no field: rows with so many are read the long way.
        if fields.all().len() >= usize::from(NONE) {
            return None;
        }
        let mut row = Planned {
            text,
            fields: fields.all(),
            places: [NONE; COLUMNS],
            readings: [Reading::AsIs; COLUMNS],
        };
        let mut has_dropped = false;
        for (place, field) in fields.outer() {
            match self.use_of(field, text, headers, terms)? {
                Use::Take(column, reading) => {
                    let held = row.places.get_mut(column as usize)?;
                    if *held != NONE {
                        return None;
                    }
                    *held = u16::try_from(place).ok()?;
                    if reading != Reading::AsIs && !field.is_null() {
                        row.readings[column as usize] = reading;
                    }
                }
                Use::Drop(_) => has_dropped = true,
                Use::Other => return None,
            }
        }
        if has_dropped {
            for (_, field) in fields.outer() {
                if let Some(Use::Drop(header)) = self.use_of(field, text, headers, terms) {
                    headers.drop_one("", Some(header), tally);
                }
            }
        }
        Some(fields::push(&row, events, terms, tally))
    }

    fn use_of(
        &mut self,
        field: &Field,
        text: &str,
        headers: &mut Headers,
        terms: &Terms<'_>,
    ) -> Option<Use> {
        let known = field.known()?;
        if known >= self.0.len() {
            self.0.resize(known + 1, None);
        }
        let planned = self.0.get_mut(known)?;
        Some(
            *planned.get_or_insert_with(|| match headers.meaning(field.name(text), terms) {
                (Meaning::Take(field), Some(_)) if field.reading != Reading::IdScope => {
                    Use::Take(field.column, field.reading)
                }
                (Meaning::Drop, Some(place)) => Use::Drop(place),
                _ => Use::Other,
            }),
        )
    }
}

/// A row by such a plan.
struct Planned<'a> {
    text: &'a str,
    fields: &'a [Field],
    /// Which field feeds each column.
    places: [u16; COLUMNS],
    readings: [Reading; COLUMNS],
}

impl fields::Row for Planned<'_> {
    fn get(&self, column: Column) -> Raw<'_> {
        let field = self.fields.get(usize::from(self.places[column as usize]));
        field.map_or(Raw::Null, |field| field.value(self.text))
    }

    fn reading(&self, column: Column) -> Reading {
        self.readings[column as usize]
    }
}
