//! Events that are there to be damaged.

use toolscope::model::batch::BatchBuilder;
use toolscope::model::{Batch, EventRow};

/// Calls of two tools, one each microsecond.
pub fn calls(count: i64) -> Batch {
    let mut builder = BatchBuilder::default();
    for n in 0..count {
        let mut row = EventRow {
            time_us: 1_773_478_800_000_000 + n,
            event_id: n as u64 + 1,
            duration_ms: Some(n as f64),
            ..EventRow::default()
        };
        row.text[0] = Some(["read", "write"][n as usize % 2]);
        builder.push(&row);
    }
    builder.finish()
}
