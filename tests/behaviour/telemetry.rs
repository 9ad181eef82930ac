//! The joining of spans and what is set aside, in a few lines each; dialects are in `dialects.rs`, what exporters make
//! of a request in `containers.rs`, real streams in `corpus.rs`.

use serde_json::{Value, json};
use toolscope::ingest::otlp::{self, Linker};
use toolscope::model::{Column, Outcome};

use crate::telemetry_kit::*;

#[test]
fn a_line_that_is_cut_off_is_set_aside_and_the_rest_is_read() {
    let whole = spans("x", &[call(1, 1, 0, "read")]);
    let other = spans("x", &[call(2, 1, 0, "write")]);
    let cut = &whole[..whole.len() / 2];
    for text in [
        format!("{whole}\n{cut}\n{other}\n"),
        format!("{whole}\n{other}\n{cut}"),
        format!("{cut}\n{whole}\n\n{other}"),
    ] {
        let receipt = receipt(&text);
        assert_eq!((receipt.rows_read, receipt.set_aside), (3, 1));
        assert!(receipt.set_aside_rows[0].reason.contains("cut off"));
        assert_eq!(column(&link(&text), Column::Tool), ["read", "write"]);
    }
}

#[test]
fn requests_may_be_printed_over_many_lines_beside_others_on_one() {
    let pretty = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        serde_json::to_string_pretty(&value).unwrap()
    };
    let one = spans("x", &[call(1, 1, 0, "one")]);
    let two = spans("x", &[call(2, 1, 0, "two")]);
    let three = spans("x", &[call(3, 1, 0, "three")]);
    let text = format!("\u{feff}{}\r\n{two}{}\n", pretty(&one), pretty(&three));
    assert_eq!(column(&link(&text), Column::Tool), ["one", "two", "three"]);
    assert_eq!(receipt(&text).set_aside, 0);
}

