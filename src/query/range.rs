//! Ranges and comparisons: the forms a person can pick or type, and the spans they resolve to.

use serde::{Deserialize, Serialize};

use super::{Comparison, Period};
use crate::model::{TimeUs, WeekStart, Zone};

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
}

impl RangeSpec {
    /// Reads what a person typed or a URL holds; see the variants. Case and surrounding blanks are ignored.
    pub fn parse(_text: &str) -> Option<Self> {
        None
    }

    /// The shortest text that [`Self::parse`] reads back: `30d`, `all`, `last month`, `2026-03`.
    pub fn to_text(&self) -> String {
        String::new()
    }

    /// What the interface shows: "Last 30 Days", "All Time", "March 2026".
    pub fn label(&self) -> String {
        self.to_text()
    }

    /// The span of time it means. `Last` ends just after `now_us`, so that an event at the present is inside.
    /// `AllTime` is the data's span (empty data: an empty period at now).
    pub fn resolve(
        &self,
        now_us: TimeUs,
        _zone: &Zone,
        _week_start: WeekStart,
        _data_span_us: Option<(TimeUs, TimeUs)>,
    ) -> Period {
        Period::new(now_us, now_us + 1)
    }
}

impl CompareSpec {
    /// `none`, `previous`, `weekdays`, `year`, or any range.
    pub fn parse(_text: &str) -> Option<Self> {
        None
    }

    pub fn to_text(&self) -> String {
        String::new()
    }

    pub fn label(&self) -> String {
        self.to_text()
    }
}
