//! Spans and logs of one call, joined into one execution, over all files that are open.
//!
//! The rule: from each candidate walk up the parents, through spans of any kind, to the nearest candidate of the same
//! trace; the two are one execution. The top-most one is the primary and gives tool, start and duration; the others
//! fill in what it does not know. It failed when any of them says so.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::read::{Candidate, SpanKey, Telemetry};
use crate::model::batch::BatchBuilder;
use crate::model::schema::TEXT_COLUMNS;
use crate::model::{Batch, Column, EventKind, EventRow, Outcome, TimeUs};

/// All telemetry that is open.
#[derive(Default)]
pub struct Linker {
    sources: BTreeMap<u32, Telemetry>,
}

/// Executions, and which source they are counted under: that of their primary span.
#[derive(Debug, Default)]
pub struct Linked {
    pub batch: Batch,
    pub by_source: BTreeMap<u32, SourceSummary>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SourceSummary {
    pub executions: u64,
    pub span_us: Option<(TimeUs, TimeUs)>,
}

impl Linker {
    /// Takes the records of a file, in the place of earlier ones of the same number. A span that was delivered before,
    /// in this file or another, counts once; returns how many of this file's records were such repeats.
    pub fn add(&mut self, source: u32, mut telemetry: Telemetry) -> u64 {
        self.sources.remove(&source);
        let mut spans: HashSet<SpanKey> = HashSet::new();
        let mut logs: HashSet<u64> = HashSet::new();
        for other in self.sources.values() {
            spans.extend(other.nodes.iter().map(|node| node.key));
            let held = other.candidates.iter().filter(|one| one.is_log);
            logs.extend(held.map(|one| one.id));
        }
        let mut keep = vec![true; telemetry.candidates.len()];
        let before = telemetry.nodes.len();
        telemetry.nodes.retain(|node| {
            let is_new = spans.insert(node.key);
            if let Some(at) = node.candidate.filter(|_| !is_new) {
                keep[at as usize] = false;
            }
            is_new
        });
        let mut duplicates = (before - telemetry.nodes.len()) as u64;
        for (one, keep) in telemetry.candidates.iter().zip(&mut keep) {
            if one.is_log && !logs.insert(one.id) {
                *keep = false;
                duplicates += 1;
            }
        }
        // Positions move up as repeats leave.
        let mut position = vec![0; keep.len()];
        let mut kept = 0;
        for (place, keep) in position.iter_mut().zip(&keep) {
            *place = kept;
            kept += u32::from(*keep);
        }
        for node in &mut telemetry.nodes {
            node.candidate = node.candidate.map(|at| position[at as usize]);
        }
        let mut keep = keep.into_iter();
        telemetry
            .candidates
            .retain(|_| keep.next().unwrap_or_default());
        self.sources.insert(source, telemetry);
        duplicates
    }

    /// Forgets a file; was there one?
    pub fn remove(&mut self, source: u32) -> bool {
        self.sources.remove(&source).is_some()
    }

    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// All executions of all files.
    pub fn link(&self) -> Linked {
        let mut candidates: Vec<(u32, &Candidate)> = Vec::new();
        let mut spans: HashMap<SpanKey, (u64, Option<usize>)> = HashMap::new();
        for (&source, telemetry) in &self.sources {
            let base = candidates.len();
            for node in &telemetry.nodes {
                let candidate = node.candidate.map(|at| base + at as usize);
                spans.insert(node.key, (node.parent, candidate));
            }
            candidates.extend(telemetry.candidates.iter().map(|one| (source, one)));
        }
        let above: Vec<Option<usize>> = (0..candidates.len())
            .map(|at| candidate_above(at, candidates[at].1, &spans))
            .collect();
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in 0..candidates.len() {
            groups.entry(top(at, &above)).or_default().push(at);
        }
        let mut linked = Linked::default();
        let mut events = BatchBuilder::default();
        for (primary, members) in groups {
            let (source, first) = candidates[primary];
            let mut members: Vec<&Candidate> = members
                .into_iter()
                .filter(|&at| at != primary)
                .map(|at| candidates[at].1)
                .collect();
            members.sort_by_key(|one| (one.start_us, one.id));
            members.insert(0, first);
            push(&mut events, &members);
            let summary = linked.by_source.entry(source).or_default();
            summary.executions += u64::from(first.outcome != Outcome::Rejected);
            let (from, until) = summary.span_us.unwrap_or((first.start_us, first.start_us));
            summary.span_us = Some((from.min(first.start_us), until.max(first.start_us)));
        }
        linked.batch = events.finish();
        linked
    }
}

/// The nearest candidate above, in the same trace. A damaged trace may go round in circles: every span is passed once.
fn candidate_above(
    at: usize,
    candidate: &Candidate,
    spans: &HashMap<SpanKey, (u64, Option<usize>)>,
) -> Option<usize> {
    let (trace, span) = candidate.key;
    if trace == 0 {
        return None;
    }
    let mut passed = HashSet::new();
    // A log record hangs below the span it was written in; a span below its parent.
    let mut next = if candidate.is_log {
        span
    } else {
        spans.get(&(trace, span))?.0
    };
    while next != 0 && passed.insert(next) {
        let &(parent, found) = spans.get(&(trace, next))?;
        if let Some(found) = found.filter(|&found| found != at) {
            return Some(found);
        }
        next = parent;
    }
    None
}

fn top(at: usize, above: &[Option<usize>]) -> usize {
    let mut top = at;
    for _ in 0..above.len() {
        match above[top] {
            Some(higher) if higher != at => top = higher,
            // A circle: its least member stands for it.
            Some(_) => return smallest_of_circle(at, above),
            None => return top,
        }
    }
    top
}

fn smallest_of_circle(at: usize, above: &[Option<usize>]) -> usize {
    let mut smallest = at;
    let mut next = above[at];
    while let Some(one) = next.filter(|&one| one != at) {
        smallest = smallest.min(one);
        next = above[one];
    }
    smallest
}

/// The execution of a group; the primary stands first.
fn push(events: &mut BatchBuilder, members: &[&Candidate]) {
    let first = members[0];
    let of = |column: fn(&Candidate) -> &Option<Arc<str>>| {
        members.iter().find_map(|one| column(one).as_deref())
    };
    let failed = members.iter().any(|one| one.outcome == Outcome::Failure);
    let server_side = members.iter().filter(|one| one.is_server);
    let server = server_side
        .clone()
        .find_map(|one| one.server.as_deref())
        .or_else(|| of(|one| &one.server));
    let duration_ms = members
        .iter()
        .map(|one| one.duration_ms)
        .find(|ms| !ms.is_nan());
    let text = TEXT_COLUMNS.map(|column| match column {
        Column::Tool => of(|one| &one.tool),
        Column::Server => server,
        Column::User => of(|one| &one.user),
        Column::Workspace => of(|one| &one.workspace),
        Column::Client => of(|one| &one.client),
        Column::ClientVersion => of(|one| &one.client_version),
        Column::Platform => of(|one| &one.platform),
        Column::ErrorClass if failed => of(|one| &one.error_class),
        Column::Session => of(|one| &one.session),
        Column::Model => of(|one| &one.model),
        _ => None,
    });
    events.push(&EventRow {
        time_us: first.start_us,
        kind: EventKind::Execution,
        outcome: if failed {
            Outcome::Failure
        } else {
            first.outcome
        },
        event_id: first.id,
        text,
        duration_ms,
        ..EventRow::default()
    });
}
