//! Spans into candidates.
//!
//! Owns: which profile a span matches, how it ended, how long it took. Does not own: what the span belongs to (`link`).

use super::attributes::Attributes;
use super::dialect::{Side, SpanProfile, When};
use super::profiles;
use super::read::Reader;
use super::record::{
    BAD_DURATION, Candidate, NO_SPAN_ID, Node, believable, error_class, id, is_token,
};
use super::value::Number;
use super::wire::Span;
use crate::ingest::values::{Reason, hash_identity};
use crate::model::Outcome;
use crate::model::limits::DURATION_MS_MAX;

impl Reader {
    /// Notes the span and, when a profile matches, its candidate.
    pub(super) fn span(
        &mut self,
        scope: &str,
        span: Span<'_>,
        resource: &Attributes<'_>,
    ) -> Result<(), Reason> {
        let key = (id(&span.trace_id), id(&span.span_id) as u64);
        let parent = id(&span.parent_span_id) as u64;
        let candidate = self.span_candidate(scope, span, resource);
        if key.0 == 0 || key.1 == 0 {
            return Err(NO_SPAN_ID);
        }
        let mut node = Node {
            key,
            parent,
            candidate: None,
            is_set_aside: candidate.is_err(),
        };
        let candidates = &mut self.telemetry.candidates;
        let result = candidate.map(|candidate| {
            node.candidate = candidate.is_some().then_some(candidates.len() as u32);
            candidates.extend(candidate.map(|candidate| Candidate {
                key,
                id: hash_identity(&format!("otlp:{:032x}:{:016x}", key.0, key.1)),
                ..candidate
            }));
        });
        self.telemetry.nodes.push(node);
        result
    }

    fn span_candidate(
        &mut self,
        scope: &str,
        span: Span<'_>,
        resource: &Attributes<'_>,
    ) -> Result<Option<Candidate>, Reason> {
        let tally = &mut self.telemetry.tally;
        let own = Attributes::collect(span.attributes, tally);
        let events = span.events.into_iter().flatten();
        let events: Vec<Attributes<'_>> = events
            .map(|event| Attributes::collect(event.attributes, tally))
            .collect();
        let status = span.status.unwrap_or_default();
        if !status.message.0.is_empty() {
            tally.drop_field("status.message", 1);
        }
        let name = span.name.0.as_ref();
        let profile = profiles::SPANS
            .iter()
            .find(|profile| matches(profile, scope, name, &own));
        let Some(profile) = profile else {
            self.no_candidate(scope, name, &own);
            return Ok(None);
        };
        let start_ns = span.start_time_unix_nano.get();
        let start_us = believable(start_ns)?;
        let duration_ms = duration_ms(start_ns, &span.end_time_unix_nano)?;
        let is_flagged = own.content.says_error();
        let has_failed = is_flagged || status.code.is(2, "ERROR");
        let outcome = match (has_failed, duration_ms) {
            (true, _) => Outcome::Failure,
            (false, None) => Outcome::Running,
            (false, Some(_)) => Outcome::Success,
        };
        let nameless = if is_flagged {
            profiles::TOOL_ERROR
        } else {
            profiles::ERROR
        };
        let mut exceptions = events.iter().filter_map(Attributes::exception_class);
        let exception = exceptions.find(|class| is_token(class));
        let failure = |class| Some(class).filter(|_| has_failed);
        let named = error_class(&own, profile.columns.error_class);
        let is_server = profile.side == Side::Server || span.kind.is(2, "SERVER");
        Ok(Some(Candidate {
            start_us,
            duration_ms: duration_ms.unwrap_or(f64::NAN),
            outcome,
            tool: self.place(profile.tool, &own, name),
            error_class: self.name(named.and_then(failure)),
            error_otherwise: self.name(failure(exception.unwrap_or(nameless))),
            ..self.common(&own, resource, &profile.columns, is_server)
        }))
    }

    /// Is the span one that is known to be something else?
    fn no_candidate(&mut self, scope: &str, name: &str, own: &Attributes<'_>) {
        let tally = &mut self.telemetry.tally;
        let known = profiles::KNOWN_SCOPES
            .iter()
            .find(|(known, _)| *known == scope);
        match known {
            Some((_, Some(sentence))) => tally.note(*sentence),
            Some((_, None)) => {}
            None if profiles::KNOWN_ATTRIBUTES.iter().any(|name| own.has(name)) => {}
            None => tally.unrecognised(&format!("{scope} · {name}")),
        }
    }
}

impl Attributes<'_> {
    fn exception_class(&self) -> Option<&str> {
        self.text(profiles::EXCEPTION_TYPE)
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

/// `None` for a span that has not ended.
fn duration_ms(start_ns: i128, end: &Number<'_>) -> Result<Option<f64>, Reason> {
    let end_ns = end.get();
    if end_ns == 0 {
        return Ok(None);
    }
    let duration_ms = (end_ns - start_ns) as f64 / 1e6;
    if (0.0..=DURATION_MS_MAX).contains(&duration_ms) {
        Ok(Some(duration_ms))
    } else {
        Err(BAD_DURATION)
    }
}
