//! Record batches whose columns have the types they should: column by column, without a row in between.
//!
//! Owns: the short way. Does not own: what a value means (`values`), or what is wrong with a row: whatever is out of
//! the ordinary is left to the long way (`rows`), which goes value by value and names each row's trouble.

use super::array::{Array, Dictionary, NO_ENTRY, Values};
use super::parts::words;
use super::schema::{Number, Unit};
use crate::ingest::names::{Field, Reading, Terms};
use crate::ingest::values::Raw;
use crate::ingest::{Tally, fields, values};
use crate::model::batch::{BatchBuilder, NO_CODE, NO_COUNT, NO_ID};
use crate::model::limits::{DURATION_MS_MAX, NAME_BYTES_MAX, TIME_US_MAX, TIME_US_MIN};
use crate::model::schema::{TEXT_COLUMNS, text_index};
use crate::model::{Batch, Column, EventKind, TimeUs};

/// A column, what it feeds, and whether its integers are hashed identities.
pub type Fed<'a> = (Field, &'a Array<'a>, bool);

/// Adds all rows, or none: `None` when any of them needs the long way.
pub fn push(
    columns: &[Fed<'_>],
    rows: usize,
    events: &mut BatchBuilder,
    terms: &Terms<'_>,
    tally: &mut Tally,
) -> Option<()> {
    // Units and kinds of another product are read value by value.
    let is_ours =
        |(field, ..): &Fed<'_>| matches!(field.reading, Reading::AsIs | Reading::TrueIsFailure);
    if terms.profile.is_some() || !columns.iter().all(is_ours) {
        return None;
    }
    let fed = |column: Column| -> Option<Option<Fed<'_>>> {
        let mut feeding = columns.iter().filter(|(field, ..)| field.column == column);
        let first = feeding.next().copied();
        // Two names of one column: the long way knows which wins in each row.
        feeding.next().is_none().then_some(first)
    };
    let (_, times, _) = fed(Column::Time)??;
    let mut batch = Batch {
        time_us: times_us(times, terms, tally)?,
        kind: closed(fed(Column::Kind)?, rows, EventKind::Execution, |raw, _| {
            values::kind(raw).ok()
        })?,
        event_id: identities(fed(Column::EventId)?, rows)?,
        duration_ms: floats(fed(Column::DurationMs)?, rows, DURATION_MS_MAX)?,
        cost_usd: floats(fed(Column::CostUsd)?, rows, f64::MAX)?,
        tokens_in: counts(fed(Column::TokensIn)?, rows)?,
        tokens_out: counts(fed(Column::TokensOut)?, rows)?,
        bytes: counts(fed(Column::Bytes)?, rows)?,
        ..Batch::default()
    };
    let outcomes = closed(fed(Column::Outcome)?, rows, None, |raw, field| {
        values::outcome(raw, field.reading).ok()
    })?;
    let mut texts: [Option<&Array<'_>>; TEXT_COLUMNS.len()] = Default::default();
    for (text, column) in texts.iter_mut().zip(TEXT_COLUMNS) {
        *text = fed(column)?.map(|(_, array, _)| array);
        if text.is_some_and(|array| !has_names(array)) {
            return None;
        }
    }
    // Nothing can fail from here on, so that a batch that does leaves no trace.
    for (at, text) in texts.into_iter().enumerate() {
        batch.text[at].codes = match text {
            Some(array) => name_codes(array, at, events),
            None => vec![NO_CODE; rows],
        };
    }
    let errors = text_index(Column::ErrorClass).map(|at| &batch.text[at].codes);
    let told = |row: usize| errors.is_some_and(|codes| codes[row] != NO_CODE);
    let outcomes = outcomes.into_iter().enumerate();
    batch.outcome = outcomes
        .map(|(row, outcome)| match outcome {
            Some(outcome) => outcome,
            None => fields::outcome_or_assumed(None, told(row), tally),
        })
        .collect();
    if batch.event_id.contains(&NO_ID) {
        tally.note(fields::NO_IDENTITY);
    }
    tally.rows_read += rows as u64;
    events.append_coded(batch);
    Some(())
}

fn times_us(array: &Array<'_>, terms: &Terms<'_>, tally: &mut Tally) -> Option<Vec<TimeUs>> {
    if array.has_nulls() {
        return None;
    }
    let in_range = |time: &TimeUs| (TIME_US_MIN..TIME_US_MAX).contains(time);
    // What is beyond all times is out of range, too.
    let in_us = |unit: Unit, time: i64| unit.to_us(time).unwrap_or(TimeUs::MIN);
    let times: Vec<TimeUs> = match &array.values {
        // What most files have is worth a way of its own.
        Values::Times(Unit::Micros, bytes) => words(bytes, i64::from_le_bytes).collect(),
        Values::Times(unit @ Unit::Days, bytes) => words(bytes, i32::from_le_bytes)
            .map(|days| in_us(*unit, days.into()))
            .collect(),
        Values::Times(unit, bytes) => words(bytes, i64::from_le_bytes)
            .map(|time| in_us(*unit, time))
            .collect(),
        _ => (0..array.rows)
            .map(|row| values::time(&array.value(row), terms.zone, tally).ok())
            .collect::<Option<_>>()?,
    };
    times.iter().all(in_range).then_some(times)
}

/// What the entry of each row is to us, each entry looked at once and only if a row has it.
fn by_entry<T: Copy>(
    codes: &[u32],
    dictionary: &Dictionary<'_>,
    absent: T,
    mut read: impl FnMut(u32) -> Option<T>,
) -> Option<Vec<T>> {
    // A large dictionary of a small batch must not be gone through again and again.
    if dictionary.len / 8 > codes.len() {
        let read = |&code: &u32| {
            if code == NO_ENTRY {
                Some(absent)
            } else {
                read(code)
            }
        };
        return codes.iter().map(read).collect();
    }
    let mut known: Vec<Option<T>> = vec![None; dictionary.len];
    let mut is_good = true;
    let of = |&code: &u32| match known.get_mut(code as usize) {
        None => absent,
        Some(Some(known)) => *known,
        Some(unknown) => match read(code) {
            Some(new) => *unknown.insert(new),
            None => {
                is_good = false;
                absent
            }
        },
    };
    let all = codes.iter().map(of).collect();
    is_good.then_some(all)
}

/// A column of a closed vocabulary.
fn closed<T: Copy>(
    fed: Option<Fed<'_>>,
    rows: usize,
    absent: T,
    read: impl Fn(&Raw<'_>, Field) -> Option<T>,
) -> Option<Vec<T>> {
    let Some((field, array, _)) = fed else {
        return Some(vec![absent; rows]);
    };
    match &array.values {
        Values::Coded(codes, dictionary) => by_entry(codes, dictionary, absent, |code| {
            read(&dictionary.value(code), field)
        }),
        _ => (0..rows)
            .map(|row| read(&array.value(row), field))
            .collect(),
    }
}

fn identities(fed: Option<Fed<'_>>, rows: usize) -> Option<Vec<u64>> {
    let Some((_, array, is_hash)) = fed else {
        return Some(vec![NO_ID; rows]);
    };
    match &array.values {
        Values::Numbers(Number::U64, bytes) if is_hash => {
            let mut hashes: Vec<u64> = words(bytes, u64::from_le_bytes).collect();
            array.put_where_null(&mut hashes, NO_ID);
            Some(hashes)
        }
        Values::Texts(..) => (0..rows)
            .map(|row| match array.text(row) {
                None => Some(NO_ID),
                Some(text) => values::identity(Raw::Text(text.into())).ok(),
            })
            .collect(),
        _ => None,
    }
}

fn floats(fed: Option<Fed<'_>>, rows: usize, max: f64) -> Option<Vec<f64>> {
    fn each<const N: usize, T: Into<f64>>(bytes: &[u8], from: fn([u8; N]) -> T) -> Vec<f64> {
        // A negative zero is a zero.
        words(bytes, from)
            .map(|number| number.into() + 0.0)
            .collect()
    }
    let Some((_, array, _)) = fed else {
        return Some(vec![f64::NAN; rows]);
    };
    let mut numbers = match &array.values {
        Values::Numbers(Number::F64, bytes) => each(bytes, f64::from_le_bytes),
        Values::Numbers(Number::F32, bytes) => each(bytes, f32::from_le_bytes),
        Values::Numbers(Number::U8, bytes) => each(bytes, u8::from_le_bytes),
        Values::Numbers(Number::U16, bytes) => each(bytes, u16::from_le_bytes),
        Values::Numbers(Number::U32, bytes) => each(bytes, u32::from_le_bytes),
        Values::Numbers(Number::I32, bytes) => each(bytes, i32::from_le_bytes),
        _ => (0..rows)
            .map(|row| values::number(&array.value(row)).map(|number| number + 0.0))
            .collect::<Option<Vec<f64>>>()?,
    };
    array.put_where_null(&mut numbers, f64::NAN);
    // NaN is what writers put where nothing was measured.
    let is_good = |number: &f64| number.is_nan() || (0.0..=max).contains(number);
    numbers.iter().all(is_good).then_some(numbers)
}

fn counts(fed: Option<Fed<'_>>, rows: usize) -> Option<Vec<u64>> {
    fn each<const N: usize, T: TryInto<u64>>(bytes: &[u8], from: fn([u8; N]) -> T) -> Vec<u64> {
        let counts = words(bytes, from);
        counts
            .map(|count| count.try_into().unwrap_or(NO_COUNT))
            .collect()
    }
    let Some((_, array, _)) = fed else {
        return Some(vec![NO_COUNT; rows]);
    };
    let Values::Numbers(number, bytes) = &array.values else {
        return None;
    };
    let mut counts = match number {
        Number::U8 => each(bytes, u8::from_le_bytes),
        Number::U16 => each(bytes, u16::from_le_bytes),
        Number::U32 => each(bytes, u32::from_le_bytes),
        Number::U64 => each(bytes, u64::from_le_bytes),
        Number::I8 => each(bytes, i8::from_le_bytes),
        Number::I16 => each(bytes, i16::from_le_bytes),
        Number::I32 => each(bytes, i32::from_le_bytes),
        Number::I64 => each(bytes, i64::from_le_bytes),
        Number::F16 | Number::F32 | Number::F64 => return None,
    };
    // What is no count is so far the same as none.
    let is_bad = |row: usize| counts[row] == NO_COUNT && !array.is_null(row);
    if counts.contains(&NO_COUNT) && (0..rows).any(is_bad) {
        return None;
    }
    array.put_where_null(&mut counts, NO_COUNT);
    Some(counts)
}

/// Texts, or a dictionary of texts, none of them too long for a name.
fn has_names(array: &Array<'_>) -> bool {
    let longest = match &array.values {
        Values::Coded(_, dictionary) => dictionary.has_only_texts().then_some(dictionary.longest),
        _ => array.longest_text(),
    };
    longest.is_some_and(|longest| longest <= NAME_BYTES_MAX)
}

fn name_codes(array: &Array<'_>, column: usize, events: &mut BatchBuilder) -> Vec<u32> {
    let mut code = |text: Option<&str>| match text {
        Some(text) if !text.is_empty() => events.code(column, text),
        _ => NO_CODE,
    };
    match &array.values {
        Values::Coded(codes, dictionary) => by_entry(codes, dictionary, NO_CODE, |entry| {
            Some(code(dictionary.text(entry)))
        })
        .unwrap_or_default(),
        _ => (0..array.rows).map(|row| code(array.text(row))).collect(),
    }
}
