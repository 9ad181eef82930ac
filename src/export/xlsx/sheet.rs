//! A sheet of a table: typed cells, formats by unit, a heading that stays, filters, totals.

use rust_xlsxwriter::{
    Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Worksheet, XlsxError,
};

use crate::export::csv::begins_formula;
use crate::export::report::heading;
use crate::export::{rfc3339, words};
use crate::model::zone::{Bucket, DAY_US};
use crate::model::{Cell, ResultTable, TimeUs, Unit, Zone};

/// Rows of a sheet below its heading; Excel has no more.
pub const SHEET_ROWS_MAX: usize = 1_048_575;
/// Letters of a cell, as Excel counts them: in UTF-16.
const CELL_TEXT_MAX: usize = 32_767;
/// Widths of columns, in digits.
const WIDTH_MIN: usize = 8;
const WIDTH_MAX: usize = 48;
/// The integers that a cell holds exactly.
const INTEGER_MAX: u64 = 1 << 53;
/// Years that Excel's calendar has.
const TIME_US_MIN: TimeUs = -2_208_988_800_000_000;
const TIME_US_MAX: TimeUs = 253_402_300_799_999_999;
pub const MUTED: Color = Color::RGB(0x0059_606e);
const LINE: Color = Color::RGB(0x00c5_cbd6);
const GROUND: Color = Color::RGB(0x00ed_f1fe);

/// One table, or as many of its rows as a sheet takes.
pub fn fill(
    sheet: &mut Worksheet,
    table: &ResultTable,
    part: usize,
    zone: &Zone,
) -> Result<(), XlsxError> {
    let first = part * SHEET_ROWS_MAX;
    let until = table.rows.len().min(first + SHEET_ROWS_MAX);
    let head = head_format();
    let right = head.clone().set_align(FormatAlign::Right);
    for (at, column) in table.columns.iter().enumerate() {
        let is_text = column.unit == Unit::Text;
        let format = if is_text { &head } else { &right };
        text(sheet, 0, at as u16, &heading(column), format)?;
        sheet.set_column_width(at as u16, width(table, at, zone) as f64)?;
    }
    sheet.set_freeze_panes(1, u16::from(table.columns.len() > 1))?;
    let formats = Formats::new(table);
    for row in first..until {
        let below = (row - first + 1) as u32;
        let is_part = table.incomplete_rows.contains(&(row as u32));
        for at in 0..table.columns.len() {
            cell(
                sheet,
                below,
                (row, at),
                table,
                zone,
                formats.of(row, at, is_part),
            )?;
        }
    }
    let rows = (until - first) as u32;
    if let Some(last) = table.columns.len().checked_sub(1).filter(|_| rows > 0) {
        // Totals are none of the rows that are sorted and filtered.
        sheet.autofilter(0, 0, rows, last as u16)?;
    }
    let is_last = until == table.rows.len();
    let any = table.totals.iter().any(|held| *held != Cell::Null);
    if is_last && any && table.rows.len() > 1 && rows < SHEET_ROWS_MAX as u32 {
        totals(sheet, rows + 1, table, zone)?;
    }
    sheet.set_repeat_rows(0, 0)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0);
    Ok(())
}

fn totals(
    sheet: &mut Worksheet,
    below: u32,
    table: &ResultTable,
    zone: &Zone,
) -> Result<(), XlsxError> {
    let line = |format: Format| format.set_bold().set_border_top(FormatBorder::Thin);
    for (at, (held, column)) in table.totals.iter().zip(&table.columns).enumerate() {
        let format = line(Format::new().set_num_format(number_format(column.unit, held)));
        if at == 0 {
            sheet.write_string_with_format(below, 0, "All", &format)?;
        } else {
            value(sheet, below, at as u16, held, zone, &format)?;
        }
    }
    Ok(())
}

/// The formats of a table's cells, made once a column and kind of number.
struct Formats<'a> {
    table: &'a ResultTable,
    columns: Vec<[Format; 4]>,
}

impl<'a> Formats<'a> {
    fn new(table: &'a ResultTable) -> Self {
        let part = |format: Format| format.set_italic().set_font_color(MUTED);
        let columns = table.columns.iter().enumerate().map(|(at, column)| {
            let form = |held: &Cell| {
                let by_time = at == 0 && !table.bucket_start_us.is_empty();
                let format = if by_time {
                    Format::new().set_num_format(bucket_format(words::bucket(table)))
                } else {
                    Format::new().set_num_format(number_format(column.unit, held))
                };
                let is_text = column.unit == Unit::Text;
                format.set_align(if is_text {
                    FormatAlign::Left
                } else {
                    FormatAlign::Right
                })
            };
            let (whole, broken) = (form(&Cell::Int(0)), form(&Cell::Float(0.5)));
            [whole.clone(), broken.clone(), part(whole), part(broken)]
        });
        Self {
            columns: columns.collect(),
            table,
        }
    }

    /// Of a row that is about a metric, what was made of it is written in its unit.
    fn of(&self, row: usize, at: usize, is_part: bool) -> Format {
        let held = &self.table.rows[row][at];
        let column = &self.table.columns[at];
        let unit = words::unit(column, words::row_metric(self.table, row));
        if unit != column.unit {
            return Format::new()
                .set_num_format(number_format(unit, held))
                .set_align(FormatAlign::Right);
        }
        let is_broken = matches!(held, Cell::Float(number) if number.fract() != 0.0);
        self.columns[at][usize::from(is_broken) + 2 * usize::from(is_part)].clone()
    }
}

