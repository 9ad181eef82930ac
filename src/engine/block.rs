//! What a whole block of rows comes to for one task, small enough to be kept, and how it joins the states of a pass.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::bins::{BINS, NO_BIN};
use super::columns::Durations;
use super::fold::{CLASS_ROOM, Fold, Sums};
use super::pair_set::PairSet;
use super::segment::Segment;

/// Numbers that are mostly zero: the positions of the others.
#[derive(Debug, Default)]
struct Sparse {
    at: Box<[u32]>,
    /// A block has fewer rows than that.
    counts: Box<[u16]>,
}

impl Sparse {
    fn of(counts: impl Iterator<Item = u64>) -> Self {
        let some = (0_u32..).zip(counts).filter(|&(_, count)| count > 0);
        let (at, counts): (Vec<u32>, Vec<u16>) = some.map(|(at, count)| (at, count as u16)).unzip();
        Self {
            at: at.into(),
            counts: counts.into(),
        }
    }

    fn iter(&self) -> impl Iterator<Item = (usize, u16)> {
        let at = self.at.iter().map(|&at| at as usize);
        at.zip(self.counts.iter().copied())
    }

    fn bytes(&self) -> usize {
        self.at.len() * 6
    }
}

/// The states of a block, by combination of the task's dimensions.
#[derive(Debug, Default)]
pub struct BlockState {
    combinations: Box<[u32]>,
    /// [`CLASS_ROOM`] for each group.
    counts: Sparse,
    /// [`BINS`] for each group.
    bins: Sparse,
    sums: Box<[Sums]>,
    /// Users of one group after those of the other, as bits.
    people: Box<[u64]>,
    last_rows: Box<[u32]>,
    /// Its rows with a duration, from the beginning of the block, in the order of `bins`.
    order: OnceLock<Box<[u16]>>,
    is_revisited: AtomicBool,
}

impl BlockState {
    pub fn combinations(&self) -> &[u32] {
        &self.combinations
    }

    /// How many durations there are: group, class of size, count; in the order of the first two.
    pub fn bins(&self) -> impl Iterator<Item = (usize, u8, usize)> {
        let bins = self.bins.iter();
        bins.map(|(at, count)| (at / BINS, (at % BINS) as u8, count.into()))
    }

    /// Its rows with a duration, as [`Self::bins`] counts them; `None` before somebody put them in order.
    pub fn order(&self) -> Option<&[u16]> {
        self.order.get().map(AsRef::as_ref)
    }

    /// False if somebody else was faster.
    pub fn set_order(&self, order: Box<[u16]>) -> bool {
        self.order.set(order).is_ok()
    }

    /// Were its values looked for before? Putting rows in order pays from the second time on.
    pub fn visit(&self) -> bool {
        self.is_revisited.swap(true, Ordering::Relaxed)
    }

    pub fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.combinations.len() * 4
            + self.counts.bytes()
            + self.bins.bytes()
            + self.sums.len() * size_of::<Sums>()
            + self.people.len() * 8
            + self.last_rows.len() * 4
    }
}

impl Fold {
    /// Can what it folds of a block be kept? Not where states are lists, or what they mean depends on the period.
    pub fn keeps_blocks(&self) -> bool {
        self.grouping.is_stable()
            && self.kinds.is_none()
            && !self.needs.first_use
            && (self.is_binned || !self.needs.values())
            && (!self.needs.users || matches!(self.people, PairSet::Bits { .. }))
    }

    /// Of this segment? Durations that are no whole microseconds are folded row by row.
    pub fn keeps_blocks_of(&self, segment: &Segment) -> bool {
        let is_odd = matches!(segment.durations, Durations::Millis(_));
        !(is_odd && (self.needs.durations || self.needs.values()))
    }

    /// What was folded since it was empty, which it is again.
    pub fn take_block(&mut self) -> BlockState {
        let state = BlockState {
            combinations: self
                .grouping
                .combinations()
                .iter()
                .map(|&combination| combination as u32)
                .collect(),
            counts: Sparse::of(self.counts.iter().flatten().copied()),
            bins: Sparse::of(self.bins.iter().enumerate().map(|(at, &count)| {
                // Rows without a duration are in none.
                if at % BINS == usize::from(NO_BIN) {
                    0
                } else {
                    count.into()
                }
            })),
            sums: self.sums.as_slice().into(),
            people: self.people.all_bits().unwrap_or_default().into(),
            last_rows: self.last_row.as_slice().into(),
            order: OnceLock::new(),
            is_revisited: AtomicBool::new(false),
        };
        self.grouping.clear();
        self.counts.clear();
        self.bins.clear();
        self.sums.clear();
        self.durations.clear();
        self.people.clear();
        self.last_row.clear();
        self.last_us.clear();
        state
    }

    /// Adds the states of a block of the segment at hand.
    pub fn absorb(&mut self, block: &BlockState) {
        let slots: Vec<usize> = block
            .combinations
            .iter()
            .map(|&combination| self.grouping.slot(combination.into()) as usize)
            .collect();
        self.make_room();
        for (at, count) in block.counts.iter() {
            self.counts[slots[at / CLASS_ROOM]][at % CLASS_ROOM] += u64::from(count);
        }
        if self.is_binned {
            for (at, count) in block.bins.iter() {
                self.bins[slots[at / BINS] * BINS + at % BINS] += u32::from(count);
            }
        }
        for (sums, &slot) in block.sums.iter().zip(&slots) {
            self.sums[slot].merge(sums);
        }
        if let Some(words) = block.people.len().checked_div(slots.len()) {
            for (people, &slot) in block.people.chunks(words.max(1)).zip(&slots) {
                self.people.add_all(slot as u32, people);
            }
        }
        for (&row, &slot) in block.last_rows.iter().zip(&slots) {
            if row != u32::MAX {
                self.last_row[slot] = row;
            }
        }
    }
}
