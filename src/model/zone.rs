//! Time zones and the buckets they cut time into.
//!
//! Owns: offsets from a list of transitions, local days, bucket starts. Does not own: the tz database.
//! The companion writes one [`ZoneRules`] a zone from chrono-tz; browser and companion read the same form,
//! so both cut time alike. A day has 23, 24 or 25 hours here, sometimes 0.

use std::sync::Arc;

use chrono::{DateTime, Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::TimeUs;
use super::limits::GROUPS_MAX;

pub const SECOND_US: i64 = 1_000_000;
pub const HOUR_US: i64 = 3_600 * SECOND_US;
pub const DAY_US: i64 = 24 * HOUR_US;
/// The beginning of year 0 and the end of year 9999, µs since 1970: what a question can be about.
const CALENDAR_US: (i64, i64) = (
    TRANSITION_S_MIN * SECOND_US,
    TRANSITION_S_MAX * SECOND_US + SECOND_US - 1,
);
const DAY_S: i32 = 24 * 3_600;
/// The beginning of year 0 and the end of year 9999, seconds since 1970.
const TRANSITION_S_MIN: i64 = -62_167_219_200;
const TRANSITION_S_MAX: i64 = 253_402_300_799;

/// A zone's rules: the offset before the first transition, then each transition with the offset from there on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneRules {
    /// IANA name.
    pub name: String,
    /// Seconds east of UTC before the first transition.
    pub initial_offset_s: i32,
    /// (seconds since 1970 UTC, seconds east of UTC from then on), ascending.
    pub transitions: Vec<(i64, i32)>,
}

/// The first day of the week, a viewer's choice (Q5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
pub enum WeekStart {
    #[default]
    Monday,
    Saturday,
    Sunday,
}

impl WeekStart {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Saturday => "saturday",
            Self::Sunday => "sunday",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Monday, Self::Saturday, Self::Sunday]
            .into_iter()
            .find(|start| start.name() == text)
    }

    /// Days from Monday to this day.
    const fn days_from_monday(self) -> i64 {
        match self {
            Self::Monday => 0,
            Self::Saturday => 5,
            Self::Sunday => 6,
        }
    }
}

/// The lengths of time a series is cut into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Bucket {
    Hour,
    Day,
    Week,
    Month,
}

impl Bucket {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

/// A zone ready to use; cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "ZoneRules")]
pub struct Zone(Arc<ZoneRules>);

impl From<ZoneRules> for Zone {
    fn from(rules: ZoneRules) -> Self {
        Self::new(rules)
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::utc()
    }
}

impl Zone {
    /// Rules come from files: transitions beyond the calendar are left out, offsets are within a day.
    pub fn new(mut rules: ZoneRules) -> Self {
        let within_a_day = |offset_s: i32| offset_s.clamp(-DAY_S, DAY_S);
        rules.initial_offset_s = within_a_day(rules.initial_offset_s);
        rules
            .transitions
            .retain(|(at_s, _)| (TRANSITION_S_MIN..=TRANSITION_S_MAX).contains(at_s));
        for (_, offset_s) in &mut rules.transitions {
            *offset_s = within_a_day(*offset_s);
        }
        rules.transitions.sort_unstable_by_key(|&(at_s, _)| at_s);
        Self(Arc::new(rules))
    }

    pub fn utc() -> Self {
        Self::new(ZoneRules {
            name: "UTC".into(),
            initial_offset_s: 0,
            transitions: Vec::new(),
        })
    }

    pub fn name(&self) -> &str {
        &self.0.name
    }

    pub fn rules(&self) -> &ZoneRules {
        &self.0
    }

    /// The offset at an instant, and the span of instants `[from, until)` it holds for, all µs.
    /// A pass over sorted rows asks once a span instead of once a row.
    pub fn offset_span(&self, time_us: TimeUs) -> (i64, TimeUs, TimeUs) {
        let transitions = &self.0.transitions;
        let time_s = time_us.div_euclid(SECOND_US);
        let next = transitions.partition_point(|&(at_s, _)| at_s <= time_s);
        let until = transitions
            .get(next)
            .map_or(i64::MAX, |&(at_s, _)| at_s * SECOND_US);
        let (offset_s, from) = match next.checked_sub(1) {
            Some(index) => (transitions[index].1, transitions[index].0 * SECOND_US),
            None => (self.0.initial_offset_s, i64::MIN),
        };
        (i64::from(offset_s) * SECOND_US, from, until)
    }

    /// µs east of UTC at an instant.
    pub fn offset_us(&self, time_us: TimeUs) -> i64 {
        self.offset_span(time_us).0
    }

    /// The local calendar day of an instant, as days since 1970-01-01.
    pub fn local_day(&self, time_us: TimeUs) -> i64 {
        time_us
            .saturating_add(self.offset_us(time_us))
            .div_euclid(DAY_US)
    }

    /// 0..168: local hour of the local day of the week, the week beginning on `week_start`.
    pub fn hour_of_week(&self, time_us: TimeUs, week_start: WeekStart) -> u8 {
        let local_us = time_us.saturating_add(self.offset_us(time_us));
        let day = local_us.div_euclid(DAY_US);
        let hour = local_us.rem_euclid(DAY_US) / HOUR_US;
        (weekday(day, week_start) * 24 + hour) as u8
    }

