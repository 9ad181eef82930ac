//! The oracle: every row looked at by itself, every group a list of rows, every time cut by chrono-tz.
//! Shares nothing with the engine but the resolved periods and the form of the answer.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Datelike, TimeZone, Timelike};
use chrono_tz::Tz;
use toolscope::metrics::MetricId;
use toolscope::model::zone::Bucket;
use toolscope::model::{Cell, Column, Directory, EventKind, Outcome, WeekStart};
use toolscope::query::{Dimension, Period, Query, Question};

use super::engine;
use super::events::Event;
use super::naive_kinds::{is_about, measure, sums_up};

/// A dimension's value; absent ones stand last.
type Part = (bool, i64, String);

struct Oracle<'a> {
    events: Vec<&'a Event>,
    question: &'a Question,
    query: &'a Query,
    directory: Option<&'a Directory>,
    zone: Tz,
}

pub fn answer(
    events: &[Event],
    question: &Question,
    query: &Query,
    directory: Option<&Directory>,
) -> Vec<Vec<Cell>> {
    let mut seen = HashSet::new();
    let oracle = Oracle {
        events: events
            .iter()
            .filter(|event| event.id == 0 || seen.insert(event.id))
            .collect(),
        question,
        query,
        directory,
        zone: question.zone.parse().unwrap(),
    };
    oracle.rows(events)
}

