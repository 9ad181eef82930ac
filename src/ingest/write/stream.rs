//! Parquet that grows: some rows at a time, under one schema. Natively and in the columnar module.

use std::io::Write;

use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::parquet::{ParquetCompression, ROW_GROUP_ROWS};
use super::table::uniform_events_table;
use crate::ingest::{self, Data, Format};
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
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .set_created_by(format!("Toolscope {}", env!("CARGO_PKG_VERSION")))
            .set_key_value_metadata(Some(about.collect()))
            .build();
        let schema = uniform_events_table(&Batch::default())?.schema();
        Ok(Self(ArrowWriter::try_new(out, schema, Some(properties))?))
    }

    /// Some rows more; whole row groups go out.
    pub fn push(&mut self, batch: &Batch) -> Result<(), ParquetError> {
        self.0.write(&uniform_events_table(batch)?)
    }

    /// The same from the lines of a part, as [`super::batch_to_ndjson`] writes them.
    pub fn push_ndjson(&mut self, lines: &[u8]) -> Result<(), ParquetError> {
        let read = ingest::read(lines, Format::Ndjson);
        let read = read.map_err(|error| ParquetError::External(Box::new(error)))?;
        match read.data {
            Data::Events(batch) if read.tally.set_aside == 0 => self.push(&batch),
            _ => Err(ParquetError::General("these are no lines of events".into())),
        }
    }

    /// Where it goes; what is there may be taken away, if it is memory.
    pub fn out(&mut self) -> &mut W {
        self.0.inner_mut()
    }

    /// Ends the file.
    pub fn finish(self) -> Result<W, ParquetError> {
        self.0.into_inner()
    }
}
