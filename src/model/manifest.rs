//! `manifest.json`: which batches there are, so that only those a question needs are fetched (D1).

use serde::{Deserialize, Serialize};

use super::TimeUs;

/// Raw events, or pre-aggregated hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum BatchKind {
    #[default]
    Raw,
    Aggregate,
}

/// One batch. The address is relative to the manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchRef {
    pub url: String,
    /// A hint only: the content decides.
    #[serde(default)]
    pub format: String,
    #[serde(default)]
    pub kind: BatchKind,
    #[serde(default)]
    pub rows: u64,
    /// Size of the batch itself, before any transfer compression.
    #[serde(default)]
    pub bytes: u64,
    /// RFC 3339; earliest event.
    pub min_time: String,
    /// RFC 3339; latest event, inclusive. For aggregates the end of the last hour.
    pub max_time: String,
    /// Lower-case hex of the batch itself.
    #[serde(default)]
    pub sha256: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DirectoryRef {
    pub url: String,
    #[serde(default)]
    pub sha256: Option<String>,
}

/// `[from, until)`, both RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    pub from: String,
    pub until: String,
}

impl LeftOut {
    /// In µs; `None` when a time can't be read.
    pub fn span_us(&self) -> Option<(TimeUs, TimeUs)> {
        Some((time_us(&self.from)?, time_us(&self.until)?))
    }
}

/// See DESIGN "The schema".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub version: u32,
    #[serde(default)]
    pub organisation: Option<String>,
    /// RFC 3339. Relative ranges of a manifest end here when the viewer's clock is not used.
    #[serde(default)]
    pub generated_at: Option<String>,
    #[serde(default)]
    pub directory: Option<DirectoryRef>,
    /// Made data; the first file opened by hand takes its place.
    #[serde(default)]
    pub demo: bool,
    /// Spans in which there were events that are in none of these batches, as in a file made of a part (X5): questions
    /// that reach there are warned.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
    pub batches: Vec<BatchRef>,
}

/// The one version this build reads.
pub const MANIFEST_VERSION: u32 = 1;

impl Manifest {
    pub fn generated_at_us(&self) -> Option<TimeUs> {
        self.generated_at.as_deref().and_then(time_us)
    }
}

/// RFC 3339 in µs.
pub fn time_us(text: &str) -> Option<TimeUs> {
    chrono::DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|time| time.timestamp_micros())
}

impl BatchRef {
    /// `[min, max]` in µs; `None` when a time can't be read, and then the batch counts as overlapping everything.
    pub fn span_us(&self) -> Option<(TimeUs, TimeUs)> {
        Some((time_us(&self.min_time)?, time_us(&self.max_time)?))
    }

    /// Does the batch hold events of `[from, until)`?
    pub fn overlaps(&self, from: TimeUs, until: TimeUs) -> bool {
        self.span_us()
            .is_none_or(|(min, max)| min < until && max >= from)
    }
}
