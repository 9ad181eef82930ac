//! Ranges and comparisons: the forms a person can pick or type, and the spans they resolve to.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{Comparison, Period, typed};
use crate::model::zone::{DAY_US, HOUR_US, date, day_number, weekday, within_calendar};
use crate::model::{TimeUs, Warning, WarningCode, WeekStart, Zone};

/// A range as asked (Q1).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RangeSpec {
    /// `24h`, `7d`, `30d`, `90d`, `now-6h`: the elapsed time up to now; a day is 24 hours.
    Last {
        hours: u32,
    },
    AllTime,
    /// `today`, `yesterday`, `this week`, `last week`, `this month`, `last month`, `this quarter`, `last quarter`,
    /// `this year`, `last year`: local calendar periods; "this …" ends now.
    Calendar {
        unit: CalendarUnit,
        ago: u32,
    },
    /// A typed calendar period `2026`, `2026-Q2`, `2026-03`, `2026-03-14`, or `from..until` of dates (until inclusive),
    /// local date-times or RFC 3339 instants (until exclusive). Kept as typed, normalised.
    Typed(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CalendarUnit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// What to compare with (Q2).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
pub enum CompareSpec {
    None,
    /// The span of equal length just before.
    #[default]
    Previous,
    /// The same weekdays: whole weeks earlier, as many as the range needs not to overlap.
    SameWeekdays,
    /// The same local dates a year earlier.
    YearBefore,
    /// Any range, resolved like the range itself.
    Custom(RangeSpec),
}

/// What a person who typed an unknown range is told.
pub const RANGE_HELP: &str = "Type a range such as 7d, now-6h, yesterday, last month, 2026-03, 2026-Q2 or 2026-03-01..2026-03-14.";

/// The longest `Last`, hours: a hundred years.
const HOURS_MAX: u32 = 100 * 366 * 24;

impl CalendarUnit {
    const ALL: [Self; 5] = [
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Quarter,
        Self::Year,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.name() == text)
    }

    /// The first local day of the unit that holds a day.
    fn first_day(self, day: i64, week_start: WeekStart) -> i64 {
        let calendar = date(day);
        match self {
            Self::Day => day,
            Self::Week => day - weekday(day, week_start),
            Self::Month => day - i64::from(calendar.day0()),
            Self::Quarter => first_of(calendar.year(), calendar.month0() / 3 * 3),
            Self::Year => first_of(calendar.year(), 0),
        }
    }

    /// The first local day of the unit `units` before the one that begins with `first`.
    fn back(self, first: i64, units: u32) -> i64 {
        let months = match self {
            Self::Day => return first - i64::from(units),
            Self::Week => return first - 7 * i64::from(units),
            Self::Month => units,
            Self::Quarter => units.saturating_mul(3),
            Self::Year => units.saturating_mul(12),
        };
        date(first)
            .checked_sub_months(chrono::Months::new(months))
            .map_or(first, day_number)
    }
}

fn first_of(year: i32, month0: u32) -> i64 {
    NaiveDate::from_ymd_opt(year, month0 + 1, 1).map_or(0, day_number)
}

impl RangeSpec {
    pub const LAST_24_HOURS: Self = Self::Last { hours: 24 };
    pub const LAST_7_DAYS: Self = Self::Last { hours: 7 * 24 };
    pub const LAST_30_DAYS: Self = Self::Last { hours: 30 * 24 };
    pub const LAST_90_DAYS: Self = Self::Last { hours: 90 * 24 };
    /// The presets in the order the interface shows them (Q1).
    pub const PRESETS: [Self; 5] = [
        Self::LAST_24_HOURS,
        Self::LAST_7_DAYS,
        Self::LAST_30_DAYS,
        Self::LAST_90_DAYS,
        Self::AllTime,
    ];

