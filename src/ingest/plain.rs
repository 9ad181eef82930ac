//! Record batches whose columns have the types they should: column by column, without a row in between.
//!
//! Owns: the short way. Does not own: what a value means (`values`), or what is wrong with a row: whatever is out of
//! the ordinary is left to the long way (`table`), which goes value by value and names each row's trouble.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, StringArray};
use arrow_buffer::ArrowNativeType;
use arrow_schema::{DataType, TimeUnit};

use super::names::{Field, Reading, Terms};
use super::table::value;
use super::{Tally, fields, values};
use crate::model::batch::{BatchBuilder, NO_CODE, NO_COUNT, NO_ID};
use crate::model::limits::{DURATION_MS_MAX, NAME_BYTES_MAX, TIME_US_MAX, TIME_US_MIN};
use crate::model::schema::{TEXT_COLUMNS, text_index};
use crate::model::{Batch, Column, EventKind, TimeUs};

/// A column, what it feeds, and whether its integers are hashed identities.
pub type Fed<'a> = (Field, &'a dyn Array, bool);

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
        kind: closed(fed(Column::Kind)?, rows, |raw, _| {
            values::kind(raw).ok().map(Some)
        })?
        .into_iter()
        .map(|kind: Option<EventKind>| kind.unwrap_or_default())
        .collect(),
        event_id: identities(fed(Column::EventId)?, rows)?,
        duration_ms: floats(fed(Column::DurationMs)?, rows, DURATION_MS_MAX)?,
        cost_usd: floats(fed(Column::CostUsd)?, rows, f64::MAX)?,
        tokens_in: counts(fed(Column::TokensIn)?, rows)?,
        tokens_out: counts(fed(Column::TokensOut)?, rows)?,
        bytes: counts(fed(Column::Bytes)?, rows)?,
        ..Batch::default()
    };
    let outcomes = closed(fed(Column::Outcome)?, rows, |raw, field| {
        values::outcome(raw, field.reading).ok()
    })?;
    let mut texts: [Option<Texts<'_>>; TEXT_COLUMNS.len()] = Default::default();
    for (text, column) in texts.iter_mut().zip(TEXT_COLUMNS) {
        if let Some((_, array, _)) = fed(column)? {
            *text = Some(Texts::of(array)?);
        }
    }
    // Nothing can fail from here on, so that a batch that does leaves no trace.
    for (at, text) in texts.into_iter().enumerate() {
        batch.text[at].codes =
            text.map_or_else(|| vec![NO_CODE; rows], |text| text.codes(at, events));
    }
    let errors = text_index(Column::ErrorClass).map(|at| &batch.text[at].codes);
    let told = |row: usize| errors.is_some_and(|codes| codes[row] != NO_CODE);
    batch.outcome = (0..rows)
        .map(|row| fields::outcome_or_assumed(outcomes[row], told(row), tally))
        .collect();
    if batch.event_id.contains(&NO_ID) {
        tally.note(fields::NO_IDENTITY);
    }
    tally.rows_read += rows as u64;
    events.append_coded(batch);
    Some(())
}

fn times_us(array: &dyn Array, terms: &Terms<'_>, tally: &mut Tally) -> Option<Vec<TimeUs>> {
    fn each<T: ArrowPrimitiveType<Native = i64>>(
        array: &dyn Array,
        to_us: impl Fn(i64) -> Option<TimeUs>,
    ) -> Option<Vec<TimeUs>> {
        let values = array.as_primitive::<T>().values().iter();
        values
            .map(|&time| to_us(time).filter(|time| (TIME_US_MIN..TIME_US_MAX).contains(time)))
            .collect()
    }
    if array.null_count() > 0 {
        return None;
    }
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => {
            each::<TimestampSecondType>(array, |s| s.checked_mul(1_000_000))
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            each::<TimestampMillisecondType>(array, |ms| ms.checked_mul(1_000))
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            each::<TimestampMicrosecondType>(array, Some)
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            each::<TimestampNanosecondType>(array, |ns| Some(ns.div_euclid(1_000)))
        }
        _ => (0..array.len())
            .map(|row| values::time(&value(array, row), terms.zone, tally).ok())
            .collect(),
    }
}

/// The position of each row's value among the values of a dictionary array, whatever the width of its keys.
fn positions(array: &dyn Array) -> Option<Vec<usize>> {
    let DataType::Dictionary(key, _) = array.data_type() else {
        return None;
    };
    match **key {
        DataType::Int8 => positions_of::<Int8Type>(array),
        DataType::Int16 => positions_of::<Int16Type>(array),
        DataType::Int32 => positions_of::<Int32Type>(array),
        DataType::Int64 => positions_of::<Int64Type>(array),
        DataType::UInt8 => positions_of::<UInt8Type>(array),
        DataType::UInt16 => positions_of::<UInt16Type>(array),
        DataType::UInt32 => positions_of::<UInt32Type>(array),
        DataType::UInt64 => positions_of::<UInt64Type>(array),
        _ => None,
    }
}

/// A null's position in [`positions`].
const NULL: usize = usize::MAX;

/// A key beyond the values is for the long way.
fn positions_of<K: ArrowDictionaryKeyType>(array: &dyn Array) -> Option<Vec<usize>> {
    let dictionary = array.as_dictionary::<K>();
    let keys = dictionary.keys();
    let length = dictionary.values().len();
    let position = |row: usize, key: K::Native| {
        if keys.is_null(row) {
            return Some(NULL);
        }
        let position = key.to_usize()?;
        (position < length).then_some(position)
    };
    let rows = keys.values().iter().enumerate();
    rows.map(|(row, &key)| position(row, key)).collect()
}

