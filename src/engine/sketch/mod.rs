//! Owns: the two sketches that pre-aggregates carry, and their versioned binary form. Does not own: who folds what.

mod ddsketch;
mod hyperloglog;
pub(super) mod varint;

pub use ddsketch::{DdSketch, RELATIVE_ACCURACY};
pub use hyperloglog::{HyperLogLog, STANDARD_ERROR};

/// Why bytes are not a sketch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SketchError {
    #[error("The sketch ends before its last value.")]
    Truncated,
    #[error("The sketch has a form or version that Toolscope does not read.")]
    UnknownForm,
    #[error("The sketch holds values that can't be.")]
    Damaged,
}

impl SketchError {
    /// Stable, for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Truncated => "sketch_truncated",
            Self::UnknownForm => "sketch_unknown_form",
            Self::Damaged => "sketch_damaged",
        }
    }
}
