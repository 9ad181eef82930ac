//! Numbers and times as the page writes them in English: for files that must be the same wherever they are made.
//! The page itself writes in the viewer's language (`ui::browser::locale`), by the same rules of digits and units.

use chrono::{DateTime, Utc};

use crate::metrics::{Merge, MetricId, MetricSpec};
use crate::model::zone::Bucket;
use crate::model::{Cell, ResultTable, TableColumn, TimeUs, Unit, Zone};

pub const ABSENT: &str = "–";
/// From here on a duration is told in days, milliseconds.
const DAYS_FROM_MS: f64 = 172_800_000.0;

/// The metric that a row is about, where the table has one a row.
pub fn row_metric(table: &ResultTable, row: usize) -> Option<&'static MetricSpec> {
    let id = table.cell(row, "measure")?.text()?;
    MetricId::parse(id).map(MetricId::spec)
}

/// The unit of a cell: that of its column, or of the metric its row is about where the column tells something made of it.
pub fn unit(column: &TableColumn, of: Option<&MetricSpec>) -> Unit {
    let Some(of) = of else { return column.unit };
    let is_made_of_it = column.unit == Unit::Count
        && MetricId::parse(&column.metric)
            .is_some_and(|metric| metric.spec().merge == Merge::Derived);
    if is_made_of_it { of.unit } else { column.unit }
}

/// How long the table's buckets are, by its first column.
pub fn bucket(table: &ResultTable) -> Bucket {
    match table.columns.first().map(|column| column.name.as_str()) {
        Some("hour") => Bucket::Hour,
        Some("week") => Bucket::Week,
        Some("month") => Bucket::Month,
        _ => Bucket::Day,
    }
}

/// A cell of a table for people.
pub fn cell_at(table: &ResultTable, row: usize, at: usize, zone: &Zone) -> String {
    let (Some(cell), Some(column)) = (
        table.rows.get(row).and_then(|cells| cells.get(at)),
        table.columns.get(at),
    ) else {
        return String::new();
    };
    if let Some(&start) = table.bucket_start_us.get(row).filter(|_| at == 0) {
        return bucket_name(bucket(table), start, zone);
    }
    let of = row_metric(table, row);
    match of {
        Some(of) if column.name == "measure" => of.name.to_owned(),
        of => cell_in(cell, unit(column, of), zone),
    }
}

/// A cell for people.
pub fn cell_in(cell: &Cell, unit: Unit, zone: &Zone) -> String {
    match (cell, unit) {
        (Cell::Null, Unit::Text) => "(none)".into(),
        (Cell::Null, _) => ABSENT.into(),
        (Cell::New, _) => "new".into(),
        (Cell::Text(text), _) => text.to_string(),
        (Cell::Time(time_us), _) => date_time(*time_us, zone),
        (Cell::Int(number), _) => number_in(*number as f64, unit, zone),
        (Cell::Float(number), _) => number_in(*number, unit, zone),
    }
}

/// A number of a unit for people.
pub fn number_in(number: f64, unit: Unit, zone: &Zone) -> String {
    if !number.is_finite() {
        return ABSENT.into();
    }
    match unit {
        Unit::Ratio => percent(number),
        Unit::Change => change(number),
        Unit::Milliseconds => duration(number),
        Unit::Bytes => bytes(number),
        Unit::Time => date_time(number as TimeUs, zone),
        Unit::UsDollars if number < 0.0 => format!("-${}", grouped(-number, 2, 2)),
        Unit::UsDollars => format!("${}", grouped(number, 2, 2)),
        // A mean of counts: digits behind the point only where they mean something.
        Unit::Count | Unit::Text if number.fract() != 0.0 && number.abs() < 10.0 => {
            grouped(number, 0, 2)
        }
        Unit::Count | Unit::Text if number.fract() != 0.0 && number.abs() < 100.0 => {
            grouped(number, 0, 1)
        }
        Unit::Count | Unit::Text => count(number),
    }
}

/// How an axis writes its numbers.
pub fn axis(number: f64, unit: Unit, zone: &Zone) -> String {
    match unit {
        Unit::Count => compact(number),
        unit => number_in(number, unit, zone),
    }
}

/// "12,345"
pub fn count(value: f64) -> String {
    grouped(value, 0, 0)
}

/// "12.3K": for axes.
pub fn compact(value: f64) -> String {
    let (scaled, ending) = match value.abs() {
        ..1e3 => (value, ""),
        ..1e6 => (value / 1e3, "K"),
        ..1e9 => (value / 1e6, "M"),
        _ => (value / 1e9, "B"),
    };
    format!("{}{ending}", grouped(scaled, 0, 1))
}

/// "97.4%"; three digits that mean something, and never a hundred that is none.
pub fn percent(value: f64) -> String {
    if (0.9995..1.0).contains(&value) {
        return format!("{}%", grouped(value.min(0.9999) * 100.0, 0, 2));
    }
    format!("{}%", grouped(value * 100.0, 0, 1))
}

