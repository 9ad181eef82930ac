//! The viewer's words for times and marks.

use crate::model::zone::Bucket;
use crate::model::{ResultTable, TimeUs};
use crate::ui::browser::locale;

/// How long the table's buckets are, by its first column.
pub fn bucket(table: &ResultTable) -> Bucket {
    match table.columns.first().map(|column| column.name.as_str()) {
        Some("hour") => Bucket::Hour,
        Some("week") => Bucket::Week,
        Some("month") => Bucket::Month,
        _ => Bucket::Day,
    }
}

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

/// What the tooltip of a bucket says, plain lines.
pub fn tip(table: &ResultTable, measure: &str, row: usize) -> Option<String> {
    let bucket = bucket(table);
    let column = table.columns.iter().find(|column| column.name == measure)?;
    let value = table.cell(row, measure)?;
    let start = table.bucket_start_us.get(row).copied().unwrap_or_default();
    let estimate = if column.exact { "" } else { " (estimate)" };
    let unfinished = if table.incomplete_rows.contains(&(row as u32)) {
        " (incomplete)"
    } else {
        ""
    };
    let mut lines = vec![
        format!("{}{unfinished}", bucket_name(bucket, start)),
        format!(
            "{}: {}{estimate}",
            column.label,
            locale::cell(value, column.unit)
        ),
    ];
    if let Some(before) = table.cell(row, &format!("{measure}_previous")) {
        let when = table.previous_bucket_start_us.get(row).copied().flatten();
        let when = when.map_or_else(|| "Before".to_owned(), |start| bucket_name(bucket, start));
        lines.push(format!("{when}: {}", locale::cell(before, column.unit)));
    }
    Some(lines.join("\n"))
}