fn cell(
    sheet: &mut Worksheet,
    below: u32,
    (row, at): (usize, usize),
    table: &ResultTable,
    zone: &Zone,
    format: Format,
) -> Result<(), XlsxError> {
    let start = table.bucket_start_us.get(row).filter(|_| at == 0);
    let held = match start {
        Some(&start) => &Cell::Time(start),
        None => &table.rows[row][at],
    };
    if let (Some(of), "measure") = (
        words::row_metric(table, row),
        table.columns[at].name.as_str(),
    ) {
        return text(sheet, below, at as u16, of.name, &format);
    }
    value(sheet, below, at as u16, held, zone, &format)
}

fn value(
    sheet: &mut Worksheet,
    row: u32,
    at: u16,
    held: &Cell,
    zone: &Zone,
    format: &Format,
) -> Result<(), XlsxError> {
    match held {
        Cell::Null => {}
        Cell::Text(held) => text(sheet, row, at, held, format)?,
        Cell::Int(number) if number.unsigned_abs() > INTEGER_MAX => {
            text(sheet, row, at, &number.to_string(), format)?;
        }
        Cell::Int(number) => {
            sheet.write_number_with_format(row, at, *number as f64, format)?;
        }
        // A cell holds no infinity.
        Cell::Float(number) if !number.is_finite() => {}
        Cell::Float(number) => {
            sheet.write_number_with_format(row, at, *number, format)?;
        }
        Cell::Time(time_us) => match date_time(*time_us, zone) {
            Some(time) => {
                sheet.write_datetime_with_format(row, at, &time, format)?;
            }
            None => text(sheet, row, at, &rfc3339(*time_us), format)?,
        },
        Cell::New => text(sheet, row, at, "new", format)?,
    }
    Ok(())
}

/// A text, whatever it begins with. The prefix keeps it one when somebody edits the cell.
pub fn text(
    sheet: &mut Worksheet,
    row: u32,
    at: u16,
    held: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    let held = cut(held);
    if begins_formula(&held) {
        let format = format.clone().set_quote_prefix();
        sheet.write_string_with_format(row, at, held, &format)?;
    } else {
        sheet.write_string_with_format(row, at, held, format)?;
    }
    Ok(())
}

/// As long as a cell may be, without what XML can't hold.
pub fn cut(text: &str) -> String {
    let mut length = 0;
    text.chars()
        .map(|letter| match letter {
            '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            letter => letter,
        })
        .take_while(|letter| {
            length += letter.len_utf16();
            length <= CELL_TEXT_MAX
        })
        .collect()
}

/// What the clocks of the zone show, for a calendar without zones.
fn date_time(time_us: TimeUs, zone: &Zone) -> Option<ExcelDateTime> {
    if !(TIME_US_MIN..=TIME_US_MAX).contains(&time_us) {
        return None;
    }
    let local_us = time_us.saturating_add(zone.offset_us(time_us));
    let days = local_us as f64 / DAY_US as f64 + 25_569.0;
    ExcelDateTime::from_serial_datetime(days).ok()
}

pub fn head_format() -> Format {
    Format::new()
        .set_bold()
        .set_background_color(GROUND)
        .set_border_bottom(FormatBorder::Thin)
        .set_border_bottom_color(LINE)
}

/// How a number is shown; what stands in the cell is all of it.
fn number_format(unit: Unit, held: &Cell) -> &'static str {
    let is_broken = matches!(held, Cell::Float(number) if number.fract() != 0.0);
    match unit {
        Unit::Text => "General",
        Unit::Count if is_broken => "#,##0.00",
        Unit::Count => "#,##0",
        Unit::Ratio => "0.0%",
        Unit::Change => "+0.0%;-0.0%;0.0%",
        Unit::Milliseconds => "[<10]#,##0.00\" ms\";#,##0\" ms\"",
        Unit::Time => "yyyy-mm-dd hh:mm:ss",
        Unit::UsDollars => "[$$-409]#,##0.00;-[$$-409]#,##0.00",
        Unit::Bytes => "[<1000]0\" B\";[<1000000]#,##0.0,\" kB\";#,##0.0,,\" MB\"",
    }
}

const fn bucket_format(bucket: Bucket) -> &'static str {
    match bucket {
        Bucket::Hour => "yyyy-mm-dd hh:mm",
        Bucket::Day | Bucket::Week => "yyyy-mm-dd",
        Bucket::Month => "yyyy-mm",
    }
}

/// As wide as its texts, within bounds.
fn width(table: &ResultTable, at: usize, zone: &Zone) -> usize {
    const LOOKED_AT: usize = 500;
    let rows = 0..table.rows.len().min(LOOKED_AT);
    let shown = |row: usize| match (&table.rows[row][at], table.columns[at].unit) {
        (_, _) if at == 0 && !table.bucket_start_us.is_empty() => 16,
        (Cell::Time(_), _) => 19,
        (Cell::Float(_), Unit::Milliseconds) => 12,
        _ => words::cell_at(table, row, at, zone).chars().count(),
    };
    let widest = rows.map(shown).max().unwrap_or_default();
    // Room for the arrow of the filter beside the heading.
    let head = table.columns[at].label.chars().count() + 4;
    (widest + 2).max(head).clamp(WIDTH_MIN, WIDTH_MAX)
}
