//! Resolved spans of time.

use serde::{Deserialize, Serialize};

use crate::model::{TimeUs, Warning};

/// `[from, until)` in µs UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    pub from_us: TimeUs,
    pub until_us: TimeUs,
}

impl Period {
    pub fn new(from_us: TimeUs, until_us: TimeUs) -> Self {
        Self {
            from_us,
            until_us: until_us.max(from_us),
        }
    }

    pub fn length_us(self) -> i64 {
        self.until_us.saturating_sub(self.from_us)
    }

    pub fn contains(self, time_us: TimeUs) -> bool {
        self.from_us <= time_us && time_us < self.until_us
    }

    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            from_us: self.from_us.min(other.from_us),
            until_us: self.until_us.max(other.until_us),
        }
    }
}

/// The period to compare with, and what has to be said about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    pub period: Period,
    /// Present when the lengths differ (a clock change, a leap day, a custom period): then changes compare rates
    /// per day, and this says so with both lengths.
    pub warning: Option<Warning>,
}