impl Oracle<'_> {
    fn rows(&self, all: &[Event]) -> Vec<Vec<Cell>> {
        let (period, comparison) = self.question.periods(
            &engine::context(self.question, all),
            &engine::zone(self.question),
        );
        let previous = comparison.map(|comparison| comparison.period);
        let groups = self.groups(period);
        let before = previous.map(|previous| self.groups(previous));
        // Only what the measures are about makes a row.
        let mut keys: Vec<Vec<Part>> = groups
            .iter()
            .filter(|(_, rows)| rows.iter().any(|event| is_about(self.query, event)))
            .map(|(key, _)| key.clone())
            .collect();
        let bucket = self
            .query
            .group_by
            .iter()
            .find_map(|dimension| match dimension {
                Dimension::Time(bucket) => Some(*bucket),
                _ => None,
            });
        let buckets = bucket
            .map(|bucket| self.buckets(period, bucket))
            .unwrap_or_default();
        let previous_buckets = bucket
            .zip(previous)
            .map(|(bucket, previous)| self.buckets(previous, bucket))
            .unwrap_or_default();
        match self.query.group_by[..] {
            [] => keys = vec![Vec::new()],
            [Dimension::Time(_)] => keys = buckets.iter().map(|part| vec![part.clone()]).collect(),
            _ => {}
        }
        let ends_of = |parts: &[Part]| -> Vec<i64> {
            bucket.map_or_else(Vec::new, |bucket| {
                parts
                    .iter()
                    .map(|part| self.bucket_end(part.1, bucket))
                    .collect()
            })
        };
        let (ends, previous_ends) = (ends_of(&buckets), ends_of(&previous_buckets));
        let none = Vec::new();
        keys.iter()
            .map(|key| {
                let rows = groups.get(key).unwrap_or(&none);
                // Buckets of both periods are compared in order; everything else by its value.
                let at = bucket.and_then(|_| {
                    let position = self
                        .query
                        .group_by
                        .iter()
                        .position(|dimension| matches!(dimension, Dimension::Time(_)))?;
                    buckets
                        .iter()
                        .position(|part| *part == key[position])
                        .map(|at| (position, at))
                });
                let previous_key = match at {
                    None => Some(key.clone()),
                    Some((position, at)) => previous_buckets.get(at).map(|part| {
                        let mut key = key.clone();
                        key[position] = part.clone();
                        key
                    }),
                };
                let earlier = previous_key
                    .as_ref()
                    .and_then(|key| before.as_ref()?.get(key))
                    .unwrap_or(&none);
                let end = |period: Period, ends: &[i64]| match at {
                    Some((_, at)) => ends
                        .get(at)
                        .copied()
                        .unwrap_or(period.until_us)
                        .min(period.until_us),
                    None => period.until_us,
                };
                let mut cells: Vec<Cell> = key
                    .iter()
                    .map(|part| {
                        if part.0 {
                            Cell::Null
                        } else {
                            Cell::Text(part.2.as_str().into())
                        }
                    })
                    .collect();
                for &metric in &self.query.measures {
                    let current = self.measure(metric, rows, &groups, end(period, &ends), key);
                    cells.push(current.clone());
                    if metric == MetricId::SuccessRate {
                        let (low, high) = wilson(rows);
                        cells.extend([low, high]);
                    }
                    let Some((previous, before)) = previous
                        .zip(before.as_ref())
                        .filter(|_| metric != MetricId::LastUsed)
                    else {
                        continue;
                    };
                    let old = match (&previous_key, metric) {
                        (None, _) => Cell::Null,
                        (Some(key), _) => self.measure(
                            metric,
                            earlier,
                            before,
                            end(previous, &previous_ends),
                            key,
                        ),
                    };
                    let change = self.change(metric, &current, &old, period, previous);
                    cells.extend([old, change]);
                }
                cells
            })
            .collect()
    }

    fn groups(&self, period: Period) -> BTreeMap<Vec<Part>, Vec<&Event>> {
        let mut groups: BTreeMap<Vec<Part>, Vec<&Event>> = BTreeMap::new();
        for event in self.matching() {
            if period.contains(event.time_us) {
                let key = self
                    .query
                    .group_by
                    .iter()
                    .map(|dimension| self.part(event, *dimension))
                    .collect();
                groups.entry(key).or_default().push(event);
            }
        }
        groups
    }

    fn matching(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().copied().filter(|event| {
            self.question.filters.iter().all(|clause| {
                if clause.source.as_deref() == Some(self.query.widget.as_str()) {
                    return true;
                }
                let (absent, _, text) = self.part(event, clause.dimension);
                let value = if absent { "" } else { &text };
                clause.values.iter().any(|held| held == value) != clause.exclude
            })
        })
    }

    fn part(&self, event: &Event, dimension: Dimension) -> Part {
        let text = |text: Option<&str>| (text.is_none(), 0, text.unwrap_or_default().to_owned());
        match dimension {
            Dimension::Column(Column::Tool) => text(event.tool),
            Dimension::Column(Column::User) => text(event.user),
            Dimension::Column(Column::Workspace) => text(event.workspace),
            Dimension::Column(Column::ErrorClass) => text(event.error),
            Dimension::Column(Column::Kind) => text(Some(event.kind.name())),
            Dimension::Column(Column::Model) => text(event.other.model),
            Dimension::Column(Column::Outcome) => text(Some(event.outcome.name())),
            Dimension::Department => text(self.department(event.user)),
            Dimension::Time(bucket) => self.bucket(event.time_us, bucket),
            Dimension::HourOfWeek => {
                let local = self.local(event.time_us);
                let day = (local.weekday().num_days_from_monday() + 7
                    - week_offset(self.question.week_start))
                    % 7;
                let hour = i64::from(day * 24 + local.hour());
                (false, hour, hour.to_string())
            }
            Dimension::HourOfDay => {
                let hour = self.local(event.time_us).hour();
                (false, hour.into(), format!("{hour:02}:00"))
            }
            Dimension::DurationClass => duration_class(event),
            other => panic!("{other:?}"),
        }
    }

    fn department(&self, user: Option<&str>) -> Option<&str> {
        let user = user?.to_lowercase();
        let people = &self.directory?.people;
        people
            .iter()
            .find(|person| person.id.to_lowercase() == user)?
            .department
            .as_deref()
    }

    fn local(&self, time_us: i64) -> DateTime<Tz> {
        self.zone.from_utc_datetime(
            &DateTime::from_timestamp_micros(time_us)
                .unwrap()
                .naive_utc(),
        )
    }

    /// (never absent, label, something that orders)
    fn bucket(&self, time_us: i64, bucket: Bucket) -> Part {
        let local = self.local(time_us);
        let date = local.date_naive();
        match bucket {
            Bucket::Hour => {
                // The local hour, or what a clock change left of it.
                let mut start = time_us
                    - i64::from(local.minute() * 60 + local.second()) * 1_000_000
                    - i64::from(local.timestamp_subsec_micros());
                while self.local(start).offset_s() != local.offset_s() {
                    start += 60_000_000;
                    start -= start.rem_euclid(60_000_000);
                }
                (
                    false,
                    start,
                    self.local(start).format("%Y-%m-%dT%H:%M%:z").to_string(),
                )
            }
            Bucket::Day => (false, i64::from(date.num_days_from_ce()), date.to_string()),
            Bucket::Week => {
                let back = (date.weekday().num_days_from_monday() + 7
                    - week_offset(self.question.week_start))
                    % 7;
                let first = date - chrono::Days::new(back.into());
                (
                    false,
                    i64::from(first.num_days_from_ce()),
                    first.to_string(),
                )
            }
            Bucket::Month => {
                let first = date.with_day(1).unwrap();
                (
                    false,
                    i64::from(first.num_days_from_ce()),
                    first.format("%Y-%m").to_string(),
                )
            }
        }
    }

    /// Every bucket a period touches, found by walking in quarters of an hour.
    fn buckets(&self, period: Period, bucket: Bucket) -> Vec<Part> {
        let mut found = BTreeMap::new();
        let mut time_us = period.from_us;
        while time_us < period.until_us {
            let part = self.bucket(time_us, bucket);
            found.insert(part.1, part);
            time_us = (time_us - time_us.rem_euclid(900_000_000)) + 900_000_000;
        }
        found.into_values().collect()
    }

    fn bucket_end(&self, order: i64, bucket: Bucket) -> i64 {
        // Walk on until the bucket is another one.
        let mut time_us = match bucket {
            Bucket::Hour => order,
            _ => (order - 719_163 - 1) * 86_400_000_000,
        };
        while self.bucket(time_us, bucket).1 <= order {
            time_us = (time_us - time_us.rem_euclid(900_000_000)) + 900_000_000;
        }
        time_us
    }

    fn measure(
        &self,
        metric: MetricId,
        rows: &[&Event],
        groups: &BTreeMap<Vec<Part>, Vec<&Event>>,
        end_us: i64,
        key: &[Part],
    ) -> Cell {
        let executed = |event: &&&Event| {
            event.kind == EventKind::Execution && event.outcome != Outcome::Rejected
        };
        let of = |outcome: Outcome| {
            rows.iter()
                .filter(|event| event.kind == EventKind::Execution && event.outcome == outcome)
                .count() as i64
        };
        let executions = rows.iter().filter(executed).count() as i64;
        let mut durations: Vec<f64> = rows
            .iter()
            .filter(|event| event.kind == EventKind::Execution)
            .filter(|event| {
                matches!(
                    event.outcome,
                    Outcome::Success | Outcome::Failure | Outcome::Cancelled
                )
            })
            .filter_map(|event| event.duration_ms)
            .collect();
        durations.sort_by(f64::total_cmp);
        let float = |value: Option<f64>| value.map_or(Cell::Null, Cell::Float);
        match metric {
            MetricId::Executions => Cell::Int(executions),
            MetricId::Successes => Cell::Int(of(Outcome::Success)),
            MetricId::Failures => Cell::Int(of(Outcome::Failure)),
            MetricId::Cancelled => Cell::Int(of(Outcome::Cancelled)),
            MetricId::Rejected => Cell::Int(of(Outcome::Rejected)),
            MetricId::Running => Cell::Int(of(Outcome::Running)),
            MetricId::SuccessRate => {
                let (good, bad) = (of(Outcome::Success), of(Outcome::Failure));
                float((good + bad > 0).then(|| good as f64 / (good + bad) as f64))
            }
            MetricId::Share => {
                let all = groups
                    .values()
                    .flatten()
                    .filter(|event| executed(event))
                    .count();
                float((all > 0).then(|| executions as f64 / all as f64))
            }
            MetricId::Users => {
                let active = rows
                    .iter()
                    .filter(|event| executed(event) || event.kind == EventKind::Conversation);
                Cell::Int(
                    active
                        .filter_map(|event| event.user)
                        .collect::<BTreeSet<_>>()
                        .len() as i64,
                )
            }
            MetricId::DurationMean => float(
                (!durations.is_empty())
                    .then(|| durations.iter().sum::<f64>() / durations.len() as f64),
            ),
            MetricId::DurationMin => float(durations.first().copied()),
            MetricId::DurationMax => float(durations.last().copied()),
            MetricId::DurationP50 => float(percentile(&durations, 0.5)),
            MetricId::DurationP95 => float(percentile(&durations, 0.95)),
            MetricId::DurationP99 => float(percentile(&durations, 0.99)),
            MetricId::LastUsed => rows
                .iter()
                .filter(executed)
                .map(|event| event.time_us)
                .max()
                .map_or(Cell::Null, Cell::Time),
            MetricId::Adopters => {
                let ever = self
                    .matching()
                    .filter(|event| executed(&event) && event.time_us < end_us);
                let alike = ever.filter(|event| {
                    self.query
                        .group_by
                        .iter()
                        .zip(key)
                        .all(|(dimension, part)| {
                            dimension.is_time() || self.part(event, *dimension) == *part
                        })
                });
                Cell::Int(
                    alike
                        .filter_map(|event| event.user)
                        .collect::<BTreeSet<_>>()
                        .len() as i64,
                )
            }
            other => measure(other, rows, &self.events),
        }
    }

    fn change(
        &self,
        metric: MetricId,
        current: &Cell,
        old: &Cell,
        period: Period,
        previous: Period,
    ) -> Cell {
        let (Some(mut now), Some(mut before)) = (current.number(), old.number()) else {
            return Cell::Null;
        };
        let counts = matches!(
            metric,
            MetricId::Executions
                | MetricId::Successes
                | MetricId::Failures
                | MetricId::Cancelled
                | MetricId::Rejected
                | MetricId::Running
        ) || sums_up(metric);
        if counts && period.length_us() != previous.length_us() && previous.length_us() > 0 {
            now /= period.length_us() as f64;
            before /= previous.length_us() as f64;
        }
        if before != 0.0 {
            Cell::Float((now - before) / before)
        } else if now > 0.0 {
            Cell::New
        } else {
            Cell::Null
        }
    }
}

