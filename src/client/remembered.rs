//! Mappings that were said before, each found by the fingerprint of a file's headers.
//!
//! Owns: what is remembered and its text. Does not own: where the text is kept. Privacy: names of headers and of a zone,
//! never a value of a file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::Column;
use crate::protocol::{Mapping, Proposal};

/// Headers that are remembered; the one that was said longest ago makes room.
pub const REMEMBERED_MAX: usize = 50;

/// How files with one header are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    pub mapping: Mapping,
    /// IANA name of the zone of times that name none; UTC when absent.
    pub zone: Option<String>,
}

/// Its form in the text: columns by their names, which outlive the order they are declared in.
#[derive(Serialize, Deserialize)]
struct Entry {
    fingerprint: String,
    columns: BTreeMap<String, String>,
    #[serde(default)]
    zone: Option<String>,
}

/// What was said, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remembered(Vec<(String, Meaning)>);

impl Remembered {
    /// A text that is not ours remembers nothing; columns that no longer exist are left out.
    pub fn parse(text: &str) -> Self {
        let entries: Vec<Entry> = serde_json::from_str(text).unwrap_or_default();
        let mut remembered = Self::default();
        for entry in entries {
            let mapping: Mapping = entry
                .columns
                .into_iter()
                .filter_map(|(name, header)| Some((Column::parse(&name)?, header)))
                .collect();
            let zone = entry.zone.filter(|zone| is_zone_name(zone));
            if mapping.contains_key(&Column::Time) {
                remembered.keep(entry.fingerprint, Meaning { mapping, zone });
            }
        }
        remembered
    }

    pub fn to_text(&self) -> String {
        let entries: Vec<Entry> = self
            .0
            .iter()
            .map(|(fingerprint, meaning)| Entry {
                fingerprint: fingerprint.clone(),
                columns: meaning
                    .mapping
                    .iter()
                    .map(|(column, header)| (column.name().to_owned(), header.clone()))
                    .collect(),
                zone: meaning.zone.clone(),
            })
            .collect();
        // Texts under texts can't fail to be written.
        serde_json::to_string(&entries).unwrap_or_default()
    }

    /// The newest meaning of a header takes the place of an older one.
    pub fn keep(&mut self, fingerprint: String, meaning: Meaning) {
        self.0.retain(|(held, _)| *held != fingerprint);
        self.0.push((fingerprint, meaning));
        let excess = self.0.len().saturating_sub(REMEMBERED_MAX);
        self.0.drain(..excess);
    }

    /// What was said of a file with these headers, as far as the file has them.
    pub fn find(&self, proposal: &Proposal) -> Option<Meaning> {
        let (_, meaning) = self
            .0
            .iter()
            .find(|(held, _)| *held == proposal.fingerprint)?;
        let mut meaning = meaning.clone();
        meaning.mapping.retain(|_, header| {
            let mut columns = proposal.columns.iter();
            columns.any(|column| column.header.eq_ignore_ascii_case(header))
        });
        meaning
            .mapping
            .contains_key(&Column::Time)
            .then_some(meaning)
    }
}

/// Its rules are fetched by this name, so it must be no other address.
fn is_zone_name(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "_+-".contains(letter);
    text.split('/')
        .all(|part| !part.is_empty() && part.chars().all(is_letter))
}
