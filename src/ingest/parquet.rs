//! Parquet: checked before the reader is trusted with it, then an Arrow stream, so that there is one way into the
//! columns. In the browser this is the columnar module, which hands that stream over.

use std::cell::Cell;

use arrow_array::RecordBatch;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{DataType, Field, Schema};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
};
use parquet::arrow::{ProjectionMask, parquet_to_arrow_field_levels};
use parquet::basic::Compression;
use parquet::errors::ParquetError;

use super::arrow::{self, DROPPED_KEY};
use super::names::Terms;
use super::pages::CheckedFile;
use super::recognise::PARQUET_MAGIC;
use super::{Decoded, Format, IngestError, Tally, lengths};
use crate::model::limits::{
    COLUMNS_MAX, DECODED_BYTES_MAX, LimitId, RATIO_FREE_BYTES, RATIO_MAX, ROW_GROUPS_MAX,
};
use crate::protocol::LoadOptions;

const FORMAT: Format = Format::Parquet;
const BATCH_ROWS: usize = 16_384;

/// Reads events or hours.
pub fn read(bytes: &[u8], terms: &Terms<'_>) -> Result<Decoded, IngestError> {
    let stream = guarded(|| stream(bytes, terms))?;
    arrow::read(&stream, Format::ArrowStream, terms)
}

/// A Parquet file as an Arrow stream without compression and without the columns nobody may see.
pub fn to_arrow_stream(
    bytes: &[u8],
    format: Format,
    options: &LoadOptions,
) -> Result<Vec<u8>, IngestError> {
    if format == FORMAT {
        guarded(|| stream(bytes, &Terms::new(options)))
    } else {
        Err(IngestError::Internal(format))
    }
}

/// The first rows with all their columns as an Arrow stream, for a person to look at.
pub fn first_rows(bytes: &[u8], rows: usize) -> Result<Vec<u8>, IngestError> {
    guarded(|| {
        let (shared, metadata) = open(bytes)?;
        let reader = reader(&shared, &metadata, ProjectionMask::all(), rows)?;
        written(reader.map_while(Result::ok).take(1).collect(), &[])
    })
}

thread_local! {
    static CAUGHT: Cell<u64> = const { Cell::new(0) };
}

/// How many panics of the parquet crate were caught on this thread: each is one that ends the module in the browser.
pub fn caught_panics() -> u64 {
    CAUGHT.get()
}

/// The parquet crate can panic on hostile files, although what can be checked before is checked. This is the one place
/// where that is caught. In the browser a panic ends the module, and the worker loads it anew.
fn guarded<T>(read: impl FnOnce() -> Result<T, IngestError>) -> Result<T, IngestError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).unwrap_or_else(|_| {
        CAUGHT.set(CAUGHT.get() + 1);
        Err(damaged("its reader stopped"))
    })
}

fn stream(bytes: &[u8], terms: &Terms<'_>) -> Result<Vec<u8>, IngestError> {
    let (shared, metadata) = open(bytes)?;
    if metadata.schema().fields().len() > COLUMNS_MAX {
        return Err(IngestError::TooManyColumns(FORMAT));
    }
    let fields = metadata.schema().fields().iter();
    let names = fields.map(|field| field.name().as_str());
    let wanted = arrow::projection(names, FORMAT, terms)?;
    let of_kind = |kept: bool| {
        let columns = wanted.iter().enumerate();
        columns.filter_map(move |(at, wanted)| (*wanted == kept).then_some(at))
    };
    let dropped: Vec<String> = of_kind(false)
        .map(|at| metadata.schema().field(at).name().clone())
        .collect();
    let mask = ProjectionMask::roots(metadata.parquet_schema(), of_kind(true));
    let reader = reader(&shared, &metadata, mask, BATCH_ROWS)?;
    let mut decoded_bytes = 0;
    let mut kept = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|_| damaged("its pages can't be decoded"))?;
        decoded_bytes += batch.get_array_memory_size() as u64;
        if decoded_bytes > DECODED_BYTES_MAX {
            return Err(too_large(LimitId::Decoded));
        }
        kept.push(batch);
    }
    written(kept, &dropped)
}

/// The record batches of a file, whose pages are looked at before they are decoded.
fn reader(
    bytes: &Bytes,
    metadata: &ArrowReaderMetadata,
    mask: ProjectionMask,
    rows: usize,
) -> Result<ParquetRecordBatchReader, IngestError> {
    let hint = Some(metadata.schema().fields());
    let levels = parquet_to_arrow_field_levels(metadata.parquet_schema(), mask, hint);
    let file = CheckedFile {
        bytes,
        metadata,
        rows,
    };
    levels
        .and_then(|levels| {
            ParquetRecordBatchReader::try_new_with_row_groups(&levels, &file, rows, None)
        })
        .map_err(|error| failure(&error))
}

