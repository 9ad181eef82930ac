//! New people against experienced ones, per active user and week (U6).

use std::collections::HashMap;

use super::activity::Activity;
use super::frame::Frame;
use super::table::{buckets, count, float, label, metric, metrics, table};
use crate::metrics::{MetricId, success_rate};
use crate::model::zone::Bucket;
use crate::model::{Cell, ResultTable};

/// Days, from that of the first activity on, for which a person is new.
const NEW_DAYS: i64 = 30;
const GROUPS: [&str; 2] = ["new", "experienced"];

/// What one group did in a week, or in several.
#[derive(Debug, Clone, Copy, Default)]
struct Done {
    people: u64,
    days: u64,
    executions: u64,
    successes: u64,
    failures: u64,
}

impl Done {
    fn add(&mut self, other: &Self) {
        self.people += other.people;
        self.days += other.days;
        self.executions += other.executions;
        self.successes += other.successes;
        self.failures += other.failures;
    }

    /// In the order of [`RATES`].
    fn rates(&self) -> [Cell; 3] {
        let per_person =
            |sum: u64| float((self.people > 0).then(|| sum as f64 / self.people as f64));
        [
            per_person(self.executions),
            per_person(self.days),
            float(success_rate(self.successes, self.failures)),
        ]
    }
}

const RATES: [MetricId; 3] = [
    MetricId::ExecutionsPerUserWeek,
    MetricId::ActiveDaysPerUserWeek,
    MetricId::SuccessRate,
];

/// One row a group, over the complete weeks of the period.
pub fn new_and_experienced(activity: &Activity, frame: &Frame) -> ResultTable {
    let weeks = weeks(activity, frame);
    let mut sums = [Done::default(); 2];
    for (key, week) in &weeks {
        if !frame.is_incomplete(*key, Bucket::Week) {
            sums.iter_mut().zip(week).for_each(|(sum, of)| sum.add(of));
        }
    }
    let rows = if weeks.is_empty() {
        Vec::new()
    } else {
        let of_group = |(name, sum): (&&str, &Done)| {
            let mut row = vec![Cell::Text((*name).into()), count(sum.people)];
            row.extend(sum.rates());
            row
        };
        GROUPS.iter().zip(&sums).map(of_group).collect()
    };
    let mut columns = metrics(&[MetricId::ExperienceGroup, MetricId::PersonWeeks]);
    columns.extend(metrics(&RATES));
    table(frame, columns, rows, activity.events(frame.period_us))
}

/// One row a week of the period and a group.
pub fn new_and_experienced_over_time(activity: &Activity, frame: &Frame) -> ResultTable {
    let weeks = weeks(activity, frame);
    let mut rows = Vec::new();
    let mut incomplete_rows = Vec::new();
    for (key, week) in &weeks {
        for (name, of) in GROUPS.iter().zip(week) {
            if frame.is_incomplete(*key, Bucket::Week) {
                incomplete_rows.push(rows.len() as u32);
            }
            let mut row = vec![
                label(frame, Bucket::Week, *key),
                Cell::Text((*name).into()),
                count(of.people),
            ];
            row.extend(of.rates());
            rows.push(row);
        }
    }
    let mut columns = vec![buckets(Bucket::Week)];
    columns.extend([MetricId::ExperienceGroup, MetricId::Users].map(metric));
    columns.extend(metrics(&RATES));
    let table = table(frame, columns, rows, activity.events(frame.period_us));
    ResultTable {
        incomplete_rows,
        ..table
    }
}

/// Whole weeks; none where pre-aggregated hours hide who was there before.
fn weeks(activity: &Activity, frame: &Frame) -> Vec<(i64, [Done; 2])> {
    let as_of_us = frame.as_of_us();
    if !activity.is_clear_before(as_of_us) {
        return Vec::new();
    }
    let keys = frame.buckets(Bucket::Week);
    let mut weeks: Vec<(i64, [Done; 2])> = keys
        .into_iter()
        .map(|key| (key, [Done::default(); 2]))
        .collect();
    let places: HashMap<i64, usize> = weeks.iter().map(|(key, _)| *key).zip(0..).collect();
    let days = activity.slices.days();
    let of_slice = frame.buckets_of(&activity.slices, Bucket::Week);
    let place: Vec<Option<usize>> = of_slice
        .iter()
        .map(|key| places.get(key).copied())
        .collect();
    let slices = activity.slices.between(i64::MIN, as_of_us);
    for person in &activity.people {
        let mut first_day = None;
        // The week and the day in which a person of each group was active last.
        let mut last = [(None, None); 2];
        for deed in activity.deeds(person, slices.clone()) {
            if !deed.is_active() {
                continue;
            }
            let day = days[deed.slice as usize];
            let first_day = *first_day.get_or_insert(day);
            let Some(at) = place[deed.slice as usize] else {
                continue;
            };
            let group = usize::from(day - first_day >= NEW_DAYS);
            let of = &mut weeks[at].1[group];
            let (last_week, last_day) = &mut last[group];
            of.people += u64::from(last_week.replace(at) != Some(at));
            of.days += u64::from(last_day.replace(day) != Some(day));
            of.executions += u64::from(deed.executions);
            of.successes += u64::from(deed.successes);
            of.failures += u64::from(deed.failures);
        }
    }
    weeks
}
