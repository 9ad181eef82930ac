//! The viewer's words for times and marks.

use crate::export::words::unit;
pub use crate::export::words::{bucket, row_metric};
use crate::metrics::MetricSpec;
use crate::model::zone::Bucket;
use crate::model::{Cell, ResultTable, TableColumn, TimeUs};
use crate::ui::browser::locale;

/// A tick below a chart.
pub fn tick(bucket: Bucket, start_us: TimeUs) -> String {
    match bucket {
        Bucket::Hour => locale::hour(start_us),
        Bucket::Day | Bucket::Week => locale::short_date(start_us),
        Bucket::Month => locale::month(start_us),
    }
}

/// A bucket where there is room.
pub fn bucket_name(bucket: Bucket, start_us: TimeUs) -> String {
    match bucket {
        Bucket::Hour => locale::date_time(start_us),
        Bucket::Day => locale::long_date(start_us),
        Bucket::Week => format!("Week of {}", locale::date(start_us)),
        Bucket::Month => locale::month(start_us),
    }
}

/// A cell in a table. Where its row is about a metric, that metric's name stands for its id, and what was made of it is
/// written in its unit.
pub fn cell(cell: &Cell, column: &TableColumn, of: Option<&MetricSpec>) -> String {
    let Some(of) = of else {
        return locale::cell(cell, column.unit);
    };
    if column.name == "measure" {
        return of.name.to_owned();
    }
    locale::cell(cell, unit(column, Some(of)))
}

/// "First tool"
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// What the tooltip of a mark says of these columns, plain lines.
pub fn tip(table: &ResultTable, columns: &[usize], row: usize) -> Option<String> {
    let bucket = bucket(table);
    let unfinished = if table.incomplete_rows.contains(&(row as u32)) {
        " (incomplete)"
    } else {
        ""
    };
    let name = match table.bucket_start_us.get(row) {
        Some(&start) => bucket_name(bucket, start),
        None => locale::cell(table.rows.get(row)?.first()?, table.columns.first()?.unit),
    };
    let mut lines = vec![format!("{name}{unfinished}")];
    for column in columns.iter().filter_map(|&at| table.columns.get(at)) {
        let value = table.cell(row, &column.name)?;
        let estimate = if column.exact { "" } else { " (estimate)" };
        lines.push(format!(
            "{}: {}{estimate}",
            column.label,
            locale::cell(value, column.unit)
        ));
        if let Some(before) = table.cell(row, &format!("{}_previous", column.name)) {
            let when = table.previous_bucket_start_us.get(row).copied().flatten();
            let when = when.map_or_else(|| "Before".to_owned(), |start| bucket_name(bucket, start));
            lines.push(format!("{when}: {}", locale::cell(before, column.unit)));
        }
    }
    Some(lines.join("\n"))
}
