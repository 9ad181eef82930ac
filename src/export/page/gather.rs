//! Rows as they come out of shards, put together into batches of the file.

use super::DataPart;
use crate::model::manifest::{BatchKind, time_us};
use crate::model::zone::HOUR_US;
use crate::model::{Column, TimeUs};

/// A batch of a file, before it is compressed: large enough to compress well, small enough that several workers share.
const BATCH_BYTES: usize = 8 << 20;
/// The column of a pre-aggregated hour that says when.
const HOUR: &str = "hour";

/// Lines of JSON on their way into batches.
#[derive(Debug)]
pub struct Gather {
    kind: BatchKind,
    open: Vec<u8>,
    rows: u64,
}

impl Gather {
    pub fn new(kind: BatchKind) -> Self {
        Self {
            kind,
            open: Vec::new(),
            rows: 0,
        }
    }

    /// So many rows more, whole lines; gives a batch when one is complete. `begins`: a batch of its own begins with them.
    pub fn push(&mut self, bytes: &[u8], rows: u64, begins: bool) -> Option<(DataPart, Vec<u8>)> {
        let is_complete = begins || self.open.len() + bytes.len() > BATCH_BYTES;
        let complete = is_complete.then(|| self.finish()).flatten();
        self.open.extend_from_slice(bytes);
        self.rows += rows;
        complete
    }

    /// What is left, if anything is.
    pub fn finish(&mut self) -> Option<(DataPart, Vec<u8>)> {
        let bytes = std::mem::take(&mut self.open);
        let rows = std::mem::take(&mut self.rows);
        let part = DataPart {
            kind: self.kind,
            rows,
            bytes: bytes.len() as u64,
            span_us: self.span(&bytes)?,
        };
        Some((part, bytes))
    }

    /// Events come in the order of time; hours may not.
    fn span(&self, bytes: &[u8]) -> Option<(TimeUs, TimeUs)> {
        let lines = || {
            bytes
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty())
        };
        match self.kind {
            BatchKind::Raw => {
                let first = time_of(lines().next()?, Column::Time.name())?;
                let mut backwards = bytes.rsplit(|byte| *byte == b'\n');
                let last = backwards.find(|line| !line.is_empty())?;
                Some((first, time_of(last, Column::Time.name())?))
            }
            BatchKind::Aggregate => {
                let hours = lines().filter_map(|line| time_of(line, HOUR));
                hours
                    .map(|hour| (hour, hour + HOUR_US))
                    .reduce(|all, hour| (all.0.min(hour.0), all.1.max(hour.1)))
            }
        }
    }
}

fn time_of(line: &[u8], column: &str) -> Option<TimeUs> {
    let row: serde_json::Value = serde_json::from_slice(line).ok()?;
    time_us(row.get(column)?.as_str()?)
}
