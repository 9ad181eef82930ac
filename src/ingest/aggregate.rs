//! Names, checks and rows of pre-aggregated hours (D7), shared by all formats.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Tally;
use super::fields::TextColumn;
use super::json::{Sink, Wish};
use super::names::{Field, Reading, Terms};
use super::values::{self, Raw, Reason};
use crate::model::batch::{NO_CODE, NO_COUNT};
use crate::model::schema::{TEXT_COLUMNS, text_index};
use crate::model::zone::HOUR_US;
use crate::model::{AggregateBatch, BinaryColumn, TimeUs};

/// Start of the UTC hour; with [`EXECUTIONS`] it tells pre-aggregated rows from events.
pub const HOUR: &str = "hour";
pub const EXECUTIONS: &str = "executions";
pub const FAILURES: &str = "failures";
pub const SUCCESSES: &str = "successes";
pub const DURATION_SUM: &str = "duration_sum_ms";
pub const DURATION_COUNT: &str = "duration_count";
pub const DURATION_MIN: &str = "duration_min_ms";
pub const DURATION_MAX: &str = "duration_max_ms";
pub const DURATION_SKETCH: &str = "duration_sketch";
pub const USERS_SKETCH: &str = "users_sketch";

const NO_EXECUTIONS: Reason = "There is no number of executions.";
const NOT_AN_HOUR: Reason = "The time is not the start of a UTC hour.";
const TOO_MANY: Reason = "Successes and failures are more than the executions.";
const BAD_SKETCH: Reason = "A sketch is not bytes in base64.";

/// What a field of a pre-aggregated row feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HourField {
    Hour,
    /// Position among the text columns.
    Text(usize),
    /// Position in [`COUNTS`].
    Count(usize),
    /// Position in [`NUMBERS`].
    Number(usize),
    /// Position in [`SKETCHES`].
    Sketch(usize),
}

const COUNTS: [&str; 4] = [EXECUTIONS, FAILURES, SUCCESSES, DURATION_COUNT];
const NUMBERS: [&str; 3] = [DURATION_SUM, DURATION_MIN, DURATION_MAX];
const SKETCHES: [&str; 2] = [DURATION_SKETCH, USERS_SKETCH];

impl HourField {
    /// By name; group columns may go by their other names.
    pub fn of(name: &str) -> Option<Self> {
        let at = |names: &[&str]| names.iter().position(|held| *held == name);
        if name == HOUR {
            return Some(Self::Hour);
        }
        at(&COUNTS)
            .map(Self::Count)
            .or_else(|| at(&NUMBERS).map(Self::Number))
            .or_else(|| at(&SKETCHES).map(Self::Sketch))
            .or_else(|| text_index(Field::of(name)?.column).map(Self::Text))
    }
}

/// Collects pre-aggregated rows.
#[derive(Debug, Default)]
pub struct HourRows {
    hours: Vec<TimeUs>,
    text: [TextColumn; TEXT_COLUMNS.len()],
    has_text: [bool; TEXT_COLUMNS.len()],
    counts: [Vec<u64>; COUNTS.len()],
    numbers: [Vec<f64>; NUMBERS.len()],
    sketches: [BinaryColumn; SKETCHES.len()],
}

impl HourRows {
    /// Begins a row; it is kept when it is finished.
    pub fn row<'a, 'de>(
        &'a mut self,
        terms: &'a Terms<'a>,
        tally: &'a mut Tally,
    ) -> HourRow<'a, 'de> {
        HourRow {
            rows: self,
            terms,
            tally,
            readings: [Reading::AsIs; NUMBERS.len()],
            hour: Raw::Null,
            text: [const { Raw::Null }; TEXT_COLUMNS.len()],
            counts: [const { Raw::Null }; COUNTS.len()],
            numbers: [const { Raw::Null }; NUMBERS.len()],
            sketches: [const { Raw::Null }; SKETCHES.len()],
            bytes: [None; SKETCHES.len()],
        }
    }

    /// The batch; columns that no row had are absent.
    pub fn finish(self) -> AggregateBatch {
        let present_counts = |column: Vec<u64>| {
            let any = column.iter().any(|&count| count != NO_COUNT);
            if any { column } else { Vec::new() }
        };
        let present_numbers = |column: Vec<f64>| {
            let any = column.iter().any(|number| !number.is_nan());
            if any { column } else { Vec::new() }
        };
        let present_bytes = |column: BinaryColumn| {
            if column.data.is_empty() {
                BinaryColumn::default()
            } else {
                column
            }
        };
        let mut text = self.text.into_iter().zip(self.has_text);
        let [executions, failures, successes, duration_count] = self.counts;
        let [sum, min, max] = self.numbers.map(present_numbers);
        let [duration_sketch, users_sketch] = self.sketches.map(present_bytes);
        AggregateBatch {
            hour_us: self.hours,
            text: std::array::from_fn(|_| {
                let (column, present) = text.next()?;
                present.then(|| column.finish())
            }),
            executions,
            failures: present_counts(failures),
            successes: present_counts(successes),
            duration_sum_ms: sum,
            duration_count: present_counts(duration_count),
            duration_min_ms: min,
            duration_max_ms: max,
            duration_sketch,
            users_sketch,
        }
    }
}

