//! What other products export (D4), as data: how a file is recognised, which field feeds which column and in which
//! unit, what is opened. Everything that is not named here is dropped, messages and arguments first of all.

use super::aggregate as hour;
use super::aggregate::HourField;
use super::names::{Field, Reading};
use crate::model::Column;

/// An export of another product.
#[derive(Debug, PartialEq)]
pub struct Profile {
    pub name: &'static str,
    /// A file is one when it has all headers of any of these rows.
    marks: &'static [&'static [&'static str]],
    /// Objects, or texts with JSON in them, whose fields are read.
    pub opens: &'static [&'static str],
    /// Before the names of `fields` this may stand or not: some exports open the object themselves.
    inside: &'static str,
    /// In the order of preference where several feed one column.
    fields: &'static [(&'static str, Column, Reading)],
    /// Fields that begin with this are read by the schema.
    by_schema: Option<&'static str>,
    /// Rows without a tool and without a kind are in no number.
    pub needs_tool: bool,
    /// Pre-aggregated hours: the product's names and ours. Empty: events.
    hours: &'static [(&'static str, &'static str, Reading)],
    /// Said in the receipt.
    pub note: &'static str,
}

use Reading::{AsIs, EndTime, ErrorLevel, IdScope, MeanSeconds, Only, Seconds, TrueIsFailure};

static PROFILES: [Profile; 4] = [
    // https://posthog.com/docs/mcp-analytics/events, https://posthog.com/docs/data-pipelines/batch-exports/s3:
    // `properties` is an object in JSON lines and a text in Parquet and CSV; a query's CSV has columns of its own.
    Profile {
        name: "PostHog MCP analytics",
        marks: &[
            &["event", "distinct_id", "properties"],
            &["event", "properties.$mcp_tool_name"],
            &["event", "$mcp_tool_name"],
            &["timestamp", "properties.$mcp_tool_name"],
        ],
        opens: &["properties"],
        inside: "properties.",
        fields: &[
            ("uuid", Column::EventId, AsIs),
            ("event", Column::Kind, Only("$mcp_tool_call")),
            ("timestamp", Column::Time, AsIs),
            ("distinct_id", Column::User, AsIs),
            ("person_id", Column::User, AsIs),
            // In a server with one dispatching tool, the tool that was meant.
            ("$mcp_exec_tool_call_name", Column::Tool, AsIs),
            ("$mcp_tool_name", Column::Tool, AsIs),
            ("$mcp_server_name", Column::Server, AsIs),
            ("$mcp_client_name", Column::Client, AsIs),
            ("$mcp_client_version", Column::ClientVersion, AsIs),
            ("$mcp_is_error", Column::Outcome, TrueIsFailure),
            ("$mcp_error_type", Column::ErrorClass, AsIs),
            ("$mcp_duration_ms", Column::DurationMs, AsIs),
            ("$session_id", Column::Session, AsIs),
            ("$mcp_session_id", Column::Session, AsIs),
            ("$mcp_llm_model", Column::Model, AsIs),
        ],
        by_schema: None,
        needs_tool: false,
        hours: &[],
        note: "Read as PostHog MCP analytics: $mcp_tool_call events are counted, events of other names are in no number.",
    },
    // https://api.reference.langfuse.com (observations), and the snake_case columns of its blob storage export.
    Profile {
        name: "Langfuse observations",
        marks: &[
            &["type", "startTime", "traceId"],
            &["type", "start_time", "trace_id"],
        ],
        opens: &[],
        inside: "",
        fields: &[
            ("id", Column::EventId, AsIs),
            ("type", Column::Kind, Only("TOOL")),
            ("startTime", Column::Time, AsIs),
            ("start_time", Column::Time, AsIs),
            ("name", Column::Tool, AsIs),
            ("userId", Column::User, AsIs),
            ("user_id", Column::User, AsIs),
            ("sessionId", Column::Session, AsIs),
            ("session_id", Column::Session, AsIs),
            ("projectId", Column::Workspace, AsIs),
            ("project_id", Column::Workspace, AsIs),
            ("level", Column::Outcome, ErrorLevel),
            ("latency", Column::DurationMs, Seconds),
            ("endTime", Column::DurationMs, EndTime),
            ("end_time", Column::DurationMs, EndTime),
        ],
        by_schema: None,
        needs_tool: false,
        hours: &[],
        note: "Read as Langfuse observations: those of type TOOL are counted, others are in no number.",
    },
    // github.com/IBM/mcp-context-forge, mcpgateway/db.py, table tool_metrics_hourly; times in seconds.
    Profile {
        name: "ContextForge tool metrics",
        marks: &[&[
            "hour_start",
            "total_count",
            "success_count",
            "failure_count",
        ]],
        opens: &[],
        inside: "",
        fields: &[],
        by_schema: None,
        needs_tool: false,
        hours: &[
            ("hour_start", hour::HOUR, AsIs),
            ("tool_name", "tool", AsIs),
            ("total_count", hour::EXECUTIONS, AsIs),
            ("success_count", hour::SUCCESSES, AsIs),
            ("failure_count", hour::FAILURES, AsIs),
            ("min_response_time", hour::DURATION_MIN, Seconds),
            ("max_response_time", hour::DURATION_MAX, Seconds),
            ("avg_response_time", hour::DURATION_SUM, MeanSeconds),
        ],
        note: "Read as ContextForge hourly tool metrics: counts, shortest, longest and summed times are kept; percentiles \
               of hours can't be merged and were dropped.",
    },
    // github.com/cloudevents/spec, cloudevents/spec.md and formats/json-format.md (batches are arrays).
    Profile {
        name: "CloudEvents",
        marks: &[&["specversion", "id", "source", "type"]],
        opens: &["data"],
        inside: "",
        fields: &[
            ("id", Column::EventId, AsIs),
            ("source", Column::EventId, IdScope),
            ("time", Column::Time, AsIs),
        ],
        by_schema: Some("data."),
        needs_tool: true,
        hours: &[],
        note: "Read as CloudEvents: those whose data names a tool or a kind are counted, others are in no number.",
    },
];

