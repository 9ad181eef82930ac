//! Lines of export requests into records, and records into candidates for executions.

use std::collections::HashMap;
use std::sync::Arc;

use super::attributes::Attributes;
use super::content;
use super::profiles::{self, LogKind, Side, SpanProfile, Tool, When};
use super::wire::{LogRecord, Request, Resource, Span, Text, Value};
use crate::ingest::json::depth;
use crate::ingest::ndjson::lines;
use crate::ingest::recognise::without_mark;
use crate::ingest::values::{Reason, hash_identity};
use crate::ingest::{IngestError, Tally};
use crate::model::Outcome;
use crate::model::limits::{
    DURATION_MS_MAX, JSON_DEPTH_MAX, OTLP_LINE_BYTES_MAX, TIME_US_MAX, TIME_US_MIN,
};

const NOT_OTLP: Reason = "The line is not an OTLP/JSON export request.";
const CUT_OFF: Reason = "The line ends in the middle; the file may be cut off.";
const NOT_UTF8: Reason = "The line is not UTF-8 text.";
const TOO_DEEP: Reason = "The line is nested more than 64 levels deep.";
const TOO_LONG: Reason = "The line is longer than 64 MiB.";
const NO_TIME: Reason = "The record has no believable time.";
const BAD_DURATION: Reason = "The record's duration is negative or longer than a year.";
const METRICS: &str = "Metrics hold no executions; traces and logs do.";

/// (trace id, span id)
pub type SpanKey = (u128, u64);

/// Where a span hangs: enough to walk up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    pub key: SpanKey,
    pub parent: u64,
    /// Position among the candidates.
    pub candidate: Option<u32>,
}

/// A span or log record that tells of a tool execution.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// A span's own key, or for a log record that of the span it was written in; zero when there is none.
    pub key: SpanKey,
    pub is_log: bool,
    pub is_server: bool,
    /// Identity of the record.
    pub id: u64,
    pub start_us: i64,
    pub duration_ms: f64,
    pub outcome: Outcome,
    pub tool: Option<Arc<str>>,
    pub server: Option<Arc<str>>,
    pub user: Option<Arc<str>>,
    pub workspace: Option<Arc<str>>,
    pub client: Option<Arc<str>>,
    pub client_version: Option<Arc<str>>,
    pub platform: Option<Arc<str>>,
    pub session: Option<Arc<str>>,
    pub model: Option<Arc<str>>,
    pub error_class: Option<Arc<str>>,
}

/// One file's records.
#[derive(Debug, Default)]
pub struct Telemetry {
    /// `rows_read` counts spans, log records and metrics.
    pub tally: Tally,
    pub nodes: Vec<Node>,
    pub candidates: Vec<Candidate>,
}

/// Reads a file: one export request a line, or several pretty-printed ones.
pub fn read(bytes: &[u8]) -> Result<Telemetry, IngestError> {
    let text = without_mark(bytes);
    let mut reader = Reader::default();
    let first = lines(text)
        .map(<[u8]>::trim_ascii)
        .find(|line| !line.is_empty());
    let is_one_a_line = first.is_some_and(|line| line.last() == Some(&b'}') && line.len() > 1);
    if is_one_a_line {
        for (line, number) in lines(text).zip(1_u64..) {
            let line = line.trim_ascii();
            if !line.is_empty() {
                reader.request(line, &|| format!("line {number}"));
            }
        }
    } else {
        reader.stream(text);
    }
    Ok(reader.telemetry)
}

#[derive(Default)]
struct Reader {
    telemetry: Telemetry,
    /// Names repeat in every record.
    names: HashMap<Box<str>, Arc<str>>,
}

impl Reader {
    fn request(&mut self, line: &[u8], position: &dyn Fn() -> String) {
        let reason = if line.len() > OTLP_LINE_BYTES_MAX {
            TOO_LONG
        } else if depth(line) > JSON_DEPTH_MAX {
            TOO_DEEP
        } else {
            match std::str::from_utf8(line).map(serde_json::from_str::<Request<'_>>) {
                Ok(Ok(request)) => return self.records(request, position),
                Ok(Err(error)) if error.is_eof() => CUT_OFF,
                Ok(Err(_)) => NOT_OTLP,
                Err(_) => NOT_UTF8,
            }
        };
        self.refuse(reason, position);
    }

    /// Objects one after the other, with line breaks inside.
    fn stream(&mut self, text: &[u8]) {
        if depth(text) > JSON_DEPTH_MAX {
            return self.refuse(TOO_DEEP, &|| "the first request".into());
        }
        let mut requests = serde_json::Deserializer::from_slice(text).into_iter::<Request<'_>>();
        let mut number = 0_u64;
        while let Some(request) = requests.next() {
            number += 1;
            let position = || format!("request {number}");
            match request {
                Ok(request) => self.records(request, &position),
                Err(error) => {
                    let reason = if error.is_eof() { CUT_OFF } else { NOT_OTLP };
                    return self.refuse(reason, &position);
                }
            }
        }
    }

