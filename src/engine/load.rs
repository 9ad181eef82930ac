//! SKELETON: signatures only, filled in by the next commits.
use super::Pass;
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
    /// Columns, dictionaries and the set of event ids.
    pub resident_bytes: u64,
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

/// One shard's data.
#[derive(Debug, Default)]
pub struct Engine {
    zone: Zone,
    directory: Option<Directory>,
}

impl Engine {
    pub fn new() -> Self {
        Self::default()
    }
    pub fn set_zone(&mut self, zone: Zone) {
        self.zone = zone;
    }
    pub fn zone(&self) -> &Zone {
        &self.zone
    }
    pub fn set_directory(&mut self, directory: Option<Directory>) {
        self.directory = directory;
    }
    pub fn directory(&self) -> Option<&Directory> {
        self.directory.as_ref()
    }
    /// Keeps a batch; rows whose event id is known already are counted as duplicates and left out.
    pub fn load(&mut self, _source: u32, _batch: Batch) -> LoadOutcome {
        LoadOutcome::default()
    }
    /// Keeps a batch of pre-aggregated hours, all of it or nothing.
    pub fn load_aggregate(
        &mut self,
        _source: u32,
        _batch: AggregateBatch,
    ) -> Result<LoadOutcome, AggregateError> {
        Ok(LoadOutcome::default())
    }
    /// Forgets all of a source.
    pub fn unload(&mut self, _source: u32) {}
    /// Earliest and latest event.
    pub fn data_span(&self) -> Option<(TimeUs, TimeUs)> {
        None
    }
    pub fn newest_event(&self) -> Option<TimeUs> {
        self.data_span().map(|(_, newest)| newest)
    }
    pub fn memory(&self) -> Footprint {
        Footprint::default()
    }
    /// A digest of the accepted rows that does not depend on their order, on batches, shards or formats;
    /// those of several shards add up (wrapping).
    pub fn fingerprint(&self) -> u64 {
        0
    }
    /// Plans one pass for all queries of a question.
    pub fn begin(&self, _question: &Question, _queries: &[Query], _context: &AskContext) -> Pass {
        Pass {}
    }
}
