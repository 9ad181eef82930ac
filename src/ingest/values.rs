//! One value of a file, whatever the format, and what each column makes of it.
//! A reason names the column and the problem, never the value.

use std::borrow::Cow;

use super::names::Reading;
use super::{ID_HASH_PREFIX, Tally, numbers, times};
use crate::model::batch::NO_ID;
use crate::model::limits::{DURATION_MS_MAX, TIME_US_MAX, TIME_US_MIN};
use crate::model::{EventKind, Outcome, TimeUs, Zone};

/// A value as a file holds it.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw<'a> {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(Cow<'a, str>),
    /// A list, an object, bytes: nothing a column can hold.
    Nested,
}

impl Raw<'_> {
    /// The same value, without a copy of its text.
    pub fn borrowed(&self) -> Raw<'_> {
        match self {
            Self::Null => Raw::Null,
            Self::Bool(flag) => Raw::Bool(*flag),
            Self::Int(number) => Raw::Int(*number),
            Self::Float(number) => Raw::Float(*number),
            Self::Text(text) => Raw::Text(Cow::Borrowed(text)),
            Self::Nested => Raw::Nested,
        }
    }
}

/// Why a row is set aside.
pub type Reason = &'static str;

pub const NO_TIME: Reason = "There is no time.";
const BAD_TIME: Reason = "The time can't be read; use RFC 3339 (2026-03-14T09:00:00Z) or seconds, ms, µs or ns since 1970.";
pub const TIME_RANGE: Reason = "The time is before 1990 or after 2100.";
const BAD_DURATION: Reason = "The duration is not a number of milliseconds.";
pub const DURATION_RANGE: Reason = "The duration is negative, not finite or longer than a year.";
const BAD_OUTCOME: Reason =
    "The outcome is unknown; use success, failure, cancelled, rejected or running.";
const BAD_KIND: Reason = "The kind of event is unknown.";
const BAD_COUNT: Reason = "A count is not a whole number of zero or more.";
const BAD_NUMBER: Reason = "A number is not finite or below zero.";
const BAD_TEXT: Reason = "A name is a list or an object instead of a text.";

/// µs since 1970. Numbers are seconds, ms, µs or ns by their size; every year from 1990 to 2100 is unmistakable.
/// Clocks without a zone are in the one given.
pub fn time(raw: &Raw<'_>, zone: Option<&Zone>, tally: &mut Tally) -> Result<TimeUs, Reason> {
    let time_us = match raw {
        Raw::Null => return Err(NO_TIME),
        Raw::Int(number) => epoch(*number).ok_or(TIME_RANGE)?,
        Raw::Float(number) => epoch_float(*number).ok_or(BAD_TIME)?,
        Raw::Text(text) => text_time(trimmed(text), zone, tally)?,
        Raw::Bool(_) | Raw::Nested => return Err(BAD_TIME),
    };
    if (TIME_US_MIN..TIME_US_MAX).contains(&time_us) {
        Ok(time_us)
    } else {
        Err(TIME_RANGE)
    }
}

/// Units of a second, with how many µs one has: (up to, numerator, denominator).
const EPOCHS: [(i128, i128, i128); 4] = [
    (100_000_000_000, 1_000_000, 1),
    (100_000_000_000_000, 1_000, 1),
    (100_000_000_000_000_000, 1, 1),
    (i128::MAX, 1, 1_000),
];

fn epoch(number: i128) -> Option<TimeUs> {
    let (_, up, down) = EPOCHS
        .iter()
        .find(|(limit, ..)| number.unsigned_abs() < limit.unsigned_abs())?;
    i64::try_from(number.checked_mul(*up)?.div_euclid(*down)).ok()
}

fn epoch_float(number: f64) -> Option<TimeUs> {
    if !number.is_finite() {
        return None;
    }
    let (_, up, down) = EPOCHS
        .iter()
        .find(|(limit, ..)| number.abs() < *limit as f64)?;
    let time_us = (number * *up as f64 / *down as f64).round();
    (time_us.abs() < 9e18).then_some(time_us as i64)
}

fn text_time(text: &str, zone: Option<&Zone>, tally: &mut Tally) -> Result<TimeUs, Reason> {
    if let Some(moment) = times::parse(text) {
        tally.zoneless |= matches!(moment, times::Moment::Local(..));
        return Ok(moment.instant(zone));
    }
    if let Ok(number) = text.parse::<i128>() {
        return epoch(number).ok_or(TIME_RANGE);
    }
    let number: f64 = text.parse().map_err(|_| BAD_TIME)?;
    epoch_float(number).ok_or(BAD_TIME)
}

/// As [`str::trim`], which looks at letters of all scripts; hardly any value has blanks at its ends.
pub fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
}

