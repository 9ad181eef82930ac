//! Records that tell of one call without lying on one way up.
//!
//! Owns: which span a log record, or a log record that was exported as a span, tells of. Does not own: the way up from
//! there (`tree`).
//!
//! Some clients tell of a call in a span and in a log record. That they are the same is sure by, in this order:
//! 1. the call's id, within one session (Claude Code's `tool_use_id`, Codex's `call_id`). Where a client counts its
//!    calls anew, the span that ended nearest;
//! 2. the span the record was written in, or a candidate above it;
//! 3. of dialects whose records have neither (VS Code Copilot): the same process, tool, start and end. Each span is
//!    found once.
//!
//! Anything else stands alone. Spans are never joined by ids: agents number their calls as they like.

use std::collections::HashMap;

use super::record::Candidate;
use super::tree::Tree;

/// How far apart span and record of one call may start or end: one is rounded to ms, and written after the other.
const APART_US_MAX: i64 = 100_000;
/// How many spans are looked at for a record that has no ids; more do not start within a blink in one process.
const LOOKS_MAX: usize = 256;

/// For each record the top-most candidate of its execution. Repeats, which are `None`, are at home with themselves.
pub fn homes(records: &[Option<&Candidate>], tree: &mut Tree) -> Vec<usize> {
    let calls = Calls::of(records);
    let mut homes: Vec<usize> = (0..records.len()).collect();
    let mut alone = Vec::new();
    for (at, record) in records.iter().enumerate() {
        let Some(one) = record else { continue };
        let same_call = if retells(one) {
            calls.nearest(one)
        } else {
            None
        };
        let same_call = same_call.and_then(|span| records[span]);
        let key = same_call.map_or(one.key, |span| span.key);
        match tree.top(key) {
            Some(top) => homes[at] = top,
            None if one.is_log && one.is_echo => alone.push((at, *one)),
            None => {}
        }
    }
    if !alone.is_empty() {
        let mut moments = Moments::of(records);
        for (at, one) in alone {
            let span = moments.take(one).and_then(|span| records[span]);
            if let Some(top) = span.and_then(|span| tree.top(span.key)) {
                homes[at] = top;
            }
        }
    }
    homes
}

fn retells(one: &Candidate) -> bool {
    one.is_log || one.is_echo
}

fn spans<'a>(records: &'a [Option<&'a Candidate>]) -> impl Iterator<Item = (usize, &'a Candidate)> {
    let all = records.iter().enumerate();
    all.filter_map(|(at, one)| Some((at, (*one)?)))
        .filter(|(_, one)| !retells(one))
}

/// Spans by the id of their call, each list by end.
struct Calls(HashMap<u64, Vec<(i64, usize)>>);

impl Calls {
    fn of(records: &[Option<&Candidate>]) -> Self {
        let mut calls: HashMap<u64, Vec<(i64, usize)>> = HashMap::new();
        let is_needed = |one: &Candidate| retells(one) && one.call != 0;
        if records.iter().flatten().any(|one| is_needed(one)) {
            for (at, one) in spans(records).filter(|(_, one)| one.call != 0) {
                calls.entry(one.call).or_default().push((one.end_us(), at));
            }
        }
        for list in calls.values_mut() {
            list.sort_unstable();
        }
        Self(calls)
    }

    fn nearest(&self, one: &Candidate) -> Option<usize> {
        if one.call == 0 {
            return None;
        }
        let list = self.0.get(&one.call)?;
        let end_us = one.end_us();
        let after = list.partition_point(|(end, _)| *end < end_us);
        let around = list[after.saturating_sub(1)..].iter().take(2);
        let nearest = around.min_by_key(|(end, _)| end.abs_diff(end_us));
        nearest.map(|(_, at)| *at)
    }
}

/// Spans by process and tool, each list by start; those that were found are marked.
struct Moments<'a>(HashMap<(u64, &'a str), Vec<Moment>>);

struct Moment {
    start_us: i64,
    end_us: i64,
    at: usize,
    is_taken: bool,
}

impl<'a> Moments<'a> {
    fn of(records: &'a [Option<&'a Candidate>]) -> Self {
        let mut moments: HashMap<_, Vec<Moment>> = HashMap::new();
        for (at, one) in spans(records) {
            let Some(tool) = one.tool.as_deref().filter(|_| one.process != 0) else {
                continue;
            };
            moments
                .entry((one.process, tool))
                .or_default()
                .push(Moment {
                    start_us: one.start_us,
                    end_us: one.end_us(),
                    at,
                    is_taken: false,
                });
        }
        for list in moments.values_mut() {
            list.sort_by_key(|moment| moment.start_us);
        }
        Self(moments)
    }

    fn take(&mut self, one: &'a Candidate) -> Option<usize> {
        let tool = one.tool.as_deref()?;
        let list = self.0.get_mut(&(one.process, tool))?;
        let (start_us, end_us) = (one.start_us, one.end_us());
        let from = list.partition_point(|moment| moment.start_us < start_us - APART_US_MAX);
        let near = list[from..]
            .iter_mut()
            .take(LOOKS_MAX)
            .take_while(|moment| moment.start_us <= start_us + APART_US_MAX)
            .filter(|moment| !moment.is_taken)
            .filter(|moment| moment.end_us.abs_diff(end_us) <= APART_US_MAX.unsigned_abs());
        let nearest = near.min_by_key(|moment| moment.end_us.abs_diff(end_us))?;
        nearest.is_taken = true;
        Some(nearest.at)
    }
}
