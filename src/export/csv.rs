//! CSV after RFC 4180, with names that a spreadsheet would take for formulas defused (A4).

use std::borrow::Cow;

use super::rfc3339;
use crate::model::{Cell, ResultTable};

const LINE_END: &str = "\r\n";

/// One table: a header of column names, then the rows. Numbers are complete; "not available" is an empty cell.
pub fn csv(table: &ResultTable) -> String {
    let names = table
        .columns
        .iter()
        .map(|column| quoted(&column.name).into_owned());
    let mut text = line(names);
    for row in &table.rows {
        text.push_str(&line(row.iter().map(cell)));
    }
    text
}

/// Several tables, each after `# id: title`, with an empty line between.
pub fn csv_of_several(tables: &[ResultTable]) -> String {
    let parts: Vec<String> = tables
        .iter()
        .map(|table| format!("# {}: {}{LINE_END}{}", table.id, table.title, csv(table)))
        .collect();
    parts.join(LINE_END)
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let mut text = cells.collect::<Vec<_>>().join(",");
    text.push_str(LINE_END);
    text
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Text(text) => quoted(&defused(text)).into_owned(),
        Cell::Int(number) => number.to_string(),
        Cell::Float(number) => number.to_string(),
        Cell::Time(time_us) => rfc3339(*time_us),
        Cell::New => "new".into(),
    }
}

/// Spreadsheets run what begins like this; an apostrophe makes it a text.
fn defused(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

fn quoted(text: &str) -> Cow<'_, str> {
    if text.contains(['"', ',', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ') {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}
