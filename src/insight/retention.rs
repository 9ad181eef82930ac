//! Who came back, by when they came first (U6).

use std::collections::HashMap;

use super::activity::Activity;
use super::frame::Frame;
use super::table::{count, label, metric, metrics, names, ratio, table};
use crate::metrics::MetricId;
use crate::model::zone::Bucket;
use crate::model::{ResultTable, limits};

/// One cohort: how many began in its bucket, and how many of them were active in it and in each bucket after it.
struct Cohort {
    key: i64,
    size: u64,
    returned: Vec<u64>,
}

/// One row a cohort of the period and a period since. Buckets are whole: only what the present cuts is incomplete.
pub fn retention(activity: &Activity, frame: &Frame) -> ResultTable {
    let bucket = frame.cohort();
    let cohorts = cohorts(activity, frame, bucket);
    let mut rows = Vec::new();
    let mut incomplete_rows = Vec::new();
    for (at, cohort) in cohorts.iter().enumerate() {
        for (period, &returned) in cohort.returned.iter().enumerate() {
            if frame.is_incomplete(cohorts[at + period].key, bucket) {
                incomplete_rows.push(rows.len() as u32);
            }
            rows.push(vec![
                label(frame, bucket, cohort.key),
                count(period as u64),
                count(cohort.size),
                count(returned),
                ratio(returned, cohort.size),
            ]);
        }
    }
    let mut columns = vec![names("cohort", cohort_label(bucket))];
    columns.extend(metrics(&[
        MetricId::CohortPeriod,
        MetricId::CohortSize,
        MetricId::Returned,
        MetricId::Retention,
    ]));
    let table = table(frame, columns, rows, activity.events(frame.period_us));
    ResultTable {
        incomplete_rows,
        groups: cohorts.len() as u64,
        ..table
    }
}

/// One row a period since the cohort began: over all cohorts for which it is complete, weighted by their size.
pub fn retention_average(activity: &Activity, frame: &Frame) -> ResultTable {
    let bucket = frame.cohort();
    let cohorts = cohorts(activity, frame, bucket);
    let rows = (0..cohorts.len())
        .map(|period| {
            let complete = || {
                let with_period = cohorts.iter().zip(cohorts.iter().skip(period));
                with_period.filter(|(_, last)| !frame.is_incomplete(last.key, bucket))
            };
            let size = complete().map(|(cohort, _)| cohort.size).sum();
            let returned = complete().map(|(cohort, _)| cohort.returned[period]).sum();
            (complete().count() as u64, size, returned)
        })
        .enumerate()
        .filter(|&(_, (number, ..))| number > 0)
        .map(|(period, (number, size, returned))| {
            vec![
                count(period as u64),
                count(number),
                count(size),
                count(returned),
                ratio(returned, size),
            ]
        })
        .collect();
    let mut columns = vec![metric(MetricId::CohortPeriod)];
    let mut cohorts_column = metric(MetricId::CohortSize);
    cohorts_column.name = "cohorts".into();
    cohorts_column.label = "Cohorts".into();
    columns.push(cohorts_column);
    columns.extend(metrics(&[
        MetricId::CohortSize,
        MetricId::Returned,
        MetricId::Retention,
    ]));
    table(frame, columns, rows, activity.events(frame.period_us))
}

fn cohort_label(bucket: Bucket) -> &'static str {
    match bucket {
        Bucket::Month => "First active in",
        _ => "First active in the week of",
    }
}

/// The newest cohorts of the period; none where pre-aggregated hours hide who was there before.
fn cohorts(activity: &Activity, frame: &Frame, bucket: Bucket) -> Vec<Cohort> {
    let mut keys = frame.buckets(bucket);
    if !activity.is_clear_before(frame.as_of_us()) {
        return Vec::new();
    }
    keys.drain(..keys.len().saturating_sub(limits::COHORTS_MAX));
    let places: HashMap<i64, usize> = keys.iter().copied().zip(0..).collect();
    let mut cohorts: Vec<Cohort> = keys
        .iter()
        .enumerate()
        .map(|(at, &key)| Cohort {
            key,
            size: 0,
            returned: vec![0; keys.len() - at],
        })
        .collect();
    let of_slice = frame.buckets_of(&activity.slices, bucket);
    for person in &activity.people {
        let mut active = activity
            .active(person, frame.as_of_us(), &of_slice)
            .peekable();
        let Some(&first) = active.peek().and_then(|first| places.get(first)) else {
            continue;
        };
        cohorts[first].size += 1;
        for key in active {
            if let Some(at) = places.get(&key) {
                cohorts[first].returned[at - first] += 1;
            }
        }
    }
    cohorts
}
