//! Small streams of telemetry for the tests, and what comes of them.

use serde_json::{Value, json};
use toolscope::ingest::Format;
use toolscope::ingest::otlp::{self, Linked, Linker, Telemetry};
use toolscope::model::batch::BatchBuilder;
use toolscope::model::{Batch, Column, EventKind, EventRow, SourceReceipt};

pub const START_NS: u64 = 1_794_000_000_000_000_000;

pub fn attributes(pairs: &[(&str, Value)]) -> Value {
    pairs
        .iter()
        .map(|(key, value)| json!({"key": key, "value": value}))
        .collect()
}

pub fn text(text: &str) -> Value {
    json!({"stringValue": text})
}

pub fn span(trace: u32, id: u32, parent: u32, name: &str, pairs: &[(&str, Value)]) -> Value {
    json!({
        "traceId": format!("{trace:032x}"),
        "spanId": format!("{id:016x}"),
        "parentSpanId": if parent == 0 { String::new() } else { format!("{parent:016x}") },
        "name": name,
        "kind": 3,
        "startTimeUnixNano": (START_NS + u64::from(id) * 1_000_000).to_string(),
        "endTimeUnixNano": (START_NS + u64::from(id) * 1_000_000 + 2_500_000).to_string(),
        "attributes": attributes(pairs),
        "status": {},
    })
}

pub fn call(trace: u32, id: u32, parent: u32, tool: &str) -> Value {
    let name = format!("tools/call {tool}");
    span(
        trace,
        id,
        parent,
        &name,
        &[("mcp.method.name", text("tools/call"))],
    )
}

pub fn with(mut record: Value, key: &str, value: Value) -> Value {
    record[key] = value;
    record
}

pub fn spans(scope: &str, spans: &[Value]) -> String {
    json!({"resourceSpans": [{
        "resource": {"attributes": attributes(&[("service.name", text("cursor"))])},
        "scopeSpans": [{"scope": {"name": scope}, "spans": spans}],
    }]})
    .to_string()
}

pub fn log(event: &str, pairs: &[(&str, Value)]) -> Value {
    let mut all = vec![("event.name", text(event)), ("session.id", text("s"))];
    all.extend_from_slice(pairs);
    json!({"timeUnixNano": START_NS.to_string(), "body": {"stringValue": event}, "attributes": attributes(&all)})
}

pub fn logs(records: &[Value]) -> String {
    json!({"resourceLogs": [{"scopeLogs": [{"scope": {"name": "logs"}, "logRecords": records}]}]})
        .to_string()
}

pub fn read(text: &str) -> Telemetry {
    otlp::read(text.as_bytes()).unwrap()
}

pub fn receipt(text: &str) -> SourceReceipt {
    read(text)
        .tally
        .into_receipt("file", Format::OtlpJson, "raw", 0)
}

pub fn link(text: &str) -> Linked {
    let mut linker = Linker::default();
    linker.add(1, read(text));
    linker.link()
}

pub fn column(linked: &Linked, column: Column) -> Vec<&str> {
    let texts = linked.batch.text_column(column).unwrap();
    rows_of(&linked.batch, EventKind::Execution)
        .map(|row| texts.get(row).unwrap_or("-"))
        .collect()
}

/// The rows of a kind.
pub fn rows_of(batch: &Batch, kind: EventKind) -> impl Iterator<Item = usize> + '_ {
    (0..batch.len()).filter(move |&row| batch.kind[row] == kind)
}

/// The executions alone.
pub fn only_executions(batch: &Batch) -> Batch {
    let mut only = BatchBuilder::default();
    for row in rows_of(batch, EventKind::Execution) {
        only.push(&EventRow {
            time_us: batch.time_us[row],
            outcome: batch.outcome[row],
            event_id: batch.event_id[row],
            text: std::array::from_fn(|column| batch.text[column].get(row)),
            duration_ms: Some(batch.duration_ms[row]),
            ..EventRow::default()
        });
    }
    only.finish()
}

/// Attributes as an exporter writes them, of a plain object.
pub fn typed(fields: Value) -> Value {
    let fields = fields.as_object().unwrap().clone();
    fields
        .into_iter()
        .map(|(key, value)| json!({"key": key, "value": any_value(value)}))
        .collect()
}

pub fn any_value(value: Value) -> Value {
    match value {
        Value::Bool(_) => json!({"boolValue": value}),
        Value::Number(number) if number.is_f64() => json!({"doubleValue": number}),
        Value::Number(number) => json!({"intValue": number.to_string()}),
        Value::String(_) => json!({"stringValue": value}),
        Value::Object(_) => json!({"kvlistValue": {"values": typed(value)}}),
        Value::Array(values) => {
            let values: Vec<Value> = values.into_iter().map(any_value).collect();
            json!({"arrayValue": {"values": values}})
        }
        Value::Null => json!({}),
    }
}

