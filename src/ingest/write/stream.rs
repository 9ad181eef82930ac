//! Parquet that grows: a row group at a time, under one schema.

use std::io::Write;

use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::parquet::ParquetCompression;
use super::table::uniform_events_table;
use crate::model::Batch;

/// A file of events on its way. What was written of it is on its way out; nothing but the last row group is held.
pub struct ParquetRows<W: Write + Send>(ArrowWriter<W>);

impl<W: Write + Send> ParquetRows<W> {
    /// `about` goes into the metadata, by key.
    pub fn new(
        out: W,
        about: Vec<(String, String)>,
        compression: ParquetCompression,
    ) -> Result<Self, ParquetError> {
        let about = about
            .into_iter()
            .map(|(key, value)| KeyValue::new(key, value));
        let properties = WriterProperties::builder()
            .set_compression(compression.codec()?)
            .set_created_by(format!("Toolscope {}", env!("CARGO_PKG_VERSION")))
            .set_key_value_metadata(Some(about.collect()))
            .build();
        let schema = uniform_events_table(&Batch::default())?.schema();
        Ok(Self(ArrowWriter::try_new(out, schema, Some(properties))?))
    }

    /// One row group.
    pub fn push(&mut self, batch: &Batch) -> Result<(), ParquetError> {
        if batch.is_empty() {
            return Ok(());
        }
        self.0.write(&uniform_events_table(batch)?)?;
        self.0.flush()
    }

    /// Ends the file.
    pub fn finish(self) -> Result<W, ParquetError> {
        self.0.into_inner()
    }
}
