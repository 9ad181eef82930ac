//! The dialects of telemetry, as data. To teach Toolscope a new one, add a row here and a line of it to the tests.
//!
//! A span or log record is a *candidate* when a profile matches it; the first match wins, so special dialects stand
//! before the conventions. Where a column comes from is the same for all of them: the first attribute of its list that
//! is present, on the record itself, then on its resource.

/// What must be true of a record.
#[derive(Debug, Clone, Copy)]
pub enum When {
    /// The instrumentation scope has this name.
    Scope(&'static str),
    /// An attribute of the record has this text.
    Is(&'static str, &'static str),
    /// The record has this attribute.
    Has(&'static str),
    /// The span's name begins so.
    NameStarts(&'static str),
}

/// Where the tool's name stands.
#[derive(Debug, Clone, Copy)]
pub enum Tool {
    Attribute(&'static str),
    /// The span's name after this text.
    NameAfter(&'static str),
    /// The span's name without this ending.
    NameBefore(&'static str),
    /// `params.name` of the request in this JSON attribute.
    RequestName(&'static str),
}

/// Which end of the call reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The client, unless the span's kind says server.
    ByKind,
    Server,
}

/// A dialect of spans.
#[derive(Debug, Clone, Copy)]
pub struct SpanProfile {
    pub when: &'static [When],
    pub tools: &'static [Tool],
    pub side: Side,
}

/// A dialect of log records: one record is one finished execution.
#[derive(Debug, Clone, Copy)]
pub struct LogProfile {
    pub name: &'static str,
    /// Values of `event.name`, of the record's event name, or of its body.
    pub events: &'static [&'static str],
    pub tools: &'static [&'static str],
    /// Executions: everything. Decisions: only the rejected ones, which are counted beside.
    pub kind: LogKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogKind {
    Execution,
    Decision,
}

const TOOL_NAMES: &[Tool] = &[
    Tool::Attribute("gen_ai.tool.name"),
    Tool::Attribute("mcp.tool.name"),
    Tool::Attribute("tool.name"),
    Tool::NameAfter("tools/call "),
    Tool::NameAfter("execute_tool "),
];

/// Spans, special dialects first.
pub const SPANS: &[SpanProfile] = &[
    // logfire client
    SpanProfile {
        when: &[
            When::Scope("logfire.mcp"),
            When::NameStarts("MCP request: tools/call"),
        ],
        tools: &[
            Tool::NameAfter("MCP request: tools/call "),
            Tool::RequestName("request"),
        ],
        side: Side::ByKind,
    },
    // logfire server
    SpanProfile {
        when: &[
            When::Scope("logfire.mcp"),
            When::NameStarts("MCP server handle request: tools/call"),
        ],
        tools: &[Tool::RequestName("request")],
        side: Side::Server,
    },
    // traceloop
    SpanProfile {
        when: &[When::Is("traceloop.span.kind", "tool")],
        tools: &[
            Tool::Attribute("traceloop.entity.name"),
            Tool::NameBefore(".tool"),
        ],
        side: Side::ByKind,
    },
    // shinzo
    SpanProfile {
        when: &[
            When::Is("mcp.method.name", "tools/call"),
            When::Has("mcp.tool.name"),
        ],
        tools: TOOL_NAMES,
        side: Side::Server,
    },
    // openinference
    SpanProfile {
        when: &[When::Is("openinference.span.kind", "TOOL")],
        tools: TOOL_NAMES,
        side: Side::ByKind,
    },
    // MCP conventions
    SpanProfile {
        when: &[When::Is("mcp.method.name", "tools/call")],
        tools: TOOL_NAMES,
        side: Side::ByKind,
    },
    // GenAI conventions
    SpanProfile {
        when: &[When::Is("gen_ai.operation.name", "execute_tool")],
        tools: TOOL_NAMES,
        side: Side::ByKind,
    },
];

/// Log records.
pub const LOGS: &[LogProfile] = &[
    LogProfile {
        name: "Codex CLI",
        events: &["codex.tool_result"],
        tools: &["tool_name"],
        kind: LogKind::Execution,
    },
    LogProfile {
        name: "Codex CLI decisions",
        events: &["codex.tool_decision"],
        tools: &["tool_name"],
        kind: LogKind::Decision,
    },
    LogProfile {
        name: "Gemini CLI",
        events: &["gemini_cli.tool_call"],
        tools: &["function_name"],
        kind: LogKind::Execution,
    },
    LogProfile {
        name: "Claude Code",
        events: &["claude_code.tool_result", "tool_result"],
        tools: &["tool_name"],
        kind: LogKind::Execution,
    },
    LogProfile {
        name: "Claude Code decisions",
        events: &["claude_code.tool_decision", "tool_decision"],
        tools: &["tool_name"],
        kind: LogKind::Decision,
    },
    LogProfile {
        name: "VS Code Copilot",
        events: &["copilot_chat.tool.call"],
        tools: &["gen_ai.tool.name"],
        kind: LogKind::Execution,
    },
    LogProfile {
        name: "GenAI conventions",
        events: &["gen_ai.tool.call", "gen_ai.execute_tool", "mcp.tools/call"],
        tools: &["gen_ai.tool.name", "mcp.tool.name"],
        kind: LogKind::Execution,
    },
];

/// Spans of these scopes that are no candidates are understood: they are the calls around tool executions.
/// (Gemini CLI tells of its tool calls in spans too; its logs have their outcome, so those are counted.)
pub const KNOWN_SCOPES: &[&str] = &[
    "mcp-python-sdk",
    "fastmcp",
    "logfire.mcp",
    "pydantic-ai",
    "gemini-cli",
    "opentelemetry.instrumentation.mcp.instrumentation",
];
/// A span with one of these attributes follows the conventions, but is about something else than a tool.
pub const KNOWN_ATTRIBUTES: &[&str] = &[
    "mcp.method.name",
    "gen_ai.operation.name",
    "traceloop.span.kind",
];
/// Events of these families that are no candidates are understood.
pub const KNOWN_EVENTS: &[&str] = &[
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

// Where the columns come from: the first that is present wins, on the record, then on its resource.
pub const USER: &[&str] = &[
    "user.email",
    "enduser.id",
    "user.account_uuid",
    "user.id",
    "user.name",
];
pub const SESSION: &[&str] = &[
    "session.id",
    "gen_ai.conversation.id",
    "conversation.id",
    "mcp.session.id",
];
pub const WORKSPACE: &[&str] = &[
    "workspace.id",
    "workspace",
    "workspace.name",
    "team.id",
    "team",
    "service.namespace",
];
/// On the record only.
pub const SERVER: &[&str] = &[
    "fastmcp.server.name",
    "mcp.server.name",
    "mcp_server",
    "mcp_server_name",
    "traceloop.workflow.name",
];
pub const CLIENT: &str = "service.name";
pub const CLIENT_VERSION: &[&str] = &["app.version", "service.version"];
pub const PLATFORM: &[&str] = &["os.type", "os.name"];
pub const MODEL: &[&str] = &["gen_ai.request.model", "gen_ai.response.model", "model"];
/// Tokens, never sentences: what has blanks in it is not kept.
pub const ERROR: &[&str] = &["error.type", "error_type"];
pub const SUCCESS: &str = "success";
pub const DECISION: &str = "decision";
pub const REJECTED: &[&str] = &["reject", "rejected", "denied", "deny", "abort"];
pub const DURATION_MS: &[&str] = &["duration_ms", "gen_ai.tool.call.duration_ms"];
pub const EVENT_TIME: &str = "event.timestamp";
/// What tells two records of one session apart, beside their time.
pub const SEQUENCE: &[&str] = &[
    "event.sequence",
    "tool_use_id",
    "call_id",
    "gen_ai.tool.call.id",
    "tool_result_seq",
];
/// The name of an exception's class, from an `exception` event.
pub const EXCEPTION_TYPE: &str = "exception.type";
/// The class of a failure that only a flag tells of.
pub const TOOL_ERROR: &str = "tool_error";

/// Content that may hold a structured error flag. The flag is read, the content dropped.
pub const FLAGGED_CONTENT: &[&str] = &[
    "response",
    "traceloop.entity.output",
    "mcp.response.value",
    "gen_ai.tool.call.result",
    "output.value",
];
/// Content that may hold the server's name as `mcp_server_name`. The name is read, the content dropped.
pub const PARAMETERS: &str = "tool_parameters";

/// Everything that is read as it is; every other attribute is dropped, and counted by name.
pub fn is_kept(name: &str) -> bool {
    const SINGLE: &[&str] = &[
        CLIENT,
        SUCCESS,
        DECISION,
        EVENT_TIME,
        "event.name",
        "mcp.method.name",
        "gen_ai.operation.name",
        "gen_ai.tool.name",
        "mcp.tool.name",
        "tool.name",
        "tool_name",
        "function_name",
        "traceloop.span.kind",
        "traceloop.entity.name",
        "openinference.span.kind",
    ];
    [
        SINGLE,
        USER,
        SESSION,
        WORKSPACE,
        SERVER,
        CLIENT_VERSION,
        PLATFORM,
        MODEL,
        ERROR,
        DURATION_MS,
        SEQUENCE,
    ]
    .iter()
    .any(|list| list.contains(&name))
}
