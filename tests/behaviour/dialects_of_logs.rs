//! Clients that tell of their calls in log records, or in log records and spans. See `dialects.rs` for the shape of an
//! expectation.

use serde_json::{Value, json};
use toolscope::ingest::otlp::Linker;

use crate::telemetry_kit::*;

fn claude(fields: Value) -> Value {
    let mut all = json!({"session.id": "s1", "user.email": "maya@acme.test"});
    all.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    all
}

/// One call that ran, its parts, and one that was refused.
fn claude_spans() -> String {
    let call = claude(
        json!({"tool_name": "mcp__github__search", "tool_use_id": "toolu_1", "duration_ms": 9, "full_command": "canary"}),
    );
    let run = claude(
        json!({"tool_use_id": "toolu_1", "success": "false", "error_class": "Error_ENOENT", "error": "canary"}),
    );
    program(
        "com.anthropic.claude_code.tracing",
        json!({"service.name": "claude-code"}),
        &[
            unit(
                1,
                0,
                INTERNAL,
                "claude_code.interaction",
                claude(json!({"span.type": "interaction"})),
            ),
            unit(2, 1, INTERNAL, "claude_code.tool", call),
            unit(
                3,
                2,
                INTERNAL,
                "claude_code.tool.blocked_on_user",
                claude(json!({"decision": "accept"})),
            ),
            unit(4, 2, INTERNAL, "claude_code.tool.execution", run),
            unit(
                5,
                1,
                INTERNAL,
                "claude_code.tool",
                claude(json!({"tool_name": "Bash", "tool_use_id": "toolu_2"})),
            ),
            unit(
                6,
                5,
                INTERNAL,
                "claude_code.tool.blocked_on_user",
                claude(json!({"decision": "reject"})),
            ),
        ],
    )
}

fn claude_logs() -> String {
    let result = claude(json!({
        "event.name": "tool_result", "tool_name": "mcp_tool", "tool_use_id": "toolu_1", "success": "false",
        "error_type": "Error:ENOENT", "duration_ms": "6", "event.sequence": 4, "tool_input": "canary",
    }));
    let refusal = claude(json!({
        "event.name": "tool_decision", "tool_name": "Bash", "tool_use_id": "toolu_2", "decision": "reject",
        "source": "user_reject", "event.sequence": 5,
    }));
    let other = claude(json!({
        "event.name": "tool_result", "tool_name": "Read", "tool_use_id": "toolu_3", "success": "true",
        "duration_ms": "4", "event.sequence": 6,
    }));
    // Written in the span of the turn, which is no call.
    let in_turn = |record| {
        with(
            with(record, "traceId", json!(format!("{:032x}", 1))),
            "spanId",
            json!(format!("{:016x}", 1)),
        )
    };
    program_logs(
        "com.anthropic.claude_code.events",
        json!({"service.name": "claude-code"}),
        &[
            in_turn(record(10, result)),
            in_turn(record(10, refusal)),
            in_turn(record(20, other)),
        ],
    )
}

#[test]
fn claude_code_tells_of_a_call_in_spans() {
    check_text(
        &claude_spans(),
        &[
            "mcp__github__search | github | claude-code 1.2 | maya@acme.test | s1 | failure Error_ENOENT | 8",
            "Bash | - | claude-code 1.2 | maya@acme.test | s1 | rejected - | -",
        ],
    );
}

#[test]
fn claude_code_tells_of_a_call_in_logs() {
    check_text(
        &claude_logs(),
        &[
            "mcp_tool | - | claude-code 1.2 | maya@acme.test | s1 | failure Error:ENOENT | 6",
            "Bash | - | claude-code 1.2 | maya@acme.test | s1 | rejected - | -",
            "Read | - | claude-code 1.2 | maya@acme.test | s1 | success - | 4",
        ],
    );
}

#[test]
fn spans_and_logs_of_claude_code_are_one_call_by_its_id_in_one_file_or_two() {
    let expected = [
        "mcp__github__search | github | claude-code 1.2 | maya@acme.test | s1 | failure Error:ENOENT | 8",
        "Bash | - | claude-code 1.2 | maya@acme.test | s1 | rejected - | -",
        "Read | - | claude-code 1.2 | maya@acme.test | s1 | success - | 4",
    ];
    check_text(&format!("{}\n{}", claude_logs(), claude_spans()), &expected);
    let mut linker = Linker::default();
    linker.add(1, read(&claude_logs()));
    linker.add(2, read(&claude_spans()));
    let linked = linker.link();
    assert_eq!(executions(&linked), expected);
    let counted: Vec<u64> = linked
        .by_source
        .values()
        .map(|one| one.executions)
        .collect();
    assert_eq!(counted, [1, 1], "the refused call is none");
}