    /// A request that can't be read counts as one record: how many it held, nobody knows.
    fn refuse(&mut self, reason: Reason, position: &dyn Fn() -> String) {
        self.telemetry.tally.rows_read += 1;
        self.telemetry.tally.set_aside(reason, position);
    }

    fn records(&mut self, request: Request<'_>, position: &dyn Fn() -> String) {
        for group in request.resource_spans.into_iter().flatten() {
            let resource = self.resource(group.resource);
            for scoped in group.scope_spans.into_iter().flatten() {
                let scope = scoped
                    .scope
                    .and_then(|scope| scope.name)
                    .unwrap_or_default();
                for span in scoped.spans.into_iter().flatten() {
                    let record = self.count();
                    if let Err(reason) = self.span(&scope, span, &resource) {
                        let place = || format!("span {record}, {}", position());
                        self.telemetry.tally.set_aside(reason, place);
                    }
                }
            }
        }
        for group in request.resource_logs.into_iter().flatten() {
            let resource = self.resource(group.resource);
            for scoped in group.scope_logs.into_iter().flatten() {
                let scope = scoped
                    .scope
                    .and_then(|scope| scope.name)
                    .unwrap_or_default();
                for log in scoped.log_records.into_iter().flatten() {
                    let record = self.count();
                    if let Err(reason) = self.log(&scope, log, &resource) {
                        let place = || format!("log record {record}, {}", position());
                        self.telemetry.tally.set_aside(reason, place);
                    }
                }
            }
        }
        for group in request.resource_metrics.into_iter().flatten() {
            for scoped in group.scope_metrics.into_iter().flatten() {
                self.telemetry.tally.rows_read +=
                    scoped.metrics.map_or(0, |list| list.len() as u64);
                self.telemetry.tally.note(METRICS);
            }
        }
    }

    fn count(&mut self) -> u64 {
        self.telemetry.tally.rows_read += 1;
        self.telemetry.tally.rows_read
    }

