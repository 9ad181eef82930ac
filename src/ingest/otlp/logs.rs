//! Log records into candidates.
//!
//! Owns: which profile a log record matches, what it says of a call, and its identity. Does not own: the span it was
//! written in (`link`).

use super::agents::{self, AgentSpan, Work};
use super::attributes::Attributes;
use super::dialect::{LogKind, LogProfile};
use super::log_profiles::LOGS;
use super::profiles;
use super::read::Reader;
use super::record::{
    BAD_COST, BAD_DURATION, Candidate, believable, error_class, span_id, trace_id,
};
use super::value::Value;
use super::wire::{Fields, LogRecord};
use crate::ingest::values::{Reason, hash_identity};
use crate::model::limits::DURATION_MS_MAX;
use crate::model::{Outcome, TimeUs};

impl Reader {
    pub(super) fn log(
        &mut self,
        scope: &str,
        mut log: LogRecord<'_>,
        resource: &Attributes<'_>,
    ) -> Result<(), Reason> {
        // Some write the event's fields into the body instead.
        let nested = match log.body {
            Value::Nested(fields) => fields,
            _ => "",
        };
        let attributes = log.attributes.take().into_iter().flatten().flatten();
        let attributes = attributes.chain(Fields::of(nested));
        let own = Attributes::collect(attributes, &mut self.telemetry.tally);
        let event_name = own.text(profiles::EVENT_NAME).unwrap_or_default();
        let body = match &log.body {
            Value::Text(body) => body.as_ref(),
            _ => "",
        };
        let names = [event_name, log.event_name.0.as_ref(), body];
        let profile = LOGS
            .iter()
            .find(|profile| names.iter().any(|name| profile.events.contains(name)));
        // A body that is not the event's name may be anything.
        let is_name = profile.is_some_and(|profile| profile.events.contains(&body));
        if log.body != Value::Empty && nested.is_empty() && !is_name {
            self.telemetry.tally.drop_field("body", 1);
        }
        match profile {
            Some(profile) if profile.not_of.contains(&scope) => {}
            Some(profile) => match profile.kind {
                LogKind::Execution | LogKind::Decision => {
                    let candidate = self.log_candidate(profile, &log, &own, resource)?;
                    self.telemetry.candidates.extend(candidate);
                }
                _ => {
                    let call = self.provider_log(profile, &log, &own, resource)?;
                    self.telemetry.agents.extend(call);
                }
            },
            None => self.no_event(scope, names),
        }
        Ok(())
    }

    fn log_candidate(
        &mut self,
        profile: &LogProfile,
        log: &LogRecord<'_>,
        own: &Attributes<'_>,
        resource: &Attributes<'_>,
    ) -> Result<Option<Candidate>, Reason> {
        let class = error_class(own, profile.columns.error_class);
        let success = own.flag(profile.success);
        let has_failed = success.map_or(class.is_some(), |success| !success);
        let decision = own.text(profile.decision);
        let is_rejected = decision.is_some_and(|decision| profiles::REJECTED.contains(&decision));
        let outcome = match profile.kind {
            LogKind::Decision if !is_rejected => return Ok(None),
            LogKind::Decision => Outcome::Rejected,
            LogKind::Execution if is_rejected && success != Some(true) => Outcome::Rejected,
            _ if own.is_marked(profiles::CANCELLED) => Outcome::Cancelled,
            _ if has_failed => Outcome::Failure,
            _ => Outcome::Success,
        };
        let lasted_ms = own.first_number(profile.duration_ms);
        let (start_us, end_ns) = span(profile, log, own, lasted_ms)?;
        let common = self.common(own, resource, &profile.columns, false);
        let tool = self.place(profile.tool, own, "");
        let sequence = sequence(profile, own);
        let identity = format!(
            "otlp-log:{}:{}:{}:{}:{end_ns}:{lasted_ms:?}:{has_failed}:{}",
            profile.name,
            log.span_id.0,
            common.session.as_deref().unwrap_or_default(),
            tool.as_deref().unwrap_or_default(),
            sequence
        );
        let failure = |class| Some(class).filter(|_| outcome == Outcome::Failure);
        // What never ran took no time, whatever the record says.
        let ran_ms = lasted_ms.filter(|_| outcome != Outcome::Rejected);
        Ok(Some(Candidate {
            key: (trace_id(&log.trace_id), span_id(&log.span_id)),
            is_log: true,
            is_echo: profile.is_echo,
            id: self.log_id(&identity, !sequence.is_empty()),
            start_us,
            duration_ms: ran_ms.unwrap_or(f64::NAN),
            outcome,
            tool,
            error_class: self.name(class.and_then(failure)),
            error_otherwise: self.name(failure(profiles::ERROR)),
            ..common
        }))
    }