pub const INTERNAL: u32 = 1;
pub const SERVER: u32 = 2;
pub const CLIENT: u32 = 3;

/// A span of trace 1 that starts `id` ms after the start and takes 10 − `id` ms.
pub fn unit(id: u32, parent: u32, kind: u32, name: &str, fields: Value) -> Value {
    let start_ns = START_NS + u64::from(id) * 1_000_000;
    let end_ns = START_NS + 10_000_000;
    let span = json!({
        "traceId": format!("{:032x}", 1),
        "spanId": format!("{id:016x}"),
        "parentSpanId": if parent == 0 { String::new() } else { format!("{parent:016x}") },
        "name": name,
        "kind": kind,
        "startTimeUnixNano": start_ns.to_string(),
        "endTimeUnixNano": end_ns.to_string(),
        "attributes": typed(fields),
    });
    with(span, "status", json!({}))
}

pub fn failed(span: Value) -> Value {
    with(span, "status", json!({"code": 2, "message": "canary"}))
}

pub fn went_well(span: Value) -> Value {
    with(span, "status", json!({"code": 1}))
}

pub fn raised(span: Value, class: &str) -> Value {
    let event = json!({"name": "exception", "attributes": typed(json!({"exception.type": class}))});
    with(span, "events", json!([event]))
}

/// A log record that was written `end_ms` after the start.
pub fn record(end_ms: u64, fields: Value) -> Value {
    let end_ns = START_NS + end_ms * 1_000_000;
    json!({"timeUnixNano": end_ns.to_string(), "attributes": typed(fields)})
}

/// The request of a program, `app` 1.2 unless the fields say otherwise.
pub fn program(scope: &str, fields: Value, spans: &[Value]) -> String {
    json!({"resourceSpans": [{
        "resource": {"attributes": resource(fields)},
        "scopeSpans": [{"scope": {"name": scope}, "spans": spans}],
    }]})
    .to_string()
}

pub fn program_logs(scope: &str, fields: Value, records: &[Value]) -> String {
    json!({"resourceLogs": [{
        "resource": {"attributes": resource(fields)},
        "scopeLogs": [{"scope": {"name": scope}, "logRecords": records}],
    }]})
    .to_string()
}

fn resource(fields: Value) -> Value {
    let mut all = json!({"service.name": "app", "service.version": "1.2"});
    let more = fields.as_object().unwrap().clone();
    all.as_object_mut().unwrap().extend(more);
    typed(all)
}

/// Executions by time, each "tool | server | client version | user | session | outcome error | ms".
pub fn executions(linked: &Linked) -> Vec<String> {
    let mut rows: Vec<usize> = rows_of(&linked.batch, EventKind::Execution).collect();
    rows.sort_by_key(|&row| (linked.batch.time_us[row], row));
    let text = |row: usize, of: Column| {
        let texts = linked.batch.text_column(of).unwrap();
        texts.get(row).unwrap_or("-").to_owned()
    };
    rows.into_iter()
        .map(|row| {
            let outcome = format!("{:?}", linked.batch.outcome[row]).to_lowercase();
            let duration_ms = linked.batch.duration_ms[row];
            let duration = if duration_ms.is_nan() {
                "-".to_owned()
            } else {
                duration_ms.to_string()
            };
            [
                text(row, Column::Tool),
                text(row, Column::Server),
                format!(
                    "{} {}",
                    text(row, Column::Client),
                    text(row, Column::ClientVersion)
                ),
                text(row, Column::User),
                text(row, Column::Session),
                format!("{outcome} {}", text(row, Column::ErrorClass)),
                duration,
            ]
            .join(" | ")
        })
        .collect()
}

/// Spans of one scope of `app` 1.2 give these executions, nothing in them is strange, and no content gets through.
pub fn check(scope: &str, spans: &[Value], expected: &[&str]) {
    check_text(&program(scope, json!({}), spans), expected);
}

pub fn check_text(stream: &str, expected: &[&str]) {
    let linked = link(stream);
    assert_eq!(executions(&linked), expected, "{stream}");
    let receipt = receipt(stream);
    assert_eq!(receipt.set_aside, 0, "{stream}");
    assert!(
        receipt.unrecognised.is_empty(),
        "{:?}",
        receipt.unrecognised
    );
    assert!(!format!("{:?}{linked:?}", read(stream)).contains("canary"));
}
