//! The rows of a chunk that pass a filter, and those of their columns that tasks read, each gathered once for all
//! tasks of the filter.

use std::ops::Range;

use super::bins::{NO_BIN, bin_of};
use super::columns::{Durations, with_codes};
use super::filter::CLASSES;
use super::fold::CANCELLED;
use super::segment::Segment;
use crate::model::schema::TEXT_COLUMNS;

/// No duration, or none that counts.
pub const NO_MICROS: u32 = u32::MAX;

/// The columns that tasks read beside the class of each row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wants {
    /// A bit for each text column.
    pub text: u16,
    pub micros: bool,
    pub bins: bool,
}

impl Wants {
    pub fn add(&mut self, other: Self) {
        self.text |= other.text;
        self.micros |= other.micros;
        self.bins |= other.bins;
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Picked {
    pub rows: Vec<u32>,
    classes: Vec<u8>,
    text: [Vec<u32>; TEXT_COLUMNS.len()],
    micros: Vec<u32>,
    bins: Vec<u8>,
}

/// Some neighbours among the picked rows.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    picked: &'a Picked,
    from: usize,
    until: usize,
}

impl Picked {
    /// Gathers columns of the rows, which ascend and belong to one chunk.
    #[inline(never)]
    pub fn read(&mut self, segment: &Segment, wants: Wants) {
        let rows = &self.rows;
        gather(rows, &segment.flags, &mut self.classes, |flag| {
            CLASSES[usize::from(flag)]
        });
        for (column, codes) in self.text.iter_mut().enumerate() {
            if wants.text >> column & 1 == 1 {
                read_codes(segment, column, rows, codes);
            }
        }
        if !(wants.micros || wants.bins) {
            return;
        }
        match &segment.durations {
            Durations::Micros(micros) => {
                gather(rows, micros, &mut self.micros, |us| us);
                for (us, &class) in self.micros.iter_mut().zip(&self.classes) {
                    *us = if class <= CANCELLED { *us } else { NO_MICROS };
                }
            }
            // Those are read row by row.
            Durations::Absent | Durations::Millis(_) => {
                self.micros.clear();
                self.micros.resize(rows.len(), NO_MICROS);
            }
        }
        if wants.bins {
            self.bins.clear();
            let bins = self.micros.iter().map(|&us| match us {
                NO_MICROS => NO_BIN,
                us => bin_of(us),
            });
            self.bins.extend(bins);
        }
    }

    /// The picked rows that lie in a range of rows.
    pub fn within(&self, span: &Range<usize>) -> Part<'_> {
        let from = self
            .rows
            .partition_point(|&row| (row as usize) < span.start);
        let until = self.rows.partition_point(|&row| (row as usize) < span.end);
        Part {
            picked: self,
            from,
            until: until.max(from),
        }
    }
}

#[inline(never)]
fn read_codes(segment: &Segment, column: usize, rows: &[u32], codes: &mut Vec<u32>) {
    use super::columns::Codes;
    match &segment.text[column] {
        Codes::U8(held) => gather(rows, held, codes, u32::from),
        Codes::U16(held) => gather(rows, held, codes, u32::from),
        Codes::U32(held) => gather(rows, held, codes, |code| code),
        held @ (Codes::Constant(_) | Codes::Near { .. }) => {
            codes.clear();
            with_codes!(held,
                code => codes.resize(rows.len(), *code),
                at => codes.extend(rows.iter().map(|&row| at(row))));
        }
    }
}

/// The values of some rows. Where no row between the first and the last is missing, they are read one after the other.
fn gather<T: Copy, U>(rows: &[u32], column: &[T], values: &mut Vec<U>, of: impl Fn(T) -> U) {
    values.clear();
    let (Some(&first), Some(&last)) = (rows.first(), rows.last()) else {
        return;
    };
    let span = first as usize..last as usize + 1;
    if span.len() == rows.len() {
        values.extend(column[span].iter().map(|&value| of(value)));
    } else {
        values.extend(rows.iter().map(|&row| of(column[row as usize])));
    }
}

impl<'a> Part<'a> {
    pub fn len(self) -> usize {
        self.until - self.from
    }

    /// A part of this part.
    pub fn slice(self, range: Range<usize>) -> Self {
        Self {
            picked: self.picked,
            from: self.from + range.start,
            until: self.from + range.end,
        }
    }

    pub fn rows(self) -> &'a [u32] {
        &self.picked.rows[self.from..self.until]
    }

    /// What each row is to the metrics: below 8.
    pub fn classes(self) -> &'a [u8] {
        &self.picked.classes[self.from..self.until]
    }

    /// Codes of a text column that was read.
    pub fn text(self, column: usize) -> &'a [u32] {
        &self.picked.text[column][self.from..self.until]
    }

    /// Durations of what finished, where the segment has whole microseconds.
    pub fn micros(self) -> &'a [u32] {
        &self.picked.micros[self.from..self.until]
    }

    /// The classes of those durations.
    pub fn bins(self) -> &'a [u8] {
        &self.picked.bins[self.from..self.until]
    }
}
