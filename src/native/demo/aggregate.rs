//! The oldest events as hourly pre-aggregates (D7): per hour, tool, server, workspace and client.

use std::collections::BTreeMap;

use super::encode::duration_ms;
use super::events::{DemoEvent, Year};
use crate::engine::sketch::{DdSketch, HyperLogLog};
use crate::model::zone::HOUR_US;
use crate::model::{EventKind, Outcome, TimeUs};

/// One row of an aggregate batch.
#[derive(Debug, Clone, PartialEq)]
pub struct HourRow {
    pub hour_us: TimeUs,
    pub tool: u8,
    pub server: u8,
    pub workspace: u8,
    pub client: u8,
    pub executions: u64,
    pub successes: u64,
    pub failures: u64,
    pub duration_count: u64,
    pub duration_sum_ms: f64,
    pub duration_min_ms: f64,
    pub duration_max_ms: f64,
    pub duration_sketch: Vec<u8>,
    pub users_sketch: Vec<u8>,
}

#[derive(Default)]
struct State {
    executions: u64,
    successes: u64,
    failures: u64,
    durations_ms: Vec<f64>,
    durations: DdSketch,
    users: HyperLogLog,
}

/// Folds executions into rows by hour, in the order of time. Rejected calls are no executions and leave no trace here;
/// neither do other kinds of events.
pub fn hours(year: &Year, events: &[DemoEvent]) -> Vec<HourRow> {
    let mut groups: BTreeMap<(TimeUs, u8, u8, u8, u8), State> = BTreeMap::new();
    for event in events {
        if event.kind != EventKind::Execution || event.outcome == Outcome::Rejected {
            continue;
        }
        let hour_us = event.time_us.div_euclid(HOUR_US) * HOUR_US;
        let key = (
            hour_us,
            event.tool,
            event.server,
            event.workspace,
            event.client,
        );
        let state = groups.entry(key).or_default();
        state.executions += 1;
        state.successes += u64::from(event.outcome == Outcome::Success);
        state.failures += u64::from(event.outcome == Outcome::Failure);
        let finished = matches!(
            event.outcome,
            Outcome::Success | Outcome::Failure | Outcome::Cancelled
        );
        if let Some(ms) = duration_ms(event).filter(|_| finished) {
            state.durations_ms.push(ms);
            state.durations.add(ms);
        }
        if let Some(person) = year.people.get(usize::from(event.person)) {
            state.users.add(HyperLogLog::hash(&person.id));
        }
    }
    groups.into_iter().map(row).collect()
}

fn row(
    ((hour_us, tool, server, workspace, client), state): ((TimeUs, u8, u8, u8, u8), State),
) -> HourRow {
    let durations = &state.durations_ms;
    HourRow {
        hour_us,
        tool,
        server,
        workspace,
        client,
        executions: state.executions,
        successes: state.successes,
        failures: state.failures,
        duration_count: durations.len() as u64,
        duration_sum_ms: durations.iter().sum(),
        duration_min_ms: durations.iter().copied().fold(f64::INFINITY, f64::min),
        duration_max_ms: durations.iter().copied().fold(0.0, f64::max),
        duration_sketch: state.durations.encode(),
        users_sketch: state.users.encode(),
    }
}