/// "+12%"; from tenfold on "×42", because nobody reads "+85,800%".
pub fn change(value: f64) -> String {
    if value >= 9.0 {
        return format!("×{}", compact(value + 1.0));
    }
    let text = grouped(value * 100.0, 0, u32::from(value.abs() < 0.1));
    let sign = if value > 0.0 && text != "0" { "+" } else { "" };
    format!("{sign}{text}%")
}

/// "340 ms", "1.2 sec", "3.4 min", "23.7 days"
pub fn duration(ms: f64) -> String {
    match ms {
        ..10.0 => format!("{} ms", grouped(ms, 0, 1)),
        ..1_000.0 => format!("{} ms", grouped(ms, 0, 0)),
        ..60_000.0 => format!("{} sec", grouped(ms / 1e3, 0, 1)),
        ..3_600_000.0 => format!("{} min", grouped(ms / 6e4, 0, 1)),
        ..DAYS_FROM_MS => format!("{} hr", grouped(ms / 3.6e6, 0, 1)),
        _ => format!("{} days", grouped(ms / 8.64e7, 0, 1)),
    }
}

/// "512 bytes", "1.4 MB"
pub fn bytes(value: f64) -> String {
    match value {
        1.0 => "1 byte".into(),
        ..1e3 => format!("{} bytes", grouped(value, 0, 0)),
        ..1e6 => format!("{} kB", grouped(value / 1e3, 0, 0)),
        ..1e9 => format!("{} MB", grouped(value / 1e6, 0, 1)),
        _ => format!("{} GB", grouped(value / 1e9, 0, 2)),
    }
}

/// What the clocks of the zone show.
pub fn local(time_us: TimeUs, zone: &Zone) -> DateTime<Utc> {
    let local_us = time_us.saturating_add(zone.offset_us(time_us));
    DateTime::from_timestamp_micros(local_us).unwrap_or_default()
}

/// "23 Nov 2026, 14:05"
pub fn date_time(time_us: TimeUs, zone: &Zone) -> String {
    local(time_us, zone).format("%-d %b %Y, %H:%M").to_string()
}

/// A bucket where there is room.
pub fn bucket_name(bucket: Bucket, start_us: TimeUs, zone: &Zone) -> String {
    let local = local(start_us, zone);
    let form = match bucket {
        Bucket::Hour => "%-d %b %Y, %H:%M",
        Bucket::Day => "%a %-d %b %Y",
        Bucket::Week => "Week of %-d %b %Y",
        Bucket::Month => "%b %Y",
    };
    local.format(form).to_string()
}

/// A tick below a chart.
pub fn tick(bucket: Bucket, start_us: TimeUs, zone: &Zone) -> String {
    let local = local(start_us, zone);
    let form = match bucket {
        Bucket::Hour => "%H:%M",
        Bucket::Day | Bucket::Week => "%-d %b",
        Bucket::Month => "%b %Y",
    };
    local.format(form).to_string()
}

/// With commas between thousands, and at least and at most so many decimals; halves go away from zero.
fn grouped(value: f64, least: u32, most: u32) -> String {
    let scale = 10_f64.powi(most as i32);
    let rounded = (value * scale).round() / scale;
    // Beyond 2^53 there are no decimals, and scaling would only lose digits.
    let rounded = if value.abs() < 9e15 { rounded } else { value };
    let text = format!("{:.*}", most as usize, rounded.abs());
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let mut decimals = decimals.to_owned();
    while decimals.len() > least as usize && decimals.ends_with('0') {
        decimals.pop();
    }
    let mut out = String::new();
    if rounded < 0.0 {
        out.push('-');
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !decimals.is_empty() {
        out.push('.');
        out.push_str(&decimals);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{change, compact, duration, number_in, percent};
    use crate::model::{Unit, Zone};

    #[test]
    fn numbers_are_written_as_the_page_writes_them_in_english() {
        let zone = Zone::utc();
        let cases = [
            (1_234_567.0, Unit::Count, "1,234,567"),
            (-1_234.0, Unit::Count, "-1,234"),
            (0.0, Unit::Count, "0"),
            (2.5, Unit::Count, "2.5"),
            (12.345, Unit::Count, "12.3"),
            (0.974, Unit::Ratio, "97.4%"),
            (0.97, Unit::Ratio, "97%"),
            (1.0, Unit::Ratio, "100%"),
            (0.999_99, Unit::Ratio, "99.99%"),
            (12.5, Unit::UsDollars, "$12.50"),
            (-0.5, Unit::UsDollars, "-$0.50"),
            (1_400_000.0, Unit::Bytes, "1.4 MB"),
            (0.0, Unit::Time, "1 Jan 1970, 00:00"),
            (f64::NAN, Unit::Count, "–"),
        ];
        for (number, unit, text) in cases {
            assert_eq!(number_in(number, unit, &zone), text);
        }
        assert_eq!(
            [percent(0.0), change(0.125), change(-0.05), change(41.0)],
            ["0%", "+13%", "-5%", "×42"]
        );
        assert_eq!([compact(12_345.0), compact(999.0)], ["12.3K", "999"]);
        assert_eq!(
            [duration(3.21), duration(340.4), duration(1_234.0)],
            ["3.2 ms", "340 ms", "1.2 sec"]
        );
    }
}
