//! Every dialect of agents and their frameworks in spans. See `dialects.rs` for the shape of an expectation.

use serde_json::json;

use crate::telemetry_kit::*;

const FLAGGED: &str = r#"{"content":[{"type":"text","text":"canary"}],"isError":true}"#;

#[test]
fn openinference_counts_tools_and_no_agents_retrievers_or_handovers() {
    let kind = |kind: &str| json!({"openinference.span.kind": kind, "session.id": "s1", "user.id": "maya"});
    let tool = json!({
        "openinference.span.kind": "TOOL", "tool.name": "get_weather", "input.value": "canary",
        "output.value": FLAGGED, "session.id": "s1", "user.id": "maya",
    });
    check(
        "openinference.instrumentation.openai_agents",
        &[
            unit(1, 0, INTERNAL, "Agent workflow", kind("AGENT")),
            unit(2, 1, INTERNAL, "response", kind("LLM")),
            went_well(unit(3, 1, INTERNAL, "get_weather", tool)),
            unit(4, 1, INTERNAL, "search_web", kind("TOOL")),
            unit(5, 1, INTERNAL, "handoff to Billing", kind("TOOL")),
            unit(6, 1, INTERNAL, "Retriever", kind("RETRIEVER")),
            unit(7, 1, INTERNAL, "guardrail", kind("GUARDRAIL")),
        ],
        &[
            "get_weather | - | app 1.2 | maya | s1 | failure tool_error | 7",
            "search_web | - | app 1.2 | maya | s1 | success - | 6",
        ],
    );
}

#[test]
fn a_tool_that_runs_an_agent_is_one_execution_with_all_it_does() {
    let tool =
        |name: &str| json!({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name});
    check(
        "copilot-chat",
        &[
            unit(
                1,
                0,
                INTERNAL,
                "execute_tool runSubagent",
                tool("runSubagent"),
            ),
            unit(
                2,
                1,
                INTERNAL,
                "invoke_agent Explore",
                json!({"gen_ai.operation.name": "invoke_agent"}),
            ),
            unit(3, 2, INTERNAL, "execute_tool readFile", tool("readFile")),
        ],
        &["runSubagent | - | app 1.2 | - | - | success - | 9"],
    );
}

#[test]
fn traceloop_counts_tools_of_any_framework() {
    let tool = json!({
        "traceloop.span.kind": "tool", "traceloop.entity.name": "lookup", "traceloop.workflow.name": "LangGraph",
        "traceloop.entity.output": r#"{"result":"canary","is_error":true}"#,
        "traceloop.association.properties.user_id": "maya",
        "traceloop.association.properties.session_id": "s1",
    });
    check(
        "opentelemetry.instrumentation.langchain",
        &[
            unit(
                1,
                0,
                INTERNAL,
                "LangGraph.workflow",
                json!({"traceloop.span.kind": "workflow"}),
            ),
            unit(2, 1, INTERNAL, "lookup.tool", tool),
        ],
        &["lookup | - | app 1.2 | maya | s1 | failure tool_error | 8"],
    );
    check(
        "opentelemetry.instrumentation.mcp.instrumentation",
        &[unit(
            1,
            0,
            INTERNAL,
            "add.tool",
            json!({"traceloop.span.kind": "tool", "traceloop.workflow.name": "calc.mcp"}),
        )],
        &["add | calc | app 1.2 | - | - | success - | 9"],
    );
}

#[test]
fn logfire_and_older_pydantic_ai_count_calls_and_not_what_announces_or_ends_them() {
    let tool = |name: &str| json!({"gen_ai.tool.name": name, "gen_ai.tool.call.id": "pyd_1", "tool_arguments": "canary"});
    check(
        "pydantic-ai",
        &[
            unit(
                1,
                0,
                INTERNAL,
                "agent run",
                json!({"agent_name": "agent", "session.id": "s1"}),
            ),
            unit(
                2,
                1,
                INTERNAL,
                "running 2 tools",
                json!({"tools": ["a", "b"]}),
            ),
            unit(3, 2, INTERNAL, "running tool", tool("get_weather")),
            raised(
                failed(unit(4, 2, INTERNAL, "running tool", tool("broken"))),
                "ToolRetryError",
            ),
            unit(
                5,
                1,
                INTERNAL,
                "running output function",
                tool("final_result"),
            ),
            unit(
                6,
                2,
                INTERNAL,
                "execute_tool deploy",
                json!({"gen_ai.tool.name": "deploy", "pydantic_ai.tool.deferral.name": "ApprovalRequired"}),
            ),
        ],
        &[
            "get_weather | - | app 1.2 | - | s1 | success - | 7",
            "broken | - | app 1.2 | - | s1 | failure ToolRetryError | 6",
        ],
    );
    check(
        "logfire.mcp",
        &[
            unit(
                2,
                1,
                INTERNAL,
                "MCP request: tools/call add",
                json!({"logfire.span_type": "pending_span", "request": "{}"}),
            ),
            unit(
                1,
                0,
                INTERNAL,
                "MCP request: tools/call add",
                json!({"logfire.span_type": "span", "request": "{}", "response": FLAGGED, "rpc.method": "tools/call"}),
            ),
        ],
        &["add | - | app 1.2 | - | - | failure tool_error | 9"],
    );
}

