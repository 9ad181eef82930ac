//! What a file is, by its content; its name is never asked.
//!
//! Owns: the signatures, and what the first lines of a text say. Does not own: reading (a file per format).

use serde::de::IgnoredAny;

use super::json::CUT_OFF;
use super::names::Terms;
use super::objects::{ENVELOPES, Objects};
use super::shape::Shape;
use super::{Format, IngestError, Stranger, arrow, encoding, people, sniff};
use crate::protocol::LoadOptions;

/// A text is judged by its first lines; a few damaged ones must not hide the good ones after them.
pub(super) const SAMPLE_LINES: usize = 50;
/// Binary or text? The first bytes tell.
const SAMPLE_BYTES: usize = 4096;

/// UTF-16 is recognised by so much of it.
const UTF16_SAMPLE_BYTES: usize = 1 << 20;

/// A table is recognised by so many lines, when they are no longer than that. A row with line breaks takes several.
const TABLE_SAMPLE_LINES: usize = 1_000;
const TABLE_SAMPLE_BYTES: usize = 1 << 20;

const FORMATS: [(&[u8], Format); 7] = [
    (ARROW_MAGIC, Format::ArrowFile),
    (&CONTINUATION, Format::ArrowStream),
    (PARQUET_MAGIC, Format::Parquet),
    (b"\x1f\x8b", Format::Gzip),
    (b"\x28\xb5\x2f\xfd", Format::Zstd),
    (b"PK\x03\x04", Format::Zip),
    (b"PK\x05\x06", Format::Zip),
];

const SIGNATURES: [(&[u8], Stranger); 8] = [
    (b"BZh", Stranger::OtherArchive),
    (b"\xfd7zXZ\0", Stranger::OtherArchive),
    (b"7z\xbc\xaf\x27\x1c", Stranger::OtherArchive),
    (b"%PDF-", Stranger::Pdf),
    (b"SQLite format 3\0", Stranger::Sqlite),
    (b"Obj\x01", Stranger::Avro),
    (b"FEA1", Stranger::FeatherV1),
    (b"PARE", Stranger::EncryptedParquet),
];

pub(super) const ARROW_MAGIC: &[u8] = b"ARROW1";
pub(super) const PARQUET_MAGIC: &[u8] = b"PAR1";
/// What an encapsulated Arrow message begins with.
pub(super) const CONTINUATION: [u8; 4] = [0xff; 4];
const TAR_MAGIC_AT: usize = 257;
const TAR_MAGIC: &[u8] = b"ustar";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Recognises a file by its content.
pub fn recognise(bytes: &[u8]) -> Result<Format, IngestError> {
    recognise_with(bytes, &LoadOptions::default())
}

/// The same, with a mapping that says which header is the time.
pub fn recognise_with(bytes: &[u8], options: &LoadOptions) -> Result<Format, IngestError> {
    if bytes.is_empty() {
        return Err(IngestError::Empty);
    }
    if let Some(format) = recognise_signature(bytes) {
        return Ok(format);
    }
    let known = SIGNATURES
        .iter()
        .find(|(signature, _)| bytes.starts_with(signature));
    if let Some(&(_, stranger)) = known {
        return Err(IngestError::Stranger(stranger));
    }
    if arrow::is_old_stream(bytes) {
        return Ok(Format::ArrowStream);
    }
    if bytes.starts_with(b"ORC") && bytes.ends_with(b"ORC") {
        return Err(IngestError::Stranger(Stranger::Orc));
    }
    if bytes
        .get(TAR_MAGIC_AT..)
        .is_some_and(|rest| rest.starts_with(TAR_MAGIC))
    {
        return Err(IngestError::Stranger(Stranger::OtherArchive));
    }
    let terms = Terms::new(options);
    let sample = &bytes[..bytes.len().min(UTF16_SAMPLE_BYTES)];
    match encoding::from_utf16(sample) {
        Some(text) => recognise_text(without_mark(&text), &terms),
        None => recognise_text(without_mark(bytes), &terms),
    }
}

