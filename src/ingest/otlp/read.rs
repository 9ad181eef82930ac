//! A file of export requests into records, and records into candidates for executions.
//!
//! Owns: the walk through requests, resources and scopes, and the account of what was met. Does not own: where a
//! request begins (`frames`), what a span or a log record says (`spans`, `logs`).

use std::collections::HashMap;
use std::sync::Arc;

use super::attributes::Attributes;
use super::dialect::{Columns, Place};
use super::frames::{CUT_OFF, Frames, NOT_OTLP};
use super::profiles;
use super::record::{Candidate, Telemetry};
use super::wire::{List, Request, Resource, ResourceLogs, ResourceSpans, Scope};
use crate::ingest::IngestError;
use crate::ingest::recognise::without_mark;
use crate::ingest::values::{Reason, hash_identity};
use crate::model::Outcome;

const METRICS: &str = "Metrics hold no executions; traces and logs do.";

/// Reads a file: one export request a line, or pretty-printed ones.
pub fn read(bytes: &[u8]) -> Result<Telemetry, IngestError> {
    let mut frames = Frames::new(without_mark(bytes));
    let mut reader = Reader::default();
    while let Some(frame) = frames.next() {
        let request = frame.text.and_then(parse);
        let read = request.map(|request| reader.records(request, frame.line));
        if let Err(reason) = read {
            reader.refuse(reason, frame.line);
            if frame.text.is_ok() {
                frames.retreat(&frame);
            }
        }
    }
    if reader.requests == 0 {
        return Err(IngestError::Empty);
    }
    Ok(reader.telemetry)
}

fn parse(text: &str) -> Result<Request<'_>, Reason> {
    let request: Request<'_> = serde_json::from_str(text)
        .map_err(|error| if error.is_eof() { CUT_OFF } else { NOT_OTLP })?;
    let is_empty = request.resource_spans.is_none()
        && request.trace.is_none()
        && request.resource_logs.is_none()
        && request.resource_metrics.is_none()
        && request.scope_spans.is_none()
        && request.scope_logs.is_none();
    // An exporter with nothing to say writes an empty object; anything else is something else.
    let says_nothing = || text.bytes().all(|byte| b"{} \t\r\n".contains(&byte));
    if is_empty && !says_nothing() {
        return Err(NOT_OTLP);
    }
    Ok(request)
}

#[derive(Default)]
pub(super) struct Reader {
    pub(super) telemetry: Telemetry,
    /// Requests met, readable or not.
    requests: u64,
    /// Log records of this request that nothing tells apart → how many.
    pub(super) alike: HashMap<u64, u32>,
    /// Names repeat in every record.
    names: HashMap<Box<str>, Arc<str>>,
}

impl Reader {
    /// A request that can't be read counts as one record: how many it held, nobody knows.
    fn refuse(&mut self, reason: Reason, line: u64) {
        self.requests += 1;
        self.telemetry.tally.rows_read += 1;
        self.set_aside(reason, || format!("line {line}"));
    }

    fn set_aside(&mut self, reason: Reason, position: impl FnOnce() -> String) {
        self.telemetry.tally.set_aside(reason, position);
    }

    fn records(&mut self, request: Request<'_>, line: u64) {
        self.requests += 1;
        self.alike.clear();
        let mut number = 0;
        let resource = request.resource;
        let bare_spans = request.scope_spans.map(|scope_spans| ResourceSpans {
            resource: resource.clone(),
            scope_spans: Some(scope_spans),
        });
        let wrapped = request.trace.and_then(|trace| trace.resource_spans);
        let bare_logs = request.scope_logs.map(|scope_logs| ResourceLogs {
            resource,
            scope_logs: Some(scope_logs),
        });
        for group in request
            .resource_spans
            .into_iter()
            .flatten()
            .chain(wrapped.into_iter().flatten())
            .chain(bare_spans)
        {
            self.spans(group, line, &mut number);
        }
        for group in request.resource_logs.into_iter().flatten().chain(bare_logs) {
            self.logs(group, line, &mut number);
        }
        for group in request.resource_metrics.into_iter().flatten() {
            for scoped in group.scope_metrics.into_iter().flatten() {
                let metrics = scoped.metrics.as_ref().map_or(0, List::len);
                self.telemetry.tally.rows_read += metrics as u64;
                self.telemetry.tally.note(METRICS);
            }
        }
    }

