//! Arrow IPC, files and streams: record batches, and from them events or pre-aggregated hours.
//! Only columns on the allow-list are decoded at all.

use std::io::Cursor;

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, Schema};

use super::aggregate::HourRows;
use super::names::{Meaning, Terms};
use super::table::{EventRows, push_hours};
use super::{Data, Decoded, Format, IngestError, Tally, lengths};
use crate::model::limits::{COLUMNS_MAX, DECODED_BYTES_MAX};

/// Schema metadata: fields dropped before this file was made, as `name`, tab, count on each line.
pub const DROPPED_KEY: &str = "toolscope.dropped";
const ZSTD_MAGIC: &[u8] = b"\x28\xb5\x2f\xfd";

/// May its buffers be compressed with zstd, which only the columnar module unpacks? Errs on the side of yes.
pub fn may_hold_zstd(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, ZSTD_MAGIC).is_some()
}

/// Reads events or hours.
pub fn read(bytes: &[u8], format: Format, terms: &Terms<'_>) -> Result<Decoded, IngestError> {
    let mut tally = Tally::default();
    let mut rows = TableRows::new(terms);
    batches(bytes, format, terms, &mut tally, &mut |batch, tally| {
        rows.push(batch, tally);
        Ok(())
    })?;
    Ok(rows.finish(tally))
}

/// Rows of either kind, by what the first batch's schema says.
pub struct TableRows<'a> {
    terms: Terms<'a>,
    rows: Option<Rows>,
}

enum Rows {
    Events(Box<EventRows>),
    Hours(Box<HourRows>),
}

impl<'a> TableRows<'a> {
    pub fn new(terms: &Terms<'a>) -> Self {
        Self {
            terms: *terms,
            rows: None,
        }
    }

    pub fn push(&mut self, batch: &RecordBatch, tally: &mut Tally) {
        let rows = self.rows.get_or_insert_with(|| {
            let schema = batch.schema_ref();
            self.terms = self.terms.for_headers(headers(schema));
            if self.terms.is_hours(headers(schema)) {
                Rows::Hours(Box::default())
            } else {
                Rows::Events(Box::default())
            }
        });
        match rows {
            Rows::Events(events) => events.push(batch, &self.terms, tally),
            Rows::Hours(hours) => push_hours(hours, batch, &self.terms, tally),
        }
    }

    pub fn finish(self, mut tally: Tally) -> Decoded {
        self.terms.note(&mut tally);
        let data = match self.rows {
            None => Data::Events(crate::model::Batch::default()),
            Some(Rows::Events(events)) => Data::Events(events.finish(&mut tally)),
            Some(Rows::Hours(hours)) => Data::Aggregates(hours.finish()),
        };
        Decoded { data, tally }
    }
}

fn headers(schema: &Schema) -> impl Iterator<Item = &str> + Clone {
    schema.fields().iter().map(|field| field.name().as_str())
}

/// Positions of the columns to decode, and the names of the others. An error when what is needed is not there.
pub fn projection(
    schema: &Schema,
    format: Format,
    terms: &Terms<'_>,
) -> Result<(Vec<usize>, Vec<String>), IngestError> {
    if schema.fields().len() > COLUMNS_MAX {
        return Err(IngestError::TooManyColumns(format));
    }
    let terms = terms.for_headers(headers(schema));
    let is_hours = terms.is_hours(headers(schema));
    if !is_hours && !terms.has_time(headers(schema)) {
        return Err(IngestError::NeedsMapping(format));
    }
    let mut kept = Vec::new();
    let mut dropped = Vec::new();
    for (at, name) in headers(schema).enumerate() {
        let wanted = if is_hours {
            terms.hour_field(name).is_some()
        } else {
            terms.meaning(name) != Meaning::Drop
                || terms.profile.is_some_and(|profile| profile.is_mark(name))
        };
        if wanted {
            kept.push(at);
        } else {
            dropped.push(name.to_owned());
        }
    }
    Ok((kept, dropped))
}