/// Record batches as a stream that says what is not in them.
fn written(batches: Vec<RecordBatch>, dropped: &[String]) -> Result<Vec<u8>, IngestError> {
    let internal = |_| IngestError::Internal(FORMAT);
    let mut tally = Tally::default();
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    for name in dropped {
        tally.drop_field(name, rows as u64);
    }
    let receipt = tally.into_receipt("", FORMAT, "", 0);
    let dropped: Vec<String> = receipt
        .dropped_fields
        .iter()
        .map(|(name, count)| format!("{}\t{count}", name.replace(['\n', '\t'], " ")))
        .collect();
    // A file without rows has no batch to take the columns from; one that can be a time is enough.
    let no_rows = || Schema::new(vec![Field::new("time", DataType::Int64, true)]);
    let schema = batches
        .first()
        .map_or_else(no_rows, |batch| batch.schema().as_ref().clone());
    let mut metadata = schema.metadata().clone();
    metadata.insert(DROPPED_KEY.to_owned(), dropped.join("\n"));
    let schema = schema.with_metadata(metadata);
    let mut writer = StreamWriter::try_new(Vec::new(), &schema).map_err(internal)?;
    for batch in batches {
        writer.write(&batch).map_err(internal)?;
    }
    writer.into_inner().map_err(internal)
}

/// The file, shared, and its footer, checked.
fn open(bytes: &[u8]) -> Result<(Bytes, ArrowReaderMetadata), IngestError> {
    check_ends(bytes)?;
    let shared = Bytes::copy_from_slice(bytes);
    let metadata = ArrowReaderMetadata::load(&shared, ArrowReaderOptions::new())
        .map_err(|error| failure(&error))?;
    check_metadata(&metadata, bytes)?;
    Ok((shared, metadata))
}

fn check_ends(bytes: &[u8]) -> Result<(), IngestError> {
    let truncated = IngestError::Truncated(FORMAT);
    let tail = bytes.strip_suffix(PARQUET_MAGIC).ok_or(truncated.clone())?;
    let (body, length) = tail.split_last_chunk::<4>().ok_or(truncated)?;
    let footer = u32::from_le_bytes(*length) as usize;
    if footer == 0 || footer + PARQUET_MAGIC.len() > body.len() {
        return Err(damaged("its footer is longer than the file"));
    }
    Ok(())
}

/// What the footer promises must fit the file and the limits.
fn check_metadata(metadata: &ArrowReaderMetadata, bytes: &[u8]) -> Result<(), IngestError> {
    let file_bytes = bytes.len() as u64;
    let metadata = metadata.metadata();
    if metadata.num_row_groups() > ROW_GROUPS_MAX {
        return Err(IngestError::TooManyRowGroups(FORMAT));
    }
    if metadata.file_metadata().schema_descr().num_columns() > COLUMNS_MAX {
        return Err(IngestError::TooManyColumns(FORMAT));
    }
    let mut unpacked = 0_u64;
    for group in metadata.row_groups() {
        if group.num_rows() < 0 {
            return Err(damaged("a row group has a negative size"));
        }
        for column in group.columns() {
            if matches!(column.compression(), Compression::LZO) {
                return Err(IngestError::Unsupported {
                    format: FORMAT,
                    what: "lzo compression",
                    remedy: "Write it with snappy, zstd or no compression.",
                });
            }
            let within = |offset: i64, length: i64| {
                let end = u64::try_from(offset)
                    .ok()
                    .zip(u64::try_from(length).ok())
                    .and_then(|(offset, length)| offset.checked_add(length));
                end.is_some_and(|end| end <= file_bytes)
            };
            let start = column
                .dictionary_page_offset()
                .unwrap_or_else(|| column.data_page_offset());
            if !within(start, column.compressed_size()) {
                return Err(damaged("a column lies outside of the file"));
            }
            let (start, length) = (start as usize, column.compressed_size() as usize);
            lengths::check_pages(&bytes[start..start + length])?;
            unpacked = unpacked.saturating_add(column.uncompressed_size().max(0) as u64);
        }
    }
    if unpacked > DECODED_BYTES_MAX {
        return Err(too_large(LimitId::Decoded));
    }
    if unpacked > RATIO_FREE_BYTES && unpacked / file_bytes.max(1) > RATIO_MAX {
        return Err(too_large(LimitId::Ratio));
    }
    Ok(())
}

fn damaged(what: &'static str) -> IngestError {
    IngestError::Damaged {
        format: FORMAT,
        what,
    }
}

fn too_large(limit: LimitId) -> IngestError {
    IngestError::TooLarge {
        format: FORMAT,
        limit,
    }
}

fn failure(error: &ParquetError) -> IngestError {
    match error {
        ParquetError::EOF(_) | ParquetError::NeedMoreData(_) => IngestError::Truncated(FORMAT),
        _ => damaged("its footer can't be read"),
    }
}
