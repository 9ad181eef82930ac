//! A time written as text: RFC 3339, what databases and spreadsheets write, RFC 2822.
//!
//! Owns: which forms are understood. Does not own: numbers since 1970, limits (`values`), zones (`model`).
//! Forms that two countries read differently (03/04/2026) are none.

use chrono::{DateTime, NaiveDate};

use crate::model::zone::{DAY_US, SECOND_US, day_number};
use crate::model::{TimeUs, Zone};

/// What a text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// It named its zone.
    Instant(TimeUs),
    /// A wall clock somewhere: local day since 1970, µs of the day.
    Local(i64, i64),
}

impl Moment {
    /// The instant, when clocks without a zone are in this one.
    pub fn instant(self, zone: Option<&Zone>) -> TimeUs {
        match (self, zone) {
            (Self::Instant(time_us), _) => time_us,
            (Self::Local(day, us), None) => day * DAY_US + us,
            (Self::Local(day, us), Some(zone)) => zone.instant(day, us),
        }
    }
}

/// Reads `2026-03-14T09:00:00.123Z`, `2026-03-14 09:00:00 UTC`, `2026-03-14 09:00:00.5+00`, `2026/03/14 09:00`,
/// `2026-03-14`, `Sat, 14 Mar 2026 09:00:00 +0000` and their like.
pub fn parse(text: &str) -> Option<Moment> {
    let bytes = text.as_bytes();
    usual(bytes)
        .or_else(|| iso(&mut Scanner(bytes)))
        .or_else(|| {
            let time = DateTime::parse_from_rfc2822(text).ok()?;
            Some(Moment::Instant(time.timestamp_micros()))
        })
}

/// `2026-03-14T09:00:00Z`, with or without a fraction, which nearly all files have: each figure where it stands.
fn usual(text: &[u8]) -> Option<Moment> {
    let (clock, rest) = text.split_first_chunk::<19>()?;
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
    ] = *clock
    else {
        return None;
    };
    let fraction = match rest {
        b"Z" => &[],
        [b'.', fraction @ .., b'Z'] if !fraction.is_empty() => fraction,
        _ => return None,
    };
    let figures = [y1, y2, y3, y4, m1, m2, d1, d2, h1, h2, n1, n2, s1, s2];
    let are_digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
    if !are_digits(&figures) || !are_digits(fraction) {
        return None;
    }
    let two = |tens: u8, ones: u8| u32::from(tens - b'0') * 10 + u32::from(ones - b'0');
    let (hour, minute, second) = (two(h1, h2), two(n1, n2), two(s1, s2));
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let year = two(y1, y2) * 100 + two(y3, y4);
    let date = NaiveDate::from_ymd_opt(year as i32, two(m1, m2), two(d1, d2))?;
    let figure = |place| {
        fraction
            .get(place)
            .map_or(0, |figure| i64::from(figure - b'0'))
    };
    let fraction_us = (0..6).fold(0, |us, place| us * 10 + figure(place));
    let seconds = i64::from((hour * 60 + minute) * 60 + second);
    Some(Moment::Instant(
        day_number(date) * DAY_US + seconds * SECOND_US + fraction_us,
    ))
}

fn iso(rest: &mut Scanner<'_>) -> Option<Moment> {
    let year = rest.digits(4)?;
    let separator = rest.one_of(b"-/.")?;
    let month = rest.digits(2)?;
    rest.one_of(&[separator])?;
    let day = rest.digits(2)?;
    let date = NaiveDate::from_ymd_opt(year as i32, month as u32, day as u32)?;
    let day = day_number(date);
    if rest.0.is_empty() {
        return Some(Moment::Local(day, 0));
    }
    rest.one_of(b"Tt ")?;
    let hour = rest.digits(2)?;
    rest.one_of(b":")?;
    let minute = rest.digits(2)?;
    let mut us_of_day = (hour * 60 + minute) * 60 * SECOND_US;
    let mut second = 0;
    if rest.one_of(b":").is_some() {
        second = rest.digits(2)?;
        us_of_day += second * SECOND_US;
        if rest.one_of(b".,").is_some() {
            us_of_day += rest.fraction_us()?;
        }
    }
    // A leap second is the first of the next minute.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    if rest.0.is_empty() {
        return Some(Moment::Local(day, us_of_day));
    }
    let east_us = offset_us(rest)?;
    Some(Moment::Instant(day * DAY_US + us_of_day - east_us))
}

