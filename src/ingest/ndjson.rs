//! NDJSON: one event, or one pre-aggregated hour, a line. A line that can't be read is set aside; the rest goes on.
//! JSON in any other layout (an array, objects one after the other, pretty-printed) is read by the same rows.

use super::aggregate::HourRows;
use super::fields::{self, EventSink, Values};
use super::json;
use super::names::{Headers, Terms};
use super::objects::Objects;
use super::planned::Plan;
use super::recognise::{sample_lines, without_mark};
use super::scan::Fields;
use super::shape::Shape;
use super::values::Reason;
use super::{Data, Decoded, Tally};
use crate::model::batch::BatchBuilder;

/// Reads all lines.
pub fn read(bytes: &[u8], terms: &Terms<'_>) -> Decoded {
    let text = without_mark(bytes);
    let shapes: Vec<Shape> = sample_lines(text).map(Shape::of).collect();
    let lines = lines(text)
        .zip(1_u64..)
        .map(|(line, number)| (line.trim_ascii(), number))
        .filter(|(line, _)| !line.is_empty())
        .map(|(line, number)| (Ok(line), Place::Line(number)));
    read_rows(lines, &shapes, terms)
}

/// Reads objects wherever they stand.
pub fn read_json(bytes: &[u8], terms: &Terms<'_>) -> Decoded {
    let objects = Objects::of(without_mark(bytes));
    let shapes = objects.shapes();
    let items = objects.map(|item| (item.text, Place::Item(item.number, item.line)));
    read_rows(items, &shapes, terms)
}

/// Where a row stands.
enum Place {
    Line(u64),
    Item(u64, u64),
}

impl Place {
    fn text(&self) -> String {
        match self {
            Self::Line(line) => format!("line {line}"),
            Self::Item(number, line) => format!("object {number} in line {line}"),
        }
    }
}

fn read_rows<'t>(
    rows: impl Iterator<Item = (Result<&'t [u8], Reason>, Place)>,
    shapes: &[Shape],
    terms: &Terms<'_>,
) -> Decoded {
    let mut tally = Tally::default();
    let names = shapes.iter().map(Shape::names);
    let terms = names
        .clone()
        .map(|names| terms.for_headers(names))
        .find(|terms| terms.profile.is_some())
        .unwrap_or(*terms);
    let mut room = Fields::default();
    let data = if names.into_iter().any(|names| terms.is_hours(names)) {
        let mut hours = HourRows::default();
        each(rows, &mut tally, |text, tally| {
            let mut row = hours.row(&terms, tally);
            json::read_object(text, &mut room, &mut row)?;
            row.finish()
        });
        Data::Aggregates(hours.finish())
    } else {
        let mut events = BatchBuilder::default();
        let mut headers = Headers::default();
        let (mut plan, mut values) = (Plan::default(), Values::default());
        each(rows, &mut tally, |line, tally| {
            let text = json::object(line)?;
            let is_found = room.find(text);
            if is_found
                && let Some(pushed) =
                    plan.push(text, &room, &mut headers, &mut events, &terms, tally)
            {
                return pushed;
            }
            headers.rewind();
            values.clear();
            let mut sink = EventSink::new(&mut headers, &terms, tally, &mut values, None);
            if is_found {
                room.give(text, &mut sink);
            } else {
                json::read_whole(text, &mut sink)?;
            }
            fields::push(&values, &mut events, &terms, tally)
        });
        headers.finish(&terms, &mut tally);
        Data::Events(events.finish())
    };
    terms.note(&mut tally);
    Decoded { data, tally }
}

fn each<'t>(
    rows: impl Iterator<Item = (Result<&'t [u8], Reason>, Place)>,
    tally: &mut Tally,
    mut read: impl FnMut(&'t [u8], &mut Tally) -> Result<(), Reason>,
) {
    for (text, place) in rows {
        tally.rows_read += 1;
        if let Err(reason) = text.and_then(|text| read(text, tally)) {
            tally.set_aside(reason, || place.text());
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
