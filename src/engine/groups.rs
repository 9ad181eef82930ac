//! From rows to groups: the dimensions of a task as numbers, their combinations as slots.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::columns::{Durations, with_codes};
use super::cuts::bucket_keys;
use super::filter::CLASSES;
use super::fold::CANCELLED;
use super::hours::HourSegment;
use super::load::Engine;
use super::people;
use super::segment::{Segment, kind_of, outcome_of};
use super::state::{Key, KeyPart};
use crate::model::durations::{DURATION_CLASSES, duration_class};
use crate::model::schema::text_index;
use crate::model::zone::Bucket;
use crate::model::{Column, EventKind, Outcome, TimeUs, WeekStart};
use crate::query::{Dimension, Period};

/// Combinations up to here are found through a table, more through a map.
const TABLE_MAX: u64 = 1 << 22;
const NO_SLOT: u32 = u32::MAX;

/// Spans of time that share a value: buckets, or hours of the week or day.
#[derive(Debug)]
struct TimeSlices {
    /// First instants, ascending; the first one is at or before any row of the task.
    starts: Vec<TimeUs>,
    /// The value of each span.
    values: Vec<u32>,
    /// What the values mean: the key of each bucket; empty for hours of the week or day.
    keys: Vec<i64>,
}

#[derive(Debug)]
enum Dim {
    Text(usize),
    Kind,
    Outcome,
    /// From the directory: the value of each user code, and the values' texts.
    Person {
        of_user: Vec<u32>,
        values: Vec<Arc<str>>,
    },
    Time(TimeSlices),
    /// The class of the duration, 1-based; 0 where none is known or nothing finished.
    Duration,
    /// Not a dimension of rows.
    Nothing,
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
}

