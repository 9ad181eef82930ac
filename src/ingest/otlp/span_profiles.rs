//! The dialects of spans, as data, each with the product and the version whose source or documentation it follows.
//!
//! A span is a *candidate* for an execution when a profile matches it; the first match wins, so special dialects stand
//! before the conventions, and those before what is merely a custom. A row says only where it differs from [`SPAN`].

use super::dialect::{Columns, Place, Role, Side, SpanProfile, When};
use super::profiles::{COMMON, TOOL};

/// What most rows have in common.
const SPAN: SpanProfile = SpanProfile {
    when: &[],
    tool: TOOL,
    side: Side::ByKind,
    role: Role::Call,
    columns: COMMON,
};

/// For dialects that call the span as the tool.
const TOOL_OR_NAME: &[Place] = &[
    Place::Attribute("gen_ai.tool.name"),
    Place::Attribute("tool.name"),
    Place::Name,
];

/// Spans, special dialects first.
pub const SPANS: &[SpanProfile] = &[
    // Logfire 3 to 5, logfire/_internal/integrations/mcp.py: client
    SpanProfile {
        when: &[When::NameStarts("MCP request: tools/call")],
        tool: &[
            Place::NameAfter("MCP request: tools/call "),
            Place::Content("request", &["params", "name"]),
        ],
        ..SPAN
    },
    // … and server
    SpanProfile {
        when: &[When::NameStarts("MCP server handle request: tools/call")],
        tool: &[Place::Content("request", &["params", "name"])],
        side: Side::Server,
        ..SPAN
    },
    // Traceloop, opentelemetry-instrumentation-mcp 0.40 to 0.62: a server's workflow is named after it, "{server}.mcp"
    SpanProfile {
        when: &[
            When::Scope("opentelemetry.instrumentation.mcp.instrumentation"),
            When::Is("traceloop.span.kind", &["tool"]),
        ],
        tool: TRACELOOP_TOOL,
        columns: Columns {
            server: &[Place::Within("traceloop.workflow.name", "", ".mcp")],
            ..COMMON
        },
        ..SPAN
    },
    // Traceloop, Python and JavaScript: LangChain, OpenAI Agents, decorators
    SpanProfile {
        when: &[When::Is("traceloop.span.kind", &["tool"])],
        tool: TRACELOOP_TOOL,
        ..SPAN
    },
    // FastMCP 2.14 to 4
    SpanProfile {
        when: &[
            When::Scope("fastmcp"),
            When::Is("mcp.method.name", TOOLS_CALL),
        ],
        columns: Columns {
            server: &[Place::Attribute("fastmcp.server.name")],
            ..COMMON
        },
        ..SPAN
    },
    // Shinzo 1.1, Sentry's MCP server, C# SDK before 0.5, Envoy AI Gateway 0.4 ("CallTool", kind client)
    SpanProfile {
        when: &[
            When::Is("mcp.method.name", TOOLS_CALL),
            When::Has("mcp.tool.name"),
        ],
        side: Side::Server,
        ..SPAN
    },
    // Claude Code 2.1, code.claude.com/docs/en/monitoring-usage, traces (beta): the call, its permission, its run.
    // The two children name no tool, and the permission only matters when it was refused.
    SpanProfile {
        when: &[When::Name("claude_code.tool")],
        ..CLAUDE_CODE
    },
    SpanProfile {
        when: &[When::Name("claude_code.tool.execution")],
        ..CLAUDE_CODE
    },
    SpanProfile {
        when: &[When::Name("claude_code.tool.blocked_on_user")],
        role: Role::Decision,
        ..CLAUDE_CODE
    },
    // Qwen Code, packages/core/src/telemetry/session-tracing.ts; the call itself follows the GenAI conventions
    SpanProfile {
        when: &[When::Name("qwen-code.tool.blocked_on_user")],
        role: Role::Decision,
        ..SPAN
    },
    // … and its logs as spans, for collectors without logs (log-to-span-processor.ts)
    SpanProfile {
        when: &[
            When::Has("log.bridge"),
            When::Is("event.name", &["qwen-code.tool_call"]),
        ],
        tool: &[Place::Attribute("function_name")],
        role: Role::Echo,
        ..SPAN
    },
    // Mastra 1, observability/otel-exporter: the MCP server's name stands in its address
    SpanProfile {
        when: &[When::Is("mastra.span.type", &["mcp_tool_call"])],
        columns: Columns {
            server: &[
                Place::Attribute("mcp.server.name"),
                Place::Attribute("server.address"),
            ],
            ..COMMON
        },
        ..SPAN
    },
    SpanProfile {
        when: &[When::Is(
            "mastra.span.type",
            &["tool_call", "provider_tool_call"],
        )],
        ..SPAN
    },
    // Vercel AI SDK 3 to 6; from 7 on it follows the GenAI conventions
    SpanProfile {
        when: &[When::Is("ai.operationId", &["ai.toolCall"])],
        tool: &[Place::Attribute("ai.toolCall.name")],
        ..SPAN
    },
    // OpenInference: LangChain, OpenAI Agents, CrewAI, smolagents, LlamaIndex, AutoGen, Claude Agent SDK …
    SpanProfile {
        when: &[When::Is("openinference.span.kind", &["TOOL", "tool"])],
        tool: TOOL_OR_NAME,
        ..SPAN
    },
    // LangSmith, python/langsmith/_internal/otel: a run is named after its tool
    SpanProfile {
        when: &[When::Is("langsmith.span.kind", &["tool"])],
        tool: TOOL_OR_NAME,
        ..SPAN
    },
    // Langfuse SDK 3
    SpanProfile {
        when: &[When::Is("langfuse.observation.type", &["tool", "TOOL"])],
        tool: TOOL_OR_NAME,
        ..SPAN
    },
    // MLflow 2 and 3: attributes are JSON
    SpanProfile {
        when: &[When::Is("mlflow.spanType", &["\"TOOL\"", "TOOL"])],
        tool: TOOL_OR_NAME,
        ..SPAN
    },
    // AgentOps 0.4: "{name}.tool"
    SpanProfile {
        when: &[When::Is("agentops.span.kind", &["tool"])],
        tool: &[
            Place::Attribute("gen_ai.tool.name"),
            Place::Attribute("tool.name"),
            Place::Attribute("agentops.operation.name"),
            Place::Attribute("operation.name"),
            Place::NameBefore(".tool"),
            Place::Name,
        ],
        ..SPAN
    },
    // Spring AI 1, DefaultToolCallingObservationConvention
    SpanProfile {
        when: &[When::Is("spring.ai.kind", &["tool_call"])],
        tool: &[
            Place::Attribute("spring.ai.tool.definition.name"),
            Place::NameAfter("tool_call "),
        ],
        ..SPAN
    },
    // Haystack 2.20, haystack.agent.step.tool
    SpanProfile {
        when: &[When::Has("haystack.tool.name")],
        tool: &[Place::Attribute("haystack.tool.name")],
        ..SPAN
    },
    // LiveKit Agents 1, telemetry/trace_types.py
    SpanProfile {
        when: &[When::Has("lk.function_tool.name")],
        tool: &[Place::Attribute("lk.function_tool.name")],
        ..SPAN
    },
    // MCP conventions, semantic-conventions docs/gen-ai/mcp.md: the SDKs of Python 2 and C#, ToolHive, jooby …
    SpanProfile {
        when: &[When::Is("mcp.method.name", TOOLS_CALL)],
        ..SPAN
    },
    // GenAI conventions, execute_tool: Pydantic AI, Google ADK, Strands, Semantic Kernel, AutoGen, Agent Framework,
    // VS Code Copilot, Copilot CLI, Qwen Code, Vercel AI SDK 7 …
    SpanProfile {
        when: &[When::Is("gen_ai.operation.name", &["execute_tool"])],
        ..SPAN
    },
    // ToolHive before 0.8 (legacy attributes)
    SpanProfile {
        when: &[When::Is("mcp.method", TOOLS_CALL)],
        side: Side::Server,
        ..SPAN
    },
    // JSON-RPC conventions: Codex CLI, codex-rs/core/src/mcp_tool_call.rs ("mcp.tools.call")
    SpanProfile {
        when: &[When::Is("rpc.method", TOOLS_CALL)],
        ..SPAN
    },
    // AWS Distro for OpenTelemetry, mcpinstrumentor.py ("client.send_request", "tools/{tool}")
    SpanProfile {
        when: &[When::Has("mcp.call_tool")],
        ..SPAN
    },
    // Pydantic AI before version 3 of its instrumentation ("running tool"), and others that say no operation
    SpanProfile {
        when: &[
            When::Has("gen_ai.tool.name"),
            When::Lacks("gen_ai.operation.name"),
        ],
        ..SPAN
    },
    // Docker MCP Gateway ("mcp.tool.call"), and servers that count by hand
    SpanProfile {
        when: &[When::Has("mcp.tool.name"), When::Lacks("mcp.method.name")],
        side: Side::Server,
        ..SPAN
    },
    // Strands before 1.0
    SpanProfile {
        when: &[When::NameStarts("Tool: "), When::Has("tool.name")],
        ..SPAN
    },
    // Only the name follows a convention
    SpanProfile {
        when: &[When::NameStarts("tools/call ")],
        ..SPAN
    },
    SpanProfile {
        when: &[
            When::NameStarts("execute_tool "),
            When::Lacks("gen_ai.operation.name"),
        ],
        ..SPAN
    },
];

