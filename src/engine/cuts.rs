//! Where a period is cut into buckets of local time.

use crate::model::zone::Bucket;
use crate::model::{TimeUs, WeekStart, Zone};
use crate::query::{Dimension, Period};

/// Keys of the buckets that a period touches, ascending.
pub fn bucket_keys(period: Period, bucket: Bucket, zone: &Zone, week: WeekStart) -> Vec<i64> {
    zone.bucket_keys(period.from_us, period.until_us, bucket, week)
}

/// Up to when a bucket counts inside a period (exclusive).
pub fn bucket_end_us(key: i64, bucket: Bucket, zone: &Zone, period: Period) -> TimeUs {
    zone.bucket_start_us(zone.next_bucket_key(key, bucket), bucket)
        .min(period.until_us)
}

/// The times at which a query counts adopters: the end of each bucket, or of the period.
pub fn cuts(
    period: Period,
    bucketed: Period,
    dimensions: &[Dimension],
    zone: &Zone,
    week: WeekStart,
) -> Vec<TimeUs> {
    let bucket = dimensions.iter().find_map(|dimension| match dimension {
        Dimension::Time(bucket) => Some(*bucket),
        _ => None,
    });
    let Some(bucket) = bucket else {
        return vec![period.until_us];
    };
    bucket_keys(bucketed, bucket, zone, week)
        .into_iter()
        .map(|key| bucket_end_us(key, bucket, zone, period))
        .collect()
}
