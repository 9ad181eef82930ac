//! The one table of columns. Ingest, the mapping of names, engine, export and docs read it;
//! a field that is not here is dropped at the decoder and counted in the receipt.

use serde::{Deserialize, Serialize};

/// A column of the event table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub enum Column {
    EventId,
    Kind,
    Time,
    Tool,
    Server,
    User,
    Workspace,
    Client,
    ClientVersion,
    Platform,
    Outcome,
    ErrorClass,
    DurationMs,
    Session,
    Model,
    TokensIn,
    TokensOut,
    CostUsd,
    Bytes,
}

/// How a column is stored and read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ColumnType {
    /// Text folded to 64 bits; only good for telling events apart.
    Id,
    /// A closed vocabulary ([`super::EventKind`], [`super::Outcome`]).
    Closed,
    /// Microseconds UTC.
    Time,
    /// Text behind dictionary codes.
    Text,
    /// IEEE double; absent values are NaN.
    Float,
    /// Unsigned 64-bit; absent values are `u64::MAX`.
    Count,
}

/// One row of the schema table.
#[derive(Debug, Clone, Copy)]
pub struct ColumnSpec {
    pub column: Column,
    /// The exact name in files, URLs, exports and on the command line.
    pub name: &'static str,
    /// What the interface calls it (singular, sentence case).
    pub label: &'static str,
    /// The plural, for "12 tools".
    pub plural: &'static str,
    pub kind: ColumnType,
    pub meaning: &'static str,
    /// Other names accepted when a file has no column of the exact name; first match wins.
    pub aliases: &'static [&'static str],
    /// May the values name a person?
    pub personal: bool,
}

macro_rules! spec {
    ($column:ident, $name:literal, $label:literal, $plural:literal, $kind:ident, $personal:literal, $meaning:literal, [$($alias:literal),* $(,)?]) => {
        ColumnSpec {
            column: Column::$column, name: $name, label: $label, plural: $plural, kind: ColumnType::$kind,
            meaning: $meaning, aliases: &[$($alias),*], personal: $personal,
        }
    };
}