    /// Reads what a person typed or a URL holds; see the variants. Case and surrounding blanks are ignored.
    /// `None` deserves [`RANGE_HELP`].
    pub fn parse(text: &str) -> Option<Self> {
        let text = text
            .trim()
            .to_lowercase()
            .replace(['\u{2013}', '\u{2014}'], "-");
        match text.as_str() {
            "all" | "all time" | "all-time" => return Some(Self::AllTime),
            "today" => {
                return Some(Self::Calendar {
                    unit: CalendarUnit::Day,
                    ago: 0,
                });
            }
            "yesterday" => {
                return Some(Self::Calendar {
                    unit: CalendarUnit::Day,
                    ago: 1,
                });
            }
            _ => {}
        }
        if let Some((ago, unit)) = text.split_once(' ') {
            let ago = match ago {
                "this" => Some(0),
                "last" | "previous" => Some(1),
                _ => None,
            };
            if let Some((ago, unit)) = ago.zip(CalendarUnit::parse(unit.trim())) {
                return Some(Self::Calendar { unit, ago });
            }
        }
        last(&text).or_else(|| typed::normalise(&text).map(Self::Typed))
    }

    /// The shortest text that [`Self::parse`] reads back: `30d`, `all`, `last month`, `2026-03`.
    pub fn to_text(&self) -> String {
        match self {
            Self::Last { hours } if hours % 24 == 0 && *hours != 24 => format!("{}d", hours / 24),
            Self::Last { hours } => format!("{hours}h"),
            Self::AllTime => "all".into(),
            Self::Calendar {
                unit: CalendarUnit::Day,
                ago: 0,
            } => "today".into(),
            Self::Calendar {
                unit: CalendarUnit::Day,
                ..
            } => "yesterday".into(),
            Self::Calendar { unit, ago: 0 } => format!("this {}", unit.name()),
            Self::Calendar { unit, .. } => format!("last {}", unit.name()),
            Self::Typed(text) => text.clone(),
        }
    }

    /// What the interface shows: "Last 30 Days", "All Time", "March 2026".
    pub fn label(&self) -> String {
        match self {
            Self::Last { hours: 1 } => "Last Hour".into(),
            Self::Last { hours } if hours % 24 == 0 && *hours != 24 => {
                format!("Last {} Days", hours / 24)
            }
            Self::Last { hours } => format!("Last {hours} Hours"),
            Self::AllTime => "All Time".into(),
            Self::Calendar { .. } => {
                let text = self.to_text();
                text.split(' ')
                    .map(capitalised)
                    .collect::<Vec<_>>()
                    .join(" ")
            }
            Self::Typed(text) => typed::label(text),
        }
    }

    /// The span of time it means. `Last` ends just after `now_us`, so that an event at the present is inside.
    /// `AllTime` is the data's span (empty data: an empty period at now).
    pub fn resolve(
        &self,
        now_us: TimeUs,
        zone: &Zone,
        week_start: WeekStart,
        data_span_us: Option<(TimeUs, TimeUs)>,
    ) -> Period {
        let now_us = within_calendar(now_us);
        let data_span_us =
            data_span_us.map(|(min, max)| (within_calendar(min), within_calendar(max)));
        let end_us = now_us.saturating_add(1);
        match self {
            Self::Last { hours } => {
                Period::new(end_us.saturating_sub(i64::from(*hours) * HOUR_US), end_us)
            }
            Self::AllTime => match data_span_us {
                Some((min, max)) => Period::new(min, max.saturating_add(1)),
                None => Period::new(now_us, now_us),
            },
            Self::Calendar { unit, ago } => {
                let this = unit.first_day(zone.local_day(now_us), week_start);
                if *ago == 0 {
                    return Period::new(zone.instant(this, 0), end_us);
                }
                let from = unit.back(this, *ago);
                let until = unit.back(this, ago.saturating_sub(1));
                Period::new(zone.instant(from, 0), zone.instant(until, 0))
            }
            Self::Typed(text) => typed::resolve(text, zone).unwrap_or(Period::new(now_us, now_us)),
        }
    }

    /// The calendar unit, when the range is exactly one whole unit; its comparison is the unit before.
    fn whole_unit(&self) -> Option<CalendarUnit> {
        match self {
            Self::Calendar { unit, ago } if *ago > 0 => Some(*unit),
            Self::Typed(text) => typed::whole_unit(text),
            _ => None,
        }
    }
}