fn as_number(raw: &Raw<'_>) -> Option<f64> {
    match raw {
        Raw::Int(number) => Some(*number as f64),
        Raw::Float(number) => Some(*number),
        Raw::Text(text) => numbers::float(trimmed(text)),
        Raw::Null | Raw::Bool(_) | Raw::Nested => None,
    }
}

/// A number or nothing (NaN); `None` for what is neither.
pub fn number(raw: &Raw<'_>) -> Option<f64> {
    match raw {
        Raw::Null => Some(f64::NAN),
        raw => as_number(raw),
    }
}

/// `to_ms`: how many milliseconds the file's unit has.
pub fn duration_ms(raw: &Raw<'_>, to_ms: f64) -> Result<Option<f64>, Reason> {
    if *raw == Raw::Null {
        return Ok(None);
    }
    let ms = as_number(raw).ok_or(BAD_DURATION)? * to_ms;
    // Arrow and Parquet writers put NaN where nothing was measured.
    if ms.is_nan() {
        return Ok(None);
    }
    if (0.0..=DURATION_MS_MAX).contains(&ms) {
        // A negative zero is a zero.
        Ok(Some(ms + 0.0))
    } else {
        Err(DURATION_RANGE)
    }
}

/// Dollars, sums: any number of zero or more.
pub fn amount(raw: &Raw<'_>) -> Result<Option<f64>, Reason> {
    if *raw == Raw::Null {
        return Ok(None);
    }
    let amount = as_number(raw).ok_or(BAD_NUMBER)?;
    if amount.is_nan() {
        return Ok(None);
    }
    if amount.is_finite() && amount >= 0.0 {
        Ok(Some(amount + 0.0))
    } else {
        Err(BAD_NUMBER)
    }
}

pub fn count(raw: &Raw<'_>) -> Result<Option<u64>, Reason> {
    match raw {
        Raw::Null => Ok(None),
        Raw::Int(number) => u64::try_from(*number)
            .ok()
            .filter(|&count| count != u64::MAX)
            .map(Some)
            .ok_or(BAD_COUNT),
        Raw::Float(number) if number.is_nan() => Ok(None),
        Raw::Float(number) if number.fract() == 0.0 && (0.0..9e15).contains(number) => {
            Ok(Some(*number as u64))
        }
        // Tables that knew absent values write whole numbers as 12.0.
        Raw::Text(text) => match numbers::whole(trimmed(text)) {
            Some(number) => count(&Raw::Int(number.into())),
            None => count(&Raw::Float(as_number(raw).ok_or(BAD_COUNT)?)),
        },
        Raw::Float(_) | Raw::Bool(_) | Raw::Nested => Err(BAD_COUNT),
    }
}

/// `None` when absent. In a column that tells of errors, true is a failure.
pub fn outcome(raw: &Raw<'_>, reading: Reading) -> Result<Option<Outcome>, Reason> {
    if reading == Reading::ErrorLevel {
        return match raw {
            Raw::Null => Ok(None),
            Raw::Text(level) if level.eq_ignore_ascii_case("error") => Ok(Some(Outcome::Failure)),
            Raw::Text(_) => Ok(Some(Outcome::Success)),
            _ => Err(BAD_OUTCOME),
        };
    }
    let tells_errors = reading == Reading::TrueIsFailure;
    let good = |good: bool| {
        Some(if good == tells_errors {
            Outcome::Failure
        } else {
            Outcome::Success
        })
    };
    match raw {
        Raw::Null => Ok(None),
        Raw::Bool(flag) => Ok(good(*flag)),
        Raw::Int(0) => Ok(good(false)),
        Raw::Int(1) => Ok(good(true)),
        // Tables that knew absent values write flags as 1.0.
        Raw::Float(number) if number.is_nan() => Ok(None),
        Raw::Float(0.0) => Ok(good(false)),
        Raw::Float(1.0) => Ok(good(true)),
        Raw::Text(text) => match trimmed(text) {
            "" => Ok(None),
            word => match flag(word) {
                Some(flag) => Ok(good(flag)),
                None => Outcome::parse(word).map(Some).ok_or(BAD_OUTCOME),
            },
        },
        Raw::Int(_) | Raw::Float(_) | Raw::Nested => Err(BAD_OUTCOME),
    }
}

/// A flag in words, letter case aside, as databases and people write it: PostgreSQL exports `t` and `f`.
pub fn flag(word: &str) -> Option<bool> {
    const FLAG_BYTES_MAX: usize = "false".len();
    const WORDS: [(&str, bool); 12] = [
        ("true", true),
        ("false", false),
        ("1", true),
        ("0", false),
        ("yes", true),
        ("no", false),
        ("y", true),
        ("n", false),
        ("t", true),
        ("f", false),
        ("1.0", true),
        ("0.0", false),
    ];
    // Most words are longer than all of these, as names of outcomes are.
    if word.len() > FLAG_BYTES_MAX {
        return None;
    }
    let known = WORDS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(word));
    known.map(|(_, flag)| *flag)
}

