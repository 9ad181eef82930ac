//! The one pass: every chunk of rows is looked at once for all queries of a question.

use std::ops::Range;
use std::sync::Arc;

use super::blocks::{Blocks, fold_of};
use super::filter::Filter;
use super::fold::Fold;
use super::groups::rows_in;
use super::kept::BLOCK_CHUNKS;
use super::load::Engine;
use super::partial::PartialAnswer;
use super::people_fold::PeopleFold;
use super::picked::{Picked, Wants};
use super::plan::{Plan, Task};
use super::segment::{CHUNK_ROWS, Segment};
use crate::model::zone::HOUR_US;
use crate::query::{AskContext, Query, Question};

/// How many rows are skipped in the time that one is looked at, at least.
pub(super) const SKIPPED_PER_LOOK: usize = 16;

/// A question on its way over the rows of one shard.
#[derive(Debug)]
pub struct Pass {
    question: Question,
    queries: Vec<Query>,
    context: AskContext,
    plan: Plan,
    filters: Vec<Filter>,
    folds: Vec<Fold>,
    blocks: Blocks,
    people: Vec<PeopleFold>,
    /// Their rows in the segment at hand.
    people_spans: Vec<Range<usize>>,
    /// The engine's version this pass was planned for.
    version: u64,
    /// Next segment and chunk; after the raw segments come the pre-aggregated ones, chunk by chunk too.
    segment: usize,
    chunk: usize,
    rows_done: u64,
    rows_total: u64,
    rows_scanned: u64,
    rows_skipped: u64,
    /// Rows that the step at hand has looked at.
    looked_at: usize,
    hours_cut: bool,
    /// Does whoever asks come back for what percentiles need?
    may_bin: bool,
    picked: Picked,
}

