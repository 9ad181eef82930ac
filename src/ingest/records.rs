//! The records of a table of text, with a place for each.
//!
//! Owns: where rows and cells begin and end, quotes that are never closed, the limit of length. Does not own: what the
//! cells mean (`csv`).
//!
//! Rows without a quote, which are nearly all, are cut where they stand; `csv-core` reads the others.

use csv_core::ReadRecordResult;

use super::encoding::TableText;
use super::values::Reason;
use crate::model::limits::{COLUMNS_MAX, LINE_BYTES_MAX};

const NOT_UTF8: Reason = "The row is not UTF-8 text.";
pub const TOO_LONG: Reason = "The row is longer than 1 MiB; a quote may never be closed.";
const OTHER_WIDTH: Reason = "The row has another number of cells than the header.";
const UNCLOSED: Reason =
    "A quote is opened and not closed, or the row has another number of cells than the header.";
/// A quote that is never closed takes the following lines into its cell. So many times the reader goes back to the line
/// after it; then it goes on behind, or a file full of them would be read over and over.
const MISTAKES_MAX: u32 = 64;

/// What comes next.
pub enum Next<'r> {
    Row(Row<'r>),
    /// Why it can't be taken apart, and its line.
    Bad(Reason, u64),
    End,
}

/// The cells of a record, without their quotes.
pub struct Row<'r> {
    text: &'r str,
    cells: &'r [(usize, usize)],
    /// Where it begins, counted from 1.
    pub line: u64,
}

impl<'r> Row<'r> {
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    pub fn cell(&self, at: usize) -> &'r str {
        let (from, until) = self.cells.get(at).copied().unwrap_or_default();
        self.text.get(from..until).unwrap_or_default()
    }

    pub fn cells(&self) -> impl Iterator<Item = &'r str> {
        (0..self.len()).map(|at| self.cell(at))
    }
}

/// Walks over the records of a text.
pub struct Records<'t> {
    text: &'t [u8],
    /// The same as text, when none of it is damaged.
    whole: Option<&'t str>,
    at: usize,
    line: u64,
    separator: u8,
    /// Lines end with a carriage return alone, as on old Macs.
    has_lone_returns: bool,
    core: csv_core::Reader,
    unquoted: Vec<u8>,
    ends: Vec<usize>,
    cells: Vec<(usize, usize)>,
    mistakes: u32,
}

/// Where the bytes of the cells are.
enum Found {
    Plain(usize, usize),
    Unquoted(usize),
    Bad(Reason),
    End,
}

impl<'t> Records<'t> {
    /// The records of a text of which it is known whether it is damaged.
    pub fn of(text: &'t TableText<'_>, start: usize, separator: u8) -> Self {
        Self {
            whole: text.whole(),
            ..Self::new(text.bytes(), start, separator)
        }
    }

    pub fn new(text: &'t [u8], start: usize, separator: u8) -> Self {
        Self {
            text,
            whole: None,
            at: start,
            line: 1 + memchr::memchr_iter(b'\n', &text[..start]).count() as u64,
            separator,
            // In this order: nearly all texts have an end of line near their beginning.
            has_lone_returns: memchr::memchr(b'\n', text).is_none()
                && memchr::memchr(b'\r', text).is_some(),
            core: csv_core::ReaderBuilder::new().delimiter(separator).build(),
            unquoted: vec![0; 1024],
            ends: vec![0; 64],
            cells: Vec::new(),
            mistakes: 0,
        }
    }

