//! One shard's data: batches in, duplicates out, whole sources forgotten.

use super::dictionary::Dictionary;
use super::hours::HourSegment;
use super::kept::Kept;
use super::pass::Pass;
use super::reads::Held;
use super::segment::{NewRows, Segment};
use super::values::{ValuePass, Wanted};
use crate::model::batch::{NO_COUNT, NO_ID};
use crate::model::limits::EVENT_BYTES;
use crate::model::schema::TEXT_COLUMNS;
use crate::model::{AggregateBatch, Batch, Directory, TimeUs, Zone};
use crate::query::{AskContext, Query, Question};

/// What became of the rows of one batch. `accepted + duplicates` is the length of the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LoadOutcome {
    pub accepted: u64,
    /// Rows whose event id was already there, in this batch or in another source.
    pub duplicates: u64,
}

/// What the engine holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Footprint {
    /// Raw events, and executions of aggregate rows.
    pub events: u64,
    /// Columns, dictionaries and the event ids.
    pub resident_bytes: u64,
    /// What earlier questions left, on top of that. It gives way by itself and is never missed.
    pub kept_bytes: u64,
}

/// Why a batch of pre-aggregated hours can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AggregateError {
    #[error("The pre-aggregated batch has no column \"executions\".")]
    NoExecutions,
    #[error(
        "Column \"{column}\" of the pre-aggregated batch has {rows} rows where {expected} were expected."
    )]
    Length {
        column: &'static str,
        rows: u64,
        expected: u64,
    },
    #[error("Row {row} of column \"{column}\": {source}")]
    Sketch {
        column: &'static str,
        row: u64,
        source: super::sketch::SketchError,
    },
}

/// What a batch takes once it is kept, about, and rather more than less: as if no row and no name were known yet.
pub fn expected_bytes(batch: &Batch) -> u64 {
    let names = batch.text.iter().flat_map(|column| &column.values);
    let names: u64 = names.map(|name| name.len() as u64 + NAME_BYTES).sum();
    let has_amounts = |row: &usize| {
        batch.tokens_in[*row] != NO_COUNT
            || batch.tokens_out[*row] != NO_COUNT
            || batch.bytes[*row] != NO_COUNT
            || !batch.cost_usd[*row].is_nan()
    };
    let amounts = (0..batch.len()).filter(has_amounts).count() as u64;
    batch.len() as u64 * EVENT_BYTES + amounts * AMOUNTS_BYTES + names
}

/// The same for pre-aggregated hours.
pub fn expected_bytes_of_hours(batch: &AggregateBatch) -> u64 {
    let sketches = batch.duration_sketch.data.len() + batch.users_sketch.data.len();
    batch.len() as u64 * HOUR_BYTES + sketches as u64
}

/// What a name takes beside its letters.
const NAME_BYTES: u64 = 12;
/// Tokens, cost and bytes of a row that has all of them, in the widest form.
const AMOUNTS_BYTES: u64 = 40;
/// A row of all columns of an hour, with codes and the positions of its sketches.
const HOUR_BYTES: u64 = 128;

/// One shard's data.
#[derive(Debug, Default)]
pub struct Engine {
    zone: Zone,
    directory: Option<Directory>,
    pub(super) dictionaries: [Dictionary; TEXT_COLUMNS.len()],
    /// By their first event.
    pub(super) segments: Vec<Segment>,
    pub(super) hours: Vec<HourSegment>,
    /// Counts every change an answer may depend on.
    pub(super) version: u64,
    pub(super) kept: Kept,
}

impl Engine {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn set_zone(&mut self, zone: Zone) {
        self.zone = zone;
        self.version += 1;
    }

    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    pub fn set_directory(&mut self, directory: Option<Directory>) {
        self.directory = directory;
        self.version += 1;
    }

    pub fn directory(&self) -> Option<&Directory> {
        self.directory.as_ref()
    }

    /// Keeps a batch; rows whose event id is known already are counted as duplicates and left out.
    pub fn load(&mut self, source: u32, batch: Batch) -> LoadOutcome {
        let new = self.new_rows(&batch.event_id);
        let accepted = new.is_new.iter().filter(|&&new| new).count() as u64;
        if let Some(segment) = Segment::build(source, &batch, new, &mut self.dictionaries) {
            let start = segment.times.span();
            let place = self
                .segments
                .partition_point(|held| held.times.span() <= start);
            self.segments.insert(place, segment);
        }
        self.version += 1;
        LoadOutcome {
            accepted,
            duplicates: batch.len() as u64 - accepted,
        }
    }