impl Grouping {
    pub fn new(dimensions: &[Dimension], period: Period, engine: &Engine, week: WeekStart) -> Self {
        let (dims, sizes): (Vec<Dim>, Vec<u64>) = dimensions
            .iter()
            .map(|&dimension| dim(dimension, period, engine, week))
            .unzip();
        let product = sizes
            .iter()
            .fold(1_u64, |product, &size| product.saturating_mul(size));
        let table = if product <= TABLE_MAX {
            vec![NO_SLOT; product as usize]
        } else {
            Vec::new()
        };
        Self {
            dims,
            sizes,
            table,
            map: HashMap::new(),
            combinations: Vec::new(),
        }
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

    /// The slot of every row. Rows ascend and belong to one segment; their times lie in the task's period.
    #[inline(never)]
    pub fn slots(&mut self, segment: &Segment, rows: &[u32], slots: &mut Vec<u32>) {
        slots.clear();
        let mut done = 0;
        while done < rows.len() {
            let (base, end_row) = self.time_part(segment, rows[done] as usize);
            let until = done + rows[done..].partition_point(|&row| (row as usize) < end_row);
            self.slots_of_slice(segment, &rows[done..until], base, slots);
            done = until;
        }
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

    /// The key of a slot.
    pub fn key(&self, slot: usize, engine: &Engine) -> Key {
        let mut combination = self.combinations[slot];
        let mut key: Key = self
            .dims
            .iter()
            .zip(&self.sizes)
            .rev()
            .map(|(dim, &size)| {
                let value = (combination % size) as u32;
                combination /= size;
                dim.part(value, engine)
            })
            .collect();
        key.reverse();
        key
    }

    fn slot(&mut self, combination: u64) -> u32 {
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

    fn slots_of_slice(&mut self, segment: &Segment, rows: &[u32], base: u64, slots: &mut Vec<u32>) {
        let others: Vec<usize> = (0..self.dims.len())
            .filter(|&at| !matches!(self.dims[at], Dim::Time(_)))
            .collect();
        match others[..] {
            [] => {
                let slot = self.slot(base);
                slots.resize(slots.len() + rows.len(), slot);
            }
            // By far the most frequent: one column.
            [at] if matches!(self.dims[at], Dim::Text(_)) => {
                let Dim::Text(column) = self.dims[at] else {
                    return;
                };
                let stride = self.stride(at);
                with_codes!(&segment.text[column],
                code => {
                    let slot = self.slot(base + u64::from(*code) * stride);
                    slots.resize(slots.len() + rows.len(), slot);
                },
                at => slots.extend(rows.iter().map(|&row| {
                    self.slot(base + u64::from(at(row)) * stride)
                })));
            }
            _ => {
                for &row in rows {
                    let combination = others.iter().fold(base, |sum, &at| {
                        sum + u64::from(self.dims[at].value(segment, row as usize))
                            * self.stride(at)
                    });
                    let slot = self.slot(combination);
                    slots.push(slot);
                }
            }
        }
    }

    fn stride(&self, at: usize) -> u64 {
        self.sizes[at + 1..].iter().product()
    }
}

impl TimeSlices {
    /// The value at an instant and when it ends (`None`: never).
    fn value_at(&self, time_us: TimeUs) -> (u32, Option<TimeUs>) {
        let at = self
            .starts
            .partition_point(|&start| start <= time_us)
            .saturating_sub(1);
        let value = self.values.get(at).copied().unwrap_or_default();
        (value, self.starts.get(at + 1).copied())
    }
}

impl Dim {
    fn value(&self, segment: &Segment, row: usize) -> u32 {
        match self {
            Self::Text(column) => segment.text[*column].get(row),
            Self::Kind => u32::from(kind_of(segment.flags[row])),
            Self::Outcome => u32::from(outcome_of(segment.flags[row])),
            Self::Person { of_user, .. } => {
                let user = segment.text[people::USER].get(row);
                of_user.get(user as usize).copied().unwrap_or_default()
            }
            Self::Duration => {
                finished_ms(segment, row).map_or(0, |ms| duration_class(ms) as u32 + 1)
            }
            Self::Time(_) | Self::Nothing => 0,
        }
    }

    fn part(&self, value: u32, engine: &Engine) -> KeyPart {
        let text = match self {
            Self::Text(column) => engine.dictionaries[*column].get(value).map(Arc::from),
            Self::Kind => EventKind::from_code(value as u8).map(|kind| kind.name().into()),
            Self::Outcome => Outcome::from_code(value as u8).map(|outcome| outcome.name().into()),
            Self::Person { values, .. } => (value as usize)
                .checked_sub(1)
                .and_then(|at| values.get(at).cloned()),
            Self::Time(slices) => {
                let key = slices.keys.get(value as usize).copied();
                return KeyPart::Number(key.unwrap_or_else(|| i64::from(value)));
            }
            Self::Duration => match value.checked_sub(1) {
                Some(class) => return KeyPart::Number(class.into()),
                None => None,
            },
            Self::Nothing => None,
        };
        text.map_or(KeyPart::Absent, KeyPart::Text)
    }
}

/// A dimension over this shard's data, and how many values it has.
fn dim(dimension: Dimension, period: Period, engine: &Engine, week: WeekStart) -> (Dim, u64) {
    match dimension {
        Dimension::Column(Column::Kind) => (Dim::Kind, EventKind::ALL.len() as u64),
        Dimension::Column(Column::Outcome) => (Dim::Outcome, Outcome::ALL.len() as u64),
        Dimension::Column(column) => match text_index(column) {
            Some(column) => (Dim::Text(column), engine.dictionaries[column].size() as u64),
            None => (Dim::Nothing, 1),
        },
        Dimension::Department | Dimension::Team | Dimension::Role | Dimension::Cohort => {
            let (of_user, values) = people::attribute(engine, dimension);
            let size = values.len() as u64 + 1;
            (Dim::Person { of_user, values }, size)
        }
        Dimension::Time(bucket) => {
            let keys = keys_of_data(period, bucket, engine, week);
            let slices = TimeSlices {
                starts: keys
                    .iter()
                    .map(|&key| engine.zone().bucket_start_us(key, bucket))
                    .collect(),
                values: (0..keys.len() as u32).collect(),
                keys,
            };
            let size = slices.keys.len().max(1) as u64;
            (Dim::Time(slices), size)
        }
        Dimension::HourOfWeek | Dimension::HourOfDay => {
            let hours = if dimension == Dimension::HourOfDay {
                24
            } else {
                168
            };
            let starts = keys_of_data(period, Bucket::Hour, engine, week);
            let values = starts
                .iter()
                .map(|&start| u32::from(engine.zone().hour_of_week(start, week)) % hours)
                .collect();
            let slices = TimeSlices {
                starts,
                values,
                keys: Vec::new(),
            };
            (Dim::Time(slices), hours.into())
        }
        Dimension::DurationClass => (Dim::Duration, DURATION_CLASSES.len() as u64 + 1),
    }
}

/// How long the execution of a row took, if it finished and that is known.
fn finished_ms(segment: &Segment, row: usize) -> Option<f64> {
    if CLASSES[usize::from(segment.flags[row])] > CANCELLED {
        return None;
    }
    match &segment.durations {
        Durations::Absent => None,
        Durations::Micros(micros) => Some(micros[row])
            .filter(|&us| us != u32::MAX)
            .map(|us| f64::from(us) / 1e3),
        Durations::Millis(millis) => Some(millis[row]).filter(|ms| !ms.is_nan()),
    }
}

/// The buckets of a period that this shard may have rows in.
fn keys_of_data(period: Period, bucket: Bucket, engine: &Engine, week: WeekStart) -> Vec<i64> {
    let Some((first, last)) = engine.data_span() else {
        return Vec::new();
    };
    let held = Period::new(
        period.from_us.max(first),
        period.until_us.min(last.saturating_add(1)),
    );
    bucket_keys(held, bucket, engine.zone(), week)
}

/// The rows of a segment that lie in a period.
pub fn rows_in(segment: &Segment, period: Period) -> Range<usize> {
    segment.times.first_at(period.from_us)..segment.times.first_at(period.until_us)
}
