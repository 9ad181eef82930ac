//! Calls to providers that clients tell of in log records, or in log records and spans: each counts once. See `agents.rs`
//! for the shape of an expectation.

use serde_json::{Value, json};
use toolscope::ingest::otlp::Linker;
use toolscope::model::{Batch, EventKind};

use crate::agents::shown;
use crate::telemetry_kit::*;

fn of_session(fields: Value) -> Value {
    let mut all = json!({"session.id": "s1", "user.email": "maya@acme.test"});
    let more = fields.as_object().unwrap().clone();
    all.as_object_mut().unwrap().extend(more);
    all
}

fn costs(batch: &Batch) -> Vec<f64> {
    rows_of(batch, EventKind::ProviderCall)
        .map(|row| batch.cost_usd[row])
        .filter(|usd| !usd.is_nan())
        .collect()
}

/// What a stream gives, that nothing of it is strange, and that no content gets through.
fn check(stream: &str, expected: &[&str]) {
    let linked = link(stream);
    assert_eq!(shown(&linked.batch), expected, "{stream}");
    let receipt = receipt(stream);
    assert_eq!((receipt.set_aside, receipt.unrecognised.len()), (0, 0));
    assert!(!format!("{:?}{linked:?}", read(stream)).contains("canary"));
}

fn claude_call(end_ms: u64, request: &str) -> Value {
    record(
        end_ms,
        of_session(json!({
            "event.name": "api_request", "event.sequence": 2, "model": "claude-haiku-4-5", "input_tokens": "820",
            "output_tokens": "346", "cache_read_tokens": "29541", "cache_creation_tokens": "100", "cost_usd": "0.016512",
            "duration_ms": "7", "request_id": request, "prompt": "canary",
        })),
    )
}

fn claude_failure(end_ms: u64) -> Value {
    record(
        end_ms,
        of_session(json!({
            "event.name": "api_error", "event.sequence": 3, "model": "claude-haiku-4-5", "error": "canary",
            "status_code": "529", "duration_ms": "2", "attempt": "1",
        })),
    )
}

fn claude_logs(records: &[Value]) -> String {
    let resource = json!({"service.name": "claude-code"});
    program_logs("com.anthropic.claude_code.events", resource, records)
}

/// A span of trace 1, which ends 10 ms after the start.
fn claude_span(id: u32, request: Option<&str>, fields: Value) -> Value {
    let mut all = of_session(json!({
        "span.type": "llm_request", "gen_ai.system": "anthropic", "gen_ai.request.model": "claude-haiku-4-5",
        "model": "claude-haiku-4-5",
    }));
    let more = fields.as_object().unwrap().clone();
    all.as_object_mut().unwrap().extend(more);
    if let Some(request) = request {
        all["request_id"] = json!(request);
    }
    unit(id, 0, INTERNAL, "claude_code.llm_request", all)
}

fn claude_spans(spans: &[Value]) -> String {
    let resource = json!({"service.name": "claude-code"});
    program("com.anthropic.claude_code.tracing", resource, spans)
}

const CLAUDE: &str = "provider_call | claude-haiku-4-5 | 30461 346 | maya@acme.test | s1 | claude-code | success - | ";

#[test]
fn claude_code_tells_of_calls_to_its_provider_with_all_tokens_and_the_cost() {
    let stream = claude_logs(&[claude_call(10, "req_1"), claude_failure(20)]);
    check(
        &stream,
        &[
            &format!("{CLAUDE}7"),
            "provider_call | claude-haiku-4-5 | - - | maya@acme.test | s1 | claude-code | failure 529 | 2",
        ],
    );
    assert_eq!(costs(&link(&stream).batch), [0.016_512]);
    // A failure without a status of HTTP.
    let other = with_field(claude_failure(20), "status_code", json!("undefined"));
    check(
        &claude_logs(&[other]),
        &[
            "provider_call | claude-haiku-4-5 | - - | maya@acme.test | s1 | claude-code | failure error | 2",
        ],
    );
}

fn with_field(mut record: Value, key: &str, value: Value) -> Value {
    for field in record["attributes"].as_array_mut().unwrap() {
        if field["key"] == key {
            field["value"] = any_value(value.clone());
        }
    }
    record
}