    /// A call to a provider, or what one used; `None` when the record is about something else.
    fn provider_log(
        &mut self,
        profile: &LogProfile,
        log: &LogRecord<'_>,
        own: &Attributes<'_>,
        resource: &Attributes<'_>,
    ) -> Result<Option<AgentSpan>, Reason> {
        let usage = &profile.usage;
        let tokens_in = agents::all_tokens(own, usage.tokens_in)?;
        let tokens_out = agents::all_tokens(own, usage.tokens_out)?;
        let is_usage = profile.kind == LogKind::ProviderUsage;
        let says_nothing = is_usage && tokens_in.is_none() && tokens_out.is_none();
        let Some(model) = agents::model(own).filter(|_| !says_nothing) else {
            return Ok(None);
        };
        if agents::is_other_operation(own) {
            return Ok(None);
        }
        let status_class = agents::status_class(own, usage.status);
        let class = error_class(own, profile.columns.error_class).or(status_class.as_deref());
        let has_failed = match profile.kind {
            LogKind::ProviderFailure => true,
            LogKind::ProviderAttempt => class.is_some() || own.first_number(usage.status).is_none(),
            _ => class.is_some(),
        };
        let outcome = if has_failed {
            Outcome::Failure
        } else {
            Outcome::Success
        };
        let lasted_ms = own.first_number(profile.duration_ms).filter(|_| !is_usage);
        let (start_us, end_ns) = span(profile, log, own, lasted_ms)?;
        let cost_usd = own.first_number(usage.cost_usd);
        if cost_usd.is_some_and(|usd| !(usd.is_finite() && usd >= 0.0)) {
            return Err(BAD_COST);
        }
        let common = self.common(own, resource, &profile.columns, false);
        let request = agents::request(own);
        let sequence = sequence(profile, own);
        let identity = format!(
            "otlp-call:{}:{}:{}:{model}:{end_ns}:{lasted_ms:?}:{tokens_in:?}:{tokens_out:?}:{request}:{}",
            profile.name,
            log.span_id.0,
            common.session.as_deref().unwrap_or_default(),
            sequence
        );
        let failure = |class| Some(class).filter(|_| has_failed);
        Ok(Some(AgentSpan {
            work: if is_usage {
                Work::Usage
            } else {
                Work::ProviderCall
            },
            tokens_in,
            tokens_out,
            cost_usd: cost_usd.unwrap_or(f64::NAN),
            request,
            first_chunk_ms: f64::NAN,
            record: Candidate {
                key: (trace_id(&log.trace_id), span_id(&log.span_id)),
                is_log: true,
                id: self.log_id(&identity, request != 0 || !sequence.is_empty()),
                start_us,
                duration_ms: lasted_ms.unwrap_or(f64::NAN),
                outcome,
                model: self.name(Some(model)),
                error_class: self.name(class.and_then(failure)),
                error_otherwise: self.name(failure(profiles::ERROR)),
                ..common
            },
        }))
    }

    /// Two calls may end at the same moment with nothing to tell them apart; then their places in the request do, which
    /// stay the same when the request is delivered again.
    fn log_id(&mut self, identity: &str, is_numbered: bool) -> u64 {
        let id = hash_identity(identity);
        if is_numbered {
            return id;
        }
        let before = self.alike.entry(id).or_default();
        *before += 1;
        match *before {
            1 => id,
            number => hash_identity(&format!("{identity}:{number}")),
        }
    }

    fn no_event(&mut self, scope: &str, names: [&str; 3]) {
        let is_known = names.iter().any(|name| {
            let mut families = profiles::KNOWN_EVENTS.iter();
            families.any(|family| name.starts_with(family))
        });
        if is_known {
            return;
        }
        // The body is not shown: it may be anything.
        let shown = names[..2].iter().find(|name| !name.is_empty());
        let shown = shown.unwrap_or(&"log record");
        let tally = &mut self.telemetry.tally;
        tally.unrecognised(&format!("{scope} · {shown}"));
    }
}

/// When the work that a record tells of began (µs) and ended (ns).
fn span(
    profile: &LogProfile,
    log: &LogRecord<'_>,
    own: &Attributes<'_>,
    lasted_ms: Option<f64>,
) -> Result<(TimeUs, i128), Reason> {
    if lasted_ms.is_some_and(|ms| !(0.0..=DURATION_MS_MAX).contains(&ms)) {
        return Err(BAD_DURATION);
    }
    let end_ns = end_ns(profile, log, own);
    let start_us = believable(end_ns - (lasted_ms.unwrap_or_default() * 1e6) as i128)?;
    Ok((start_us, end_ns))
}

/// What tells a record from others of the same instant; empty where nothing does.
fn sequence(profile: &LogProfile, own: &Attributes<'_>) -> String {
    let labels = profile.sequence.iter().filter_map(|name| own.label(name));
    labels.collect::<Vec<_>>().join(":")
}

/// When a log record was written, which is when the call ended; zeros count as absent.
fn end_ns(profile: &LogProfile, log: &LogRecord<'_>, own: &Attributes<'_>) -> i128 {
    let stamps = [log.time_unix_nano.get(), log.observed_time_unix_nano.get()];
    if let Some(stamp) = stamps.into_iter().find(|&stamp| stamp != 0) {
        return stamp;
    }
    let text = own.text(profile.time).unwrap_or_default();
    chrono::DateTime::parse_from_rfc3339(text)
        .map_or(0, |time| i128::from(time.timestamp_micros()) * 1_000)
}
