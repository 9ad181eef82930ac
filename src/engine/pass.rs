//! SKELETON: signatures only, filled in by the next commits.
use super::{Engine, PartialAnswer};

/// A question on its way over the rows of one shard.
#[derive(Debug)]
pub struct Pass {}

impl Pass {
    /// Walks over about `rows_max` rows more; **true while there is more to do** (`while pass.step(…) {}`).
    /// If the engine's data, zone or directory changed since the last step, the pass begins again by itself.
    pub fn step(&mut self, _engine: &Engine, _rows_max: usize) -> bool {
        false
    }
    /// Share of the rows done, 0 to 1.
    pub fn progress(&self) -> f64 {
        1.0
    }
    /// The states so far; complete once [`Self::step`] gave false.
    pub fn finish(self, _engine: &Engine) -> PartialAnswer {
        PartialAnswer {}
    }
}
