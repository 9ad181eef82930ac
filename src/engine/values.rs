//! The second pass: of all durations only those that percentiles need, once the first pass told which.
//!
//! Owns: which classes of size are wanted of which group, finding their values, and putting them where they belong.
//! Does not own: the classes (`bins`).

use serde::{Deserialize, Serialize};

use super::bins::{self, BinCounts, BinSet};
use super::filter::Filter;
use super::groups::rows_in;
use super::kept::BLOCK_CHUNKS;
use super::load::Engine;
use super::partial::{PartialAnswer, TaskState};
use super::pass::{SKIPPED_PER_LOOK, cut, union};
use super::picked::{Picked, Wants};
use super::plan::{Plan, Task};
use super::search::Search;
use super::segment::{CHUNK_ROWS, Segment};
use super::state::Key;
use crate::model::Zone;
use crate::query::{AskContext, Query, Question};

const ALL_BINS: BinSet = [u64::MAX; 4];

/// Classes of durations that the percentiles of one question need.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    tasks: Vec<WantedOfTask>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct WantedOfTask {
    task: usize,
    groups: Vec<(Key, BinSet)>,
}

/// Those durations of one shard, µs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Values {
    tasks: Vec<ValuesOfTask>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct ValuesOfTask {
    task: usize,
    groups: Vec<(Key, Vec<u32>)>,
}

impl Wanted {
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }
}

impl PartialAnswer {
    /// What is still missing for percentiles; of the merged states of all shards.
    pub fn wanted(
        &self,
        question: &Question,
        queries: &[Query],
        context: &AskContext,
        zone: &Zone,
    ) -> Wanted {
        if self.tasks.iter().all(|task| !task.has_bins()) {
            return Wanted::default();
        }
        let plan = Plan::new(question, queries, context, zone);
        let tasks = plan.tasks.iter().zip(&self.tasks).enumerate();
        let tasks = tasks.filter_map(|(at, (task, state))| {
            let groups = wanted_of_groups(task, state);
            (!groups.is_empty()).then_some(WantedOfTask { task: at, groups })
        });
        Wanted {
            tasks: tasks.collect(),
        }
    }

    /// Puts the values of a shard to the groups they are of.
    pub fn add_values(&mut self, values: Values) {
        for ValuesOfTask { task, groups } in values.tasks {
            let Some(state) = self.tasks.get_mut(task) else {
                continue;
            };
            for (key, values) in groups {
                if let Some(group) = state.group(&key) {
                    state.groups[group].1.picked.extend(values);
                }
            }
        }
    }
}

fn wanted_of_groups(task: &Task, state: &TaskState) -> Vec<(Key, BinSet)> {
    if !state.has_bins() {
        return Vec::new();
    }
    // A total of groups is as whole as the least whole of them.
    let needs_all = state
        .groups
        .iter()
        .any(|(_, state)| state.needs_all_values());
    let mut of_all = [0; 4];
    if needs_all {
        of_all = ALL_BINS;
    } else if state.groups.len() > 1 {
        let mut counts = BinCounts::new();
        for (_, state) in &state.groups {
            bins::merge(&mut counts, &state.bins);
        }
        for q in task.needs.quantiles() {
            bins::wanted(&counts, q, &mut of_all);
        }
    }
    let groups = state.groups.iter().map(|(key, state)| {
        let mut set = of_all;
        for q in task.needs.quantiles() {
            bins::wanted(&state.bins, q, &mut set);
        }
        (key.clone(), set)
    });
    groups.collect()
}

/// The second pass on its way over the rows of one shard.
#[derive(Debug)]
pub struct ValuePass {
    plan: Plan,
    filters: Vec<Filter>,
    searches: Vec<Search>,
    segment: usize,
    chunk: usize,
    picked: Picked,
    slots: Vec<u32>,
}

impl ValuePass {
    pub(super) fn new(
        engine: &Engine,
        question: &Question,
        queries: &[Query],
        context: &AskContext,
        wanted: &Wanted,
    ) -> Self {
        let plan = Plan::new(question, queries, context, engine.zone());
        let sets = plan.filter_sets.iter();
        let tasks = wanted.tasks.iter();
        Self {
            filters: sets.map(|set| Filter::new(set, engine)).collect(),
            searches: tasks
                .filter_map(|wanted| Search::new(&plan, wanted.task, &wanted.groups, engine))
                .collect(),
            plan,
            segment: 0,
            chunk: 0,
            picked: Picked::default(),
            slots: Vec::new(),
        }
    }

    /// Walks over about `rows_max` rows more; **true while there is more to do**. The engine must be as it was when
    /// this began.
    pub fn step(&mut self, engine: &Engine, rows_max: usize) -> bool {
        let mut looked = 0;
        while looked < rows_max {
            let Some(segment) = engine.segments.get(self.segment) else {
                return false;
            };
            looked += self.look(engine, segment);
        }
        true
    }

    /// The values found.
    pub fn finish(self) -> Values {
        let tasks = self.searches.into_iter().map(|search| ValuesOfTask {
            task: search.task,
            groups: search.keys.into_iter().zip(search.found).collect(),
        });
        Values {
            tasks: tasks.collect(),
        }
    }

    /// Looks at the next chunk; says how many rows that took.
    #[inline(never)]
    fn look(&mut self, engine: &Engine, segment: &Segment) -> usize {
        let from = self.chunk * CHUNK_ROWS;
        let until = (from + CHUNK_ROWS).min(segment.len());
        if self.chunk == 0 {
            for search in &mut self.searches {
                search.span = rows_in(segment, self.plan.tasks[search.task].period);
            }
        }
        if self.chunk.is_multiple_of(BLOCK_CHUNKS) {
            let at = (self.segment, self.chunk / BLOCK_CHUNKS);
            let block = from..(from + BLOCK_CHUNKS * CHUNK_ROWS).min(segment.len());
            for search in &mut self.searches {
                search.begin_block(engine, segment, at, &block);
            }
        }
        let mut looked = CHUNK_ROWS / SKIPPED_PER_LOOK;
        for set in 0..self.filters.len() {
            looked += self.filtered_chunk(segment, set, from, until);
        }
        self.chunk += 1;
        let is_last = until == segment.len();
        if is_last || self.chunk.is_multiple_of(BLOCK_CHUNKS) {
            let searches = self.searches.iter_mut();
            searches.for_each(|search| search.end_block(engine));
        }
        if is_last {
            self.segment += 1;
            self.chunk = 0;
        }
        looked
    }

    fn filtered_chunk(
        &mut self,
        segment: &Segment,
        set: usize,
        from: usize,
        until: usize,
    ) -> usize {
        let tasks = &self.plan.tasks;
        let is_meant = |search: &Search| search.is_open() && tasks[search.task].filters == set;
        let searches = || self.searches.iter().filter(|search| is_meant(search));
        let filter = &self.filters[set];
        let Some(span) = union(searches().map(|search| cut(&search.span, from, until))) else {
            return 0;
        };
        if filter.rules_out(segment, self.chunk) {
            return 0;
        }
        let wants = Wants {
            text: searches().fold(0, |columns, search| columns | search.text_columns()),
            micros: true,
            bins: true,
        };
        filter.select(segment, span.start, span.end, &mut self.picked.rows);
        self.picked.read(segment, wants);
        for search in self.searches.iter_mut().filter(|search| is_meant(search)) {
            let part = self.picked.within(&search.span);
            search.look(segment, part, &mut self.slots);
        }
        span.len()
    }
}