/// `24h`, `7d`, `2w`, `now-6h`, `last 7 days`.
fn last(text: &str) -> Option<RangeSpec> {
    let text = text
        .strip_prefix("now-")
        .or_else(|| text.strip_prefix("last "))
        .unwrap_or(text)
        .trim();
    let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
    let amount: u32 = text[..digits].parse().ok()?;
    let hours = match text[digits..].trim() {
        "h" | "hour" | "hours" => amount,
        "d" | "day" | "days" => amount.checked_mul(24)?,
        "w" | "week" | "weeks" => amount.checked_mul(7 * 24)?,
        _ => return None,
    };
    (1..=HOURS_MAX)
        .contains(&hours)
        .then_some(RangeSpec::Last { hours })
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

impl CompareSpec {
    /// `none`, `previous`, `weekdays`, `year`, or any range.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_lowercase().as_str() {
            "none" | "off" => Some(Self::None),
            "previous" | "previous period" => Some(Self::Previous),
            "weekdays" | "same weekdays" => Some(Self::SameWeekdays),
            "year" | "year before" => Some(Self::YearBefore),
            other => RangeSpec::parse(other).map(Self::Custom),
        }
    }

    /// What [`Self::parse`] reads back.
    pub fn to_text(&self) -> String {
        match self {
            Self::None => "none".into(),
            Self::Previous => "previous".into(),
            Self::SameWeekdays => "weekdays".into(),
            Self::YearBefore => "year".into(),
            Self::Custom(range) => range.to_text(),
        }
    }

    pub fn label(&self) -> String {
        match self {
            Self::None => "No comparison".into(),
            Self::Previous => "Previous period".into(),
            Self::SameWeekdays => "Same weekdays before".into(),
            Self::YearBefore => "Year before".into(),
            Self::Custom(range) => range.label(),
        }
    }

    /// The span to compare `period` with. A whole calendar unit is compared with the unit before it; all other ranges
    /// with a span of equal elapsed time. All time has nothing before it.
    pub fn resolve(
        &self,
        range: &RangeSpec,
        period: Period,
        now_us: TimeUs,
        zone: &Zone,
        week_start: WeekStart,
        data_span_us: Option<(TimeUs, TimeUs)>,
    ) -> Option<Comparison> {
        if period.length_us() == 0
            || (*range == RangeSpec::AllTime && !matches!(self, Self::Custom(_)))
        {
            return None;
        }
        let shifted = |days: i64| {
            Period::new(
                zone.shift_days(period.from_us, days),
                zone.shift_days(period.until_us, days),
            )
        };
        let other = match self {
            Self::None => return None,
            Self::Previous => match range.whole_unit() {
                Some(unit) => {
                    let first = zone.local_day(period.from_us);
                    Period::new(zone.instant(unit.back(first, 1), 0), period.from_us)
                }
                None => Period::new(period.from_us - period.length_us(), period.from_us),
            },
            Self::SameWeekdays => {
                let weeks = (period.length_us() + 7 * DAY_US - 1) / (7 * DAY_US);
                shifted(-7 * weeks)
            }
            Self::YearBefore => Period::new(
                zone.shift_months(period.from_us, -12),
                zone.shift_months(period.until_us, -12),
            ),
            Self::Custom(custom) => custom.resolve(now_us, zone, week_start, data_span_us),
        };
        let warning = (other.length_us() != period.length_us()).then(|| unequal(period, other));
        Some(Comparison {
            period: other,
            warning,
        })
    }
}

fn unequal(period: Period, other: Period) -> Warning {
    let message = format!(
        "The periods differ in length ({} and {}), so changes compare rates per day.",
        length(period),
        length(other)
    );
    Warning::new(WarningCode::UnequalPeriods, message)
}

/// "30 days", "6 days 23 hours", "5 hours 30 minutes".
fn length(period: Period) -> String {
    let minutes = (period.length_us() + 30_000_000) / 60_000_000;
    let parts = [
        (minutes / 1440, "day"),
        (minutes / 60 % 24, "hour"),
        (minutes % 60, "minute"),
    ];
    let words: Vec<String> = parts
        .into_iter()
        .filter(|&(amount, _)| amount > 0)
        .map(|(amount, unit)| format!("{amount} {unit}{}", if amount == 1 { "" } else { "s" }))
        .collect();
    if words.is_empty() {
        "no time".into()
    } else {
        words.join(" ")
    }
}