    /// Keeps a batch of pre-aggregated hours, all of it or nothing.
    pub fn load_aggregate(
        &mut self,
        source: u32,
        batch: AggregateBatch,
    ) -> Result<LoadOutcome, AggregateError> {
        let accepted = batch.len() as u64;
        let segment = HourSegment::build(source, batch, &mut self.dictionaries)?;
        if accepted > 0 {
            self.hours.push(segment);
            self.version += 1;
        }
        Ok(LoadOutcome {
            accepted,
            duplicates: 0,
        })
    }

    /// Forgets all of a source.
    pub fn unload(&mut self, source: u32) {
        self.segments.retain(|held| held.source != source);
        self.hours.retain(|held| held.source != source);
        if self.segments.is_empty() && self.hours.is_empty() {
            self.dictionaries = Default::default();
        }
        self.version += 1;
    }

    /// Earliest and latest event.
    pub fn data_span(&self) -> Option<(TimeUs, TimeUs)> {
        let raw = self
            .segments
            .iter()
            .filter_map(|segment| segment.times.span());
        let hours = self.hours.iter().filter_map(HourSegment::span);
        raw.chain(hours)
            .reduce(|all, span| (all.0.min(span.0), all.1.max(span.1)))
    }

    pub fn newest_event(&self) -> Option<TimeUs> {
        self.data_span().map(|(_, newest)| newest)
    }

    /// What the raw events have at all.
    pub(super) fn held(&self) -> Held {
        let of_segment = |segment: &Segment| Held {
            kinds: segment.kinds,
            tokens: segment.amounts.has_tokens(),
            cost: segment.amounts.has_cost(),
        };
        let mut held = Held::default();
        for segment in &self.segments {
            held.merge(of_segment(segment));
        }
        held
    }

    pub fn memory(&self) -> Footprint {
        let rows = self.rows();
        let hours = self
            .hours
            .iter()
            .fold(0_u64, |sum, held| sum.saturating_add(held.executions()));
        let raw: usize = self.segments.iter().map(Segment::resident_bytes).sum();
        let aggregates: usize = self.hours.iter().map(HourSegment::resident_bytes).sum();
        let dictionaries: usize = self
            .dictionaries
            .iter()
            .map(Dictionary::resident_bytes)
            .sum();
        Footprint {
            events: (rows as u64).saturating_add(hours),
            resident_bytes: (raw + aggregates + dictionaries) as u64,
            kept_bytes: self.kept.bytes(self.version) as u64,
        }
    }

    /// A digest of the accepted rows that does not depend on their order, on batches, shards or formats;
    /// those of several shards add up (wrapping).
    pub fn fingerprint(&self) -> u64 {
        let raw = self.segments.iter().map(|segment| segment.fingerprint);
        let hours = self.hours.iter().map(|segment| segment.fingerprint);
        raw.chain(hours).fold(0, u64::wrapping_add)
    }

    /// Plans one pass for all queries of a question.
    pub fn begin(&self, question: &Question, queries: &[Query], context: &AskContext) -> Pass {
        Pass::new(self, question, queries, context, false)
    }

    /// The same, for who asks back what percentiles need ([`super::PartialAnswer::wanted`]).
    pub fn begin_binned(
        &self,
        question: &Question,
        queries: &[Query],
        context: &AskContext,
    ) -> Pass {
        Pass::new(self, question, queries, context, true)
    }

    /// Plans the second pass, for the values that percentiles need.
    pub fn begin_values(
        &self,
        question: &Question,
        queries: &[Query],
        context: &AskContext,
        wanted: &Wanted,
    ) -> ValuePass {
        ValuePass::new(self, question, queries, context, wanted)
    }

    /// Raw events held.
    pub(super) fn rows(&self) -> usize {
        self.segments.iter().map(Segment::len).sum()
    }

    /// Which rows' identities are met for the first time.
    fn new_rows(&self, ids: &[u64]) -> NewRows {
        // With their rows beside them: going back to the column for each comparison takes longer than the sorting.
        let rows = ids.iter().copied().zip(0_u32..);
        let mut order: Vec<(u64, u32)> = rows.filter(|&(id, _)| id != NO_ID).collect();
        order.sort_unstable();
        let mut is_new = vec![true; ids.len()];
        for pair in order.windows(2) {
            if pair[0].0 == pair[1].0 {
                is_new[pair[1].1 as usize] = false;
            }
        }
        for segment in &self.segments {
            // Both lists ascend: one walk over them side by side.
            let mut held = segment.ids.iter().peekable();
            for &(id, row) in &order {
                while held.peek().is_some_and(|&known| known < id) {
                    held.next();
                }
                match held.peek() {
                    Some(&known) if known == id => is_new[row as usize] = false,
                    Some(_) => {}
                    None => break,
                }
            }
        }
        NewRows { is_new, ids: order }
    }
}
