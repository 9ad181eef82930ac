//! Where time is cut: the buckets of a dimension, or the hours of the week or day, over one shard's data.

use super::cuts::bucket_keys;
use super::load::Engine;
use crate::model::zone::Bucket;
use crate::model::{TimeUs, WeekStart};
use crate::query::{Dimension, Period};

/// Spans of time that share a value: buckets, or hours of the week or day.
#[derive(Debug)]
pub struct TimeSlices {
    /// First instants, ascending; the first one is at or before any row of the task.
    pub starts: Vec<TimeUs>,
    /// The value of each span.
    pub values: Vec<u32>,
    /// What the values mean: the key of each bucket; empty for hours of the week or day.
    pub keys: Vec<i64>,
}

impl TimeSlices {
    /// The value at an instant and when it ends (`None`: never).
    pub fn value_at(&self, time_us: TimeUs) -> (u32, Option<TimeUs>) {
        let at = self
            .starts
            .partition_point(|&start| start <= time_us)
            .saturating_sub(1);
        let value = self.values.get(at).copied().unwrap_or_default();
        (value, self.starts.get(at + 1).copied())
    }
}

/// The spans of a dimension of time that a period is cut into.
pub fn slices(
    dimension: Dimension,
    period: Period,
    engine: &Engine,
    week: WeekStart,
) -> TimeSlices {
    if let Dimension::Time(bucket) = dimension {
        let keys = keys_of_data(period, bucket, engine, week);
        let starts = keys.iter();
        return TimeSlices {
            starts: starts
                .map(|&key| engine.zone().bucket_start_us(key, bucket))
                .collect(),
            values: (0..keys.len() as u32).collect(),
            keys,
        };
    }
    let hours = if dimension == Dimension::HourOfDay {
        24
    } else {
        168
    };
    let starts = keys_of_data(period, Bucket::Hour, engine, week);
    let values = starts
        .iter()
        .map(|&start| u32::from(engine.zone().hour_of_week(start, week)) % hours)
        .collect();
    TimeSlices {
        starts,
        values,
        keys: Vec::new(),
    }
}

/// The buckets of a period that this shard may have rows in.
fn keys_of_data(period: Period, bucket: Bucket, engine: &Engine, week: WeekStart) -> Vec<i64> {
    let Some((first, last)) = engine.data_span() else {
        return Vec::new();
    };
    let held = Period::new(
        period.from_us.max(first),
        period.until_us.min(last.saturating_add(1)),
    );
    bucket_keys(held, bucket, engine.zone(), week)
}
