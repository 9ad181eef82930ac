//! Every format against every kind of bad input, in two tables: rows read = accepted + set aside + duplicates with the
//! numbers that were worked out by hand, or the source is named; no panic, none under the guard either, no hang, no
//! memory beyond the budget; and the sentence for people.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::{ArrayRef, Float64Array, Int64Array, ListArray, RecordBatch, StringArray};
use arrow_buffer::OffsetBuffer;
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use serde_json::{Value, json};
use toolscope::ingest::parquet::caught_panics;
use toolscope::model::SourceReceipt;
use toolscope::service::{LoadError, Loaded, Service};

use crate::arrow::memory;
use crate::common::Chance;
use crate::common::packing::{gzip, zip, zstd};

const PATIENCE: Duration = Duration::from_secs(5);
const MEMORY_MAX: isize = 1 << 30;
const START_S: i64 = 1_773_478_800;
const COLUMNS: [&str; 5] = ["event_id", "time", "tool", "outcome", "duration_ms"];

/// Names and values; a name may be there twice.
type Row = Vec<(String, Value)>;

struct Format {
    name: &'static str,
    make: fn(&[Row]) -> Vec<u8>,
    wrap: fn(Vec<u8>) -> Vec<u8>,
}

const FORMATS: [Format; 13] = [
    bare("ndjson", |rows| objects(rows).join("\n").into()),
    bare("array", |rows| {
        format!("[{}]", objects(rows).join(",\n")).into()
    }),
    bare("together", |rows| objects(rows).concat().into()),
    bare("csv", |rows| table(rows, ",")),
    bare("tsv", |rows| table(rows, "\t")),
    bare("arrow-file", |rows| arrow_file(&record_batch(rows), None)),
    bare("arrow-stream", |rows| {
        let batch = record_batch(rows);
        let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap()
    }),
    bare("parquet", |rows| parquet(&record_batch(rows))),
    bare("traces", |rows| requests(rows, trace)),
    bare("logs", |rows| requests(rows, log)),
    Format {
        name: "gzip",
        make: |rows| table(rows, ","),
        wrap: |bytes| gzip(&bytes),
    },
    Format {
        name: "zstd",
        make: |rows| objects(rows).join("\n").into(),
        wrap: |bytes| zstd(&bytes),
    },
    Format {
        name: "zip",
        make: |rows| table(rows, ","),
        wrap: |bytes| zip(&[("events.csv", &bytes)]),
    },
];

const fn bare(name: &'static str, make: fn(&[Row]) -> Vec<u8>) -> Format {
    Format {
        name,
        make,
        wrap: |bytes| bytes,
    }
}

impl Format {
    fn file(&self, rows: &[Row]) -> Vec<u8> {
        (self.wrap)((self.make)(rows))
    }

    fn is(&self, names: &[&str]) -> bool {
        names.contains(&self.name)
    }
}

const JSON: [&str; 4] = ["ndjson", "array", "together", "zstd"];
const TABLES: [&str; 4] = ["csv", "tsv", "gzip", "zip"];
const COLUMNAR: [&str; 3] = ["arrow-file", "arrow-stream", "parquet"];
const TELEMETRY: [&str; 2] = ["traces", "logs"];

fn row(n: i64) -> Row {
    let values = [
        json!(format!("e{n}")),
        json!(START_S + n),
        json!(["read", "write"][n as usize % 2]),
        json!(["success", "failure"][n as usize % 2]),
        json!(12.5),
    ];
    let names = COLUMNS.iter().map(|name| (*name).to_owned());
    names.zip(values).collect()
}

fn good() -> Vec<Row> {
    (0..6).map(row).collect()
}

/// The good rows, with other values in some.
fn with(changes: &[(usize, &str, Value)]) -> Vec<Row> {
    let mut rows = good();
    for (at, name, value) in changes {
        match rows[*at].iter_mut().find(|(held, _)| held == name) {
            Some(cell) => cell.1 = value.clone(),
            None => rows[*at].push(((*name).to_owned(), value.clone())),
        }
    }
    rows
}

