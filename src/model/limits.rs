//! Every limit, named and with its unit. Readers check them before they allocate.
//!
//! Owns: the values, and the table of those that a person may meet ([`LIMITS`]). Does not own: checking them, or what is
//! said when one strikes (`ingest`, `service`).

use serde::{Deserialize, Serialize};

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const GIB: u64 = 1024 * MIB;

/// Size of one file as it arrives.
pub const FILE_BYTES_MAX: u64 = 256 * MIB;
/// Decoded size of one file, in the worker that reads it.
pub const DECODED_BYTES_MAX: u64 = GIB;
/// What the data of one worker may take, rows and names and what telemetry is linked by.
pub const WORKER_BYTES_MAX: u64 = GIB;
/// What may be set instead, MiB: with less no file fits, and with more a module of 4 GiB has no room left for reading.
pub const WORKER_MIB_SETTABLE: std::ops::RangeInclusive<u64> = 1..=2_048;
/// Shares of the memory budget at which it is said, and from which on no further source is taken in.
pub const MEMORY_WARN_PERCENT: u64 = 70;
pub const MEMORY_REFUSE_PERCENT: u64 = 90;
/// What an event takes once it is kept, about: what a file is expected to need before it is decoded.
pub const EVENT_BYTES: u64 = 32;
/// Decoded ÷ compressed, once more than [`RATIO_FREE_BYTES`] came out.
pub const RATIO_MAX: u64 = 200;
pub const RATIO_FREE_BYTES: u64 = 16 * MIB;
/// Files in an archive.
pub const ARCHIVE_MEMBERS_MAX: usize = 10_000;
/// Window a zstd frame may ask for.
pub const ZSTD_WINDOW_BYTES_MAX: u64 = 128 * MIB;
/// One Parquet page.
pub const PAGE_BYTES_MAX: u64 = 64 * MIB;
pub const ROW_GROUPS_MAX: usize = 10_000;
pub const COLUMNS_MAX: usize = 1_000;
/// Columns inside of columns: how deep, and how many in all.
pub const NESTING_MAX: usize = 64;
pub const NESTED_COLUMNS_MAX: usize = 10_000;
/// What a row of columns counts for at least, however few bytes a file has for it; it takes more once it is read.
pub const ROW_BYTES_MIN: u64 = 32;
pub const JSON_DEPTH_MAX: usize = 64;
/// One line of NDJSON, one object of JSON, one row of CSV; OTLP lines are whole export requests and may be larger.
pub const LINE_BYTES_MAX: usize = MIB as usize;
pub const OTLP_LINE_BYTES_MAX: usize = 64 * MIB as usize;
/// Names are cut here, on a character boundary, and counted.
pub const NAME_BYTES_MAX: usize = KIB as usize;
pub const ROWS_MAX: u64 = 4_000_000_000;
/// Samples of set-aside rows kept per source.
pub const SET_ASIDE_SAMPLES: usize = 100;
/// What a mapping dialog shows of a file: rows, and characters of a cell.
pub const PREVIEW_ROWS: usize = 20;
pub const PREVIEW_CELL_CHARS: usize = 80;
/// Different headers of one archive that a person is asked about; the files with others wait until those are settled.
pub const PROPOSALS_MAX: usize = 8;
/// Distinct field, scope and span names counted per receipt; the rest go under "(other)".
pub const RECEIPT_NAMES_MAX: usize = 500;
/// Groups a query may form before it is cut by its order.
pub const GROUPS_MAX: usize = 1_000_000;
/// Cohorts in a table of retention, the newest ones.
pub const COHORTS_MAX: usize = 60;
/// Days of a period that are cut into buckets, events or not (11 years); of a longer one only where there are events.
pub const DAYS_BUCKETED_MAX: i64 = 4_000;
/// Buckets of time in a table whose buckets somebody chose.
pub const BUCKETS_MAX: usize = 100_000;
/// A duration above this is wrong data, milliseconds (366 days).
pub const DURATION_MS_MAX: f64 = 366.0 * 86_400_000.0;
/// Earliest and latest believable event, µs UTC: 1990-01-01 and 2100-01-01.
pub const TIME_US_MIN: i64 = 631_152_000_000_000;
pub const TIME_US_MAX: i64 = 4_102_444_800_000_000;
/// Batches fetched at once.
pub const FETCHES_MAX: usize = 6;
/// Workers at most, whatever the number of cores.
pub const WORKERS_MAX: usize = 8;

