//! The dialects of log records, as data, each with the product and the version whose source or documentation it
//! follows. A row says only where it differs from [`GENERIC_LOG`].

use super::agents::{TOKENS_IN, TOKENS_OUT};
use super::dialect::{Columns, LogKind, LogProfile, Place, Usage};
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
    usage: Usage {
        tokens_in: TOKENS_IN,
        tokens_out: TOKENS_OUT,
        cost_usd: &[],
        status: &[],
    },
    not_of: &[],
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

/// The same product's calls to its provider: `input_tokens` leaves out what the cache had, or was given to keep.
const CLAUDE_CODE_CALL: LogProfile = LogProfile {
    name: "Claude Code, provider calls",
    events: &["claude_code.api_request", "api_request"],
    kind: LogKind::ProviderCall,
    usage: CLAUDE_CODE_USAGE,
    ..CLAUDE_CODE
};

pub(super) const CLAUDE_CODE_USAGE: Usage = Usage {
    tokens_in: &["input_tokens", "cache_read_tokens", "cache_creation_tokens"],
    tokens_out: &["output_tokens"],
    cost_usd: &["cost_usd"],
    status: &["status_code"],
};

/// Gemini CLI 0.1 to 0.61, packages/core/src/telemetry.
const GEMINI: LogProfile = LogProfile {
    name: "Gemini CLI",
    events: &["gemini_cli.tool_call"],
    tool: &[Place::Attribute("function_name")],
    ..GENERIC_LOG
};

/// Its calls, packages/core/src/telemetry/types.ts: `output_token_count` leaves out what was thought, and
/// `input_token_count` what tools gave back.
const GEMINI_CALL: LogProfile = LogProfile {
    name: "Gemini CLI, provider calls",
    events: &["gemini_cli.api_response"],
    kind: LogKind::ProviderCall,
    usage: Usage {
        tokens_in: &["input_token_count", "tool_token_count"],
        tokens_out: &["output_token_count", "thoughts_token_count"],
        cost_usd: &[],
        status: &["status_code"],
    },
    ..GEMINI
};

/// Codex CLI 0.40 to 0.169, codex-rs/otel: one record an attempt, up to the first byte of the answer; what it used is told
/// when the answer is complete. Its list of models is fetched by a record of the same name, which names no model.
const CODEX_CALL: LogProfile = LogProfile {
    name: "Codex CLI, provider calls",
    events: &["codex.api_request"],
    kind: LogKind::ProviderAttempt,
    usage: Usage {
        tokens_in: &[],
        tokens_out: &[],
        cost_usd: &[],
        status: &["http.response.status_code"],
    },
    ..CODEX
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
    CODEX_CALL,
    LogProfile {
        name: "Codex CLI, usage",
        events: &["codex.sse_event"],
        kind: LogKind::ProviderUsage,
        usage: Usage {
            tokens_in: &["input_token_count"],
            tokens_out: &["output_token_count"],
            cost_usd: &[],
            status: &[],
        },
        ..CODEX
    },
    GEMINI,
    GEMINI_CALL,
    LogProfile {
        name: "Gemini CLI, failed provider calls",
        events: &["gemini_cli.api_error"],
        kind: LogKind::ProviderFailure,
        ..GEMINI_CALL
    },
    // Qwen Code, docs/developers/development/telemetry.md: grown out of Gemini CLI
    LogProfile {
        name: "Qwen Code",
        events: &["qwen-code.tool_call"],
        ..GEMINI
    },
    LogProfile {
        name: "Qwen Code, provider calls",
        events: &["qwen-code.api_response"],
        ..GEMINI_CALL
    },
    LogProfile {
        name: "Qwen Code, failed provider calls",
        events: &["qwen-code.api_error"],
        kind: LogKind::ProviderFailure,
        ..GEMINI_CALL
    },
    CLAUDE_CODE,
    CLAUDE_CODE_CALL,
    LogProfile {
        name: "Claude Code, failed provider calls",
        events: &["claude_code.api_error", "api_error"],
        kind: LogKind::ProviderFailure,
        ..CLAUDE_CODE_CALL
    },
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
    // The conventions from 1.37 on (docs/gen-ai/gen-ai-events.md), and VS Code Copilot Chat 0.37 and later. Gemini CLI and
    // what grew out of it tell the same in records of their own, with the duration.
    LogProfile {
        name: "GenAI conventions, provider calls",
        events: &["gen_ai.client.inference.operation.details"],
        kind: LogKind::ProviderCall,
        not_of: &["gemini-cli", "qwen-code"],
        ..GENERIC_LOG
    },
    GENERIC_LOG,
];
