//! What ingest hands to the engine: columns of raw events, or of pre-aggregated hours.

use std::collections::HashMap;
use std::sync::Arc;

use super::schema::{TEXT_COLUMNS, text_index};
use super::{Column, EventKind, Outcome, TimeUs};

/// Dictionary code of an absent value.
pub const NO_CODE: u32 = u32::MAX;
/// An absent [`super::ColumnType::Count`].
pub const NO_COUNT: u64 = u64::MAX;
/// The event has no identity; it is never taken for a duplicate.
pub const NO_ID: u64 = 0;
/// How an identity that is a hash already is written as text: this and 16 hex digits.
pub const ID_HASH_PREFIX: &str = "xxh3:";

/// A text column: each distinct text once, one code a row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DictColumn {
    pub values: Vec<Arc<str>>,
    pub codes: Vec<u32>,
}

impl DictColumn {
    pub fn get(&self, row: usize) -> Option<&str> {
        let code = *self.codes.get(row)?;
        self.values.get(code as usize).map(AsRef::as_ref)
    }
}

/// Raw events as columns of equal length, in no particular order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    pub time_us: Vec<TimeUs>,
    pub kind: Vec<EventKind>,
    pub outcome: Vec<Outcome>,
    /// xxh3-64 of the source's id text, never [`NO_ID`] when there is one.
    pub event_id: Vec<u64>,
    /// In the order of [`TEXT_COLUMNS`].
    pub text: [DictColumn; TEXT_COLUMNS.len()],
    /// Milliseconds; NaN when absent. Never negative, never infinite (ingest sets such rows aside).
    pub duration_ms: Vec<f64>,
    pub cost_usd: Vec<f64>,
    pub tokens_in: Vec<u64>,
    pub tokens_out: Vec<u64>,
    pub bytes: Vec<u64>,
}

impl Batch {
    pub fn len(&self) -> usize {
        self.time_us.len()
    }

    pub fn is_empty(&self) -> bool {
        self.time_us.is_empty()
    }

    /// The text column, or `None` for a column of another type.
    pub fn text_column(&self, column: Column) -> Option<&DictColumn> {
        text_index(column).map(|index| &self.text[index])
    }
}

/// One event on its way into a [`BatchBuilder`]; borrowed, so that a decoder copies no text it has seen before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EventRow<'a> {
    pub time_us: TimeUs,
    pub kind: EventKind,
    pub outcome: Outcome,
    /// See [`Batch::event_id`].
    pub event_id: u64,
    /// In the order of [`TEXT_COLUMNS`].
    pub text: [Option<&'a str>; TEXT_COLUMNS.len()],
    pub duration_ms: Option<f64>,
    pub cost_usd: Option<f64>,
    pub tokens_in: Option<u64>,
    pub tokens_out: Option<u64>,
    pub bytes: Option<u64>,
}

impl Default for EventRow<'_> {
    fn default() -> Self {
        Self {
            time_us: 0,
            kind: EventKind::Execution,
            outcome: Outcome::Success,
            event_id: NO_ID,
            text: [None; TEXT_COLUMNS.len()],
            duration_ms: None,
            cost_usd: None,
            tokens_in: None,
            tokens_out: None,
            bytes: None,
        }
    }
}

/// Collects rows into a [`Batch`].
#[derive(Debug, Default)]
pub struct BatchBuilder {
    batch: Batch,
    names: [Names; TEXT_COLUMNS.len()],
}

impl BatchBuilder {
    pub fn push(&mut self, row: &EventRow<'_>) {
        let batch = &mut self.batch;
        batch.time_us.push(row.time_us);
        batch.kind.push(row.kind);
        batch.outcome.push(row.outcome);
        batch.event_id.push(row.event_id);
        batch.duration_ms.push(row.duration_ms.unwrap_or(f64::NAN));
        batch.cost_usd.push(row.cost_usd.unwrap_or(f64::NAN));
        batch.tokens_in.push(row.tokens_in.unwrap_or(NO_COUNT));
        batch.tokens_out.push(row.tokens_out.unwrap_or(NO_COUNT));
        batch.bytes.push(row.bytes.unwrap_or(NO_COUNT));
        for (index, text) in row.text.iter().enumerate() {
            let code = text.map_or(NO_CODE, |text| {
                self.names[index].code(&mut batch.text[index].values, text)
            });
            batch.text[index].codes.push(code);
        }
    }

    /// The code of a text in a text column (position in [`TEXT_COLUMNS`]), new or known.
    pub fn code(&mut self, column: usize, text: &str) -> u32 {
        self.names[column].code(&mut self.batch.text[column].values, text)
    }