    fn resource<'a>(&mut self, resource: Option<Resource<'a>>) -> Attributes<'a> {
        let attributes = resource.and_then(|resource| resource.attributes);
        Attributes::collect(attributes, &mut self.telemetry.tally, |_, _| {})
    }

    fn span(
        &mut self,
        scope: &str,
        span: Span<'_>,
        resource: &Attributes<'_>,
    ) -> Result<(), Reason> {
        let key = (id(&span.trace_id), id(&span.span_id) as u64);
        let mut flagged = false;
        let mut request_tool = None;
        let tally = &mut self.telemetry.tally;
        let own = Attributes::collect(span.attributes, tally, |name, value| {
            let Value::Text(text) = value else { return };
            flagged |= profiles::FLAGGED_CONTENT.contains(&name) && content::is_error(text);
            let wanted = profiles::SPANS
                .iter()
                .flat_map(|profile| profile.tools)
                .any(|tool| matches!(tool, Tool::RequestName(held) if *held == name));
            if wanted && request_tool.is_none() {
                request_tool = content::requested_tool(text);
            }
        });
        let mut exception = None;
        for event in span.events.into_iter().flatten() {
            Attributes::collect(event.attributes, tally, |name, value| {
                if let (profiles::EXCEPTION_TYPE, Value::Text(text)) = (name, value) {
                    exception.get_or_insert_with(|| text.to_string());
                }
            });
        }
        let (mut failed, message) = span.status.map_or((false, Text::default()), |status| {
            (status.code.is(2, "ERROR"), status.message)
        });
        if !message.0.is_empty() {
            tally.drop_field("status.message", 1);
        }
        let parent = id(&span.parent_span_id) as u64;
        let name = span.name.0.as_ref();
        let profile = profiles::SPANS
            .iter()
            .find(|profile| matches(profile, scope, name, &own));
        let Some(profile) = profile else {
            let known = profiles::KNOWN_SCOPES.contains(&scope)
                || profiles::KNOWN_ATTRIBUTES.iter().any(|held| own.has(held));
            if !known {
                tally.unrecognised(&format!("{scope} · {name}"));
            }
            self.telemetry.nodes.push(Node {
                key,
                parent,
                candidate: None,
            });
            return Ok(());
        };
        failed |= flagged;
        let (start_ns, end_ns) = (
            span.start_time_unix_nano.get(),
            span.end_time_unix_nano.get(),
        );
        let is_running = end_ns == 0;
        let start_us = believable(start_ns)?;
        let duration_ms = if is_running {
            f64::NAN
        } else {
            (end_ns - start_ns) as f64 / 1e6
        };
        if !is_running && !(0.0..=DURATION_MS_MAX).contains(&duration_ms) {
            return Err(BAD_DURATION);
        }
        let error = failed.then(|| {
            error_class(&own)
                .or(exception.as_deref().filter(|text| is_token(text)))
                .unwrap_or(if flagged {
                    profiles::TOOL_ERROR
                } else {
                    "error"
                })
        });
        let is_server = profile.side == Side::Server || span.kind.is(2, "SERVER");
        let service = resource.text(profiles::CLIENT);
        let server = own
            .first_text(profiles::SERVER)
            .or(service.filter(|_| is_server));
        let tool = tool(profile, name, &own, request_tool.as_deref());
        let outcome = match (failed, is_running) {
            (true, _) => Outcome::Failure,
            (false, true) => Outcome::Running,
            (false, false) => Outcome::Success,
        };
        let common = self.common(&own, resource, is_server);
        let candidate = Candidate {
            key,
            is_log: false,
            is_server,
            id: hash_identity(&format!("otlp:{:032x}:{:016x}", key.0, key.1)),
            start_us,
            duration_ms,
            outcome,
            tool: self.name(tool),
            server: self.name(server),
            error_class: self.name(error),
            ..common
        };
        self.telemetry.nodes.push(Node {
            key,
            parent,
            candidate: Some(self.telemetry.candidates.len() as u32),
        });
        self.telemetry.candidates.push(candidate);
        Ok(())
    }

    fn log(
        &mut self,
        scope: &str,
        mut log: LogRecord<'_>,
        resource: &Attributes<'_>,
    ) -> Result<(), Reason> {
        let mut server_in_content = None;
        let tally = &mut self.telemetry.tally;
        let own = Attributes::collect(log.attributes.take(), tally, |name, value| {
            if let (profiles::PARAMETERS, Value::Text(text)) = (name, value) {
                server_in_content = content::server_name(text);
            }
        });
        let body = match &log.body {
            Value::Text(body) => body.as_ref(),
            _ => "",
        };
        let names = [
            own.text("event.name").unwrap_or_default(),
            &log.event_name.0,
            body,
        ];
        let profile = profiles::LOGS
            .iter()
            .find(|profile| names.iter().any(|name| profile.events.contains(name)));
        // A body that is not the event's name may be anything.
        let names_event = profile.is_some_and(|profile| profile.events.contains(&body));
        if !body.is_empty() && !names_event {
            tally.drop_field("body", 1);
        }
        let Some(profile) = profile else {
            let known = names.iter().any(|name| {
                profiles::KNOWN_EVENTS
                    .iter()
                    .any(|family| name.starts_with(family))
            });
            if !known {
                let shown = names[..2].iter().find(|name| !name.is_empty());
                tally.unrecognised(&format!("{scope} · {}", shown.unwrap_or(&"log record")));
            }
            return Ok(());
        };
        let rejected = own
            .text(profiles::DECISION)
            .is_some_and(|decision| profiles::REJECTED.contains(&decision));
        if profile.kind == LogKind::Decision && !rejected {
            return Ok(());
        }
        let end_ns = event_time(&log, &own);
        let duration_ms = match own.first_number(profiles::DURATION_MS) {
            Some(ms) if (0.0..=DURATION_MS_MAX).contains(&ms) => ms,
            Some(_) => return Err(BAD_DURATION),
            None => f64::NAN,
        };
        let lasted_ns = if duration_ms.is_nan() {
            0
        } else {
            (duration_ms * 1e6) as i128
        };
        let start_us = believable(end_ns - lasted_ns)?;
        let failed = own.flag(profiles::SUCCESS) == Some(false)
            || (own.flag(profiles::SUCCESS).is_none() && error_class(&own).is_some());
        let outcome = match (profile.kind, failed) {
            (LogKind::Decision, _) => Outcome::Rejected,
            (_, true) => Outcome::Failure,
            (_, false) => Outcome::Success,
        };
        let duration_ms = if outcome == Outcome::Rejected {
            f64::NAN
        } else {
            duration_ms
        };
        let error = (outcome == Outcome::Failure).then(|| error_class(&own).unwrap_or("error"));
        let server = own
            .first_text(profiles::SERVER)
            .or(server_in_content.as_deref());
        let tool = own.first_text(profile.tools);
        let common = self.common(&own, resource, false);
        let sequence: Vec<String> = profiles::SEQUENCE
            .iter()
            .filter_map(|name| Some(own.label(name)?.into_owned()))
            .collect();
        let identity = format!(
            "otlp-log:{}:{}:{}:{}:{end_ns}:{duration_ms}:{failed}:{}",
            profile.name,
            log.span_id.0,
            common.session.as_deref().unwrap_or_default(),
            tool.unwrap_or_default(),
            sequence.join(":")
        );
        let candidate = Candidate {
            key: (id(&log.trace_id), id(&log.span_id) as u64),
            is_log: true,
            id: hash_identity(&identity),
            start_us,
            duration_ms,
            outcome,
            tool: self.name(tool),
            server: self.name(server),
            error_class: self.name(error),
            ..common
        };
        self.telemetry.candidates.push(candidate);
        Ok(())
    }

    /// What comes from the same places in every dialect.
    fn common(
        &mut self,
        own: &Attributes<'_>,
        resource: &Attributes<'_>,
        is_server: bool,
    ) -> Candidate {
        let mut either = |names: &[&str]| {
            let text = own.first_text(names).or(resource.first_text(names));
            self.name(text)
        };
        let user = either(profiles::USER);
        let session = either(profiles::SESSION);
        let workspace = either(profiles::WORKSPACE);
        let platform = either(profiles::PLATFORM);
        let model = either(profiles::MODEL);
        let version = either(profiles::CLIENT_VERSION);
        let client = resource.text(profiles::CLIENT).filter(|_| !is_server);
        Candidate {
            key: (0, 0),
            is_log: false,
            is_server,
            id: 0,
            start_us: 0,
            duration_ms: f64::NAN,
            outcome: Outcome::Success,
            tool: None,
            server: None,
            user,
            workspace,
            client_version: version.filter(|_| client.is_some()),
            client: self.name(client),
            platform,
            session,
            model,
            error_class: None,
        }
    }

    fn name(&mut self, text: Option<&str>) -> Option<Arc<str>> {
        let text = self.telemetry.tally.cut(text?);
        if let Some(known) = self.names.get(text) {
            return Some(Arc::clone(known));
        }
        let shared: Arc<str> = text.into();
        self.names.insert(text.into(), Arc::clone(&shared));
        Some(shared)
    }
}

