//! The most used values of a dimension over time, and what belongs to each value most.

use std::collections::HashMap;

use super::frame::Frame;
use super::parts::Part;
use super::table::{count, maybe, metric, names, table};
use crate::metrics::MetricId;
use crate::model::ResultTable;

/// So many values have a column of their own.
const TOP: usize = 8;
const OTHER: &str = "Other";

/// A column for each of the most used values and one for the rest, a row for each bucket. The parts: executions by value,
/// by bucket and value, by bucket.
pub fn top_over_time(parts: &[Part], frame: &Frame) -> ResultTable {
    let [by_value, by_both, by_time, ..] = parts else {
        return ResultTable::default();
    };
    let named = by_value
        .counts(MetricId::Executions)
        .filter_map(|(key, executions)| Some((key.first().copied()??, executions)));
    let mut values: Vec<(&str, u64)> = named.filter(|&(_, executions)| executions > 0).collect();
    // Stable: ties stay in the order of their names.
    values.sort_by_key(|&(_, executions)| std::cmp::Reverse(executions));
    values.truncate(TOP);
    let column_of: HashMap<&str, usize> = (0..)
        .zip(&values)
        .map(|(at, &(value, _))| (value, at))
        .collect();
    let row_of: HashMap<&str, usize> = by_time
        .table
        .rows
        .iter()
        .enumerate()
        .filter_map(|(at, row)| Some((row.first()?.text()?, at)))
        .collect();
    let width = values.len() + 1;
    let mut cells = vec![vec![0_u64; width]; by_time.table.rows.len()];
    let mut sums = vec![0_u64; width];
    for (key, executions) in by_both.counts(MetricId::Executions) {
        let [Some(time), value] = key[..] else {
            continue;
        };
        let column = value.and_then(|value| column_of.get(value).copied());
        let column = column.unwrap_or(values.len());
        sums[column] = sums[column].saturating_add(executions);
        if let Some(&row) = row_of.get(time) {
            cells[row][column] = cells[row][column].saturating_add(executions);
        }
    }
    // A value may be called like the rest.
    let mut other = OTHER.to_owned();
    while column_of.contains_key(other.as_str()) {
        other.push('…');
    }
    let mut labels: Vec<&str> = values.iter().map(|&(value, _)| value).collect();
    if sums[values.len()] > 0 {
        labels.push(&other);
    }
    let mut columns: Vec<_> = by_time.table.columns.iter().take(1).cloned().collect();
    columns.extend(labels.iter().map(|&label| {
        let mut column = metric(MetricId::Executions);
        column.name = label.into();
        column.label = label.into();
        column
    }));
    let rows = by_time.table.rows.iter().zip(&cells).map(|(row, cells)| {
        let counts = cells.iter().take(labels.len()).copied().map(count);
        row.iter().take(1).cloned().chain(counts).collect()
    });
    let rows = rows.collect();
    let mut table = table(frame, columns, rows, by_both.table.events);
    for (total, &sum) in table.totals.iter_mut().skip(1).zip(&sums) {
        *total = count(sum);
    }
    ResultTable {
        incomplete_rows: by_time.table.incomplete_rows.clone(),
        bucket_start_us: by_time.table.bucket_start_us.clone(),
        previous_bucket_start_us: vec![None; by_time.table.rows.len()],
        ..table
    }
}

/// A table by a dimension, with a second column that says what of another dimension each row mostly has. The parts: the
/// table, and executions by both.
pub fn with_most(parts: &[Part], (name, label): (&str, &str)) -> ResultTable {
    let [main, by_both, ..] = parts else {
        return ResultTable::default();
    };
    let mut most: HashMap<&str, (&str, u64)> = HashMap::new();
    for (key, executions) in by_both.counts(MetricId::Executions) {
        let [Some(of), Some(value)] = key[..] else {
            continue;
        };
        let held = most.entry(of).or_insert((value, executions));
        if executions > held.1 {
            *held = (value, executions);
        }
    }
    let mut table = main.table.clone();
    table.columns.insert(1, names(name, label));
    table.totals.insert(1, crate::model::Cell::Null);
    for row in &mut table.rows {
        let of = row.first().and_then(crate::model::Cell::text);
        let value = of.and_then(|of| most.get(of)).map(|&(value, _)| value);
        row.insert(1, maybe(value));
    }
    table
}
