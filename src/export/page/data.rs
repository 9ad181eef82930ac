//! The documents by which the application in a file finds its data, and what of the data is not in it.

use super::About;
use crate::model::manifest::{BatchKind, BatchRef, DirectoryRef, LeftOut, MANIFEST_VERSION};
use crate::model::{Manifest, TimeUs, rfc3339};
use crate::query::Period;

/// The names of zones whose rules are in the file.
const ZONES: &str = "/zones/index.json";
const CONFIG: &str = "/config.json";
const MANIFEST: &str = "/data/manifest.json";
const DIRECTORY: &str = "/data/directory.json";

/// Events or pre-aggregated hours, as one batch of the file's manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataPart {
    pub kind: BatchKind,
    pub rows: u64,
    /// As they are read, before they are compressed.
    pub bytes: u64,
    /// Earliest and latest event, the latter inclusive; of hours the end of the last one.
    pub span_us: (TimeUs, TimeUs),
}

impl DataPart {
    /// The name of its part, by its place in the list.
    pub fn name(at: usize) -> String {
        format!("/data/{}", Self::address(at))
    }

    fn address(at: usize) -> String {
        format!("batches/{}.ndjson", at + 1)
    }
}

/// Where the rules of a zone stand.
pub fn zone_part(zone: &str) -> String {
    format!("/zones/{zone}.json")
}

/// What the application is to find in the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contents {
    pub organisation: Option<String>,
    /// Made data.
    pub is_demo: bool,
    /// The present of the question: relative ranges must mean the same in the file.
    pub now_us: TimeUs,
    pub left_out: Vec<LeftOut>,
    /// As JSON.
    pub directory: Option<String>,
    pub batches: Vec<DataPart>,
}

/// Everything the application fetches besides batches and rules of zones: names and texts.
pub fn documents(about: &About, contents: &Contents) -> Vec<(String, String)> {
    let batch = |(at, part): (usize, &DataPart)| BatchRef {
        url: DataPart::address(at),
        format: "ndjson".into(),
        kind: part.kind,
        rows: part.rows,
        bytes: part.bytes,
        min_time: rfc3339(part.span_us.0),
        max_time: rfc3339(part.span_us.1),
        sha256: None,
    };
    let directory = contents.directory.clone();
    let manifest = Manifest {
        version: MANIFEST_VERSION,
        organisation: contents.organisation.clone(),
        generated_at: Some(rfc3339(contents.now_us)),
        directory: directory.is_some().then(|| DirectoryRef {
            url: "directory.json".into(),
            sha256: None,
        }),
        demo: contents.is_demo,
        left_out: contents.left_out.clone(),
        batches: contents.batches.iter().enumerate().map(batch).collect(),
    };
    let config = serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "manifest": MANIFEST,
        "organisation": contents.organisation,
    });
    let zones = serde_json::json!([about.zone]);
    // Texts and numbers, which can always be written.
    let manifest = serde_json::to_string(&manifest).unwrap_or_default();
    let mut documents = vec![
        (CONFIG.to_owned(), config.to_string()),
        (MANIFEST.to_owned(), manifest),
        (ZONES.to_owned(), zones.to_string()),
    ];
    documents.extend(directory.map(|directory| (DIRECTORY.to_owned(), directory)));
    documents
}

/// The periods without their overlaps, in order: no event lies in two.
pub fn disjoint(periods: &[Period]) -> Vec<Period> {
    let mut ordered: Vec<Period> = periods.to_vec();
    ordered.retain(|period| period.length_us() > 0);
    ordered.sort_by_key(|period| period.from_us);
    let mut apart: Vec<Period> = Vec::new();
    for period in ordered {
        match apart
            .last_mut()
            .filter(|last| last.until_us >= period.from_us)
        {
            Some(last) => *last = last.union(period),
            None => apart.push(period),
        }
    }
    apart
}

/// The spans of the data that no period covers: a question that reaches there gets a warning instead of a smaller number.
pub fn left_out(data_span_us: Option<(TimeUs, TimeUs)>, periods: &[Period]) -> Vec<LeftOut> {
    let Some((first, last)) = data_span_us else {
        return Vec::new();
    };
    let mut gaps = Vec::new();
    let mut at = first;
    for period in disjoint(periods) {
        gaps.push((at, period.from_us.min(last + 1)));
        at = at.max(period.until_us);
    }
    gaps.push((at, last + 1));
    gaps.retain(|(from, until)| from < until);
    let gaps = gaps.into_iter().map(|(from, until)| LeftOut {
        from: rfc3339(from),
        until: rfc3339(until),
    });
    gaps.collect()
}