/// What a file is wrapped in, if it is.
pub fn container(bytes: &[u8]) -> Option<Format> {
    let format = recognise_signature(bytes)?;
    matches!(format, Format::Gzip | Format::Zstd | Format::Zip).then_some(format)
}

fn recognise_signature(bytes: &[u8]) -> Option<Format> {
    let known = FORMATS
        .iter()
        .find(|(signature, _)| bytes.starts_with(signature));
    known
        .map(|(_, format)| *format)
        .or_else(|| is_skippable_frame(bytes).then_some(Format::Zstd))
}

/// zstd files may begin with a frame that says something about the file and is to be skipped.
pub(super) fn is_skippable_frame(bytes: &[u8]) -> bool {
    matches!(bytes, [first, 0x2a, 0x4d, 0x18, ..] if first & 0xf0 == 0x50)
}

/// The bytes after a UTF-8 byte order mark.
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
}

fn recognise_text(bytes: &[u8], terms: &Terms<'_>) -> Result<Format, IngestError> {
    let text = bytes.trim_ascii_start();
    let Some(&first) = text.first() else {
        return Err(IngestError::Empty);
    };
    if is_binary(text) {
        return Err(IngestError::Stranger(Stranger::Binary));
    }
    if first == b'<' {
        return Err(IngestError::Stranger(markup(text)));
    }
    if first == b'[' {
        // A list of export requests is read like the requests alone.
        let inside = Shape::of(text[1..].trim_ascii_start());
        if by_shape(&inside, terms) == Some(Format::OtlpJson) {
            return Ok(Format::OtlpJson);
        }
        return recognise_json(text, terms);
    }
    if first == b'{' {
        let whole = Shape::of(text);
        match by_shape(&whole, terms) {
            Some(Format::Ndjson) => return Ok(layout(text)),
            Some(format) => return Ok(format),
            None if whole.has_list(&ENVELOPES) => {
                if let Ok(format) = recognise_json(text, terms) {
                    return Ok(format);
                }
            }
            None => {}
        }
    }
    let mut objects = 0;
    for line in sample_lines(text) {
        if line.first() != Some(&b'{') {
            continue;
        }
        objects += 1;
        match by_shape(&Shape::of(line), terms) {
            // A manifest or a directory is a whole file, never a line among others.
            Some(Format::Manifest | Format::Directory) | None => {}
            Some(format) => return Ok(format),
        }
    }
    if first == b'{' || objects > 0 {
        return recognise_json(text, terms);
    }
    recognise_table(bytes, terms)
}

/// An array, or objects without a time.
fn recognise_json(text: &[u8], terms: &Terms<'_>) -> Result<Format, IngestError> {
    let mut objects = Objects::of(text);
    let shapes = objects.shapes();
    if shapes
        .iter()
        .any(|shape| by_shape(shape, terms) == Some(Format::Ndjson))
    {
        return Ok(Format::Json);
    }
    let is_cut = |shape: &Shape| shape.cut_short;
    let mut sample = objects.clone().take(SAMPLE_LINES);
    if shapes.is_empty() && (text == b"[" || sample.any(|item| item.text == Err(CUT_OFF))) {
        return Err(IngestError::Truncated(Format::Json));
    }
    if objects.next().is_none() {
        return Ok(Format::Json);
    }
    // Without any name there is nothing to map.
    let has_names = |shape: &Shape| shape.keys.iter().any(|(_, list)| !list);
    Err(if shapes.iter().all(is_cut) && !shapes.is_empty() {
        IngestError::Truncated(Format::Json)
    } else if shapes.iter().any(has_names) {
        IngestError::NeedsMapping(if text[0] == b'{' {
            layout(text)
        } else {
            Format::Json
        })
    } else {
        IngestError::Stranger(Stranger::JsonOther)
    })
}

