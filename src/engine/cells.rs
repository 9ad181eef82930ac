//! The cells of a row: what the group's states, the comparison and the months before say.

use super::measures;
use super::partial::TaskState;
use super::state::{GroupState, Key, KeyPart};
use super::tables::{AdopterCounts, Numbers, Place, Row, Source, Tabler};
use crate::metrics::{Merge, MetricId, change, growth_rate};
use crate::model::Cell;
use crate::model::durations::DURATION_CLASSES;
use crate::model::zone::DAY_US;
use crate::query::{Dimension, Period};

impl Tabler<'_> {
    pub(super) fn cells(&mut self, row: &Row, sources: &[Source], numbers: &Numbers) -> Vec<Cell> {
        let mut cells: Vec<Cell> = Vec::with_capacity(sources.len());
        for &source in sources {
            // A change follows the two numbers it is between.
            let known = |wanted: Source| {
                let at = sources.iter().position(|held| *held == wanted)?;
                cells.get(at).cloned()
            };
            let cell = match source {
                Source::Dimension(at) => self.dimension_cell(at, &row.key[at]),
                Source::Current(metric) => self.current(row, metric, numbers),
                Source::Previous(metric) => self.previous(row, metric, numbers),
                Source::Change(metric) => {
                    let current = known(Source::Current(metric))
                        .unwrap_or_else(|| self.current(row, metric, numbers));
                    let previous = known(Source::Previous(metric))
                        .unwrap_or_else(|| self.previous(row, metric, numbers));
                    change_cell(metric, &current, &previous, numbers.per_day)
                }
            };
            cells.push(cell);
        }
        cells
    }

    pub(super) fn dimension_cell(&self, at: usize, part: &KeyPart) -> Cell {
        match (self.query.group_by[at], part) {
            (_, KeyPart::Absent) => Cell::Null,
            (_, KeyPart::Text(text)) => Cell::Text(text.clone()),
            (Dimension::Time(bucket), KeyPart::Number(key)) => {
                Cell::Text(self.zone.bucket_label(*key, bucket).into())
            }
            (Dimension::HourOfDay, KeyPart::Number(hour)) => {
                Cell::Text(format!("{hour:02}:00").into())
            }
            (Dimension::DurationClass, KeyPart::Number(class)) => {
                let class = usize::try_from(*class).ok();
                let named = class.and_then(|class| DURATION_CLASSES.get(class));
                named.map_or(Cell::Null, |&(_, name)| Cell::Text(name.into()))
            }
            (_, KeyPart::Number(number)) => Cell::Text(number.to_string().into()),
        }
    }

    pub(super) fn current(&mut self, row: &Row, metric: MetricId, numbers: &Numbers) -> Cell {
        match metric {
            _ if !self.held.tells(metric) => Cell::Null,
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
                (&row.key, &row.places[0]),
                metric,
                numbers.executions,
                self.names,
            ),
        }
    }

    pub(super) fn previous(&mut self, row: &Row, metric: MetricId, numbers: &Numbers) -> Cell {
        let (Some(task), Some(key)) = (self.planned.previous, &row.previous_key) else {
            return Cell::Null;
        };
        match metric {
            _ if !self.held.tells(metric) => Cell::Null,
            MetricId::Adopters | MetricId::AdoptionShare => {
                self.adoption(key, row.bucket, metric, &numbers.adopters[1], numbers.seats)
            }
            _ => state_cell(
                &mut self.tasks[task],
                (key, &row.places[1]),
                metric,
                numbers.previous_executions,
                self.names,
            ),
        }
    }

    pub(super) fn adoption(
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

    pub(super) fn growth(&self, key: &Key) -> Cell {
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
    pub(super) fn untimed(&self, key: &Key) -> Key {
        let parts = key.iter().zip(&self.query.group_by);
        parts
            .filter(|(_, dimension)| !dimension.is_time())
            .map(|(part, _)| part.clone())
            .collect()
    }
}

/// A cell of a row; its group is looked up once for all of them.
fn state_cell(
    task: &mut TaskState,
    (key, place): (&Key, &std::cell::Cell<Option<Place>>),
    metric: MetricId,
    all: u64,
    names: &[u64],
) -> Cell {
    let found = place.get().unwrap_or_else(|| task.group(key));
    place.set(Some(found));
    match found {
        Some(at) => measures::cell(metric, &mut task.groups[at].1, all, names),
        None => measures::cell(metric, &mut GroupState::default(), all, names),
    }
}

pub(super) fn change_cell(
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
