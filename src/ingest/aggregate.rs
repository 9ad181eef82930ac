//! Names and checks of pre-aggregated rows (D7), shared by all formats.

/// Start of the UTC hour; with [`EXECUTIONS`] it tells pre-aggregated rows from events.
pub const HOUR: &str = "hour";
pub const EXECUTIONS: &str = "executions";
pub const FAILURES: &str = "failures";
pub const SUCCESSES: &str = "successes";
pub const DURATION_SUM: &str = "duration_sum_ms";
pub const DURATION_COUNT: &str = "duration_count";
pub const DURATION_MIN: &str = "duration_min_ms";
pub const DURATION_MAX: &str = "duration_max_ms";
pub const DURATION_SKETCH: &str = "duration_sketch";
pub const USERS_SKETCH: &str = "users_sketch";