/// A limit that a person may meet; what a receipt names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitId {
    File,
    Decoded,
    Ratio,
    Memory,
    ArchiveMembers,
    ZstdWindow,
    Page,
    RowGroups,
    Columns,
    Nesting,
    NestedColumns,
    Depth,
    Line,
    OtlpLine,
    Name,
    Rows,
    Duration,
    Times,
    DaysBucketed,
    Buckets,
    Fetches,
    Workers,
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitUnit {
    Bytes,
    /// So many of what the label names.
    Count,
    /// So many times as much.
    Times,
    Days,
    Year,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub id: LimitId,
    /// What is limited.
    pub label: &'static str,
    pub value: u64,
    pub unit: LimitUnit,
}

const fn limit(id: LimitId, label: &'static str, value: u64, unit: LimitUnit) -> Limit {
    Limit {
        id,
        label,
        value,
        unit,
    }
}

/// Every limit that a person may meet, in the order of [`LimitId`].
pub const LIMITS: [Limit; 22] = {
    use LimitId as Id;
    use LimitUnit::{Bytes, Count, Days, Times, Year};
    const DAY_MS: f64 = 86_400_000.0;
    [
        limit(Id::File, "Size of a file", FILE_BYTES_MAX, Bytes),
        limit(
            Id::Decoded,
            "Size of a file once unpacked",
            DECODED_BYTES_MAX,
            Bytes,
        ),
        limit(
            Id::Ratio,
            "Size once unpacked, against the size as it came",
            RATIO_MAX,
            Times,
        ),
        limit(Id::Memory, "Data in one worker", WORKER_BYTES_MAX, Bytes),
        limit(
            Id::ArchiveMembers,
            "Files in an archive",
            ARCHIVE_MEMBERS_MAX as u64,
            Count,
        ),
        limit(
            Id::ZstdWindow,
            "Window of a zstd file",
            ZSTD_WINDOW_BYTES_MAX,
            Bytes,
        ),
        limit(Id::Page, "Page of a Parquet file", PAGE_BYTES_MAX, Bytes),
        limit(
            Id::RowGroups,
            "Row groups of a Parquet file",
            ROW_GROUPS_MAX as u64,
            Count,
        ),
        limit(Id::Columns, "Columns", COLUMNS_MAX as u64, Count),
        limit(
            Id::Nesting,
            "Columns inside of columns, levels",
            NESTING_MAX as u64,
            Count,
        ),
        limit(
            Id::NestedColumns,
            "Columns, with those inside of others",
            NESTED_COLUMNS_MAX as u64,
            Count,
        ),
        limit(Id::Depth, "JSON, levels", JSON_DEPTH_MAX as u64, Count),
        limit(
            Id::Line,
            "Line, object or row",
            LINE_BYTES_MAX as u64,
            Bytes,
        ),
        limit(
            Id::OtlpLine,
            "Line of OpenTelemetry JSON",
            OTLP_LINE_BYTES_MAX as u64,
            Bytes,
        ),
        limit(Id::Name, "Name, cut there", NAME_BYTES_MAX as u64, Bytes),
        limit(Id::Rows, "Events in one worker", ROWS_MAX, Count),
        limit(
            Id::Duration,
            "Duration",
            (DURATION_MS_MAX / DAY_MS) as u64,
            Days,
        ),
        limit(Id::Times, "Events from 1990 to before", 2100, Year),
        limit(
            Id::DaysBucketed,
            "Days drawn without an event",
            DAYS_BUCKETED_MAX as u64,
            Count,
        ),
        limit(
            Id::Buckets,
            "Rows of a table by time",
            BUCKETS_MAX as u64,
            Count,
        ),
        limit(
            Id::Fetches,
            "Files fetched at once",
            FETCHES_MAX as u64,
            Count,
        ),
        limit(Id::Workers, "Data workers", WORKERS_MAX as u64, Count),
    ]
};

impl LimitId {
    /// Its row of the table.
    pub const fn limit(self) -> &'static Limit {
        &LIMITS[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_stands_in_the_table_at_its_place() {
        for (at, limit) in LIMITS.iter().enumerate() {
            assert_eq!(limit.id as usize, at, "{}", limit.label);
            assert_eq!(limit.id.limit(), limit);
        }
    }
}
