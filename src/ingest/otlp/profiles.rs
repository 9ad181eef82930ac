//! What the dialects of telemetry have in common, as data. The dialects themselves are `span_profiles` and
//! `log_profiles`: to teach Toolscope a new one, add a row there and a few lines of it to the tests.

use super::dialect::{Columns, Mark, Names, Place};

/// Where the columns of most dialects come from. Names that only one product uses stand last.
pub const COMMON: Columns = Columns {
    user: &[
        "user.email",
        "enduser.id",
        "user.account_uuid",
        "user.id",
        "user.name",
        "gen_ai.user.id",
        "langfuse.user.id",
        "langsmith.metadata.user_id",
        "traceloop.association.properties.user_id",
        "ai.telemetry.metadata.userId",
        "user_id",
        "userId",
    ],
    session: &[
        "session.id",
        "gen_ai.conversation.id",
        "conversation.id",
        "langfuse.session.id",
        "langsmith.metadata.thread_id",
        "langsmith.metadata.session_id",
        "traceloop.association.properties.session_id",
        "ai.telemetry.metadata.sessionId",
        "gcp.vertex.agent.session_id",
        "session_id",
        "sessionId",
    ],
    transport_session: &["mcp.session.id"],
    workspace: &[
        "workspace.id",
        "workspace",
        "workspace.name",
        "team.id",
        "team",
        "service.namespace",
    ],
    server: &[
        Place::Attribute("mcp.server.name"),
        Place::Attribute("mcp_server_name"),
        Place::Attribute("github.copilot.tool.parameters.mcp_server_name"),
    ],
    client_info: &["mcp.client.name"],
    client_info_version: &["mcp.client.version"],
    client: &["service.name"],
    client_version: &["app.version", "service.version"],
    platform: &["os.type", "os.name"],
    model: &["gen_ai.request.model", "gen_ai.response.model", "model"],
    error_class: &["error.type", "error_type", "error_class"],
};

/// Where the conventions put a tool's name.
pub const TOOL: &[Place] = &[
    Place::Attribute("gen_ai.tool.name"),
    Place::Attribute("mcp.tool.name"),
    Place::Attribute("tool.name"),
    Place::NameAfter("tools/call "),
    Place::NameAfter("execute_tool "),
];

/// The call's own id, as the model gave it: the same in all records of one call, and in one session never given twice
/// at the same time.
pub const CALL_IDS: Names = &[
    "gen_ai.tool.call.id",
    "gen_ai.tool.call_id",
    "tool_use_id",
    "tool_call_id",
    "tool.call_id",
    "tool.call.id",
    "call_id",
    "ai.toolCall.id",
];

/// What says failure, beside the status, an error class and an exception. A product's name says where it was seen.
pub const FAILED: &[Mark] = &[
    // Claude Code and Qwen Code
    Mark::False("success"),
    Mark::False("tool.success"),
    // Sentry, and the servers that followed it
    Mark::True("mcp.tool.result.is_error"),
    Mark::True("mcp.tool.is_error"),
    Mark::True("mcp.result.is_error"),
    // LiveKit
    Mark::True("lk.function_tool.is_error"),
    // Strands, and before 1.0
    Mark::Is("gen_ai.tool.status", &["error"]),
    Mark::Is("tool.status", &["error", "failed"]),
    Mark::Is("langfuse.observation.level", &["ERROR"]),
];

/// What says that somebody stopped the call.
pub const CANCELLED: &[Mark] = &[
    // Qwen Code: spans, then logs
    Mark::Is("qwen-code.tool.failure_kind", &["cancelled"]),
    Mark::Is("status", &["cancelled"]),
];

/// Where a span tells of a decision about its call.
pub const DECISIONS: Names = &["decision"];
/// Decisions against a call.
pub const REJECTED: Names = &["reject", "rejected", "denied", "deny", "abort", "timed_out"];

