//! What earlier questions left that later ones can use: the states of whole blocks of rows, and where time is cut.
//! Moving an edge of the range then costs the edge.
//!
//! Owns: how long it is kept and how much memory it may take. Does not own: what is in it (`block`, `groups`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::block::BlockState;
use super::dictionary::Dictionary;
use super::load::Engine;
use super::people;
use super::plan::{FilterSet, Needs, Plan};
use super::segment::CHUNK_ROWS;
use super::slices::{TimeSlices, slices};
use crate::model::WeekStart;
use crate::query::{Dimension, Period};

/// Chunks that are folded together.
pub const BLOCK_CHUNKS: usize = 8;
/// All kept states may take this much for each row held, and this much in any case.
const BYTES_PER_ROW: usize = 7;
const BYTES_MIN: usize = 1 << 20;
/// So many shapes are known at once; one that is asked for again later is only made anew.
const SHELVES_MAX: usize = 256;
/// A block whose state takes more than this for each of its rows is not worth keeping.
const BLOCK_BYTES_PER_ROW_MAX: usize = 4;

/// A way to look at rows: two tasks of the same shape fold the same states from the same rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    pub filters: FilterSet,
    pub dimensions: Vec<Dimension>,
    pub needs: Needs,
    pub is_binned: bool,
    pub week: WeekStart,
}

impl Shape {
    pub fn of(plan: &Plan, task: usize, is_binned: bool) -> Self {
        let task = &plan.tasks[task];
        Self {
            filters: plan.filter_sets[task.filters].clone(),
            dimensions: task.dimensions.clone(),
            needs: task.needs,
            is_binned,
            week: plan.week_start,
        }
    }
}

/// The states of one shape.
#[derive(Debug)]
struct Shelf {
    shape: Shape,
    number: u64,
    /// By segment and block.
    blocks: BTreeMap<(usize, usize), Arc<BlockState>>,
    bytes: usize,
    /// When it was last asked for.
    used: u64,
    is_too_wide: bool,
}

/// What stands for the users in answers.
#[derive(Debug, Default)]
pub struct Names {
    /// By code.
    pub hashes: Vec<u64>,
    /// All of them, ascending, and the position of each code's.
    pub sorted: Vec<u64>,
    pub positions: Vec<u32>,
}

impl Names {
    fn of(dictionary: &Dictionary) -> Self {
        let hashes = dictionary.hashes();
        let mut sorted = hashes.get(1..).unwrap_or_default().to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let position = |hash: &u64| sorted.partition_point(|held| held < hash) as u32;
        Self {
            positions: hashes.iter().map(position).collect(),
            hashes,
            sorted,
        }
    }
}

/// The texts of a column, ready to stand in keys.
#[derive(Debug)]
pub struct Texts {
    /// By code; the absent value has an empty one.
    pub texts: Vec<Arc<str>>,
    /// By code: where it stands among all of them, in order; the absent value stands last.
    pub ranks: Vec<u32>,
}

impl Texts {
    fn of(dictionary: &Dictionary) -> Self {
        let codes = 0..dictionary.size() as u32;
        let texts = codes.map(|code| Arc::from(dictionary.get(code).unwrap_or_default()));
        let texts: Vec<Arc<str>> = texts.collect();
        let mut order: Vec<u32> = (1..texts.len() as u32).collect();
        order.sort_unstable_by_key(|&code| &texts[code as usize]);
        let mut ranks = vec![u32::MAX; texts.len()];
        for (rank, code) in (0..).zip(order) {
            ranks[code as usize] = rank;
        }
        Self { texts, ranks }
    }
}

#[derive(Debug, Default)]
struct Inner {
    /// The version of the engine that all of it is of.
    version: u64,
    shelves: Vec<Shelf>,
    slices: Vec<(Dimension, WeekStart, Arc<TimeSlices>)>,
    names: Option<Arc<Names>>,
    texts: BTreeMap<usize, Arc<Texts>>,
    questions: u64,
    last_number: u64,
}

/// What is known of a block.
pub enum Found {
    State(Arc<BlockState>),
    /// Nothing yet.
    Missing,
    /// Nothing, and it is not to be kept.
    Unwanted,
}

/// See the module. Behind a lock because answering is reading; each shard has but one who reads.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Inner>);

