//! Arrow IPC, uncompressed: the transfer compresses.

use arrow_array::RecordBatch;
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::ArrowError;

use super::WriteError;
use super::table::{aggregate_table, events_table};
use crate::model::{AggregateBatch, Batch};

const FAILED: WriteError = WriteError("Arrow");

/// Raw events as an Arrow IPC file.
pub fn batch_to_arrow(batch: &Batch) -> Result<Vec<u8>, WriteError> {
    file(&events_table(batch).map_err(|_| FAILED)?).map_err(|_| FAILED)
}

/// Raw events as an Arrow IPC stream.
pub fn batch_to_arrow_stream(batch: &Batch) -> Result<Vec<u8>, WriteError> {
    stream(&events_table(batch).map_err(|_| FAILED)?).map_err(|_| FAILED)
}

/// Pre-aggregated hours as an Arrow IPC file.
pub fn aggregate_to_arrow(batch: &AggregateBatch) -> Result<Vec<u8>, WriteError> {
    file(&aggregate_table(batch).map_err(|_| FAILED)?).map_err(|_| FAILED)
}

fn file(table: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
    let mut writer = FileWriter::try_new(Vec::new(), table.schema_ref())?;
    writer.write(table)?;
    writer.into_inner()
}

fn stream(table: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
    let mut writer = StreamWriter::try_new(Vec::new(), table.schema_ref())?;
    writer.write(table)?;
    writer.into_inner()
}
