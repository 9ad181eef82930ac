//! The slices of time in which people's deeds are counted: local days, cut where a question's periods begin and end, so
//! that every period is a whole number of slices.

use std::ops::Range;

use crate::model::zone::Zone;
use crate::model::{TimeUs, limits};

/// Spans of time one after the other, without gaps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Slices {
    /// Ascending.
    starts: Vec<TimeUs>,
    /// The local day of each.
    days: Vec<i64>,
    until_us: TimeUs,
}

impl Slices {
    /// The days that `[from, until)` touches, cut at its ends and at `cuts`. What no event can lie in is left out.
    pub fn new(from_us: TimeUs, until_us: TimeUs, cuts: &[TimeUs], zone: &Zone) -> Self {
        let from_us = from_us.max(limits::TIME_US_MIN);
        let until_us = until_us.min(limits::TIME_US_MAX.saturating_add(1));
        if from_us >= until_us {
            return Self::default();
        }
        let (first, last) = (zone.local_day(from_us), zone.local_day(until_us - 1));
        let mut starts: Vec<TimeUs> = (first..=last).map(|day| zone.instant(day, 0)).collect();
        starts.extend(cuts);
        starts.push(from_us);
        starts.retain(|start| (from_us..until_us).contains(start));
        starts.sort_unstable();
        starts.dedup();
        let days = starts.iter().map(|&start| zone.local_day(start)).collect();
        Self {
            starts,
            days,
            until_us,
        }
    }

    pub fn len(&self) -> usize {
        self.starts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// From the first to the end of the last; `None` when there is none.
    pub fn span(&self) -> Option<(TimeUs, TimeUs)> {
        Some((*self.starts.first()?, self.until_us))
    }

    /// The slice of an instant inside of [`Self::span`].
    pub fn at(&self, time_us: TimeUs) -> usize {
        self.starts
            .partition_point(|&start| start <= time_us)
            .saturating_sub(1)
    }

    pub fn end_us(&self, slice: usize) -> TimeUs {
        self.starts.get(slice + 1).copied().unwrap_or(self.until_us)
    }

    /// The slices that begin in `[from, until)`.
    pub fn between(&self, from_us: TimeUs, until_us: TimeUs) -> Range<usize> {
        let first = self.starts.partition_point(|&start| start < from_us);
        first
            ..self
                .starts
                .partition_point(|&start| start < until_us)
                .max(first)
    }

    pub fn starts(&self) -> &[TimeUs] {
        &self.starts
    }

    /// The local day of each slice.
    pub fn days(&self) -> &[i64] {
        &self.days
    }
}

#[cfg(test)]
mod tests {
    use super::Slices;
    use crate::model::zone::{DAY_US, HOUR_US, Zone};

    #[test]
    fn days_are_cut_where_periods_are() {
        let noon = 20_000 * DAY_US + 12 * HOUR_US;
        let slices = Slices::new(noon, noon + DAY_US, &[noon + HOUR_US, 0], &Zone::utc());
        assert_eq!(slices.starts(), [noon, noon + HOUR_US, 20_001 * DAY_US]);
        assert_eq!(slices.days(), [20_000, 20_000, 20_001]);
        assert_eq!(slices.at(noon + HOUR_US), 1);
        assert_eq!(slices.end_us(2), noon + DAY_US);
        assert_eq!(slices.between(noon + HOUR_US, i64::MAX), 1..3);
        assert!(Slices::new(i64::MIN, i64::MIN, &[], &Zone::utc()).is_empty());
    }
}
