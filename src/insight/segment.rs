//! Power users, and the active, inactive and dormant ones; by department, team and role (U5).

use std::collections::BTreeMap;

use super::activity::{Activity, Person};
use super::frame::Frame;
use super::table::{count, metric, metrics, names, ratio, table};
use crate::metrics::MetricId;
use crate::model::zone::{Bucket, DAY_US, weekday};
use crate::model::{Cell, ResultTable, directory};

/// Days since the last activity.
const ACTIVE_DAYS: i64 = 7;
const INACTIVE_DAYS: i64 = 30;

/// Who is a power user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PowerRule {
    /// The last complete weeks that are looked at; with fewer weeks of data, activity in each of them is asked for.
    pub weeks: i64,
    pub weeks_active_min: i64,
    pub executions_per_week_min: u64,
}

impl Default for PowerRule {
    fn default() -> Self {
        Self {
            weeks: 12,
            weeks_active_min: 9,
            executions_per_week_min: 15,
        }
    }
}

/// Where a person stands at the end of the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    Power,
    Active,
    Inactive,
    Dormant,
}

impl Segment {
    pub const ALL: [Self; 4] = [Self::Power, Self::Active, Self::Inactive, Self::Dormant];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Power => "power",
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Dormant => "dormant",
        }
    }

    const fn metric(self) -> MetricId {
        match self {
            Self::Power => MetricId::PowerUsers,
            Self::Active => MetricId::ActivePeople,
            Self::Inactive => MetricId::InactivePeople,
            Self::Dormant => MetricId::DormantPeople,
        }
    }
}

/// Tells the segment of anybody.
pub struct Judge<'a> {
    activity: &'a Activity,
    rule: PowerRule,
    as_of_us: i64,
    /// Complete weeks that are looked at, and the local days `[from, until)` they cover.
    weeks: i64,
    days: (i64, i64),
    is_clear: bool,
}

impl<'a> Judge<'a> {
    pub fn new(activity: &'a Activity, frame: &Frame, rule: PowerRule) -> Self {
        let as_of_us = frame.as_of_us();
        // The week of the first instant that no longer counts is the first incomplete one.
        let until = frame
            .zone
            .bucket_key(as_of_us, Bucket::Week, frame.week_start);
        let begin = frame
            .data_begin_us
            .map_or(until, |begin_us| frame.zone.local_day(begin_us));
        let first = begin + (7 - weekday(begin, frame.week_start)) % 7;
        let weeks = ((until - first) / 7).clamp(0, rule.weeks);
        let from = until - 7 * weeks;
        let needed_us = frame
            .zone
            .instant(from, 0)
            .min(as_of_us.saturating_sub(INACTIVE_DAYS * DAY_US));
        Self {
            activity,
            rule,
            as_of_us,
            weeks,
            days: (from, until),
            is_clear: activity.is_clear(needed_us, as_of_us),
        }
    }

    /// `None` for those who were never active, and where pre-aggregated hours hide who was.
    pub fn segment(&self, person: &Person) -> Option<Segment> {
        let last_us = person.last_us.filter(|_| self.is_clear)?;
        let within = |days: i64| last_us >= self.as_of_us.saturating_sub(days * DAY_US);
        Some(if self.is_power(person) {
            Segment::Power
        } else if within(ACTIVE_DAYS) {
            Segment::Active
        } else if within(INACTIVE_DAYS) {
            Segment::Inactive
        } else {
            Segment::Dormant
        })
    }

    /// Active in the last 7 days, power user or not.
    pub fn is_active(&self, person: &Person) -> bool {
        let since_us = self.as_of_us.saturating_sub(ACTIVE_DAYS * DAY_US);
        person.last_us.is_some_and(|last_us| last_us >= since_us)
    }

    fn is_power(&self, person: &Person) -> bool {
        if self.weeks == 0 {
            return false;
        }
        let days = self.activity.slices.days();
        let slices = days.partition_point(|&day| day < self.days.0)
            ..days.partition_point(|&day| day < self.days.1);
        let mut executions = 0;
        let mut active = 0;
        let mut last_week = None;
        for deed in self.activity.deeds(person, slices) {
            executions += u64::from(deed.executions);
            let week = (days[deed.slice as usize] - self.days.0) / 7;
            if deed.is_active() && last_week.replace(week) != Some(week) {
                active += 1;
            }
        }
        let needed = if self.weeks < self.rule.weeks {
            self.weeks
        } else {
            self.rule.weeks_active_min
        };
        active >= needed && executions >= self.rule.executions_per_week_min * self.weeks as u64
    }
}