/// Every column, in the order of [`Column`].
pub const SCHEMA: [ColumnSpec; 19] = [
    spec!(
        EventId,
        "event_id",
        "Event",
        "Events",
        Id,
        false,
        "Identity of the event; the same identity twice counts once.",
        [
            "id",
            "uuid",
            "event_uuid",
            "span_id",
            "insert_id",
            "$insert_id"
        ]
    ),
    spec!(
        Kind,
        "kind",
        "Kind",
        "Kinds",
        Closed,
        false,
        "What happened: an execution, a conversation, a connection and so on.",
        ["event_kind", "event_type", "type"]
    ),
    spec!(
        Time,
        "time",
        "Time",
        "Times",
        Time,
        false,
        "When the event began, UTC.",
        [
            "timestamp",
            "ts",
            "start_time",
            "started_at",
            "event_time",
            "time_us",
            "created_at",
            "@timestamp",
            "date"
        ]
    ),
    spec!(
        Tool,
        "tool",
        "Tool",
        "Tools",
        Text,
        false,
        "The tool's name as its server publishes it.",
        [
            "tool_name",
            "tool.name",
            "gen_ai.tool.name",
            "mcp.tool.name",
            "function_name",
            "name"
        ]
    ),
    spec!(
        Server,
        "server",
        "Server",
        "Servers",
        Text,
        false,
        "The MCP server that offers the tool.",
        [
            "server_name",
            "mcp_server",
            "mcp.server.name",
            "mcp_server_name"
        ]
    ),
    spec!(
        User,
        "user",
        "User",
        "Users",
        Text,
        true,
        "The person, by the id or e-mail address of the directory.",
        [
            "user_id",
            "user.id",
            "user.email",
            "user_email",
            "email",
            "enduser.id",
            "distinct_id",
            "actor",
            "username"
        ]
    ),
    spec!(
        Workspace,
        "workspace",
        "Workspace",
        "Workspaces",
        Text,
        false,
        "The workspace the event happened in.",
        [
            "workspace_id",
            "workspace.id",
            "workspace_name",
            "workspace.name",
            "team",
            "project",
            "tenant"
        ]
    ),
    spec!(
        Client,
        "client",
        "Client",
        "Clients",
        Text,
        false,
        "The AI client: Claude Desktop, VS Code, Cursor and so on.",
        [
            "client_name",
            "client.name",
            "app",
            "application",
            "mcp_client"
        ]
    ),
    spec!(
        ClientVersion,
        "client_version",
        "Client version",
        "Client versions",
        Text,
        false,
        "The client's version.",
        ["client.version", "app_version", "version"]
    ),
    spec!(
        Platform,
        "platform",
        "Platform",
        "Platforms",
        Text,
        false,
        "Operating system or device type of the client.",
        ["os", "os.type", "os_name", "device"]
    ),
    spec!(
        Outcome,
        "outcome",
        "Outcome",
        "Outcomes",
        Closed,
        false,
        "success, failure, cancelled, rejected or running.",
        ["status", "success", "result_status", "is_error"]
    ),
    spec!(
        ErrorClass,
        "error_class",
        "Error",
        "Errors",
        Text,
        false,
        "Kind of failure, with variable parts folded; never a message.",
        ["error_type", "error.type", "error_code"]
    ),
    spec!(
        DurationMs,
        "duration_ms",
        "Duration",
        "Durations",
        Float,
        false,
        "How long it took, milliseconds.",
        [
            "duration",
            "latency_ms",
            "elapsed_ms",
            "durationMs",
            "took_ms"
        ]
    ),
    spec!(
        Session,
        "session",
        "Session",
        "Sessions",
        Text,
        false,
        "The source's own session id.",
        [
            "session_id",
            "session.id",
            "mcp.session.id",
            "conversation_id",
            "conversation.id",
            "$session_id"
        ]
    ),
    spec!(
        Model,
        "model",
        "Model",
        "Models",
        Text,
        false,
        "The AI model that was asked.",
        [
            "model_name",
            "gen_ai.request.model",
            "gen_ai.response.model"
        ]
    ),
    spec!(
        TokensIn,
        "tokens_in",
        "Input tokens",
        "Input tokens",
        Count,
        false,
        "Tokens sent to the model.",
        ["input_tokens", "prompt_tokens", "gen_ai.usage.input_tokens"]
    ),
    spec!(
        TokensOut,
        "tokens_out",
        "Output tokens",
        "Output tokens",
        Count,
        false,
        "Tokens the model answered with.",
        [
            "output_tokens",
            "completion_tokens",
            "gen_ai.usage.output_tokens"
        ]
    ),
    spec!(
        CostUsd,
        "cost_usd",
        "Cost",
        "Costs",
        Float,
        false,
        "Recorded cost, US dollars.",
        ["cost", "total_cost", "cost_in_usd"]
    ),
    spec!(
        Bytes,
        "bytes",
        "Bytes",
        "Bytes",
        Count,
        false,
        "Size of what was stored or moved, bytes.",
        ["size", "size_bytes"]
    ),
];

impl Column {
    pub fn spec(self) -> &'static ColumnSpec {
        &SCHEMA[self as usize]
    }

    /// The exact name; see [`ColumnSpec::name`].
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// By exact name only.
    pub fn parse(name: &str) -> Option<Self> {
        SCHEMA
            .iter()
            .find(|spec| spec.name == name)
            .map(|spec| spec.column)
    }

    /// The column a file's header means: the exact name first, then an alias, letter case aside.
    pub fn from_header(header: &str) -> Option<Self> {
        Self::parse(header).or_else(|| {
            let exact = SCHEMA
                .iter()
                .find(|spec| spec.name.eq_ignore_ascii_case(header));
            exact
                .or_else(|| {
                    SCHEMA.iter().find(|spec| {
                        spec.aliases
                            .iter()
                            .any(|alias| alias.eq_ignore_ascii_case(header))
                    })
                })
                .map(|spec| spec.column)
        })
    }
}

/// The text columns a batch keeps, in the order of [`super::Batch::text`].
pub const TEXT_COLUMNS: [Column; 10] = [
    Column::Tool,
    Column::Server,
    Column::User,
    Column::Workspace,
    Column::Client,
    Column::ClientVersion,
    Column::Platform,
    Column::ErrorClass,
    Column::Session,
    Column::Model,
];

/// Position of a text column in [`TEXT_COLUMNS`]; `None` for columns of another type.
pub fn text_index(column: Column) -> Option<usize> {
    TEXT_COLUMNS.iter().position(|&text| text == column)
}
