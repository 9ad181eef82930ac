//! What the application and its workers say to each other: plain data, a version, error codes, framing.
//!
//! A message is `[bytes, ...extras]`: `bytes` is this module's enum in postcard form inside a transferred
//! `ArrayBuffer`; extras are JavaScript values a message announces (a `File`, the partial states of other shards).
//! Both sides refuse another [`PROTOCOL_VERSION`]. Postcard is not self-describing: no `serde(flatten)`,
//! `untagged` or `skip_serializing_if` in anything that travels here.

mod mapping;

use serde::{Deserialize, Serialize};

pub use mapping::{LoadOptions, Looks, Mapping, MemberOptions, Proposal, ProposedColumn};

use crate::model::{Directory, Provenance, ResultTable, SourceReceipt, Warning, Zone};
use crate::query::{AskContext, Period, Query, Question};

/// Changes with any message; an application and a worker of different builds must not talk.
pub const PROTOCOL_VERSION: u32 = 7;

/// A source of events within one session of the application; the client numbers them.
pub type SourceId = u32;
/// A question under way; newer ones have higher numbers.
pub type AskId = u32;

/// Application → worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// The first message; answered by [`Response::Hello`].
    Hello {
        version: u32,
    },
    SetZone(Zone),
    SetDirectory(Option<Directory>),
    /// What the worker's data may take, bytes; without it as much as [`crate::model::limits::WORKER_BYTES_MAX`].
    SetBudget(u64),
    /// Fetch, verify, decode and keep.
    LoadUrl {
        source: SourceId,
        name: String,
        url: String,
        bytes: u64,
        sha256: Option<String>,
        options: LoadOptions,
    },
    /// Decode and keep the `File` that is extra 0.
    LoadFile {
        source: SourceId,
        name: String,
        options: LoadOptions,
    },
    /// Stop loading, or forget what was loaded.
    Unload {
        source: SourceId,
    },
    /// Answer with tables when `partial` is false, else with this shard's states for a later [`Request::Merge`].
    Ask {
        id: AskId,
        question: Question,
        queries: Vec<Query>,
        context: AskContext,
        partial: bool,
    },
    /// Extras are the partial states of all shards for this question; answer with tables.
    Merge {
        id: AskId,
        question: Question,
        queries: Vec<Query>,
        context: AskContext,
    },
    /// Write the rows of a period that the question's filters leave. One part comes at a time ([`Response::Rows`]);
    /// the next when [`Request::MoreRows`] asks for it, so that no more is held than somebody takes.
    Rows {
        id: AskId,
        question: Question,
        period: Period,
        form: RowForm,
        /// Begin with what a file of this form begins with, as a table with its header.
        begins_file: bool,
    },
    MoreRows {
        id: AskId,
    },
    /// Nothing more about this question, or of these rows, please.
    Cancel {
        id: AskId,
    },
    /// Test aid and health check: answer with [`Response::Status`].
    Ping,
}

/// Worker → application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Response {
    Hello {
        version: u32,
        engine: String,
    },
    Progress {
        source: SourceId,
        bytes_done: u64,
        bytes_total: u64,
    },
    /// `receipt` is the whole source's; the files of an archive have `members` besides, and it may hold a directory.
    /// `proposals` are of those whose columns nobody knows: the others are in the numbers meanwhile.
    Loaded {
        source: SourceId,
        receipt: SourceReceipt,
        members: Vec<SourceReceipt>,
        directory: Option<Directory>,
        proposals: Vec<Proposal>,
        memory: Memory,
    },
    /// The source is not in the numbers. `retry` says whether trying again may help.
    LoadFailed {
        source: SourceId,
        receipt: SourceReceipt,
        code: ErrorCode,
        message: String,
        retry: bool,
    },
    /// No column of the source can be a time. Ask the person what its columns mean ([`Proposal`] has a guess for each),
    /// then load the source again with a mapping in its options. `receipt` has the sentence; the source is not in the
    /// numbers until then. An archive none of whose files can be read has a proposal for each header.
    NeedsMapping {
        source: SourceId,
        receipt: SourceReceipt,
        proposals: Vec<Proposal>,
    },
    /// The source was a directory, not events. One that has only people is to be merged into the one that is held
    /// ([`Directory::joined`]).
    DirectoryLoaded {
        source: SourceId,
        directory: Directory,
        /// Rows of a table of people that could not be read.
        receipt: SourceReceipt,
    },
    Unloaded {
        source: SourceId,
        memory: Memory,
    },
    /// The tables, in the order of the queries.
    Answer {
        id: AskId,
        tables: Vec<ResultTable>,
        provenance: Provenance,
    },
    /// Extra 0 is this shard's states.
    Partial {
        id: AskId,
    },
    /// Extra 0 is the bytes of so many rows, with whatever a file begins with before them.
    Rows {
        id: AskId,
        rows: u64,
        /// What has to be said about all rows so far.
        warnings: Vec<Warning>,
        /// A file of its own begins with these bytes.
        begins_file: bool,
        /// There are no more.
        is_last: bool,
    },
    AskFailed {
        id: AskId,
        code: ErrorCode,
        message: String,
    },
    Cancelled {
        id: AskId,
    },
    Status {
        memory: Memory,
    },
    /// Nothing will be heard until a step is done that can't be interrupted; it may take so long.
    Working {
        silence_ms: u32,
    },
}

