//! Owns: bytes into [`Batch`] or [`AggregateBatch`], one file per format, with an account of every row and of every
//! field that was dropped. Does not own: fetching, checking for duplicates (`engine`), the network, a clock.
//!
//! Privacy is an allow-list here: a field that [`crate::model::schema`] does not name is skipped before its value
//! is looked at, and counted by name. Nothing past this module has seen content.

pub mod aggregate;
mod arrow;
pub mod error;
mod fields;
mod json;
mod ndjson;
pub mod otlp;
#[cfg(feature = "columnar")]
pub mod parquet;
mod plain;
pub mod recognise;
mod table;
pub mod tally;
mod values;
pub mod write;

pub use error::{IngestError, Stranger};
pub use recognise::{recognise, without_mark};
pub use tally::Tally;

use crate::model::{AggregateBatch, Batch};

/// Field metadata that says an integer column of identities holds hashes already (`toolscope.id` = `xxh3-64`).
pub const ID_HASH_KEY: &str = "toolscope.id";
pub const ID_HASH_XXH3: &str = "xxh3-64";
/// The same in text: `xxh3:` and 16 hex digits.
pub const ID_HASH_PREFIX: &str = "xxh3:";

/// What a file can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// One event, or one pre-aggregated hour, a line.
    Ndjson,
    /// One OTLP/JSON export request a line.
    OtlpJson,
    ArrowFile,
    ArrowStream,
    Parquet,
    Manifest,
    Directory,
    /// JSON of a kind that could not be told, because it ends early.
    Json,
}

impl Format {
    /// The name in receipts and manifests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::OtlpJson => "otlp-json",
            Self::ArrowFile => "arrow-file",
            Self::ArrowStream => "arrow-stream",
            Self::Parquet => "parquet",
            Self::Manifest => "manifest",
            Self::Directory => "directory",
            Self::Json => "json",
        }
    }

    /// What a person calls such a file.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ndjson => "NDJSON file",
            Self::OtlpJson => "OTLP JSON file",
            Self::ArrowFile => "Arrow file",
            Self::ArrowStream => "Arrow stream",
            Self::Parquet => "Parquet file",
            Self::Manifest => "manifest",
            Self::Directory => "directory file",
            Self::Json => "JSON file",
        }
    }
}

/// The columns that came out of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    Events(Batch),
    Aggregates(AggregateBatch),
}

/// A file that was read: its columns, and the account of its rows. `tally.rows_read` = rows of `data` + set aside.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    pub data: Data,
    pub tally: Tally,
}

/// Does this need Parquet or zstd, which the worker has in a module of its own?
pub fn needs_columnar(bytes: &[u8], format: Format) -> bool {
    match format {
        Format::Parquet => true,
        Format::ArrowFile | Format::ArrowStream => arrow::may_hold_zstd(bytes),
        _ => false,
    }
}

/// Reads a file of events or pre-aggregated hours. Telemetry has a reader of its own (`otlp`), because its spans
/// become executions only together.
pub fn read(bytes: &[u8], format: Format) -> Result<Decoded, IngestError> {
    let decoded = match format {
        Format::Ndjson => ndjson::read(bytes),
        Format::ArrowFile | Format::ArrowStream => arrow::read(bytes, format)?,
        #[cfg(feature = "columnar")]
        Format::Parquet => parquet::read(bytes)?,
        #[cfg(not(feature = "columnar"))]
        Format::Parquet => return Err(IngestError::ColumnarNeeded),
        Format::Json => return Err(IngestError::Truncated(format)),
        Format::OtlpJson | Format::Manifest | Format::Directory => {
            return Err(IngestError::Internal(format));
        }
    };
    Ok(decoded)
}