    /// The next record; with a width, one of another number of cells is bad. Empty cells beyond it are nothing.
    pub fn read(&mut self, width: Option<usize>) -> Next<'_> {
        self.skip_blank_lines();
        let line = self.line;
        let found = if self.at == self.text.len() {
            Found::End
        } else if self.has_lone_returns {
            self.quoted(width)
        } else {
            match self.end_of_plain() {
                Some(end) => self.plain(end),
                None => self.quoted(width),
            }
        };
        let text = match found {
            // Ends of lines are ends of letters.
            Found::Plain(from, until) => match self.whole {
                Some(whole) => whole.get(from..until),
                None => std::str::from_utf8(&self.text[from..until]).ok(),
            },
            Found::Unquoted(until) => std::str::from_utf8(&self.unquoted[..until]).ok(),
            Found::Bad(reason) => return Next::Bad(reason, line),
            Found::End => return Next::End,
        };
        let Some(text) = text else {
            return Next::Bad(NOT_UTF8, line);
        };
        if !fits(&self.cells, width) {
            return Next::Bad(OTHER_WIDTH, line);
        }
        Next::Row(Row {
            text,
            cells: &self.cells[..width.unwrap_or(self.cells.len())],
            line,
        })
    }

    fn skip_blank_lines(&mut self) {
        while let Some(byte) = self.text.get(self.at)
            && matches!(byte, b'\n' | b'\r')
        {
            self.line += u64::from(*byte == b'\n');
            self.at += 1;
        }
    }

    /// Where the line ends, when there is no quote in it; its cells are cut on the way there, but for the last one.
    fn end_of_plain(&mut self) -> Option<usize> {
        self.cells.clear();
        let rest = &self.text[self.at..];
        // What is longer is no row, and nobody needs its cells.
        let rest = &rest[..rest.len().min(LINE_BYTES_MAX + 2)];
        let (words, tail) = rest.as_chunks::<8>();
        let (mut from, mut base) = (0, 0);
        for word in words {
            let word = u64::from_le_bytes(*word);
            let mut marks = equal(word, self.separator) | equal(word, b'\n') | equal(word, b'"');
            while marks != 0 {
                let at = base + marks.trailing_zeros() as usize / 8;
                marks &= marks - 1;
                match rest[at] {
                    b'\n' => return Some(self.at + at),
                    b'"' => return None,
                    _ => {
                        self.cells.push((from, at));
                        from = at + 1;
                    }
                }
            }
            base += 8;
        }
        for (&byte, at) in tail.iter().zip(base..) {
            match byte {
                b'\n' => return Some(self.at + at),
                b'"' => return None,
                byte if byte == self.separator => {
                    self.cells.push((from, at));
                    from = at + 1;
                }
                _ => {}
            }
        }
        let beyond = self.at + rest.len();
        match memchr::memchr2(b'\n', b'"', &self.text[beyond..]) {
            Some(stop) if self.text[beyond + stop] == b'"' => None,
            stop => Some(stop.map_or(self.text.len(), |stop| beyond + stop)),
        }
    }

    /// A line without quotes.
    fn plain(&mut self, end: usize) -> Found {
        let start = self.at;
        self.at = self.text.len().min(end + 1);
        self.line += 1;
        let line = &self.text[start..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > LINE_BYTES_MAX {
            return Found::Bad(TOO_LONG);
        }
        let from = self.cells.last().map_or(0, |&(_, until)| until + 1);
        self.cells.push((from, line.len()));
        Found::Plain(start, start + line.len())
    }

    /// A record with quotes, which may go over several lines.
    fn quoted(&mut self, width: Option<usize>) -> Found {
        let start = self.at;
        self.core.reset();
        let (mut used, mut written, mut ended) = (0, 0, 0);
        let is_whole = loop {
            let (result, read, wrote, ends) = self.core.read_record(
                &self.text[start + used..],
                &mut self.unquoted[written..],
                &mut self.ends[ended..],
            );
            (used, written, ended) = (used + read, written + wrote, ended + ends);
            match result {
                ReadRecordResult::Record => break true,
                ReadRecordResult::End => {
                    self.at = self.text.len();
                    return Found::End;
                }
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if written < LINE_BYTES_MAX => {
                    self.unquoted.resize(self.unquoted.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull if ended <= COLUMNS_MAX => {
                    self.ends.resize(self.ends.len() * 2, 0);
                }
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => break false,
            }
        };
        let raw = &self.text[start..start + used];
        if !is_whole {
            return self.mistake(start, used, TOO_LONG);
        }
        let has_lines = memchr::memchr(b'\n', raw.trim_ascii_end()).is_some();
        let is_last = start + used == self.text.len();
        let is_mistaken = match quotes(raw, self.separator) {
            Quotes::Closed => false,
            Quotes::Open => is_last,
            Quotes::Loose => has_lines,
        };
        if is_mistaken {
            return self.mistake(start, used, UNCLOSED);
        }
        self.cells.clear();
        let mut from = 0;
        for &until in &self.ends[..ended] {
            self.cells.push((from, until));
            from = until;
        }
        if has_lines && width.is_some_and(|width| width != self.cells.len()) {
            return self.mistake(start, used, UNCLOSED);
        }
        self.advance(start + used);
        Found::Unquoted(written)
    }

    /// Goes on after the first line of a record that is none, or behind what was read of it.
    fn mistake(&mut self, start: usize, used: usize, reason: Reason) -> Found {
        self.mistakes += 1;
        let from = if self.mistakes <= MISTAKES_MAX {
            start
        } else {
            start + used
        };
        let end = memchr::memchr(b'\n', &self.text[from..]);
        self.advance(end.map_or(self.text.len(), |end| from + end + 1));
        Found::Bad(reason)
    }

    fn advance(&mut self, to: usize) {
        self.line += memchr::memchr_iter(b'\n', &self.text[self.at..to]).count() as u64;
        self.at = to;
    }
}

/// Marks each byte of a word that is this one.
#[inline]
fn equal(word: u64, byte: u8) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    const LOWS: u64 = ONES * 0x7f;
    let differing = word ^ (ONES * u64::from(byte));
    // No byte carries into the next one, so that every mark is right and not the first one alone.
    !(((differing & LOWS) + LOWS) | differing | LOWS)
}

fn fits(cells: &[(usize, usize)], width: Option<usize>) -> bool {
    width.is_none_or(|width| {
        cells.len() >= width && cells[width..].iter().all(|(from, until)| from == until)
    })
}

/// How the quotes of a record end.
#[derive(PartialEq)]
enum Quotes {
    Closed,
    /// One that opened a cell is still open at the end.
    Open,
    /// One is closed in the middle of a cell.
    Loose,
}

fn quotes(record: &[u8], separator: u8) -> Quotes {
    let (mut is_open, mut begins, mut closed) = (false, true, false);
    let mut end = Quotes::Closed;
    for &byte in record {
        let ends_cell = byte == separator || byte == b'\n' || byte == b'\r';
        if byte == b'"' && (begins || is_open || closed) {
            // Two quotes in a cell are one: it closes and opens again.
            (closed, is_open) = (is_open, !is_open);
            begins = false;
        } else if !is_open {
            if closed && !ends_cell {
                end = Quotes::Loose;
            }
            (closed, begins) = (false, ends_cell);
        }
    }
    if is_open { Quotes::Open } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, width: usize) -> Vec<Result<Vec<String>, u64>> {
        let mut records = Records::new(text.as_bytes(), 0, b',');
        let mut found = Vec::new();
        loop {
            match records.read(Some(width)) {
                Next::End => return found,
                Next::Bad(_, line) => found.push(Err(line)),
                Next::Row(row) => found.push(Ok(row.cells().map(Into::into).collect())),
            }
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "stands among rows that are none")]
    fn row(cells: &[&str]) -> Result<Vec<String>, u64> {
        Ok(cells.iter().map(|cell| (*cell).into()).collect())
    }

    #[test]
    fn cells_may_have_quotes_separators_and_line_breaks() {
        assert_eq!(
            all("a,b\r\n\r\n\"x, \"\"y\"\"\n z\",\nc,5\" disk\n", 2),
            [
                row(&["a", "b"]),
                row(&["x, \"y\"\n z", ""]),
                row(&["c", "5\" disk"])
            ]
        );
        assert_eq!(all("a,b\rc,d", 2), [row(&["a", "b"]), row(&["c", "d"])]);
        assert_eq!(all("a,b,,\nc", 2), [row(&["a", "b"]), Err(2)]);
    }

    #[test]
    fn cells_are_cut_wherever_their_separators_stand() {
        for before in 0..20 {
            for between in 0..20 {
                // Letters beside the separator in the alphabet, which a careless mark would take for one.
                let (left, right) = ("-".repeat(before), "+".repeat(between));
                for end in ["", "\n", "\r\n"] {
                    let text = format!("{left},{right},-é{end}");
                    assert_eq!(all(&text, 3), [row(&[&left, &right, "-é"])], "{text}");
                    let text = format!("{left},{right},\"x\"{end}");
                    assert_eq!(all(&text, 3), [row(&[&left, &right, "x"])], "{text}");
                }
            }
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_one_row() {
        assert_eq!(
            all("a,b\nc,\"d\ne,f\ng,h", 2),
            [row(&["a", "b"]), Err(2), row(&["e", "f"]), row(&["g", "h"])]
        );
        assert_eq!(
            all("a,\"b\nc,\"d\"\ne,f", 2),
            [Err(1), row(&["c", "d"]), row(&["e", "f"])]
        );
        assert_eq!(all("a,\"b", 2), [Err(1)]);
        let many = "a,\"b\n".repeat(100_000);
        assert!(all(&many, 2).iter().all(Result::is_err));
    }
}
