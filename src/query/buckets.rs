//! Into how many buckets of time a period is cut: how far they reach, how long they are, how many are too many.
//! Owns: these choices. Does not own: where a bucket begins (`model::zone`), or what is in it (`engine`).

use super::{AskContext, Dimension, Period, Query, Question};
use crate::model::Zone;
use crate::model::limits::{BUCKETS_MAX, DAYS_BUCKETED_MAX, TIME_US_MAX, TIME_US_MIN};
use crate::model::zone::{Bucket, DAY_US, HOUR_US};

/// Up to this length a series is drawn by hours, else by days.
const HOURLY_UP_TO_US: i64 = 48 * HOUR_US;
/// Beyond this length days are too many to draw, and months tell more.
const DAILY_UP_TO_US: i64 = 800 * DAY_US;
/// Beyond this length a sparkline goes by weeks.
const SPARKED_BY_DAY_UP_TO_US: i64 = 45 * DAY_US;

/// The part of a period that is cut into buckets: all of it, but of one that is longer than [`DAYS_BUCKETED_MAX`]
/// days (the years 1 to 9999) only where there may be events. The period's totals are not changed by that.
pub fn bucketed(period: Period, context: &AskContext) -> Period {
    if period.length_us() <= DAYS_BUCKETED_MAX * DAY_US {
        return period;
    }
    let Some((first, last)) = context.data_span_us else {
        return Period::new(period.from_us, period.from_us);
    };
    // A manifest may promise any span; events lie within the limits of time.
    Period::new(
        period.from_us.max(first).max(TIME_US_MIN),
        period.until_us.min(last.saturating_add(1)).min(TIME_US_MAX),
    )
}

/// The part of the compared period that stands beside [`bucketed`], so that buckets are compared in order.
pub fn bucketed_beside(compared: Period, period: Period, context: &AskContext) -> Period {
    let part = bucketed(period, context);
    if part == period {
        return compared;
    }
    let shifted = |time_us: i64| {
        let since_us = time_us.saturating_sub(period.from_us);
        compared
            .from_us
            .saturating_add(since_us)
            .min(compared.until_us)
    };
    Period::new(shifted(part.from_us), shifted(part.until_us))
}

/// The buckets that a widget draws a period in.
pub fn drawn(period: Period, context: &AskContext) -> Bucket {
    match bucketed(period, context).length_us() {
        ..=HOURLY_UP_TO_US => Bucket::Hour,
        ..=DAILY_UP_TO_US => Bucket::Day,
        _ => Bucket::Month,
    }
}

/// The buckets of a line as small as a word: few enough to be told apart.
pub fn sparked(period: Period, context: &AskContext) -> Bucket {
    match bucketed(period, context).length_us() {
        ..=HOURLY_UP_TO_US => Bucket::Hour,
        ..=SPARKED_BY_DAY_UP_TO_US => Bucket::Day,
        ..=DAILY_UP_TO_US => Bucket::Week,
        _ => Bucket::Month,
    }
}

/// Why queries whose buckets somebody chose can't be answered: a sentence with the next step, or nothing.
pub fn too_many(
    queries: &[Query],
    question: &Question,
    context: &AskContext,
    zone: &Zone,
) -> Option<String> {
    let (period, _) = question.periods(context, zone);
    let length_us = bucketed(period, context).length_us();
    let buckets = queries.iter().flat_map(|query| &query.group_by);
    buckets
        .filter_map(|dimension| match dimension {
            Dimension::Time(bucket) => Some(*bucket),
            _ => None,
        })
        .find(|bucket| length_us / length_us_of(*bucket) > BUCKETS_MAX as i64)
        .map(|bucket| {
            format!(
                "A row for each {} of this range would be more than {BUCKETS_MAX} rows; choose a longer bucket (day, week or month) or a shorter range.",
                bucket.name()
            )
        })
}

/// About how long a bucket is.
const fn length_us_of(bucket: Bucket) -> i64 {
    match bucket {
        Bucket::Hour => HOUR_US,
        Bucket::Day => DAY_US,
        Bucket::Week => 7 * DAY_US,
        Bucket::Month => 30 * DAY_US,
    }
}
