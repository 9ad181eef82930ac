//! The tables that others are made of, read by names.

use std::collections::BTreeMap;

use crate::metrics::MetricId;
use crate::model::{Cell, ResultTable, Unit};

/// One of them.
#[derive(Debug, Clone, Default)]
pub struct Part {
    pub table: ResultTable,
    /// Pre-aggregated hours that lack one of its columns were left out otherwise, so that what is not in it may be.
    pub is_whole: bool,
}

impl Part {
    /// The value of a dimension.
    pub fn text(&self, row: usize, at: usize) -> Option<&str> {
        self.table.rows.get(row)?.get(at)?.text()
    }

    /// By a column's name, which may be `…_previous`.
    pub fn named(&self, row: usize, column: &str) -> Option<f64> {
        self.table.cell(row, column)?.number()
    }

    pub fn number(&self, row: usize, metric: MetricId) -> Option<f64> {
        self.named(row, metric.id())
    }

    /// Nothing counts as none.
    pub fn count(&self, row: usize, metric: MetricId) -> u64 {
        self.number(row, metric).map_or(0, |number| number as u64)
    }

    pub fn cell(&self, row: Option<usize>, column: &str) -> Cell {
        let cell = row.and_then(|row| self.table.cell(row, column));
        cell.cloned().unwrap_or_default()
    }

    pub fn total(&self, metric: MetricId) -> Option<f64> {
        self.table.total(metric.id())?.number()
    }

    /// The row of each value of the first dimension.
    pub fn index(&self) -> BTreeMap<&str, usize> {
        let rows = 0..self.table.rows.len();
        rows.filter_map(|row| Some((self.text(row, 0)?, row)))
            .collect()
    }

    /// For each value of the first dimension those of the second, with a count above 0.
    pub fn pairs(&self, metric: MetricId) -> BTreeMap<&str, BTreeMap<&str, u64>> {
        let mut pairs: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
        for row in 0..self.table.rows.len() {
            let (Some(first), Some(second)) = (self.text(row, 0), self.text(row, 1)) else {
                continue;
            };
            let count = self.count(row, metric);
            if count > 0 {
                let held = pairs.entry(first).or_default().entry(second).or_default();
                *held = held.saturating_add(count);
            }
        }
        pairs
    }
    /// What each row is about, and its count of a metric; missing cells count nothing.
    pub fn counts(&self, metric: MetricId) -> impl Iterator<Item = (Vec<Option<&str>>, u64)> {
        let columns = self.table.columns.iter();
        let keys = columns
            .take_while(|column| column.unit == Unit::Text)
            .count();
        let at = self.table.column_index(metric.id());
        self.table.rows.iter().filter_map(move |row| {
            let key = row.iter().take(keys).map(Cell::text).collect();
            Some((key, whole(row.get(at?)?)))
        })
    }

    /// The count of a metric over everything that it covers.
    pub fn total_count(&self, metric: MetricId) -> u64 {
        self.table.total(metric.id()).map_or(0, whole)
    }
}

fn whole(cell: &Cell) -> u64 {
    match cell {
        Cell::Int(count) => u64::try_from(*count).unwrap_or_default(),
        _ => 0,
    }
}
