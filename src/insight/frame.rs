//! The question with its surroundings, as far as tables about people need them.

use super::slices::Slices;
use crate::metrics::MetricId;
use crate::model::zone::{Bucket, DAY_US};
use crate::model::{Directory, TimeUs, WeekStart, Zone, limits};

/// Up to this length of a period lifecycles are told by days, µs.
const BY_DAY_UP_TO_US: i64 = 14 * DAY_US;
/// Up to this length they and cohorts go by weeks, beyond by months.
const BY_WEEK_UP_TO_US: i64 = 200 * DAY_US;

/// What a table is asked about.
#[derive(Debug, Clone)]
pub struct Frame<'a> {
    /// The table's.
    pub id: &'a str,
    pub title: &'a str,
    pub zone: &'a Zone,
    pub week_start: WeekStart,
    /// The period `[from, until)`, and that of comparison.
    pub period_us: (TimeUs, TimeUs),
    pub before_us: Option<(TimeUs, TimeUs)>,
    pub now_us: TimeUs,
    /// Earliest event of all data; `None` without any.
    pub data_begin_us: Option<TimeUs>,
    pub directory: Option<&'a Directory>,
    /// Positions in the directory of those who hold a seat and whom the filters about people leave.
    pub seats: Vec<usize>,
    /// Are there such events in the data at all?
    pub has_conversations: bool,
    pub has_documents: bool,
}

impl Frame<'_> {
    /// The instant up to which states hold (exclusive): the end of the period, or the present if that is earlier.
    pub fn as_of_us(&self) -> TimeUs {
        self.period_us.1.min(self.now_us.saturating_add(1))
    }

    /// The bucket that each slice lies in.
    pub fn buckets_of(&self, slices: &Slices, bucket: Bucket) -> Vec<i64> {
        let key = |&start_us: &TimeUs| self.zone.bucket_key(start_us, bucket, self.week_start);
        slices.starts().iter().map(key).collect()
    }

    /// Buckets of the period from the beginning of the data to the present; an empty list where there is nothing.
    pub fn buckets(&self, bucket: Bucket) -> Vec<i64> {
        let Some(begin_us) = self.data_begin_us else {
            return Vec::new();
        };
        let from_us = self.period_us.0.max(begin_us);
        let until_us = self.as_of_us().min(limits::TIME_US_MAX);
        self.zone
            .bucket_keys(from_us, until_us, bucket, self.week_start)
    }

    /// Does the present cut a bucket?
    pub fn is_incomplete(&self, key: i64, bucket: Bucket) -> bool {
        let end = self.zone.next_bucket_key(key, bucket);
        self.zone.bucket_start_us(end, bucket) > self.as_of_us()
    }

    /// Days, weeks or months, so that there are some but not too many.
    pub fn interval(&self) -> Bucket {
        if self.length_us() <= BY_DAY_UP_TO_US {
            Bucket::Day
        } else {
            self.cohort()
        }
    }

    /// Weeks or months.
    pub fn cohort(&self) -> Bucket {
        if self.length_us() <= BY_WEEK_UP_TO_US {
            Bucket::Week
        } else {
            Bucket::Month
        }
    }

    /// Is the metric in the data at all?
    pub fn tells(&self, metric: MetricId) -> bool {
        match metric {
            MetricId::Conversations => self.has_conversations,
            MetricId::DocumentsShared => self.has_documents,
            _ => true,
        }
    }

    fn length_us(&self) -> i64 {
        self.period_us.1.saturating_sub(self.period_us.0)
    }
}