/// Hands out every record batch, with the columns of the allow-list only.
pub fn batches(
    bytes: &[u8],
    format: Format,
    terms: &Terms<'_>,
    tally: &mut Tally,
    each: &mut dyn FnMut(&RecordBatch, &mut Tally) -> Result<(), IngestError>,
) -> Result<(), IngestError> {
    let failed = |error: ArrowError| failure(&error, format);
    let mut decoded_bytes = 0_u64;
    let mut take =
        |batch: Result<RecordBatch, ArrowError>, dropped: &[String], tally: &mut Tally| {
            let batch = batch.map_err(failed)?;
            decoded_bytes += batch.get_array_memory_size() as u64;
            if decoded_bytes > DECODED_BYTES_MAX {
                return Err(IngestError::TooLarge {
                    format,
                    what: "1 GiB decoded",
                });
            }
            for name in dropped {
                tally.drop_field(name, batch.num_rows() as u64);
            }
            each(&batch, tally)
        };
    check(bytes, format)?;
    if format == Format::ArrowStream {
        let whole = StreamReader::try_new(Cursor::new(bytes), None).map_err(failed)?;
        let schema = whole.schema();
        let (kept, dropped) = projection(&schema, format, terms)?;
        count_dropped(&schema, tally);
        let reader = StreamReader::try_new(Cursor::new(bytes), Some(kept)).map_err(failed)?;
        for batch in reader {
            take(batch, &dropped, tally)?;
        }
        return Ok(());
    }
    // A reader holds its dictionaries: the first goes before the second comes.
    let schema = FileReader::try_new(Cursor::new(bytes), None)
        .map_err(failed)?
        .schema();
    let (kept, dropped) = projection(&schema, format, terms)?;
    let reader = FileReader::try_new(Cursor::new(bytes), Some(kept)).map_err(failed)?;
    for batch in reader {
        take(batch, &dropped, tally)?;
    }
    Ok(())
}

/// What is to hold before a reader is trusted with the bytes.
pub fn check(bytes: &[u8], format: Format) -> Result<(), IngestError> {
    if format == Format::ArrowFile {
        check_file(bytes)?;
    }
    lengths::check_arrow(bytes, format)
}

/// A file ends with its footer's length and the magic; without them it was cut.
fn check_file(bytes: &[u8]) -> Result<(), IngestError> {
    const MAGIC: &[u8] = super::recognise::ARROW_MAGIC;
    let format = Format::ArrowFile;
    let tail = bytes
        .strip_suffix(MAGIC)
        .ok_or(IngestError::Truncated(format))?;
    let Some((body, length)) = tail.split_last_chunk::<4>() else {
        return Err(IngestError::Truncated(format));
    };
    let footer = i32::from_le_bytes(*length);
    let fits = usize::try_from(footer).is_ok_and(|footer| footer > 0 && footer < body.len());
    if fits {
        Ok(())
    } else {
        Err(IngestError::Damaged {
            format,
            what: "its footer is longer than the file",
        })
    }
}

/// What an earlier step dropped is told in the schema.
fn count_dropped(schema: &Schema, tally: &mut Tally) {
    let lines = schema.metadata().get(DROPPED_KEY).map(String::as_str);
    for line in lines.unwrap_or_default().lines() {
        if let Some((name, count)) = line.rsplit_once('\t') {
            tally.drop_field(name, count.parse().unwrap_or_default());
        }
    }
}

pub fn failure(error: &ArrowError, format: Format) -> IngestError {
    let sentence = error.to_string();
    let has = |needle: &str| sentence.to_ascii_lowercase().contains(needle);
    if has("zstd") {
        return IngestError::ColumnarNeeded;
    }
    if matches!(error, ArrowError::IoError(..)) || has("eof") || has("failed to fill") {
        return IngestError::Truncated(format);
    }
    IngestError::Damaged {
        format,
        what: "its columns can't be decoded",
    }
}