fn matches(profile: &SpanProfile, scope: &str, name: &str, own: &Attributes<'_>) -> bool {
    profile.when.iter().all(|when| match when {
        When::Scope(wanted) => scope == *wanted,
        When::Is(attribute, value) => own.text(attribute) == Some(value),
        When::Has(attribute) => own.has(attribute),
        When::NameStarts(start) => name.starts_with(start),
    })
}

fn tool<'a>(
    profile: &SpanProfile,
    name: &'a str,
    own: &'a Attributes<'_>,
    requested: Option<&'a str>,
) -> Option<&'a str> {
    let found = profile.tools.iter().find_map(|tool| match tool {
        Tool::Attribute(attribute) => own.text(attribute),
        Tool::NameAfter(before) => name.split_once(before).map(|(_, tool)| tool),
        Tool::NameBefore(after) => name.strip_suffix(after),
        Tool::RequestName(_) => requested,
    });
    found.filter(|tool| !tool.trim().is_empty())
}

fn error_class<'a>(own: &'a Attributes<'_>) -> Option<&'a str> {
    own.first_text(profiles::ERROR)
        .filter(|text| is_token(text))
}

/// A name of a class or a code, not a sentence: a sentence may hold content.
fn is_token(text: &str) -> bool {
    text.len() <= 100 && !text.contains(char::is_whitespace)
}

/// Hex, as the standard says; anything else by its hash, so that it still identifies.
fn id(text: &Text<'_>) -> u128 {
    let text = text.0.as_ref();
    if text.len() <= 32 && !text.is_empty() {
        if let Ok(id) = u128::from_str_radix(text, 16) {
            return id;
        }
    }
    if text.is_empty() {
        0
    } else {
        hash_identity(text).into()
    }
}

fn believable(time_ns: i128) -> Result<i64, Reason> {
    i64::try_from(time_ns.div_euclid(1_000))
        .ok()
        .filter(|time_us| (TIME_US_MIN..TIME_US_MAX).contains(time_us))
        .ok_or(NO_TIME)
}

/// When a log record was written, ns; zeros count as absent.
fn event_time(log: &LogRecord<'_>, own: &Attributes<'_>) -> i128 {
    let stamps = [log.time_unix_nano.get(), log.observed_time_unix_nano.get()];
    if let Some(stamp) = stamps.into_iter().find(|&stamp| stamp != 0) {
        return stamp;
    }
    let text = own.text(profiles::EVENT_TIME).unwrap_or_default();
    chrono::DateTime::parse_from_rfc3339(text)
        .map_or(0, |time| i128::from(time.timestamp_micros()) * 1_000)
}