/// Spans of these scopes that are no candidates are understood: they are the calls around tool executions. A name that
/// ends with a dot or a dash is a family. With what is to be said of them, if anything.
pub const KNOWN_SCOPES: &[(&str, Option<&str>)] = &[
    ("mcp-python-sdk", None),
    ("fastmcp", None),
    ("logfire.mcp", None),
    ("pydantic-ai", None),
    ("Experimental.ModelContextProtocol", None),
    ("Experimental.Microsoft.Extensions.AI", None),
    ("Experimental.Microsoft.Agents.AI", None),
    ("agent_framework", None),
    ("autogen-core", None),
    ("opentelemetry.instrumentation.mcp.", None),
    ("opentelemetry.instrumentation.langchain", None),
    ("opentelemetry.instrumentation.openai_agents", None),
    ("openinference.instrumentation.", None),
    ("@arizeai/openinference-", None),
    ("gcp.vertex.agent", None),
    ("strands.telemetry.tracer", None),
    ("strands-agents", None),
    ("langsmith", None),
    ("langfuse-sdk", None),
    ("ai", None),
    ("com.anthropic.claude_code.tracing", None),
    ("qwen-code", None),
    ("copilot-chat", None),
    (
        "gemini-cli",
        Some(
            "Gemini CLI's spans do not say how a call ended; its executions are counted from its logs.",
        ),
    ),
];
/// A span with one of these attributes follows the conventions, but is about something else than a tool.
pub const KNOWN_ATTRIBUTES: Names = &[
    "mcp.method.name",
    "mcp.method",
    "gen_ai.operation.name",
    "gen_ai.system",
    "gen_ai.provider.name",
    "traceloop.span.kind",
    "openinference.span.kind",
    "langsmith.span.kind",
    "langfuse.observation.type",
    "mlflow.spanType",
    "mastra.span.type",
    "agentops.span.kind",
    "ai.operationId",
    "spring.ai.kind",
];
/// Spans named like this are the other spans of a client that is known.
pub const KNOWN_NAMES: Names = &["claude_code.", "qwen-code."];
/// Events of these families that are no candidates are understood.
pub const KNOWN_EVENTS: Names = &[
    "codex.",
    "gemini_cli.",
    "claude_code.",
    "qwen-code.",
    "copilot_chat.",
    "gen_ai.",
    "event otel/src/",
    "user_prompt",
    "api_request",
    "api_error",
    "tool_decision",
    // Cline
    "task.",
];

pub const EVENT_NAME: &str = "event.name";
/// The name of an exception's class, from an `exception` event.
pub const EXCEPTION_TYPE: &str = "exception.type";
/// The class of a failure that only a flag in the result tells of.
pub const TOOL_ERROR: &str = "tool_error";
/// The class of a failure that has no name.
pub const ERROR: &str = "error";

/// Content that may hold a structured error flag. The flag is read, the content dropped.
pub const FLAGGED_CONTENT: Names = &[
    "response",
    "traceloop.entity.output",
    "mcp.response.value",
    "gen_ai.tool.call.result",
    // OpenInference
    "output.value",
    // Vercel AI SDK
    "ai.toolCall.result",
    // Google ADK
    "gcp.vertex.agent.tool_response",
    "langfuse.observation.output",
    "mlflow.spanOutputs",
    // LangSmith
    "gen_ai.completion",
    "agentops.entity.output",
    // Pydantic AI before version 3 of its instrumentation
    "tool_response",
    "spring.ai.tool.call.result",
    // Sentry, and Strands before 1.0
    "mcp.tool.result.content",
    "tool.result",
    "lk.function_tool.output",
    "lk.pii.function_tool.output",
];
/// The flag's names.
pub const ERROR_FLAGS: Names = &["isError", "is_error"];
/// Keys of content that hold a result, and so perhaps the flag. What is below other keys is the tool's own.
pub const RESULT_WRAPPERS: Names = &["result", "response", "output", "toolResult", "tool_result"];