/// What rows are written as. Identities of events are hashes already, and are written as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RowForm {
    /// Raw events, a JSON object a line.
    Ndjson,
    /// Raw events as a table without a mark of its encoding. `raw_names`: as they are in the data, even where a
    /// spreadsheet would run them.
    Csv { raw_names: bool },
    /// Pre-aggregated hours with all their states, a JSON object a line. Hours that know other columns are other files.
    Hours,
}

/// What a shard holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Memory {
    pub events: u64,
    /// Columns and dictionaries.
    pub resident_bytes: u64,
    /// States of earlier questions, kept until they are in the way; they don't count against the budget.
    pub kept_bytes: u64,
    /// All of what counts against the budget: that, and what telemetry is linked by.
    pub held_bytes: u64,
    pub budget_bytes: u64,
    /// The whole linear memory of the module.
    pub module_bytes: u64,
}

impl Memory {
    /// How much of the budget is taken, per cent.
    pub const fn percent(&self) -> u64 {
        if self.budget_bytes == 0 {
            return 0;
        }
        (self.held_bytes as u128 * 100 / self.budget_bytes as u128) as u64
    }
}

/// Stable codes; the sentence beside one is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ErrorCode {
    /// The protocol versions differ: an old page with a new worker.
    Version,
    Malformed,
    Network,
    NotFound,
    HttpStatus,
    Truncated,
    Checksum,
    Empty,
    UnknownFormat,
    Damaged,
    TooLarge,
    Unsupported,
    Memory,
    Internal,
    /// Nothing in the file can be a time; a mapping says which column is.
    NeedsMapping,
}

impl ErrorCode {
    /// All of them, for reading names back.
    const ALL: [Self; 15] = [
        Self::Version,
        Self::Malformed,
        Self::Network,
        Self::NotFound,
        Self::HttpStatus,
        Self::Truncated,
        Self::Checksum,
        Self::Empty,
        Self::UnknownFormat,
        Self::Damaged,
        Self::TooLarge,
        Self::Unsupported,
        Self::Memory,
        Self::Internal,
        Self::NeedsMapping,
    ];

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.name() == name)
    }

    /// May the same address give something better when its bytes are fetched again?
    pub const fn may_pass(self) -> bool {
        matches!(
            self,
            Self::Empty | Self::Truncated | Self::Damaged | Self::Checksum
        )
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Malformed => "malformed",
            Self::Network => "network",
            Self::NotFound => "not_found",
            Self::HttpStatus => "http_status",
            Self::Truncated => "truncated",
            Self::Checksum => "checksum",
            Self::Empty => "empty",
            Self::UnknownFormat => "unknown_format",
            Self::Damaged => "damaged",
            Self::TooLarge => "too_large",
            Self::Unsupported => "unsupported",
            Self::Memory => "memory",
            Self::Internal => "internal",
            Self::NeedsMapping => "needs_mapping",
        }
    }
}

/// The bytes are not a message of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("The page and its data worker do not understand each other; reload the page.")]
pub struct Unreadable;

pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, Unreadable> {
    postcard::to_stdvec(message).map_err(|_| Unreadable)
}

pub fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Unreadable> {
    postcard::from_bytes(bytes).map_err(|_| Unreadable)
}
