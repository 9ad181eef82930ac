//! Spans into candidates.
//!
//! Owns: which profile a span matches, how it ended, how long it took. Does not own: what the span belongs to (`link`).

use super::agents::{AgentSpan, Work};
use super::attributes::Attributes;
use super::dialect::{Role, Side, When};
use super::profiles;
use super::read::Reader;
use super::record::{
    BAD_DURATION, Candidate, NO_SPAN_ID, Node, SpanKey, Surrounding, believable, error_class,
    is_token, span_id, trace_id,
};
use super::span_profiles::{NO_CALLS, SPANS};
use super::value::Number;
use super::wire::{Span, SpanEvent};
use crate::ingest::values::{Reason, hash_identity};
use crate::model::Outcome;
use crate::model::limits::DURATION_MS_MAX;

const EXCEPTION: &str = "exception";
/// How the name of a family of scopes ends.
const FAMILY_ENDS: &[char] = &['.', '-'];

impl Reader {
    /// Notes the span and, when a profile matches, its candidate.
    pub(super) fn span(
        &mut self,
        scope: &str,
        mut span: Span<'_>,
        resource: &Attributes<'_>,
    ) -> Result<(), Reason> {
        let key = (trace_id(&span.trace_id), span_id(&span.span_id));
        let tally = &mut self.telemetry.tally;
        let own = Attributes::collect(
            span.attributes.take().into_iter().flatten().flatten(),
            tally,
        );
        let work = Work::of(span.name.0.as_ref(), &own);
        let ending = self.ending(&mut span, &own, work);
        let mut candidate = self.span_candidate(scope, &span, &ending, &own, resource);
        let work = work.filter(|_| candidate == Ok(None) && !is_no_call(scope, &span, &own));
        let agent = match work.map(|work| self.agent_span(work, &span, &ending, &own, resource)) {
            Some(Err(reason)) => {
                candidate = Err(reason);
                None
            }
            other => other.and_then(Result::ok),
        };
        if key.0 == 0 || key.1 == 0 {
            return Err(NO_SPAN_ID);
        }
        let mut node = Node {
            key,
            parent: span_id(&span.parent_span_id),
            candidate: None,
            is_set_aside: candidate.is_err(),
        };
        let result = candidate.map(|candidate| match candidate {
            Some(candidate) => {
                let candidates = &mut self.telemetry.candidates;
                node.candidate = Some(candidates.len() as u32);
                candidates.push(identified(candidate, key));
            }
            None => {
                self.surrounding(key, &own);
                self.telemetry.agents.extend(agent.map(|agent| AgentSpan {
                    record: identified(agent.record, key),
                    ..agent
                }));
            }
        });
        self.telemetry.nodes.push(node);
        result
    }

    fn span_candidate(
        &mut self,
        scope: &str,
        span: &Span<'_>,
        ending: &Ending,
        own: &Attributes<'_>,
        resource: &Attributes<'_>,
    ) -> Result<Option<Candidate>, Reason> {
        let name = span.name.0.as_ref();
        let is_no_call = is_no_call(scope, span, own);
        let mut profiles = SPANS.iter().filter(|_| !is_no_call);
        let Some(profile) = profiles.find(|profile| matches(profile.when, scope, name, own)) else {
            if !is_no_call {
                self.no_candidate(scope, name, own);
            }
            return Ok(None);
        };
        let is_refused = profile.role != Role::Call
            && own
                .first_text(profiles::DECISIONS)
                .is_some_and(|decision| profiles::REJECTED.contains(&decision));
        if profile.role == Role::Decision && !is_refused {
            return Ok(None);
        }
        let start_ns = span.start_time_unix_nano.get();
        let mut start_us = believable(start_ns)?;
        let duration_ms = duration_ms(start_ns, &span.end_time_unix_nano)?;
        if profile.role == Role::Echo {
            start_us -= (duration_ms.unwrap_or_default() * 1e3) as i64;
        }
        let outcome = if is_refused {
            Outcome::Rejected
        } else {
            ending.outcome_of(duration_ms)
        };
        let failure = |class| Some(class).filter(|_| outcome == Outcome::Failure);
        let class = error_class(own, profile.columns.error_class);
        let is_server = match profile.side {
            Side::ByKind => span.kind.is(2, "SERVER"),
            Side::Server => !span.kind.is(3, "CLIENT"),
        };
        Ok(Some(Candidate {
            is_echo: profile.role == Role::Echo,
            start_us,
            duration_ms: duration_ms.unwrap_or(f64::NAN),
            outcome,
            tool: self.place(profile.tool, own, name),
            error_class: self.name(class.and_then(failure)),
            error_otherwise: self.name(failure(ending.otherwise.as_str())),
            ..self.common(own, resource, &profile.columns, is_server)
        }))
    }

