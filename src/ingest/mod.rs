//! Owns: bytes into [`Batch`] or [`AggregateBatch`], one file per format, with an account of every row and of every
//! field that was dropped. Does not own: fetching, checking for duplicates (`engine`), the network, a clock.
//!
//! Privacy is an allow-list here: a field that [`crate::model::schema`] does not name is skipped before its value
//! is looked at, and counted by name. Nothing past this module has seen content.

pub mod aggregate;
mod arrow;
pub mod container;
mod csv;
#[cfg(feature = "columnar")]
mod deltas;
mod encoding;
pub mod error;
mod fields;
mod json;
#[cfg(feature = "columnar")]
mod lengths;
#[cfg(feature = "columnar")]
mod levels;
mod names;
mod ndjson;
mod numbers;
mod objects;
pub mod otlp;
#[cfg(feature = "columnar")]
mod pages;
#[cfg(feature = "columnar")]
pub mod parquet;
pub mod people;
mod planned;
mod profiles;
mod propose;
pub mod recognise;
mod records;
mod scan;
mod shape;
mod sniff;
pub mod tally;
mod times;
mod values;
mod walk;
pub mod write;

use std::borrow::Cow;

pub use container::{Unpacked, unpack};
pub use error::{IngestError, Stranger};
pub use propose::propose;
pub use recognise::{recognise, recognise_with, without_mark};
pub use tally::Tally;

pub use crate::model::batch::ID_HASH_PREFIX;
use crate::model::{AggregateBatch, Batch};
use crate::protocol::LoadOptions;
use names::Terms;

/// Field metadata that says an integer column of identities holds hashes already (`toolscope.id` = `xxh3-64`).
pub const ID_HASH_KEY: &str = "toolscope.id";
pub const ID_HASH_XXH3: &str = "xxh3-64";

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
    /// The people of a directory as a table.
    DirectoryCsv,
    /// Events, or pre-aggregated hours, in an array, one after the other, or pretty-printed.
    Json,
    /// A table of events or hours, whatever separates its cells.
    Csv,
    /// One whose cells are separated by tabs.
    Tsv,
    /// Wrappers of other files.
    Gzip,
    Zstd,
    Zip,
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
            Self::DirectoryCsv => "directory-csv",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Zip => "zip",
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
            Self::Directory | Self::DirectoryCsv => "directory file",
            Self::Json => "JSON file",
            Self::Csv => "CSV file",
            Self::Tsv => "TSV file",
            Self::Gzip => "gzip file",
            Self::Zstd => "zstd file",
            Self::Zip => "ZIP archive",
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

/// Does this need the Parquet reader, which the worker has in a module of its own?
pub fn needs_columnar(format: Format) -> bool {
    format == Format::Parquet
}

/// Text in UTF-16 as UTF-8; everything else as it is. Readers of text take UTF-8.
pub fn as_utf8(bytes: &[u8]) -> (Cow<'_, [u8]>, Option<&'static str>) {
    match encoding::from_utf16(bytes) {
        Some(text) => (Cow::Owned(text), Some(encoding::WAS_UTF16)),
        None => (Cow::Borrowed(bytes), None),
    }
}

/// Reads a file of events or pre-aggregated hours. Telemetry has a reader of its own (`otlp`), because its spans
/// become executions only together.
pub fn read(bytes: &[u8], format: Format) -> Result<Decoded, IngestError> {
    read_with(bytes, format, &LoadOptions::default())
}

/// The same, with what a person said about it.
pub fn read_with(
    bytes: &[u8],
    format: Format,
    options: &LoadOptions,
) -> Result<Decoded, IngestError> {
    let terms = Terms::new(options);
    match format {
        Format::Ndjson => Ok(ndjson::read(bytes, &terms)),
        Format::Json => Ok(ndjson::read_json(bytes, &terms)),
        Format::Csv | Format::Tsv => csv::read(bytes, &terms),
        Format::ArrowFile | Format::ArrowStream => arrow::read(bytes, format, &terms),
        #[cfg(feature = "columnar")]
        Format::Parquet => parquet::read(bytes, &terms),
        #[cfg(not(feature = "columnar"))]
        Format::Parquet => Err(IngestError::ColumnarNeeded),
        Format::OtlpJson
        | Format::Manifest
        | Format::Directory
        | Format::DirectoryCsv
        | Format::Gzip
        | Format::Zstd
        | Format::Zip => Err(IngestError::Internal(format)),
    }
}
