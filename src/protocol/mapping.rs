//! What a person says about a source before it is read, and what is asked back when no column can be a time.
//!
//! Privacy: a [`Proposal`] holds the first rows of the file as they are. It goes to the dialog on the person's own page
//! and nowhere else: it is no part of receipts, errors, provenance or exports, and the worker forgets it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Column, Zone};

/// Column → the file's header for it. Goes before names and aliases, which stay in force for empty values; letter
/// case aside. Dots lead into objects of JSON (`payload.user`). A duration is in the unit its header ends with
/// (`latency_s`, `elapsed_us`), else in milliseconds.
pub type Mapping = BTreeMap<Column, String>;

/// How to read one source, beyond what its bytes say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadOptions {
    pub mapping: Mapping,
    /// The zone of times that name none; UTC when absent.
    pub assume_zone: Option<Zone>,
    /// What was said of the files of an archive that could not be read otherwise, by [`Proposal::fingerprint`]. Those
    /// that can be read are not touched by it: a header may mean another thing in each.
    pub members: BTreeMap<String, MemberOptions>,
}

impl LoadOptions {
    /// How the files of an archive with this header are read, when somebody said so.
    pub fn of_member(&self, fingerprint: &str) -> Option<Self> {
        let said = self.members.get(fingerprint)?.clone();
        Some(Self {
            mapping: said.mapping,
            assume_zone: said.assume_zone,
            members: BTreeMap::new(),
        })
    }

    /// Did somebody say what columns mean?
    pub fn is_mapped(&self) -> bool {
        !self.mapping.is_empty() || !self.members.is_empty()
    }
}

/// How the files of an archive with one header are read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberOptions {
    pub mapping: Mapping,
    pub assume_zone: Option<Zone>,
}

/// A file that needs a mapping, as its reader sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The file of an archive that it is about, named as in its receipt; none when the source is the file itself.
    pub member: Option<String>,
    /// Further files of the archive with the same header: what is said holds for them too.
    pub alike: u32,
    /// Equal for files with equal headers: what a remembered mapping is found by. 16 hex digits.
    pub fingerprint: String,
    /// In the order of the file.
    pub columns: Vec<ProposedColumn>,
    /// At most [`crate::model::limits::PREVIEW_ROWS`] rows, cells cut to
    /// [`crate::model::limits::PREVIEW_CELL_CHARS`] characters, one cell a column.
    pub preview: Vec<Vec<String>>,
}

impl Proposal {
    /// The guesses as a mapping, for a dialog to begin with.
    pub fn guesses(&self) -> Mapping {
        self.columns
            .iter()
            .filter_map(|column| Some((column.guess?, column.header.clone())))
            .collect()
    }
}

/// One header of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedColumn {
    pub header: String,
    /// Each column is guessed at most once.
    pub guess: Option<Column>,
    pub looks: Looks,
}

/// What the values of a column look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Looks {
    Empty,
    Time,
    Email,
    Number,
    /// Words or flags of success and failure.
    Outcome,
    Text,
}