#[test]
fn google_adk_counts_parallel_calls_once_each() {
    let tool = |name: &str| {
        json!({
            "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name, "gen_ai.tool.type": "McpTool",
            "gcp.vertex.agent.tool_call_args": "canary", "gcp.vertex.agent.tool_response": FLAGGED,
        })
    };
    check(
        "gcp.vertex.agent",
        &[
            unit(1, 0, INTERNAL, "invocation", json!({})),
            unit(
                2,
                1,
                INTERNAL,
                "invoke_agent root",
                json!({"gen_ai.operation.name": "invoke_agent", "gen_ai.conversation.id": "s1"}),
            ),
            unit(3, 2, INTERNAL, "execute_tool add", tool("add")),
            unit(
                4,
                2,
                INTERNAL,
                "execute_tool sub",
                json!({"gen_ai.operation.name": "execute_tool"}),
            ),
            unit(
                5,
                2,
                INTERNAL,
                "execute_tool (merged)",
                tool("(merged tools)"),
            ),
        ],
        &[
            "add | - | app 1.2 | - | s1 | failure tool_error | 7",
            "sub | - | app 1.2 | - | s1 | success - | 6",
        ],
    );
}

#[test]
fn strands_says_error_in_its_tool_status() {
    let fields = |status: &str| json!({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "calc", "gen_ai.tool.status": status});
    check(
        "strands.telemetry.tracer",
        &[
            went_well(unit(1, 0, INTERNAL, "execute_tool calc", fields("error"))),
            went_well(unit(2, 0, INTERNAL, "execute_tool calc", fields("success"))),
            unit(
                3,
                0,
                INTERNAL,
                "execute_event_loop_cycle",
                json!({"event_loop.cycle_id": "1"}),
            ),
            unit(
                4,
                0,
                INTERNAL,
                "Tool: http_request",
                json!({"tool.name": "http_request", "tool.status": "error", "tool.result": "canary"}),
            ),
        ],
        &[
            "calc | - | app 1.2 | - | - | failure tool_error | 9",
            "calc | - | app 1.2 | - | - | success - | 8",
            "http_request | - | app 1.2 | - | - | failure tool_error | 6",
        ],
    );
}

#[test]
fn vercel_ai_sdk_counts_tool_calls_of_each_of_its_versions() {
    check(
        "ai",
        &[
            unit(
                1,
                0,
                INTERNAL,
                "ai.generateText",
                json!({"ai.operationId": "ai.generateText"}),
            ),
            unit(
                2,
                1,
                INTERNAL,
                "ai.toolCall",
                json!({
                    "operation.name": "ai.toolCall agent", "ai.operationId": "ai.toolCall", "ai.toolCall.name": "weather",
                    "ai.toolCall.id": "call_1", "ai.toolCall.args": "canary", "ai.toolCall.result": FLAGGED,
                    "ai.telemetry.metadata.userId": "maya", "ai.telemetry.metadata.sessionId": "s1",
                }),
            ),
        ],
        &["weather | - | app 1.2 | maya | s1 | failure tool_error | 8"],
    );
    check(
        "gen_ai",
        &[unit(
            1,
            0,
            INTERNAL,
            "execute_tool weather",
            json!({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "weather", "gen_ai.tool.type": "function"}),
        )],
        &["weather | - | app 1.2 | - | - | success - | 9"],
    );
}

