//! What a dialect of telemetry can say about itself.
//!
//! Owns: the shape of a row of the table, and the two lists that follow from the table: attributes that are kept as
//! they are, and content of which one thing is read. Does not own: the table (`profiles`), the reading.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::profiles;

/// Attributes in order: the first that is present gives the value.
pub type Names = &'static [&'static str];

/// What must be true of a span.
#[derive(Debug, Clone, Copy)]
pub enum When {
    /// The instrumentation scope has this name.
    Scope(&'static str),
    /// An attribute of the span has this text.
    Is(&'static str, &'static str),
    /// The span has this attribute.
    Has(&'static str),
    /// The span's name begins so.
    NameStarts(&'static str),
}

/// Where a name stands.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    /// In an attribute of the record.
    Attribute(&'static str),
    /// In the span's name, after this text.
    NameAfter(&'static str),
    /// In the span's name, before this ending.
    NameBefore(&'static str),
    /// In the JSON of a content attribute, below these keys. All else of the content is dropped.
    Content(&'static str, Names),
}

/// Which end of the call reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The client, unless the span's kind says server.
    ByKind,
    Server,
}

/// Where the columns come from: each from the record itself, then from its resource.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    pub user: Names,
    pub session: Names,
    pub workspace: Names,
    /// On the record only; a server's resource names the server by `client`.
    pub server: &'static [Place],
    /// On the resource only: the program that reports.
    pub client: Names,
    pub client_version: Names,
    pub platform: Names,
    pub model: Names,
    /// Tokens, never sentences: what has blanks in it is not kept.
    pub error_class: Names,
}

/// A dialect of spans. Tool, start, duration and status are the span's.
#[derive(Debug, Clone, Copy)]
pub struct SpanProfile {
    /// All of them must be true.
    pub when: &'static [When],
    pub tool: &'static [Place],
    pub side: Side,
    pub columns: Columns,
}

/// A dialect of log records: one record is one finished execution, or one decision about a call.
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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogKind {
    /// Every record counts.
    Execution,
    /// Only refusals count, and beside the executions.
    Decision,
}

/// The name as the table writes it, when an attribute is kept as it is.
pub fn kept(name: &str) -> Option<&'static str> {
    static KEPT: LazyLock<HashSet<&'static str>> = LazyLock::new(kept_names);
    KEPT.get(name).copied()
}

/// The name as the table writes it, when something is read out of a content attribute before it is dropped.
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
    for profile in profiles::SPANS {
        names.extend(profile.when.iter().filter_map(|when| match when {
            When::Is(name, _) | When::Has(name) => Some(*name),
            When::Scope(_) | When::NameStarts(_) => None,
        }));
    }
    for profile in profiles::LOGS {
        names.extend([profile.success, profile.decision, profile.time]);
        names.extend(profile.duration_ms);
        names.extend(profile.sequence);
    }
    for columns in columns() {
        let lists = [
            columns.user,
            columns.session,
            columns.workspace,
            columns.client,
            columns.client_version,
            columns.platform,
            columns.model,
            columns.error_class,
        ];
        names.extend(lists.into_iter().flatten());
    }
    names.extend(places().filter_map(|place| match place {
        Place::Attribute(name) => Some(name),
        _ => None,
    }));
    names
}

fn columns() -> impl Iterator<Item = &'static Columns> {
    let spans = profiles::SPANS.iter().map(|profile| &profile.columns);
    spans.chain(profiles::LOGS.iter().map(|profile| &profile.columns))
}

fn places() -> impl Iterator<Item = Place> {
    let spans = profiles::SPANS.iter().map(|profile| profile.tool);
    let tools = spans.chain(profiles::LOGS.iter().map(|profile| profile.tool));
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
            "pydantic_ai.all_messages",
            "final_result",
            "status.message",
            "exception.message",
            "exception.stacktrace",
            "prompt",
            "tool_input",
            "tool_parameters",
            "error",
            "error.message",
            "function_args",
            "arguments",
            "output",
            "input.value",
            "output.value",
        ];
        for name in content {
            assert_eq!(kept(name), None, "{name}");
        }
        for name in kept_names() {
            assert_eq!(opened(name), None, "{name} is kept, so it can't be content");
        }
    }
}
