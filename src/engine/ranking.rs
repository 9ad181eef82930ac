//! The order of a table's rows, and which of them it keeps.

use std::cmp::Reverse;

use super::measures;
use super::state::{GroupState, Key};
use super::tables::{Numbers, Row, Source, Tabler};
use crate::metrics::MetricId;
use crate::model::Cell;

impl Tabler<'_> {
    /// Where a ranking by a count is cut, only its leaders are made into rows; the other groups are counted alone.
    pub(super) fn leave_leaders(&self, groups: &mut Vec<&(Key, GroupState)>) {
        let (Some(limit), [order]) = (self.query.limit, &self.query.order[..]) else {
            return;
        };
        let limit = limit as usize;
        let mut measures = self.query.measures.iter();
        let by = measures.find(|metric| metric.id() == order.column && self.held.tells(**metric));
        let is_cut = order.descending && limit > 0 && limit < groups.len() && !self.keeps_vanished;
        let Some(&by) = by.filter(|_| is_cut) else {
            return;
        };
        let counts = groups.iter().map(|(_, state)| measures::count(by, state));
        let Some(counts) = counts.collect::<Option<Vec<u64>>>() else {
            return;
        };
        // Ties stay in the order of their keys.
        let mut ranked: Vec<usize> = (0..groups.len()).collect();
        ranked.select_nth_unstable_by_key(limit - 1, |&at| (Reverse(counts[at]), at));
        ranked.truncate(limit);
        ranked.sort_unstable();
        *groups = ranked.into_iter().map(|at| groups[at]).collect();
    }

    pub(super) fn sort(&mut self, rows: &mut Vec<Row>, sources: &[Source], numbers: &Numbers) {
        let columns: Vec<String> = sources
            .iter()
            .map(|source| self.column(*source).name)
            .collect();
        let orders: Vec<(Source, bool)> = self
            .query
            .order
            .iter()
            .filter_map(|order| {
                let at = columns.iter().position(|name| *name == order.column)?;
                // Rankings by rate go by what is certain, so that one lucky execution does not win.
                let source = match sources[at] {
                    Source::Current(MetricId::SuccessRate) => {
                        Source::Current(MetricId::SuccessRateLow)
                    }
                    source => source,
                };
                Some((source, order.descending))
            })
            .collect();
        if orders.is_empty() {
            return;
        }
        let order_sources: Vec<Source> = orders.iter().map(|&(source, _)| source).collect();
        let mut keyed: Vec<(Vec<Cell>, Row)> = std::mem::take(rows)
            .into_iter()
            .map(|row| (self.cells(&row, &order_sources, numbers), row))
            .collect();
        // Stable: ties stay in the order of their keys.
        keyed.sort_by(|a, b| {
            let cells = a.0.iter().zip(&b.0).zip(&orders);
            cells
                .map(|((a, b), (_, descending))| compare(a, b, *descending))
                .find(|order| order.is_ne())
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        rows.extend(keyed.into_iter().map(|(_, row)| row));
    }
}

/// Missing values stand last, whichever way the order goes.
fn compare(a: &Cell, b: &Cell, descending: bool) -> std::cmp::Ordering {
    use std::cmp::Ordering;
    let rank = |cell: &Cell| matches!(cell, Cell::Null);
    let order = match (a, b) {
        (Cell::Text(a), Cell::Text(b)) => a.cmp(b),
        // "new" is more than any change.
        (Cell::New, Cell::New) => Ordering::Equal,
        (Cell::New, _) if !rank(b) => Ordering::Greater,
        (_, Cell::New) if !rank(a) => Ordering::Less,
        _ => match (a.number(), b.number()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => return rank(a).cmp(&rank(b)),
        },
    };
    if descending { order.reverse() } else { order }
}
