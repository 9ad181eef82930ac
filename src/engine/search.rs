//! One task's search for the durations that its percentiles need: among all rows of a block, or, where an earlier
//! question put the rows in order, among the wanted ones alone.

use std::ops::Range;
use std::sync::Arc;

use super::bins::{self, BINS, BinSet, NO_BIN};
use super::block::BlockState;
use super::columns::Durations;
use super::groups::Grouping;
use super::kept::{Found, Shape};
use super::load::Engine;
use super::picked::Part;
use super::plan::Plan;
use super::segment::Segment;
use super::state::Key;

/// See the module.
#[derive(Debug)]
pub struct Search {
    pub task: usize,
    grouping: Grouping,
    /// Of the groups that anything is wanted of, by slot.
    pub keys: Vec<Key>,
    /// Is a class of durations wanted? [`BINS`] for each slot.
    wanted: Vec<bool>,
    /// By slot, µs.
    pub found: Vec<Vec<u32>>,
    /// Its rows in the segment at hand.
    pub span: Range<usize>,
    /// What its states are kept by.
    shape: Option<u64>,
    way: Way,
}

/// What is done with the block at hand.
#[derive(Debug)]
enum Way {
    Done,
    Scan,
    /// Scan, and put the rows in order for the next question.
    Order(Sorting),
}

/// Rows on their way into the order of a block's classes.
#[derive(Debug)]
struct Sorting {
    state: Arc<BlockState>,
    /// The first row of the block.
    start: usize,
    /// By slot, the block's group.
    groups: Vec<usize>,
    /// Where the next row of a class goes; [`BINS`] for each of the block's groups.
    next: Vec<u32>,
    order: Vec<u16>,
}

impl Sorting {
    fn new(state: Arc<BlockState>, start: usize, slots: &[usize]) -> Self {
        let mut groups = vec![0; slots.iter().max().map_or(0, |&slot| slot + 1)];
        for (group, &slot) in slots.iter().enumerate() {
            groups[slot] = group;
        }
        let mut next = vec![0; slots.len() * BINS];
        let mut before = 0;
        for (group, bin, count) in state.bins() {
            next[group * BINS + usize::from(bin)] = before;
            before += count as u32;
        }
        Self {
            start,
            groups,
            next,
            order: vec![0; before as usize],
            state,
        }
    }

    fn put(&mut self, slot: u32, bin: u8, row: u32) {
        if bin == NO_BIN {
            return;
        }
        let group = self.groups.get(slot as usize).copied().unwrap_or_default();
        if let Some(next) = self.next.get_mut(group * BINS + usize::from(bin))
            && let Some(place) = self.order.get_mut(*next as usize)
        {
            *place = (row as usize - self.start) as u16;
            *next += 1;
        }
    }
}

impl Search {
    pub fn new(
        plan: &Plan,
        task: usize,
        groups: &[(Key, BinSet)],
        engine: &Engine,
    ) -> Option<Self> {
        let planned = plan.tasks.get(task)?;
        let week = plan.week_start;
        let mut grouping = Grouping::new(&planned.dimensions, planned.period, engine, week);
        let mut keys = Vec::new();
        let mut wanted = Vec::new();
        for (key, set) in groups {
            // Groups that this shard has never seen have no values here.
            let slot = grouping.slot_of(key, engine).map(|slot| slot as usize);
            if slot == Some(keys.len()) {
                keys.push(key.clone());
                wanted.extend((0..=u8::MAX).map(|bin| bin != NO_BIN && bins::has(set, bin)));
            }
        }
        let shape = Shape::of(plan, task, true);
        let shape = grouping.is_stable().then_some(shape);
        Some(Self {
            task,
            found: vec![Vec::new(); keys.len()],
            keys,
            wanted,
            span: 0..0,
            shape: shape.and_then(|shape| engine.kept.find(engine.version, &shape)),
            way: Way::Scan,
            grouping,
        })
    }

    /// The text columns it reads, a bit each.
    pub fn text_columns(&self) -> u16 {
        self.grouping.text_columns()
    }

    /// Does it want the rows of the block at hand?
    pub fn is_open(&self) -> bool {
        !matches!(self.way, Way::Done)
    }

    /// Begins a block (segment, block) with these rows.
    pub fn begin_block(
        &mut self,
        engine: &Engine,
        segment: &Segment,
        at: (usize, usize),
        block: &Range<usize>,
    ) {
        self.way = Way::Scan;
        let is_whole = self.span.start <= block.start && block.end <= self.span.end;
        let (Some(shape), true) = (self.shape, is_whole) else {
            return;
        };
        let (Found::State(state), Durations::Micros(micros)) = (
            engine.kept.get(engine.version, shape, at),
            &segment.durations,
        ) else {
            return;
        };
        let combinations = state.combinations().iter();
        let slots: Vec<usize> = combinations
            .map(|&combination| self.grouping.slot(combination.into()) as usize)
            .collect();
        if let Some(order) = state.order() {
            self.collect(&state, order, &slots, &micros[block.clone()]);
            self.way = Way::Done;
        } else if state.visit() {
            self.way = Way::Order(Sorting::new(state, block.start, &slots));
        }
    }

    /// Takes the wanted values of a block whose rows are in order.
    #[inline(never)]
    fn collect(&mut self, state: &BlockState, order: &[u16], slots: &[usize], micros: &[u32]) {
        let mut rest = order;
        for (group, bin, count) in state.bins() {
            let Some((rows, after)) = rest.split_at_checked(count) else {
                return;
            };
            rest = after;
            let slot = slots[group];
            if self.wanted.get(slot * BINS + usize::from(bin)) == Some(&true) {
                let values = rows.iter().map(|&row| micros[usize::from(row)]);
                self.found[slot].extend(values);
            }
        }
    }

    /// Looks at rows of the block at hand, which passed the filters.
    #[inline(never)]
    pub fn look(&mut self, segment: &Segment, part: Part<'_>, slots: &mut Vec<u32>) {
        if self.grouping.is_of_time() {
            let mut runs = Vec::new();
            self.grouping.runs(segment, part.rows(), &mut runs);
            slots.clear();
            for run in runs {
                slots.resize(run.until, run.slot);
                let slot = run.slot as usize;
                let Some(found) = self.found.get_mut(slot) else {
                    continue;
                };
                let wanted = &self.wanted[slot * BINS..][..BINS];
                let part = part.slice(run.from..run.until);
                for (&us, &bin) in part.micros().iter().zip(part.bins()) {
                    if wanted[usize::from(bin)] {
                        found.push(us);
                    }
                }
            }
        } else {
            self.grouping.slots(segment, part, slots);
            let durations = part.micros().iter().zip(part.bins());
            for (&slot, (&us, &bin)) in slots.iter().zip(durations) {
                let at = slot as usize * BINS + usize::from(bin);
                if self.wanted.get(at) == Some(&true) {
                    self.found[slot as usize].push(us);
                }
            }
        }
        if let Way::Order(sorting) = &mut self.way {
            let rows = part.rows().iter().zip(part.bins());
            for (&slot, (&row, &bin)) in slots.iter().zip(rows) {
                sorting.put(slot, bin, row);
            }
        }
    }

    /// Ends a block.
    pub fn end_block(&mut self, engine: &Engine) {
        if let (Way::Order(sorting), Some(shape)) =
            (std::mem::replace(&mut self.way, Way::Scan), self.shape)
        {
            let order = sorting.order.into_boxed_slice();
            engine
                .kept
                .put_order(engine.version, shape, &sorting.state, order, engine.rows());
        }
    }
}
