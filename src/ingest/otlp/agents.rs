//! Spans of the GenAI conventions that are no tool executions: a call to a provider, an agent at work.
//!
//! Owns: which spans these are, and what they say; what such a span and a log record of a call have in common. Does not
//! own: what the spans of one call or of one conversation add up to (`runs`), how a span ended (`spans`).
//!
//! Source: semantic-conventions-genai, docs/gen-ai/gen-ai-spans.md and gen-ai-agent-spans.md.

use super::attributes::Attributes;
use super::dialect::Names;
use super::log_profiles::CLAUDE_CODE_USAGE;
use super::profiles::{COMMON, ERROR, TOOL_ERROR};
use super::read::Reader;
use super::record::{BAD_TOKENS, Candidate, believable, error_class};
use super::spans::{Ending, duration_ms};
use super::wire::Span;
use crate::ingest::values::{Reason, hash_identity};
use crate::model::Outcome;

const OPERATION: &str = "gen_ai.operation.name";
const PROVIDER_CALLS: Names = &["chat", "text_completion", "generate_content"];
const AGENT_RUNS: Names = &["invoke_agent"];

/// The model that answered goes before the one that was asked for: prices are the former's.
const MODEL: Names = &["gen_ai.response.model", "gen_ai.request.model"];
/// The second name of each is that of before version 1.27 of the conventions.
pub const TOKENS_IN: Names = &["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"];
pub const TOKENS_OUT: Names = &[
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
];
/// In seconds; the second name is Sentry's.
const FIRST_CHUNK_S: Names = &[
    "gen_ai.response.time_to_first_chunk",
    "gen_ai.response.time_to_first_token",
];

/// The call's own id, as the provider gave it: the same in all records of one call.
const REQUEST_IDS: Names = &["gen_ai.response.id", "request_id"];
/// Claude Code 2.1, code.claude.com/docs/en/monitoring-usage, traces (beta): a call to the provider that has no operation.
const CLAUDE_CODE_CALL: &str = "claude_code.llm_request";

/// All attributes that are read here and nowhere else.
pub const NAMES: [Names; 5] = [MODEL, TOKENS_IN, TOKENS_OUT, FIRST_CHUNK_S, REQUEST_IDS];

/// More tokens than this are no count.
const TOKENS_MAX: f64 = 9e15;

/// What such a span tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    ProviderCall,
    /// What a provider call used, told after it (`retold`).
    Usage,
    Conversation,
}

impl Work {
    pub fn of(name: &str, own: &Attributes<'_>) -> Option<Self> {
        if name == CLAUDE_CODE_CALL || own.is(OPERATION, PROVIDER_CALLS) {
            Some(Self::ProviderCall)
        } else if own.is(OPERATION, AGENT_RUNS) {
            Some(Self::Conversation)
        } else {
            None
        }
    }
}

/// A span, or a log record, that tells of a call to a provider; or a span of an agent at work.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentSpan {
    pub work: Work,
    /// What it has in common with a call of a tool.
    pub record: Candidate,
    pub tokens_in: Option<u64>,
    pub tokens_out: Option<u64>,
    /// NaN when it is not known.
    pub cost_usd: f64,
    /// By the id that the provider gave it; zero when the record does not know.
    pub request: u64,
    /// From its start; NaN when it is not known.
    pub first_chunk_ms: f64,
}

impl Reader {
    /// Key and identity are the caller's to fill in.
    pub(super) fn agent_span(
        &mut self,
        work: Work,
        span: &Span<'_>,
        ending: &Ending,
        own: &Attributes<'_>,
        resource: &Attributes<'_>,
    ) -> Result<AgentSpan, Reason> {
        let start_ns = span.start_time_unix_nano.get();
        let start_us = believable(start_ns)?;
        let duration_ms = duration_ms(start_ns, &span.end_time_unix_nano)?;
        let outcome = ending.outcome_of(duration_ms);
        let failure = |class| Some(class).filter(|_| outcome == Outcome::Failure);
        let class = error_class(own, COMMON.error_class).map(str::to_owned);
        let class = class.or_else(|| status_class(own, CLAUDE_CODE_USAGE.status));
        let class = class.as_deref().and_then(failure);
        let is_server = span.kind.is(2, "SERVER");
        let common = self.common(own, resource, &COMMON, is_server);
        let model = self.name(own.first_text(MODEL)).or(common.model.clone());
        let first_chunk_s = own.first_number(FIRST_CHUNK_S).unwrap_or(f64::NAN);
        let lasted_ms = duration_ms.unwrap_or(f64::INFINITY);
        let otherwise = match ending.otherwise.as_str() {
            // The flag is that of a tool's result elsewhere.
            TOOL_ERROR => ERROR,
            exception => exception,
        };
        let (own_in, own_out): (Names, Names) = if span.name.0 == CLAUDE_CODE_CALL {
            (CLAUDE_CODE_USAGE.tokens_in, CLAUDE_CODE_USAGE.tokens_out)
        } else {
            (&[], &[])
        };
        Ok(AgentSpan {
            work,
            tokens_in: tokens(own, TOKENS_IN)?.or(all_tokens(own, own_in)?),
            tokens_out: tokens(own, TOKENS_OUT)?.or(all_tokens(own, own_out)?),
            cost_usd: f64::NAN,
            request: request(own),
            // What came after the end, or before the start, was measured in another way.
            first_chunk_ms: Some(first_chunk_s * 1e3)
                .filter(|ms| (0.0..=lasted_ms).contains(ms) && ms.is_finite())
                .unwrap_or(f64::NAN),
            record: Candidate {
                start_us,
                duration_ms: duration_ms.unwrap_or(f64::NAN),
                outcome,
                model,
                error_class: self.name(class),
                error_otherwise: self.name(failure(otherwise)),
                ..common
            },
        })
    }
}

/// Is it an operation of another kind, as far as it says?
pub(super) fn is_other_operation(own: &Attributes<'_>) -> bool {
    own.has(OPERATION) && !own.is(OPERATION, PROVIDER_CALLS)
}

/// The model that answered, else the one that was asked for.
pub(super) fn model<'a>(own: &'a Attributes<'_>) -> Option<&'a str> {
    own.first_text(MODEL)
        .or_else(|| own.first_text(COMMON.model))
}

pub(super) fn request(own: &Attributes<'_>) -> u64 {
    own.first_text(REQUEST_IDS).map_or(0, hash_identity)
}

/// A status of HTTP that is a failure.
pub(super) fn status_class(own: &Attributes<'_>, names: Names) -> Option<String> {
    let status = own.first_number(names);
    status
        .filter(|status| (400.0..1_000.0).contains(status))
        .map(|status| format!("{status:.0}"))
}

/// The sum of what stands under these names; `None` when the first is not there.
pub(super) fn all_tokens(own: &Attributes<'_>, names: Names) -> Result<Option<u64>, Reason> {
    let Some(first) = names.first() else {
        return Ok(None);
    };
    if !own.has(first) {
        return Ok(None);
    }
    let mut sum = 0_u64;
    for name in names {
        sum += tokens(own, std::slice::from_ref(name))?.unwrap_or_default();
    }
    Ok(Some(sum))
}

fn tokens(own: &Attributes<'_>, names: Names) -> Result<Option<u64>, Reason> {
    match own.first_number(names) {
        None => Ok(None),
        Some(count) if count.fract() == 0.0 && (0.0..TOKENS_MAX).contains(&count) => {
            Ok(Some(count as u64))
        }
        Some(_) => Err(BAD_TOKENS),
    }
}
