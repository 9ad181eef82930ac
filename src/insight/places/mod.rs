//! Owns: what is told of workspaces and clients from grouped tables and the directory. Does not own: which queries those
//! tables answer (`query::places`, in whose order they come).

mod assignment;
mod clients;
mod members;
mod overlap;
mod versions;
mod workspaces;

pub use assignment::{tool_assignment, tools_to_share};
pub use clients::{client_effectiveness, clients};
pub use members::{contribution, lorenz, lorenz_summary};
pub use overlap::{overlap, worth_merging};
pub use versions::{client_versions, older_versions, people_on_older_versions, release_order};
pub use workspaces::{size_and_activity, workspace_sizes, workspaces, workspaces_created};

use std::collections::{BTreeMap, BTreeSet};

use super::organisation::Organisation;
use super::parts::Part;
use crate::metrics::MetricId;
use crate::model::{Cell, TableColumn};

/// For each workspace the people who were active in it: with executions or conversations.
fn active_people<'a>(
    people: &'a Part,
    organisation: &'a Organisation,
) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut active: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in 0..people.table.rows.len() {
        let (Some(workspace), Some(name)) = (people.text(row, 0), people.text(row, 1)) else {
            continue;
        };
        // Where hours don't tell who was active, executions do.
        if people.count(row, MetricId::Users) > 0 || people.count(row, MetricId::Executions) > 0 {
            let active = active.entry(workspace).or_default();
            active.insert(organisation.person(name));
        }
    }
    active
}

/// The median of counts; 0 without any.
fn median(counts: impl Iterator<Item = u64>) -> f64 {
    let mut values: Vec<f64> = counts.map(|count| count as f64).collect();
    crate::metrics::quantile(&mut values, 0.5).unwrap_or_default()
}

/// Members of both, and their share of those of either.
fn jaccard<T: Ord>(one: &BTreeSet<T>, other: &BTreeSet<T>) -> (u64, f64) {
    let shared = one.intersection(other).count();
    let either = one.len() + other.len() - shared;
    let share = if either == 0 {
        0.0
    } else {
        shared as f64 / either as f64
    };
    (shared as u64, share)
}

/// What columns that were taken from parts add up to; the others to nothing.
fn totals(columns: &[TableColumn], parts: &[&Part]) -> Vec<Cell> {
    let total = |column: &TableColumn| {
        let mut parts = parts.iter();
        parts
            .find_map(|part| part.table.total(&column.name))
            .cloned()
    };
    let totals = columns
        .iter()
        .map(|column| total(column).unwrap_or_default());
    totals.collect()
}