fn recognise_table(bytes: &[u8], terms: &Terms<'_>) -> Result<Format, IngestError> {
    let text = encoding::of_table(table_sample(bytes));
    let Some(table) = sniff::sniff(text.bytes(), terms) else {
        return Err(IngestError::Stranger(Stranger::Text));
    };
    let format = table.format();
    let headers = || table.headers.iter().map(String::as_str);
    let terms = terms.for_headers(headers());
    if terms.is_hours(headers()) || terms.has_time(headers()) {
        Ok(format)
    } else if people::is_directory(&table.headers) {
        Ok(Format::DirectoryCsv)
    } else if table.is_headless {
        Err(IngestError::HeaderMissing(format))
    } else {
        Err(IngestError::NeedsMapping(format))
    }
}

/// Whole lines of a table, enough for its header and its first rows; all of it where lines are long.
fn table_sample(bytes: &[u8]) -> &[u8] {
    let sample = bytes.get(..TABLE_SAMPLE_BYTES).unwrap_or_default();
    match memchr::memchr_iter(b'\n', sample).nth(TABLE_SAMPLE_LINES) {
        Some(end) => &bytes[..=end],
        None => bytes,
    }
}

/// Objects of events: one a line, or in another way?
fn layout(text: &[u8]) -> Format {
    let is_object = |line: &[u8]| {
        line.starts_with(b"{")
            && serde_json::from_slice::<IgnoredAny>(line.trim_ascii_end()).is_ok()
    };
    let mut lines = text.split(|&byte| byte == b'\n').take(SAMPLE_LINES);
    if lines.any(is_object) {
        Format::Ndjson
    } else {
        Format::Json
    }
}

pub(super) fn sample_lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
        .take(SAMPLE_LINES)
}

fn by_shape(shape: &Shape, terms: &Terms<'_>) -> Option<Format> {
    const TELEMETRY: [&str; 14] = [
        "resourceSpans",
        "resourceLogs",
        "resourceMetrics",
        "resource_spans",
        "resource_logs",
        "resource_metrics",
        "scopeSpans",
        "scopeLogs",
        "scope_spans",
        "scope_logs",
        // Before version 1 of the protocol.
        "instrumentationLibrarySpans",
        "instrumentationLibraryLogs",
        "instrumentation_library_spans",
        "instrumentation_library_logs",
    ];
    const DIRECTORY: [&str; 5] = ["people", "workspaces", "tools", "prices", "goals"];
    let is_wrapped = || shape.holds(&TELEMETRY);
    if shape.has(&TELEMETRY) || is_wrapped() {
        return Some(Format::OtlpJson);
    }
    if shape.is_event(terms) {
        return Some(Format::Ndjson);
    }
    if shape.has_list(&["batches"]) {
        return Some(Format::Manifest);
    }
    shape.has_list(&DIRECTORY).then_some(Format::Directory)
}

fn is_binary(text: &[u8]) -> bool {
    let sample = &text[..text.len().min(SAMPLE_BYTES)];
    let control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    // One damaged byte must not hide a text; binary files are full of them.
    if sample.iter().filter(|byte| control(byte)).count() * 100 > sample.len() {
        return true;
    }
    // Text in another encoding has a letter beyond ASCII here and there; a character may be cut at the end.
    let high = sample.iter().filter(|byte| !byte.is_ascii()).count();
    std::str::from_utf8(sample).is_err_and(|error| error.error_len().is_some())
        && high > sample.len() / 3
}

fn markup(text: &[u8]) -> Stranger {
    let head = text[..text.len().min(SAMPLE_BYTES)].to_ascii_lowercase();
    let has = |needle: &[u8]| memchr::memmem::find(&head, needle).is_some();
    let is_html = has(b"<!doctype html") || has(b"<html") || has(b"<head") || has(b"<body");
    if is_html {
        Stranger::Html
    } else {
        Stranger::Xml
    }
}
