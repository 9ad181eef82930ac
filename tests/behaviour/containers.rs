//! What exporters, collectors and people make of an export request: the same call in every wrapping.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use toolscope::ingest::otlp::Linker;
use toolscope::ingest::{self, Format};

use crate::telemetry_kit::*;

const EXPECTED: [&str; 1] = ["read | - | app 1.2 | maya | s1 | failure tool_error | 9"];

fn one() -> Value {
    let span = unit(
        1,
        0,
        CLIENT,
        "tools/call read",
        json!({
            "mcp.method.name": "tools/call", "user.id": "maya", "session.id": "s1", "error.type": "tool_error",
            "jsonrpc.request.id": 7, "sampled": true, "ratio": 0.5, "tags": ["canary"], "map": {"a": {"b": "canary"}},
        }),
    );
    with(span, "flags", json!(257))
}

fn request() -> Value {
    serde_json::from_str(&program("x", json!({}), &[one()])).unwrap()
}

fn same(text: &str) {
    assert_eq!(
        ingest::recognise(text.as_bytes()),
        Ok(Format::OtlpJson),
        "{text}"
    );
    check_text(text, &EXPECTED);
}

#[test]
fn requests_may_be_printed_joined_listed_or_marked() {
    let line = request().to_string();
    let pretty = serde_json::to_string_pretty(&request()).unwrap();
    for text in [
        line.clone(),
        pretty.clone(),
        format!("\u{feff}{pretty}"),
        pretty.replace('\n', "\r\n"),
        format!("{line}\r\n\r\n"),
        format!("[{line}]"),
        format!("[\n  {line},\n  {{\"resourceSpans\":[]}}\n]\n"),
        format!("{{}}\n{line}"),
    ] {
        same(&text);
    }
    // The same span again is a repeat, however it comes.
    let mut linker = Linker::default();
    let text = format!("{line}{line}\n[{line},{line}]\n{pretty}{pretty}");
    assert_eq!(linker.add(1, read(&text)), 5);
    assert_eq!(executions(&linker.link()), EXPECTED);
}

#[test]
fn a_list_of_one_may_be_its_element_and_the_envelope_may_be_missing() {
    let whole = request();
    let group = whole["resourceSpans"][0].clone();
    let mut single = json!({"resourceSpans": group});
    let scoped = single["resourceSpans"]["scopeSpans"][0].clone();
    single["resourceSpans"]["scopeSpans"] = scoped.clone();
    let span = scoped["spans"][0].clone();
    let mut innermost = single.clone();
    innermost["resourceSpans"]["scopeSpans"]["spans"] = span;
    for text in [group, single, innermost] {
        same(&text.to_string());
        same(&serde_json::to_string_pretty(&text).unwrap());
    }
    let log = record(
        10,
        json!({"event.name": "gemini_cli.tool_call", "function_name": "read"}),
    );
    let request: Value = serde_json::from_str(&program_logs("x", json!({}), &[log])).unwrap();
    let bare = request["resourceLogs"][0].to_string();
    assert_eq!(ingest::recognise(bare.as_bytes()), Ok(Format::OtlpJson));
    check_text(&bare, &["read | - | app 1.2 | - | - | success - | -"]);
}

#[test]
fn lists_and_their_elements_may_be_null() {
    let mut whole = request();
    whole["resourceLogs"] = Value::Null;
    let group = &mut whole["resourceSpans"];
    group.as_array_mut().unwrap().push(Value::Null);
    group
        .as_array_mut()
        .unwrap()
        .push(json!({"resource": null, "scopeSpans": null}));
    let spans = &mut group[0]["scopeSpans"][0]["spans"];
    spans[0]["events"] = Value::Null;
    spans[0]["links"] = Value::Null;
    spans[0]["attributes"]
        .as_array_mut()
        .unwrap()
        .push(Value::Null);
    spans.as_array_mut().unwrap().push(Value::Null);
    same(&whole.to_string());
    whole["resourceSpans"][0]["scopeSpans"][0]["scope"] = Value::Null;
    same(&whole.to_string());
}

#[test]
fn attributes_that_are_a_plain_object_are_no_otlp_and_it_is_said() {
    let mut whole = request();
    whole["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"] = json!({"a": "b"});
    let receipt = receipt(&whole.to_string());
    assert_eq!((receipt.rows_read, receipt.set_aside), (1, 1));
}

#[test]
fn ids_enums_and_numbers_may_be_written_as_protobuf_does_it_elsewhere() {
    let span = one();
    let id = |bytes: usize| {
        let mut id = vec![0_u8; bytes];
        id[bytes - 1] = 1;
        STANDARD.encode(id)
    };
    let mut base64 = with(span.clone(), "traceId", json!(id(16)));
    base64["spanId"] = json!(id(8));
    base64["parentSpanId"] = json!(STANDARD.encode([0_u8; 8]));
    let mut names = with(span.clone(), "kind", json!("SPAN_KIND_CLIENT"));
    names["status"] = json!({"code": "STATUS_CODE_ERROR"});
    names["parentSpanId"] = json!("0000000000000000");
    let mut numbers = span.clone();
    numbers["startTimeUnixNano"] = json!(START_NS + 1_000_000);
    numbers["endTimeUnixNano"] = json!(START_NS + 10_000_000);
    numbers.as_object_mut().unwrap().remove("status");
    numbers.as_object_mut().unwrap().remove("parentSpanId");
    let mut linker = Linker::default();
    for (source, span) in (1..).zip([base64, names, numbers]) {
        let text = program("x", json!({}), &[span]);
        same(&text);
        linker.add(source, read(&text));
    }
    let linked = linker.link();
    assert_eq!(executions(&linked), EXPECTED, "one span in three files");
    assert_eq!(linked.by_source[&3].duplicates, 1);
}

