//! Counts what a reader met, so that a receipt can say it. Holds names, positions and reasons; never a value.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::limits::{LimitId, NAME_BYTES_MAX, RECEIPT_NAMES_MAX, SET_ASIDE_SAMPLES};
use crate::model::{Column, SetAsideRow, SourceReceipt};

use super::Format;

/// What names beyond [`RECEIPT_NAMES_MAX`] are counted under.
pub const OTHER_NAMES: &str = "(other)";
/// A field name in a receipt is cut here: it is a label, not data.
const FIELD_NAME_BYTES_MAX: usize = 128;

/// One reader's book-keeping.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Every record met, whatever became of it.
    pub rows_read: u64,
    pub set_aside: u64,
    pub names_cut: u64,
    /// Records that were understood and are in no number, such as page views among tool calls.
    pub passed_over: u64,
    /// Columns whose header in the mapping was met.
    pub mapped: BTreeSet<Column>,
    /// A time without a zone was met.
    pub zoneless: bool,
    samples: Vec<SetAsideRow>,
    reasons: BTreeMap<&'static str, u64>,
    dropped: HashMap<String, u64>,
    unrecognised: HashMap<String, u64>,
    notes: BTreeSet<Cow<'static, str>>,
}

impl Tally {
    /// Counts a record that can't be read. The position is only written out for the samples that are kept.
    pub fn set_aside(&mut self, reason: &'static str, position: impl FnOnce() -> String) {
        self.set_aside += 1;
        *self.reasons.entry(reason).or_default() += 1;
        if self.samples.len() < SET_ASIDE_SAMPLES {
            self.samples.push(SetAsideRow {
                position: position(),
                reason: reason.into(),
            });
        }
    }

    /// Counts values of a field that the allow-list does not know.
    pub fn drop_field(&mut self, name: &str, values: u64) {
        count_name(&mut self.dropped, name, values);
    }

    /// Counts a record of a shape that nobody recognised, by "scope · span name" or the like.
    pub fn unrecognised(&mut self, name: &str) {
        count_name(&mut self.unrecognised, name, 1);
    }

    /// Something to say once about the whole source.
    pub fn note(&mut self, sentence: impl Into<Cow<'static, str>>) {
        self.notes.insert(sentence.into());
    }

    /// Cuts a name at the limit, on a character boundary, and counts the cut.
    pub fn cut<'a>(&mut self, name: &'a str) -> &'a str {
        if name.len() <= NAME_BYTES_MAX {
            return name;
        }
        self.names_cut += 1;
        prefix(name, NAME_BYTES_MAX)
    }

    /// The receipt, but for what only the engine knows (duplicates) and the clock (elapsed).
    pub fn into_receipt(self, name: &str, format: Format, kind: &str, bytes: u64) -> SourceReceipt {
        let of_names = (self.names_cut > 0).then_some(LimitId::Name);
        let of_rows = self.reasons.keys().filter_map(|reason| limit_of(reason));
        let limits = of_rows.chain(of_names).collect();
        SourceReceipt {
            name: name.into(),
            format: format.name().into(),
            kind: kind.into(),
            bytes,
            rows_read: self.rows_read,
            accepted: self.rows_read.saturating_sub(self.set_aside),
            set_aside: self.set_aside,
            set_aside_rows: self.samples,
            set_aside_reasons: owned(self.reasons),
            dropped_fields: self.dropped.into_iter().collect(),
            unrecognised: self.unrecognised.into_iter().collect(),
            names_cut: self.names_cut,
            limits,
            notes: self.notes.into_iter().map(Cow::into_owned).collect(),
            ..SourceReceipt::default()
        }
    }
}

/// The limit that set a row aside, if it was one.
fn limit_of(reason: &str) -> Option<LimitId> {
    use super::otlp::frames as otlp;
    use super::otlp::record;
    use super::{json, records, values};
    let of = [
        (json::TOO_LONG, LimitId::Line),
        (records::TOO_LONG, LimitId::Line),
        (otlp::TOO_LONG, LimitId::OtlpLine),
        (json::TOO_DEEP, LimitId::Depth),
        (otlp::TOO_DEEP, LimitId::Depth),
        (values::DURATION_RANGE, LimitId::Duration),
        (record::BAD_DURATION, LimitId::Duration),
        (values::TIME_RANGE, LimitId::Times),
    ];
    let found = of.iter().find(|(held, _)| *held == reason);
    found.map(|(_, limit)| *limit)
}

/// The longest prefix of at most `bytes_max` bytes that ends on a character boundary.
pub fn prefix(text: &str, bytes_max: usize) -> &str {
    let mut end = bytes_max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn count_name(names: &mut HashMap<String, u64>, name: &str, values: u64) {
    if values == 0 {
        return;
    }
    let name = prefix(name, FIELD_NAME_BYTES_MAX);
    if let Some(count) = names.get_mut(name) {
        *count += values;
        return;
    }
    let name = if names.len() < RECEIPT_NAMES_MAX {
        name
    } else {
        OTHER_NAMES
    };
    *names.entry(name.into()).or_default() += values;
}

fn owned(reasons: BTreeMap<&'static str, u64>) -> BTreeMap<String, u64> {
    reasons
        .into_iter()
        .map(|(reason, count)| (reason.into(), count))
        .collect()
}