/// A column of a closed vocabulary; each distinct value is read once.
fn closed<T: Copy>(
    fed: Option<Fed<'_>>,
    rows: usize,
    read: impl Fn(&values::Raw<'_>, Field) -> Option<Option<T>>,
) -> Option<Vec<Option<T>>> {
    let Some((field, array, _)) = fed else {
        return Some(vec![None; rows]);
    };
    let Some(dictionary) = array.as_any_dictionary_opt() else {
        return (0..rows)
            .map(|row| read(&value(array, row), field))
            .collect();
    };
    let held = dictionary.values();
    let meanings: Vec<Option<Option<T>>> = (0..held.len())
        .map(|at| read(&value(held.as_ref(), at), field))
        .collect();
    // An unknown value matters only where a row has it.
    let meaning = |position: usize| match meanings.get(position) {
        Some(known) => *known,
        None => Some(None),
    };
    positions(array)?.into_iter().map(meaning).collect()
}

fn identities(fed: Option<Fed<'_>>, rows: usize) -> Option<Vec<u64>> {
    let Some((_, array, is_hash)) = fed else {
        return Some(vec![NO_ID; rows]);
    };
    if is_hash {
        let hashes = array.as_primitive_opt::<UInt64Type>()?;
        return Some(hashes.iter().map(|hash| hash.unwrap_or(NO_ID)).collect());
    }
    let texts = array.as_string_opt::<i32>()?;
    texts
        .iter()
        .map(|text| match text {
            None => Some(NO_ID),
            Some(text) => values::identity(&values::Raw::Text(text.into())).ok(),
        })
        .collect()
}

fn floats(fed: Option<Fed<'_>>, rows: usize, max: f64) -> Option<Vec<f64>> {
    let Some((_, array, _)) = fed else {
        return Some(vec![f64::NAN; rows]);
    };
    // NaN is what writers put where nothing was measured; a negative zero is a zero.
    let good =
        |number: f64| (number.is_nan() || (0.0..=max).contains(&number)).then_some(number + 0.0);
    match array.data_type() {
        DataType::Float64 => array
            .as_primitive::<Float64Type>()
            .iter()
            .map(|number| good(number.unwrap_or(f64::NAN)))
            .collect(),
        DataType::Float32 => array
            .as_primitive::<Float32Type>()
            .iter()
            .map(|number| good(number.map_or(f64::NAN, Into::into)))
            .collect(),
        _ => (0..rows)
            .map(|row| good(values::number(&value(array, row))?))
            .collect(),
    }
}

fn counts(fed: Option<Fed<'_>>, rows: usize) -> Option<Vec<u64>> {
    fn each<T: ArrowPrimitiveType>(array: &dyn Array) -> Option<Vec<u64>>
    where
        T::Native: TryInto<u64>,
    {
        let values = array.as_primitive::<T>().iter();
        values
            .map(|count| match count {
                None => Some(NO_COUNT),
                Some(count) => count.try_into().ok().filter(|&count| count != NO_COUNT),
            })
            .collect()
    }
    let Some((_, array, _)) = fed else {
        return Some(vec![NO_COUNT; rows]);
    };
    match array.data_type() {
        DataType::UInt8 => each::<UInt8Type>(array),
        DataType::UInt16 => each::<UInt16Type>(array),
        DataType::UInt32 => each::<UInt32Type>(array),
        DataType::UInt64 => each::<UInt64Type>(array),
        DataType::Int32 => each::<Int32Type>(array),
        DataType::Int64 => each::<Int64Type>(array),
        _ => None,
    }
}

/// A text column, checked: nothing about it can fail any more.
struct Texts<'a> {
    texts: &'a StringArray,
    /// Of each row, where the column is a dictionary.
    positions: Option<Vec<usize>>,
}

impl<'a> Texts<'a> {
    /// Texts, or a dictionary of texts, none of them too long for a name.
    fn of(array: &'a dyn Array) -> Option<Self> {
        let (held, positions) = match array.as_any_dictionary_opt() {
            Some(dictionary) => (dictionary.values().as_ref(), Some(positions(array)?)),
            None => (array, None),
        };
        let texts = held.as_string_opt::<i32>()?;
        let mut lengths = texts.iter().flatten().map(str::len);
        let fits = lengths.all(|length| length <= NAME_BYTES_MAX);
        fits.then_some(Self { texts, positions })
    }

    fn codes(self, column: usize, events: &mut BatchBuilder) -> Vec<u32> {
        let texts = self.texts;
        let mut code = |at: usize| match texts.is_valid(at).then(|| texts.value(at)) {
            Some(text) if !text.is_empty() => events.code(column, text),
            _ => NO_CODE,
        };
        let Some(positions) = self.positions else {
            return (0..texts.len()).map(code).collect();
        };
        // Only what a row has becomes an entry.
        let mut known: Vec<Option<u32>> = vec![None; texts.len()];
        let of = |position: usize| match known.get_mut(position) {
            None => NO_CODE,
            Some(known) => *known.get_or_insert_with(|| code(position)),
        };
        positions.into_iter().map(of).collect()
    }
}
