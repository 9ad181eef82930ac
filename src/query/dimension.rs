//! What a query can group and filter by: the schema's text columns, what the directory adds, and time.

use serde::{Deserialize, Serialize};

use crate::model::Column;
use crate::model::zone::Bucket;

/// A way to cut the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Dimension {
    /// A text column, or `Outcome`, or `Kind`.
    Column(Column),
    /// From the directory, by the event's user.
    Department,
    Team,
    Role,
    /// The month of the first login, else of the invitation, in UTC: `2026-03`.
    Cohort,
    Time(Bucket),
    /// 0..168 in the viewer's zone, the week beginning on the viewer's day.
    HourOfWeek,
    /// 0..24 in the viewer's zone.
    HourOfDay,
    /// How long an execution that finished took: a class of [`crate::model::durations`].
    DurationClass,
}

/// What the question bar offers as filters, in its order (Q3).
pub const FILTERS: [Dimension; 11] = [
    Dimension::Column(Column::Workspace),
    Dimension::Column(Column::Tool),
    Dimension::Column(Column::Server),
    Dimension::Column(Column::User),
    Dimension::Department,
    Dimension::Cohort,
    Dimension::Column(Column::Client),
    Dimension::Column(Column::ClientVersion),
    Dimension::Column(Column::Platform),
    Dimension::Column(Column::Outcome),
    Dimension::Column(Column::ErrorClass),
];

/// What may stand side by side (Q8).
pub const SIDES: [Dimension; 9] = [
    Dimension::Column(Column::Tool),
    Dimension::Column(Column::Workspace),
    Dimension::Column(Column::Client),
    Dimension::Column(Column::ClientVersion),
    Dimension::Column(Column::User),
    Dimension::Department,
    Dimension::Team,
    Dimension::Role,
    Dimension::Cohort,
];

impl Dimension {
    /// The name in URLs, JSON columns and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Column(column) => column.name(),
            Self::Department => "department",
            Self::Team => "team",
            Self::Role => "role",
            Self::Cohort => "cohort",
            Self::Time(bucket) => bucket.name(),
            Self::HourOfWeek => "hour_of_week",
            Self::HourOfDay => "hour_of_day",
            Self::DurationClass => "duration_class",
        }
    }

    /// The inverse of [`Self::name`]. Numbers, ids and times of the schema are no dimensions.
    pub fn parse(name: &str) -> Option<Self> {
        use crate::model::ColumnType::{Closed, Text};
        match name {
            "department" => Some(Self::Department),
            "team" => Some(Self::Team),
            "role" => Some(Self::Role),
            "cohort" => Some(Self::Cohort),
            "hour" => Some(Self::Time(Bucket::Hour)),
            "day" => Some(Self::Time(Bucket::Day)),
            "week" => Some(Self::Time(Bucket::Week)),
            "month" => Some(Self::Time(Bucket::Month)),
            "hour_of_week" => Some(Self::HourOfWeek),
            "hour_of_day" => Some(Self::HourOfDay),
            "duration_class" => Some(Self::DurationClass),
            _ => Column::parse(name)
                .filter(|column| matches!(column.spec().kind, Text | Closed))
                .map(Self::Column),
        }
    }

    /// What the interface calls one value: "Tool".
    pub fn label(self) -> &'static str {
        match self {
            Self::Column(column) => column.spec().label,
            Self::Department => "Department",
            Self::Team => "Team",
            Self::Role => "Role",
            Self::Cohort => "Cohort",
            Self::Time(Bucket::Hour) => "Hour",
            Self::Time(Bucket::Day) => "Day",
            Self::Time(Bucket::Week) => "Week of",
            Self::Time(Bucket::Month) => "Month",
            Self::HourOfWeek => "Hour of week",
            Self::HourOfDay => "Hour of day",
            Self::DurationClass => "Time",
        }
    }

    /// What the interface calls several values: "Tools".
    pub fn plural(self) -> &'static str {
        match self {
            Self::Column(column) => column.spec().plural,
            Self::Department => "Departments",
            Self::Team => "Teams",
            Self::Role => "Roles",
            Self::Cohort => "Cohorts",
            Self::Time(Bucket::Hour) => "Hours",
            Self::Time(Bucket::Day) => "Days",
            Self::Time(Bucket::Week) => "Weeks",
            Self::Time(Bucket::Month) => "Months",
            Self::HourOfWeek => "Hours of the week",
            Self::HourOfDay => "Hours of the day",
            Self::DurationClass => "Times",
        }
    }

    pub const fn is_time(self) -> bool {
        matches!(self, Self::Time(_) | Self::HourOfWeek | Self::HourOfDay)
    }

    /// Can a question filter by it?
    pub const fn is_filter(self) -> bool {
        !self.is_time() && !matches!(self, Self::DurationClass)
    }

    /// Does it need the directory?
    pub const fn is_from_directory(self) -> bool {
        matches!(
            self,
            Self::Department | Self::Team | Self::Role | Self::Cohort
        )
    }
}
