//! One query's table: rows, order, comparison, totals.

use std::collections::HashMap;

use super::cuts::bucket_keys;
use super::measures;
use super::partial::TaskState;
use super::plan::{Plan, QueryPlan};
use super::reads::Held;
use super::state::{GroupState, Key, KeyPart};
use super::surroundings::Surroundings;
use crate::metrics::MetricId;
use crate::model::zone::Bucket;
use crate::model::{Directory, ResultTable, TableColumn, Unit, Zone};
use crate::query::{Dimension, Period, Query, Question};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Source {
    Dimension(usize),
    Current(MetricId),
    Previous(MetricId),
    Change(MetricId),
}

/// A row to be: its key, and that of the comparison's group.
pub(super) struct Row {
    pub(super) key: Key,
    pub(super) previous_key: Option<Key>,
    /// Position of its bucket, for tables by time.
    pub(super) bucket: usize,
    /// Where its group and that of the comparison stand, once that was looked up.
    pub(super) places: [std::cell::Cell<Option<Place>>; 2],
}

/// A position among a task's groups; `None` where it has none of this key.
pub(super) type Place = Option<usize>;

/// Makes the table of one query.
pub struct Tabler<'a> {
    pub tasks: &'a mut [TaskState],
    pub plan: &'a Plan,
    pub planned: &'a QueryPlan,
    pub query: &'a Query,
    pub question: &'a Question,
    pub zone: &'a Zone,
    pub directory: Option<&'a Directory>,
    /// What the data have at all.
    pub held: Held,
    /// The hashes that people in states point at.
    pub names: &'a [u64],
    /// Rows for what was there in the comparison only, too.
    pub keeps_vanished: bool,
}

/// Adopters of each group at each bucket's end (or at the period's).
pub(super) type AdopterCounts = HashMap<Key, Vec<Option<u64>>>;

impl<'a> Tabler<'a> {
    pub fn new(
        tasks: &'a mut [TaskState],
        planned: &'a QueryPlan,
        query: &'a Query,
        around: Surroundings<'a>,
    ) -> Self {
        Self {
            tasks,
            plan: around.plan,
            planned,
            query,
            question: around.question,
            zone: around.zone,
            directory: around.directory,
            held: around.held,
            names: around.names,
            keeps_vanished: false,
        }
    }

    pub fn table(&mut self) -> ResultTable {
        let periods = (
            self.plan.period,
            self.planned.previous.and(
                self.plan
                    .comparison
                    .as_ref()
                    .map(|comparison| comparison.period),
            ),
        );
        let bucket = self.query.group_by.iter().find_map(|one| match one {
            Dimension::Time(bucket) => Some(*bucket),
            _ => None,
        });
        let keys = |period| {
            bucket.map_or_else(Vec::new, |bucket| {
                bucket_keys(period, bucket, self.zone, self.question.week_start)
            })
        };
        let (part, part_before) = self.plan.bucketed;
        let buckets = keys(part);
        let previous_buckets = periods.1.and(part_before).map(keys).unwrap_or_default();
        let (mut rows, groups) = self.rows(&buckets, &previous_buckets);
        let adopters = [
            self.adopters(periods.0, bucket, &buckets),
            periods
                .1
                .map(|period| self.adopters(period, bucket, &previous_buckets))
                .unwrap_or_default(),
        ];
        let sources = self.sources();
        let numbers = Numbers {
            executions: self.executions(self.planned.current),
            previous_executions: self
                .planned
                .previous
                .map_or(0, |task| self.executions(task)),
            seats: self.seats(),
            per_day: Self::per_day(periods),
            adopters,
        };
        self.sort(&mut rows, &sources, &numbers);
        if let Some(limit) = self.query.limit {
            rows.truncate(limit as usize);
        }
        let cells = rows
            .iter()
            .map(|row| self.cells(row, &sources, &numbers))
            .collect();
        let (totals, events) = self.totals(&sources, &numbers, periods);
        let by_time = matches!(self.query.group_by[..], [Dimension::Time(_)]);
        let start = |key: i64| bucket.map_or(0, |bucket| self.zone.bucket_start_us(key, bucket));
        let time_rows = || rows.iter().filter(|_| by_time);
        ResultTable {
            id: self.query.id.clone(),
            title: self.query.title.clone(),
            columns: sources.iter().map(|source| self.column(*source)).collect(),
            rows: cells,
            totals,
            groups,
            events,
            incomplete_rows: time_rows()
                .enumerate()
                .filter(|(_, row)| {
                    bucket.is_some_and(|bucket| {
                        is_incomplete(buckets[row.bucket], bucket, self.zone, periods.0)
                    })
                })
                .map(|(at, _)| at as u32)
                .collect(),
            bucket_start_us: time_rows().map(|row| start(buckets[row.bucket])).collect(),
            previous_bucket_start_us: time_rows()
                .map(|row| previous_buckets.get(row.bucket).map(|&key| start(key)))
                .collect(),
        }
    }