#[test]
fn a_call_id_means_one_call_in_its_own_session_only() {
    let span = unit(
        1,
        0,
        CLIENT,
        "mcp.tools.call",
        json!({"rpc.method": "tools/call", "tool.name": "search", "tool.call_id": "call_1", "conversation.id": "c1"}),
    );
    let log = |session: &str| {
        record(
            10,
            json!({
                "event.name": "codex.tool_result", "conversation.id": session, "tool_name": "mcp__docs__search",
                "mcp_server": "docs", "call_id": "call_1", "duration_ms": "9", "success": "true", "output": "canary",
            }),
        )
    };
    let stream = format!(
        "{}\n{}",
        program("codex_cli_rs", json!({}), &[span]),
        program_logs("codex_otel.log_only", json!({}), &[log("c1"), log("c2")])
    );
    check_text(
        &stream,
        &[
            "search | docs | app 1.2 | - | c1 | success - | 9",
            "mcp__docs__search | docs | app 1.2 | - | c2 | success - | 9",
        ],
    );
}

#[test]
fn where_call_ids_come_again_the_span_that_ended_nearest_is_meant() {
    let span = |id: u32| {
        let fields = json!({"rpc.method": "tools/call", "tool.name": format!("t{id}"), "call_id": "call_1", "session.id": "s1"});
        let span = unit(id, 0, CLIENT, "mcp.tools.call", fields);
        let end_ns = START_NS + u64::from(id) * 1_000_000 + 500_000;
        with(span, "endTimeUnixNano", json!(end_ns.to_string()))
    };
    let log = |end_ms: u64, server: &str| {
        record(
            end_ms,
            json!({"event.name": "codex.tool_result", "session.id": "s1", "tool_name": "t", "mcp_server": server, "call_id": "call_1"}),
        )
    };
    let stream = format!(
        "{}\n{}",
        program("codex_cli_rs", json!({}), &[span(1), span(200)]),
        program_logs(
            "codex_otel.log_only",
            json!({}),
            &[log(201, "b"), log(2, "a")]
        )
    );
    check_text(
        &stream,
        &[
            "t1 | a | app 1.2 | - | s1 | success - | 0.5",
            "t200 | b | app 1.2 | - | s1 | success - | 0.5",
        ],
    );
}

#[test]
fn vs_code_copilot_tells_of_a_call_twice_and_says_in_the_record_only_when() {
    let window = json!({"service.name": "copilot-chat", "session.id": "window"});
    let span = |id: u32| {
        unit(
            id,
            0,
            INTERNAL,
            "execute_tool readFile",
            json!({
                "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "readFile", "gen_ai.conversation.id": "c1",
                "github.copilot.tool.parameters.mcp_server_name": "files",
            }),
        )
    };
    let log = |end_ms: u64, success: bool| {
        record(
            end_ms,
            json!({"event.name": "copilot_chat.tool.call", "gen_ai.tool.name": "readFile", "duration_ms": 8, "success": success}),
        )
    };
    let stream = format!(
        "{}\n{}",
        program("copilot-chat", window.clone(), &[span(1)]),
        program_logs(
            "copilot-chat",
            window,
            &[log(10, false), log(10, true), log(900, true)]
        )
    );
    check_text(
        &stream,
        &[
            "readFile | files | copilot-chat 1.2 | - | c1 | failure error | 9",
            "readFile | - | copilot-chat 1.2 | - | window | success - | 8",
            "readFile | - | copilot-chat 1.2 | - | window | success - | 8",
        ],
    );
}

