//! When people work: local days and hours, weekends, holidays.

use chrono::{Datelike, NaiveDateTime, Offset, TimeZone};

use super::names::{OFFICES, Office};
use super::stories;
use crate::model::TimeUs;
use crate::model::zone::{DAY_US, HOUR_US, WeekStart, date, weekday};

/// How often work begins in each local hour, beside the others.
pub const HOURS: [f64; 24] = [
    0.2, 0.1, 0.1, 0.1, 0.1, 0.2, 0.6, 2.5, 6.0, 10.0, 11.0, 9.0, 5.5, 7.5, 10.0, 10.0, 8.5, 6.0,
    3.5, 2.0, 1.5, 1.2, 0.8, 0.4,
];

/// Each office's distance from UTC on each day of the demo's year.
pub struct Calendar {
    first_day: i64,
    /// By office, then by day.
    offsets_us: Vec<Vec<i64>>,
}

impl Calendar {
    pub fn new(first_day: i64, last_day: i64) -> Self {
        let of_office = |office: &Office| {
            (first_day..=last_day)
                .map(|day| noon_offset_us(office, day))
                .collect()
        };
        Self {
            first_day,
            offsets_us: OFFICES.iter().map(of_office).collect(),
        }
    }

    /// µs to add to UTC for the office's clock at noon of that day; clocks change on weekends at night, so that is near
    /// enough for a story.
    pub fn offset_us(&self, office: usize, day: i64) -> i64 {
        let days = &self.offsets_us[office];
        let position = (day - self.first_day).clamp(0, days.len() as i64 - 1);
        days[position as usize]
    }

    /// The instant at which an office's clock shows this day and µs of the day.
    pub fn instant(&self, office: usize, day: i64, us_of_day: i64) -> TimeUs {
        day * DAY_US + us_of_day - self.offset_us(office, day)
    }

    /// How much of the local working day (8 to 17 o'clock) has passed at this instant, 0 to 1.
    pub fn elapsed_share(&self, office: usize, day: i64, now_us: TimeUs) -> f64 {
        let begin = self.instant(office, day, 8 * HOUR_US);
        ((now_us - begin) as f64 / (9 * HOUR_US) as f64).clamp(0.0, 1.0)
    }
}

fn noon_offset_us(office: &Office, day: i64) -> i64 {
    let noon: NaiveDateTime =
        date(day).and_time(chrono::NaiveTime::MIN) + chrono::TimeDelta::hours(12);
    let offset = office.zone.offset_from_utc_datetime(&noon);
    i64::from(offset.fix().local_minus_utc()) * 1_000_000
}

/// How much of a usual working day's work is done on this local day: 1, or less.
pub fn workday(office: &Office, day: i64) -> f64 {
    let date = date(day);
    let (month, day_of_month) = (date.month(), date.day());
    let mut factor = 1.0;
    if office.weekend.contains(&weekday(day, WeekStart::Monday)) {
        factor *= stories::WEEKEND;
    } else if weekday(day, WeekStart::Monday) == 4 {
        factor *= 0.88;
    }
    if (month, day_of_month) >= stories::YEAR_END_FROM
        || (month, day_of_month) <= stories::YEAR_END_UNTIL
    {
        factor *= stories::YEAR_END;
    }
    if office.europe && month == 8 {
        factor *= stories::AUGUST_IN_EUROPE;
    }
    for (holiday_month, holiday, europe_only, holiday_factor) in stories::HOLIDAYS {
        if (month, day_of_month) == (holiday_month, holiday) && (office.europe || !europe_only) {
            factor *= holiday_factor;
        }
    }
    factor
}