fn objects(rows: &[Row]) -> Vec<String> {
    let pair = |(name, value): &(String, Value)| format!("{}:{value}", json!(name));
    let object = |row: &Row| row.iter().map(pair).collect::<Vec<_>>().join(",");
    rows.iter()
        .map(|row| format!("{{{}}}", object(row)))
        .collect()
}

/// The names of all rows, each as often as the row that has it most often.
fn headers(rows: &[Row]) -> Vec<(String, usize)> {
    let mut all: Vec<(String, usize)> = COLUMNS.iter().map(|name| ((*name).into(), 0)).collect();
    for row in rows {
        for (at, (name, _)) in row.iter().enumerate() {
            let before = row[..at].iter().filter(|(held, _)| held == name).count();
            if !all.contains(&(name.clone(), before)) {
                all.push((name.clone(), before));
            }
        }
    }
    all
}

fn cell<'r>(row: &'r Row, (name, before): &(String, usize)) -> Option<&'r Value> {
    let mut found = row.iter().filter(|(held, _)| held == name);
    found.nth(*before).map(|(_, value)| value)
}

fn as_text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn table(rows: &[Row], separator: &str) -> Vec<u8> {
    let headers = headers(rows);
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    let mut text = names.join(separator) + "\n";
    for row in rows {
        let cells = headers.iter().map(|header| cell(row, header).map(as_text));
        let quoted = cells.map(|cell| {
            let cell = cell.unwrap_or_default();
            if cell.contains(['"', ',', '\t', '\n']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell
            }
        });
        text += &(quoted.collect::<Vec<_>>().join(separator) + "\n");
    }
    text.into()
}

/// Whole numbers, numbers, or, where values of several kinds meet, texts.
fn record_batch(rows: &[Row]) -> RecordBatch {
    let headers = headers(rows);
    let column = |header: &(String, usize)| -> ArrayRef {
        let cells: Vec<Option<&Value>> = rows.iter().map(|row| cell(row, header)).collect();
        let all = |is: fn(&Value) -> bool| {
            !rows.is_empty() && cells.iter().flatten().all(|value| is(value))
        };
        if all(Value::is_i64) {
            let numbers = cells.iter().map(|cell| cell.and_then(Value::as_i64));
            Arc::new(numbers.collect::<Int64Array>())
        } else if all(Value::is_number) {
            let numbers = cells.iter().map(|cell| cell.and_then(Value::as_f64));
            Arc::new(numbers.collect::<Float64Array>())
        } else if header.0 == "nested" {
            nested(rows.len())
        } else {
            let texts = cells.iter().map(|cell| cell.map(as_text));
            Arc::new(texts.collect::<StringArray>())
        }
    };
    let columns: Vec<ArrayRef> = headers.iter().map(column).collect();
    let fields = headers.iter().zip(&columns);
    let fields =
        fields.map(|((name, _), column)| Field::new(name, column.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    RecordBatch::try_new(schema, columns).unwrap()
}

/// Lists of lists, 80 deep.
fn nested(rows: usize) -> ArrayRef {
    let mut inside: ArrayRef = Arc::new(Int64Array::from(vec![1; rows]));
    for _ in 0..80 {
        let field = Arc::new(Field::new("item", inside.data_type().clone(), true));
        let offsets = OffsetBuffer::from_lengths(std::iter::repeat_n(1, rows));
        inside = Arc::new(ListArray::new(field, offsets, inside, None));
    }
    inside
}

fn arrow_file(batch: &RecordBatch, compression: Option<CompressionType>) -> Vec<u8> {
    let options = IpcWriteOptions::default()
        .try_with_compression(compression)
        .unwrap();
    let mut writer =
        FileWriter::try_new_with_options(Vec::new(), &batch.schema(), options).unwrap();
    writer.write(batch).unwrap();
    writer.into_inner().unwrap()
}

fn parquet(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.into_inner().unwrap()
}

/// A request a line, so that one that can't be read costs one record.
fn requests(rows: &[Row], one: fn(&Row) -> Value) -> Vec<u8> {
    if rows.is_empty() {
        return b"{\"resourceSpans\":[],\"resourceLogs\":[]}".to_vec();
    }
    let lines = rows.iter().map(|row| one(row).to_string());
    lines.collect::<Vec<_>>().join("\n").into()
}

fn of<'r>(row: &'r Row, name: &str) -> &'r Value {
    cell(row, &(name.to_owned(), 0)).unwrap_or(&Value::Null)
}

