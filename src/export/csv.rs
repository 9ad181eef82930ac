//! CSV after RFC 4180, with names that a spreadsheet would take for formulas defused (A4).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::rfc3339;
use crate::model::{Cell, ResultTable};

const LINE_END: &str = "\r\n";
/// Spreadsheets run what begins like this, in the full width of East Asian letters too.
const TRIGGERS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// What a spreadsheet, or the language it is set to, may take for the border of a cell.
const BORDERS: [char; 4] = [';', '\t', '\r', '\n'];

/// How names are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Names {
    /// An apostrophe stands before what a spreadsheet would run.
    #[default]
    Defused,
    /// As they are in the data, for programs.
    Raw,
}

/// One table: a header of column names, then the rows. Numbers are complete; "not available" is an empty cell.
pub fn csv(table: &ResultTable, names: Names) -> String {
    // Columns may be named after things in the data.
    let header = table
        .columns
        .iter()
        .map(|column| text_cell(&column.name, names));
    let mut text = line(header);
    for row in &table.rows {
        text.push_str(&line(row.iter().map(|held| cell(held, names))));
    }
    text
}

/// Several tables, each after `# id: title`, with an empty line between.
pub fn csv_of_several(tables: &[ResultTable], names: Names) -> String {
    let parts: Vec<String> = tables
        .iter()
        .map(|table| {
            let title = table.title.replace(['\r', '\n'], " ");
            format!("# {}: {title}{LINE_END}{}", table.id, csv(table, names))
        })
        .collect();
    parts.join(LINE_END)
}

/// Labels and cells with tabs between, as spreadsheets paste them.
pub fn tabs(table: &ResultTable) -> String {
    let flat = |text: &str| defused(text).replace(['\t', '\n', '\r'], " ");
    let heading = |column: &crate::model::TableColumn| flat(&column.label);
    let head: Vec<String> = table.columns.iter().map(heading).collect();
    let mut lines = vec![head.join("\t")];
    lines.extend(table.rows.iter().map(|row| {
        let cells = row.iter().map(|cell| match cell {
            Cell::Text(text) => flat(text),
            other => plain(other),
        });
        cells.collect::<Vec<_>>().join("\t")
    }));
    lines.join("\n")
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let mut text = cells.collect::<Vec<_>>().join(",");
    text.push_str(LINE_END);
    text
}

fn cell(cell: &Cell, names: Names) -> String {
    match cell {
        Cell::Text(text) => text_cell(text, names),
        other => plain(other),
    }
}

/// Everything but texts.
fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Null | Cell::Text(_) => String::new(),
        Cell::Int(number) => number.to_string(),
        Cell::Float(number) if number.is_finite() => number.to_string(),
        Cell::Float(_) => String::new(),
        Cell::Time(time_us) => rfc3339(*time_us),
        Cell::New => "new".into(),
    }
}

pub(super) fn text_cell(text: &str, names: Names) -> String {
    match names {
        Names::Defused => quoted(&defused(text)).into_owned(),
        Names::Raw => quoted(text).into_owned(),
    }
}

/// Is this the beginning of something that a spreadsheet would run? Blanks, quotes and what can't be seen are passed over.
pub fn begins_formula(text: &str) -> bool {
    let is_plain = |number: &str| {
        let digits = number.strip_prefix(['+', '-']).unwrap_or(number);
        let is_digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        match digits.split_once('.') {
            Some((whole, decimals)) => is_digits(whole) && is_digits(decimals),
            None => is_digits(digits),
        }
    };
    if text.starts_with(['\t', '\r', '\n']) {
        return true;
    }
    let rest = text.trim_start_matches(|letter: char| is_passed_over(letter));
    rest.starts_with(TRIGGERS) && !is_plain(rest)
}

/// Blanks of all kinds, controls, quotes, and marks without a width.
fn is_passed_over(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(
            letter,
            '"' | '\'' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

/// An apostrophe makes it a text. One stands at every place where a cell may begin: in some languages spreadsheets cut
/// lines at semicolons or tabs, and then the quotes around a name are no longer its quotes.
fn defused(text: &str) -> Cow<'_, str> {
    let begins = |at: usize| {
        let follows_border = at == 0 || text[..at].ends_with(BORDERS);
        follows_border && begins_formula(&text[at..])
    };
    let mut marks = text
        .char_indices()
        .map(|(at, _)| at)
        .filter(|&at| begins(at))
        .peekable();
    if marks.peek().is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 1);
    let mut done = 0;
    for at in marks {
        out.push_str(&text[done..at]);
        out.push('\'');
        done = at;
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

fn quoted(text: &str) -> Cow<'_, str> {
    let is_odd = text.contains(['"', ',', ';', '\t', '\r', '\n']);
    if is_odd || text.starts_with(' ') || text.ends_with(' ') {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::{begins_formula, defused};

    #[test]
    fn what_a_spreadsheet_would_run_gets_an_apostrophe_wherever_a_cell_may_begin() {
        let cases = [
            ("=1+1", "'=1+1"),
            ("  =1", "'  =1"),
            ("\u{200b}@SUM(A1)", "'\u{200b}@SUM(A1)"),
            ("\u{3000}＝1", "'\u{3000}＝1"),
            ("\"=1", "'\"=1"),
            ("\tx", "'\tx"),
            ("a;=1", "a;'=1"),
            ("a\n-cmd|' /C calc'!A0", "a\n'-cmd|' /C calc'!A0"),
            ("a=b", "a=b"),
            ("search-code", "search-code"),
            ("-5", "-5"),
            ("+12.5", "+12.5"),
            ("-5+2", "'-5+2"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(defused(text), expected, "{text:?}");
        }
        assert!(!begins_formula("'a"));
    }
}
