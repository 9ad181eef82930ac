//! NDJSON: one event, or one pre-aggregated hour, a line. A line that can't be read is set aside; the rest goes on.

use super::aggregate::HourRows;
use super::fields::{Field, Headers, Values};
use super::json::{Sink, read_line};
use super::recognise::{is_aggregate_line, sample_lines, without_mark};
use super::values::{Raw, Reason};
use super::{Data, Decoded, Tally};
use crate::model::batch::BatchBuilder;

/// Reads all lines.
pub fn read(bytes: &[u8]) -> Decoded {
    let text = without_mark(bytes);
    let mut tally = Tally::default();
    let data = if sample_lines(text).any(is_aggregate_line) {
        let mut hours = HourRows::default();
        each_line(text, &mut tally, |line, tally| {
            let mut row = hours.row(tally);
            read_line(line, &mut row)?;
            row.finish()
        });
        Data::Aggregates(hours.finish())
    } else {
        let mut events = BatchBuilder::default();
        let mut headers = Headers::default();
        each_line(text, &mut tally, |line, tally| {
            let mut row = EventSink {
                headers: &mut headers,
                tally,
                values: Values::default(),
            };
            read_line(line, &mut row)?;
            row.values.push_to(&mut events, row.tally)
        });
        Data::Events(events.finish())
    };
    Decoded { data, tally }
}

fn each_line(
    text: &[u8],
    tally: &mut Tally,
    mut read: impl FnMut(&[u8], &mut Tally) -> Result<(), Reason>,
) {
    for (line, number) in lines(text).zip(1_u64..) {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        tally.rows_read += 1;
        if let Err(reason) = read(line, tally) {
            tally.set_aside(reason, || format!("line {number}"));
        }
    }
}

/// The lines of a text, without their ends.
pub fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', rest);
        let line = &rest[..end.unwrap_or(rest.len())];
        rest = end.map_or(&[][..], |end| &rest[end + 1..]);
        Some(line)
    })
}

struct EventSink<'a, 'de> {
    headers: &'a mut Headers,
    tally: &'a mut Tally,
    values: Values<'de>,
}

impl<'de> Sink<'de> for EventSink<'_, 'de> {
    type Field = Field;

    fn wants(&mut self, name: &str) -> Option<Field> {
        let field = self
            .headers
            .field(name)
            .filter(|field| self.values.wants(*field));
        if field.is_none() {
            self.tally.drop_field(name, 1);
        }
        field
    }

    fn take(&mut self, field: Field, value: Raw<'de>) {
        self.values.put(field, value);
    }
}
