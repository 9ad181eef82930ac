//! The year as files: weekly batches, directory, manifest, and the compressed copies that “serve” sends.

use std::ops::Range;
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::events::{DemoEvent, Year, live};
use super::{aggregate, catalogue, directory, encode, stories};
use crate::model::manifest::{BatchKind, BatchRef, DirectoryRef, MANIFEST_VERSION};
use crate::model::zone::{DAY_US, HOUR_US, WeekStart, date, weekday};
use crate::model::{Manifest, TimeUs};
use crate::native::precompress;
use crate::native::serve::site::hex;

const DIRECTORY_NAME: &str = "directory.json";
const MANIFEST_NAME: &str = "manifest.json";
const BATCH_FOLDER: &str = "batches";

#[derive(Debug, Clone)]
pub struct DemoOptions {
    pub events: u64,
    pub seed: u64,
    /// The end of the year, µs UTC.
    pub now_us: TimeUs,
    pub out: PathBuf,
    pub format: DemoFormat,
    /// How many of the oldest days become hourly pre-aggregates (in whole weeks).
    pub aggregate_days: i64,
    /// Write compressed copies?
    pub compress: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DemoFormat {
    /// Arrow IPC file
    Arrow,
    /// Parquet with zstd
    Parquet,
    /// One JSON object a line
    Ndjson,
}

impl DemoFormat {
    fn extension(self) -> &'static str {
        match self {
            Self::Arrow => "arrow",
            Self::Parquet => "parquet",
            Self::Ndjson => "ndjson",
        }
    }

    /// The name receipts and manifests use.
    fn name(self) -> &'static str {
        match self {
            Self::Arrow => "arrow-file",
            Self::Parquet => "parquet",
            Self::Ndjson => "ndjson",
        }
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub events: u64,
    pub batches: usize,
    /// Bytes of the batches.
    pub bytes: u64,
    /// Bytes of what a browser fetches for all of them.
    pub transfer_bytes: u64,
    pub newest_us: TimeUs,
}

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(
        "{path} can't be written: {reason}. Choose another folder with --out, or free some space."
    )]
    Write {
        path: PathBuf,
        reason: std::io::Error,
    },
    #[error(transparent)]
    Encode(#[from] crate::ingest::write::WriteError),
    #[error("The directory or manifest could not be written as JSON: {0}.")]
    Json(#[from] serde_json::Error),
}

/// Makes the year and writes it. Equal options write equal bytes.
pub fn write(options: &DemoOptions) -> Result<Made, DemoError> {
    let year = live(options.events, options.seed, options.now_us);
    let folder = options.out.join(BATCH_FOLDER);
    clear(&folder)?;
    let mut made = Made {
        events: year.events.len() as u64,
        batches: 0,
        bytes: 0,
        transfer_bytes: 0,
        newest_us: year
            .events
            .last()
            .map_or(options.now_us, |event| event.time_us),
    };
    // The high half tells demos apart, the low half counts: two demos opened together don't pass for duplicates.
    let first_id = id_base(options) + 1;
    let raw_from = raw_from_day(year.today, options.aggregate_days);
    let mut batches = Vec::new();
    for (monday, range) in weeks(&year.events) {
        let events = year.events.get(range.clone()).unwrap_or_default();
        let is_raw = options.aggregate_days == 0 || monday >= raw_from;
        let Some(encoded) = encode_week(
            &year,
            events,
            first_id + range.start as u64,
            is_raw,
            options.format,
        )?
        else {
            continue;
        };
        let kind = if is_raw { "raw" } else { "hours" };
        let name = format!("{kind}-{}.{}", date(monday), options.format.extension());
        let path = folder.join(&name);
        save(&path, &encoded.bytes)?;
        made.batches += 1;
        made.bytes += encoded.bytes.len() as u64;
        made.transfer_bytes += if options.compress && options.format != DemoFormat::Parquet {
            precompress::bytes(&encoded.bytes, &path, precompress::BATCH_QUALITY).map_err(
                |reason| DemoError::Write {
                    path: path.clone(),
                    reason,
                },
            )?
        } else {
            encoded.bytes.len() as u64
        };
        batches.push(BatchRef {
            url: format!("{BATCH_FOLDER}/{name}"),
            format: options.format.name().into(),
            kind: if is_raw {
                BatchKind::Raw
            } else {
                BatchKind::Aggregate
            },
            rows: encoded.rows,
            bytes: encoded.bytes.len() as u64,
            min_time: rfc3339(encoded.min_us),
            max_time: rfc3339(encoded.max_us),
            sha256: Some(hex(&Sha256::digest(&encoded.bytes))),
        });
    }
    let directory = json(&directory::directory(&year))?;
    let manifest = Manifest {
        version: MANIFEST_VERSION,
        organisation: Some(catalogue::ORGANISATION.into()),
        generated_at: Some(rfc3339(made.newest_us)),
        demo: true,
        left_out: Vec::new(),
        directory: Some(DirectoryRef {
            url: DIRECTORY_NAME.into(),
            sha256: Some(hex(&Sha256::digest(&directory))),
        }),
        batches,
    };
    // The manifest comes last: a folder with a manifest is complete.
    for (name, bytes) in [
        (DIRECTORY_NAME, directory),
        (MANIFEST_NAME, json(&manifest)?),
    ] {
        let path = options.out.join(name);
        save(&path, &bytes)?;
        if options.compress {
            precompress::bytes(&bytes, &path, precompress::BATCH_QUALITY).map_err(|reason| {
                DemoError::Write {
                    path: path.clone(),
                    reason,
                }
            })?;
        }
    }
    Ok(made)
}

struct Encoded {
    bytes: Vec<u8>,
    rows: u64,
    min_us: TimeUs,
    max_us: TimeUs,
}

/// `None` for a week of which nothing remains.
fn encode_week(
    year: &Year,
    events: &[DemoEvent],
    first_id: u64,
    is_raw: bool,
    format: DemoFormat,
) -> Result<Option<Encoded>, DemoError> {
    if is_raw {
        let (Some(first), Some(last)) = (events.first(), events.last()) else {
            return Ok(None);
        };
        return Ok(Some(Encoded {
            bytes: encode::raw_file(&encode::raw(year, events, first_id), format)?,
            rows: events.len() as u64,
            min_us: first.time_us,
            max_us: last.time_us,
        }));
    }
    let rows = aggregate::hours(year, events);
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return Ok(None);
    };
    Ok(Some(Encoded {
        bytes: encode::hours_file(&encode::hours(&rows), format)?,
        rows: rows.len() as u64,
        min_us: first.hour_us,
        max_us: last.hour_us + HOUR_US,
    }))
}