impl Kept {
    fn inner(&self, version: u64) -> MutexGuard<'_, Inner> {
        // What a panic left is still sound: states are put in whole.
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.version != version {
            *inner = Inner {
                version,
                ..Inner::default()
            };
        }
        inner
    }

    /// The users' names, hashed once.
    pub fn names(&self, engine: &Engine) -> Arc<Names> {
        let mut inner = self.inner(engine.version);
        let names = inner
            .names
            .get_or_insert_with(|| Arc::new(Names::of(&engine.dictionaries[people::USER])));
        Arc::clone(names)
    }

    /// The texts of a column.
    pub fn texts(&self, engine: &Engine, column: usize) -> Arc<Texts> {
        let mut inner = self.inner(engine.version);
        let texts = inner.texts.entry(column);
        let texts = texts.or_insert_with(|| Arc::new(Texts::of(&engine.dictionaries[column])));
        Arc::clone(texts)
    }

    /// Where a dimension cuts all data.
    pub fn slices(
        &self,
        engine: &Engine,
        dimension: Dimension,
        week: WeekStart,
    ) -> Arc<TimeSlices> {
        let known = |inner: &Inner| {
            let mut slices = inner.slices.iter();
            let found = slices.find(|held| held.0 == dimension && held.1 == week);
            found.map(|held| Arc::clone(&held.2))
        };
        if let Some(known) = known(&self.inner(engine.version)) {
            return known;
        }
        let always = Period::new(i64::MIN, i64::MAX);
        let made = Arc::new(slices(dimension, always, engine, week));
        let mut inner = self.inner(engine.version);
        inner.slices.push((dimension, week, Arc::clone(&made)));
        made
    }

    /// Begins a question about these shapes: the numbers they are known by.
    pub fn begin(&self, version: u64, shapes: Vec<Shape>) -> Vec<u64> {
        let mut inner = self.inner(version);
        inner.questions += 1;
        let now = inner.questions;
        let numbers = shapes.into_iter().map(|shape| {
            if let Some(known) = inner.shelves.iter_mut().find(|shelf| shelf.shape == shape) {
                known.used = now;
                return known.number;
            }
            inner.forget_oldest();
            inner.last_number += 1;
            let number = inner.last_number;
            inner.shelves.push(Shelf {
                number,
                shape,
                blocks: BTreeMap::new(),
                bytes: 0,
                used: now,
                is_too_wide: false,
            });
            number
        });
        numbers.collect()
    }

    /// The state of a block (segment, block), or whether it is worth being made.
    pub fn get(&self, version: u64, shape: u64, block: (usize, usize)) -> Found {
        let inner = self.inner(version);
        match inner.shelves.iter().find(|shelf| shelf.number == shape) {
            None => Found::Unwanted,
            Some(shelf) if shelf.is_too_wide => Found::Unwanted,
            Some(shelf) => match shelf.blocks.get(&block) {
                Some(state) => Found::State(Arc::clone(state)),
                None => Found::Missing,
            },
        }
    }

    /// Keeps the state of a block, if there is room. `rows` are those of all data.
    pub fn put(
        &self,
        version: u64,
        shape: u64,
        block: (usize, usize),
        state: Arc<BlockState>,
        rows: usize,
    ) {
        let mut inner = self.inner(version);
        let more = state.bytes();
        if !inner.make_room(more, rows) {
            return;
        }
        if let Some(shelf) = inner.shelves.iter_mut().find(|shelf| shelf.number == shape) {
            if more > BLOCK_CHUNKS * CHUNK_ROWS * BLOCK_BYTES_PER_ROW_MAX {
                shelf.is_too_wide = true;
                return;
            }
            // Two tasks of one shape may have made the same.
            if !shelf.blocks.contains_key(&block) {
                shelf.bytes += more;
                shelf.blocks.insert(block, state);
            }
        }
    }

    /// The number of a shape that was asked for before.
    pub fn find(&self, version: u64, shape: &Shape) -> Option<u64> {
        let inner = self.inner(version);
        let known = inner.shelves.iter().find(|shelf| shelf.shape == *shape)?;
        Some(known.number)
    }

    /// Puts the order of a block's rows to its state, if there is room.
    pub fn put_order(
        &self,
        version: u64,
        shape: u64,
        state: &BlockState,
        order: Box<[u16]>,
        rows: usize,
    ) {
        let mut inner = self.inner(version);
        let more = order.len() * size_of::<u16>();
        if !inner.make_room(more, rows) {
            return;
        }
        if let Some(shelf) = inner.shelves.iter_mut().find(|shelf| shelf.number == shape)
            && state.set_order(order)
        {
            shelf.bytes += more;
        }
    }

    /// What all of it takes.
    pub fn bytes(&self, version: u64) -> usize {
        self.inner(version).bytes()
    }
}

impl Inner {
    /// Shapes without blocks take room too, and are walked over.
    fn forget_oldest(&mut self) {
        let oldest = self.shelves.iter().enumerate();
        let oldest = oldest.min_by_key(|(_, shelf)| shelf.used);
        if self.shelves.len() >= SHELVES_MAX
            && let Some((at, _)) = oldest.filter(|(_, shelf)| shelf.used < self.questions)
        {
            self.shelves.swap_remove(at);
        }
    }

    /// Is there room for so many bytes more? Whoever was asked for longest ago gives way.
    fn make_room(&mut self, more: usize, rows: usize) -> bool {
        let allowed = (rows * BYTES_PER_ROW).max(BYTES_MIN);
        let mut bytes = self.bytes() + more;
        while bytes > allowed {
            let shelves = self.shelves.iter().enumerate();
            let older = shelves.filter(|(_, shelf)| shelf.used < self.questions);
            let Some((oldest, _)) = older.min_by_key(|(_, shelf)| shelf.used) else {
                return false;
            };
            bytes -= self.shelves.swap_remove(oldest).bytes;
        }
        true
    }

    fn bytes(&self) -> usize {
        self.shelves.iter().map(|shelf| shelf.bytes).sum()
    }
}
