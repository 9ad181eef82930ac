//! A table for a terminal: numbers to the right, as many digits as mean something.

use super::{Report, rfc3339};
use crate::model::{Cell, ResultTable, Unit};

const ABSENT: &str = "–";

/// Title, header, rows; columns two blanks apart.
pub fn text(table: &ResultTable) -> String {
    let header: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let mark = if column.exact { "" } else { " ≈" };
            format!("{}{mark}", column.name)
        })
        .collect();
    let mut lines = vec![header];
    lines.extend(table.rows.iter().map(|row| {
        let cells = row.iter().zip(&table.columns);
        cells
            .map(|(cell, column)| shown(cell, column.unit))
            .collect()
    }));
    let widths: Vec<usize> = (0..table.columns.len())
        .map(|at| {
            let widths = lines.iter().map(|line| line[at].chars().count());
            widths.max().unwrap_or_default()
        })
        .collect();
    let mut out = format!("{}\n", table.title);
    for line in &lines {
        let cells: Vec<String> = line
            .iter()
            .zip(&table.columns)
            .zip(&widths)
            .map(|((cell, column), &width)| {
                let blanks = " ".repeat(width - cell.chars().count());
                if column.unit == Unit::Text {
                    format!("{cell}{blanks}")
                } else {
                    format!("{blanks}{cell}")
                }
            })
            .collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    let hidden = table.groups.saturating_sub(table.rows.len() as u64);
    if hidden > 0 {
        out.push_str(&format!("({} more)\n", thousands(hidden as i64)));
    }
    out
}

/// What is known about a report, for whoever opens an archive of its tables.
pub fn about(report: &Report) -> String {
    let mut out = format!("{}\n\n", report.title);
    for fact in report.facts() {
        out.push_str(&format!("{}: {}\n", fact.name, fact.value));
    }
    for warning in &report.provenance.warnings {
        out.push_str(&format!("Warning: {}\n", warning.message));
    }
    out.push_str("\nTables\n");
    for table in &report.tables {
        out.push_str(&format!(
            "  {}: {}, {} rows\n",
            table.id,
            table.title,
            table.rows.len()
        ));
    }
    out.push_str("\nWhat the columns mean\n");
    for spec in report.metrics() {
        out.push_str(&format!("  {}: {}\n", spec.id, spec.definition));
    }
    out
}

fn shown(cell: &Cell, unit: Unit) -> String {
    match (cell, unit) {
        (Cell::Null, _) => ABSENT.into(),
        (Cell::New, _) => "new".into(),
        // A name must not move the cursor or ring the bell.
        (Cell::Text(text), _) => text
            .chars()
            .map(|c| if c.is_control() { '·' } else { c })
            .collect(),
        (Cell::Time(time_us), _) => rfc3339(*time_us),
        (Cell::Int(number), _) => thousands(*number),
        (Cell::Float(number), Unit::Ratio) => format!("{:.1} %", number * 100.0),
        (Cell::Float(number), Unit::Change) => format!("{:+.1} %", number * 100.0),
        (Cell::Float(number), Unit::Milliseconds) => duration(*number),
        (Cell::Float(number), _) => format!("{number:.2}"),
    }
}

fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if number < 0 {
        format!("-{grouped}")
    } else {
        grouped
    }
}

fn duration(ms: f64) -> String {
    match ms {
        ..10.0 => format!("{ms:.2} ms"),
        ..1_000.0 => format!("{ms:.0} ms"),
        ..60_000.0 => format!("{:.2} s", ms / 1e3),
        ..3_600_000.0 => format!("{:.1} min", ms / 6e4),
        _ => format!("{:.1} h", ms / 3.6e6),
    }
}
