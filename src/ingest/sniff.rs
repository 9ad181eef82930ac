//! What a table of text is: its separator and its header.
//!
//! Owns: telling them from the first rows. Does not own: reading the rows (`csv`).

use super::Format;
use super::names::{Meaning, Terms};
use super::records::{Next, Records};
use super::{Tally, times, values};

const SEPARATORS: [u8; 4] = *b",;\t|";
/// Rows that are looked at, the header among them.
const SAMPLE_ROWS: usize = 20;
/// A header is a name, not a sentence.
const HEADER_BYTES_MAX: usize = 256;

/// How a table is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub separator: u8,
    /// Where its header begins, bytes.
    pub start: usize,
    pub headers: Vec<String>,
    /// The first row looks like data.
    pub is_headless: bool,
}

impl Table {
    pub fn format(&self) -> Format {
        if self.separator == b'\t' {
            Format::Tsv
        } else {
            Format::Csv
        }
    }
}

/// The best reading of a text as a table; `None` when it is none.
pub fn sniff(text: &[u8], terms: &Terms<'_>) -> Option<Table> {
    // What a spreadsheet writes for its own kind.
    if let Some((separator, start)) = told(text) {
        return judge(text, start, separator, terms).map(|(_, table)| table);
    }
    let judged = SEPARATORS
        .into_iter()
        .filter_map(|separator| judge(text, 0, separator, terms));
    // The first of equals, so that commas go before pipes.
    let best = judged.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map(|(_, table)| table)
}

/// `sep=;` in a line of its own.
fn told(text: &[u8]) -> Option<(u8, usize)> {
    let rest = text.strip_prefix(b"sep=")?;
    let (&separator, rest) = rest.split_first()?;
    let after = rest
        .strip_prefix(b"\r")
        .unwrap_or(rest)
        .strip_prefix(b"\n")?;
    SEPARATORS
        .contains(&separator)
        .then_some((separator, text.len() - after.len()))
}

/// How well a separator explains the first rows, and the table it makes.
fn judge(text: &[u8], start: usize, separator: u8, terms: &Terms<'_>) -> Option<(u32, Table)> {
    let mut records = Records::new(text, start, separator);
    let headers: Vec<String> = match records.read(None) {
        Next::Row(row) => row.cells().map(|cell| cell.trim().to_owned()).collect(),
        Next::Bad(..) | Next::End => return None,
    };
    let (mut rows, mut alike, mut has_data) = (0_u32, 0_u32, false);
    while rows < SAMPLE_ROWS as u32 {
        match records.read(None) {
            Next::Row(row) => {
                rows += 1;
                if row.len() == headers.len() {
                    alike += 1;
                    has_data |= row.cells().any(looks_like_data);
                }
            }
            Next::Bad(..) => rows += 1,
            Next::End => break,
        }
    }
    let terms = terms.for_headers(headers.iter().map(String::as_str));
    let known = headers
        .iter()
        .filter(|header| {
            terms.hour_field(header).is_some() || terms.meaning(header) != Meaning::Drop
        })
        .count() as u32;
    let is_name = |header: &String| !header.is_empty() && header.len() <= HEADER_BYTES_MAX;
    let is_headless = known == 0 && headers.iter().any(|header| looks_like_data(header));
    let is_table = if headers.len() < 2 {
        terms.has_time(headers.iter().map(String::as_str))
    } else if known > 0 {
        rows == 0 || alike * 2 >= rows || headers.len() > 2
    } else {
        alike > 0 && alike * 2 >= rows && (is_headless || has_data) && headers.iter().any(is_name)
    };
    if !is_table {
        return None;
    }
    let consistency = (alike * 100).checked_div(rows).unwrap_or_default();
    let score = known * 1_000 + consistency * 10 + (headers.len() as u32).min(9);
    let table = Table {
        separator,
        start,
        headers,
        is_headless,
    };
    Some((score, table))
}

/// A number or a time, which no header is.
pub fn looks_like_data(cell: &str) -> bool {
    let cell = cell.trim();
    cell.parse::<f64>().is_ok_and(f64::is_finite) || times::parse(cell).is_some()
}

/// A time as text, or a number that can only be one.
pub fn looks_like_time(cell: &str) -> bool {
    let raw = values::Raw::Text(cell.into());
    values::time(&raw, None, &mut Tally::default()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::LoadOptions;

    fn found(text: &str) -> Option<(char, usize, bool)> {
        let table = sniff(text.as_bytes(), &Terms::new(&LoadOptions::default()))?;
        Some((
            char::from(table.separator),
            table.headers.len(),
            table.is_headless,
        ))
    }

    #[test]
    fn separators_are_found_and_prose_is_no_table() {
        assert_eq!(found("time,tool\n2026-03-14,a\n"), Some((',', 2, false)));
        assert_eq!(
            found("time;tool;n\n2026-03-14;a,b;1\n"),
            Some((';', 3, false))
        );
        assert_eq!(
            found("time\ttool\r\n2026-03-14\ta\r\n"),
            Some(('\t', 2, false))
        );
        assert_eq!(found("\"time\"|\"tool\"\n1|a\n"), Some(('|', 2, false)));
        assert_eq!(found("sep=;\ntime;a,b\n1;2\n"), Some((';', 2, false)));
        assert_eq!(found("time,tool"), Some((',', 2, false)), "a header alone");
        assert_eq!(found("time\n2026-03-14\n"), Some((',', 1, false)));
        assert_eq!(found("when,what\n2026-03-14,a\n"), Some((',', 2, false)));
        assert_eq!(found("2026-03-14,a\n2026-03-15,b\n"), Some((',', 2, true)));
        for prose in [
            "Dear Sir, hello\nI am well, thank you\n",
            "once upon a time",
            "a,b",
            "",
        ] {
            assert_eq!(found(prose), None, "{prose}");
        }
    }
}
