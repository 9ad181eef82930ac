//! Spans of the GenAI conventions that are no tool executions: a call to a provider, an agent at work.
//!
//! Owns: which spans these are, and what they say. Does not own: what the spans of one call or of one conversation add
//! up to (`runs`), how a span ended (`spans`).
//!
//! Source: semantic-conventions-genai, docs/gen-ai/gen-ai-spans.md and gen-ai-agent-spans.md.

use super::attributes::Attributes;
use super::dialect::Names;
use super::profiles::COMMON;
use super::read::Reader;
use super::record::{BAD_TOKENS, Candidate, believable, error_class};
use super::spans::{Ending, duration_ms};
use super::wire::Span;
use crate::ingest::values::Reason;
use crate::model::Outcome;

const OPERATION: &str = "gen_ai.operation.name";
const PROVIDER_CALLS: Names = &["chat", "text_completion", "generate_content"];
const AGENT_RUNS: Names = &["invoke_agent"];

/// The model that answered goes before the one that was asked for: prices are the former's.
const MODEL: Names = &["gen_ai.response.model", "gen_ai.request.model"];
/// The second name of each is that of before version 1.27 of the conventions.
const TOKENS_IN: Names = &["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"];
const TOKENS_OUT: Names = &[
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
];
/// In seconds; the second name is Sentry's.
const FIRST_CHUNK_S: Names = &[
    "gen_ai.response.time_to_first_chunk",
    "gen_ai.response.time_to_first_token",
];

/// All attributes that are read here and nowhere else.
pub const NAMES: [Names; 4] = [MODEL, TOKENS_IN, TOKENS_OUT, FIRST_CHUNK_S];

/// More tokens than this are no count.
const TOKENS_MAX: f64 = 9e15;

/// What such a span tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    ProviderCall,
    Conversation,
}

impl Work {
    pub fn of(own: &Attributes<'_>) -> Option<Self> {
        if own.is(OPERATION, PROVIDER_CALLS) {
            Some(Self::ProviderCall)
        } else if own.is(OPERATION, AGENT_RUNS) {
            Some(Self::Conversation)
        } else {
            None
        }
    }
}

/// A span that tells of a call to a provider, or of an agent at work.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentSpan {
    pub work: Work,
    /// What it has in common with a call of a tool.
    pub record: Candidate,
    pub tokens_in: Option<u64>,
    pub tokens_out: Option<u64>,
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
        let class = error_class(own, COMMON.error_class).and_then(failure);
        let is_server = span.kind.is(2, "SERVER");
        let common = self.common(own, resource, &COMMON, is_server);
        let model = self.name(own.first_text(MODEL)).or(common.model.clone());
        let first_chunk_s = own.first_number(FIRST_CHUNK_S).unwrap_or(f64::NAN);
        let lasted_ms = duration_ms.unwrap_or(f64::INFINITY);
        Ok(AgentSpan {
            work,
            tokens_in: tokens(own, TOKENS_IN)?,
            tokens_out: tokens(own, TOKENS_OUT)?,
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
                error_otherwise: self.name(failure(ending.otherwise.as_str())),
                ..common
            },
        })
    }
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
