//! What a file is, by its content; its name is never asked.
//!
//! Owns: the signatures, and what the first lines of a text say. Does not own: reading (a file per format).

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::model::Column;

use super::{Format, IngestError, Stranger};

/// A text is judged by its first lines; a few damaged ones must not hide the good ones after them.
const SAMPLE_LINES: usize = 50;
/// Binary or text? The first bytes tell.
const SAMPLE_BYTES: usize = 4096;

const SIGNATURES: [(&[u8], Stranger); 13] = [
    (b"\x1f\x8b", Stranger::Gzip),
    (b"\x28\xb5\x2f\xfd", Stranger::Zstd),
    (b"PK\x03\x04", Stranger::Zip),
    (b"PK\x05\x06", Stranger::Zip),
    (b"BZh", Stranger::OtherArchive),
    (b"\xfd7zXZ\0", Stranger::OtherArchive),
    (b"7z\xbc\xaf\x27\x1c", Stranger::OtherArchive),
    (b"%PDF-", Stranger::Pdf),
    (b"SQLite format 3\0", Stranger::Sqlite),
    (b"Obj\x01", Stranger::Avro),
    (b"FEA1", Stranger::FeatherV1),
    (b"PARE", Stranger::EncryptedParquet),
    (b"\xff\xfe", Stranger::Utf16),
];

pub(super) const ARROW_MAGIC: &[u8] = b"ARROW1";
pub(super) const PARQUET_MAGIC: &[u8] = b"PAR1";
/// What an encapsulated Arrow message begins with.
pub(super) const CONTINUATION: [u8; 4] = [0xff; 4];
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Recognises a file by its content.
pub fn recognise(bytes: &[u8]) -> Result<Format, IngestError> {
    if bytes.is_empty() {
        return Err(IngestError::Empty);
    }
    if bytes.starts_with(ARROW_MAGIC) {
        return Ok(Format::ArrowFile);
    }
    if bytes.starts_with(&CONTINUATION) {
        return Ok(Format::ArrowStream);
    }
    if bytes.starts_with(PARQUET_MAGIC) {
        return Ok(Format::Parquet);
    }
    let known = SIGNATURES
        .iter()
        .find(|(signature, _)| bytes.starts_with(signature));
    if let Some(&(_, stranger)) = known {
        return Err(IngestError::Stranger(stranger));
    }
    if bytes.starts_with(b"ORC") && bytes.ends_with(b"ORC") {
        return Err(IngestError::Stranger(Stranger::Orc));
    }
    if bytes.starts_with(b"\xfe\xff") {
        return Err(IngestError::Stranger(Stranger::Utf16));
    }
    recognise_text(without_mark(bytes))
}

/// The bytes after a UTF-8 byte order mark.
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
}

fn recognise_text(bytes: &[u8]) -> Result<Format, IngestError> {
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
    if first == b'{'
        && let Some(format) = by_shape(&Shape::of(text))
    {
        return Ok(format);
    }
    // A list of export requests is read like the requests alone; a list of anything else is not.
    if first == b'[' && by_shape(&Shape::of(text[1..].trim_ascii_start())) == Some(Format::OtlpJson)
    {
        return Ok(Format::OtlpJson);
    }
    let mut objects = 0;
    for line in sample_lines(text) {
        if line.first() != Some(&b'{') {
            continue;
        }
        objects += 1;
        match by_shape(&Shape::of(line)) {
            // A manifest or a directory is a whole file, never a line among others.
            Some(Format::Manifest | Format::Directory) | None => {}
            Some(format) => return Ok(format),
        }
    }
    Err(match first {
        b'{' if Shape::of(text).cut_short => IngestError::Truncated(Format::Json),
        b'{' => IngestError::Stranger(Stranger::JsonOther),
        b'[' => IngestError::Stranger(Stranger::JsonArray),
        _ if objects > 0 => IngestError::Stranger(Stranger::JsonOther),
        _ if looks_like_csv(text) => IngestError::Stranger(Stranger::Csv),
        _ => IngestError::Stranger(Stranger::Text),
    })
}