/// Events by their UTC week: the Monday as a day since 1970, and the positions.
fn weeks(events: &[DemoEvent]) -> Vec<(i64, Range<usize>)> {
    let mut weeks: Vec<(i64, Range<usize>)> = Vec::new();
    for (position, event) in events.iter().enumerate() {
        let monday = monday(event.time_us.div_euclid(DAY_US));
        match weeks.last_mut() {
            Some((last, range)) if *last == monday => range.end = position + 1,
            _ => weeks.push((monday, position..position + 1)),
        }
    }
    weeks
}

fn monday(day: i64) -> i64 {
    day - weekday(day, WeekStart::Monday)
}

/// The Monday from which on events stay raw.
fn raw_from_day(today: i64, aggregate_days: i64) -> i64 {
    monday(today - stories::DAYS + aggregate_days)
}

fn id_base(options: &DemoOptions) -> u64 {
    let text = format!("{} {} {}", options.events, options.seed, options.now_us);
    xxhash_rust::xxh3::xxh3_64(text.as_bytes()) & !0xffff_ffff
}

/// Batches of an earlier demo would otherwise stay beside the new ones. Only our own names are touched.
fn clear(folder: &Path) -> Result<(), DemoError> {
    let failed = |reason| DemoError::Write {
        path: folder.to_path_buf(),
        reason,
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("raw-") || name.starts_with("hours-") {
            std::fs::remove_file(entry.path()).map_err(failed)?;
        }
    }
    Ok(())
}

fn save(path: &Path, bytes: &[u8]) -> Result<(), DemoError> {
    std::fs::write(path, bytes).map_err(|reason| DemoError::Write {
        path: path.to_path_buf(),
        reason,
    })
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, DemoError> {
    Ok(serde_json::to_vec_pretty(value)?)
}

fn rfc3339(time_us: TimeUs) -> String {
    DateTime::from_timestamp_micros(time_us)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Millis, true)
}
