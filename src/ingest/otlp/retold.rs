//! Log records that tell of a call to a provider which another record tells of too.
//!
//! Owns: which record that is, where they do not lie on one way up. Does not own: the way up, and what the records of one
//! call add up to (`runs`).
//!
//! They are one call, in this order:
//! 1. by the id that the provider gave the call (Claude Code, VS Code Copilot);
//! 2. by the span the record was written in (`runs`);
//! 3. by process or session, model and end (a failed call has no id). Each span is found once.
//!
//! What a call used is told after it by some (Codex CLI): it is that of the latest answered call of its session, once.

use std::collections::{HashMap, HashSet};

use super::agents::{AgentSpan, Work};
use crate::ingest::values::hash_identity;
use crate::model::Outcome;

/// How far apart the ends may be that span and record tell of: one is rounded to ms, and written after the other.
const APART_US_MAX: i64 = 100_000;
/// How many spans of one process and model are looked at for a record; more do not end within a blink.
const LOOKS_MAX: usize = 256;

/// The place of the span or record that each log record tells of again, by place. `has_way` says whether a record was
/// written in a span that knows.
pub fn homes(
    records: &[(u32, &AgentSpan)],
    mut has_way: impl FnMut(&AgentSpan) -> bool,
) -> HashMap<usize, usize> {
    let mut homes = HashMap::new();
    let logs = || {
        of(records, |one| {
            one.record.is_log && one.work == Work::ProviderCall
        })
    };
    if logs().next().is_some() {
        let spans = || {
            of(records, |one| {
                !one.record.is_log && one.work == Work::ProviderCall
            })
        };
        let known = spans().filter(|(_, one)| one.request != 0);
        let by_request: HashMap<u64, usize> = known.map(|(at, one)| (one.request, at)).collect();
        let mut moments = Moments::default();
        spans().for_each(|(at, one)| moments.add(at, one));
        moments.sort();
        for (at, one) in logs() {
            let same = by_request.get(&one.request).filter(|_| one.request != 0);
            let home = match same {
                Some(span) => Some(*span),
                None if has_way(one) => None,
                None => moments.take(one),
            };
            homes.extend(home.map(|home| (at, home)));
        }
    }
    homes.extend(usages(records));
    homes
}

fn of<'a>(
    records: &'a [(u32, &'a AgentSpan)],
    is_wanted: impl Fn(&AgentSpan) -> bool,
) -> impl Iterator<Item = (usize, &'a AgentSpan)> {
    let all = records.iter().enumerate();
    all.map(|(at, (_, one))| (at, *one))
        .filter(move |(_, one)| is_wanted(one))
}

/// What was used, and the call that used it.
fn usages(records: &[(u32, &AgentSpan)]) -> Vec<(usize, usize)> {
    let is_told = |one: &AgentSpan| {
        let is_open = one.tokens_in.is_none() && one.tokens_out.is_none();
        let is_answered = one.record.outcome == Outcome::Success;
        one.work == Work::Usage || (one.record.is_log && is_open && is_answered)
    };
    if !records.iter().any(|(_, one)| one.work == Work::Usage) {
        return Vec::new();
    }
    let mut told: Vec<(usize, &AgentSpan)> = of(records, is_told).collect();
    told.sort_by_key(|(_, one)| (one.record.end_us(), one.work == Work::Usage, one.record.id));
    let mut open: HashMap<&str, usize> = HashMap::new();
    let mut found = Vec::new();
    for (at, one) in told {
        let Some(session) = one.record.session.as_deref() else {
            continue;
        };
        if one.work == Work::Usage {
            found.extend(open.remove(session).map(|call| (at, call)));
        } else {
            open.insert(session, at);
        }
    }
    found
}

/// Spans of provider calls by process or session, and model, each list by end; and those that were found.
#[derive(Default)]
struct Moments {
    lists: HashMap<u64, Vec<(i64, usize)>>,
    taken: HashSet<usize>,
}

impl Moments {
    fn add(&mut self, at: usize, one: &AgentSpan) {
        for key in keys(one) {
            let list = self.lists.entry(key).or_default();
            list.push((one.record.end_us(), at));
        }
    }

    fn sort(&mut self) {
        for list in self.lists.values_mut() {
            list.sort_unstable();
        }
    }

    fn take(&mut self, one: &AgentSpan) -> Option<usize> {
        let end_us = one.record.end_us();
        let found = keys(one).find_map(|key| {
            let list = self.lists.get(&key)?;
            let from = list.partition_point(|(end, _)| *end < end_us - APART_US_MAX);
            let near = list[from..].iter().take(LOOKS_MAX);
            near.take_while(|(end, _)| *end <= end_us + APART_US_MAX)
                .filter(|(_, at)| !self.taken.contains(at))
                .min_by_key(|(end, _)| end.abs_diff(end_us))
                .map(|(_, at)| *at)
        })?;
        self.taken.insert(found);
        Some(found)
    }
}

/// What a span and a record of one call have in common, beside the end.
fn keys(one: &AgentSpan) -> impl Iterator<Item = u64> {
    let record = &one.record;
    let model = record.model.as_deref().unwrap_or_default();
    let process = Some(record.process).filter(|process| *process != 0);
    let process = process.map(|process| format!("{process}:{model}"));
    let session = record.session.as_deref();
    let session = session.map(|session| format!("session:{session}:{model}"));
    let keys = process.into_iter().chain(session);
    keys.map(|key| hash_identity(&key))
}
