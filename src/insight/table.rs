//! Rows into a result table, its columns named by the registry.

use super::frame::Frame;
use crate::metrics::MetricId;
use crate::model::zone::Bucket;
use crate::model::{Cell, ResultTable, TableColumn, Unit};

/// A column of a metric.
pub fn metric(metric: MetricId) -> TableColumn {
    let spec = metric.spec();
    TableColumn {
        name: spec.id.into(),
        metric: spec.id.into(),
        label: spec.name.into(),
        unit: spec.unit,
        exact: true,
        error: 0.0,
    }
}

pub fn metrics(of: &[MetricId]) -> Vec<TableColumn> {
    of.iter().copied().map(metric).collect()
}

/// A column of names.
pub fn names(name: &str, label: &str) -> TableColumn {
    TableColumn {
        name: name.into(),
        metric: name.into(),
        label: label.into(),
        unit: Unit::Text,
        exact: true,
        error: 0.0,
    }
}

/// A column of buckets.
pub fn buckets(bucket: Bucket) -> TableColumn {
    let label = match bucket {
        Bucket::Hour => "Hour",
        Bucket::Day => "Day",
        Bucket::Week => "Week of",
        Bucket::Month => "Month",
    };
    names(bucket.name(), label)
}

pub fn table(
    frame: &Frame,
    columns: Vec<TableColumn>,
    rows: Vec<Vec<Cell>>,
    events: u64,
) -> ResultTable {
    ResultTable {
        id: frame.id.into(),
        title: frame.title.into(),
        totals: vec![Cell::Null; columns.len()],
        groups: rows.len() as u64,
        columns,
        rows,
        events,
        ..ResultTable::default()
    }
}

/// A table with one row a bucket.
pub fn over_time(
    frame: &Frame,
    (bucket, keys): (Bucket, &[i64]),
    columns: Vec<TableColumn>,
    rows: Vec<Vec<Cell>>,
    events: u64,
) -> ResultTable {
    let incomplete = (0..)
        .zip(keys)
        .filter(|&(_, &key)| frame.is_incomplete(key, bucket));
    ResultTable {
        incomplete_rows: incomplete.map(|(row, _)| row).collect(),
        bucket_start_us: keys
            .iter()
            .map(|&key| frame.zone.bucket_start_us(key, bucket))
            .collect(),
        previous_bucket_start_us: vec![None; keys.len()],
        ..table(frame, columns, rows, events)
    }
}

pub fn count(count: u64) -> Cell {
    Cell::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

pub fn float(value: Option<f64>) -> Cell {
    value
        .filter(|value| value.is_finite())
        .map_or(Cell::Null, Cell::Float)
}

pub fn ratio(part: u64, whole: u64) -> Cell {
    float((whole > 0).then(|| part as f64 / whole as f64))
}

/// `Null` where something is not known.
pub fn known(is_known: bool, cell: Cell) -> Cell {
    if is_known { cell } else { Cell::Null }
}

pub fn label(frame: &Frame, bucket: Bucket, key: i64) -> Cell {
    Cell::Text(frame.zone.bucket_label(key, bucket).into())
}

pub fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

/// `Null` for the absent value.
pub fn maybe(name: Option<&str>) -> Cell {
    name.map_or(Cell::Null, text)
}
