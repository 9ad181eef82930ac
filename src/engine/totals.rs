//! What holds for a whole table: adopters, seats, and the measures over everything the query covers.

use super::adoption::{Adopters, seats};
use super::cells::change_cell;
use super::cuts::bucket_end_us;
use super::measures;
use super::state::GroupState;
use super::tables::{AdopterCounts, Numbers, Source, Tabler};
use crate::metrics::{MetricId, growth_rate};
use crate::model::zone::{Bucket, DAY_US};
use crate::model::{Cell, TimeUs};
use crate::query::Period;

impl Tabler<'_> {
    pub(super) fn adopters(
        &self,
        period: Period,
        bucket: Option<Bucket>,
        keys: &[i64],
    ) -> AdopterCounts {
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

    pub(super) fn adoption_times(
        &self,
        period: Period,
        bucket: Option<Bucket>,
        keys: &[i64],
    ) -> Vec<TimeUs> {
        bucket.map_or_else(
            || vec![period.until_us],
            |bucket| {
                keys.iter()
                    .map(|&key| bucket_end_us(key, bucket, self.zone, period))
                    .collect()
            },
        )
    }

    pub(super) fn seats(&self) -> Option<u64> {
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
            self.names,
        )
    }

    pub(super) fn executions(&self, task: usize) -> u64 {
        let groups = self.tasks[task].groups.iter();
        groups.fold(0, |sum, (_, state)| sum.saturating_add(state.executions()))
    }

    /// Lengths in days, when the two periods differ in length.
    pub(super) fn per_day(periods: (Period, Option<Period>)) -> Option<(f64, f64)> {
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
    pub(super) fn totals(
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
                total.add(state);
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
        let (held, names) = (self.held, self.names);
        let mut cell = |metric: MetricId, of_previous: bool| match metric {
            _ if !held.tells(metric) => Cell::Null,
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
                measures::cell(metric, state, all_previous, names)
            }),
            _ => measures::cell(metric, &mut current, all, names),
        };
        let mut cells: Vec<Cell> = Vec::with_capacity(sources.len());
        for &source in sources {
            let known = |wanted: Source| {
                let at = sources.iter().position(|held| *held == wanted)?;
                cells.get(at).cloned()
            };
            let told = match source {
                Source::Dimension(_) => Cell::Null,
                Source::Current(metric) => cell(metric, false),
                Source::Previous(metric) => cell(metric, true),
                Source::Change(metric) => {
                    let current = known(Source::Current(metric));
                    let previous = known(Source::Previous(metric));
                    let current = current.unwrap_or_else(|| cell(metric, false));
                    let previous = previous.unwrap_or_else(|| cell(metric, true));
                    change_cell(metric, &current, &previous, numbers.per_day)
                }
            };
            cells.push(told);
        }
        (cells, events)
    }
}