/// One row a segment, over everybody who was ever active.
pub fn segments(activity: &Activity, frame: &Frame) -> ResultTable {
    let judge = Judge::new(activity, frame, PowerRule::default());
    let slices = activity
        .slices
        .between(frame.period_us.0, frame.period_us.1);
    let mut people = [0_u64; 4];
    let mut executions = [0_u64; 4];
    for person in &activity.people {
        if let Some(segment) = judge.segment(person) {
            people[segment as usize] += 1;
            executions[segment as usize] +=
                u64::from(activity.sum(person, slices.clone()).executions);
        }
    }
    let is_clear = judge.is_clear;
    let known = |cell: Cell| super::table::known(is_clear, cell);
    let all: u64 = people.iter().sum();
    let rows = Segment::ALL.map(|segment| {
        let at = segment as usize;
        vec![
            Cell::Text(segment.name().into()),
            known(count(people[at])),
            known(ratio(people[at], all)),
            known(count(executions[at])),
        ]
    });
    let columns = metrics(&[
        MetricId::Segment,
        MetricId::People,
        MetricId::PeopleShare,
        MetricId::Executions,
    ]);
    let total = executions.iter().sum();
    let events = activity.events(frame.period_us);
    let mut table = table(frame, columns, rows.into(), events);
    table.totals = vec![
        Cell::Null,
        known(count(all)),
        known(ratio(all, all)),
        known(count(total)),
    ];
    table
}

/// What the directory says of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute {
    Department,
    Team,
    Role,
}

impl Attribute {
    fn of(self, person: &directory::Person) -> Option<&str> {
        match self {
            Self::Department => person.department.as_deref(),
            Self::Team => person.team.as_deref(),
            Self::Role => person.role.as_deref(),
        }
    }

    const fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Department => ("department", "Department"),
            Self::Team => ("team", "Team"),
            Self::Role => ("role", "Role"),
        }
    }
}

/// One row a department, team or role; people of none stand last. Without a directory there is nothing to tell.
pub fn segments_by(activity: &Activity, frame: &Frame, attribute: Attribute) -> ResultTable {
    let judge = Judge::new(activity, frame, PowerRule::default());
    // (is absent, value) → segments, and those with a seat who were never active.
    let mut counts: BTreeMap<(bool, &str), [u64; 5]> = BTreeMap::new();
    if let Some(directory) = frame.directory.filter(|_| judge.is_clear) {
        let key = |position: Option<usize>| {
            let person = position.and_then(|position| directory.people.get(position));
            let value = person.and_then(|person| attribute.of(person));
            (value.is_none(), value.unwrap_or_default())
        };
        let mut was_active = vec![false; directory.people.len()];
        for person in &activity.people {
            if let Some(segment) = judge.segment(person) {
                counts.entry(key(person.known_as)).or_default()[segment as usize] += 1;
                if let Some(position) = person.known_as {
                    was_active[position] = true;
                }
            }
        }
        for &seat in &frame.seats {
            if !was_active[seat] {
                counts.entry(key(Some(seat))).or_default()[4] += 1;
            }
        }
    }
    let is_past_clear = activity.is_clear_before(frame.as_of_us());
    let row = |name: Cell, counts: &[u64; 5]| {
        let people = counts[..4].iter().sum();
        let mut row = vec![name, count(people)];
        row.extend(counts[..4].iter().copied().map(count));
        row.push(super::table::known(is_past_clear, count(counts[4])));
        row
    };
    let rows = counts
        .iter()
        .map(|(&(is_absent, value), counts)| {
            let name = if is_absent {
                Cell::Null
            } else {
                Cell::Text(value.into())
            };
            row(name, counts)
        })
        .collect();
    let (name, label) = attribute.name();
    let mut columns = vec![names(name, label), metric(MetricId::People)];
    columns.extend(Segment::ALL.map(|segment| metric(segment.metric())));
    columns.push(metric(MetricId::NeverActive));
    let mut total = [0; 5];
    for counts in counts.values() {
        for (sum, count) in total.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    let mut table = table(frame, columns, rows, activity.events(frame.period_us));
    if !table.rows.is_empty() {
        table.totals = row(Cell::Null, &total);
    }
    table
}