impl Pass {
    pub(super) fn new(
        engine: &Engine,
        question: &Question,
        queries: &[Query],
        context: &AskContext,
        may_bin: bool,
    ) -> Self {
        // Sketches of hours need every value beside them.
        let bins = may_bin && engine.hours.is_empty();
        let plan = Plan::new(question, queries, context, engine.zone());
        let filters = plan
            .filter_sets
            .iter()
            .map(|set| Filter::new(set, engine))
            .collect();
        let tasks = plan.tasks.iter();
        let folds: Vec<Fold> = tasks
            .map(|task| fold_of(&plan, task, bins, engine))
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
            blocks: Blocks::new(&plan, &folds, engine),
            may_bin,
            plan,
            filters,
            folds,
            people,
            people_spans: Vec::new(),
            version: engine.version,
            segment: 0,
            chunk: 0,
            rows_done: 0,
            rows_total: (raw + hours) as u64,
            rows_scanned: 0,
            rows_skipped: 0,
            looked_at: 0,
            hours_cut: false,
            picked: Picked::default(),
        }
    }

    /// Walks over about `rows_max` rows more; **true while there is more to do** (`while pass.step(…) {}`).
    /// If the engine's data, zone or directory changed since the last step, the pass begins again by itself.
    pub fn step(&mut self, engine: &Engine, rows_max: usize) -> bool {
        if self.version != engine.version {
            let (question, context) = (&self.question, &self.context);
            *self = Self::new(engine, question, &self.queries, context, self.may_bin);
        }
        // What is skipped or was kept costs nearly nothing; what is looked at counts.
        self.looked_at = 0;
        while self.looked_at < rows_max {
            if let Some(segment) = engine.segments.get(self.segment) {
                self.raw_chunk(engine, segment);
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
        let names = if self.folds.iter().any(tells_people) || !self.people.is_empty() {
            engine.kept.names(engine)
        } else {
            Arc::default()
        };
        let has_members = self.folds.iter().any(|fold| fold.needs.users);
        PartialAnswer {
            tasks: self
                .folds
                .into_iter()
                .map(|fold| fold.finish(engine, &names))
                .collect(),
            names: if has_members {
                names.sorted.clone()
            } else {
                Vec::new()
            },
            people: self
                .people
                .into_iter()
                .map(|fold| fold.finish(engine, &names.hashes))
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
    fn raw_chunk(&mut self, engine: &Engine, segment: &Segment) {
        let from = self.chunk * CHUNK_ROWS;
        let until = (from + CHUNK_ROWS).min(segment.len());
        if self.chunk == 0 {
            self.begin_segment(segment);
        }
        if self.chunk.is_multiple_of(BLOCK_CHUNKS) {
            let at = (self.segment, self.chunk / BLOCK_CHUNKS);
            let block = from..(from + BLOCK_CHUNKS * CHUNK_ROWS).min(segment.len());
            let (plan, folds) = (&self.plan, &mut self.folds);
            self.blocks.begin(engine, plan, segment, at, block, folds);
        }
        let mut touched = false;
        for set in 0..self.filters.len() {
            touched |= self.filtered_chunk(segment, set, from, until);
        }
        self.count(until - from, touched);
        self.chunk += 1;
        let is_last = until == segment.len();
        if is_last || self.chunk.is_multiple_of(BLOCK_CHUNKS) {
            self.blocks.end(engine, &mut self.folds);
        }
        if is_last {
            self.folds
                .iter_mut()
                .for_each(|fold| fold.end_segment(segment));
            self.segment += 1;
            self.chunk = 0;
        }
    }

    fn begin_segment(&mut self, segment: &Segment) {
        for (at, task) in self.plan.tasks.iter().enumerate() {
            let people = everybody(&self.plan, task, segment);
            if let Some(people) = people {
                self.folds[at].everybody(people);
            }
            self.blocks.spans[at] = match people {
                Some(_) => 0..0,
                None => rows_in(segment, task.period),
            };
        }
        let people = self.plan.people.iter().map(|task| match task.span() {
            Some(period) => rows_in(segment, period),
            None => 0..0,
        });
        self.people_spans = people.collect();
    }

    /// One chunk for all tasks of one set of filters; says whether any of its rows may belong to them.
    fn filtered_chunk(&mut self, segment: &Segment, set: usize, from: usize, until: usize) -> bool {
        let (plan, blocks) = (&self.plan, &self.blocks);
        let tasks = (0..plan.tasks.len()).filter(|&at| plan.tasks[at].filters == set);
        let tasks: Vec<usize> = tasks.collect();
        let people = (0..plan.people.len()).filter(|&at| plan.people[at].filters == set);
        let people: Vec<usize> = people.collect();
        let open = tasks.iter().copied().filter(|&at| blocks.is_open(at));
        let open: Vec<usize> = open.collect();
        let of = |tasks: &[usize]| {
            let tasks = tasks.iter().map(|&at| &blocks.spans[at]);
            let people = people.iter().map(|&at| &self.people_spans[at]);
            union(tasks.chain(people).map(|span| cut(span, from, until)))
        };
        let filter = &self.filters[set];
        if of(&tasks).is_none() || filter.rules_out(segment, self.chunk) {
            return false;
        }
        let Some(span) = of(&open) else {
            return true;
        };
        self.looked_at += span.len();
        filter.select(segment, span.start, span.end, &mut self.picked.rows);
        let mut wants = Wants::default();
        for &at in &open {
            wants.add(self.folds[at].wants());
        }
        self.picked.read(segment, wants);
        for at in open {
            let part = self.picked.within(&self.blocks.spans[at]);
            self.blocks.fold(at, &mut self.folds).rows(segment, part);
        }
        for at in people {
            let part = self.picked.within(&self.people_spans[at]);
            self.people[at].rows(segment, part.rows());
        }
        true
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
        // Skipping takes its time too.
        self.looked_at += rows / SKIPPED_PER_LOOK;
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

/// What of a range of rows lies in another.
pub(super) fn cut(span: &Range<usize>, from: usize, until: usize) -> Range<usize> {
    span.start.max(from)..span.end.min(until)
}

/// The least range that holds all of these; `None` when they hold nothing.
pub(super) fn union(spans: impl Iterator<Item = Range<usize>>) -> Option<Range<usize>> {
    spans
        .filter(|span| span.start < span.end)
        .reduce(|all, span| all.start.min(span.start)..all.end.max(span.end))
}