/// Does a line of NDJSON hold a pre-aggregated hour?
pub(super) fn is_aggregate_line(line: &[u8]) -> bool {
    Shape::of(line).is_aggregate()
}

pub(super) fn sample_lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
        .take(SAMPLE_LINES)
}

fn by_shape(shape: &Shape) -> Option<Format> {
    const TELEMETRY: [&str; 10] = [
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
    ];
    const DIRECTORY: [&str; 5] = ["people", "workspaces", "tools", "prices", "goals"];
    if shape.has(&TELEMETRY) {
        return Some(Format::OtlpJson);
    }
    if shape.is_event() || shape.is_aggregate() {
        return Some(Format::Ndjson);
    }
    if shape.has_list(&["batches"]) {
        return Some(Format::Manifest);
    }
    shape.has_list(&DIRECTORY).then_some(Format::Directory)
}

/// The names at the top of a JSON object. What follows a syntax error is not known; what came before is.
#[derive(Default)]
struct Shape {
    keys: Vec<(String, bool)>,
    cut_short: bool,
}

impl Shape {
    fn of(text: &[u8]) -> Self {
        let mut shape = Self::default();
        let mut json = serde_json::Deserializer::from_slice(text);
        let read = Keys(&mut shape.keys).deserialize(&mut json);
        shape.cut_short = read.is_err_and(|error| error.is_eof());
        shape
    }

    fn has(&self, names: &[&str]) -> bool {
        let mut keys = self.keys.iter();
        keys.any(|(key, _)| names.contains(&key.as_str()))
    }

    fn has_list(&self, names: &[&str]) -> bool {
        self.keys
            .iter()
            .any(|(key, list)| *list && names.contains(&key.as_str()))
    }

    fn is_event(&self) -> bool {
        self.keys
            .iter()
            .any(|(key, list)| !list && Column::from_header(key) == Some(Column::Time))
    }

    fn is_aggregate(&self) -> bool {
        let has = |name| self.keys.iter().any(|(key, _)| key == name);
        has(super::aggregate::HOUR) && has(super::aggregate::EXECUTIONS)
    }
}

/// Collects (name, is the value a list?) of one object, as far as it can be read.
struct Keys<'a>(&'a mut Vec<(String, bool)>);

impl<'de> DeserializeSeed<'de> for Keys<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            // Noted as a list first, so that a list that is cut short still tells what the file is.
            let position = self.0.len();
            self.0.push((key, true));
            let is_list = map.next_value::<IsList>()?.0;
            if let Some(entry) = self.0.get_mut(position) {
                entry.1 = is_list;
            }
        }
        Ok(())
    }
}

struct IsList(bool);

impl<'de> serde::Deserialize<'de> for IsList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IsListVisitor).map(Self)
    }
}

struct IsListVisitor;

impl<'de> Visitor<'de> for IsListVisitor {
    type Value = bool;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any value")
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(true)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(false)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_str<E>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }
}

fn is_binary(text: &[u8]) -> bool {
    let sample = &text[..text.len().min(SAMPLE_BYTES)];
    let control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    if sample.iter().any(control) {
        return true;
    }
    // A character may be cut at the end of the sample; anything else that is not UTF-8 is not text.
    std::str::from_utf8(sample).is_err_and(|error| {
        error.error_len().is_some() && error.valid_up_to() < sample.len().min(16)
    })
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

/// The first two lines have the same number of separators, and at least one.
fn looks_like_csv(text: &[u8]) -> bool {
    let mut lines = sample_lines(text);
    let (Some(head), second) = (lines.next(), lines.next()) else {
        return false;
    };
    [b',', b';', b'\t'].into_iter().any(|separator| {
        let count = |line: &[u8]| memchr::memchr_iter(separator, line).count();
        let columns = count(head);
        columns > 0 && second.is_none_or(|line| count(line) == columns)
    })
}
