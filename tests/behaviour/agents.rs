//! Provider calls and conversations in telemetry, after the GenAI conventions (semantic-conventions-genai,
//! docs/gen-ai/gen-ai-spans.md and gen-ai-agent-spans.md).

use serde_json::{Value, json};
use toolscope::ingest::otlp::Linker;
use toolscope::model::{Batch, Column, EventKind};
use toolscope::service::{Loaded, Service};

use crate::telemetry_kit::*;

fn chat(id: u32, parent: u32, fields: Value) -> Value {
    let mut all = json!({"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5"});
    let more = fields.as_object().unwrap().clone();
    all.as_object_mut().unwrap().extend(more);
    unit(id, parent, CLIENT, "chat gpt-5", all)
}

fn agent(id: u32, parent: u32, fields: Value) -> Value {
    let mut all = json!({"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "helper"});
    let more = fields.as_object().unwrap().clone();
    all.as_object_mut().unwrap().extend(more);
    unit(id, parent, INTERNAL, "invoke_agent helper", all)
}

fn tool(id: u32, parent: u32) -> Value {
    let fields = json!({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "read"});
    unit(id, parent, INTERNAL, "execute_tool read", fields)
}

/// Rows that are no executions: "kind | model | tokens | user | session | client | outcome error | ms".
pub fn shown(batch: &Batch) -> Vec<String> {
    let text = |row: usize, column| batch.text_column(column).unwrap().get(row).unwrap_or("-");
    let count = |count: u64| {
        if count == u64::MAX {
            "-".to_owned()
        } else {
            count.to_string()
        }
    };
    let mut rows: Vec<usize> = (0..batch.len())
        .filter(|&row| batch.kind[row] != EventKind::Execution)
        .collect();
    rows.sort_by_key(|&row| (batch.time_us[row], batch.kind[row]));
    rows.into_iter()
        .map(|row| {
            let duration_ms = batch.duration_ms[row];
            [
                batch.kind[row].name().to_owned(),
                text(row, Column::Model).to_owned(),
                format!(
                    "{} {}",
                    count(batch.tokens_in[row]),
                    count(batch.tokens_out[row])
                ),
                text(row, Column::User).to_owned(),
                text(row, Column::Session).to_owned(),
                text(row, Column::Client).to_owned(),
                format!(
                    "{} {}",
                    batch.outcome[row].name(),
                    text(row, Column::ErrorClass)
                ),
                if duration_ms.is_nan() {
                    "-".to_owned()
                } else {
                    duration_ms.to_string()
                },
            ]
            .join(" | ")
        })
        .collect()
}

fn check(spans: &[Value], expected: &[&str]) {
    let text = program("x", json!({}), spans);
    assert_eq!(shown(&link(&text).batch), expected, "{text}");
    let receipt = receipt(&text);
    assert_eq!((receipt.set_aside, receipt.unrecognised.len()), (0, 0));
    assert!(!format!("{:?}{:?}", read(&text), link(&text)).contains("canary"));
}

#[test]
fn a_call_to_a_provider_has_its_model_tokens_and_duration() {
    let full = json!({
        "gen_ai.response.model": "gpt-5-2026-01", "gen_ai.usage.input_tokens": 120, "gen_ai.usage.output_tokens": 30,
        "user.id": "maya", "gen_ai.conversation.id": "c1", "gen_ai.input.messages": "canary",
        "gen_ai.output.messages": "canary", "gen_ai.completion": "{\"isError\":true,\"text\":\"canary\"}",
    });
    check(
        &[chat(1, 0, full)],
        &["provider_call | gpt-5-2026-01 | 120 30 | maya | c1 | app | success - | 9"],
    );
    for operation in ["text_completion", "generate_content"] {
        let old = json!({
            "gen_ai.operation.name": operation, "gen_ai.usage.prompt_tokens": "7", "gen_ai.usage.completion_tokens": 0,
        });
        check(
            &[chat(1, 0, old)],
            &["provider_call | gpt-5 | 7 0 | - | - | app | success - | 9"],
        );
    }
    let others = ["embeddings", "create_agent", "retrieval"];
    for operation in others {
        check(
            &[chat(1, 0, json!({"gen_ai.operation.name": operation}))],
            &[],
        );
    }
}

#[test]
fn a_call_that_failed_or_has_not_ended_says_so() {
    check(
        &[failed(chat(1, 0, json!({"error.type": "rate_limited"})))],
        &["provider_call | gpt-5 | - - | - | - | app | failure rate_limited | 9"],
    );
    check(
        &[with(chat(1, 0, json!({})), "endTimeUnixNano", json!("0"))],
        &["provider_call | gpt-5 | - - | - | - | app | running - | -"],
    );
}

#[test]
fn framework_client_and_gateway_tell_of_one_call_and_calls_beside_a_tool_are_two() {
    // One way up without a tool between: the top-most gives the duration, the others what it does not know.
    let framework = unit(
        1,
        0,
        INTERNAL,
        "chat",
        json!({"gen_ai.operation.name": "chat"}),
    );
    let tokens = json!({"gen_ai.usage.input_tokens": 12, "gen_ai.usage.output_tokens": 3});
    let between = unit(2, 1, CLIENT, "POST", json!({"gen_ai.system": "openai"}));
    check(
        &[framework, between, chat(3, 2, tokens.clone())],
        &["provider_call | gpt-5 | 12 3 | - | - | app | success - | 9"],
    );
    // A chat that runs a tool, whose agent asks again.
    check(
        &[chat(1, 0, tokens.clone()), tool(2, 1), chat(3, 2, tokens)],
        &[
            "provider_call | gpt-5 | 12 3 | - | - | app | success - | 9",
            "provider_call | gpt-5 | 12 3 | - | - | app | success - | 7",
        ],
    );
}

#[test]
fn an_agents_run_is_a_conversation_and_those_it_calls_in_are_parts_of_it() {
    let run = json!({"user.email": "maya@example.org", "session.id": "s1", "gen_ai.usage.input_tokens": 99});
    check(
        &[
            agent(1, 0, run),
            chat(2, 1, json!({"gen_ai.usage.input_tokens": 10})),
            tool(3, 1),
            agent(4, 3, json!({"gen_ai.agent.name": "second"})),
            chat(5, 4, json!({"gen_ai.usage.output_tokens": 4})),
        ],
        &[
            "conversation | - | - - | maya@example.org | s1 | app | success - | 9",
            "provider_call | gpt-5 | 10 - | maya@example.org | s1 | app | success - | 8",
            "provider_call | gpt-5 | - 4 | maya@example.org | s1 | app | success - | 5",
        ],
    );
}

#[test]
fn the_first_response_is_the_earliest_first_chunk_of_the_conversation() {
    // The chats begin 1 and 2 ms after the conversation; their first chunks come 3 and 1.5 ms later.
    let chunk = |s: f64| json!({"gen_ai.response.time_to_first_chunk": s});
    check(
        &[
            agent(1, 0, json!({})),
            chat(2, 1, chunk(0.003)),
            chat(3, 1, chunk(0.0015)),
        ],
        &[
            "conversation | - | - - | - | - | app | success - | 9",
            "first_response | - | - - | - | - | app | success - | 3.5",
            "provider_call | gpt-5 | - - | - | - | app | success - | 8",
            "provider_call | gpt-5 | - - | - | - | app | success - | 7",
        ],
    );
    // One that lies after the end, or is none, says nothing; nor does one without a conversation around it.
    for odd in [
        chunk(5.0),
        chunk(-1.0),
        json!({"gen_ai.response.time_to_first_chunk": "soon"}),
    ] {
        check(
            &[agent(1, 0, json!({})), chat(2, 1, odd)],
            &[
                "conversation | - | - - | - | - | app | success - | 9",
                "provider_call | gpt-5 | - - | - | - | app | success - | 8",
            ],
        );
    }
    check(
        &[chat(1, 0, chunk(0.002))],
        &["provider_call | gpt-5 | - - | - | - | app | success - | 9"],
    );
}

#[test]
fn spans_delivered_again_and_circles_of_parents_count_once() {
    let text = program(
        "x",
        json!({}),
        &[agent(1, 0, json!({})), chat(2, 1, json!({}))],
    );
    let open = with(chat(2, 1, json!({})), "endTimeUnixNano", json!("0"));
    let open = program("x", json!({}), &[open]);
    let expected = [
        "conversation | - | - - | - | - | app | success - | 9",
        "provider_call | gpt-5 | - - | - | - | app | success - | 8",
    ];
    for files in [[&open, &text], [&text, &open], [&text, &text]] {
        let mut linker = Linker::default();
        let repeats: u64 = (1..)
            .zip(files)
            .map(|(source, file)| linker.add(source, read(file)))
            .sum();
        assert!(repeats > 0);
        assert_eq!(shown(&linker.link().batch), expected);
        linker.remove(1);
        linker.remove(2);
        assert!(linker.link().batch.is_empty());
    }
    let circle = [
        chat(1, 2, json!({})),
        chat(2, 1, json!({})),
        agent(3, 3, json!({})),
    ];
    let linked = link(&program("x", json!({}), &circle));
    let count = |kind| rows_of(&linked.batch, kind).count();
    assert_eq!(
        (
            count(EventKind::ProviderCall),
            count(EventKind::Conversation)
        ),
        (1, 1)
    );
}

#[test]
fn tokens_that_are_no_count_set_the_span_aside() {
    for odd in [json!(-1), json!(1.5), json!(f64::MAX)] {
        let text = program(
            "x",
            json!({}),
            &[chat(1, 0, json!({"gen_ai.usage.input_tokens": odd}))],
        );
        let receipt = receipt(&text);
        assert_eq!((receipt.rows_read, receipt.set_aside), (1, 1), "{odd}");
        assert!(receipt.set_aside_rows[0].reason.contains("tokens"));
        assert!(link(&text).batch.is_empty());
    }
}

#[test]
fn a_very_long_way_up_is_walked_once() {
    let spans: Vec<Value> = (1..=3_000)
        .map(|id| {
            if id % 2 == 0 {
                chat(id, id - 1, json!({}))
            } else {
                agent(id, id - 1, json!({}))
            }
        })
        .map(|span| with(span, "endTimeUnixNano", json!("0")))
        .collect();
    let linked = link(&program("x", json!({}), &spans));
    let count = |kind| rows_of(&linked.batch, kind).count();
    assert_eq!(
        (
            count(EventKind::ProviderCall),
            count(EventKind::Conversation)
        ),
        (1_500, 1)
    );
}

#[test]
fn grafana_tempo_hands_out_traces_in_wrappers_of_its_own() {
    let request: Value = serde_json::from_str(&program(
        "x",
        json!({}),
        &[tool(1, 0), chat(2, 0, json!({}))],
    ))
    .unwrap();
    let groups = request["resourceSpans"].clone();
    let mut old = groups.clone();
    let scoped = old[0]["scopeSpans"].take();
    old[0].as_object_mut().unwrap().remove("scopeSpans");
    old[0]["instrumentationLibrarySpans"] = scoped;
    let mut older = old.clone();
    let library = &mut older[0]["instrumentationLibrarySpans"][0];
    library["instrumentationLibrary"] = library["scope"].take();
    library.as_object_mut().unwrap().remove("scope");
    for trace in [
        json!({"batches": groups}),
        json!({"batches": old}),
        json!({"batches": older}),
        json!({"trace": {"resourceSpans": groups}, "metrics": {}}),
        json!({"resourceSpans": old}),
        old[0].clone(),
    ] {
        for text in [
            trace.to_string(),
            serde_json::to_string_pretty(&trace).unwrap(),
            format!("[{trace}]"),
        ] {
            let loaded = Service::new("test").load(1, "trace.json", text.as_bytes(), None);
            let Ok(Loaded::Events(receipt)) = loaded else {
                panic!("{loaded:?}: {text}")
            };
            assert_eq!(
                (
                    receipt.format.as_str(),
                    receipt.rows_read,
                    receipt.accepted,
                    receipt.executions
                ),
                ("otlp-json", 2, 2, 1),
                "{text}"
            );
        }
    }
    // A manifest names its batches in the same way, and stays one.
    let manifest = json!({"version": 1, "batches": [{"url": "a.ndjson", "rows": 1, "bytes": 2, "min_time": "2026-03-14T09:00:00Z", "max_time": "2026-03-14T10:00:00Z"}]}).to_string();
    let loaded = Service::new("test").load(1, "manifest.json", manifest.as_bytes(), None);
    assert!(matches!(loaded, Ok(Loaded::Manifest(_))), "{loaded:?}");
    let empty = json!({"version": 1, "batches": []}).to_string();
    let loaded = Service::new("test").load(1, "manifest.json", empty.as_bytes(), None);
    assert!(matches!(loaded, Ok(Loaded::Manifest(_))), "{loaded:?}");
}
