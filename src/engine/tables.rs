//! One query's table: rows, order, comparison, totals.

use std::collections::HashMap;

use super::adoption::{Adopters, seats};
use super::measures;
use super::partial::TaskState;
use super::plan::{Plan, QueryPlan, bucket_end_us, bucket_keys};
use super::state::{GroupState, Key, KeyPart};
use crate::metrics::{Merge, MetricId, change, growth_rate};
use crate::model::zone::{Bucket, DAY_US};
use crate::model::{Cell, Directory, ResultTable, TableColumn, TimeUs, Unit, Zone};
use crate::query::{Dimension, Period, Query, Question};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Source {
    Dimension(usize),
    Current(MetricId),
    Previous(MetricId),
    Change(MetricId),
}

/// A row to be: its key, and that of the comparison's group.
struct Row {
    key: Key,
    previous_key: Option<Key>,
    /// Position of its bucket, for tables by time.
    bucket: usize,
}

/// Makes the table of one query.
pub struct Tabler<'a> {
    pub tasks: &'a mut [TaskState],
    pub plan: &'a Plan,
    pub planned: &'a QueryPlan,
    pub query: &'a Query,
    pub question: &'a Question,
    pub zone: &'a Zone,
    pub directory: Option<&'a Directory>,
}

/// Adopters of each group at each bucket's end (or at the period's).
type AdopterCounts = HashMap<Key, Vec<Option<u64>>>;

