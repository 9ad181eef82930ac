//! A source from bytes to rows, with its receipt; and out again.

use super::{LINKED, Service};
use crate::ingest::{self, Data, Format, IngestError, Tally, otlp};
use crate::model::{Batch, Directory, Manifest, SourceReceipt, TimeUs};
use crate::protocol::ErrorCode;

/// What a source turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Loaded {
    Events(SourceReceipt),
    Directory(Directory),
    Manifest(Manifest),
}

/// A source is not in the numbers.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct LoadError {
    pub code: ErrorCode,
    /// What happened and what to do.
    pub message: String,
    /// May the same address give something better later?
    pub retry: bool,
    pub receipt: SourceReceipt,
}

impl Service {
    /// Takes a source in, in the place of an earlier one of the same number. `decoded_from` is the format before the
    /// columnar module turned it into an Arrow stream.
    pub fn load(
        &mut self,
        source: u32,
        name: &str,
        bytes: &[u8],
        decoded_from: Option<Format>,
    ) -> Result<Loaded, LoadError> {
        self.unload(source);
        let loaded = self.take(source, name, bytes, decoded_from);
        match &loaded {
            Ok(Loaded::Events(receipt)) => {
                self.receipts.insert(source, receipt.clone());
            }
            Err(error) => {
                self.receipts.insert(source, error.receipt.clone());
            }
            Ok(_) => {}
        }
        loaded
    }

    /// Forgets a source.
    pub fn unload(&mut self, source: u32) {
        self.receipts.remove(&source);
        self.engine.unload(source);
        if self.linker.remove(source) {
            self.link();
        }
    }

    fn take(
        &mut self,
        source: u32,
        name: &str,
        bytes: &[u8],
        decoded_from: Option<Format>,
    ) -> Result<Loaded, LoadError> {
        let size = bytes.len() as u64;
        let fail = |error: &IngestError| failure(name, size, error);
        let format = ingest::recognise(bytes).map_err(|error| fail(&error))?;
        match format {
            Format::Manifest => parse(bytes, format)
                .map(Loaded::Manifest)
                .map_err(|error| fail(&error)),
            Format::Directory => parse(bytes, format)
                .map(Loaded::Directory)
                .map_err(|error| fail(&error)),
            Format::OtlpJson => {
                let telemetry = otlp::read(bytes).map_err(|error| fail(&error))?;
                self.take_telemetry(source, name, size, telemetry)
            }
            _ => {
                let decoded = ingest::read(bytes, format).map_err(|error| fail(&error))?;
                let shown = decoded_from.unwrap_or(format);
                match decoded.data {
                    Data::Events(batch) => {
                        self.take_events(source, name, size, shown, batch, decoded.tally)
                    }
                    Data::Aggregates(batch) => {
                        let span = span(&batch.hour_us);
                        let executions = batch.executions.iter().sum();
                        let mut receipt =
                            decoded.tally.into_receipt(name, shown, "aggregate", size);
                        let taken = self.engine.load_aggregate(source, batch);
                        if let Err(error) = taken {
                            let message = format!("{error} Write the batch again.");
                            receipt.set_aside += receipt.accepted;
                            receipt.accepted = 0;
                            return Err(refused(receipt, ErrorCode::Damaged, message));
                        }
                        receipt.executions = executions;
                        (receipt.min_time_us, receipt.max_time_us) = span.unzip();
                        all_set_aside(receipt)
                    }
                }
            }
        }
    }

    fn take_events(
        &mut self,
        source: u32,
        name: &str,
        size: u64,
        format: Format,
        batch: Batch,
        tally: Tally,
    ) -> Result<Loaded, LoadError> {
        let span = span(&batch.time_us);
        let executions = executions(&batch);
        let mut receipt = tally.into_receipt(name, format, "raw", size);
        let outcome = self.engine.load(source, batch);
        receipt.accepted = outcome.accepted;
        receipt.duplicates = outcome.duplicates;
        receipt.executions = executions;
        (receipt.min_time_us, receipt.max_time_us) = span.unzip();
        all_set_aside(receipt)
    }

    fn take_telemetry(
        &mut self,
        source: u32,
        name: &str,
        size: u64,
        telemetry: otlp::Telemetry,
    ) -> Result<Loaded, LoadError> {
        let tally = telemetry.tally.clone();
        self.linker.add(source, telemetry);
        let receipt = tally.into_receipt(name, Format::OtlpJson, "raw", size);
        self.receipts.insert(source, receipt);
        self.link();
        // Linking wrote the executions and the duplicates into it.
        let receipt = self.receipts.remove(&source).unwrap_or_default();
        all_set_aside(receipt)
    }

    /// Makes the executions of all telemetry anew: a file may bring the parent of a span that came before.
    fn link(&mut self) {
        let linked = self.linker.link();
        for (source, summary) in linked.by_source {
            if let Some(receipt) = self.receipts.get_mut(&source) {
                // Both change with the other files: a repeat counts when the file that had it first is closed.
                let read = receipt.rows_read.saturating_sub(receipt.set_aside);
                receipt.duplicates = summary.duplicates;
                receipt.accepted = read.saturating_sub(summary.duplicates);
                receipt.executions = summary.executions;
                (receipt.min_time_us, receipt.max_time_us) = summary.span_us.unzip();
            }
        }
        self.engine.unload(LINKED);
        self.engine.load(LINKED, linked.batch);
    }
}

/// A source none of whose rows could be read is an error, with its receipt.
fn all_set_aside(receipt: SourceReceipt) -> Result<Loaded, LoadError> {
    if receipt.set_aside == 0 || receipt.set_aside < receipt.rows_read {
        return Ok(Loaded::Events(receipt));
    }
    let reason = receipt
        .set_aside_reasons
        .iter()
        .max_by_key(|(_, count)| **count)
        .map_or("", |(reason, _)| reason.as_str());
    let message = format!(
        "None of the {} rows could be read. {reason}",
        receipt.rows_read
    );
    Err(refused(receipt, ErrorCode::Damaged, message))
}

fn refused(mut receipt: SourceReceipt, code: ErrorCode, message: String) -> LoadError {
    receipt.error = Some(message.clone());
    LoadError {
        code,
        message,
        retry: false,
        receipt,
    }
}

fn failure(name: &str, bytes: u64, error: &IngestError) -> LoadError {
    LoadError {
        code: error.code(),
        message: error.to_string(),
        retry: error.retry(),
        receipt: SourceReceipt {
            name: name.to_owned(),
            bytes,
            error: Some(error.to_string()),
            ..SourceReceipt::default()
        },
    }
}

fn parse<T: serde::de::DeserializeOwned>(bytes: &[u8], format: Format) -> Result<T, IngestError> {
    serde_json::from_slice(ingest::without_mark(bytes)).map_err(|error| {
        if error.is_eof() {
            IngestError::Truncated(format)
        } else {
            IngestError::Damaged {
                format,
                what: "a field has another type than it should",
            }
        }
    })
}

fn span(times: &[TimeUs]) -> Option<(TimeUs, TimeUs)> {
    Some((*times.iter().min()?, *times.iter().max()?))
}

fn executions(batch: &Batch) -> u64 {
    use crate::model::{EventKind, Outcome};
    let rows = batch.kind.iter().zip(&batch.outcome);
    rows.filter(|(kind, outcome)| **kind == EventKind::Execution && **outcome != Outcome::Rejected)
        .count() as u64
}
