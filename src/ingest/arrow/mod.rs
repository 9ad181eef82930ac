//! Arrow IPC, files and streams, versions 4 and 5, into events or pre-aggregated hours.
//!
//! Owns: which columns are read, from record batches to [`Decoded`]. Does not own: what names and values mean (`names`,
//! `values`).
//!
//! This is a reader of its own, because the columns are what Toolscope is there for: only columns on the allow-list are
//! looked at, every length and offset is checked before it is used, and nothing here can panic. Parquet comes this way
//! too, as a stream.

mod array;
mod flat;
mod frames;
#[cfg(all(test, feature = "columnar"))]
mod oracle;
mod packed;
mod parts;
mod plain;
mod reader;
mod rows;
mod schema;

pub use frames::is_old_stream;
#[cfg(feature = "columnar")]
pub use schema::DROPPED_KEY;

use super::aggregate::HourRows;
use super::names::{Meaning, Terms};
use super::values::Raw;
use super::{Data, Decoded, Format, IngestError, Tally};
use flat::Broken;
use reader::Reader;
use rows::{EventRows, push_hours};
use schema::Schema;

/// Reads events or hours.
pub fn read(bytes: &[u8], format: Format, terms: &Terms<'_>) -> Result<Decoded, IngestError> {
    let mut tally = Tally::default();
    let mut reader = Reader::open(bytes, format)?;
    let wanted = projection(reader.schema.names(), format, terms)?;
    count_dropped(&reader.schema, &mut tally);
    terms.meet(reader.schema.names(), &mut tally);
    reader.keep(wanted.clone());
    let mut table: Option<Table> = None;
    let mut terms = *terms;
    while let Some(rows) = reader.next()? {
        let names = reader.schema.names().zip(&wanted);
        for (name, _) in names.clone().filter(|(_, wanted)| !**wanted) {
            tally.drop_field(name, rows.rows as u64);
        }
        let table = table.get_or_insert_with(|| {
            let kept = names.filter(|(_, wanted)| **wanted).map(|(name, _)| name);
            terms = terms.for_headers(kept.clone());
            if terms.is_hours(kept) {
                Table::Hours(Box::default())
            } else {
                Table::Events(Box::default())
            }
        });
        match table {
            Table::Events(events) => events.push(&rows, &terms, &mut tally),
            Table::Hours(hours) => push_hours(hours, &rows, &terms, &mut tally),
        }
    }
    terms.note(&mut tally);
    let data = match table {
        None => Data::Events(crate::model::Batch::default()),
        Some(Table::Events(events)) => Data::Events(events.finish(&terms, &mut tally)),
        Some(Table::Hours(hours)) => Data::Aggregates(hours.finish()),
    };
    Ok(Decoded { data, tally })
}

/// Rows of either kind, by what the columns say.
enum Table {
    Events(Box<EventRows>),
    Hours(Box<HourRows>),
}

/// Which columns are decoded. An error when what is needed is not there.
pub fn projection<'h>(
    headers: impl Iterator<Item = &'h str> + Clone,
    format: Format,
    terms: &Terms<'_>,
) -> Result<Vec<bool>, IngestError> {
    let terms = terms.for_headers(headers.clone());
    let is_hours = terms.is_hours(headers.clone());
    if !is_hours && !terms.has_time(headers.clone()) {
        return Err(IngestError::NeedsMapping(format));
    }
    let is_wanted = |name: &str| {
        if is_hours {
            terms.hour_field(name).is_some()
        } else {
            // What makes a file known as a product's export is looked for later, too.
            terms.meaning(name) != Meaning::Drop
                || terms.profile.is_some_and(|profile| profile.is_mark(name))
        }
    };
    Ok(headers.map(is_wanted).collect())
}

/// Headers and first rows with all their columns, as texts, for a person to look at.
pub fn first_rows(
    bytes: &[u8],
    format: Format,
    count: usize,
) -> Result<(Vec<String>, Vec<Vec<String>>), IngestError> {
    let mut reader = Reader::open(bytes, format)?;
    let headers = reader.schema.names().map(str::to_owned).collect();
    let mut shown = Vec::new();
    while shown.len() < count {
        let Some(rows) = reader.next()? else { break };
        for row in 0..rows.rows.min(count - shown.len()) {
            let cells = rows.columns().map(|(_, array)| cell(&array.value(row)));
            shown.push(cells.collect());
        }
    }
    Ok((headers, shown))
}

fn cell(value: &Raw<'_>) -> String {
    match value {
        Raw::Null | Raw::Nested => String::new(),
        Raw::Bool(flag) => flag.to_string(),
        Raw::Int(number) => number.to_string(),
        Raw::Float(number) => number.to_string(),
        Raw::Text(text) => text.clone().into_owned(),
    }
}

/// What an earlier step dropped is told in the schema.
fn count_dropped(schema: &Schema, tally: &mut Tally) {
    for line in schema.dropped.lines() {
        if let Some((name, count)) = line.rsplit_once('\t') {
            tally.drop_field(name, count.parse().unwrap_or_default());
        }
    }
}

/// Why a file can't be read, before it is known which kind of file it is.
#[derive(Debug, Clone)]
enum Trouble {
    Truncated,
    Damaged(&'static str),
    /// What it uses, and what to do.
    Unsupported(&'static str, &'static str),
    TooManyColumns,
    /// Columns inside of columns: too deep, or with all of them too many.
    TooDeep,
    TooManyNested,
    Other(IngestError),
}

impl Trouble {
    fn of(self, format: Format) -> IngestError {
        match self {
            Self::Truncated => IngestError::Truncated(format),
            Self::Damaged(what) => IngestError::Damaged { format, what },
            Self::Unsupported(what, remedy) => IngestError::Unsupported {
                format,
                what,
                remedy,
            },
            Self::TooManyColumns => IngestError::TooManyColumns(format),
            Self::TooDeep => IngestError::TooDeep(format),
            Self::TooManyNested => IngestError::TooManyNested(format),
            Self::Other(error) => error,
        }
    }
}

impl From<Broken> for Trouble {
    fn from(Broken: Broken) -> Self {
        Self::Damaged("its columns can't be decoded")
    }
}

impl From<IngestError> for Trouble {
    fn from(error: IngestError) -> Self {
        Self::Other(error)
    }
}