impl Tabler<'_> {
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
        let buckets = keys(periods.0);
        let previous_buckets = periods.1.map(keys).unwrap_or_default();
        let mut rows = self.rows(&buckets, &previous_buckets);
        let groups = rows.len() as u64;
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
            per_day: self.per_day(periods),
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
    fn rows(&self, buckets: &[i64], previous_buckets: &[i64]) -> Vec<Row> {
        let positions: HashMap<i64, usize> =
            (0..).zip(buckets).map(|(at, &key)| (key, at)).collect();
        let row = |key: Key| {
            let mut bucket = 0;
            let mut previous_key = Some(key.clone());
            for (at, dimension) in self.query.group_by.iter().enumerate() {
                if let (Dimension::Time(_), KeyPart::Number(number)) = (dimension, &key[at]) {
                    bucket = positions.get(number).copied().unwrap_or_default();
                    // Buckets of the two periods are compared in order.
                    match (previous_buckets.get(bucket), &mut previous_key) {
                        (Some(&aligned), Some(previous)) => previous[at] = KeyPart::Number(aligned),
                        _ => previous_key = None,
                    }
                }
            }
            Row {
                key,
                previous_key,
                bucket,
            }
        };
        match self.query.group_by[..] {
            [] => vec![row(Key::new())],
            [Dimension::Time(_)] => buckets
                .iter()
                .map(|&key| row(vec![KeyPart::Number(key)]))
                .collect(),
            _ => {
                let groups = self.tasks[self.planned.current].groups.iter();
                groups
                    .filter(|(_, state)| state.events() > 0)
                    .filter(|(key, _)| !self.query.skip_absent || !key.contains(&KeyPart::Absent))
                    .map(|(key, _)| row(key.clone()))
                    .collect()
            }
        }
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

    fn column(&self, source: Source) -> TableColumn {
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

    fn sort(&mut self, rows: &mut Vec<Row>, sources: &[Source], numbers: &Numbers) {
        let columns: Vec<String> = sources
            .iter()
            .map(|source| self.column(*source).name)
            .collect();
        let orders: Vec<(Source, bool)> = self
            .query
            .order
            .iter()
            .filter_map(|order| {
                let at = columns.iter().position(|name| *name == order.column)?;
                // Rankings by rate go by what is certain, so that one lucky execution does not win.
                let source = match sources[at] {
                    Source::Current(MetricId::SuccessRate) => {
                        Source::Current(MetricId::SuccessRateLow)
                    }
                    source => source,
                };
                Some((source, order.descending))
            })
            .collect();
        if orders.is_empty() {
            return;
        }
        let order_sources: Vec<Source> = orders.iter().map(|&(source, _)| source).collect();
        let mut keyed: Vec<(Vec<Cell>, Row)> = std::mem::take(rows)
            .into_iter()
            .map(|row| (self.cells(&row, &order_sources, numbers), row))
            .collect();
        // Stable: ties stay in the order of their keys.
        keyed.sort_by(|a, b| {
            let cells = a.0.iter().zip(&b.0).zip(&orders);
            cells
                .map(|((a, b), (_, descending))| compare(a, b, *descending))
                .find(|order| order.is_ne())
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        rows.extend(keyed.into_iter().map(|(_, row)| row));
    }

    fn cells(&mut self, row: &Row, sources: &[Source], numbers: &Numbers) -> Vec<Cell> {
        sources
            .iter()
            .map(|&source| match source {
                Source::Dimension(at) => self.dimension_cell(at, &row.key[at]),
                Source::Current(metric) => self.current(row, metric, numbers),
                Source::Previous(metric) => self.previous(row, metric, numbers),
                Source::Change(metric) => {
                    let current = self.current(row, metric, numbers);
                    let previous = self.previous(row, metric, numbers);
                    change_cell(metric, &current, &previous, numbers.per_day)
                }
            })
            .collect()
    }

    fn dimension_cell(&self, at: usize, part: &KeyPart) -> Cell {
        match (self.query.group_by[at], part) {
            (_, KeyPart::Absent) => Cell::Null,
            (_, KeyPart::Text(text)) => Cell::Text(text.clone()),
            (Dimension::Time(bucket), KeyPart::Number(key)) => {
                Cell::Text(self.zone.bucket_label(*key, bucket).into())
            }
            (_, KeyPart::Number(number)) => Cell::Text(number.to_string().into()),
        }
    }

    fn current(&mut self, row: &Row, metric: MetricId, numbers: &Numbers) -> Cell {
        match metric {
            MetricId::Adopters | MetricId::AdoptionShare => self.adoption(
                &row.key,
                row.bucket,
                metric,
                &numbers.adopters[0],
                numbers.seats,
            ),
            MetricId::GrowthMonthly => self.growth(&row.key),
            _ => state_cell(
                &mut self.tasks[self.planned.current],
                &row.key,
                metric,
                numbers.executions,
            ),
        }
    }

    fn previous(&mut self, row: &Row, metric: MetricId, numbers: &Numbers) -> Cell {
        let (Some(task), Some(key)) = (self.planned.previous, &row.previous_key) else {
            return Cell::Null;
        };
        match metric {
            MetricId::Adopters | MetricId::AdoptionShare => {
                self.adoption(key, row.bucket, metric, &numbers.adopters[1], numbers.seats)
            }
            _ => state_cell(
                &mut self.tasks[task],
                key,
                metric,
                numbers.previous_executions,
            ),
        }
    }

    fn adoption(
        &self,
        key: &Key,
        bucket: usize,
        metric: MetricId,
        adopters: &AdopterCounts,
        seats: Option<u64>,
    ) -> Cell {
        let counts = adopters.get(&self.untimed(key));
        let Some(count) = counts.map_or(Some(0), |counts| counts.get(bucket).copied().flatten())
        else {
            return Cell::Null;
        };
        match (metric, seats) {
            (MetricId::Adopters, _) => Cell::Int(count as i64),
            (_, Some(seats)) if seats > 0 => Cell::Float(count as f64 / seats as f64),
            _ => Cell::Null,
        }
    }

    fn growth(&self, key: &Key) -> Cell {
        let Some((before, last)) = self.planned.growth else {
            return Cell::Null;
        };
        let executions = |task: usize| {
            let task = &self.tasks[task];
            task.group(key)
                .map_or(0, |at| task.groups[at].1.executions())
        };
        let days = |period: Period| period.length_us() as f64 / DAY_US as f64;
        let (period_before, period_last) = self.plan.growth_months;
        let (count, count_before) = (executions(last), executions(before));
        match growth_rate(count, days(period_last), count_before, days(period_before)) {
            Some(growth) => Cell::Float(growth),
            None if count > 0 => Cell::New,
            None => Cell::Null,
        }
    }

    /// A key without its times.
    fn untimed(&self, key: &Key) -> Key {
        let parts = key.iter().zip(&self.query.group_by);
        parts
            .filter(|(_, dimension)| !dimension.is_time())
            .map(|(part, _)| part.clone())
            .collect()
    }

    fn adopters(&self, period: Period, bucket: Option<Bucket>, keys: &[i64]) -> AdopterCounts {
        let Some(task) = self.planned.first_use else {
            return AdopterCounts::new();
        };
        let times = self.adoption_times(period, bucket, keys);
        let cuts = &self.plan.tasks[task].cuts;
        let groups = self.tasks[task].groups.iter();
        groups
            .map(|(key, state)| (key.clone(), Adopters::new(state).before(&times, cuts)))
            .collect()
    }

    fn adoption_times(&self, period: Period, bucket: Option<Bucket>, keys: &[i64]) -> Vec<TimeUs> {
        bucket.map_or_else(
            || vec![period.until_us],
            |bucket| {
                keys.iter()
                    .map(|&key| bucket_end_us(key, bucket, self.zone, period))
                    .collect()
            },
        )
    }

    fn seats(&self) -> Option<u64> {
        let seen = self
            .planned
            .seen
            .and_then(|task| self.tasks[task].groups.first())
            .map(|(_, state)| state);
        let filters = self.plan.tasks[self.planned.current].filters;
        seats(
            self.directory,
            &self.plan.filter_sets[filters].clauses,
            seen,
        )
    }

    fn executions(&self, task: usize) -> u64 {
        let groups = self.tasks[task].groups.iter();
        groups.map(|(_, state)| state.executions()).sum()
    }

    /// Lengths in days, when the two periods differ in length.
    fn per_day(&self, periods: (Period, Option<Period>)) -> Option<(f64, f64)> {
        let previous = periods.1?;
        let (current, previous) = (periods.0.length_us(), previous.length_us());
        let differ = current != previous && previous > 0;
        differ.then(|| {
            (
                current as f64 / DAY_US as f64,
                previous as f64 / DAY_US as f64,
            )
        })
    }

    /// The measures over everything the query covers, and how many events that is.
    fn totals(
        &mut self,
        sources: &[Source],
        numbers: &Numbers,
        periods: (Period, Option<Period>),
    ) -> (Vec<Cell>, u64) {
        // A table without dimensions is its own total.
        let mut total_of = |task: usize| {
            let groups = &mut self.tasks[task].groups;
            if groups.len() == 1 && self.query.group_by.is_empty() {
                return groups[0].1.clone();
            }
            let mut total = GroupState::default();
            for (_, state) in groups.iter() {
                total.merge(state.clone());
            }
            total
        };
        let mut current = total_of(self.planned.current);
        let events = current.events();
        let mut previous = self.planned.previous.map(&mut total_of);
        let growth = self
            .planned
            .growth
            .map(|(before, last)| (total_of(before), total_of(last)));
        let first_use = self.planned.first_use.map(&mut total_of);
        let adopters_at = |period: Option<Period>| -> Option<u64> {
            let (task, state) = self.planned.first_use.zip(first_use.as_ref())?;
            let cuts = &self.plan.tasks[task].cuts;
            Adopters::new(state).before(&[period?.until_us], cuts)[0]
        };
        let adoption =
            |metric: MetricId, period: Option<Period>| match (adopters_at(period), metric) {
                (Some(count), MetricId::Adopters) => Cell::Int(count as i64),
                (Some(count), _) => match numbers.seats {
                    Some(seats) if seats > 0 => Cell::Float(count as f64 / seats as f64),
                    _ => Cell::Null,
                },
                (None, _) => Cell::Null,
            };
        let (all, all_previous) = (numbers.executions, numbers.previous_executions);
        let mut cell = |metric: MetricId, of_previous: bool| match metric {
            MetricId::Adopters | MetricId::AdoptionShare => adoption(
                metric,
                if of_previous {
                    periods.1
                } else {
                    Some(periods.0)
                },
            ),
            MetricId::GrowthMonthly => {
                let days = |period: Period| period.length_us() as f64 / DAY_US as f64;
                let (before, last) = self.plan.growth_months;
                growth
                    .as_ref()
                    .and_then(|(a, b)| {
                        growth_rate(b.executions(), days(last), a.executions(), days(before))
                    })
                    .map_or(Cell::Null, Cell::Float)
            }
            _ if of_previous => previous.as_mut().map_or(Cell::Null, |state| {
                measures::cell(metric, state, all_previous)
            }),
            _ => measures::cell(metric, &mut current, all),
        };
        let cells = sources
            .iter()
            .map(|&source| match source {
                Source::Dimension(_) => Cell::Null,
                Source::Current(metric) => cell(metric, false),
                Source::Previous(metric) => cell(metric, true),
                Source::Change(metric) => {
                    let (current, previous) = (cell(metric, false), cell(metric, true));
                    change_cell(metric, &current, &previous, numbers.per_day)
                }
            })
            .collect();
        (cells, events)
    }
}

/// What all rows need to know.
struct Numbers {
    executions: u64,
    previous_executions: u64,
    seats: Option<u64>,
    /// Days of the period and of the comparison, when they differ.
    per_day: Option<(f64, f64)>,
    /// Of the period and of the comparison.
    adopters: [AdopterCounts; 2],
}

fn state_cell(task: &mut TaskState, key: &Key, metric: MetricId, all: u64) -> Cell {
    match task.group(key) {
        Some(at) => measures::cell(metric, &mut task.groups[at].1, all),
        None => measures::cell(metric, &mut GroupState::default(), all),
    }
}

/// Times are not compared, and growth is a comparison itself.
fn is_compared(metric: MetricId) -> bool {
    !matches!(metric, MetricId::LastUsed | MetricId::GrowthMonthly)
}

fn change_cell(
    metric: MetricId,
    current: &Cell,
    previous: &Cell,
    per_day: Option<(f64, f64)>,
) -> Cell {
    let (Some(current), Some(previous)) = (current.number(), previous.number()) else {
        return Cell::Null;
    };
    let (current, previous) = match per_day {
        Some((days, days_before)) if metric.spec().merge == Merge::Sum => {
            (current / days, previous / days_before)
        }
        _ => (current, previous),
    };
    match change(current, previous) {
        Some(change) => Cell::Float(change),
        None if current > 0.0 => Cell::New,
        None => Cell::Null,
    }
}

/// Missing values stand last, whichever way the order goes.
fn compare(a: &Cell, b: &Cell, descending: bool) -> std::cmp::Ordering {
    use std::cmp::Ordering;
    let rank = |cell: &Cell| matches!(cell, Cell::Null);
    let order = match (a, b) {
        (Cell::Text(a), Cell::Text(b)) => a.cmp(b),
        // "new" is more than any change.
        (Cell::New, Cell::New) => Ordering::Equal,
        (Cell::New, _) if !rank(b) => Ordering::Greater,
        (_, Cell::New) if !rank(a) => Ordering::Less,
        _ => match (a.number(), b.number()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => return rank(a).cmp(&rank(b)),
        },
    };
    if descending { order.reverse() } else { order }
}

fn is_incomplete(key: i64, bucket: Bucket, zone: &Zone, period: Period) -> bool {
    let start = zone.bucket_start_us(key, bucket);
    let end = zone.bucket_start_us(zone.next_bucket_key(key, bucket), bucket);
    start < period.from_us || end > period.until_us
}
