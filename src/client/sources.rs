//! The sources the pool knows, and how far each has come.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::manifest::{BatchKind, BatchRef};
use crate::model::provenance::missing;
use crate::model::{Provenance, SourceReceipt, TimeUs, Warning};
use crate::protocol::{ErrorCode, LoadOptions, Proposal, SourceId};
use crate::query::Period;

/// Where a source comes from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A batch of the manifest, with its absolute address.
    Manifest { batch: BatchRef, url: String },
    /// Opened by hand; nothing is uploaded.
    File(web_sys::File),
}

impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Manifest { url, .. }, Self::Manifest { url: other, .. }) => url == other,
            (Self::File(file), Self::File(other)) => js_sys::Object::is(file, other),
            _ => false,
        }
    }
}

/// How far a source has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SourceState {
    /// In the manifest; no question has needed it yet.
    Idle,
    /// Needed, and waiting for its turn.
    Waiting,
    Loading {
        bytes_done: u64,
        bytes_total: u64,
    },
    Ready(Arc<SourceReceipt>),
    Failed {
        code: ErrorCode,
        message: String,
        retry: bool,
        receipt: Arc<SourceReceipt>,
    },
    /// Nobody knows which column is the time. A proposal has rows of the file: it goes to the dialog and nowhere else,
    /// and is dropped with this state. Of an archive there is one for each header.
    NeedsMapping {
        proposals: Vec<Arc<Proposal>>,
        receipt: Arc<SourceReceipt>,
    },
}

/// A source as the page shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceView {
    pub id: SourceId,
    pub name: String,
    pub origin: Origin,
    pub state: SourceState,
    /// The worker that holds it or will.
    pub worker: usize,
    /// How many workers died over it; at two it is set aside.
    pub crashes: u8,
    /// How often its content was replaced: by a newer batch of the same address, or by another way of reading it.
    pub loads: u32,
    /// How it is read, beyond what its bytes say.
    pub options: LoadOptions,
    /// Of an archive that was read: its files that are not in the numbers.
    pub missing: Missing,
}

/// Files of an archive that are not in the numbers while the others are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Missing {
    pub receipts: Vec<Arc<SourceReceipt>>,
    /// Of those that wait for a person's word, one for each header; the rules of [`SourceState::NeedsMapping`] hold.
    pub proposals: Vec<Arc<Proposal>>,
}

impl SourceView {
    /// Is it being read, or about to be?
    pub const fn is_under_way(&self) -> bool {
        matches!(
            self.state,
            SourceState::Waiting | SourceState::Loading { .. }
        )
    }

    /// The span of events, as promised by the manifest or found in the file.
    pub fn span_us(&self) -> Option<(TimeUs, TimeUs)> {
        match (&self.origin, &self.state) {
            (Origin::Manifest { batch, .. }, _) => batch.span_us(),
            (Origin::File(_), SourceState::Ready(receipt)) => {
                receipt.min_time_us.zip(receipt.max_time_us)
            }
            (Origin::File(_), _) => None,
        }
    }

    /// What a person is to be asked about it: one proposal for each header, none when all of it could be read.
    pub fn proposals(&self) -> &[Arc<Proposal>] {
        match &self.state {
            SourceState::NeedsMapping { proposals, .. } => proposals,
            SourceState::Ready(_) => &self.missing.proposals,
            _ => &[],
        }
    }

    /// Receipts of what is not in the numbers: of the source, or of files in it.
    fn failures(&self) -> impl Iterator<Item = &SourceReceipt> {
        let parts = self.missing.receipts.iter().filter(|_| self.is_ready());
        let all = self.receipt().into_iter().chain(parts);
        all.map(Arc::as_ref)
            .filter(|receipt| receipt.error.is_some())
    }

    /// Does a question about this period need it? What was opened by hand is always needed.
    pub fn is_needed(&self, period: Period) -> bool {
        match &self.origin {
            Origin::Manifest { batch, .. } => batch.overlaps(period.from_us, period.until_us),
            Origin::File(_) => true,
        }
    }

    /// Do the numbers wait for it no longer? A file that needs a person's word is not waited for.
    pub fn is_settled(&self) -> bool {
        matches!(
            self.state,
            SourceState::Ready(_) | SourceState::Failed { .. } | SourceState::NeedsMapping { .. }
        )
    }

    pub fn is_ready(&self) -> bool {
        matches!(self.state, SourceState::Ready(_))
    }

    /// All of it came and its worker reads it: what that worker may die of.
    pub fn is_decoding(&self) -> bool {
        matches!(self.state, SourceState::Loading { bytes_done, bytes_total } if bytes_total > 0 && bytes_done >= bytes_total)
    }

    pub fn is_loading(&self) -> bool {
        matches!(self.state, SourceState::Loading { .. })
    }

    /// The account of its rows, when it was read, or why it was not.
    pub fn receipt(&self) -> Option<&Arc<SourceReceipt>> {
        match &self.state {
            SourceState::Ready(receipt)
            | SourceState::Failed { receipt, .. }
            | SourceState::NeedsMapping { receipt, .. } => Some(receipt),
            SourceState::Idle | SourceState::Waiting | SourceState::Loading { .. } => None,
        }
    }

    pub fn bytes(&self) -> u64 {
        match &self.origin {
            Origin::Manifest { batch, .. } => batch.bytes,
            Origin::File(file) => file.size() as u64,
        }
    }

    /// Rows as promised or as read; `None` before a file was read.
    pub fn rows(&self) -> Option<u64> {
        match (&self.origin, &self.state) {
            (_, SourceState::Ready(receipt)) => Some(receipt.rows_read),
            (Origin::Manifest { batch, .. }, _) => Some(batch.rows),
            (Origin::File(_), _) => None,
        }
    }

    pub fn is_aggregate(&self) -> bool {
        match (&self.origin, &self.state) {
            (Origin::Manifest { batch, .. }, _) => batch.kind == BatchKind::Aggregate,
            (Origin::File(_), SourceState::Ready(receipt)) => receipt.kind == "aggregate",
            (Origin::File(_), _) => false,
        }
    }
}

/// What the numbers lack because of sources that are not in them; a sentence for each cause.
pub fn gaps<'a>(needed: impl Iterator<Item = &'a SourceView>) -> Vec<Warning> {
    missing(needed.flat_map(SourceView::failures))
}

/// Sources that never reached a worker's data stand in the provenance too, each with its error, as on the command line.
pub fn with_failures(mut provenance: Provenance, sources: &[SourceView]) -> Provenance {
    for held in sources {
        let Some(receipt) = held.receipt().filter(|receipt| receipt.error.is_some()) else {
            continue;
        };
        let mut known = provenance.sources.iter();
        if !known.any(|known| known.name == receipt.name) {
            provenance.sources.push(receipt.as_ref().clone());
        }
    }
    provenance.sources.sort_by(|a, b| a.name.cmp(&b.name));
    provenance
}
