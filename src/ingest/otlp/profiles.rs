//! The dialects of telemetry, as data. To teach Toolscope a new one, add a row here and a line of it to the tests.
//!
//! A span or log record is a *candidate* for an execution when a profile matches it; the first match wins, so special
//! dialects stand before the conventions. A row says only where it differs from [`COMMON`] and [`GENERIC_LOG`].

use super::dialect::{Columns, LogKind, LogProfile, Names, Place, Side, SpanProfile, When};

/// Where the columns of most dialects come from.
const COMMON: Columns = Columns {
    user: &[
        "user.email",
        "enduser.id",
        "user.account_uuid",
        "user.id",
        "user.name",
    ],
    session: &[
        "session.id",
        "gen_ai.conversation.id",
        "conversation.id",
        "mcp.session.id",
    ],
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
    ],
    client: &["service.name"],
    client_version: &["app.version", "service.version"],
    platform: &["os.type", "os.name"],
    model: &["gen_ai.request.model", "gen_ai.response.model", "model"],
    error_class: &["error.type", "error_type"],
};

/// Where the conventions put a tool's name.
const TOOL: &[Place] = &[
    Place::Attribute("gen_ai.tool.name"),
    Place::Attribute("mcp.tool.name"),
    Place::Attribute("tool.name"),
    Place::NameAfter("tools/call "),
    Place::NameAfter("execute_tool "),
];

/// Spans, special dialects first.
pub const SPANS: &[SpanProfile] = &[
    // Logfire, client
    SpanProfile {
        when: &[
            When::Scope("logfire.mcp"),
            When::NameStarts("MCP request: tools/call"),
        ],
        tool: &[
            Place::NameAfter("MCP request: tools/call "),
            Place::Content("request", &["params", "name"]),
        ],
        side: Side::ByKind,
        columns: COMMON,
    },
    // Logfire, server
    SpanProfile {
        when: &[
            When::Scope("logfire.mcp"),
            When::NameStarts("MCP server handle request: tools/call"),
        ],
        tool: &[Place::Content("request", &["params", "name"])],
        side: Side::Server,
        columns: COMMON,
    },
    // Traceloop
    SpanProfile {
        when: &[When::Is("traceloop.span.kind", "tool")],
        tool: &[
            Place::Attribute("traceloop.entity.name"),
            Place::NameBefore(".tool"),
        ],
        side: Side::ByKind,
        columns: Columns {
            server: &[Place::Attribute("traceloop.workflow.name")],
            ..COMMON
        },
    },
    // Shinzo
    SpanProfile {
        when: &[
            When::Is("mcp.method.name", "tools/call"),
            When::Has("mcp.tool.name"),
        ],
        tool: TOOL,
        side: Side::Server,
        columns: COMMON,
    },
    // FastMCP
    SpanProfile {
        when: &[
            When::Scope("fastmcp"),
            When::Is("mcp.method.name", "tools/call"),
        ],
        tool: TOOL,
        side: Side::ByKind,
        columns: Columns {
            server: &[Place::Attribute("fastmcp.server.name")],
            ..COMMON
        },
    },
    // OpenInference
    SpanProfile {
        when: &[When::Is("openinference.span.kind", "TOOL")],
        tool: TOOL,
        side: Side::ByKind,
        columns: COMMON,
    },
    // MCP conventions
    SpanProfile {
        when: &[When::Is("mcp.method.name", "tools/call")],
        tool: TOOL,
        side: Side::ByKind,
        columns: COMMON,
    },
    // GenAI conventions
    SpanProfile {
        when: &[When::Is("gen_ai.operation.name", "execute_tool")],
        tool: TOOL,
        side: Side::ByKind,
        columns: COMMON,
    },
];

/// A log record by the GenAI conventions, and what most dialects of logs have in common.
const GENERIC_LOG: LogProfile = LogProfile {
    name: "GenAI conventions",
    events: &["gen_ai.tool.call", "gen_ai.execute_tool", "mcp.tools/call"],
    kind: LogKind::Execution,
    tool: &[
        Place::Attribute("gen_ai.tool.name"),
        Place::Attribute("mcp.tool.name"),
    ],
    columns: COMMON,
    success: "success",
    decision: "decision",
    duration_ms: &["duration_ms", "gen_ai.tool.call.duration_ms"],
    time: "event.timestamp",
    sequence: &[
        "event.sequence",
        "tool_use_id",
        "call_id",
        "gen_ai.tool.call.id",
        "tool_result_seq",
    ],
};

const CODEX: LogProfile = LogProfile {
    name: "Codex CLI",
    events: &["codex.tool_result"],
    tool: &[Place::Attribute("tool_name")],
    columns: Columns {
        server: &[Place::Attribute("mcp_server")],
        ..COMMON
    },
    ..GENERIC_LOG
};

const CLAUDE_CODE: LogProfile = LogProfile {
    name: "Claude Code",
    events: &["claude_code.tool_result", "tool_result"],
    // An MCP tool is called "mcp_tool" here, with or without the details that are logged only where somebody turned
    // them on: a name that depends on a setting would count one tool as two.
    tool: &[Place::Attribute("tool_name")],
    columns: Columns {
        server: &[Place::Content("tool_parameters", &["mcp_server_name"])],
        ..COMMON
    },
    ..GENERIC_LOG
};

/// Log records.
pub const LOGS: &[LogProfile] = &[
    CODEX,
    LogProfile {
        name: "Codex CLI, decisions",
        events: &["codex.tool_decision"],
        kind: LogKind::Decision,
        ..CODEX
    },
    LogProfile {
        name: "Gemini CLI",
        events: &["gemini_cli.tool_call"],
        tool: &[Place::Attribute("function_name")],
        ..GENERIC_LOG
    },
    CLAUDE_CODE,
    LogProfile {
        name: "Claude Code, decisions",
        events: &["claude_code.tool_decision", "tool_decision"],
        kind: LogKind::Decision,
        ..CLAUDE_CODE
    },
    LogProfile {
        name: "VS Code Copilot",
        events: &["copilot_chat.tool.call"],
        ..GENERIC_LOG
    },
    GENERIC_LOG,
];

/// Spans of these scopes that are no candidates are understood: they are the calls around tool executions.
/// With what is to be said of them, if anything.
pub const KNOWN_SCOPES: &[(&str, Option<&str>)] = &[
    ("mcp-python-sdk", None),
    ("fastmcp", None),
    ("logfire.mcp", None),
    ("pydantic-ai", None),
    ("opentelemetry.instrumentation.mcp.instrumentation", None),
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
    "gen_ai.operation.name",
    "traceloop.span.kind",
];
/// Events of these families that are no candidates are understood.
pub const KNOWN_EVENTS: Names = &[
    "codex.",
    "gemini_cli.",
    "claude_code.",
    "copilot_chat.",
    "gen_ai.",
    "event otel/src/",
    "user_prompt",
    "api_request",
    "api_error",
    "tool_decision",
];

/// Decisions against a call.
pub const REJECTED: Names = &["reject", "rejected", "denied", "deny", "abort"];
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
    "output.value",
];
/// The flag's names.
pub const ERROR_FLAGS: Names = &["isError", "is_error"];
/// Keys of content that hold a result, and so perhaps the flag. What is below other keys is the tool's own.
pub const RESULT_WRAPPERS: Names = &["result", "response", "output", "toolResult", "tool_result"];
