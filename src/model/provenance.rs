//! Where an answer comes from and what is missing from it. Rides with every answer, export and API reply.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::TimeUs;
use super::limits::LimitId;

/// A stable code a program can match; the sentence beside it is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum WarningCode {
    /// Rows were set aside; the receipt has reasons and positions.
    RowsSetAside,
    /// A batch could not be fetched or read and is missing from the numbers.
    BatchMissing,
    /// Not all batches that the question needs are loaded yet.
    Partial,
    /// Pre-aggregated rows lack a column or state this query needs; they are left out.
    AggregateLacks,
    /// Pre-aggregated hours were assigned to local buckets by their start.
    AggregateHours,
    /// The compared periods differ in length; rates per day are compared.
    UnequalPeriods,
    /// The directory is needed and absent, or does not know some people.
    DirectoryMissing,
    /// A name in the question is unknown, or a part of it could not be read.
    QuestionDegraded,
    /// No event of the kind that a number is about is in the data.
    KindMissing,
    /// Events lie in the future of "now" and are left out of relative ranges.
    FutureEvents,
    /// Spans or log records that no profile recognised.
    Unrecognised,
    /// Names longer than the limit were cut.
    NamesCut,
    /// "Now" was taken from the newest event.
    NowFromData,
    /// A reader had to assume something about a source (times without a zone, rows without an outcome).
    Assumed,
    /// The data takes most of the memory it may take; no further source may fit.
    MemoryLow,
    /// People of an opened table matched nobody in the directory.
    PeopleUnmatched,
}

impl WarningCode {
    pub const fn name(self) -> &'static str {
        match self {
            Self::RowsSetAside => "rows_set_aside",
            Self::BatchMissing => "batch_missing",
            Self::Partial => "partial",
            Self::AggregateLacks => "aggregate_lacks",
            Self::AggregateHours => "aggregate_hours",
            Self::UnequalPeriods => "unequal_periods",
            Self::DirectoryMissing => "directory_missing",
            Self::QuestionDegraded => "question_degraded",
            Self::KindMissing => "kind_missing",
            Self::FutureEvents => "future_events",
            Self::Unrecognised => "unrecognised",
            Self::NamesCut => "names_cut",
            Self::NowFromData => "now_from_data",
            Self::Assumed => "assumed",
            Self::MemoryLow => "memory_low",
            Self::PeopleUnmatched => "people_unmatched",
        }
    }
}

/// A partial failure or a caveat, said where the number is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Warning {
    pub code: WarningCode,
    /// A sentence: what happened and what to do.
    pub message: String,
}

impl Warning {
    pub fn new(code: WarningCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// Sources that a warning names; the others are counted.
const SOURCES_NAMED: usize = 3;

/// What the numbers lack because of sources that are not in them; a sentence for each cause. An archive none of whose
/// files could be read stands for all of them.
pub fn missing<'a>(receipts: impl IntoIterator<Item = &'a SourceReceipt>) -> Vec<Warning> {
    let mut failed: Vec<&SourceReceipt> = receipts
        .into_iter()
        .filter(|receipt| receipt.error.is_some())
        .collect();
    failed.sort_by(|a, b| a.name.cmp(&b.name));
    failed.dedup_by(|a, b| a.name == b.name);
    let names: BTreeSet<&str> = failed.iter().map(|receipt| receipt.name.as_str()).collect();
    let is_part = |name: &str| {
        let mut folders = name.match_indices('/').map(|(at, _)| &name[..at]);
        folders.any(|folder| names.contains(folder))
    };
    let of = |needs_mapping: bool| {
        let mut chosen = failed.clone();
        chosen.retain(|held| held.needs_mapping == needs_mapping && !is_part(&held.name));
        chosen
    };
    let sentences = [
        (of(false), ["could not be read", "could not be read"]),
        (
            of(true),
            [
                "waits for somebody to say what its columns mean",
                "wait for somebody to say what their columns mean",
            ],
        ),
    ];
    let said = sentences.into_iter().filter(|(held, _)| !held.is_empty());
    said.map(|(held, [one, many])| {
        let names = held.iter().take(SOURCES_NAMED);
        let names: Vec<&str> = names.map(|receipt| receipt.name.as_str()).collect();
        let more = match held.len().saturating_sub(SOURCES_NAMED) {
            0 => String::new(),
            rest => format!(" and {rest} more"),
        };
        let (what, is) = match held.len() {
            1 => (one, "is"),
            _ => (many, "are"),
        };
        let message = format!(
            "{}{more} {what} and {is} missing from these numbers; the receipt says why.",
            names.join(", ")
        );
        Warning::new(WarningCode::BatchMissing, message)
    })
    .collect()
}

/// A row that could not be read (D9). Never a value of the row: only where and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAsideRow {
    /// "line 17", "row 5 of record batch 2", "span 3 of line 8".
    pub position: String,
    /// A sentence that names the column and the problem, not the value.
    pub reason: String,
}

/// What became of one source: accepted + set aside + duplicates = rows read, always.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SourceReceipt {
    pub name: String,
    /// "ndjson", "arrow-file", "arrow-stream", "parquet", "otlp-json" …
    pub format: String,
    /// "raw" or "aggregate".
    pub kind: String,
    pub bytes: u64,
    /// Records in the file: events, aggregate rows, spans or log records.
    pub rows_read: u64,
    /// Records that are in the numbers (for telemetry: records understood, whether or not they are executions).
    pub accepted: u64,
    pub set_aside: u64,
    pub duplicates: u64,
    /// Tool executions that came out (for telemetry fewer than records: spans of one call are one execution).
    pub executions: u64,
    pub min_time_us: Option<TimeUs>,
    pub max_time_us: Option<TimeUs>,
    /// The first [`super::limits::SET_ASIDE_SAMPLES`] rows set aside.
    pub set_aside_rows: Vec<SetAsideRow>,
    /// Reason → how many.
    pub set_aside_reasons: BTreeMap<String, u64>,
    /// Field name → how many values were dropped (D8). Names only.
    pub dropped_fields: BTreeMap<String, u64>,
    /// "scope · span name" → how many records no profile recognised.
    pub unrecognised: BTreeMap<String, u64>,
    pub names_cut: u64,
    /// The limits that something in it met.
    pub limits: BTreeSet<LimitId>,
    /// Headers that a mapping names and the source does not have.
    pub headers_missing: Vec<String>,
    /// What a reader has to say about the whole source ("times without a zone were read as UTC").
    pub notes: Vec<String>,
    /// Why the whole source could not be read; then all counts may be zero.
    pub error: Option<String>,
    /// It waits for somebody to say what its columns mean; `error` has the sentence.
    pub needs_mapping: bool,
    /// Time spent reading, milliseconds.
    pub elapsed_ms: f64,
}

/// The provenance of one answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    pub sources: Vec<SourceReceipt>,
    /// Field name → count over all sources.
    pub dropped_fields: BTreeMap<String, u64>,
    pub warnings: Vec<Warning>,
    pub exact: bool,
    /// "toolscope 0.1.0 · wasm · 2 shards" or "… · native".
    pub engine: String,
    /// Order-independent digest of the accepted data, 16 hex digits.
    pub fingerprint: String,
    pub now_us: TimeUs,
    pub zone: String,
    pub newest_event_us: Option<TimeUs>,
    /// Rows the pass touched, and rows it could skip by chunk statistics.
    pub rows_scanned: u64,
    pub rows_skipped: u64,
    pub elapsed_ms: f64,
    pub complete: bool,
}
