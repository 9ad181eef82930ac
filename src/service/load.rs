//! A source from bytes to rows, with its receipt; and out again.

use super::archive::LoadedArchive;
use super::{LINKED, Service, memory};
use crate::engine;
use crate::ingest::{self, Data, Decoded, Format, IngestError, Tally, Unpacked, otlp};
use crate::model::limits::{EVENT_BYTES, LimitId};
use crate::model::{Batch, Directory, Manifest, SourceReceipt, TimeUs};
use crate::protocol::{ErrorCode, LoadOptions};

/// What a source turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Loaded {
    Events(SourceReceipt),
    /// The files of an archive; each has a receipt of its own.
    Archive(LoadedArchive),
    /// A directory, with the account of its rows when it was a table.
    Directory(Directory, SourceReceipt),
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

/// Why a reader will have nothing of a file, whichever module it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: ErrorCode,
    /// What happened and what to do.
    pub sentence: String,
    /// The limit that struck.
    pub limit: Option<LimitId>,
}

impl From<&IngestError> for Refusal {
    fn from(error: &IngestError) -> Self {
        Self {
            code: error.code(),
            sentence: error.to_string(),
            limit: error.limit(),
        }
    }
}

impl Refusal {
    /// The error of a file, with its receipt.
    pub fn of(self, name: &str, bytes: u64) -> LoadError {
        let receipt = SourceReceipt {
            name: name.to_owned(),
            bytes,
            limits: self.limit.into_iter().collect(),
            ..SourceReceipt::default()
        };
        LoadError {
            retry: self.code.may_pass(),
            ..refused(receipt, self.code, self.sentence)
        }
    }
}

