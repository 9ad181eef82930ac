//! Every limit, named and with its unit. Readers check them before they allocate.

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const GIB: u64 = 1024 * MIB;

/// Size of one file as it arrives.
pub const FILE_BYTES_MAX: u64 = 256 * MIB;
/// Decoded size per worker.
pub const DECODED_BYTES_MAX: u64 = GIB;
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
/// Distinct field, scope and span names counted per receipt; the rest go under "(other)".
pub const RECEIPT_NAMES_MAX: usize = 500;
/// Groups a query may form before it is cut by its order.
pub const GROUPS_MAX: usize = 1_000_000;
/// Cohorts in a table of retention, the newest ones.
pub const COHORTS_MAX: usize = 60;
/// A duration above this is wrong data, milliseconds (366 days).
pub const DURATION_MS_MAX: f64 = 366.0 * 86_400_000.0;
/// Earliest and latest believable event, µs UTC: 1990-01-01 and 2100-01-01.
pub const TIME_US_MIN: i64 = 631_152_000_000_000;
pub const TIME_US_MAX: i64 = 4_102_444_800_000_000;
/// Batches fetched at once.
pub const FETCHES_MAX: usize = 6;
/// Workers at most, whatever the number of cores.
pub const WORKERS_MAX: usize = 8;
