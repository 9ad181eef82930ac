//! An Excel workbook: a sheet about the numbers, then a sheet a table; typed cells, and names that are never formulas (A4, X4).

mod names;
mod sheet;

use std::collections::BTreeSet;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

use super::report::Report;
use super::{ExportError, words};
use crate::model::ResultTable;
use crate::model::zone::SECOND_US;
use names::sheet_name;
use sheet::{MUTED, SHEET_ROWS_MAX, cut, fill, head_format, text};

const ABOUT: &str = "About";

pub fn xlsx(report: &Report) -> Result<Vec<u8>, ExportError> {
    workbook(report).map_err(|error| ExportError::Refused("Excel workbook", error.to_string()))
}

fn workbook(report: &Report) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The file tells the question's present, not the clock of whoever makes it: equal questions make equal files.
    let mut properties = DocProperties::new()
        .set_title(&report.title)
        .set_author("Toolscope")
        .set_comment(format!("Data {}", report.provenance.fingerprint));
    // Whole seconds: readers take no other.
    let now = ExcelDateTime::from_timestamp(report.provenance.now_us.div_euclid(SECOND_US));
    if let Ok(now) = now {
        properties = properties.set_creation_datetime(&now);
    }
    workbook.set_properties(&properties);
    let mut names = BTreeSet::from([ABOUT.to_lowercase()]);
    let parts: Vec<(String, &ResultTable, usize)> = report
        .tables
        .iter()
        .flat_map(|table| {
            let parts = table.rows.len().div_ceil(SHEET_ROWS_MAX).max(1);
            (0..parts).map(move |part| (table, part))
        })
        .map(|(table, part)| (sheet_name(&table.title, &mut names), table, part))
        .collect();
    about(workbook.add_worksheet(), report, &parts)?;
    for (name, table, part) in &parts {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name)?;
        fill(sheet, table, *part, &report.zone)?;
    }
    workbook.save_to_buffer()
}

/// What the numbers are the answer to, what each sheet holds, and what each column means.
fn about(
    sheet: &mut Worksheet,
    report: &Report,
    parts: &[(String, &ResultTable, usize)],
) -> Result<(), XlsxError> {
    sheet.set_name(ABOUT)?;
    sheet.set_screen_gridlines(false);
    sheet.set_column_width(0, 26)?.set_column_width(1, 38)?;
    sheet.set_column_width(2, 24)?.set_column_width(3, 10)?;
    sheet.set_column_width(4, 12)?.set_column_width(5, 100)?;
    let title = Format::new().set_bold().set_font_size(16);
    let name = Format::new()
        .set_font_color(MUTED)
        .set_align(FormatAlign::Top);
    sheet.write_string_with_format(0, 0, cut(&report.title), &title)?;
    let mut row = 2;
    for fact in report.facts() {
        sheet.write_string_with_format(row, 0, fact.name, &name)?;
        text(sheet, row, 1, &fact.value, &Format::new())?;
        row += 1;
    }
    for (at, warning) in report.provenance.warnings.iter().enumerate() {
        if at == 0 {
            sheet.write_string_with_format(row, 0, "Warnings", &name)?;
        }
        text(sheet, row, 1, &warning.message, &Format::new())?;
        row += 1;
    }
    row += 1;
    let head = head_format();
    for (at, label) in ["Sheet", "Table", "Rows", "Groups", "Events"]
        .iter()
        .enumerate()
    {
        sheet.write_string_with_format(row, at as u16, *label, &head)?;
    }
    row += 1;
    let whole = Format::new().set_num_format("#,##0");
    for (name, table, _) in parts {
        text(sheet, row, 0, name, &Format::new())?;
        text(sheet, row, 1, &table.title, &Format::new())?;
        let numbers = [table.rows.len() as u64, table.groups, table.events];
        for (at, number) in numbers.into_iter().enumerate() {
            sheet.write_number_with_format(row, at as u16 + 2, number as f64, &whole)?;
        }
        row += 1;
    }
    row += 1;
    let labels = [
        "Sheet",
        "Column",
        "Measure",
        "Unit",
        "Exactness",
        "Definition",
    ];
    for (at, label) in labels.iter().enumerate() {
        sheet.write_string_with_format(row, at as u16, *label, &head)?;
    }
    row += 1;
    // Two tables may have one title; their sheets have names of their own.
    let sheet_of = |table: &ResultTable| {
        let mut parts = parts.iter();
        let found = parts.find(|(_, held, _)| std::ptr::eq(*held, table));
        found.map_or("", |(name, ..)| name.as_str())
    };
    for definition in report.definitions() {
        let exactness = if definition.column.exact {
            "exact".into()
        } else {
            format!("± {}", words::percent(definition.column.error))
        };
        let cells = [
            sheet_of(definition.table),
            &definition.column.label,
            definition.metric.id,
            definition.metric.unit.name(),
            &exactness,
            definition.metric.definition,
        ];
        for (at, held) in cells.into_iter().enumerate() {
            text(sheet, row, at as u16, held, &Format::new())?;
        }
        row += 1;
    }
    row += 1;
    let notes = [
        "Times are those of the time zone above. An empty cell is a number that is not available.",
        "Rows in grey italics cover only a part of their hour, day, week or month within the period.",
    ];
    for note in notes {
        sheet.write_string_with_format(row, 0, note, &Format::new().set_font_color(MUTED))?;
        row += 1;
    }
    Ok(())
}
