//! The question as a URL's query string, and back. The one place where either is done (Q6).

use std::borrow::Cow;

use chrono::{DateTime, Datelike, SecondsFormat};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{Clause, CompareSpec, Dimension, Question, RangeSpec};
use crate::model::{Warning, WarningCode, WeekStart};

/// Readable where a query string allows it; the comma separates values and is escaped inside them.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b':');
/// A link longer than this was not made here.
const LENGTH_MAX: usize = 64 * 1024;
const VALUES_MAX: usize = 1_000;

/// The query string without `?`: readable, and only what differs from `defaults`.
/// `range=7d&compare=year&tool=a,b&not.user=x&tool@top-tools=c&zone=Europe/Berlin&week=sunday&now=2026-11-01T00:00:00Z`
pub fn format(question: &Question, defaults: &Question) -> String {
    let mut parts = Vec::new();
    if question.range != defaults.range {
        parts.push(format!("range={}", encode(&question.range.to_text())));
    }
    if question.compare != defaults.compare {
        parts.push(format!("compare={}", encode(&question.compare.to_text())));
    }
    for clause in &question.filters {
        let not = if clause.exclude { "not." } else { "" };
        let source = clause
            .source
            .as_ref()
            .map(|source| format!("@{}", encode(source)))
            .unwrap_or_default();
        let values: Vec<String> = clause
            .values
            .iter()
            .map(|value| encode(value).into_owned())
            .collect();
        parts.push(format!(
            "{not}{}{source}={}",
            clause.dimension.name(),
            values.join(",")
        ));
    }
    if question.zone != defaults.zone {
        parts.push(format!("zone={}", encode(&question.zone)));
    }
    if question.week_start != defaults.week_start {
        parts.push(format!("week={}", question.week_start.name()));
    }
    if let Some(now) = question.now_us.and_then(DateTime::from_timestamp_micros) {
        parts.push(format!(
            "now={}",
            now.to_rfc3339_opts(SecondsFormat::AutoSi, true)
        ));
    }
    parts.join("&")
}

/// Reads [`format`]'s form. What is unknown or unreadable degrades to the default and leaves a warning (Q6).
pub fn parse(query: &str, defaults: &Question) -> (Question, Vec<Warning>) {
    let mut question = defaults.clone();
    let mut warnings = Vec::new();
    let mut degrade =
        |message: String| warnings.push(Warning::new(WarningCode::QuestionDegraded, message));
    let query = query.strip_prefix('?').unwrap_or(query);
    if query.len() > LENGTH_MAX {
        degrade("The link is too long to be read; the defaults are shown.".into());
        return (question, warnings);
    }
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let (key, text) = (decode(key), decode(value));
        match key.as_ref() {
            "range" => match RangeSpec::parse(&text) {
                Some(range) => question.range = range,
                None => degrade(format!(
                    "The range “{}” is not understood; {} is shown.",
                    shown(&text),
                    question.range.label()
                )),
            },
            "compare" => match CompareSpec::parse(&text) {
                Some(compare) => question.compare = compare,
                None => degrade(format!(
                    "The comparison “{}” is not understood.",
                    shown(&text)
                )),
            },
            "zone" => question.zone = text.into_owned(),
            "week" => match WeekStart::parse(&text) {
                Some(start) => question.week_start = start,
                None => degrade(format!("A week does not begin on “{}” here.", shown(&text))),
            },
            "now" => match instant(&text) {
                Some(now_us) => question.now_us = Some(now_us),
                None => degrade(format!("The time “{}” is not understood.", shown(&text))),
            },
            key => match clause(key, value) {
                Some(clause) => question.filters.push(clause),
                None => degrade(format!(
                    "“{}” is no filter Toolscope knows; it is left out.",
                    shown(key)
                )),
            },
        }
    }
    (question, warnings)
}

/// An RFC 3339 time that [`format`] can write: near the ends of its years an offset leads beyond them.
fn instant(text: &str) -> Option<i64> {
    let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    (0..=9999)
        .contains(&time.year())
        .then(|| time.timestamp_micros())
}

fn clause(key: &str, values: &str) -> Option<Clause> {
    let (exclude, key) = key
        .strip_prefix("not.")
        .map_or((false, key), |key| (true, key));
    let (name, source) = key.split_once('@').map_or((key, None), |(name, source)| {
        (name, Some(source.to_owned()))
    });
    let dimension = Dimension::parse(name).filter(|dimension| dimension.is_filter())?;
    let mut values: Vec<String> = values
        .split(',')
        .take(VALUES_MAX)
        .map(|value| decode(value).into_owned())
        .collect();
    values.sort_unstable();
    values.dedup();
    Some(Clause {
        dimension,
        exclude,
        values,
        source,
    })
}

fn encode(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, KEPT).into()
}

/// Browsers and people write a blank as `+` or as `%20`.
fn decode(text: &str) -> Cow<'_, str> {
    let text: Cow<'_, str> = if text.contains('+') {
        text.replace('+', " ").into()
    } else {
        text.into()
    };
    match text {
        Cow::Borrowed(text) => percent_decode_str(text).decode_utf8_lossy(),
        Cow::Owned(text) => percent_decode_str(&text)
            .decode_utf8_lossy()
            .into_owned()
            .into(),
    }
}

/// Somebody else's text inside a sentence of ours: short.
fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
