//! The dialects of log records, as data, each with the product and the version whose source or documentation it
//! follows. A row says only where it differs from [`GENERIC_LOG`].

use super::dialect::{Columns, LogKind, LogProfile, Place};
use super::profiles::COMMON;

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
    is_echo: false,
};

/// Codex CLI 0.40 to 0.169, codex-rs/otel.
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

/// Claude Code 1 and 2, code.claude.com/docs/en/monitoring-usage.
const CLAUDE_CODE: LogProfile = LogProfile {
    name: "Claude Code",
    events: &["claude_code.tool_result", "tool_result"],
    // An MCP tool is called "mcp_tool" here, with or without the details that are logged only where somebody turned
    // them on: a name that depends on a setting would count one tool as two.
    tool: &[Place::Attribute("tool_name")],
    columns: Columns {
        server: &[
            Place::Content("tool_parameters", &["mcp_server_name"]),
            Place::Attribute("mcp_server_name"),
            Place::Attribute("mcp_server.name"),
            Place::Within("tool_name", "mcp__", "__"),
        ],
        ..COMMON
    },
    ..GENERIC_LOG
};

/// Gemini CLI 0.1 to 0.61, packages/core/src/telemetry.
const GEMINI: LogProfile = LogProfile {
    name: "Gemini CLI",
    events: &["gemini_cli.tool_call"],
    tool: &[Place::Attribute("function_name")],
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
    GEMINI,
    // Qwen Code, docs/developers/development/telemetry.md: grown out of Gemini CLI
    LogProfile {
        name: "Qwen Code",
        events: &["qwen-code.tool_call"],
        ..GEMINI
    },
    CLAUDE_CODE,
    LogProfile {
        name: "Claude Code, decisions",
        events: &["claude_code.tool_decision", "tool_decision"],
        kind: LogKind::Decision,
        ..CLAUDE_CODE
    },
    // VS Code Copilot Chat 0.37 and later, src/platform/otel/common/genAiEvents.ts: no call's id
    LogProfile {
        name: "VS Code Copilot",
        events: &["copilot_chat.tool.call"],
        is_echo: true,
        ..GENERIC_LOG
    },
    // Cline 3.40, src/services/telemetry: the event's name is the body
    LogProfile {
        name: "Cline",
        events: &["task.tool_used"],
        tool: &[Place::Attribute("tool"), Place::Attribute("tool_name")],
        columns: Columns {
            user: &["user_id", "distinct_id"],
            session: &["ulid", "taskId"],
            ..COMMON
        },
        ..GENERIC_LOG
    },
    GENERIC_LOG,
];
