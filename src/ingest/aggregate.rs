//! Names and checks of pre-aggregated rows (D7), shared by all formats.

/// Start of the UTC hour; with [`EXECUTIONS`] it tells pre-aggregated rows from events.
pub const HOUR: &str = "hour";
pub const EXECUTIONS: &str = "executions";