/// Where a file comes from and how it is to be read.
#[derive(Debug, Clone, Copy)]
pub struct Intake<'a> {
    pub name: &'a str,
    /// Size as it arrived, packed.
    pub bytes: u64,
    pub options: &'a LoadOptions,
    /// What it was wrapped in.
    pub wrapper: Option<Format>,
    /// The format before the columnar module turned it into an Arrow stream.
    pub decoded_from: Option<Format>,
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
        let intake = Intake {
            name,
            bytes: bytes.len() as u64,
            options: &LoadOptions::default(),
            wrapper: None,
            decoded_from,
        };
        self.load_with(source, bytes, intake)
    }

    /// The same, with what a person said about it. Unpacks what is packed.
    pub fn load_with(
        &mut self,
        source: u32,
        bytes: &[u8],
        intake: Intake<'_>,
    ) -> Result<Loaded, LoadError> {
        match ingest::unpack(bytes) {
            Ok(Unpacked::File(bytes, wrapper)) => {
                let wrapper = intake.wrapper.or(wrapper);
                self.load_file(source, &bytes, Intake { wrapper, ..intake })
            }
            Ok(Unpacked::Archive(mut archive)) => {
                let mut loading = self.begin_archive(source, intake.name, intake.bytes);
                for member in archive.members.clone() {
                    match archive.read(&member) {
                        Ok(bytes) => {
                            self.load_member(&mut loading, &member, &bytes, intake);
                        }
                        Err(error) => self.refuse_member(&mut loading, &member, &error),
                    }
                }
                self.finish_archive(loading)
            }
            Err(error) => Err(self.refuse(source, intake.name, intake.bytes, &error)),
        }
    }

    /// Takes in a file that is packed no more.
    pub fn load_file(
        &mut self,
        source: u32,
        bytes: &[u8],
        intake: Intake<'_>,
    ) -> Result<Loaded, LoadError> {
        self.unload(source);
        let loaded = self.take_part(source, bytes, intake);
        if let Err(error) = &loaded {
            self.receipts.insert(source, error.receipt.clone());
        }
        loaded
    }

    /// A source that was refused before it came here: by what unpacks it, or by the columnar module.
    pub fn refuse(
        &mut self,
        source: u32,
        name: &str,
        bytes: u64,
        refusal: impl Into<Refusal>,
    ) -> LoadError {
        self.unload(source);
        let error = refusal.into().of(name, bytes);
        self.receipts.insert(source, error.receipt.clone());
        error
    }

    /// Forgets a source.
    pub fn unload(&mut self, source: u32) {
        let members = self.members.remove(&source).unwrap_or_default();
        let mut was_linked = false;
        for part in members.into_iter().chain([source]) {
            self.receipts.remove(&part);
            self.engine.unload(part);
            was_linked |= self.linker.remove(part);
        }
        if was_linked {
            self.link();
        }
    }

    /// Takes in one file under a number of its own, with its receipt.
    pub(super) fn take_part(
        &mut self,
        part: u32,
        bytes: &[u8],
        intake: Intake<'_>,
    ) -> Result<Loaded, LoadError> {
        let loaded = self.take(part, bytes, intake)?;
        if let Loaded::Events(receipt) = &loaded {
            self.receipts.insert(part, receipt.clone());
        }
        Ok(loaded)
    }

    fn take(&mut self, source: u32, bytes: &[u8], intake: Intake<'_>) -> Result<Loaded, LoadError> {
        let Intake { name, options, .. } = intake;
        let size = intake.bytes;
        let (bytes, encoding) = ingest::as_utf8(bytes);
        let bytes = bytes.as_ref();
        let fail = |error: &IngestError| failure(name, size, error);
        let format = ingest::recognise_with(bytes, options).map_err(|error| fail(&error))?;
        match format {
            Format::Manifest => parse(bytes, format)
                .map(Loaded::Manifest)
                .map_err(|error| fail(&error)),
            Format::Directory => {
                let receipt = Tally::default().into_receipt(name, format, "directory", size);
                parse(bytes, format)
                    .map(|directory| Loaded::Directory(directory, receipt))
                    .map_err(|error| fail(&error))
            }
            Format::DirectoryCsv => {
                let (directory, tally) =
                    ingest::people::read(bytes).map_err(|error| fail(&error))?;
                let receipt = tally.into_receipt(name, format, "directory", size);
                Ok(Loaded::Directory(directory, receipt))
            }
            Format::OtlpJson => {
                let telemetry = otlp::read(bytes).map_err(|error| fail(&error))?;
                self.take_telemetry(source, name, size, telemetry)
            }
            _ => {
                self.room(name, size, memory::expected_bytes(bytes, format), 0)?;
                let mut decoded =
                    ingest::read_with(bytes, format, options).map_err(|error| fail(&error))?;
                if let Some(note) = encoding {
                    decoded.tally.note(note);
                }
                let shown = intake.decoded_from.unwrap_or(format);
                let missing = missing(options, &decoded);
                let loaded = match decoded.data {
                    Data::Events(batch) => {
                        self.take_events(source, name, size, shown, batch, decoded.tally)
                    }
                    Data::Aggregates(batch) => {
                        let span = span(&batch.hour_us);
                        let counts = batch.executions.iter();
                        let executions =
                            counts.fold(0, |sum: u64, count| sum.saturating_add(*count));
                        let mut receipt =
                            decoded.tally.into_receipt(name, shown, "aggregate", size);
                        let expected = engine::expected_bytes_of_hours(&batch);
                        self.room(name, size, expected, batch.len() as u64)?;
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
                }?;
                Ok(match loaded {
                    Loaded::Events(mut receipt) => {
                        if let Some(wrapper) = intake.wrapper {
                            receipt.format = format!("{}+{}", receipt.format, wrapper.name());
                        }
                        receipt.headers_missing = missing;
                        Loaded::Events(receipt)
                    }
                    loaded => loaded,
                })
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
        self.room(
            name,
            size,
            engine::expected_bytes(&batch),
            batch.len() as u64,
        )?;
        let span = span(&batch.time_us);
        let executions = executions(&batch);
        let passed_over = tally.passed_over;
        let mut receipt = tally.into_receipt(name, format, "raw", size);
        let outcome = self.engine.load(source, batch);
        receipt.accepted = outcome.accepted + passed_over;
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
        let events = (telemetry.candidates.len() + telemetry.agents.len()) as u64;
        let expected = telemetry.resident_bytes() + events * EVENT_BYTES;
        self.room(name, size, expected, events)?;
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

/// Headers of the mapping that a source of events does not have; hours have names of their own.
fn missing(options: &LoadOptions, decoded: &Decoded) -> Vec<String> {
    if matches!(decoded.data, Data::Aggregates(_)) {
        return Vec::new();
    }
    let met = &decoded.tally.mapped;
    let mapping = options.mapping.iter();
    mapping
        .filter(|(column, _)| !met.contains(column))
        .map(|(_, header)| header.clone())
        .collect()
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

pub(super) fn refused(mut receipt: SourceReceipt, code: ErrorCode, message: String) -> LoadError {
    receipt.error = Some(message.clone());
    receipt.needs_mapping = code == ErrorCode::NeedsMapping;
    LoadError {
        code,
        message,
        retry: false,
        receipt,
    }
}

fn failure(name: &str, bytes: u64, error: &IngestError) -> LoadError {
    Refusal::from(error).of(name, bytes)
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
