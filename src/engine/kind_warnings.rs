//! What has to be said about numbers of other kinds of events: that there are none, or that hours lack them.

use std::collections::BTreeSet;

use super::PartialAnswer;
use super::plan::Plan;
use super::reads::reads;
use crate::metrics::MetricId;
use crate::model::{EventKind, Warning, WarningCode};
use crate::query::Query;

pub fn of(partial: &PartialAnswer, plan: &Plan, queries: &[Query]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let asked: BTreeSet<MetricId> = queries
        .iter()
        .flat_map(|query| query.measures.iter().copied())
        .collect();
    let missing = || {
        let asked = asked.iter().copied();
        asked.filter(|&metric| !partial.held.tells(metric))
    };
    for kind in EventKind::ALL {
        let of_kind = missing().filter(|metric| metric.spec().kind == Some(kind));
        let name = kind.name();
        let is_held = partial.held.kinds.contains(kind);
        let message = |ids: &str| {
            if is_held {
                format!(
                    "No event of kind “{name}” has tokens on record, so {ids} can't be told. Send tokens_in and tokens_out with them."
                )
            } else {
                format!(
                    "No event of kind “{name}” is in the data, so {ids} can't be told. Send events with kind={name}."
                )
            }
        };
        warnings.extend(said(of_kind, message));
    }
    let costs = missing().filter(|metric| metric.spec().kind.is_none());
    warnings.extend(said(costs, |ids| {
        format!("No event in the data has a cost on record, so {ids} can't be told. Send cost_usd with events.")
    }));
    let lacking = plan.grouped(queries).flat_map(|(query, planned)| {
        let tasks = [Some(planned.current), planned.previous];
        let lacks = tasks
            .into_iter()
            .flatten()
            .any(|task| partial.tasks[task].lacks_kinds);
        query.measures.iter().copied().filter(move |_| lacks)
    });
    let lacking: BTreeSet<MetricId> = lacking
        .filter(|&metric| reads(metric).is_some() && partial.held.tells(metric))
        .collect();
    if let Some(ids) = listed(lacking.into_iter()) {
        let message = format!(
            "Pre-aggregated hours hold executions only, so {ids} can't be told where they take part. Ask for a later period, or load raw events."
        );
        warnings.push(Warning::new(WarningCode::AggregateLacks, message));
    }
    warnings
}

fn said(
    metrics: impl Iterator<Item = MetricId>,
    message: impl Fn(&str) -> String,
) -> Option<Warning> {
    listed(metrics).map(|ids| Warning::new(WarningCode::KindMissing, message(&ids)))
}

/// “a”, “a and b”, “a, b and c”; `None` for nothing.
fn listed(metrics: impl Iterator<Item = MetricId>) -> Option<String> {
    let ids: Vec<&str> = metrics.map(MetricId::id).collect();
    match ids.as_slice() {
        [] => None,
        [only] => Some((*only).to_owned()),
        [first @ .., last] => Some(format!("{} and {last}", first.join(", "))),
    }
}
