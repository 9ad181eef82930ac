//! One row a client (C1, C3).

use std::collections::{BTreeMap, BTreeSet};

use super::super::frame::Frame;
use super::super::parts::Part;
use super::super::table::{float, known, metric, names, ratio, table, text};
use super::totals;
use super::workspaces::{present, taken};
use crate::metrics::MetricId;
use crate::model::{Cell, ResultTable};

const COUNTED: [&str; 3] = ["executions", "executions_previous", "executions_change"];
const DETAILS: [&str; 7] = [
    "share",
    "users",
    "success_rate",
    "success_rate_low",
    "success_rate_high",
    "duration_p50",
    "duration_p95",
];
/// The columns of the comparison side by side.
const EFFECTS: [&str; 5] = [
    "success_rate",
    "success_rate_low",
    "success_rate_high",
    "duration_p50",
    "duration_p95",
];

/// Every client with events in the period or in that of comparison; most executions first.
pub fn clients(parts: &[Part], frame: &Frame) -> ResultTable {
    made(
        parts,
        frame,
        &COUNTED,
        &DETAILS,
        &[MetricId::ToolsPerUser],
        &["last_used"],
    )
}

/// How well people do with each client, for clients with executions.
pub fn client_effectiveness(parts: &[Part], frame: &Frame) -> ResultTable {
    let per_user = [MetricId::ToolsPerUser, MetricId::ExecutionsPerUser];
    let mut made = made(
        parts,
        frame,
        &["executions"],
        &EFFECTS,
        &per_user,
        &["users"],
    );
    made.rows
        .retain(|row| row[1].number().is_some_and(|count| count > 0.0));
    made.groups = made.rows.len() as u64;
    if let Some(people) = parts.get(3).filter(|_| frame.before_us.is_some()) {
        let kept = kept_users(people);
        made.columns.push(metric(MetricId::KeptUsers));
        made.totals.push(Cell::Null);
        for row in &mut made.rows {
            let client = row[0].text().and_then(|client| kept.get(client)).copied();
            let share = client.map_or(Cell::Null, |(kept, before)| ratio(kept, before));
            row.push(known(people.is_whole, share));
        }
    }
    made
}

/// For each client how many of those who used it before still do, and how many used it before.
fn kept_users(people: &Part) -> BTreeMap<&str, (u64, u64)> {
    let mut kept: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let did = |row: usize, column: &str| people.named(row, column).is_some_and(|count| count > 0.0);
    for row in 0..people.table.rows.len() {
        let (Some(client), Some(_)) = (people.text(row, 0), people.text(row, 1)) else {
            continue;
        };
        if did(row, "executions_previous") {
            let counts = kept.entry(client).or_default();
            counts.0 += u64::from(did(row, "executions"));
            counts.1 += 1;
        }
    }
    kept
}

fn made(
    parts: &[Part],
    frame: &Frame,
    counted: &[&str],
    detailed: &[&str],
    per_user: &[MetricId],
    last: &[&str],
) -> ResultTable {
    let [counts, details, tools, ..] = parts else {
        return ResultTable::default();
    };
    let (count_rows, detail_rows) = (counts.index(), details.index());
    let ids: BTreeSet<&str> = count_rows
        .keys()
        .chain(detail_rows.keys())
        .copied()
        .collect();
    let mut ids: Vec<&str> = ids.into_iter().collect();
    let executions = |id: &str| {
        let row = detail_rows.get(id);
        row.map_or(0, |&row| details.count(row, MetricId::Executions))
    };
    ids.sort_by_key(|id| std::cmp::Reverse(executions(id)));
    // A pair of person and tool is in one tool's count: the sum of people over tools counts each pair once.
    let mut pairs: BTreeMap<&str, Option<f64>> = BTreeMap::new();
    for row in 0..tools.table.rows.len() {
        if let Some(client) = tools.text(row, 0) {
            let sum = pairs.entry(client).or_insert(Some(0.0));
            *sum = sum
                .zip(tools.number(row, MetricId::Users))
                .map(|(a, b)| a + b);
        }
    }
    let counted = present(counts, counted);
    let row = |id: &&str| {
        let (at, before) = (detail_rows.get(id).copied(), count_rows.get(id).copied());
        let users = at.and_then(|row| details.number(row, MetricId::Users));
        let mean = |metric: &MetricId| {
            let sum = match metric {
                MetricId::ToolsPerUser => pairs.get(id).copied().unwrap_or(Some(0.0)),
                _ => Some(executions(id) as f64),
            };
            let users = users.filter(|&users| users > 0.0);
            let mean = float(sum.zip(users).map(|(sum, users)| sum / users));
            known(tools.is_whole || *metric != MetricId::ToolsPerUser, mean)
        };
        let mut cells = vec![text(id)];
        cells.extend(counted.iter().map(|column| counts.cell(before, column)));
        cells.extend(detailed.iter().map(|column| details.cell(at, column)));
        cells.extend(per_user.iter().map(mean));
        cells.extend(last.iter().map(|column| details.cell(at, column)));
        cells
    };
    let rows: Vec<Vec<Cell>> = ids.iter().map(row).collect();
    let mut columns = vec![names("client", "Client")];
    columns.extend(taken(counts, &counted));
    columns.extend(taken(details, detailed));
    columns.extend(per_user.iter().copied().map(metric));
    columns.extend(taken(details, last));
    let totals = totals(&columns, &[counts, details]);
    ResultTable {
        totals,
        ..table(frame, columns, rows, details.table.events)
    }
}
