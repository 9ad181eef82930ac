//! The one pass: every chunk of rows is looked at once for all queries of a question.

use super::filter::Filter;
use super::fold::Fold;
use super::groups::rows_in;
use super::load::Engine;
use super::partial::PartialAnswer;
use super::people;
use super::people_fold::PeopleFold;
use super::plan::{Plan, Task};
use super::segment::{CHUNK_ROWS, Segment};
use crate::model::zone::HOUR_US;
use crate::query::{AskContext, Period, Query, Question};

/// A question on its way over the rows of one shard.
#[derive(Debug)]
pub struct Pass {
    question: Question,
    queries: Vec<Query>,
    context: AskContext,
    plan: Plan,
    filters: Vec<Filter>,
    folds: Vec<Fold>,
    people: Vec<PeopleFold>,
    /// The engine's version this pass was planned for.
    version: u64,
    /// Next segment and chunk; after the raw segments come the pre-aggregated ones, chunk by chunk too.
    segment: usize,
    chunk: usize,
    rows_done: u64,
    rows_total: u64,
    rows_scanned: u64,
    rows_skipped: u64,
    hours_cut: bool,
    selected: Vec<u32>,
}

impl Pass {
    pub(super) fn new(
        engine: &Engine,
        question: &Question,
        queries: &[Query],
        context: &AskContext,
    ) -> Self {
        let plan = Plan::new(question, queries, context, engine.zone());
        let filters = plan
            .filter_sets
            .iter()
            .map(|set| Filter::new(set, engine))
            .collect();
        let folds = plan
            .tasks
            .iter()
            .map(|task| {
                let any_person = plan.filter_sets[task.filters].any_person;
                Fold::new(task, any_person, engine, plan.week_start)
            })
            .collect();
        let compared = plan.comparison.as_ref().map(|compared| compared.period);
        let people = plan
            .people
            .iter()
            .map(|task| PeopleFold::new(task, (plan.period, compared), plan.as_of_us, engine));
        let people = people.collect();
        let raw: usize = engine.segments.iter().map(Segment::len).sum();
        let hours: usize = engine.hours.iter().map(|held| held.rows.len()).sum();
        Self {
            question: question.clone(),
            queries: queries.to_vec(),
            context: context.clone(),
            plan,
            filters,
            folds,
            people,
            version: engine.version,
            segment: 0,
            chunk: 0,
            rows_done: 0,
            rows_total: (raw + hours) as u64,
            rows_scanned: 0,
            rows_skipped: 0,
            hours_cut: false,
            selected: Vec::new(),
        }
    }

    /// Walks over about `rows_max` rows more; **true while there is more to do** (`while pass.step(…) {}`).
    /// If the engine's data, zone or directory changed since the last step, the pass begins again by itself.
    pub fn step(&mut self, engine: &Engine, rows_max: usize) -> bool {
        if self.version != engine.version {
            *self = Self::new(engine, &self.question, &self.queries, &self.context);
        }
        // What is skipped costs nearly nothing; what is scanned counts.
        let until = self.rows_scanned + rows_max as u64;
        while self.rows_scanned < until {
            if let Some(segment) = engine.segments.get(self.segment) {
                self.raw_chunk(segment);
            } else if let Some(hours) = engine.hours.get(self.segment - engine.segments.len()) {
                self.hour_chunk(engine, hours);
            } else {
                return false;
            }
        }
        self.segment < engine.segments.len() + engine.hours.len()
    }

    /// Share of the rows done, 0 to 1.
    pub fn progress(&self) -> f64 {
        if self.rows_total == 0 {
            1.0
        } else {
            self.rows_done as f64 / self.rows_total as f64
        }
    }

    /// The states so far; complete once [`Self::step`] gave false.
    pub fn finish(self, engine: &Engine) -> PartialAnswer {
        let after_now = self.context.now_us.saturating_add(1);
        let future: usize = engine
            .segments
            .iter()
            .map(|segment| segment.len() - segment.times.first_at(after_now))
            .sum();
        // Long lists of names are hashed only where somebody is told apart.
        let tells_people = |fold: &Fold| fold.needs.users || fold.needs.first_use;
        let hashes = if self.folds.iter().any(tells_people) || !self.people.is_empty() {
            engine.dictionaries[people::USER].hashes()
        } else {
            Vec::new()
        };
        PartialAnswer {
            tasks: self
                .folds
                .into_iter()
                .map(|fold| fold.finish(engine, &hashes))
                .collect(),
            people: self
                .people
                .into_iter()
                .map(|fold| fold.finish(engine, &hashes))
                .collect(),
            rows_scanned: self.rows_scanned,
            rows_skipped: self.rows_skipped,
            fingerprint: engine.fingerprint(),
            newest_event_us: engine.newest_event(),
            future_events: future as u64,
            hours_cut: self.hours_cut,
            held: engine.held(),
        }
    }