/// ns since 1970, as a text; what is no time stays as it is.
fn nanos(time: &Value) -> Option<i128> {
    let text = as_text(time);
    let seconds = text.parse::<i128>().ok();
    let parsed = chrono::DateTime::parse_from_rfc3339(&text).ok();
    seconds
        .or(parsed.map(|time| time.timestamp().into()))
        .map(|seconds| seconds * 1_000_000_000)
}

/// Everything that is no column of ours, as attributes.
fn others(row: &Row) -> Vec<Value> {
    let is_other = |name: &str| !COLUMNS.contains(&name);
    row.iter()
        .filter(|(name, _)| is_other(name))
        .map(|(name, value)| json!({"key": name, "value": any_value(value)}))
        .collect()
}

fn any_value(value: &Value) -> Value {
    match value {
        Value::Array(values) => {
            json!({"arrayValue": {"values": values.iter().map(any_value).collect::<Vec<_>>()}})
        }
        other => json!({"stringValue": as_text(other)}),
    }
}

fn trace(row: &Row) -> Value {
    let start = nanos(of(row, "time"));
    let start_text = start.map_or_else(|| as_text(of(row, "time")), |ns| ns.to_string());
    let lasted_ns = of(row, "duration_ms").as_f64().map(|ms| (ms * 1e6) as i128);
    let end = start
        .zip(lasted_ns)
        .map(|(start, lasted)| start.saturating_add(lasted));
    let id = as_text(of(row, "event_id"));
    let mut attributes = vec![
        json!({"key": "mcp.method.name", "value": {"stringValue": "tools/call"}}),
        json!({"key": "gen_ai.tool.name", "value": {"stringValue": as_text(of(row, "tool"))}}),
    ];
    // A name that is there twice is there twice.
    let tools = row.iter().filter(|(name, _)| name == "tool").skip(1);
    attributes.extend(tools.map(
        |(_, tool)| json!({"key": "gen_ai.tool.name", "value": {"stringValue": as_text(tool)}}),
    ));
    attributes.extend(others(row));
    json!({"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {"name": "x"}, "spans": [{
        "traceId": format!("{:0>32}", id.replace('e', "a")), "spanId": "00000000000000a1",
        "name": "tools/call", "kind": 3, "startTimeUnixNano": start_text,
        "endTimeUnixNano": end.map_or("0".to_owned(), |end| end.to_string()),
        "attributes": attributes, "status": {"code": if of(row, "outcome") == "failure" { 2 } else { 1 }},
    }]}]}]})
}

fn log(row: &Row) -> Value {
    let time = nanos(of(row, "time"));
    let time_text = time.map_or_else(|| as_text(of(row, "time")), |ns| ns.to_string());
    let mut attributes = vec![
        json!({"key": "event.name", "value": {"stringValue": "tool_result"}}),
        json!({"key": "session.id", "value": {"stringValue": "s"}}),
        json!({"key": "event.sequence", "value": {"stringValue": as_text(of(row, "event_id"))}}),
        json!({"key": "success", "value": {"stringValue": (of(row, "outcome") != "failure").to_string()}}),
        json!({"key": "duration_ms", "value": {"stringValue": as_text(of(row, "duration_ms"))}}),
    ];
    let tools = row.iter().filter(|(name, _)| name == "tool");
    attributes.extend(
        tools.map(|(_, tool)| json!({"key": "tool_name", "value": {"stringValue": as_text(tool)}})),
    );
    attributes.extend(others(row));
    json!({"resourceLogs": [{"scopeLogs": [{"scope": {"name": "com.anthropic.claude_code.events"}, "logRecords": [{
        "timeUnixNano": time_text, "body": {"stringValue": "claude_code.tool_result"}, "attributes": attributes,
    }]}]}]})
}