#[test]
fn snake_case_is_read_like_camel_case() {
    let text = request().to_string();
    let names = [
        ("resourceSpans", "resource_spans"),
        ("scopeSpans", "scope_spans"),
        ("traceId", "trace_id"),
        ("parentSpanId", "parent_span_id"),
        ("spanId", "span_id"),
        ("startTimeUnixNano", "start_time_unix_nano"),
        ("endTimeUnixNano", "end_time_unix_nano"),
        ("stringValue", "string_value"),
        ("intValue", "int_value"),
        ("boolValue", "bool_value"),
        ("doubleValue", "double_value"),
        ("kvlistValue", "kvlist_value"),
        ("arrayValue", "array_value"),
    ];
    let snake = names
        .iter()
        .fold(text, |text, (camel, snake)| text.replace(camel, snake));
    same(&snake);
}

#[test]
fn a_result_may_be_fields_instead_of_json() {
    let call = |result: Value| {
        let span = unit(
            1,
            0,
            CLIENT,
            "tools/call read",
            json!({"mcp.method.name": "tools/call", "gen_ai.tool.call.result": result}),
        );
        executions(&link(&program("x", json!({}), &[span])))
    };
    let outcome = |word: &str| vec![format!("read | - | app 1.2 | - | - | {word} | 9")];
    let failure = outcome("failure tool_error");
    let success = outcome("success -");
    assert_eq!(
        call(json!({"isError": true, "content": [{"text": "canary"}]})),
        failure
    );
    assert_eq!(call(json!({"result": {"isError": true}})), failure);
    assert_eq!(call(json!({"result": "{\"isError\":true}"})), failure);
    assert_eq!(
        call(json!({"isError": false, "result": {"isError": true}})),
        success
    );
    assert_eq!(
        call(json!({"structuredContent": {"isError": true}})),
        success
    );
    assert_eq!(call(json!(["isError", true])), success);
    let named = unit(
        1,
        0,
        INTERNAL,
        "MCP server handle request: tools/call",
        json!({"request": {"method": "tools/call", "params": {"name": "read", "arguments": {"name": "canary"}}}}),
    );
    check(
        "logfire.mcp",
        &[named],
        &["read | app | - - | - | - | success - | 9"],
    );
}

#[test]
fn spans_may_come_in_any_order_over_lines_and_files() {
    let parts = [
        unit(
            1,
            0,
            CLIENT,
            "tools/call read",
            json!({"mcp.method.name": "tools/call"}),
        ),
        unit(2, 1, CLIENT, "POST", json!({"gen_ai.system": "x"})),
        unit(
            3,
            2,
            SERVER,
            "tools/call read",
            json!({"mcp.method.name": "tools/call", "user.id": "maya"}),
        ),
    ];
    let expected = ["read | app | app 1.2 | maya | - | success - | 9"];
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let lines = order.map(|at| program("x", json!({}), &parts[at..=at]));
        check_text(&lines.join("\n"), &expected);
        let mut linker = Linker::default();
        for (source, line) in (1..).zip(&lines) {
            linker.add(source, read(line));
        }
        assert_eq!(executions(&linker.link()), expected);
    }
}

#[test]
fn a_span_that_was_open_and_came_again_when_it_had_ended_has_ended() {
    let ended = program("x", json!({}), &[one()]);
    let open = program(
        "x",
        json!({}),
        &[with(one(), "endTimeUnixNano", json!("0"))],
    );
    let mut still_open = with(one(), "endTimeUnixNano", json!("0"));
    still_open["attributes"] = typed(json!({"mcp.method.name": "tools/call"}));
    let alone = program("x", json!({}), &[still_open.clone()]);
    assert_eq!(
        executions(&link(&alone)),
        ["read | - | app 1.2 | - | - | running - | -"]
    );
    let open_first = program("x", json!({}), &[still_open]);
    for (first, second) in [
        (&open_first, &ended),
        (&ended, &open_first),
        (&open, &ended),
    ] {
        let text = format!("{first}\n{second}");
        let mut linker = Linker::default();
        assert_eq!(linker.add(1, read(&text)), 1);
        assert_eq!(executions(&linker.link()), EXPECTED, "{text}");
        let mut linker = Linker::default();
        linker.add(1, read(first));
        linker.add(2, read(second));
        let linked = linker.link();
        assert_eq!(executions(&linked), EXPECTED, "{text}");
        let duplicates: u64 = linked.by_source.values().map(|one| one.duplicates).sum();
        let counted: u64 = linked.by_source.values().map(|one| one.executions).sum();
        assert_eq!((duplicates, counted), (1, 1));
    }
}