/// One row under construction.
pub struct HourRow<'a, 'de> {
    rows: &'a mut HourRows,
    terms: &'a Terms<'a>,
    tally: &'a mut Tally,
    /// Of the numbers.
    readings: [Reading; NUMBERS.len()],
    hour: Raw<'de>,
    text: [Raw<'de>; TEXT_COLUMNS.len()],
    counts: [Raw<'de>; COUNTS.len()],
    numbers: [Raw<'de>; NUMBERS.len()],
    sketches: [Raw<'de>; SKETCHES.len()],
    bytes: [Option<&'de [u8]>; SKETCHES.len()],
}

impl<'de> HourRow<'_, 'de> {
    /// A sketch that came as bytes, not as text.
    pub fn take_bytes(&mut self, sketch: usize, bytes: &'de [u8]) {
        self.bytes[sketch] = Some(bytes);
    }

    /// Keeps the row, or says why it can't be.
    pub fn finish(self) -> Result<(), Reason> {
        let hour_us = values::time(&self.hour, self.terms.zone, self.tally)?;
        if hour_us % HOUR_US != 0 {
            return Err(NOT_AN_HOUR);
        }
        let mut counts = [NO_COUNT; COUNTS.len()];
        for (count, raw) in counts.iter_mut().zip(&self.counts) {
            *count = values::count(raw)?.unwrap_or(NO_COUNT);
        }
        let [executions, failures, successes, _] = counts;
        if executions == NO_COUNT {
            return Err(NO_EXECUTIONS);
        }
        let known = |count: u64| if count == NO_COUNT { 0 } else { count };
        if known(failures).saturating_add(known(successes)) > executions {
            return Err(TOO_MANY);
        }
        let mut numbers = [f64::NAN; NUMBERS.len()];
        for ((number, raw), reading) in numbers.iter_mut().zip(&self.numbers).zip(self.readings) {
            let times = match reading {
                Reading::MeanSeconds => executions as f64,
                _ => 1.0,
            };
            *number = values::amount(raw)?.unwrap_or(f64::NAN) * reading.to_ms() * times;
        }
        let mut sketches: [Cow<'_, [u8]>; SKETCHES.len()] = Default::default();
        for ((sketch, raw), bytes) in sketches.iter_mut().zip(&self.sketches).zip(self.bytes) {
            *sketch = match (bytes, raw) {
                (Some(bytes), _) => Cow::Borrowed(bytes),
                (None, Raw::Null) => Cow::Borrowed(&[]),
                (None, Raw::Text(text)) => {
                    Cow::Owned(STANDARD.decode(text.trim()).map_err(|_| BAD_SKETCH)?)
                }
                _ => return Err(BAD_SKETCH),
            };
        }
        let mut texts = [const { None }; TEXT_COLUMNS.len()];
        for (text, raw) in texts.iter_mut().zip(&self.text) {
            *text = values::text(raw.borrowed())?;
        }
        // From here on nothing can fail: all columns grow alike.
        let rows = self.rows;
        rows.hours.push(hour_us);
        for (at, text) in texts.into_iter().enumerate() {
            // An empty text is a group without a value; without any text the file may not group by this.
            rows.has_text[at] |= text.is_some();
            let text = text.as_deref().filter(|text| !text.is_empty());
            let code = text.map_or(NO_CODE, |text| rows.text[at].code(self.tally.cut(text)));
            rows.text[at].push(code);
        }
        for (column, count) in rows.counts.iter_mut().zip(counts) {
            column.push(count);
        }
        for (column, number) in rows.numbers.iter_mut().zip(numbers) {
            column.push(number);
        }
        for (column, sketch) in rows.sketches.iter_mut().zip(sketches) {
            column.push(&sketch);
        }
        Ok(())
    }
}

impl<'de> Sink<'de> for HourRow<'_, 'de> {
    type Field = (HourField, Reading);

    fn wants(&mut self, name: &str) -> Wish<Self::Field> {
        if let Some(field) = self.terms.hour_field(name) {
            return Wish::Take(field);
        }
        self.tally.drop_field(name, 1);
        Wish::Skip
    }

    fn take(&mut self, (field, reading): Self::Field, value: Raw<'de>) {
        match field {
            HourField::Hour => self.hour = value,
            HourField::Text(at) => self.text[at] = value,
            HourField::Count(at) => self.counts[at] = value,
            HourField::Number(at) => {
                self.numbers[at] = value;
                self.readings[at] = reading;
            }
            HourField::Sketch(at) => self.sketches[at] = value,
        }
    }
}