    // A function of its own: inlined into the worker's loop, a browser would leave it in its first, slow compilation.
    #[inline(never)]
    fn raw_chunk(&mut self, segment: &Segment) {
        let from = self.chunk * CHUNK_ROWS;
        let until = (from + CHUNK_ROWS).min(segment.len());
        let mut touched = false;
        if self.chunk == 0 {
            for (task, fold) in self.plan.tasks.iter().zip(&mut self.folds) {
                if let Some(people) = everybody(&self.plan, task, segment) {
                    fold.everybody(people);
                }
            }
        }
        let plan = &self.plan;
        for (set, filter) in self.filters.iter().enumerate() {
            // The rows any task of this set wants.
            let tasks = || {
                plan.tasks.iter().enumerate().filter(move |(_, task)| {
                    task.filters == set && everybody(plan, task, segment).is_none()
                })
            };
            let people = || {
                let people = plan.people.iter().enumerate();
                people
                    .filter(move |(_, task)| task.filters == set)
                    .filter_map(|(at, task)| Some((at, task.span()?)))
            };
            let periods = tasks().map(|(_, task)| task.period);
            let wanted = periods
                .chain(people().map(|(_, span)| span))
                .map(|period| rows_in(segment, period))
                .map(|span| span.start.max(from)..span.end.min(until))
                .filter(|span| span.start < span.end)
                .reduce(|all, span| all.start.min(span.start)..all.end.max(span.end));
            let Some(wanted) = wanted else { continue };
            if filter.rules_out(segment, self.chunk) {
                continue;
            }
            touched = true;
            filter.select(segment, wanted.start, wanted.end, &mut self.selected);
            let selected = &self.selected;
            let within = |period: Period| {
                let span = rows_in(segment, period);
                let first = selected.partition_point(|&row| (row as usize) < span.start);
                let last = selected.partition_point(|&row| (row as usize) < span.end);
                &selected[first..last.max(first)]
            };
            for (at, task) in tasks() {
                self.folds[at].rows(segment, within(task.period));
            }
            for (at, span) in people() {
                self.people[at].rows(segment, within(span));
            }
        }
        self.count(until - from, touched);
        self.chunk += 1;
        if until == segment.len() {
            self.folds
                .iter_mut()
                .for_each(|fold| fold.end_segment(segment));
            self.segment += 1;
            self.chunk = 0;
        }
    }

    #[inline(never)]
    fn hour_chunk(&mut self, engine: &Engine, hours: &super::hours::HourSegment) {
        let from = self.chunk * CHUNK_ROWS;
        let until = (from + CHUNK_ROWS).min(hours.rows.len());
        let mut touched = false;
        for (at, task) in self.plan.tasks.iter().enumerate() {
            let times = &hours.rows.hour_us[from..until];
            let first = from + times.partition_point(|&hour| hour < task.period.from_us);
            let last = from + times.partition_point(|&hour| hour < task.period.until_us);
            touched |= first < last;
            for row in first..last {
                let passes = self.filters[task.filters].passes_hour(hours, row);
                self.folds[at].hour(hours, row, passes);
            }
            let is_cut = |time_us: i64| {
                let hour_us = time_us.saturating_sub(time_us.rem_euclid(HOUR_US));
                hour_us != time_us && times.binary_search(&hour_us).is_ok()
            };
            self.hours_cut |= is_cut(task.period.from_us) || is_cut(task.period.until_us);
        }
        for (fold, task) in self.people.iter_mut().zip(&self.plan.people) {
            let Some(span) = task.span() else { continue };
            let times = &hours.rows.hour_us[from..until];
            // An hour that the span begins in reaches into it.
            let begin_us = span.from_us.saturating_sub(HOUR_US - 1);
            let first = from + times.partition_point(|&hour| hour < begin_us);
            let last = from + times.partition_point(|&hour| hour < span.until_us);
            touched |= first < last;
            for row in first..last {
                fold.hour(
                    hours,
                    row,
                    self.filters[task.filters].passes_hour(hours, row),
                );
            }
        }
        if touched {
            let odd = |time_us: i64| engine.zone().offset_us(time_us) % HOUR_US != 0;
            self.hours_cut |= odd(hours.rows.hour_us[from]) || odd(hours.rows.hour_us[until - 1]);
        }
        self.count(until - from, touched);
        self.chunk += 1;
        if until == hours.rows.len() {
            self.segment += 1;
            self.chunk = 0;
        }
    }

    fn count(&mut self, rows: usize, touched: bool) {
        self.rows_done += rows as u64;
        if touched {
            self.rows_scanned += rows as u64;
        } else {
            self.rows_skipped += rows as u64;
        }
    }
}

/// What a task wants of a segment, where it is known without a look at the rows.
fn everybody<'a>(plan: &Plan, task: &Task, segment: &'a Segment) -> Option<&'a [u64]> {
    let people = segment.people.as_deref()?;
    let is_whole = || rows_in(segment, task.period) == (0..segment.len());
    (plan.is_of_everybody(task) && is_whole()).then_some(people)
}
