//! Day of the week by hour (U3), absolute and per occurrence of the hour.

use super::frame::Frame;
use super::table::{count, float, metrics, names, table};
use crate::metrics::MetricId;
use crate::model::zone::{Bucket, HOUR_US};
use crate::model::{Cell, ResultTable};

const HOURS: usize = 7 * 24;
/// From Monday.
const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// 168 rows, the week beginning on the viewer's day. `executions` has one number for each hour of it.
pub fn heatmap(executions: &[Option<u64>; HOURS], frame: &Frame) -> ResultTable {
    let hours = hours(frame);
    let first = (0..7)
        .find(|&day| crate::model::zone::weekday(MONDAY + day, frame.week_start) == 0)
        .unwrap_or_default() as usize;
    let rows = (0..HOURS)
        .map(|at| {
            let weekday = WEEKDAYS[(first + at / 24) % 7];
            let number = executions[at];
            let rate = number
                .filter(|_| hours[at] > 0.0)
                .map(|number| number as f64 / hours[at]);
            vec![
                Cell::Text(weekday.into()),
                Cell::Text(format!("{:02}:00", at % 24).into()),
                number.map_or(Cell::Null, count),
                Cell::Float(hours[at]),
                float(rate),
            ]
        })
        .collect();
    let mut columns = vec![names("weekday", "Weekday"), names("hour_of_day", "Hour")];
    columns.extend(metrics(&[
        MetricId::Executions,
        MetricId::HoursInPeriod,
        MetricId::ExecutionsPerHour,
    ]));
    let all: Option<u64> = executions.iter().copied().sum();
    let period: f64 = hours.iter().sum();
    let mut table = table(frame, columns, rows, all.unwrap_or_default());
    table.totals = vec![
        Cell::Null,
        Cell::Null,
        all.map_or(Cell::Null, count),
        Cell::Float(period),
        float(all.filter(|_| period > 0.0).map(|all| all as f64 / period)),
    ];
    table
}

/// A Monday: 5 January 1970.
const MONDAY: i64 = 4;

/// How much of the period, from the beginning of the data to the present, falls on each hour of the week.
fn hours(frame: &Frame) -> [f64; HOURS] {
    let mut hours = [0.0; HOURS];
    let from_us = frame.data_begin_us.map_or(frame.period_us.0, |begin_us| {
        frame.period_us.0.max(begin_us)
    });
    for key in frame.buckets(Bucket::Hour) {
        let end = frame.zone.next_bucket_key(key, Bucket::Hour);
        let covered_us = end.min(frame.as_of_us()) - key.max(from_us);
        let hour = frame.zone.hour_of_week(key, frame.week_start);
        hours[usize::from(hour)] += covered_us as f64 / HOUR_US as f64;
    }
    hours
}
