//! How each task of a pass takes the block of rows at hand: not at all, from what was kept, or row by row.

use std::ops::Range;
use std::sync::Arc;

use super::fold::Fold;
use super::kept::{Found, Shape};
use super::load::Engine;
use super::plan::{Plan, Task};
use super::segment::Segment;

/// What a task does with the block at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// None of its rows, or all of them are in the states already.
    Done,
    /// Row by row into its states.
    Rows,
    /// All rows, first into a state of their own, which is kept.
    Block,
}

/// A task whose blocks can be kept.
#[derive(Debug)]
struct Keeper {
    /// What its shape is known by.
    shape: u64,
    /// Folds one block at a time, once there is one to fold.
    fold: Option<Box<Fold>>,
}

/// See the module.
#[derive(Debug)]
pub struct Blocks {
    /// Each task's rows in the segment at hand.
    pub spans: Vec<Range<usize>>,
    ways: Vec<Way>,
    keepers: Vec<Option<Keeper>>,
    /// Segment and block.
    at: (usize, usize),
}

/// The states of a task, empty.
pub fn fold_of(plan: &Plan, task: &Task, bins: bool, engine: &Engine) -> Fold {
    let any_person = plan.filter_sets[task.filters].any_person;
    Fold::new(task, any_person, bins, engine, plan.week_start)
}

impl Blocks {
    pub fn new(plan: &Plan, folds: &[Fold], engine: &Engine) -> Self {
        let keep: Vec<usize> = (0..folds.len())
            .filter(|&at| folds[at].keeps_blocks())
            .collect();
        let shapes = keep
            .iter()
            .map(|&at| Shape::of(plan, at, folds[at].is_binned));
        let shapes = engine.kept.begin(engine.version, shapes.collect());
        let mut keepers: Vec<Option<Keeper>> = folds.iter().map(|_| None).collect();
        for (at, shape) in keep.into_iter().zip(shapes) {
            keepers[at] = Some(Keeper { shape, fold: None });
        }
        Self {
            spans: vec![0..0; folds.len()],
            ways: vec![Way::Done; folds.len()],
            keepers,
            at: (0, 0),
        }
    }

    /// Begins a block: what was kept of it joins the states.
    pub fn begin(
        &mut self,
        engine: &Engine,
        plan: &Plan,
        segment: &Segment,
        at: (usize, usize),
        block: Range<usize>,
        folds: &mut [Fold],
    ) {
        self.at = at;
        for (task, fold) in folds.iter_mut().enumerate() {
            let span = &self.spans[task];
            let is_whole = span.start <= block.start && block.end <= span.end;
            let is_apart = span.end <= block.start || block.end <= span.start || span.is_empty();
            let may_keep = is_whole && fold.keeps_blocks_of(segment);
            let keeper = self.keepers[task].as_mut().filter(|_| may_keep);
            self.ways[task] = match keeper {
                _ if is_apart => Way::Done,
                None => Way::Rows,
                Some(keeper) => match engine.kept.get(engine.version, keeper.shape, at) {
                    Found::State(state) => {
                        fold.absorb(&state);
                        Way::Done
                    }
                    Found::Missing => {
                        let binned = fold.is_binned;
                        keeper.fold.get_or_insert_with(|| {
                            Box::new(fold_of(plan, &plan.tasks[task], binned, engine))
                        });
                        Way::Block
                    }
                    Found::Unwanted => Way::Rows,
                },
            };
        }
    }

    /// Does a task want the rows of this block?
    pub fn is_open(&self, task: usize) -> bool {
        self.ways[task] != Way::Done
    }

    /// Where the rows of a task go.
    pub fn fold<'a>(&'a mut self, task: usize, folds: &'a mut [Fold]) -> &'a mut Fold {
        let keeper = self.keepers[task].as_mut();
        let keeper = keeper.filter(|_| self.ways[task] == Way::Block);
        match keeper.and_then(|keeper| keeper.fold.as_deref_mut()) {
            Some(fold) => fold,
            None => &mut folds[task],
        }
    }

    /// Ends a block: what was made of it is kept and joins the states.
    pub fn end(&mut self, engine: &Engine, folds: &mut [Fold]) {
        let tasks = self.ways.iter().zip(&mut self.keepers);
        for (fold, (way, keeper)) in folds.iter_mut().zip(tasks) {
            if let Some(keeper) = keeper.as_mut().filter(|_| *way == Way::Block)
                && let Some(block) = &mut keeper.fold
            {
                let state = Arc::new(block.take_block());
                fold.absorb(&state);
                engine
                    .kept
                    .put(engine.version, keeper.shape, self.at, state, engine.rows());
            }
        }
    }
}
