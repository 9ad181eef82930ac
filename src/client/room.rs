//! Room in the memory of a worker: what the page no longer asks about leaves when what it asks about found none.
//!
//! Does not own: the budget, or the refusal (`service`).

use std::collections::BTreeSet;

use super::pool::Inner;
use super::sources::{Origin, SourceState, SourceView};
use crate::protocol::{ErrorCode, SourceId};
use crate::query::Period;

impl Inner {
    /// Batches that this period does not need make room for those it does. Once a period: two halves of one that does
    /// not fit would drive each other out for ever. What other widgets want comes back as far as there is room then.
    pub fn make_room(&mut self, wanted: Period) {
        if self.room_made_for == Some(wanted) {
            return;
        }
        let is_refused = |held: &SourceView| {
            held.is_needed(wanted)
                && matches!(&held.state, SourceState::Failed { code, .. } if *code == ErrorCode::Memory)
        };
        let full: BTreeSet<usize> = self
            .sources
            .iter()
            .filter(|held| is_refused(held))
            .map(|held| held.worker)
            .collect();
        let leaving: Vec<(usize, SourceId)> = self
            .sources
            .iter()
            .filter(|held| held.is_ready() && matches!(held.origin, Origin::Manifest { .. }))
            .filter(|held| full.contains(&held.worker) && !held.is_needed(wanted))
            .map(|held| (held.worker, held.id))
            .collect();
        if leaving.is_empty() {
            return;
        }
        self.room_made_for = Some(wanted);
        for held in &mut self.sources {
            if leaving.iter().any(|&(_, id)| id == held.id) {
                held.state = SourceState::Idle;
            } else if is_refused(held) {
                held.state = SourceState::Waiting;
            }
        }
        self.take_out(&leaving);
    }
}