    /// How the call ended, as far as the span says so. Takes the span's events. The content of an answer of a model is
    /// no result of a tool, and flags in it are the model's.
    fn ending(&mut self, span: &mut Span<'_>, own: &Attributes<'_>, work: Option<Work>) -> Ending {
        let tally = &mut self.telemetry.tally;
        let status = span.status.take().unwrap_or_default();
        if !status.message.0.is_empty() {
            tally.drop_field("status.message", 1);
        }
        let events = span.events.take().into_iter().flatten();
        let exceptions: Vec<Option<String>> = events
            .filter_map(|SpanEvent { name, attributes }| {
                let all = Attributes::collect(attributes.into_iter().flatten().flatten(), tally);
                let class = all.text(profiles::EXCEPTION_TYPE).map(str::to_owned);
                (class.is_some() || name.0 == EXCEPTION).then_some(class)
            })
            .collect();
        let is_error = status.code.is(2, "ERROR");
        // An exception in a call that is said to have gone well was dealt with.
        let is_broken = !exceptions.is_empty() && !status.code.is(1, "OK");
        let is_flagged =
            (work.is_none() && own.content.says_error()) || own.is_marked(profiles::FAILED);
        let has_class = own.first_text(profiles::COMMON.error_class).is_some();
        let outcome = if !is_error && own.is_marked(profiles::CANCELLED) {
            Some(Outcome::Cancelled)
        } else {
            let has_failed = is_error || is_broken || is_flagged || has_class;
            has_failed.then_some(Outcome::Failure)
        };
        let mut named = exceptions.into_iter().flatten();
        let exception = named.find(|class| is_token(class));
        let nameless = if is_flagged {
            profiles::TOOL_ERROR
        } else {
            profiles::ERROR
        };
        Ending {
            outcome,
            otherwise: exception.unwrap_or_else(|| nameless.to_owned()),
        }
    }

    /// Is the span one that is known to be something else?
    fn no_candidate(&mut self, scope: &str, name: &str, own: &Attributes<'_>) {
        let tally = &mut self.telemetry.tally;
        let known = profiles::KNOWN_SCOPES.iter().find(|(known, _)| {
            *known == scope || (known.ends_with(FAMILY_ENDS) && scope.starts_with(known))
        });
        let is_named = || {
            let mut families = profiles::KNOWN_NAMES.iter();
            families.any(|family| name.starts_with(family))
        };
        match known {
            Some((_, Some(sentence))) => tally.note(*sentence),
            Some((_, None)) => {}
            None if profiles::KNOWN_ATTRIBUTES.iter().any(|name| own.has(name)) => {}
            None if is_named() => {}
            None => tally.unrecognised(&format!("{scope} · {name}")),
        }
    }

    /// Who and in which session, for the calls below that do not say it themselves.
    fn surrounding(&mut self, key: SpanKey, own: &Attributes<'_>) {
        let user = self.name(own.first_text(profiles::COMMON.user));
        let session = self.name(own.first_text(profiles::COMMON.session));
        if user.is_some() || session.is_some() {
            let surrounding = Surrounding { key, user, session };
            self.telemetry.surroundings.push(surrounding);
        }
    }
}

/// How a span ended.
pub(super) struct Ending {
    /// `None` when nothing bad is said.
    outcome: Option<Outcome>,
    /// What a failure is called that has no class.
    pub otherwise: String,
}

impl Ending {
    /// What it means for a span that took so long; `None`: it has not ended.
    pub fn outcome_of(&self, duration_ms: Option<f64>) -> Outcome {
        match (self.outcome, duration_ms) {
            (Some(outcome), _) => outcome,
            (None, None) => Outcome::Running,
            (None, Some(_)) => Outcome::Success,
        }
    }
}

fn identified(record: Candidate, key: SpanKey) -> Candidate {
    Candidate {
        key,
        id: hash_identity(&format!("otlp:{:032x}:{:016x}", key.0, key.1)),
        ..record
    }
}

fn is_no_call(scope: &str, span: &Span<'_>, own: &Attributes<'_>) -> bool {
    let name = span.name.0.as_ref();
    NO_CALLS.iter().any(|when| matches(when, scope, name, own))
}

fn matches(when: &[When], scope: &str, name: &str, own: &Attributes<'_>) -> bool {
    when.iter().all(|when| match *when {
        When::Scope(wanted) => scope == wanted,
        When::Is(attribute, values) => own.is(attribute, values),
        When::Has(attribute) => own.has(attribute),
        When::Lacks(attribute) => !own.has(attribute),
        When::Name(wanted) => name == wanted,
        When::NameStarts(start) => name.starts_with(start),
    })
}

/// `None` for a span that has not ended.
pub(super) fn duration_ms(start_ns: i128, end: &Number<'_>) -> Result<Option<f64>, Reason> {
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
