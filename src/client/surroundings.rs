//! The surroundings of a question, worked out from the sources: the present, the extent of the data, what is missing.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::pool::{Inner, Pool};
use super::sources::{SourceState, SourceView, gaps};
use crate::model::manifest::LeftOut;
use crate::model::{Manifest, TimeUs, Warning, WarningCode, rfc3339};
use crate::query::{AskContext, Period, Question};

impl Pool {
    /// The spans that the data was made without and that these periods reach for.
    pub fn left_out(&self, needed: &[Period]) -> Vec<(TimeUs, TimeUs)> {
        beyond(&self.0.borrow().left_out(), needed)
    }

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
        // What a part left out was there all the same: "all time" still means all of it.
        let left_out = self.left_out();
        let spans = spans.chain(left_out.iter().map(|(from, until)| (*from, until - 1)));
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
        warnings.extend(warning(&beyond(&left_out, needed)));
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

    /// Spans that the manifest's batches were made without.
    pub fn left_out(&self) -> Vec<(TimeUs, TimeUs)> {
        let left_out = self.manifest.iter().flat_map(|manifest| &manifest.left_out);
        left_out.filter_map(LeftOut::span_us).collect()
    }

    /// The newest event or the time the manifest was written, whichever is later. Not the viewer's clock: a day
    /// without events and data that stopped arriving must not look alike, so staleness is said apart (D11).
    fn present_us(&self, data_span_us: Option<(TimeUs, TimeUs)>) -> TimeUs {
        let generated = self.manifest.as_ref().and_then(Manifest::generated_at_us);
        let newest = data_span_us.map(|span| span.1);
        newest.max(generated).unwrap_or(self.started_us)
    }
}

/// Those of the spans that these periods reach for.
fn beyond(left_out: &[(TimeUs, TimeUs)], needed: &[Period]) -> Vec<(TimeUs, TimeUs)> {
    let overlaps = |&&(from, until): &&(TimeUs, TimeUs)| {
        let mut needed = needed.iter();
        needed.any(|period| period.from_us < until && period.until_us > from)
    };
    left_out.iter().filter(overlaps).copied().collect()
}

/// Numbers about a time that was left out would be too small and look like others.
fn warning(beyond: &[(TimeUs, TimeUs)]) -> Option<Warning> {
    let missed: Vec<String> = beyond
        .iter()
        .map(|(from, until)| format!("{} to {}", rfc3339(*from), rfc3339(*until)))
        .collect();
    let sentence = format!(
        "This was made without the events from {}, which the question asks for; numbers about that time are too small.",
        missed.join(", ")
    );
    (!missed.is_empty()).then(|| Warning::new(WarningCode::BatchMissing, sentence))
}