    /// Adds whole columns; their texts are codes of [`Self::code`], without values.
    pub fn append_coded(&mut self, rows: Batch) {
        /// The first columns are taken as they are, without a copy.
        fn extend<T>(held: &mut Vec<T>, new: Vec<T>) {
            if held.is_empty() {
                *held = new;
            } else {
                held.extend(new);
            }
        }
        let batch = &mut self.batch;
        extend(&mut batch.time_us, rows.time_us);
        extend(&mut batch.kind, rows.kind);
        extend(&mut batch.outcome, rows.outcome);
        extend(&mut batch.event_id, rows.event_id);
        extend(&mut batch.duration_ms, rows.duration_ms);
        extend(&mut batch.cost_usd, rows.cost_usd);
        extend(&mut batch.tokens_in, rows.tokens_in);
        extend(&mut batch.tokens_out, rows.tokens_out);
        extend(&mut batch.bytes, rows.bytes);
        for (held, new) in batch.text.iter_mut().zip(rows.text) {
            extend(&mut held.codes, new.codes);
        }
    }

    pub fn len(&self) -> usize {
        self.batch.len()
    }

    pub fn is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    pub fn finish(self) -> Batch {
        self.batch
    }
}

/// Finds the codes of the texts of one column.
#[derive(Debug, Default)]
pub struct Names {
    codes: HashMap<Arc<str>, u32>,
    /// The code that was found last for the texts of each place; most rows have a name that was met shortly before.
    recent: Vec<u32>,
}

/// A power of two, so many that the people of an organisation find room.
const RECENT_PLACES: usize = 1 << 12;

impl Names {
    /// The code of a text, new or known: its place in `values`.
    pub fn code(&mut self, values: &mut Vec<Arc<str>>, text: &str) -> u32 {
        let place = place(text.as_bytes());
        if let Some(&code) = self.recent.get(place)
            && values
                .get(code as usize)
                .is_some_and(|held| **held == *text)
        {
            return code;
        }
        let code = self.codes.get(text).copied().unwrap_or_else(|| {
            let code = values.len() as u32;
            let shared: Arc<str> = Arc::from(text);
            values.push(Arc::clone(&shared));
            self.codes.insert(shared, code);
            code
        });
        if self.recent.is_empty() {
            self.recent = vec![NO_CODE; RECENT_PLACES];
        }
        self.recent[place] = code;
        code
    }
}

/// Where a text is remembered, by its ends and its length. Others may have the same place: that costs them time alone.
fn place(text: &[u8]) -> usize {
    let (first, last) = match (text.first_chunk(), text.last_chunk()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => match (text.first_chunk(), text.last_chunk()) {
            (Some(first), Some(last)) => (
                u64::from(u32::from_le_bytes(*first)),
                u64::from(u32::from_le_bytes(*last)),
            ),
            _ => {
                let bytes = text.iter();
                (bytes.fold(0, |word, &byte| word << 8 | u64::from(byte)), 0)
            }
        },
    };
    let mixed = first ^ last.rotate_left(29) ^ text.len() as u64;
    let mixed = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> (u64::BITS - RECENT_PLACES.trailing_zeros())) as usize
}

/// Byte strings of any length, one a row; an empty one is an absent value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BinaryColumn {
    /// `len + 1` positions into `data`; empty when the column is absent.
    pub offsets: Vec<u32>,
    pub data: Vec<u8>,
}

impl BinaryColumn {
    pub fn push(&mut self, bytes: &[u8]) {
        if self.offsets.is_empty() {
            self.offsets.push(0);
        }
        self.data.extend_from_slice(bytes);
        self.offsets.push(self.data.len() as u32);
    }

    pub fn get(&self, row: usize) -> Option<&[u8]> {
        let start = *self.offsets.get(row)? as usize;
        let end = *self.offsets.get(row + 1)? as usize;
        self.data.get(start..end).filter(|bytes| !bytes.is_empty())
    }
}

/// Pre-aggregated hours (D7): one row per hour and combination of the group columns present.
/// A column that is absent from the file is an empty vector, and what needs it is "not available".
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AggregateBatch {
    /// Start of the UTC hour.
    pub hour_us: Vec<TimeUs>,
    /// In the order of [`TEXT_COLUMNS`]; `None` when the file does not group by it.
    pub text: [Option<DictColumn>; TEXT_COLUMNS.len()],
    pub executions: Vec<u64>,
    pub failures: Vec<u64>,
    /// Absent: executions − failures.
    pub successes: Vec<u64>,
    pub duration_sum_ms: Vec<f64>,
    /// How many executions `duration_sum_ms` adds up; absent: executions.
    pub duration_count: Vec<u64>,
    pub duration_min_ms: Vec<f64>,
    pub duration_max_ms: Vec<f64>,
    /// DDSketch in the binary form of `engine::sketch`.
    pub duration_sketch: BinaryColumn,
    /// HyperLogLog in the binary form of `engine::sketch`.
    pub users_sketch: BinaryColumn,
}

impl AggregateBatch {
    pub fn len(&self) -> usize {
        self.hour_us.len()
    }

    pub fn is_empty(&self) -> bool {
        self.hour_us.is_empty()
    }
}
