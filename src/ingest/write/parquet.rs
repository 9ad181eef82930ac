//! Parquet, for batches at rest.

use arrow_array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::WriteError;
use super::table::{aggregate_table, events_table};
use crate::model::{AggregateBatch, Batch};

const FAILED: WriteError = WriteError("Parquet");
pub(super) const ROW_GROUP_ROWS: usize = 131_072;

/// The compressions that are written; the same are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ParquetCompression {
    None,
    Snappy,
    #[default]
    Zstd,
    Gzip,
    Lz4Raw,
    Brotli,
}

/// Raw events as Parquet.
pub fn batch_to_parquet(
    batch: &Batch,
    compression: ParquetCompression,
) -> Result<Vec<u8>, WriteError> {
    write(&events_table(batch).map_err(|_| FAILED)?, compression).map_err(|_| FAILED)
}

/// Pre-aggregated hours as Parquet.
pub fn aggregate_to_parquet(
    batch: &AggregateBatch,
    compression: ParquetCompression,
) -> Result<Vec<u8>, WriteError> {
    write(&aggregate_table(batch).map_err(|_| FAILED)?, compression).map_err(|_| FAILED)
}

impl ParquetCompression {
    pub(super) fn codec(self) -> Result<Compression, ParquetError> {
        Ok(match self {
            Self::None => Compression::UNCOMPRESSED,
            Self::Snappy => Compression::SNAPPY,
            Self::Zstd => Compression::ZSTD(ZstdLevel::try_new(3)?),
            Self::Gzip => Compression::GZIP(GzipLevel::default()),
            Self::Lz4Raw => Compression::LZ4_RAW,
            Self::Brotli => Compression::BROTLI(BrotliLevel::default()),
        })
    }
}

fn write(table: &RecordBatch, compression: ParquetCompression) -> Result<Vec<u8>, ParquetError> {
    let properties = WriterProperties::builder()
        .set_compression(compression.codec()?)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), table.schema(), Some(properties))?;
    writer.write(table)?;
    writer.into_inner()
}