    /// The first instant whose local clock shows this day at this µs of the day or later.
    pub fn instant(&self, local_day: i64, us_of_day: i64) -> TimeUs {
        let local_us = within_calendar(local_day.saturating_mul(DAY_US)).saturating_add(us_of_day);
        // Offsets are within a day of UTC, so the answer lies in one of the offset spans that touch this window.
        let mut at = local_us - DAY_US;
        loop {
            let (offset_us, from, until) = self.offset_span(at);
            let candidate = (local_us - offset_us).max(from);
            if candidate < until {
                return candidate;
            }
            at = until;
        }
    }

    /// A number that names the bucket of an instant and orders as time does: for hours the µs of their start,
    /// for days, weeks and months the local day (since 1970) they begin with.
    pub fn bucket_key(&self, time_us: TimeUs, bucket: Bucket, week_start: WeekStart) -> i64 {
        match bucket {
            Bucket::Hour => {
                let (offset_us, from, _) = self.offset_span(time_us);
                let start = time_us - (time_us + offset_us).rem_euclid(HOUR_US);
                start.max(from)
            }
            Bucket::Day => self.local_day(time_us),
            Bucket::Week => {
                let day = self.local_day(time_us);
                day - weekday(day, week_start)
            }
            Bucket::Month => first_of_month(self.local_day(time_us)),
        }
    }

    /// The first instant of the bucket with this key.
    pub fn bucket_start_us(&self, key: i64, bucket: Bucket) -> TimeUs {
        match bucket {
            Bucket::Hour => key,
            Bucket::Day | Bucket::Week | Bucket::Month => self.instant(key, 0),
        }
    }

    /// The key of the bucket after this one.
    pub fn next_bucket_key(&self, key: i64, bucket: Bucket) -> i64 {
        match bucket {
            Bucket::Hour => {
                let (offset_us, _, until) = self.offset_span(key);
                let end = key - (key + offset_us).rem_euclid(HOUR_US) + HOUR_US;
                end.min(until)
            }
            Bucket::Day => key + 1,
            Bucket::Week => key + 7,
            Bucket::Month => first_of_month(key + 31),
        }
    }

    /// Keys of the buckets that `[from, until)` touches, ascending.
    pub fn bucket_keys(
        &self,
        from_us: TimeUs,
        until_us: TimeUs,
        bucket: Bucket,
        week_start: WeekStart,
    ) -> Vec<i64> {
        let mut keys = Vec::new();
        if from_us >= until_us {
            return keys;
        }
        let mut key = self.bucket_key(from_us, bucket, week_start);
        while self.bucket_start_us(key, bucket) < until_us && keys.len() < GROUPS_MAX {
            let next = self.next_bucket_key(key, bucket);
            // A day that a zone skipped has no time in it, and is no day.
            if self.bucket_start_us(next, bucket) > self.bucket_start_us(key, bucket) {
                keys.push(key);
            }
            key = next;
        }
        keys
    }

    /// The text of a bucket: `2026-03-29T03:00+02:00`, `2026-03-29`, the first day of a week, `2026-03`.
    pub fn bucket_label(&self, key: i64, bucket: Bucket) -> String {
        match bucket {
            Bucket::Hour => {
                let offset_us = self.offset_us(key);
                let local = DateTime::from_timestamp_micros(key.saturating_add(offset_us))
                    .unwrap_or_default();
                let minutes = offset_us / (60 * SECOND_US);
                let sign = if minutes < 0 { '-' } else { '+' };
                format!(
                    "{}{sign}{:02}:{:02}",
                    local.format("%Y-%m-%dT%H:%M"),
                    minutes.abs() / 60,
                    minutes.abs() % 60
                )
            }
            Bucket::Day | Bucket::Week => date(key).format("%Y-%m-%d").to_string(),
            Bucket::Month => date(key).format("%Y-%m").to_string(),
        }
    }

    /// The same wall-clock time `days` later (negative: earlier).
    pub fn shift_days(&self, time_us: TimeUs, days: i64) -> TimeUs {
        let local_us = time_us.saturating_add(self.offset_us(time_us));
        self.instant(
            local_us.div_euclid(DAY_US) + days,
            local_us.rem_euclid(DAY_US),
        )
    }

    /// The same wall-clock time and day of the month `months` later; 31 March − 1 month is 28 or 29 February.
    pub fn shift_months(&self, time_us: TimeUs, months: i32) -> TimeUs {
        let local_us = time_us.saturating_add(self.offset_us(time_us));
        let day = date(local_us.div_euclid(DAY_US));
        let step = chrono::Months::new(months.unsigned_abs());
        let shifted = if months < 0 {
            day.checked_sub_months(step)
        } else {
            day.checked_add_months(step)
        };
        self.instant(
            day_number(shifted.unwrap_or(day)),
            local_us.rem_euclid(DAY_US),
        )
    }
}

/// The nearest time that calendars have. Messages may say any.
pub fn within_calendar(time_us: TimeUs) -> TimeUs {
    time_us.clamp(CALENDAR_US.0, CALENDAR_US.1)
}

/// Days since the week began, for a local day since 1970 (a Thursday).
pub fn weekday(local_day: i64, week_start: WeekStart) -> i64 {
    (local_day + 3 - week_start.days_from_monday()).rem_euclid(7)
}

/// The calendar date of a local day since 1970.
pub fn date(local_day: i64) -> NaiveDate {
    let epoch = NaiveDate::default();
    let days = Days::new(local_day.unsigned_abs());
    let date = if local_day < 0 {
        epoch.checked_sub_days(days)
    } else {
        epoch.checked_add_days(days)
    };
    date.unwrap_or(epoch)
}

/// Days since 1970 of a calendar date; the inverse of [`date`].
pub fn day_number(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}

fn first_of_month(local_day: i64) -> i64 {
    local_day - i64::from(date(local_day).day0())
}
