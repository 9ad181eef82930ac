//! Spans into candidates.

use super::attributes::Attributes;
use super::content;
use super::profiles::{self, Side, SpanProfile, Tool, When};
use super::read::{BAD_DURATION, Candidate, Node, Reader, believable, error_class, id, is_token};
use super::wire::{Span, Text, Value};
use crate::ingest::values::{Reason, hash_identity};
use crate::model::Outcome;
use crate::model::limits::DURATION_MS_MAX;

impl Reader {
    pub(super) fn span(
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
