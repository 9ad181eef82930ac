//! What is left of a record once its line is read.
//!
//! Owns: candidates, the spans around them, and the rules for ids, times and names. Does not own: where these stand in
//! a dialect (`profiles`).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::agents::AgentSpan;
use super::attributes::Attributes;
use super::dialect::Names;
use super::value::Text;
use crate::ingest::Tally;
use crate::ingest::values::{Reason, hash_identity};
use crate::model::Outcome;
use crate::model::limits::{TIME_US_MAX, TIME_US_MIN};

pub(super) const NO_TIME: Reason = "The record has no believable time.";
pub(super) const NO_SPAN_ID: Reason = "The span has no trace id or no span id.";
pub const BAD_DURATION: Reason = "The record's duration is negative or longer than a year.";
pub(super) const BAD_TOKENS: Reason =
    "The record's number of tokens is not a whole number of zero or more.";
pub(super) const BAD_COST: Reason = "The record's cost is not a number of zero or more.";
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

/// A span or log record that tells of a tool execution, or what another span has in common with one.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// A span's own key, or for a log record that of the span it was written in; zero when there is none.
    pub key: SpanKey,
    pub is_log: bool,
    /// Tells again what a span tells, or may.
    pub is_echo: bool,
    pub is_server: bool,
    /// Identity of the record, the same when it is delivered again.
    pub id: u64,
    /// The same in all records of one call; zero when the record does not know.
    pub call: u64,
    /// The same in all that one process tells of itself; zero when it does not say.
    pub process: u64,
    pub start_us: i64,
    /// NaN when it is not known.
    pub duration_ms: f64,
    pub outcome: Outcome,
    pub tool: Option<Arc<str>>,
    /// As a record names it.
    pub server: Option<Arc<str>>,
    /// The program that reports, where that is the server.
    pub service: Option<Arc<str>>,
    pub user: Option<Arc<str>>,
    pub workspace: Option<Arc<str>>,
    /// As it introduced itself to the server.
    pub client_info: Option<Arc<str>>,
    pub client_info_version: Option<Arc<str>>,
    /// The program that reports, where that is the client.
    pub client: Option<Arc<str>>,
    pub client_version: Option<Arc<str>>,
    pub platform: Option<Arc<str>>,
    pub session: Option<Arc<str>>,
    /// Of the connection, which is a new one with every request where servers keep no state.
    pub transport_session: Option<Arc<str>>,
    pub model: Option<Arc<str>>,
    /// As the record names it.
    pub error_class: Option<Arc<str>>,
    /// What a failure is called when no record of the call names its class: an exception, or what the flag was.
    pub error_otherwise: Option<Arc<str>>,
}

impl Candidate {
    /// Of one span delivered twice, that of a call that is over says more than that of one that is still open.
    pub fn says_more_than(&self, other: &Self) -> bool {
        other.duration_ms.is_nan() && !self.duration_ms.is_nan()
    }

    pub fn end_us(&self) -> i64 {
        if self.duration_ms.is_nan() {
            self.start_us
        } else {
            self.start_us + (self.duration_ms * 1e3) as i64
        }
    }
}

/// What a span that is no candidate knows of the calls below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surrounding {
    pub key: SpanKey,
    pub user: Option<Arc<str>>,
    pub session: Option<Arc<str>>,
}

/// One file's records.
#[derive(Debug, Default)]
pub struct Telemetry {
    /// `rows_read` counts spans, log records and metrics, and each request that can't be read as one.
    pub tally: Tally,
    pub nodes: Vec<Node>,
    pub candidates: Vec<Candidate>,
    /// Provider calls and agents at work.
    pub agents: Vec<AgentSpan>,
    pub surroundings: Vec<Surrounding>,
}

impl Telemetry {
    /// What the records take, about, with their places among those of all files; names are shared and left out.
    pub fn resident_bytes(&self) -> u64 {
        let records = self.nodes.len() * (size_of::<Node>() + size_of::<(SpanKey, u32)>())
            + self.candidates.len() * (size_of::<Candidate>() + size_of::<(u64, u32)>())
            + self.agents.len() * (size_of::<AgentSpan>() + size_of::<(SpanKey, u32)>())
            + self.surroundings.len() * size_of::<Surrounding>();
        records as u64
    }
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

pub(super) fn trace_id(text: &Text<'_>) -> u128 {
    id(text, 16)
}

pub(super) fn span_id(text: &Text<'_>) -> u64 {
    id(text, 8) as u64
}

/// Hex, as OTLP says, or base64, as protobuf does when nobody told it; anything else by its hash, so that it still
/// identifies. Zero when there is none.
fn id(text: &Text<'_>, bytes: usize) -> u128 {
    let text = text.0.as_ref();
    if text.len() <= 32
        && let Ok(id) = u128::from_str_radix(text, 16)
    {
        return id;
    }
    if text.is_empty() {
        return 0;
    }
    let decoded = (text.len() <= 24).then(|| BASE64.iter().find_map(|base| base.decode(text).ok()));
    match decoded.flatten() {
        Some(id) if id.len() == bytes => id.iter().fold(0, |id, byte| id << 8 | u128::from(*byte)),
        _ => hash_identity(text).into(),
    }
}

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: [GeneralPurpose; 2] = [
    GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT),
    GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT),
];

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
    fn an_id_is_the_same_in_hex_and_in_base64() {
        let id = |text: &str| super::trace_id(&Text(text.into()));
        let expected = 0x5b8e_fff7_9803_8103_d269_b633_813f_c60c;
        assert_eq!(id("5b8efff798038103d269b633813fc60c"), expected);
        assert_eq!(id("5B8EFFF798038103D269B633813FC60C"), expected);
        assert_eq!(id("W47/95gDgQPSabYzgT/GDA=="), expected);
        assert_eq!(id("W47_95gDgQPSabYzgT_GDA"), expected);
        assert_eq!(span_id(&Text("AAAAAAAAAAA=".into())), 0);
        assert_eq!(span_id(&Text("7uGbftGTL9E=".into())), 0xeee1_9b7e_d193_2fd1);
        assert_eq!(
            span_id(&Text("eee19b7ed1932fd1".into())),
            0xeee1_9b7e_d193_2fd1
        );
        assert_ne!(id("not an id"), id("nor is this"));
        assert_eq!(id(""), 0);
    }

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