impl Profile {
    pub fn find<'h>(headers: impl Iterator<Item = &'h str> + Clone) -> Option<&'static Self> {
        let has = |mark: &&str| headers.clone().any(|header| header == *mark);
        PROFILES
            .iter()
            .find(|profile| profile.marks.iter().any(|marks| marks.iter().all(has)))
    }

    /// Is the export recognised by this header? Then the columnar module hands it on.
    pub fn is_mark(&self, header: &str) -> bool {
        self.marks.iter().any(|marks| marks.contains(&header))
    }

    pub fn is_hours(&self) -> bool {
        !self.hours.is_empty()
    }

    /// What a field feeds; `None`: dropped.
    pub fn field(&self, path: &str) -> Option<Field> {
        let bare = path.strip_prefix(self.inside).unwrap_or(path);
        let at = self.fields.iter().position(|(name, ..)| *name == bare);
        if let Some(at) = at {
            let (_, column, reading) = self.fields[at];
            // What the data says of itself goes before what its envelope says.
            let rank = if self.by_schema.is_some() { 100 } else { 1 } + at;
            return Some(Field {
                column,
                rank,
                reading,
            });
        }
        let field = Field::of(path.strip_prefix(self.by_schema?)?)?;
        // The identity is the envelope's.
        (field.column != Column::EventId).then_some(field)
    }

    /// What a field of a pre-aggregated row feeds.
    pub fn hour_field(&self, name: &str) -> Option<(HourField, Reading)> {
        let (_, ours, reading) = self.hours.iter().find(|(theirs, ..)| *theirs == name)?;
        Some((HourField::of(ours)?, *reading))
    }
}