#[test]
fn spans_and_logs_of_a_call_to_a_provider_are_one_call_in_one_file_or_two_and_a_repeat_is_none() {
    let tokens = json!({
        "input_tokens": 820, "output_tokens": 346, "cache_read_tokens": 29541, "cache_creation_tokens": 100, "success": true,
    });
    let refused = json!({"success": false, "status_code": 529});
    let spans = claude_spans(&[
        claude_span(1, Some("req_1"), tokens),
        // The failed one has no id: its end tells.
        claude_span(2, None, refused),
    ]);
    // The record of the first is written long after its span ended, the other one at the same moment.
    let logs = claude_logs(&[claude_call(900, "req_1"), claude_failure(11)]);
    let expected = [
        format!("{CLAUDE}9"),
        "provider_call | claude-haiku-4-5 | - - | maya@acme.test | s1 | claude-code | failure 529 | 8".to_owned(),
    ];
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    check(&spans, &expected);
    check(&format!("{spans}\n{logs}"), &expected);
    check(&format!("{logs}\n{spans}\n{logs}"), &expected);
    let mut linker = Linker::default();
    linker.add(1, read(&logs));
    linker.add(2, read(&spans));
    assert_eq!(linker.add(3, read(&logs)), 2, "both were delivered before");
    let linked = linker.link();
    assert_eq!(shown(&linked.batch), expected);
    assert_eq!(costs(&linked.batch), [0.016_512], "the span has no cost");
    assert_eq!(linked.by_source[&3].duplicates, 2);
}

#[test]
fn another_call_in_the_same_session_is_no_repeat() {
    let span = claude_span(1, Some("req_1"), json!({"output_tokens": 346}));
    let logs = claude_logs(&[claude_call(10, "req_1"), claude_call(5_000, "req_2")]);
    let stream = format!("{}\n{logs}", claude_spans(&[span]));
    assert_eq!(shown(&link(&stream).batch).len(), 2);
}

fn codex(end_ms: u64, event: &str, session: &str, fields: Value) -> Value {
    let mut all = json!({
        "event.name": event, "conversation.id": session, "app.version": "0.169.0", "model": "gpt-5", "slug": "gpt-5",
    });
    let more = fields.as_object().unwrap().clone();
    all.as_object_mut().unwrap().extend(more);
    record(end_ms, all)
}

fn codex_usage(end_ms: u64, session: &str) -> Value {
    let fields = json!({
        "event.kind": "response.completed", "input_token_count": "926", "output_token_count": "42",
        "cached_token_count": "200", "reasoning_token_count": "5", "tool_token_count": "968",
    });
    codex(end_ms, "codex.sse_event", session, fields)
}

#[test]
fn codex_tells_of_a_call_in_two_records_and_its_list_of_models_is_none() {
    let attempt = |end_ms: u64, session: &str, status: Value| {
        let fields = json!({"duration_ms": "5", "http.response.status_code": status, "attempt": 0, "endpoint": "/responses", "error.message": "canary"});
        codex(end_ms, "codex.api_request", session, fields)
    };
    let end = |end_ms: u64, session: &str| {
        let fields = json!({"event.kind": "response.completed", "duration_ms": "0"});
        codex(end_ms, "codex.sse_event", session, fields)
    };
    let models = record(
        1,
        json!({"event.name": "codex.api_request", "duration_ms": "3", "http.response.status_code": 200, "endpoint": "/models"}),
    );
    let records = [
        models,
        attempt(10, "c1", json!(500)),
        attempt(20, "c1", json!(200)),
        // Another conversation at the same time.
        attempt(21, "c2", json!(200)),
        codex_usage(40, "c1"),
        end(40, "c1"),
        codex_usage(61, "c2"),
        // The connection broke: no status, and nothing was used.
        attempt(70, "c2", Value::Null),
        // Over a websocket there is no attempt to be seen.
        codex_usage(90, "c3"),
    ];
    check(
        &program_logs(
            "codex_otel.log_only",
            json!({"service.name": "codex_cli_rs"}),
            &records,
        ),
        &[
            "provider_call | gpt-5 | - - | - | c1 | codex_cli_rs | failure 500 | 5",
            "provider_call | gpt-5 | 926 42 | - | c1 | codex_cli_rs | success - | 25",
            "provider_call | gpt-5 | 926 42 | - | c2 | codex_cli_rs | success - | 45",
            "provider_call | gpt-5 | - - | - | c2 | codex_cli_rs | failure error | 5",
            "provider_call | gpt-5 | 926 42 | - | c3 | codex_cli_rs | success - | -",
        ],
    );
}