#[test]
fn langsmith_langfuse_and_mlflow_call_the_span_as_the_tool() {
    check(
        "langsmith",
        &[
            unit(
                1,
                0,
                INTERNAL,
                "RunnableSequence",
                json!({"langsmith.span.kind": "chain", "gen_ai.operation.name": "chain"}),
            ),
            unit(
                2,
                1,
                INTERNAL,
                "search",
                json!({
                    "langsmith.span.kind": "tool", "gen_ai.operation.name": "execute_tool", "gen_ai.prompt": "canary",
                    "langsmith.metadata.user_id": "maya", "langsmith.metadata.thread_id": "s1",
                }),
            ),
        ],
        &["search | - | app 1.2 | maya | s1 | success - | 8"],
    );
    check(
        "langfuse-sdk",
        &[
            unit(
                1,
                0,
                INTERNAL,
                "chat",
                json!({"langfuse.observation.type": "agent", "user.id": "maya", "session.id": "s1"}),
            ),
            unit(
                2,
                1,
                INTERNAL,
                "search",
                json!({"langfuse.observation.type": "tool", "langfuse.observation.level": "ERROR", "langfuse.observation.output": "canary"}),
            ),
        ],
        &["search | - | app 1.2 | maya | s1 | failure tool_error | 8"],
    );
    check(
        "mlflow",
        &[
            unit(
                1,
                0,
                INTERNAL,
                "predict",
                json!({"mlflow.spanType": "\"AGENT\""}),
            ),
            unit(
                2,
                1,
                INTERNAL,
                "search",
                json!({"mlflow.spanType": "\"TOOL\"", "mlflow.spanOutputs": "\"canary\""}),
            ),
        ],
        &["search | - | app 1.2 | - | - | success - | 8"],
    );
}

#[test]
fn mastra_agentops_spring_and_livekit_name_tools_in_their_own_attributes() {
    check(
        "@mastra/otel-exporter",
        &[
            unit(
                1,
                0,
                INTERNAL,
                "invoke_agent chef",
                json!({"mastra.span.type": "agent_run", "gen_ai.conversation.id": "s1"}),
            ),
            unit(
                2,
                1,
                INTERNAL,
                "execute_tool recipe",
                json!({"mastra.span.type": "tool_call", "gen_ai.tool.name": "recipe"}),
            ),
            unit(
                3,
                1,
                CLIENT,
                "execute_tool fetch",
                json!({
                    "mastra.span.type": "mcp_tool_call", "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "fetch",
                    "server.address": "web", "error.type": "MCP_TIMEOUT",
                }),
            ),
        ],
        &[
            "recipe | - | app 1.2 | - | s1 | success - | 8",
            "fetch | web | app 1.2 | - | s1 | failure MCP_TIMEOUT | 7",
        ],
    );
    check(
        "agentops",
        &[
            unit(
                1,
                0,
                INTERNAL,
                "run.session",
                json!({"agentops.span.kind": "session"}),
            ),
            unit(
                2,
                1,
                INTERNAL,
                "scan.tool",
                json!({"agentops.span.kind": "tool", "agentops.operation.name": "scan"}),
            ),
        ],
        &["scan | - | app 1.2 | - | - | success - | 8"],
    );
    check(
        "org.springframework.boot",
        &[
            unit(
                1,
                0,
                INTERNAL,
                "spring_ai chat_client",
                json!({"spring.ai.kind": "chat_client"}),
            ),
            raised(
                failed(unit(
                    2,
                    1,
                    INTERNAL,
                    "tool_call currentWeather",
                    json!({
                        "spring.ai.kind": "tool_call", "spring.ai.tool.definition.name": "currentWeather",
                        "gen_ai.operation.name": "framework", "gen_ai.system": "spring_ai",
                    }),
                )),
                "java.lang.IllegalStateException",
            ),
        ],
        &["currentWeather | - | app 1.2 | - | - | failure java.lang.IllegalStateException | 8"],
    );
    check(
        "livekit-agents",
        &[unit(
            1,
            0,
            INTERNAL,
            "function_tool",
            json!({"lk.function_tool.name": "book", "lk.function_tool.is_error": true, "lk.pii.function_tool.output": "canary"}),
        )],
        &["book | - | app 1.2 | - | - | failure tool_error | 9"],
    );
}

#[test]
fn frameworks_of_microsoft_follow_the_conventions_and_their_own_spans_are_no_calls() {
    let tool = json!({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "add", "gen_ai.tool.call.id": "call_1"});
    check(
        "Experimental.Microsoft.Extensions.AI",
        &[
            unit(
                1,
                0,
                INTERNAL,
                "invoke_agent a",
                json!({"gen_ai.operation.name": "invoke_agent"}),
            ),
            unit(2, 1, INTERNAL, "orchestrate_tools", json!({})),
            unit(3, 2, INTERNAL, "execute_tool add", tool),
            unit(
                4,
                2,
                CLIENT,
                "chat gpt",
                json!({"gen_ai.operation.name": "chat"}),
            ),
        ],
        &["add | - | app 1.2 | - | - | success - | 7"],
    );
}
