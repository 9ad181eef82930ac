//! Values of a dimension over time, the most used ones or all, and what belongs to each value most.

use std::collections::{BTreeMap, HashMap};

use super::frame::Frame;
use super::parts::Part;
use super::table::{count, maybe, metric, names, table, text};
use crate::metrics::{Merge, MetricId};
use crate::model::{ResultTable, TableColumn};

/// So many values have a column of their own.
const TOP: usize = 8;
const OTHER: &str = "Other";

/// A column for each of the values with most of a count, and one for the rest where such counts add up; a row for each
/// bucket. The parts: the count by value, by bucket and value, by bucket.
pub fn top_over_time(parts: &[Part], counted: MetricId, frame: &Frame) -> ResultTable {
    let [by_value, by_both, by_time, ..] = parts else {
        return ResultTable::default();
    };
    let named = by_value
        .counts(counted)
        .filter_map(|(key, count)| Some((key.first().copied()??, count)));
    let mut values: Vec<(&str, u64)> = named.filter(|&(_, count)| count > 0).collect();
    // Stable: ties stay in the order of their names.
    values.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    values.truncate(TOP);
    let column_of: HashMap<&str, usize> = (0..)
        .zip(&values)
        .map(|(at, &(value, _))| (value, at))
        .collect();
    let row_of = by_time.index();
    let width = values.len() + 1;
    let mut cells = vec![vec![0_u64; width]; by_time.table.rows.len()];
    let mut rest = 0_u64;
    for (key, count) in by_both.counts(counted) {
        let [Some(time), value] = key[..] else {
            continue;
        };
        let column = value.and_then(|value| column_of.get(value).copied());
        if column.is_none() {
            rest = rest.saturating_add(count);
        }
        if let Some(&row) = row_of.get(time) {
            let cell = &mut cells[row][column.unwrap_or(values.len())];
            *cell = cell.saturating_add(count);
        }
    }
    // A value may be called like the rest.
    let mut other = OTHER.to_owned();
    while column_of.contains_key(other.as_str()) {
        other.push('…');
    }
    let adds_up = counted.spec().merge == Merge::Sum;
    let mut labels: Vec<&str> = values.iter().map(|&(value, _)| value).collect();
    if rest > 0 && adds_up {
        labels.push(&other);
    }
    let mut columns: Vec<_> = by_time.table.columns.iter().take(1).cloned().collect();
    columns.extend(labels.iter().map(|&label| called(label, counted)));
    let rows = by_time.table.rows.iter().zip(&cells).map(|(row, cells)| {
        let counts = cells.iter().take(labels.len()).copied().map(count);
        row.iter().take(1).cloned().chain(counts).collect()
    });
    let rows = rows.collect();
    let mut table = table(frame, columns, rows, by_both.table.events);
    let sums = values.iter().map(|&(_, sum)| sum).chain([rest]);
    for (total, sum) in table.totals.iter_mut().skip(1).zip(sums) {
        *total = count(sum);
    }
    ResultTable {
        incomplete_rows: by_time.table.incomplete_rows.clone(),
        bucket_start_us: by_time.table.bucket_start_us.clone(),
        previous_bucket_start_us: vec![None; by_time.table.rows.len()],
        ..table
    }
}

/// A column of a count that is about one value or bucket.
fn called(label: &str, counted: MetricId) -> TableColumn {
    TableColumn {
        name: label.into(),
        label: label.into(),
        ..metric(counted)
    }
}

/// A row for each value and a column for each complete bucket: what has only just begun is no fall. The parts: executions
/// by bucket and value, by bucket.
pub fn each_over_time(parts: &[Part], (name, label): (&str, &str), frame: &Frame) -> ResultTable {
    let [by_both, by_time, ..] = parts else {
        return ResultTable::default();
    };
    let is_complete = |row: &usize| !by_time.table.incomplete_rows.contains(&(*row as u32));
    let buckets: Vec<&str> = (0..by_time.table.rows.len())
        .filter(is_complete)
        .filter_map(|row| by_time.text(row, 0))
        .collect();
    let column_of: HashMap<&str, usize> =
        (0..).zip(&buckets).map(|(at, &time)| (time, at)).collect();
    let mut counts: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (key, executions) in by_both.counts(MetricId::Executions) {
        let [Some(time), Some(value)] = key[..] else {
            continue;
        };
        let row = counts
            .entry(value)
            .or_insert_with(|| vec![0; buckets.len()]);
        if let Some(&column) = column_of.get(time) {
            row[column] = row[column].saturating_add(executions);
        }
    }
    let mut columns = vec![names(name, label)];
    columns.extend(
        buckets
            .iter()
            .map(|bucket| called(bucket, MetricId::Executions)),
    );
    let rows = counts.into_iter().map(|(value, counts)| {
        let counts = counts.into_iter().map(count);
        std::iter::once(text(value)).chain(counts).collect()
    });
    let rows = rows.collect();
    table(frame, columns, rows, by_both.table.events)
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
