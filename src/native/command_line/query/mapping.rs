//! What is said about `--map`: headers that no source has, and mappings to begin with.
//!
//! Owns: those sentences. Does not own: reading by a mapping (`ingest`).

use crate::ingest::{self, Format, IngestError, Unpacked};
use crate::model::{SourceReceipt, Warning, WarningCode};
use crate::native::command_line::Failure;
use crate::protocol::LoadOptions;
use crate::service::Service;

/// A header of `--map` that no source has is said. Tables have all their headers in their first line, so there it is
/// a wrong argument once all of them were read; objects leave out what they don't know.
pub fn unmapped(
    options: &LoadOptions,
    service: &Service,
    is_all: bool,
) -> Result<Vec<Warning>, Failure> {
    let read: Vec<&SourceReceipt> = service
        .receipts()
        .filter(|receipt| receipt.error.is_none() && receipt.kind == "raw")
        .filter(|receipt| !receipt.format.starts_with(Format::OtlpJson.name()))
        .collect();
    let is_table = |receipt: &SourceReceipt| {
        const TABLES: [&str; 4] = ["csv", "tsv", "arrow", "parquet"];
        TABLES.iter().any(|name| receipt.format.starts_with(name))
    };
    let is_wrong = is_all
        && !read.is_empty()
        && read.iter().all(|receipt| is_table(receipt))
        && service.receipts().all(|receipt| receipt.error.is_none());
    let mut warnings = Vec::new();
    for (column, header) in &options.mapping {
        let is_missing = |receipt: &&SourceReceipt| receipt.headers_missing.contains(header);
        if !read.iter().all(is_missing) {
            continue;
        }
        let message = format!(
            "No source has a column “{header}”, which --map takes for {}.",
            column.name()
        );
        if is_wrong {
            return Err(Failure::Arguments(message));
        }
        eprintln!("{message}");
        warnings.push(Warning::new(WarningCode::QuestionDegraded, message));
    }
    Ok(warnings)
}

/// Of a file that needs a mapping, and of those in an archive: the headers and a mapping to begin with; nothing of
/// the rows.
pub fn say_guesses(options: &LoadOptions, bytes: &[u8]) {
    match ingest::unpack(bytes) {
        Ok(Unpacked::File(bytes, _)) => say_guesses_of(options, &bytes),
        Ok(Unpacked::Archive(mut archive)) => {
            for member in archive.members.clone() {
                let bytes = archive.read(&member).ok();
                if let Some(bytes) = bytes.filter(|bytes| needs_mapping(options, bytes)) {
                    say_guesses_of(options, &bytes);
                }
            }
        }
        Err(_) => {}
    }
}

fn needs_mapping(options: &LoadOptions, bytes: &[u8]) -> bool {
    match ingest::recognise_with(bytes, options) {
        Err(IngestError::NeedsMapping(_)) => true,
        // Only their readers see the columns of these.
        Ok(format @ (Format::ArrowFile | Format::ArrowStream | Format::Parquet)) => matches!(
            ingest::read_with(bytes, format, options),
            Err(IngestError::NeedsMapping(_))
        ),
        _ => false,
    }
}

fn say_guesses_of(options: &LoadOptions, bytes: &[u8]) {
    let Some(proposal) = ingest::propose(bytes, options) else {
        return;
    };
    let headers: Vec<&str> = proposal
        .columns
        .iter()
        .map(|column| column.header.as_str())
        .collect();
    eprintln!("  its columns: {}", headers.join(", "));
    let guesses: Vec<String> = proposal
        .guesses()
        .iter()
        .map(|(column, header)| format!("{}={header}", column.name()))
        .collect();
    if !guesses.is_empty() {
        eprintln!("  perhaps: --map {}", guesses.join(","));
    }
}