#[test]
fn gemini_cli_and_qwen_code_tell_of_a_call_twice_in_logs_and_it_is_one() {
    for (scope, family) in [("gemini-cli", "gemini_cli"), ("qwen-code", "qwen-code")] {
        let answered = of_session(json!({
            "event.name": format!("{family}.api_response"), "model": "gemini-2.5-pro", "duration_ms": 456, "status_code": 200,
            "input_token_count": 12_000, "output_token_count": 350, "cached_content_token_count": 8_000,
            "thoughts_token_count": 420, "tool_token_count": 7, "total_token_count": 12_777, "response_text": "canary",
        }));
        let restated = of_session(json!({
            "event.name": "gen_ai.client.inference.operation.details", "gen_ai.operation.name": "generate_content",
            "gen_ai.request.model": "gemini-2.5-pro", "gen_ai.usage.input_tokens": 12_000, "gen_ai.usage.output_tokens": 350,
            "gen_ai.input.messages": "canary",
        }));
        let failed = of_session(json!({
            "event.name": format!("{family}.api_error"), "model": "gemini-2.5-pro", "duration_ms": 20, "status_code": 429,
            "error.type": "RESOURCE_EXHAUSTED", "error": "canary", "error.message": "canary",
        }));
        let logs = [
            record(500, answered),
            record(500, restated),
            record(600, failed),
        ];
        check(
            &program_logs(scope, json!({"service.name": scope}), &logs),
            &[
                &format!(
                    "provider_call | gemini-2.5-pro | 12007 770 | maya@acme.test | s1 | {scope} | success - | 456"
                ),
                &format!(
                    "provider_call | gemini-2.5-pro | - - | maya@acme.test | s1 | {scope} | failure RESOURCE_EXHAUSTED | 20"
                ),
            ],
        );
    }
}

#[test]
fn the_event_of_the_conventions_is_a_call_and_beside_its_span_the_same_call() {
    let details = |end_ms: u64, fields: Value| {
        let mut all = json!({
            "event.name": "gen_ai.client.inference.operation.details", "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-5", "gen_ai.input.messages": "canary",
        });
        let more = fields.as_object().unwrap().clone();
        all.as_object_mut().unwrap().extend(more);
        record(end_ms, all)
    };
    let resource = json!({"service.name": "copilot-chat", "session.id": "w1"});
    let tokens = json!({"gen_ai.response.id": "r1", "gen_ai.response.model": "gpt-5-1", "gen_ai.usage.input_tokens": 9, "gen_ai.usage.output_tokens": 4});
    let failure = json!({"error.type": "timeout"});
    let embeddings = json!({"gen_ai.operation.name": "embeddings"});
    let records = [
        details(300, tokens.clone()),
        details(11, failure),
        details(400, embeddings),
    ];
    let logs = program_logs("copilot-chat", resource.clone(), &records);
    check(
        &logs,
        &[
            "provider_call | gpt-5 | - - | - | w1 | copilot-chat | failure timeout | -",
            "provider_call | gpt-5-1 | 9 4 | - | w1 | copilot-chat | success - | -",
        ],
    );
    let chat = |id: u32, fields: Value| {
        let mut all = json!({"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5"});
        let more = fields.as_object().unwrap().clone();
        all.as_object_mut().unwrap().extend(more);
        unit(id, 0, CLIENT, "chat gpt-5", all)
    };
    let spans = [
        chat(1, tokens),
        failed(chat(2, json!({"error.type": "timeout"}))),
    ];
    let spans = program("copilot-chat", resource, &spans);
    check(
        &format!("{logs}\n{spans}"),
        &[
            "provider_call | gpt-5-1 | 9 4 | - | w1 | copilot-chat | success - | 9",
            "provider_call | gpt-5 | - - | - | w1 | copilot-chat | failure timeout | 8",
        ],
    );
    // Written in the span of the call.
    let inside = with(
        with(
            details(9_000, json!({})),
            "traceId",
            json!(format!("{:032x}", 1)),
        ),
        "spanId",
        json!(format!("{:016x}", 1)),
    );
    let stream = format!(
        "{}\n{}",
        program("x", json!({}), &[chat(1, json!({}))]),
        program_logs("x", json!({}), &[inside])
    );
    check(
        &stream,
        &["provider_call | gpt-5 | - - | - | - | app | success - | 9"],
    );
}

#[test]
fn absurd_numbers_of_a_call_set_its_record_aside() {
    for (name, value) in [
        ("input_tokens", json!("-1")),
        ("output_tokens", json!("1.5")),
        ("cost_usd", json!("-0.1")),
        ("cost_usd", json!("NaN")),
        ("duration_ms", json!("-5")),
    ] {
        let stream = claude_logs(&[with_field(claude_call(10, "req_1"), name, value)]);
        let receipt = receipt(&stream);
        assert_eq!((receipt.rows_read, receipt.set_aside), (1, 1), "{name}");
        assert!(shown(&link(&stream).batch).is_empty());
    }
}
