//! Owns: batches back into files (NDJSON; with the columnar readers also Arrow IPC and Parquet), for whoever takes the
//! data along, for the demo, the tests and golden files.
//! Does not own: any choice of what to write. What is written here reads back equal.

#[cfg(feature = "columnar")]
pub mod arrow;
pub mod ndjson;
#[cfg(feature = "columnar")]
pub mod parquet;
#[cfg(feature = "columnar")]
mod stream;
#[cfg(feature = "columnar")]
pub mod table;

#[cfg(feature = "columnar")]
pub use arrow::{aggregate_to_arrow, batch_to_arrow, batch_to_arrow_stream};
pub use ndjson::{aggregate_to_ndjson, batch_to_ndjson};
#[cfg(feature = "columnar")]
pub use parquet::{ParquetCompression, aggregate_to_parquet, batch_to_parquet};
#[cfg(feature = "columnar")]
pub use stream::ParquetRows;

/// The columns of a batch do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("The table could not be written as {0}: its columns do not fit together.")]
pub struct WriteError(pub &'static str);