/// Loads, and holds what must hold for any input.
fn holds(name: &str, bytes: &[u8], what: &dyn Fn() -> String) -> Result<SourceReceipt, LoadError> {
    let (started, caught) = (Instant::now(), caught_panics());
    let load = || std::panic::catch_unwind(|| Service::new("test").load(1, name, bytes, None));
    let (result, most) = memory(load);
    let result = result.unwrap_or_else(|_| panic!("{}: panicked", what()));
    assert_eq!(
        caught_panics(),
        caught,
        "{}: panicked under the guard",
        what()
    );
    assert!(
        started.elapsed() < PATIENCE,
        "{}: {:?}",
        what(),
        started.elapsed()
    );
    assert!(most < MEMORY_MAX, "{}: {most} bytes", what());
    let receipt = match result {
        Ok(Loaded::Events(receipt) | Loaded::Directory(_, receipt)) => receipt,
        Ok(Loaded::Archive(archive)) => archive.receipt,
        Ok(Loaded::Manifest(_)) => SourceReceipt::default(),
        Err(error) => {
            let message = error.message.trim_end();
            assert!(
                message.len() > 20 && message.ends_with('.'),
                "{}: {message}",
                what()
            );
            assert_eq!(
                error.receipt.error.as_deref(),
                Some(error.message.as_str()),
                "{}",
                what()
            );
            return Err(error);
        }
    };
    let sum = receipt.accepted + receipt.set_aside + receipt.duplicates;
    assert_eq!(receipt.rows_read, sum, "{}: {receipt:?}", what());
    Ok(receipt)
}