/// Edges and names written out again.
fn duration_class(event: &Event) -> Part {
    const EDGES_MS: [u32; 18] = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000, 120_000,
        300_000, 600_000,
    ];
    const NAMES: &str = "< 1 ms,1–2 ms,2–5 ms,5–10 ms,10–20 ms,20–50 ms,50–100 ms,100–200 ms,200–500 ms,500 ms–1 s,1–2 s,2–5 s,5–10 s,10–20 s,20 s–1 min,1–2 min,2–5 min,5–10 min,≥ 10 min";
    use Outcome::{Cancelled, Failure, Success};
    let finished = event.kind == EventKind::Execution
        && matches!(event.outcome, Success | Failure | Cancelled);
    match event.duration_ms.filter(|_| finished) {
        None => (true, 0, String::new()),
        Some(ms) => {
            let class = EDGES_MS
                .iter()
                .filter(|&&edge| ms >= f64::from(edge))
                .count();
            (
                false,
                class as i64,
                NAMES.split(',').nth(class).unwrap().into(),
            )
        }
    }
}

trait OffsetSeconds {
    fn offset_s(&self) -> i32;
}

impl OffsetSeconds for DateTime<Tz> {
    fn offset_s(&self) -> i32 {
        use chrono::Offset;
        self.offset().fix().local_minus_utc()
    }
}

fn week_offset(week: WeekStart) -> u32 {
    match week {
        WeekStart::Monday => 0,
        WeekStart::Saturday => 5,
        WeekStart::Sunday => 6,
    }
}

fn percentile(sorted: &[f64], q: f64) -> Option<f64> {
    let rank = q * (sorted.len().checked_sub(1)?) as f64;
    let (low, high) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
    Some(low + (high - low) * rank.fract())
}

/// Written out from the paper's formula, not from the registry's code.
fn wilson(rows: &[&Event]) -> (Cell, Cell) {
    let of = |outcome: Outcome| {
        rows.iter()
            .filter(|event| event.kind == EventKind::Execution && event.outcome == outcome)
            .count() as f64
    };
    let (good, n) = (
        of(Outcome::Success),
        of(Outcome::Success) + of(Outcome::Failure),
    );
    if n == 0.0 {
        return (Cell::Null, Cell::Null);
    }
    let z = 1.959_963_984_540_054_f64;
    let centre = (good + z * z / 2.0) / (n + z * z);
    let half = z / (n + z * z) * (good * (n - good) / n + z * z / 4.0).sqrt();
    (
        Cell::Float((centre - half).max(0.0)),
        Cell::Float((centre + half).min(1.0)),
    )
}
