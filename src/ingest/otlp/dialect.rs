//! What a dialect of telemetry can say about itself.
//!
//! Owns: the shape of a row of the tables, and the two lists that follow from them: attributes that are kept as they
//! are, and content of which one thing is read. Does not own: the tables (`profiles`, `span_profiles`,
//! `log_profiles`), the reading.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::{agents, log_profiles, profiles, span_profiles};

/// Attributes in order: the first that is present gives the value. Or values, any of which will do.
pub type Names = &'static [&'static str];

/// What must be true of a span.
#[derive(Debug, Clone, Copy)]
pub enum When {
    /// The instrumentation scope has this name.
    Scope(&'static str),
    /// An attribute of the span is one of these texts.
    Is(&'static str, Names),
    /// The span has this attribute.
    Has(&'static str),
    /// The span does not have this attribute.
    Lacks(&'static str),
    /// The span has this name.
    Name(&'static str),
    /// The span's name begins so.
    NameStarts(&'static str),
}

/// Where a name stands.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    /// In an attribute of the record.
    Attribute(&'static str),
    /// In an attribute of the record, between a beginning and the next such text: the server in `mcp__server__tool`.
    Within(&'static str, &'static str, &'static str),
    /// The span's name.
    Name,
    /// In the span's name, after this text.
    NameAfter(&'static str),
    /// In the span's name, before this ending.
    NameBefore(&'static str),
    /// In the JSON of a content attribute, below these keys. All else of the content is dropped.
    Content(&'static str, Names),
}

/// What an attribute can say of how a call ended.
#[derive(Debug, Clone, Copy)]
pub enum Mark {
    /// A flag is true.
    True(&'static str),
    /// A flag is false.
    False(&'static str),
    /// An attribute is one of these texts.
    Is(&'static str, Names),
}

/// Which end of the call reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The client, unless the span's kind says server.
    ByKind,
    /// The server, unless the span's kind says client.
    Server,
}

/// What a span is to the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The call, or a part of it.
    Call,
    /// A decision about the call above it: only a refusal says anything.
    Decision,
    /// A log record that was exported as a span, beside the span of the call. It begins where the call ended.
    Echo,
}

/// Where the columns come from: each from the record itself, then from its resource.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    pub user: Names,
    pub session: Names,
    /// Asked when no record of the call knows a session: may be a new one with every request.
    pub transport_session: Names,
    pub workspace: Names,
    /// On the record only; what no record names is called as its own resource is (`client`).
    pub server: &'static [Place],
    /// On the record only: the program at the other end, as it introduced itself.
    pub client_info: Names,
    pub client_info_version: Names,
    /// On the resource only: the program that reports.
    pub client: Names,
    pub client_version: Names,
    pub platform: Names,
    pub model: Names,
    /// Tokens, never sentences: what has blanks in it is not kept.
    pub error_class: Names,
}

/// A dialect of spans. Start, duration and status are the span's.
#[derive(Debug, Clone, Copy)]
pub struct SpanProfile {
    /// All of them must be true.
    pub when: &'static [When],
    pub tool: &'static [Place],
    pub side: Side,
    pub role: Role,
    pub columns: Columns,
}

/// What a record of a call to a provider says of its use. Of tokens the names are added up: some count what was read from
/// a cache, or thought, apart, where the conventions count all.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    pub tokens_in: Names,
    pub tokens_out: Names,
    pub cost_usd: Names,
    /// The status of HTTP; from 400 on it is a failure.
    pub status: Names,
}

/// A dialect of log records: one record is one finished execution, one decision about a call, or one call to a provider.
#[derive(Debug, Clone, Copy)]
pub struct LogProfile {
    pub name: &'static str,
    /// Values of `event.name`, of the record's event name, or of its body.
    pub events: Names,
    pub kind: LogKind,
    pub tool: &'static [Place],
    pub columns: Columns,
    /// A flag, bare or as text. When it is absent, an error class says failure.
    pub success: &'static str,
    /// One of [`profiles::REJECTED`] says that the call was refused.
    pub decision: &'static str,
    /// Milliseconds, bare or as text; the record was written at the end.
    pub duration_ms: Names,
    /// Read when the record itself has no time; RFC 3339.
    pub time: &'static str,
    /// What tells two records of one session apart, beside their time.
    pub sequence: Names,
    /// The client tells of the call in a span too, and may put nothing into the record that names that span.
    pub is_echo: bool,
    /// Of calls to a provider.
    pub usage: Usage,
    /// Programs that tell the same in a record of their own, by the scope's name.
    pub not_of: Names,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogKind {
    /// Every record counts.
    Execution,
    /// Only refusals count, and beside the executions.
    Decision,
    /// A call to a provider that was answered.
    ProviderCall,
    /// A call to a provider over HTTP: it went well when its status says so.
    ProviderAttempt,
    /// A call to a provider that failed.
    ProviderFailure,
    /// What a call to a provider used, told apart from the call and after it.
    ProviderUsage,
}

/// The name as the tables write it, when an attribute is kept as it is.
pub fn kept(name: &str) -> Option<&'static str> {
    static KEPT: LazyLock<HashSet<&'static str>> = LazyLock::new(kept_names);
    KEPT.get(name).copied()
}

/// The name as the tables write it, when something is read out of a content attribute before it is dropped.
pub fn opened(name: &str) -> Option<&'static str> {
    static OPENED: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
        let in_places = places().filter_map(|place| match place {
            Place::Content(attribute, _) => Some(attribute),
            _ => None,
        });
        in_places
            .chain(profiles::FLAGGED_CONTENT.iter().copied())
            .collect()
    });
    OPENED.get(name).copied()
}

fn kept_names() -> HashSet<&'static str> {
    let mut names = HashSet::from([profiles::EVENT_NAME, profiles::EXCEPTION_TYPE]);
    names.extend(profiles::KNOWN_ATTRIBUTES);
    names.extend(profiles::CALL_IDS);
    names.extend(profiles::DECISIONS);
    names.extend(agents::NAMES.into_iter().flatten());
    let marks = profiles::FAILED.iter().chain(profiles::CANCELLED);
    names.extend(marks.map(|mark| match mark {
        Mark::True(name) | Mark::False(name) | Mark::Is(name, _) => *name,
    }));
    let rows = span_profiles::SPANS.iter().map(|profile| profile.when);
    let conditions = rows.chain(span_profiles::NO_CALLS.iter().copied());
    names.extend(conditions.flatten().filter_map(|when| match when {
        When::Is(name, _) | When::Has(name) | When::Lacks(name) => Some(*name),
        When::Scope(_) | When::Name(_) | When::NameStarts(_) => None,
    }));
    for profile in log_profiles::LOGS {
        names.extend([profile.success, profile.decision, profile.time]);
        let usage = profile.usage;
        names.extend(
            [
                usage.tokens_in,
                usage.tokens_out,
                usage.cost_usd,
                usage.status,
            ]
            .concat(),
        );
        names.extend(profile.duration_ms);
        names.extend(profile.sequence);
    }
    for columns in columns() {
        let lists = [
            columns.user,
            columns.session,
            columns.transport_session,
            columns.workspace,
            columns.client_info,
            columns.client_info_version,
            columns.client,
            columns.client_version,
            columns.platform,
            columns.model,
            columns.error_class,
        ];
        names.extend(lists.into_iter().flatten());
    }
    names.extend(places().filter_map(|place| match place {
        Place::Attribute(name) | Place::Within(name, ..) => Some(name),
        _ => None,
    }));
    names
}

fn columns() -> impl Iterator<Item = &'static Columns> {
    let spans = span_profiles::SPANS.iter().map(|profile| &profile.columns);
    spans.chain(log_profiles::LOGS.iter().map(|profile| &profile.columns))
}

fn places() -> impl Iterator<Item = Place> {
    let spans = span_profiles::SPANS.iter().map(|profile| profile.tool);
    let tools = spans.chain(log_profiles::LOGS.iter().map(|profile| profile.tool));
    let servers = columns().map(|columns| columns.server);
    tools.chain(servers).flatten().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_never_kept() {
        let content = [
            "traceloop.entity.input",
            "traceloop.entity.output",
            "mcp.response.value",
            "mcp.request.argument.query",
            "request",
            "response",
            "gen_ai.tool.call.arguments",
            "gen_ai.tool.call.result",
            "gen_ai.input.messages",
            "gen_ai.output.messages",
            "gen_ai.prompt",
            "gen_ai.completion",
            "pydantic_ai.all_messages",
            "final_result",
            "status.message",
            "exception.message",
            "exception.stacktrace",
            "prompt",
            "tool_input",
            "tool_parameters",
            "tool_arguments",
            "tool_response",
            "error",
            "error.message",
            "function_args",
            "arguments",
            "output",
            "input.value",
            "output.value",
            "ai.toolCall.args",
            "ai.toolCall.result",
            "gcp.vertex.agent.tool_call_args",
            "gcp.vertex.agent.tool_response",
            "langfuse.observation.input",
            "langfuse.observation.output",
            "mlflow.spanInputs",
            "mlflow.spanOutputs",
            "logfire.msg",
            "full_command",
            "file_path",
            "github.copilot.tool.parameters.command",
            "github.copilot.tool.parameters.file_path",
        ];
        for name in content {
            assert_eq!(kept(name), None, "{name}");
        }
        for name in kept_names() {
            assert_eq!(opened(name), None, "{name} is kept, so it can't be content");
        }
    }
}
