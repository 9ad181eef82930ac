//! Daily, weekly and monthly active people, and stickiness (U1).

use super::activity::Activity;
use super::frame::Frame;
use super::table::{buckets, count, float, label, metrics, over_time, ratio, table};
use crate::metrics::{MetricId, change};
use crate::model::zone::Bucket;
use crate::model::{Cell, ResultTable, TableColumn, Unit};

/// Days of the windows that end with a day.
const WEEK_DAYS: i64 = 7;
pub const MONTH_DAYS: i64 = 30;

/// Active people of one day; `None` where pre-aggregated hours hide who they were.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    day: Option<u64>,
    week: Option<u64>,
    month: Option<u64>,
}

impl Counts {
    fn stickiness(&self) -> Cell {
        match (self.day, self.month) {
            (Some(day), Some(month)) => ratio(day, month),
            _ => Cell::Null,
        }
    }
}

/// One row a day of the period. Days and windows are whole: what they need of the time before the period is counted,
/// and only what the present cuts is incomplete.
pub fn active_users(activity: &Activity, frame: &Frame) -> ResultTable {
    let days = frame.buckets(Bucket::Day);
    let counts = counts(activity, frame, &days);
    let cell = |number: Option<u64>| number.map_or(Cell::Null, count);
    let rows = days
        .iter()
        .zip(&counts)
        .map(|(&day, of)| {
            vec![
                label(frame, Bucket::Day, day),
                cell(of.day),
                cell(of.week),
                cell(of.month),
                of.stickiness(),
            ]
        })
        .collect();
    let mut columns = vec![buckets(Bucket::Day)];
    columns.extend(metrics(&[
        MetricId::Dau,
        MetricId::Wau,
        MetricId::Mau,
        MetricId::Stickiness,
    ]));
    over_time(
        frame,
        (Bucket::Day, &days),
        columns,
        rows,
        activity.events(frame.period_us),
    )
}

/// One row: the last complete day of the period (or its last, when none is complete), and the average over all complete
/// ones; beside it the same of the period of comparison.
pub fn active_users_now(activity: &Activity, frame: &Frame) -> ResultTable {
    const METRICS: [MetricId; 5] = [
        MetricId::Dau,
        MetricId::Wau,
        MetricId::Mau,
        MetricId::Stickiness,
        MetricId::DauMean,
    ];
    let current = newest(activity, frame);
    let previous = frame.before_us.map(|before| {
        let frame = Frame {
            period_us: before,
            ..frame.clone()
        };
        newest(activity, &frame)
    });
    let mut columns = Vec::new();
    let mut row = Vec::new();
    for (at, column) in metrics(&METRICS).into_iter().enumerate() {
        let cell = current[at].clone();
        columns.push(column.clone());
        row.push(cell.clone());
        let Some(previous) = previous.as_ref().map(|previous| previous[at].clone()) else {
            continue;
        };
        let changed = match (cell.number(), previous.number()) {
            (Some(now), Some(then)) => match change(now, then) {
                Some(change) => Cell::Float(change),
                None if now > 0.0 => Cell::New,
                None => Cell::Null,
            },
            _ => Cell::Null,
        };
        columns.push(TableColumn {
            name: format!("{}_previous", column.name),
            label: format!("{}, before", column.label),
            ..column.clone()
        });
        columns.push(TableColumn {
            name: format!("{}_change", column.name),
            label: format!("{}, change", column.label),
            unit: Unit::Change,
            ..column
        });
        row.extend([previous, changed]);
    }
    let table = table(
        frame,
        columns,
        vec![row.clone()],
        activity.events(frame.period_us),
    );
    ResultTable {
        totals: row,
        ..table
    }
}

/// In the order of the metrics of [`active_users_now`].
fn newest(activity: &Activity, frame: &Frame) -> [Cell; 5] {
    let days = frame.buckets(Bucket::Day);
    let counts = counts(activity, frame, &days);
    let complete: Vec<&Counts> = days
        .iter()
        .zip(&counts)
        .filter(|&(&day, _)| !frame.is_incomplete(day, Bucket::Day))
        .map(|(_, counts)| counts)
        .collect();
    let newest = complete.last().copied().or(counts.last());
    let newest = newest.copied().unwrap_or_default();
    let daily: Option<Vec<u64>> = complete.iter().map(|counts| counts.day).collect();
    let mean = daily
        .filter(|daily| !daily.is_empty())
        .map(|daily| daily.iter().sum::<u64>() as f64 / daily.len() as f64);
    let cell = |number: Option<u64>| number.map_or(Cell::Null, count);
    [
        cell(newest.day),
        cell(newest.week),
        cell(newest.month),
        newest.stickiness(),
        float(mean),
    ]
}

/// For each of some ascending days. One walk over everybody's active days: a day of activity counts in the window of
/// every day from it on until the window leaves it behind or the next active day takes over.
fn counts(activity: &Activity, frame: &Frame, days: &[i64]) -> Vec<Counts> {
    let (Some(&first), Some(&last)) = (days.first(), days.last()) else {
        return Vec::new();
    };
    let begin = first - (MONTH_DAYS - 1);
    let length = (last - begin + 1) as usize;
    let mut daily = vec![0_u64; length];
    let mut steps = [vec![0_i64; length + 1], vec![0_i64; length + 1]];
    let until_us = frame.as_of_us();
    for person in &activity.people {
        let mut active = activity
            .active(person, until_us, activity.slices.days())
            .skip_while(|&day| day < begin)
            .peekable();
        while let Some(day) = active.next() {
            let at = (day - begin) as usize;
            let gap = active.peek().map_or(i64::MAX, |&next| next - day);
            let Some(count) = daily.get_mut(at) else {
                break;
            };
            *count += 1;
            for (steps, window) in steps.iter_mut().zip([WEEK_DAYS, MONTH_DAYS]) {
                steps[at] += 1;
                steps[(at + window.min(gap) as usize).min(length)] -= 1;
            }
        }
    }
    let sums = steps.map(|steps| {
        let running = steps.iter().scan(0_i64, |sum, step| {
            *sum += step;
            Some(*sum as u64)
        });
        running.collect::<Vec<u64>>()
    });
    // The newest day up to each that is not known.
    let clouded: std::collections::BTreeSet<i64> = activity
        .slices
        .days()
        .iter()
        .zip(&activity.is_clouded)
        .filter(|(_, is_clouded)| **is_clouded)
        .map(|(&day, _)| day)
        .collect();
    let number = |day: i64, window: i64, count: u64| {
        let is_clear = clouded.range(day - window + 1..=day).next().is_none();
        is_clear.then_some(count)
    };
    days.iter()
        .map(|&day| {
            let at = (day - begin) as usize;
            Counts {
                day: number(day, 1, daily[at]),
                week: number(day, WEEK_DAYS, sums[0][at]),
                month: number(day, MONTH_DAYS, sums[1][at]),
            }
        })
        .collect()
}