    /// The rows in the order of their keys. Tables by time alone have every bucket; a table without dimensions one row.
    /// With the number of all rows there would be without a limit.
    fn rows(&self, buckets: &[i64], previous_buckets: &[i64]) -> (Vec<Row>, u64) {
        let positions: HashMap<i64, usize> =
            (0..).zip(buckets).map(|(at, &key)| (key, at)).collect();
        let row = |key: Key| {
            let mut bucket = 0;
            let mut previous_key = Some(key.clone());
            let time = self
                .query
                .group_by
                .iter()
                .position(|dimension| matches!(dimension, Dimension::Time(_)));
            if let Some((at, KeyPart::Number(number))) = time.map(|at| (at, &key[at])) {
                bucket = positions.get(number).copied().unwrap_or_default();
                // Buckets of the two periods are compared in order.
                match (previous_buckets.get(bucket), &mut previous_key) {
                    (Some(&aligned), Some(previous)) => previous[at] = KeyPart::Number(aligned),
                    _ => previous_key = None,
                }
            }
            Row {
                key,
                previous_key,
                bucket,
                places: Default::default(),
            }
        };
        let rows: Vec<Row> = match self.query.group_by[..] {
            [] => vec![row(Key::new())],
            [Dimension::Time(_)] => buckets
                .iter()
                .map(|&key| row(vec![KeyPart::Number(key)]))
                .collect(),
            _ => {
                let is_row = |(key, state): &&(Key, GroupState)| {
                    state.events() > 0
                        && (!self.query.skip_absent || !key.contains(&KeyPart::Absent))
                };
                let groups = self.tasks[self.planned.current].groups.iter();
                let mut found: Vec<&(Key, GroupState)> = groups.filter(is_row).collect();
                if let Some(task) = self.planned.previous.filter(|_| self.keeps_vanished) {
                    found.extend(self.tasks[task].groups.iter().filter(is_row));
                    found.sort_by(|a, b| a.0.cmp(&b.0));
                    found.dedup_by(|a, b| a.0 == b.0);
                }
                let count = found.len();
                self.leave_leaders(&mut found);
                let rows = found.into_iter().map(|(key, _)| row(key.clone()));
                return (rows.collect(), count as u64);
            }
        };
        let count = rows.len() as u64;
        (rows, count)
    }

    fn sources(&self) -> Vec<Source> {
        let dimensions = (0..self.query.group_by.len()).map(Source::Dimension);
        let compares = self.planned.previous.is_some();
        let measures = self.query.measures.iter().flat_map(|&metric| {
            let mut sources = vec![Source::Current(metric)];
            if metric == MetricId::SuccessRate {
                sources.extend([
                    Source::Current(MetricId::SuccessRateLow),
                    Source::Current(MetricId::SuccessRateHigh),
                ]);
            }
            if compares && is_compared(metric) {
                sources.extend([Source::Previous(metric), Source::Change(metric)]);
            }
            sources
        });
        dimensions.chain(measures).collect()
    }

    pub(super) fn column(&self, source: Source) -> TableColumn {
        let column = |name: String, metric: &str, label: String, unit| TableColumn {
            name,
            metric: metric.into(),
            label,
            unit,
            exact: true,
            error: 0.0,
        };
        let (metric, tasks) = match source {
            Source::Dimension(at) => {
                let dimension = self.query.group_by[at];
                let name = dimension.name();
                return column(name.into(), name, dimension.label().into(), Unit::Text);
            }
            Source::Current(metric) => (metric, vec![self.planned.current]),
            Source::Previous(metric) => (metric, self.planned.previous.into_iter().collect()),
            Source::Change(metric) => {
                let both = [Some(self.planned.current), self.planned.previous];
                (metric, both.into_iter().flatten().collect())
            }
        };
        let spec = metric.spec();
        let base = match metric {
            MetricId::AdoptionShare if self.directory.is_none() => "Share of people ever seen",
            _ => spec.name,
        };
        let mut column = match source {
            Source::Previous(_) => column(
                format!("{}_previous", spec.id),
                spec.id,
                format!("{base}, before"),
                spec.unit,
            ),
            Source::Change(_) => column(
                format!("{}_change", spec.id),
                spec.id,
                format!("{base}, change"),
                Unit::Change,
            ),
            _ => column(spec.id.into(), spec.id, base.into(), spec.unit),
        };
        let mut tasks: Vec<usize> = tasks;
        if matches!(metric, MetricId::Adopters | MetricId::AdoptionShare) {
            tasks = self.planned.first_use.into_iter().collect();
        }
        if tasks.iter().any(|&task| self.tasks[task].has_hours) {
            column.error = measures::error_from_hours(metric);
            column.exact = column.error == 0.0;
        }
        column
    }
}

/// What all rows need to know.
pub(super) struct Numbers {
    pub(super) executions: u64,
    pub(super) previous_executions: u64,
    pub(super) seats: Option<u64>,
    /// Days of the period and of the comparison, when they differ.
    pub(super) per_day: Option<(f64, f64)>,
    /// Of the period and of the comparison.
    pub(super) adopters: [AdopterCounts; 2],
}

/// Times are not compared, and growth is a comparison itself.
fn is_compared(metric: MetricId) -> bool {
    !matches!(metric, MetricId::LastUsed | MetricId::GrowthMonthly)
}

fn is_incomplete(key: i64, bucket: Bucket, zone: &Zone, period: Period) -> bool {
    let start = zone.bucket_start_us(key, bucket);
    let end = zone.bucket_start_us(zone.next_bucket_key(key, bucket), bucket);
    start < period.from_us || end > period.until_us
}