pub fn kind(raw: &Raw<'_>) -> Result<EventKind, Reason> {
    match raw {
        Raw::Null => Ok(EventKind::Execution),
        Raw::Text(text) => EventKind::parse(trimmed(text)).ok_or(BAD_KIND),
        _ => Err(BAD_KIND),
    }
}

/// A name; numbers and flags are names too.
pub fn text(raw: Raw<'_>) -> Result<Option<Cow<'_, str>>, Reason> {
    match raw {
        Raw::Null => Ok(None),
        Raw::Text(text) => Ok(Some(text)),
        Raw::Bool(flag) => Ok(Some(Cow::Borrowed(if flag { "true" } else { "false" }))),
        Raw::Int(number) => Ok(Some(Cow::Owned(number.to_string()))),
        Raw::Float(number) => Ok(Some(Cow::Owned(number.to_string()))),
        Raw::Nested => Err(BAD_TEXT),
    }
}

/// The identity behind an id; [`NO_ID`] when absent.
pub fn identity(raw: Raw<'_>) -> Result<u64, Reason> {
    let Some(text) = text(raw)?.filter(|text| !text.is_empty()) else {
        return Ok(NO_ID);
    };
    let hashed = text
        .strip_prefix(ID_HASH_PREFIX)
        .and_then(|digits| u64::from_str_radix(digits, 16).ok());
    Ok(hashed.unwrap_or_else(|| hash_identity(&text)))
}

/// Never [`NO_ID`].
pub fn hash_identity(text: &str) -> u64 {
    match xxhash_rust::xxh3::xxh3_64(text.as_bytes()) {
        NO_ID => 1,
        hash => hash,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_from_any_common_form() {
        let expected = 1_773_478_800_000_000;
        let texts = [
            "2026-03-14T09:00:00Z",
            "2026-03-14T10:00:00+01:00",
            "2026-03-14 09:00:00",
            "2026-03-14T09:00:00.000",
            "1773478800",
            "1773478800000",
        ];
        for text in texts {
            let mut tally = Tally::default();
            assert_eq!(
                time(&Raw::Text(text.into()), None, &mut tally),
                Ok(expected),
                "{text}"
            );
        }
        let numbers = [
            1_773_478_800,
            1_773_478_800_000,
            1_773_478_800_000_000,
            1_773_478_800_000_000_000,
        ];
        for number in numbers {
            assert_eq!(
                time(&Raw::Int(number), None, &mut Tally::default()),
                Ok(expected),
                "{number}"
            );
        }
        assert_eq!(
            time(&Raw::Float(1_773_478_800.5), None, &mut Tally::default()),
            Ok(expected + 500_000)
        );
    }

    #[test]
    fn what_is_no_time_says_so() {
        for raw in [
            Raw::Text("soon".into()),
            Raw::Bool(true),
            Raw::Nested,
            Raw::Float(f64::NAN),
        ] {
            assert_eq!(time(&raw, None, &mut Tally::default()), Err(BAD_TIME));
        }
        assert_eq!(
            time(&Raw::Int(-1), None, &mut Tally::default()),
            Err(TIME_RANGE)
        );
        assert_eq!(time(&Raw::Null, None, &mut Tally::default()), Err(NO_TIME));
    }

    #[test]
    fn an_error_flag_is_the_opposite_of_a_success_flag() {
        let (flag, error) = (Reading::AsIs, Reading::TrueIsFailure);
        assert_eq!(outcome(&Raw::Bool(true), flag), Ok(Some(Outcome::Success)));
        assert_eq!(outcome(&Raw::Bool(true), error), Ok(Some(Outcome::Failure)));
        assert_eq!(outcome(&Raw::Text("maybe".into()), flag), Err(BAD_OUTCOME));
        for (yes, no) in [
            ("Yes", "NO"),
            ("y", "n"),
            ("t", "F"),
            ("1", "0"),
            ("1.0", "0.0"),
            ("TRUE", "false"),
        ] {
            for (word, is_good) in [(yes, true), (no, false)] {
                let raw = Raw::Text(word.into());
                let (good, bad) = (Ok(Some(Outcome::Success)), Ok(Some(Outcome::Failure)));
                let (as_flag, as_error) = if is_good { (good, bad) } else { (bad, good) };
                assert_eq!(outcome(&raw, flag), as_flag, "{word}");
                assert_eq!(outcome(&raw, error), as_error, "{word}");
            }
        }
        // A word for how it ended is no flag, whatever the column is called.
        assert_eq!(
            outcome(&Raw::Text("OK".into()), error),
            Ok(Some(Outcome::Success))
        );
        assert_eq!(outcome(&Raw::Float(1.0), flag), Ok(Some(Outcome::Success)));
        assert_eq!(outcome(&Raw::Float(f64::NAN), flag), Ok(None));
        assert_eq!(outcome(&Raw::Float(0.5), flag), Err(BAD_OUTCOME));
    }
}
