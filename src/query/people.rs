//! Tables about people: what each needs of the events. What they tell is made in `insight`.

use serde::{Deserialize, Serialize};

use super::{AskContext, Period};
use crate::model::Zone;

/// A table that is made from what each person did, or from a grouped one and the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PeopleTable {
    ActiveUsers,
    ActiveUsersNow,
    Lifecycle,
    Users,
    /// Executions by hour of the week: a grouped query, whose rows are all hours.
    Heatmap,
    Funnel,
    Segments,
    SegmentsByDepartment,
    SegmentsByTeam,
    SegmentsByRole,
    AdopterCategories,
    NeedsTraining,
    Retention,
    RetentionAverage,
    NewAndExperienced,
    NewAndExperiencedOverTime,
    BeforeAndAfter,
}

/// More than the days before a day that its monthly active people need.
const WINDOW_DAYS: i64 = 30;

impl PeopleTable {
    /// Is it made of everybody's deeds? The others are made of groups.
    pub const fn is_by_person(self) -> bool {
        !matches!(self, Self::Heatmap)
    }

    /// Distinct tools of each person, in the period and in that of comparison.
    pub const fn needs_tools(self) -> bool {
        matches!(
            self,
            Self::Users | Self::NeedsTraining | Self::BeforeAndAfter
        )
    }

    pub const fn needs_sessions(self) -> bool {
        matches!(self, Self::Users)
    }

    /// The first execution after the directory's first login.
    pub const fn needs_logins(self) -> bool {
        matches!(self, Self::Funnel)
    }

    /// Is it by departments, teams or roles, which the directory has?
    pub const fn needs_directory_values(self) -> bool {
        matches!(
            self,
            Self::SegmentsByDepartment | Self::SegmentsByTeam | Self::SegmentsByRole
        )
    }

    /// The spans of events it is made of. Who is new, and where people stand, is told from the beginning of the data.
    pub fn spans(
        self,
        period: Period,
        comparison: Option<Period>,
        context: &AskContext,
        zone: &Zone,
    ) -> Vec<Period> {
        let window = |period: Period| {
            let from_us = zone.instant(zone.local_day(period.from_us) - WINDOW_DAYS, 0);
            Period::new(from_us.min(period.from_us), period.until_us)
        };
        let past = || {
            let beginning = context
                .data_span_us
                .map_or(period.from_us, |span| span.0.min(period.from_us));
            Period::new(beginning, period.until_us)
        };
        match self {
            Self::ActiveUsers => vec![window(period)],
            Self::ActiveUsersNow => [Some(period), comparison]
                .into_iter()
                .flatten()
                .map(window)
                .collect(),
            Self::Heatmap => vec![period],
            Self::BeforeAndAfter => [Some(period), comparison].into_iter().flatten().collect(),
            _ => vec![past()],
        }
    }
}
