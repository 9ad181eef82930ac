//! From rows to groups: the dimensions of a task as numbers, their combinations as slots.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::dims::{Dim, dim};
use super::hours::HourSegment;
use super::kept::Texts;
use super::load::Engine;
use super::people;
use super::picked::Part;
use super::segment::Segment;
use super::state::{Key, KeyPart};
use crate::model::zone::DAY_US;
use crate::model::{EventKind, WeekStart};
use crate::query::{Dimension, Period};

/// Combinations up to here are found through a table, more through a map.
const TABLE_MAX: u64 = 1 << 22;
const NO_SLOT: u32 = u32::MAX;
/// Combinations up to here are numbered over all data instead of over the task's period, so that what was folded for
/// one period is good for others.
const STABLE_MAX: u64 = 1 << 18;
/// Data over more days than this are cut into buckets in the task's period only.
const STABLE_DAYS_MAX: i64 = 4_000;

/// Neighbouring rows that share a slot, by their position.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    pub from: usize,
    pub until: usize,
    pub slot: u32,
}

/// The dimensions of a task over one shard.
#[derive(Debug)]
pub struct Grouping {
    dims: Vec<Dim>,
    sizes: Vec<u64>,
    /// Slot of each combination, where there are few enough.
    table: Vec<u32>,
    map: HashMap<u64, u32>,
    /// The combination of each slot.
    combinations: Vec<u64>,
    is_stable: bool,
    /// The combinations of some rows, while they are put together.
    gathered: Vec<u64>,
}

impl Grouping {
    pub fn new(dimensions: &[Dimension], period: Period, engine: &Engine, week: WeekStart) -> Self {
        let numbered = |period: Option<Period>| -> (Vec<Dim>, Vec<u64>) {
            let dims = dimensions.iter();
            dims.map(|&dimension| dim(dimension, period, engine, week))
                .unzip()
        };
        let product = |sizes: &[u64]| {
            let sizes = sizes.iter();
            sizes.fold(1_u64, |product, &size| product.saturating_mul(size))
        };
        let span = engine.data_span().unwrap_or_default();
        let is_short = span.1.saturating_sub(span.0) <= STABLE_DAYS_MAX * DAY_US;
        let over_all = is_short.then(|| numbered(None));
        let stable = over_all.filter(|(_, sizes)| product(sizes) <= STABLE_MAX);
        let is_stable = stable.is_some();
        let (dims, sizes) = stable.unwrap_or_else(|| numbered(Some(period)));
        let product = product(&sizes);
        let table = if product <= TABLE_MAX {
            vec![NO_SLOT; product as usize]
        } else {
            Vec::new()
        };
        Self {
            is_stable,
            dims,
            sizes,
            table,
            map: HashMap::new(),
            combinations: Vec::new(),
            gathered: Vec::new(),
        }
    }

    /// Do combinations mean the same in every period, as long as the data stays?
    pub fn is_stable(&self) -> bool {
        self.is_stable
    }

    /// Does time alone tell the group? So it does where there are no dimensions.
    pub fn is_of_time(&self) -> bool {
        self.dims
            .iter()
            .all(|dim| matches!(dim, Dim::Time(_) | Dim::Nothing))
    }

    /// The text columns it reads, a bit each.
    pub fn text_columns(&self) -> u16 {
        self.dims.iter().fold(0, |columns, dim| match dim {
            Dim::Text(column) => columns | 1 << column,
            Dim::Person { .. } => columns | 1 << people::USER,
            _ => columns,
        })
    }

    /// The combinations of the slots in use.
    pub fn combinations(&self) -> &[u64] {
        &self.combinations
    }

    /// Forgets all slots.
    pub fn clear(&mut self) {
        for combination in self.combinations.drain(..) {
            if let Some(slot) = self.table.get_mut(combination as usize) {
                *slot = NO_SLOT;
            }
        }
        self.map.clear();
    }

    /// How many slots there can be.
    pub fn combinations_max(&self) -> usize {
        self.sizes.iter().fold(1_usize, |product, &size| {
            product.saturating_mul(size as usize)
        })
    }

    /// How many slots are in use.
    pub fn len(&self) -> usize {
        self.combinations.len()
    }

    /// The runs of rows that share a slot, where time alone tells it. Rows ascend and belong to one segment; their
    /// times lie in the task's period.
    pub fn runs(&mut self, segment: &Segment, rows: &[u32], runs: &mut Vec<Run>) {
        runs.clear();
        let mut from = 0;
        while from < rows.len() {
            let (base, until) = self.slice_at(segment, rows, from);
            let slot = self.slot(base);
            runs.push(Run { from, until, slot });
            from = until;
        }
    }

    /// The slot of every row; the same holds.
    #[inline(never)]
    pub fn slots(&mut self, segment: &Segment, part: Part<'_>, slots: &mut Vec<u32>) {
        slots.clear();
        let rows = part.rows();
        let mut from = 0;
        while from < rows.len() {
            let (base, until) = self.slice_at(segment, rows, from);
            self.slots_of_slice(segment, part.slice(from..until), base, slots);
            from = until;
        }
    }

    /// What the times contribute to the combination of a row, and the position up to which that holds.
    fn slice_at(&self, segment: &Segment, rows: &[u32], from: usize) -> (u64, usize) {
        if !self.dims.iter().any(|dim| matches!(dim, Dim::Time(_))) {
            return (0, rows.len());
        }
        let (base, end_row) = self.time_part(segment, rows[from] as usize);
        let until = from + rows[from..].partition_point(|&row| (row as usize) < end_row);
        (base, until)
    }