/// What is to come of a file.
enum Expected {
    /// Accepted, set aside with this word in the reason, duplicates.
    Rows(u64, u64, &'static str, u64),
    /// The whole source is named with this word.
    Named(&'static str),
}
use Expected::{Named, Rows};

fn check(format: &Format, kind: &str, bytes: &[u8], expected: &Expected) {
    let what = || format!("{} × {kind}", format.name);
    match (holds("file", bytes, &what), expected) {
        (Ok(receipt), Rows(accepted, set_aside, word, duplicates)) => {
            let found = (receipt.accepted, receipt.set_aside, receipt.duplicates);
            assert_eq!(
                found,
                (*accepted, *set_aside, *duplicates),
                "{}: {receipt:?}",
                what()
            );
            let reasons: String = receipt.set_aside_reasons.keys().cloned().collect();
            assert!(reasons.contains(word), "{}: {reasons}", what());
        }
        (Err(error), Named(word)) => {
            assert!(
                error.message.contains(word),
                "{}: {}",
                what(),
                error.message
            );
        }
        (Ok(receipt), Named(_)) => panic!("{}: {receipt:?}", what()),
        (Err(error), Rows(..)) => panic!("{}: {}", what(), error.message),
    }
}

#[test]
fn each_format_with_each_kind_of_bad_row_keeps_the_others() {
    let six = || Rows(6, 0, "", 0);
    let deep = (0..80).fold(json!(1), |inside, _| json!([inside]));
    let far = [
        (1, "time", json!("0001-01-01T00:00:00Z")),
        (4, "time", json!("9999-12-31T23:59:59Z")),
    ];
    let kinds: [(&str, Vec<Row>, fn(&Format) -> Expected); 11] = [
        ("good", good(), |_| Rows(6, 0, "", 0)),
        (
            "10 MB line",
            with(&[(2, "tool", json!("x".repeat(10 << 20)))]),
            |format| {
                // A line of telemetry is a whole request; names in it, and in columns, are cut at 1 KiB.
                if format.is(&JSON) || format.is(&TABLES) {
                    Rows(5, 1, "1 MiB", 0)
                } else {
                    Rows(6, 0, "", 0)
                }
            },
        ),
        ("deep nesting", with(&[(2, "nested", deep)]), |format| {
            if format.is(&JSON) || format.is(&TELEMETRY) {
                Rows(5, 1, "64 levels", 0)
            } else if format.is(&["arrow-file", "arrow-stream"]) {
                Named("more than 64 levels deep")
            } else if format.name == "parquet" {
                Named("its footer can't be read")
            } else {
                Rows(6, 0, "", 0)
            }
        }),
        (
            "duplicated keys",
            good()
                .into_iter()
                .map(|mut row| {
                    row.push(("tool".into(), json!("other")));
                    row
                })
                .collect(),
            |_| Rows(6, 0, "", 0),
        ),
        (
            "unknown and missing columns",
            good()
                .into_iter()
                .map(|mut row| {
                    row.retain(|(name, _)| name != "duration_ms");
                    row.push(("prompt".into(), json!("canary")));
                    row
                })
                .collect(),
            |_| Rows(6, 0, "", 0),
        ),
        (
            "wrong types",
            with(&[(2, "time", json!("soon"))]),
            |format| {
                if format.is(&TELEMETRY) {
                    Rows(5, 1, "no believable time", 0)
                } else {
                    Rows(5, 1, "can't be read", 0)
                }
            },
        ),
        (
            "a time that is a list",
            with(&[(2, "time", json!([1]))]),
            |format| {
                if format.is(&TELEMETRY) {
                    Rows(5, 1, "no believable time", 0)
                } else {
                    Rows(5, 1, "can't be read", 0)
                }
            },
        ),
        (
            "negative and absurd durations",
            with(&[
                (1, "duration_ms", json!(-1)),
                (4, "duration_ms", json!(1e12)),
            ]),
            |_| Rows(4, 2, "negative", 0),
        ),
        ("times in the far past and future", with(&far), |format| {
            if format.is(&TELEMETRY) {
                Rows(4, 2, "no believable time", 0)
            } else {
                Rows(4, 2, "before 1990 or after 2100", 0)
            }
        }),
        (
            "duplicated events",
            good().into_iter().chain([row(3)]).collect(),
            |_| Rows(6, 0, "", 1),
        ),
        (
            "rows out of order",
            good().into_iter().rev().collect(),
            |_| Rows(6, 0, "", 0),
        ),
    ];
    for format in &FORMATS {
        for (kind, rows, expected) in &kinds {
            check(format, kind, &format.file(rows), &expected(format));
        }
        let what = || format!("{}: order", format.name);
        let forth = holds("file", &format.file(&good()), &what).unwrap();
        let back: Vec<Row> = good().into_iter().rev().collect();
        let back = holds("file", &format.file(&back), &what).unwrap();
        assert_eq!(
            (forth.min_time_us, forth.max_time_us),
            (back.min_time_us, back.max_time_us)
        );
        check(format, "good again", &format.file(&good()), &six());
    }
}

#[test]
fn each_format_with_bytes_that_are_no_text_in_a_name_keeps_the_others() {
    for format in &FORMATS {
        for (kind, byte) in [("NUL bytes", 0), ("invalid UTF-8", 0xff)] {
            let mut bytes = (format.make)(&with(&[(2, "tool", json!("canarytool"))]));
            let at = memchr::memmem::find(&bytes, b"canarytool").unwrap();
            bytes[at + 3] = byte;
            let expected = if byte == 0 && (format.is(&JSON) || format.is(&TELEMETRY)) {
                // JSON may not have control characters as they are.
                Rows(5, 1, "not", 0)
            } else if byte == 0 {
                Rows(6, 0, "", 0)
            } else if format.is(&JSON) || format.is(&TELEMETRY) {
                Rows(5, 1, "not UTF-8 text", 0)
            } else if format.is(&COLUMNAR) {
                Named("can't be decoded")
            } else {
                // A table that is no UTF-8 is read in the encoding of Windows, and its receipt says so.
                Rows(6, 0, "", 0)
            };
            check(format, kind, &(format.wrap)(bytes), &expected);
        }
    }
}

#[test]
fn each_format_that_is_empty_has_only_a_header_or_another_name_is_what_it_is() {
    for format in &FORMATS {
        check(
            format,
            "empty",
            &(format.wrap)(Vec::new()),
            &Named(if format.name == "zip" {
                "no file of events"
            } else {
                "empty"
            }),
        );
        let header = if format.is(&["ndjson", "together", "zstd"]) {
            Named("empty")
        } else {
            Rows(0, 0, "", 0)
        };
        check(format, "header only", &format.file(&[]), &header);
        for name in [
            "file",
            "events.pdf",
            "events.parquet",
            "events.json",
            "events.csv.gz",
            "a/../b",
        ] {
            let what = || format!("{} as {name}", format.name);
            let receipt = holds(name, &format.file(&good()), &what).unwrap();
            assert_eq!((receipt.accepted, receipt.set_aside), (6, 0), "{}", what());
        }
    }
}

#[test]
fn each_format_cut_at_a_hundred_places_or_with_a_thousand_bytes_turned_adds_up_or_is_named() {
    let mut chance = Chance::new(5);
    for format in &FORMATS {
        let file = format.file(&good());
        let is_whole_or_nothing = format.is(&["gzip", "zstd", "zip", "arrow-file", "parquet"]);
        for _ in 0..100 {
            let at = chance.below(file.len());
            let what = || format!("{} cut at {at}", format.name);
            let result = holds("file", &file[..at], &what);
            assert!(result.is_err() || !is_whole_or_nothing, "{}", what());
        }
        for _ in 0..1_000 {
            let (at, bit) = (chance.below(file.len()), chance.below(8));
            let mut damaged = file.clone();
            damaged[at] ^= 1 << bit;
            let _ = holds("file", &damaged, &|| {
                format!("{}: bit {bit} of byte {at}", format.name)
            });
        }
    }
}

#[test]
fn hostile_lengths_anywhere_get_no_memory() {
    let mut chance = Chance::new(6);
    let lengths = [
        u64::MAX,
        i64::MAX as u64,
        0x7fff_ffff_7fff_ffff,
        1 << 40,
        0xffff_ffff,
    ];
    for format in &FORMATS {
        let file = format.file(&good());
        for round in 0..300 {
            let mut damaged = file.clone();
            // Footers and headers are at both ends.
            let at = match round % 3 {
                0 => chance.below(file.len().min(64)),
                1 => file.len() - 1 - chance.below(file.len().min(700)),
                _ => chance.below(file.len()),
            };
            let length = chance.pick(&lengths).to_le_bytes();
            let width = [4, 8][round % 2];
            for (held, new) in damaged[at..].iter_mut().zip(&length[..width]) {
                *held = *new;
            }
            let _ = holds("file", &damaged, &|| {
                format!("{}: a length at {at}", format.name)
            });
        }
    }
}

#[test]
fn a_bomb_is_refused_whatever_it_is_packed_in() {
    let zeros = "x".repeat(64 << 20);
    let table = [b"time,tool\n2026-03-14,".as_slice(), zeros.as_bytes()].concat();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("time", Arc::new(Int64Array::from(vec![START_S]))),
        ("tool", Arc::new(StringArray::from(vec![zeros.as_str()]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties = parquet::file::properties::WriterProperties::builder()
        .set_compression(parquet::basic::Compression::ZSTD(
            parquet::basic::ZstdLevel::default(),
        ))
        .set_dictionary_enabled(false)
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    let bombs = [
        ("gzip", gzip(&table)),
        ("zstd", zstd(&table)),
        ("zip", zip(&[("a.csv", &table)])),
        ("arrow", arrow_file(&batch, Some(CompressionType::ZSTD))),
        ("parquet", writer.into_inner().unwrap()),
    ];
    for (name, bomb) in bombs {
        assert!(bomb.len() < 1 << 20, "{name} packs {} bytes", bomb.len());
        let error = holds("file", &bomb, &|| name.to_owned()).expect_err(name);
        let sentence = &error.message;
        assert!(
            sentence.contains("200 times") || sentence.contains("64 MiB in one page"),
            "{name}: {sentence}"
        );
    }
}