const TOOLS_CALL: &[&str] = &["tools/call"];

const TRACELOOP_TOOL: &[Place] = &[
    Place::Attribute("traceloop.entity.name"),
    Place::NameBefore(".tool"),
];

const CLAUDE_CODE: SpanProfile = SpanProfile {
    tool: &[Place::Attribute("tool_name")],
    columns: Columns {
        server: &[Place::Within("tool_name", "mcp__", "__")],
        ..COMMON
    },
    ..SPAN
};

/// Spans that a profile matches and that are no calls.
pub const NO_CALLS: &[&[When]] = &[
    // Google ADK adds a span for the merged answer of calls that ran side by side; each has its own.
    &[When::Name("execute_tool (merged)")],
    &[When::Is("gen_ai.tool.name", &["(merged tools)"])],
    // OpenInference for OpenAI Agents: one agent hands over to another.
    &[
        When::Is("openinference.span.kind", &["TOOL"]),
        When::NameStarts("handoff to "),
    ],
    // Pydantic AI: the model's answer in form of a call, and calls that wait for somebody's approval.
    &[When::Name("running output function")],
    &[When::Has("pydantic_ai.tool.deferral.name")],
    // Logfire announces a span that is still open by one of its own.
    &[When::Is("logfire.span_type", &["pending_span"])],
];
