//! The JSON form of OTLP, as far as it is read, with the liberties exporters take: numbers as text or bare, enums as
//! numbers or names, values left out or null, fields by their names in the .proto files.
//!
//! Owns: the shape of a request. Does not own: what any of it means (`spans`, `logs`).

use std::borrow::Cow;

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::value::{Number, Text, Value};

/// A list; exporters that turn protobuf into JSON by way of XML or YAML write a list of one as its element.
#[derive(Debug, Clone, PartialEq)]
pub struct List<T>(Vec<T>);

impl<T> IntoIterator for List<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T> List<T> {
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMany(PhantomData))
    }
}

struct OneOrMany<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, or its only element")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = seq.next_element::<Option<T>>()? {
            list.extend(element);
        }
        Ok(List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<List<T>, A::Error> {
        let element = T::deserialize(MapAccessDeserializer::new(map))?;
        Ok(List(vec![element]))
    }
}

/// Not a [`List`]: an object in its place is something else, and its values would be lost in silence.
pub type KeyValues<'a> = Vec<Option<KeyValue<'a>>>;

/// One export request, or what one resource has to say, without the envelope.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
pub struct Request<'a> {
    /// Grafana Tempo hands out a trace as `batches`.
    #[serde(alias = "resource_spans", alias = "batches")]
    pub resource_spans: Option<List<ResourceSpans<'a>>>,
    /// … and in the second version of its API puts the request into a wrapper.
    pub trace: Option<Trace<'a>>,
    #[serde(alias = "resource_logs")]
    pub resource_logs: Option<List<ResourceLogs<'a>>>,
    #[serde(alias = "resource_metrics")]
    pub resource_metrics: Option<List<ResourceMetrics>>,
    pub resource: Option<Resource<'a>>,
    #[serde(alias = "scope_spans", alias = "instrumentationLibrarySpans")]
    pub scope_spans: Option<List<ScopeSpans<'a>>>,
    #[serde(alias = "scope_logs", alias = "instrumentationLibraryLogs")]
    pub scope_logs: Option<List<ScopeLogs<'a>>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
pub struct Trace<'a> {
    #[serde(alias = "resource_spans", alias = "batches")]
    pub resource_spans: Option<List<ResourceSpans<'a>>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
pub struct ResourceSpans<'a> {
    pub resource: Option<Resource<'a>>,
    #[serde(alias = "scope_spans", alias = "instrumentationLibrarySpans")]
    pub scope_spans: Option<List<ScopeSpans<'a>>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
pub struct ResourceLogs<'a> {
    pub resource: Option<Resource<'a>>,
    #[serde(alias = "scope_logs", alias = "instrumentationLibraryLogs")]
    pub scope_logs: Option<List<ScopeLogs<'a>>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ResourceMetrics {
    #[serde(alias = "scope_metrics")]
    pub scope_metrics: Option<List<ScopeMetrics>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct ScopeMetrics {
    pub metrics: Option<List<IgnoredAny>>,
}

#[derive(Debug, Default, Clone, serde::Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub struct Resource<'a> {
    pub attributes: Option<KeyValues<'a>>,
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
    pub spans: Option<List<Span<'a>>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default, bound(deserialize = "'de: 'a"))]
pub struct ScopeLogs<'a> {
    #[serde(alias = "instrumentationLibrary")]
    pub scope: Option<Scope<'a>>,
    #[serde(alias = "log_records")]
    pub log_records: Option<List<LogRecord<'a>>>,
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
    pub attributes: Option<KeyValues<'a>>,
    pub status: Option<Status<'a>>,
    pub events: Option<List<SpanEvent<'a>>>,
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
    pub name: Text<'a>,
    pub attributes: Option<KeyValues<'a>>,
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
    pub attributes: Option<KeyValues<'a>>,
}

#[derive(Debug, Default, Clone, serde::Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub struct KeyValue<'a> {
    pub key: Text<'a>,
    pub value: Value<'a>,
}

/// What is in a `kvlistValue`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub struct Fields<'a> {
    values: Option<KeyValues<'a>>,
}

impl<'a> Fields<'a> {
    /// None, where it is something else.
    pub fn of(nested: &'a str) -> impl Iterator<Item = KeyValue<'a>> {
        let fields: Option<Self> = serde_json::from_str(nested).ok();
        let values = fields.and_then(|fields| fields.values);
        values.into_iter().flatten().flatten()
    }
}