#[test]
fn qwen_code_tells_of_calls_in_logs_spans_and_spans_made_of_logs() {
    let call = json!({
        "session.id": "s1", "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "read_file", "tool.call_id": "q1",
        "gen_ai.user.id": "maya", "success": true,
    });
    let stopped = json!({
        "session.id": "s1", "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "shell", "tool.call_id": "q2",
        "success": false, "qwen-code.tool.failure_kind": "cancelled",
    });
    let bridge = json!({
        "event.name": "qwen-code.tool_call", "log.bridge": true, "function_name": "read_file", "call_id": "q1",
        "session.id": "s1", "success": true, "duration_ms": 2, "function_args": "canary",
    });
    let alone = json!({
        "event.name": "qwen-code.tool_call", "log.bridge": true, "function_name": "write_file",
        "session.id": "s1", "success": false, "error_type": "EACCES", "duration_ms": 2,
    });
    let bridged = |id: u32, fields: Value| {
        let span = unit(id, 0, INTERNAL, "qwen-code.tool_call", fields);
        let end_ns = START_NS + u64::from(id) * 1_000_000 + 2_000_000;
        with(span, "endTimeUnixNano", json!(end_ns.to_string()))
    };
    check(
        "qwen-code",
        &[
            unit(
                1,
                0,
                INTERNAL,
                "qwen-code.interaction",
                json!({"session.id": "s1"}),
            ),
            unit(2, 1, INTERNAL, "qwen-code.tool", call),
            unit(
                3,
                2,
                INTERNAL,
                "qwen-code.tool.execution",
                json!({"gen_ai.tool.name": "read_file", "success": true}),
            ),
            unit(4, 1, INTERNAL, "qwen-code.tool", stopped),
            bridged(10, bridge),
            bridged(20, alone),
        ],
        &[
            "read_file | - | app 1.2 | maya | s1 | success - | 8",
            "shell | - | app 1.2 | - | s1 | cancelled - | 6",
            "write_file | - | app 1.2 | - | s1 | failure EACCES | 2",
        ],
    );
    let log = |fields: Value| {
        let mut all = json!({"event.name": "qwen-code.tool_call", "session.id": "s1", "function_name": "edit", "duration_ms": 3});
        all.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        record(10, all)
    };
    check_text(
        &program_logs(
            "qwen-code",
            json!({}),
            &[
                log(json!({"success": true, "mcp_server_name": "files"})),
                log(json!({"success": false, "status": "cancelled"})),
                log(json!({"success": false, "decision": "reject"})),
            ],
        ),
        &[
            "edit | files | app 1.2 | - | s1 | success - | 3",
            "edit | - | app 1.2 | - | s1 | cancelled - | 3",
            "edit | - | app 1.2 | - | s1 | rejected - | -",
        ],
    );
}

#[test]
fn cline_names_the_event_in_the_body() {
    let used = |fields: Value| {
        with(
            record(10, fields),
            "body",
            json!({"stringValue": "task.tool_used"}),
        )
    };
    check_text(
        &program_logs(
            "cline",
            json!({"service.name": "cline"}),
            &[
                used(
                    json!({"ulid": "t1", "tool": "read_file", "success": true, "autoApproved": true, "user_id": "maya"}),
                ),
                used(
                    json!({"ulid": "t1", "tool": "execute_command", "success": false, "distinct_id": "d1"}),
                ),
                with(
                    record(10, json!({"ulid": "t1"})),
                    "body",
                    json!({"stringValue": "task.created"}),
                ),
            ],
        ),
        &[
            "read_file | - | cline 1.2 | maya | t1 | success - | -",
            "execute_command | - | cline 1.2 | d1 | t1 | failure error | -",
        ],
    );
}

#[test]
fn an_event_may_be_named_anywhere_and_keep_its_fields_in_the_body() {
    let fields = json!({"session.id": "s1", "function_name": "read", "duration_ms": 4, "success": true, "function_args": "canary"});
    let mut named = fields.clone();
    named["event.name"] = json!("gemini_cli.tool_call");
    let expected = ["read | - | app 1.2 | - | s1 | success - | 4"];
    let streams = [
        record(10, named.clone()),
        with(
            record(10, fields.clone()),
            "eventName",
            json!("gemini_cli.tool_call"),
        ),
        with(
            record(10, fields.clone()),
            "body",
            json!({"stringValue": "gemini_cli.tool_call"}),
        ),
        with(record(10, json!({})), "body", any_value(named)),
        with(
            with(
                record(10, json!({"event.name": "gemini_cli.tool_call"})),
                "body",
                any_value(fields),
            ),
            "attributes",
            typed(json!({"event.name": "gemini_cli.tool_call"})),
        ),
    ];
    for log in streams {
        check_text(&program_logs("gemini-cli", json!({}), &[log]), &expected);
    }
}