    fn spans(&mut self, group: ResourceSpans<'_>, line: u64, number: &mut u64) {
        let resource = self.resource(group.resource);
        for scoped in group.scope_spans.into_iter().flatten() {
            let scope = scope_name(scoped.scope);
            for span in scoped.spans.into_iter().flatten() {
                self.telemetry.tally.rows_read += 1;
                *number += 1;
                if let Err(reason) = self.span(&scope, span, &resource) {
                    self.set_aside(reason, || format!("span {number} of line {line}"));
                }
            }
        }
    }

    fn logs(&mut self, group: ResourceLogs<'_>, line: u64, number: &mut u64) {
        let resource = self.resource(group.resource);
        for scoped in group.scope_logs.into_iter().flatten() {
            let scope = scope_name(scoped.scope);
            for log in scoped.log_records.into_iter().flatten() {
                self.telemetry.tally.rows_read += 1;
                *number += 1;
                if let Err(reason) = self.log(&scope, log, &resource) {
                    self.set_aside(reason, || format!("log record {number} of line {line}"));
                }
            }
        }
    }

    fn resource<'a>(&mut self, resource: Option<Resource<'a>>) -> Attributes<'a> {
        let attributes = resource.and_then(|resource| resource.attributes);
        Attributes::collect(
            attributes.into_iter().flatten().flatten(),
            &mut self.telemetry.tally,
        )
    }

    /// What every dialect says in attributes of the record or of its resource.
    pub(super) fn common(
        &mut self,
        own: &Attributes<'_>,
        resource: &Attributes<'_>,
        columns: &Columns,
        is_server: bool,
    ) -> Candidate {
        let mut either = |names| {
            let text = own.first_text(names).or(resource.first_text(names));
            self.name(text)
        };
        let user = either(columns.user);
        let session = either(columns.session);
        let transport_session = either(columns.transport_session);
        let workspace = either(columns.workspace);
        let model = either(columns.model);
        let platform = either(columns.platform);
        let version = either(columns.client_version);
        let client = self.name(resource.first_text(columns.client));
        let client_info = self.name(own.first_text(columns.client_info));
        let client_info_version = self.name(own.first_text(columns.client_info_version));
        let call = profiles::CALL_IDS.iter().find_map(|name| own.label(name));
        let process = resource.first_text(columns.session);
        // A server's resource describes the server's program and machine, not the client's.
        let of_client = |name: Option<Arc<str>>| name.filter(|_| !is_server);
        Candidate {
            key: (0, 0),
            is_log: false,
            is_echo: false,
            is_server,
            id: 0,
            // Some clients count their calls from one in every session.
            call: call.map_or(0, |call| {
                let session = session.as_deref().unwrap_or_default();
                hash_identity(&format!("{session}:{call}"))
            }),
            process: process.map_or(0, hash_identity),
            start_us: 0,
            duration_ms: f64::NAN,
            outcome: Outcome::Success,
            tool: None,
            server: self.place(columns.server, own, ""),
            service: client.clone().filter(|_| is_server),
            user,
            workspace,
            client_info,
            client_info_version,
            client: of_client(client),
            client_version: of_client(version),
            platform: of_client(platform),
            session,
            transport_session,
            model,
            error_class: None,
            error_otherwise: None,
        }
    }

    /// The first name that stands in one of these places of a record.
    pub(super) fn place(
        &mut self,
        places: &[Place],
        own: &Attributes<'_>,
        span_name: &str,
    ) -> Option<Arc<str>> {
        places.iter().find_map(|place| match *place {
            Place::Attribute(name) => self.name(own.text(name)),
            Place::Within(name, before, after) => {
                let rest = own.text(name).and_then(|text| text.strip_prefix(before));
                self.name(
                    rest.and_then(|rest| rest.split_once(after))
                        .map(|cut| cut.0),
                )
            }
            Place::Name => self.name(Some(span_name)),
            Place::NameAfter(before) => self.name(span_name.split_once(before).map(|cut| cut.1)),
            Place::NameBefore(after) => self.name(span_name.strip_suffix(after)),
            Place::Content(name, path) => self.name(own.content.name_at(name, path).as_deref()),
        })
    }

    /// A name, shared with all that are the same; blank ones are none.
    pub(super) fn name(&mut self, text: Option<&str>) -> Option<Arc<str>> {
        let text = text.filter(|text| !text.trim().is_empty())?;
        let text = self.telemetry.tally.cut(text);
        if let Some(known) = self.names.get(text) {
            return Some(Arc::clone(known));
        }
        let shared: Arc<str> = text.into();
        self.names.insert(text.into(), Arc::clone(&shared));
        Some(shared)
    }
}

fn scope_name(scope: Option<Scope<'_>>) -> std::borrow::Cow<'_, str> {
    scope.and_then(|scope| scope.name).unwrap_or_default()
}
