//! Lines of export requests into records, and records into candidates for executions.

use std::collections::HashMap;
use std::sync::Arc;

use super::attributes::Attributes;
use super::profiles;
use super::wire::{Request, Resource, Text};
use crate::ingest::json::depth;
use crate::ingest::ndjson::lines;
use crate::ingest::recognise::without_mark;
use crate::ingest::values::{Reason, hash_identity};
use crate::ingest::{IngestError, Tally};
use crate::model::Outcome;
use crate::model::limits::{JSON_DEPTH_MAX, OTLP_LINE_BYTES_MAX, TIME_US_MAX, TIME_US_MIN};

const NOT_OTLP: Reason = "The line is not an OTLP/JSON export request.";
const CUT_OFF: Reason = "The line ends in the middle; the file may be cut off.";
const NOT_UTF8: Reason = "The line is not UTF-8 text.";
const TOO_DEEP: Reason = "The line is nested more than 64 levels deep.";
const TOO_LONG: Reason = "The line is longer than 64 MiB.";
const NO_TIME: Reason = "The record has no believable time.";
pub(super) const BAD_DURATION: Reason = "The record's duration is negative or longer than a year.";
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
pub(super) struct Reader {
    pub(super) telemetry: Telemetry,
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
        let requests = serde_json::Deserializer::from_slice(text).into_iter::<Request<'_>>();
        for (request, number) in requests.zip(1_u64..) {
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

    /// What comes from the same places in every dialect.
    pub(super) fn common(
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

    pub(super) fn name(&mut self, text: Option<&str>) -> Option<Arc<str>> {
        let text = self.telemetry.tally.cut(text?);
        if let Some(known) = self.names.get(text) {
            return Some(Arc::clone(known));
        }
        let shared: Arc<str> = text.into();
        self.names.insert(text.into(), Arc::clone(&shared));
        Some(shared)
    }
}

pub(super) fn error_class<'a>(own: &'a Attributes<'_>) -> Option<&'a str> {
    own.first_text(profiles::ERROR)
        .filter(|text| is_token(text))
}

/// A name of a class or a code, not a sentence: a sentence may hold content.
pub(super) fn is_token(text: &str) -> bool {
    text.len() <= 100 && !text.contains(char::is_whitespace)
}

/// Hex, as the standard says; anything else by its hash, so that it still identifies.
pub(super) fn id(text: &Text<'_>) -> u128 {
    let text = text.0.as_ref();
    if text.len() <= 32
        && let Ok(id) = u128::from_str_radix(text, 16)
    {
        return id;
    }
    if text.is_empty() {
        0
    } else {
        hash_identity(text).into()
    }
}

pub(super) fn believable(time_ns: i128) -> Result<i64, Reason> {
    i64::try_from(time_ns.div_euclid(1_000))
        .ok()
        .filter(|time_us| (TIME_US_MIN..TIME_US_MAX).contains(time_us))
        .ok_or(NO_TIME)
}