    /// The slot of all rows, where there are no dimensions.
    pub fn only_slot(&mut self) -> u32 {
        self.slot(0)
    }

    /// The slot of a pre-aggregated hour; `None` when the file lacks a column.
    pub fn hour_slot(&mut self, segment: &HourSegment, row: usize) -> Option<u32> {
        let mut combination = 0;
        for (dim, &size) in self.dims.iter().zip(&self.sizes) {
            let value = match dim {
                Dim::Text(column) => segment.text[*column].as_ref()?.get(row),
                Dim::Person { of_user, .. } => {
                    let user = segment.text[people::USER].as_ref()?.get(row);
                    of_user.get(user as usize).copied().unwrap_or_default()
                }
                Dim::Kind => EventKind::Execution as u32,
                Dim::Outcome | Dim::Duration | Dim::Nothing => return None,
                Dim::Time(slices) => slices.value_at(segment.rows.hour_us[row]).0,
            };
            combination = combination * size + u64::from(value);
        }
        Some(self.slot(combination))
    }

    /// The slot of a key, new or known; `None` where the shard has no such value.
    pub fn slot_of(&mut self, key: &Key, engine: &Engine) -> Option<u32> {
        if key.len() != self.dims.len() {
            return None;
        }
        let mut combination = 0;
        for ((dim, &size), part) in self.dims.iter().zip(&self.sizes).zip(key) {
            let value = u64::from(dim.value_of(part, engine)?);
            if value >= size {
                return None;
            }
            combination = combination * size + value;
        }
        Some(self.slot(combination))
    }

    /// The slots in use with their keys, in the order of the keys.
    pub fn keys(&self, engine: &Engine) -> Vec<(usize, Key)> {
        let columns: Vec<Option<Arc<Texts>>> = self
            .dims
            .iter()
            .map(|dim| match dim {
                Dim::Text(column) => Some(engine.kept.texts(engine, *column)),
                _ => None,
            })
            .collect();
        let values = |combination: u64| {
            let sizes = (0..self.dims.len()).map(|at| (self.stride(at), self.sizes[at]));
            sizes.map(move |(stride, size)| (combination / stride % size) as u32)
        };
        let key = |combination: u64| -> Key {
            let parts = self.dims.iter().zip(&columns).zip(values(combination));
            parts
                .map(|((dim, texts), value)| match texts {
                    Some(_) if value == 0 => KeyPart::Absent,
                    Some(texts) => KeyPart::Text(Arc::clone(&texts.texts[value as usize])),
                    None => dim.part(value),
                })
                .collect()
        };
        let slots = self.combinations.iter().copied().enumerate();
        if let [Some(texts)] = &columns[..] {
            // Long lists of names are put in order by numbers.
            let mut ranked: Vec<(u32, usize)> = slots
                .map(|(slot, code)| (texts.ranks[code as usize], slot))
                .collect();
            ranked.sort_unstable();
            let ranked = ranked.into_iter();
            return ranked
                .map(|(_, slot)| (slot, key(self.combinations[slot])))
                .collect();
        }
        let mut keys: Vec<(usize, Key)> = slots
            .map(|(slot, combination)| (slot, key(combination)))
            .collect();
        keys.sort_unstable_by(|a, b| a.1.cmp(&b.1));
        keys
    }

    /// The slot of a combination, new or known.
    #[inline]
    pub fn slot(&mut self, combination: u64) -> u32 {
        let next = self.combinations.len() as u32;
        let slot = match self.table.get_mut(combination as usize) {
            Some(slot) => slot,
            None => self.map.entry(combination).or_insert(NO_SLOT),
        };
        if *slot == NO_SLOT {
            *slot = next;
            self.combinations.push(combination);
        }
        *slot
    }

    /// What the times contribute to the combination of a row, and the row before which that holds.
    fn time_part(&self, segment: &Segment, row: usize) -> (u64, usize) {
        let mut base = 0;
        let mut end_row = segment.len();
        for (dim, &size) in self.dims.iter().zip(&self.sizes) {
            base *= size;
            if let Dim::Time(slices) = dim {
                let (value, end_us) = slices.value_at(segment.times.get(row));
                base += u64::from(value);
                if let Some(end_us) = end_us {
                    end_row = end_row.min(segment.times.first_at(end_us));
                }
            }
        }
        (base, end_row.max(row + 1))
    }

    fn slots_of_slice(
        &mut self,
        segment: &Segment,
        part: Part<'_>,
        base: u64,
        slots: &mut Vec<u32>,
    ) {
        let mut others = (0..self.dims.len()).filter(|&at| !matches!(self.dims[at], Dim::Time(_)));
        // By far the most frequent: one column.
        if let (Some(at), None) = (others.next(), others.next())
            && let Dim::Text(column) = self.dims[at]
        {
            let stride = self.stride(at);
            let codes = part.text(column).iter();
            slots.extend(codes.map(|&code| self.slot(base + u64::from(code) * stride)));
            return;
        }
        let mut gathered = std::mem::take(&mut self.gathered);
        gathered.clear();
        gathered.resize(part.len(), base);
        for (at, dim) in self.dims.iter().enumerate() {
            dim.add(segment, part, self.stride(at), &mut gathered);
        }
        slots.extend(gathered.iter().map(|&combination| self.slot(combination)));
        self.gathered = gathered;
    }

    fn stride(&self, at: usize) -> u64 {
        self.sizes[at + 1..].iter().product()
    }
}

/// The rows of a segment that lie in a period.
pub fn rows_in(segment: &Segment, period: Period) -> Range<usize> {
    segment.times.first_at(period.from_us)..segment.times.first_at(period.until_us)
}