#[test]
fn deep_nesting_is_set_aside_before_it_is_parsed() {
    let deep = format!(
        "{{\"resourceSpans\":{}1{}}}",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    let good = spans("x", &[call(1, 1, 0, "read")]);
    let receipt = receipt(&format!("{deep}\n{good}"));
    assert_eq!((receipt.rows_read, receipt.set_aside), (2, 1));
    assert_eq!(
        receipt.set_aside_rows[0].reason,
        "The line is nested more than 64 levels deep."
    );
}

#[test]
fn json_that_is_no_export_request_is_set_aside() {
    let good = spans("x", &[call(1, 1, 0, "read")]);
    let receipt = receipt(&format!("{good}\n{{\"hello\":1}}\n[1]\n{{}}\n\"text\""));
    assert_eq!((receipt.rows_read, receipt.set_aside), (4, 3));
    assert!(otlp::read(b"\n \n").is_err(), "an empty file is an error");
}

#[test]
fn spans_that_no_profile_knows_are_counted_by_scope_and_name() {
    let records = [
        span(1, 1, 0, "GET /", &[("http.method", text("GET"))]),
        span(1, 2, 1, "GET /", &[]),
        span(
            1,
            3,
            2,
            "initialize",
            &[("mcp.method.name", text("initialize"))],
        ),
        call(1, 4, 3, "read"),
    ];
    let text = format!(
        "{}\n{}",
        spans("web", &records),
        logs(&[log("page_view", &[]), log("codex.api_request", &[])])
    );
    let receipt = receipt(&text);
    let unrecognised: Vec<(&str, u64)> = receipt
        .unrecognised
        .iter()
        .map(|(name, count)| (name.as_str(), *count))
        .collect();
    assert_eq!(unrecognised, [("logs · page_view", 1), ("web · GET /", 2)]);
    assert_eq!((receipt.rows_read, receipt.set_aside), (6, 0));
    assert_eq!(receipt.dropped_fields["http.method"], 1);
}

#[test]
fn numbers_enums_and_nothing_are_read_in_every_spelling() {
    let strict = with(call(7, 1, 0, "read"), "status", json!({"code": 2}));
    let loose = json!({
        "trace_id": format!("{:032X}", 7),
        "span_id": format!("{:016X}", 1),
        "parent_span_id": null,
        "name": "tools/call read",
        "kind": "SPAN_KIND_CLIENT",
        "start_time_unix_nano": START_NS + 1_000_000,
        "end_time_unix_nano": START_NS + 3_500_000,
        "attributes": [
            {"key": "mcp.method.name", "value": {"string_value": "tools/call"}},
            {"key": "user.id", "value": {}},
            {"key": "session.id", "value": null},
        ],
        "status": {"code": "STATUS_CODE_ERROR"},
        "new_field": {"of": ["a", "later", {"version": 1}]},
    });
    let loose = json!({"resource_spans": [{"scope_spans": [{"spans": [loose]}]}]}).to_string();
    let loose = link(&loose).batch;
    let strict = link(&spans("x", &[strict])).batch;
    assert_eq!(loose.event_id, strict.event_id);
    assert_eq!(loose.time_us, strict.time_us);
    assert_eq!(loose.duration_ms, [2.5]);
    assert_eq!(loose.outcome, [Outcome::Failure]);
}

#[test]
fn a_span_delivered_twice_counts_once_and_stays_when_one_file_is_closed() {
    let line = spans("x", &[call(1, 1, 0, "read"), call(1, 2, 1, "read")]);
    let mut linker = Linker::default();
    assert_eq!(linker.add(5, read(&format!("{line}\n{line}"))), 2);
    assert_eq!(linker.add(3, read(&line)), 2);
    let linked = linker.link();
    assert_eq!(linked.batch.len(), 1);
    assert_eq!(linked.by_source[&5].executions, 1);
    assert_eq!(linked.by_source[&5].duplicates, 2);
    assert_eq!(linked.by_source[&3].executions, 0);
    assert_eq!(linked.by_source[&3].duplicates, 2);
    assert!(linker.remove(5) && !linker.remove(5));
    let linked = linker.link();
    assert_eq!(linked.batch.len(), 1, "the other file holds it still");
    assert_eq!(linked.by_source[&3].executions, 1);
    assert_eq!(linked.by_source[&3].duplicates, 0);
    assert_eq!(linker.add(3, read(&line)), 0, "a file replaces itself");
    assert!(linker.remove(3) && linker.is_empty());
}

#[test]
fn log_records_delivered_twice_count_once_but_two_calls_alike_are_two() {
    let alike = [
        ("function_name", text("read")),
        ("duration_ms", json!({"intValue": 5})),
        ("success", json!({"boolValue": true})),
    ];
    let record = log("gemini_cli.tool_call", &alike);
    let line = logs(&[record.clone(), record]);
    let mut linker = Linker::default();
    assert_eq!(linker.add(1, read(&format!("{line}\n{line}"))), 2);
    assert_eq!(linker.link().batch.len(), 2);
}

#[test]
fn spans_of_one_call_are_one_execution_across_files_and_through_other_spans() {
    let client = call(1, 1, 0, "read");
    let between = span(1, 2, 1, "POST", &[]);
    let server = span(
        1,
        3,
        2,
        "tools/call read",
        &[
            ("mcp.method.name", text("tools/call")),
            ("gen_ai.tool.name", text("read_file")),
            ("user.id", text("maya")),
            ("error.type", text("tool_error")),
        ],
    );
    let server = with(with(server, "kind", json!(2)), "status", json!({"code": 2}));
    let other = call(2, 2, 1, "elsewhere");
    let mut linker = Linker::default();
    linker.add(1, read(&spans("x", &[server])));
    assert_eq!(column(&linker.link(), Column::Tool), ["read_file"]);
    linker.add(2, read(&spans("x", &[client, between, other])));
    let linked = linker.link();
    assert_eq!(linked.batch.len(), 2);
    let row = column(&linked, Column::Tool)
        .iter()
        .position(|tool| *tool == "read")
        .unwrap();
    assert_eq!(column(&linked, Column::User)[row], "maya");
    assert_eq!(column(&linked, Column::Server)[row], "cursor");
    assert_eq!(column(&linked, Column::Client)[row], "cursor");
    assert_eq!(column(&linked, Column::ErrorClass)[row], "tool_error");
    assert_eq!(linked.batch.outcome[row], Outcome::Failure);
    assert_eq!(linked.by_source[&1].executions, 0);
    assert_eq!(linked.by_source[&2].executions, 2);
}

#[test]
fn a_log_record_belongs_to_the_tool_span_it_was_written_in() {
    let tool = span(
        1,
        1,
        0,
        "execute_tool read",
        &[("gen_ai.operation.name", text("execute_tool"))],
    );
    let pairs = [
        ("gen_ai.tool.name", text("read")),
        ("duration_ms", json!({"intValue": "3"})),
        ("success", json!({"boolValue": false})),
        ("error.type", text("no such file: /home/maya")),
    ];
    let record = log("copilot_chat.tool.call", &pairs);
    let record = with(record, "traceId", text_id(32));
    let record = with(record, "spanId", text_id(16));
    let linked = link(&format!(
        "{}\n{}",
        spans("copilot", &[tool]),
        logs(&[record])
    ));
    assert_eq!(linked.batch.outcome, [Outcome::Failure]);
    assert_eq!(linked.batch.duration_ms, [2.5]);
    assert_eq!(column(&linked, Column::ErrorClass), ["error"]);
}

fn text_id(digits: usize) -> Value {
    format!("{:0digits$x}", 1).into()
}

#[test]
fn a_flag_in_the_result_is_a_failure_and_the_result_is_dropped() {
    let result = r#"{"content":[{"type":"text","text":"canary"}],"isError":true}"#;
    let tool = span(
        1,
        1,
        0,
        "MCP request: tools/call read",
        &[("response", text(result)), ("request", text("{}"))],
    );
    let text = spans("logfire.mcp", &[tool]);
    let linked = link(&text);
    assert_eq!(linked.batch.outcome, [Outcome::Failure]);
    assert_eq!(column(&linked, Column::ErrorClass), ["tool_error"]);
    assert_eq!(receipt(&text).dropped_fields["response"], 1);
    assert!(!format!("{:?}{linked:?}", read(&text)).contains("canary"));
}

#[test]
fn a_rejected_call_of_claude_code_counts_beside_the_executions() {
    let decided = |decision: &str, sequence: u32| {
        log(
            "claude_code.tool_decision",
            &[
                ("tool_name", text("Bash")),
                ("decision", text(decision)),
                ("event.sequence", json!({"intValue": sequence})),
            ],
        )
    };
    let ran = log(
        "claude_code.tool_result",
        &[
            ("tool_name", text("mcp_tool")),
            (
                "tool_parameters",
                text(
                    r#"{"mcp_server_name":"github","mcp_tool_name":"create_issue","body":"canary"}"#,
                ),
            ),
            ("success", text("true")),
            ("duration_ms", text("40")),
        ],
    );
    let linked = link(&logs(&[decided("accept", 1), ran, decided("reject", 3)]));
    assert_eq!(linked.batch.outcome, [Outcome::Success, Outcome::Rejected]);
    assert_eq!(column(&linked, Column::Tool), ["mcp_tool", "Bash"]);
    assert_eq!(column(&linked, Column::Server), ["github", "-"]);
    assert_eq!(linked.batch.duration_ms[0], 40.0);
    assert!(linked.batch.duration_ms[1].is_nan());
    assert_eq!(linked.batch.time_us[0], START_NS as i64 / 1000 - 40_000);
    assert_eq!(linked.by_source[&1].executions, 1);
}

#[test]
fn records_without_time_or_id_are_set_aside_and_a_span_without_end_is_running() {
    let records = [
        with(call(1, 1, 0, "a"), "startTimeUnixNano", json!("0")),
        with(call(1, 2, 0, "b"), "endTimeUnixNano", json!("1")),
        with(call(1, 3, 0, "c"), "spanId", json!("")),
        with(call(1, 4, 0, "d"), "endTimeUnixNano", json!("0")),
        with(call(1, 5, 0, "e"), "endTimeUnixNano", json!(1e300)),
    ];
    let text = spans("x", &records);
    let receipt = receipt(&text);
    assert_eq!((receipt.rows_read, receipt.set_aside), (5, 4));
    assert_eq!(receipt.set_aside_rows[1].position, "span 2 of line 1");
    let linked = link(&text);
    assert_eq!(column(&linked, Column::Tool), ["d"]);
    assert_eq!(linked.batch.outcome, [Outcome::Running]);
    assert!(linked.batch.duration_ms[0].is_nan());
}

#[test]
fn metrics_are_read_and_hold_no_executions() {
    let metrics = json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "a"}, {"name": "b"}]}]}]});
    let receipt = receipt(&metrics.to_string());
    assert_eq!((receipt.rows_read, receipt.accepted), (2, 2));
    assert_eq!(receipt.notes.len(), 1);
    assert!(receipt.unrecognised.is_empty());
}

#[test]
fn long_names_are_cut_and_counted() {
    let text = spans("x", &[call(1, 1, 0, &"é".repeat(2_000))]);
    assert_eq!(receipt(&text).names_cut, 1);
    assert_eq!(column(&link(&text), Column::Tool)[0].len(), 1_024);
}
