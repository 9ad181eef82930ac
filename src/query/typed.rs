//! Typed ranges: calendar periods and `from..until`. Owns: their grammar. Does not own: relative ranges (`range`).

use chrono::{DateTime, NaiveDate, NaiveDateTime, Timelike};

use super::Period;
use super::range::CalendarUnit;
use crate::model::zone::{SECOND_US, day_number};
use crate::model::{TimeUs, Zone};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// One end of a range.
enum End {
    /// Local days `[from, until)` since 1970.
    Days(i64, i64),
    /// A local wall-clock time.
    Local(NaiveDateTime),
    Instant(TimeUs),
}

/// The typed text in its one spelling, or `None` when it is no range.
pub fn normalise(text: &str) -> Option<String> {
    let text = match split(text) {
        Some((from, until)) => {
            let (from, until) = (canonical(from)?, canonical(until)?);
            format!("{from}..{until}")
        }
        None => match end(text)? {
            End::Days(..) => canonical(text)?,
            End::Local(_) | End::Instant(_) => return None,
        },
    };
    // Ends in the wrong order are an error to show, not an empty dashboard.
    resolve(&text, &Zone::utc())
        .filter(|period| period.length_us() > 0)
        .map(|_| text)
}

/// The span of a normalised text.
pub fn resolve(text: &str, zone: &Zone) -> Option<Period> {
    let (from, until) = split(text).unwrap_or((text, text));
    let from_us = match end(from)? {
        End::Days(first, _) => zone.instant(first, 0),
        End::Local(time) => local(time, zone),
        End::Instant(time_us) => time_us,
    };
    let until_us = match end(until)? {
        End::Days(_, after) => zone.instant(after, 0),
        End::Local(time) => local(time, zone),
        End::Instant(time_us) => time_us,
    };
    (from_us <= until_us).then_some(Period { from_us, until_us })
}

/// "March 2026", "2nd quarter 2026", "14 March 2026", "2026-03-01 to 2026-03-14".
pub fn label(text: &str) -> String {
    if let Some((from, until)) = split(text) {
        return format!("{} to {}", from.replace('t', " "), until.replace('t', " "));
    }
    let parts: Vec<&str> = text.split('-').collect();
    let month = |number: &str| {
        number
            .parse::<usize>()
            .ok()
            .and_then(|number| MONTHS.get(number.wrapping_sub(1)))
    };
    match parts.as_slice() {
        [year, quarter] if quarter.starts_with('q') => format!("{} {year}", quarter.to_uppercase()),
        [year, number] => {
            month(number).map_or_else(|| text.to_owned(), |month| format!("{month} {year}"))
        }
        [year, number, day] => month(number).map_or_else(
            || text.to_owned(),
            |month| format!("{} {month} {year}", day.trim_start_matches('0')),
        ),
        _ => text.to_owned(),
    }
}

/// The unit a text without `..` names.
pub fn whole_unit(text: &str) -> Option<CalendarUnit> {
    if split(text).is_some() {
        return None;
    }
    Some(match text.matches('-').count() {
        0 => CalendarUnit::Year,
        1 if text.contains('q') => CalendarUnit::Quarter,
        1 => CalendarUnit::Month,
        _ => CalendarUnit::Day,
    })
}

fn split(text: &str) -> Option<(&str, &str)> {
    ["..", " to ", "/"]
        .into_iter()
        .find_map(|between| text.split_once(between))
        .map(|(a, b)| (a.trim(), b.trim()))
}

/// One end in its one spelling: blanks between date and time become `t`.
fn canonical(text: &str) -> Option<String> {
    end(text)?;
    Some(text.replacen(' ', "t", 1))
}

fn end(text: &str) -> Option<End> {
    let text = text.trim();
    if let Some(days) = days(text) {
        return Some(End::Days(days.0, days.1));
    }
    let upper = text.replacen(' ', "t", 1).to_uppercase();
    if let Ok(time) = DateTime::parse_from_rfc3339(&upper) {
        return Some(End::Instant(time.timestamp_micros()));
    }
    let formats = [
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%dT%H:%M:%S%.f",
    ];
    formats
        .into_iter()
        .find_map(|format| NaiveDateTime::parse_from_str(&upper, format).ok())
        .map(End::Local)
}

/// `2026`, `2026-q2`, `2026-03`, `2026-03-14` as local days.
fn days(text: &str) -> Option<(i64, i64)> {
    let parts: Vec<&str> = text.split('-').collect();
    if parts[0].len() != 4
        || !parts.iter().all(|part| {
            part.chars()
                .all(|letter| letter.is_ascii_digit() || letter == 'q')
        })
    {
        return None;
    }
    let year: i32 = parts[0]
        .parse()
        .ok()
        .filter(|year| (1970..=2200).contains(year))?;
    let first = |year: i32, month: u32| NaiveDate::from_ymd_opt(year, month, 1).map(day_number);
    let month_span = |month: u32, length: u32| {
        let after = month + length;
        let end = if after > 12 {
            first(year + 1, after - 12)
        } else {
            first(year, after)
        };
        Some((first(year, month)?, end?))
    };
    match parts.as_slice() {
        [_] => month_span(1, 12),
        [_, quarter] if quarter.starts_with('q') => {
            let quarter: u32 = quarter[1..]
                .parse()
                .ok()
                .filter(|quarter| (1..=4).contains(quarter))?;
            month_span(quarter * 3 - 2, 3)
        }
        [_, month] if month.len() == 2 => month_span(
            month
                .parse()
                .ok()
                .filter(|month| (1..=12).contains(month))?,
            1,
        ),
        [_, month, day] if month.len() == 2 && day.len() == 2 => {
            let day = day_number(NaiveDate::from_ymd_opt(
                year,
                month.parse().ok()?,
                day.parse().ok()?,
            )?);
            Some((day, day + 1))
        }
        _ => None,
    }
}

fn local(time: NaiveDateTime, zone: &Zone) -> TimeUs {
    let us_of_day = i64::from(time.num_seconds_from_midnight()) * SECOND_US
        + i64::from(time.nanosecond() / 1000);
    zone.instant(day_number(time.date()), us_of_day)
}