/// What may follow a clock: a name of UTC, or hours and minutes east of it, as µs.
fn offset_us(rest: &mut Scanner<'_>) -> Option<i64> {
    let _ = rest.one_of(b" ");
    if ["z", "utc", "gmt"]
        .iter()
        .any(|name| rest.0.eq_ignore_ascii_case(name.as_bytes()))
    {
        return Some(0);
    }
    let sign = if rest.one_of(b"+-")? == b'-' { -1 } else { 1 };
    let hours = rest.digits(2)?;
    let mut minutes = 0;
    if !rest.0.is_empty() {
        let _ = rest.one_of(b":");
        minutes = rest.digits(2)?;
    }
    let fits = hours < 24 && minutes < 60 && rest.0.is_empty();
    fits.then_some(sign * (hours * 60 + minutes) * 60 * SECOND_US)
}

/// What is left of a text.
struct Scanner<'a>(&'a [u8]);

impl Scanner<'_> {
    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        let mut number = 0;
        for digit in digits {
            if !digit.is_ascii_digit() {
                return None;
            }
            number = number * 10 + i64::from(digit - b'0');
        }
        self.0 = rest;
        Some(number)
    }

    fn one_of(&mut self, bytes: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        if !bytes.contains(first) {
            return None;
        }
        self.0 = rest;
        Some(*first)
    }

    /// Digits after the point; what is finer than a µs is cut.
    fn fraction_us(&mut self) -> Option<i64> {
        let count = self
            .0
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if count == 0 {
            return None;
        }
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        let mut us = 0;
        for place in 0..6 {
            let digit = digits.get(place).map_or(0, |digit| i64::from(digit - b'0'));
            us = us * 10 + digit;
        }
        Some(us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ZoneRules;

    const NINE: i64 = 1_773_478_800_000_000;

    #[test]
    fn instants_are_read_in_every_common_form() {
        for text in [
            "2026-03-14T09:00:00Z",
            "2026-03-14t09:00:00.000z",
            "2026-03-14 09:00:00.000000000 UTC",
            "2026-03-14 09:00:00+00",
            "2026-03-14 09:00Z",
            "2026-03-14 14:30:00 +0530",
            "2026-03-14T04:00:00-05:00",
            "2026/03/14 09:00:00 GMT",
            "Sat, 14 Mar 2026 09:00:00 +0000",
            "14 Mar 2026 09:00:00 GMT",
        ] {
            assert_eq!(parse(text), Some(Moment::Instant(NINE)), "{text}");
        }
        assert_eq!(
            parse("2026-03-14T09:00:00.1234567Z"),
            Some(Moment::Instant(NINE + 123_456))
        );
    }

    #[test]
    fn clocks_without_a_zone_wait_for_one() {
        let day = 20_526;
        let nine = 9 * 3_600 * SECOND_US;
        for (text, us) in [
            ("2026-03-14 09:00:00", nine),
            ("2026-03-14T09:00:00,5", nine + 500_000),
            ("2026/03/14 09:00", nine),
            ("2026.03.14", 0),
            ("2026-03-14", 0),
        ] {
            assert_eq!(parse(text), Some(Moment::Local(day, us)), "{text}");
        }
        let berlin = Zone::new(ZoneRules {
            name: "Europe/Berlin".into(),
            initial_offset_s: 3_600,
            transitions: vec![],
        });
        let local = Moment::Local(day, nine);
        assert_eq!(local.instant(None), NINE);
        assert_eq!(local.instant(Some(&berlin)), NINE - 3_600 * SECOND_US);
    }

    #[test]
    fn what_two_countries_read_differently_is_no_time() {
        for text in [
            "03/04/2026 09:00",
            "3.4.2026",
            "2026-3-4",
            "2026-13-01",
            "2026-02-30",
            "2026-03-14 25:00",
            "2026-03-14 09:61",
            "2026-03-14 9:00",
            "2026-03-14 09:00 CEST",
            "2026-03-14 09:00:00+99:00",
            "2026-03/14",
            "",
            "soon",
            "２０２６-03-14",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
