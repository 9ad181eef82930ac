//! Owns the nouns: events and their columns, the directory, time zones and buckets, result tables,
//! provenance, warnings, limits. Does not own: any number's definition (`metrics`), any computation
//! over rows (`engine`), any clock.

pub mod batch;
pub mod directory;
pub mod durations;
pub mod event;
pub mod limits;
pub mod manifest;
pub mod provenance;
pub mod rows;
pub mod schema;
pub mod table;
pub mod zone;

pub use batch::{AggregateBatch, Batch, BinaryColumn, DictColumn, EventRow, NO_CODE};
pub use directory::Directory;
pub use event::{EventKind, KindSet, Outcome};
pub use manifest::Manifest;
pub use provenance::{Provenance, SetAsideRow, SourceReceipt, Warning, WarningCode};
pub use schema::{Column, ColumnSpec, ColumnType};
pub use table::{Cell, ResultTable, TableColumn, Unit};
pub use zone::{WeekStart, Zone, ZoneRules};

/// Microseconds since 1970-01-01T00:00:00 UTC; the one unit of time inside Toolscope.
pub type TimeUs = i64;

/// RFC 3339 UTC, with as many decimals as the time has.
pub fn rfc3339(time_us: TimeUs) -> String {
    chrono::DateTime::from_timestamp_micros(time_us)
        .unwrap_or_default()
        .to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}
