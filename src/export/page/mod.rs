//! One HTML file with a dashboard, its data and the application (X5): its text, whoever has the bytes.
//!
//! Owns: the document, its policy, what it says about itself, the names of its parts. Does not own: compressing, base64,
//! which events go in (whoever asks has those). Events go in as they were decoded: no file of anybody's is ever a part.

mod application;
mod data;
mod gather;
mod text;

use serde::{Deserialize, Serialize};

use crate::model::TimeUs;
use crate::model::manifest::time_us;
use crate::query::{Question, url};

pub use application::{Application, NotBuilt, application};
pub use data::{Contents, DataPart, disjoint, documents, left_out, zone_part};
pub use gather::Gather;
use text::{attribute, element, json};

/// Unpacks the parts and starts the application.
pub const BOOTSTRAP: &str = include_str!("offline.js");
/// SHA-256 of [`BOOTSTRAP`] in base64, for the policy: the page that makes a file may have no means to digest
/// (WebCrypto needs a secure context). A test compares them, and tells the new one.
pub const BOOTSTRAP_SHA256: &str = "MRbOv4eP24ztUuwY2ThULxnGCwqAusd5zrSyaf8aGBo=";
/// The style sheets in their order, the application, the data worker, the charts.
pub const STYLES: &str = "app.css";
pub const APP_SCRIPT: &str = "app.js";
pub const APP_MODULE: &str = "app.wasm";
pub const WORKER_SCRIPT: &str = "worker.js";
pub const WORKER_MODULE: &str = "worker.wasm";
pub const CHARTS: &str = "charts.js";
/// What follows the base64 of a part.
pub const PART_END: &str = "</script>\n";

/// What the application in the file is told: whose it is, and what it shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// A dashboard of the catalogue.
    pub dashboard: String,
    /// The one thing it is about, where the dashboard has pages of single things: a tool, a person.
    #[serde(default)]
    pub name: Option<String>,
    pub title: String,
    /// When it was made, RFC 3339.
    pub made: String,
    /// What it was made from: an organisation, sources.
    pub from: String,
    /// The question as a URL has it, without its question mark; what is usual (and the zone) is left out.
    pub search: String,
    /// The zone of the question; its rules are in the file.
    pub zone: String,
    pub events: u64,
    /// Rows of pre-aggregated hours.
    pub hours: u64,
    /// What was said about the numbers when it was made: what is missing, what was assumed.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// The text around the parts. A file is `opening`, then for each part its tag, its bytes (gzip, base64) and [`PART_END`],
/// then `closing`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub opening: String,
    /// In the order of the names.
    pub tags: Vec<String>,
    pub closing: String,
}

impl About {
    pub fn made_us(&self) -> Option<TimeUs> {
        time_us(&self.made)
    }

    /// The question of a file, as [`Self::search`] has it. The zone is the file's own, so it is left out.
    pub fn search_of(question: &Question) -> String {
        let usual = Question {
            zone: question.zone.clone(),
            ..Question::default()
        };
        url::format(question, &usual)
    }

    /// "It holds 12,345 events and takes 3.4 MB": the sentence before somebody makes it, or after.
    pub fn size(&self, bytes: u64) -> String {
        let hours = match self.hours {
            0 => String::new(),
            hours => format!(
                " and {} pre-aggregated hours",
                super::words::count(hours as f64)
            ),
        };
        format!(
            "The file holds the application, {} events{hours} of everybody in these spans of time, whatever the filters, and takes {:.1} MB.",
            super::words::count(self.events as f64),
            bytes as f64 / 1e6
        )
    }
}

/// No network at all: what the file needs is in it.
pub fn policy() -> String {
    [
        "default-src 'none'".to_owned(),
        format!("script-src 'sha256-{BOOTSTRAP_SHA256}' blob: 'wasm-unsafe-eval'"),
        "worker-src blob:".to_owned(),
        "img-src data: blob:".to_owned(),
        "base-uri 'none'".to_owned(),
        "form-action 'none'".to_owned(),
        "require-trusted-types-for 'script'".to_owned(),
        "trusted-types default".to_owned(),
    ]
    .join("; ")
}

/// The document around parts of these names.
pub fn frame<'a>(about: &About, names: impl IntoIterator<Item = &'a str>) -> Frame {
    let opening = format!(
        concat!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
            "<meta http-equiv=\"content-security-policy\" content=\"{policy}\">\n",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
            "<meta name=\"color-scheme\" content=\"light dark\">\n",
            "<meta name=\"referrer\" content=\"no-referrer\">\n",
            "<meta name=\"generator\" content=\"Toolscope {version}\">\n",
            "<link rel=\"icon\" href=\"data:,\">\n",
            "<title>{title} · Toolscope</title>\n</head>\n<body>\n",
            "<div id=\"skeleton\" class=\"boot\" role=\"status\">Toolscope is unpacking this file …</div>\n",
            "<noscript>This file computes its numbers in this browser and needs JavaScript and WebAssembly for that.</noscript>\n",
            "<script type=\"application/json\" id=\"toolscope-file\">{about}</script>\n",
        ),
        policy = attribute(&policy()),
        version = env!("CARGO_PKG_VERSION"),
        title = element(&about.title),
        about = json(about),
    );
    let tag = |name: &str| {
        format!(
            "<script type=\"application/octet-stream\" data-part=\"{}\">",
            attribute(name)
        )
    };
    Frame {
        opening,
        tags: names.into_iter().map(tag).collect(),
        closing: format!("<script>{BOOTSTRAP}</script>\n</body>\n</html>\n"),
    }
}

/// The whole file, where all of it is at hand: names and their bytes, already compressed.
#[cfg(feature = "documents")]
pub fn html(about: &About, parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    use base64::Engine as _;
    let frame = frame(about, parts.iter().map(|(name, _)| name.as_str()));
    let mut text = frame.opening;
    for (tag, (_, bytes)) in frame.tags.iter().zip(parts) {
        text.push_str(tag);
        base64::engine::general_purpose::STANDARD.encode_string(bytes, &mut text);
        text.push_str(PART_END);
    }
    text.push_str(&frame.closing);
    text.into_bytes()
}
