//! Log records into candidates.

use super::attributes::Attributes;
use super::content;
use super::profiles::{self, LogKind};
use super::read::{BAD_DURATION, Candidate, Reader, believable, error_class, id};
use super::wire::{LogRecord, Value};
use crate::ingest::values::{Reason, hash_identity};
use crate::model::Outcome;
use crate::model::limits::DURATION_MS_MAX;

impl Reader {
    pub(super) fn log(
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
