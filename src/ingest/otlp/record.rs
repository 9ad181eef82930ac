//! What is left of a record once its line is read.
//!
//! Owns: candidates, the spans around them, and the rules for ids, times and names. Does not own: where these stand in
//! a dialect (`profiles`).

use std::sync::Arc;

use super::attributes::Attributes;
use super::dialect::Names;
use super::value::Text;
use crate::ingest::Tally;
use crate::ingest::values::{Reason, hash_identity};
use crate::model::Outcome;
use crate::model::limits::{TIME_US_MAX, TIME_US_MIN};

pub(super) const NO_TIME: Reason = "The record has no believable time.";
pub(super) const NO_SPAN_ID: Reason = "The span has no trace id or no span id.";
pub(super) const BAD_DURATION: Reason = "The record's duration is negative or longer than a year.";
/// Class names and codes are shorter.
const TOKEN_BYTES_MAX: usize = 100;

/// (trace id, span id)
pub type SpanKey = (u128, u64);

/// Where a span hangs: enough to walk up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    pub key: SpanKey,
    pub parent: u64,
    /// Position among the candidates.
    pub candidate: Option<u32>,
    /// The span itself could not be used, but the way up leads through it.
    pub is_set_aside: bool,
}

/// A span or log record that tells of a tool execution.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// A span's own key, or for a log record that of the span it was written in; zero when there is none.
    pub key: SpanKey,
    pub is_log: bool,
    pub is_server: bool,
    /// Identity of the record, the same when it is delivered again.
    pub id: u64,
    pub start_us: i64,
    /// NaN when it is not known.
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
    /// As the record names it.
    pub error_class: Option<Arc<str>>,
    /// What a failure is called when no record of the call names its class: an exception, or what the flag was.
    pub error_otherwise: Option<Arc<str>>,
}

/// One file's records.
#[derive(Debug, Default)]
pub struct Telemetry {
    /// `rows_read` counts spans, log records and metrics, and each request that can't be read as one.
    pub tally: Tally,
    pub nodes: Vec<Node>,
    pub candidates: Vec<Candidate>,
}

/// The class of an error, where it is a token.
pub(super) fn error_class<'a>(attributes: &'a Attributes<'_>, names: Names) -> Option<&'a str> {
    attributes.first_text(names).filter(|text| is_token(text))
}

/// A name of a class or a code, not a sentence, an address or a path: those may hold content.
pub(super) fn is_token(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-$".contains(&byte);
    (1..=TOKEN_BYTES_MAX).contains(&text.len()) && text.bytes().all(is_plain)
}

/// Hex, as the standard says; anything else by its hash, so that it still identifies. Zero when there is none.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_a_class_or_a_code() {
        for token in [
            "-32602",
            "tool_error",
            "Error:ENOENT",
            "pydantic_core.ValidationError",
        ] {
            assert!(is_token(token), "{token}");
        }
        let others = [
            "",
            "no such file",
            "/home/maya/notes",
            "maya@acme.test",
            "a=b",
        ];
        for other in others.into_iter().chain([&*"x".repeat(200)]) {
            assert!(!is_token(other), "{other}");
        }
    }
}
