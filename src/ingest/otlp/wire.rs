//! The JSON form of OTLP, as far as it is read, with the liberties exporters take: numbers as text or bare, enums as
//! numbers or names, values left out or null, fields by their names in the .proto files.
//!
//! Owns: the shape of a request. Does not own: what any of it means (`spans`, `logs`).

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::value::{Number, Text, Value};

/// One export request.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
pub struct Request<'a> {
    #[serde(alias = "resource_spans")]
    pub resource_spans: Option<Vec<ResourceSpans<'a>>>,
    #[serde(alias = "resource_logs")]
    pub resource_logs: Option<Vec<ResourceLogs<'a>>>,
    #[serde(alias = "resource_metrics")]
    pub resource_metrics: Option<Vec<ResourceMetrics>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
pub struct ResourceSpans<'a> {
    pub resource: Option<Resource<'a>>,
    #[serde(alias = "scope_spans", alias = "instrumentationLibrarySpans")]
    pub scope_spans: Option<Vec<ScopeSpans<'a>>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
pub struct ResourceLogs<'a> {
    pub resource: Option<Resource<'a>>,
    #[serde(alias = "scope_logs", alias = "instrumentationLibraryLogs")]
    pub scope_logs: Option<Vec<ScopeLogs<'a>>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ResourceMetrics {
    #[serde(alias = "scope_metrics")]
    pub scope_metrics: Option<Vec<ScopeMetrics>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct ScopeMetrics {
    pub metrics: Option<Vec<IgnoredAny>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub struct Resource<'a> {
    pub attributes: Option<Vec<KeyValue<'a>>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Scope<'a> {
    #[serde(borrow)]
    pub name: Option<Cow<'a, str>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub struct ScopeSpans<'a> {
    #[serde(alias = "instrumentationLibrary")]
    pub scope: Option<Scope<'a>>,
    pub spans: Option<Vec<Span<'a>>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
pub struct ScopeLogs<'a> {
    #[serde(alias = "instrumentationLibrary")]
    pub scope: Option<Scope<'a>>,
    #[serde(alias = "log_records")]
    pub log_records: Option<Vec<LogRecord<'a>>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
pub struct Span<'a> {
    #[serde(alias = "trace_id")]
    pub trace_id: Text<'a>,
    #[serde(alias = "span_id")]
    pub span_id: Text<'a>,
    #[serde(alias = "parent_span_id")]
    pub parent_span_id: Text<'a>,
    pub name: Text<'a>,
    pub kind: Number<'a>,
    #[serde(alias = "start_time_unix_nano")]
    pub start_time_unix_nano: Number<'a>,
    #[serde(alias = "end_time_unix_nano")]
    pub end_time_unix_nano: Number<'a>,
    pub attributes: Option<Vec<KeyValue<'a>>>,
    pub status: Option<Status<'a>>,
    pub events: Option<Vec<SpanEvent<'a>>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub struct Status<'a> {
    pub code: Number<'a>,
    pub message: Text<'a>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub struct SpanEvent<'a> {
    pub attributes: Option<Vec<KeyValue<'a>>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
pub struct LogRecord<'a> {
    #[serde(alias = "time_unix_nano")]
    pub time_unix_nano: Number<'a>,
    #[serde(alias = "observed_time_unix_nano")]
    pub observed_time_unix_nano: Number<'a>,
    #[serde(alias = "trace_id")]
    pub trace_id: Text<'a>,
    #[serde(alias = "span_id")]
    pub span_id: Text<'a>,
    #[serde(alias = "event_name")]
    pub event_name: Text<'a>,
    pub body: Value<'a>,
    pub attributes: Option<Vec<KeyValue<'a>>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub struct KeyValue<'a> {
    pub key: Text<'a>,
    pub value: Value<'a>,
}
