//! The surroundings of a question, worked out from the sources: the present, the extent of the data, what is missing.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::pool::{Inner, Pool};
use super::sources::{SourceState, SourceView, gaps};
use crate::model::{Manifest, TimeUs};
use crate::query::{AskContext, Period, Question};

impl Pool {
    /// A digest of what an answer about these periods depends on: the sources it needs and how far each has come, the
    /// directory, and the surroundings. While it stays the same, so does the answer.
    pub fn data_key(&self, needed: &[Period], surroundings: &AskContext) -> u64 {
        let inner = self.0.borrow();
        let mut digest = DefaultHasher::new();
        (surroundings.now_us, surroundings.data_span_us).hash(&mut digest);
        inner.directories.hash(&mut digest);
        let mut sources: Vec<&SourceView> = inner
            .sources
            .iter()
            .filter(|source| needed.iter().any(|&period| source.is_needed(period)))
            .collect();
        sources.sort_by_key(|source| source.id);
        for source in sources {
            (source.id, source.loads, source.is_settled()).hash(&mut digest);
            if let SourceState::Ready(receipt) = &source.state {
                // Telemetry of another file may change what this one's records add up to.
                (receipt.accepted, receipt.executions).hash(&mut digest);
            }
        }
        digest.finish()
    }
}

impl Inner {
    pub fn context(&self, question: &Question, needed: &[Period]) -> AskContext {
        let spans = self.sources.iter().filter_map(SourceView::span_us);
        let data_span_us = spans.reduce(|all, span| (all.0.min(span.0), all.1.max(span.1)));
        let is_needed =
            |source: &&SourceView| needed.iter().any(|&period| source.is_needed(period));
        let complete = self
            .sources
            .iter()
            .filter(is_needed)
            .all(SourceView::is_settled);
        let mut warnings = gaps(self.sources.iter().filter(is_needed));
        warnings.extend(self.directory_warnings());
        let now_us = question
            .now_us
            .unwrap_or_else(|| self.present_us(data_span_us));
        let mut context = AskContext {
            now_us,
            data_span_us,
            complete,
            warnings,
        };
        // Without data it is the time the page was opened.
        if data_span_us.is_some() || self.manifest.is_some() {
            context.say_present(question);
        }
        context
    }

    /// The newest event or the time the manifest was written, whichever is later. Not the viewer's clock: a day
    /// without events and data that stopped arriving must not look alike, so staleness is said apart (D11).
    fn present_us(&self, data_span_us: Option<(TimeUs, TimeUs)>) -> TimeUs {
        let generated = self.manifest.as_ref().and_then(Manifest::generated_at_us);
        let newest = data_span_us.map(|span| span.1);
        newest.max(generated).unwrap_or(self.started_us)
    }
}
