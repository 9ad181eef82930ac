//! Provider calls and conversations, over all files that are open.
//!
//! Owns: which spans and log records are one call to a provider or one conversation, and the events of them. Does not own:
//! reading them (`agents`, `logs`), executions (`execution`), which records lie on no way up and are one all the same
//! (`retold`).
//!
//! A conversation is the top-most agent at work: agents that it calls in, directly or through a tool, are parts of it.
//! Spans of one call to a provider lie on one way up without a tool or an agent between them: a framework, a client and
//! a gateway each tell of it, and the top-most gives start, duration and outcome. The conversation's first response is
//! the earliest first chunk of its provider calls.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::agents::{AgentSpan, Work};
use super::execution::{self, Around};
use super::record::{Candidate, SpanKey, Surrounding};
use super::retold;
use super::tree::Tree;
use crate::ingest::values::hash_identity;
use crate::model::batch::BatchBuilder;
use crate::model::schema::{TEXT_COLUMNS, text_index};
use crate::model::{Column, EventKind, EventRow, Outcome, TimeUs};

/// Spans and records of agents, each once, with the number of its source.
#[derive(Default)]
pub struct Runs<'a> {
    spans: Vec<(u32, &'a AgentSpan)>,
    /// Of spans alone: a record has the key of the span it was written in.
    places: HashMap<SpanKey, usize>,
    logs: HashSet<u64>,
}

impl<'a> Runs<'a> {
    /// Takes a span in; of two records of it the one that says more counts.
    pub fn add(&mut self, source: u32, span: &'a AgentSpan) {
        let place = self.spans.len();
        if span.record.is_log {
            if self.logs.insert(span.record.id) {
                self.spans.push((source, span));
            }
            return;
        }
        let held = *self.places.entry(span.record.key).or_insert(place);
        if held == place {
            self.spans.push((source, span));
        } else if span.record.says_more_than(&self.spans[held].1.record) {
            self.spans[held] = (source, span);
        }
    }

    /// Adds the events, and tells `saw` the source and the time of each.
    pub fn push(
        &self,
        events: &mut BatchBuilder,
        tree: &Tree,
        surroundings: &HashMap<SpanKey, &Surrounding>,
        mut saw: impl FnMut(u32, TimeUs),
    ) {
        let mut conversations = Way::new(|key| match self.work(key) {
            Some((place, Work::Conversation)) => Step::Member(place),
            _ => Step::Through,
        });
        let mut calls = Way::new(|key| match self.work(key) {
            Some((place, Work::ProviderCall)) => Step::Member(place),
            Some((_, Work::Conversation | Work::Usage)) => Step::Border,
            None if tree.candidate(key).is_some() => Step::Border,
            None => Step::Through,
        });
        let mut tops: Vec<usize> = Vec::with_capacity(self.spans.len());
        for (place, (_, span)) in self.spans.iter().enumerate() {
            let key = span.record.key;
            let top = match span.work {
                Work::ProviderCall => calls.top(key, tree),
                Work::Conversation => conversations.top(key, tree),
                Work::Usage => None,
            };
            tops.push(top.unwrap_or(place));
        }
        let homes = retold::homes(&self.spans, |span| {
            calls.top(span.record.key, tree).is_some()
        });
        let mut groups: BTreeMap<usize, Vec<&AgentSpan>> = BTreeMap::new();
        let mut first_chunks: HashMap<usize, TimeUs> = HashMap::new();
        for (place, (_, span)) in self.spans.iter().enumerate() {
            let key = span.record.key;
            // From what was used to its call, and from there to the span of the call.
            let mut home = place;
            for _ in 0..2 {
                home = homes.get(&home).copied().unwrap_or(home);
            }
            let top = tops[home];
            if top == place || span.work != Work::Conversation {
                groups.entry(top).or_default().push(span);
            }
            if !span.first_chunk_ms.is_nan()
                && let Some(talk) = conversations.top(key, tree)
            {
                let chunk_us = span.record.start_us + (span.first_chunk_ms * 1e3) as i64;
                let first = first_chunks.entry(talk).or_insert(chunk_us);
                *first = chunk_us.min(*first);
            }
        }
        for (top, mut members) in groups {
            let (source, first) = self.spans[top];
            members.sort_by_key(|one| {
                let record = &one.record;
                (record.id != first.record.id, record.start_us, record.id)
            });
            saw(source, first.record.start_us);
            let around = execution::around(first.record.key, tree, surroundings);
            let row = row(&members, &around);
            events.push(&row);
            let first_us = first_chunks.get(&top).copied();
            if let Some(first_us) = first_us.filter(|_| first.work == Work::Conversation) {
                let (trace, span) = first.record.key;
                let mut text = row.text;
                if let Some(at) = text_index(Column::ErrorClass) {
                    text[at] = None;
                }
                events.push(&EventRow {
                    text,
                    kind: EventKind::FirstResponse,
                    outcome: Outcome::Success,
                    event_id: hash_identity(&format!("otlp:{trace:032x}:{span:016x}:first")),
                    // Clocks of two programs may disagree.
                    duration_ms: Some((first_us - row.time_us).max(0) as f64 / 1e3),
                    ..row
                });
            }
        }
    }

    fn work(&self, key: SpanKey) -> Option<(usize, Work)> {
        let place = *self.places.get(&key)?;
        Some((place, self.spans[place].1.work))
    }
}

/// The event of spans that belong together, of which the first gives time and outcome and the others fill in.
fn row<'a>(members: &[&'a AgentSpan], around: &Around<'a>) -> EventRow<'a> {
    let first = members[0];
    let of =
        |column: fn(&Candidate) -> Option<&str>| members.iter().find_map(|one| column(&one.record));
    let is_failure = first.record.outcome == Outcome::Failure;
    let client = members.iter().find(|one| one.record.client.is_some());
    let text = TEXT_COLUMNS.map(|column| match column {
        Column::User => of(|one| one.user.as_deref()).or(around.user),
        Column::Session => of(|one| one.session.as_deref())
            .or(around.session)
            .or_else(|| of(|one| one.transport_session.as_deref())),
        Column::Workspace => of(|one| one.workspace.as_deref()),
        Column::Client => client.and_then(|one| one.record.client.as_deref()),
        Column::ClientVersion => client.and_then(|one| one.record.client_version.as_deref()),
        Column::Platform => of(|one| one.platform.as_deref()),
        Column::Model => of(|one| one.model.as_deref()),
        Column::ErrorClass if is_failure => of(|one| one.error_class.as_deref())
            .or_else(|| of(|one| one.error_otherwise.as_deref())),
        _ => None,
    });
    let is_call = first.work != Work::Conversation;
    // An agent's own tokens are the sum of those of its provider calls.
    let tokens = |count: fn(&AgentSpan) -> Option<u64>| {
        let mut all = members.iter().filter(|_| is_call);
        all.find_map(|one| count(one))
    };
    // An attempt is told when the first byte came, what it used when the last did.
    let used = members.iter().find(|one| one.work == Work::Usage);
    let used = used.filter(|_| first.work == Work::ProviderCall && first.record.is_log);
    let duration_ms = match used {
        Some(used) => (used.record.start_us - first.record.start_us) as f64 / 1e3,
        None => first.record.duration_ms,
    };
    let mut costs = members.iter().map(|one| one.cost_usd);
    EventRow {
        time_us: first.record.start_us,
        kind: if is_call {
            EventKind::ProviderCall
        } else {
            EventKind::Conversation
        },
        outcome: first.record.outcome,
        event_id: first.record.id,
        text,
        duration_ms: Some(duration_ms).filter(|ms| !ms.is_nan()),
        cost_usd: costs.find(|usd| !usd.is_nan()),
        tokens_in: tokens(|one| one.tokens_in),
        tokens_out: tokens(|one| one.tokens_out),
        ..EventRow::default()
    }
}

/// What a span on the way up is.
enum Step {
    /// One of those that are looked for.
    Member(usize),
    /// The way ends below it.
    Border,
    Through,
}

/// From spans up to the top-most of a kind. Every span is walked through once, however often its children ask.
struct Way<F> {
    step: F,
    /// `None` also stands for a span on the way that is being walked: a circle is cut where it closes.
    tops: HashMap<SpanKey, Option<usize>>,
}

impl<F: Fn(SpanKey) -> Step> Way<F> {
    fn new(step: F) -> Self {
        Self {
            step,
            tops: HashMap::new(),
        }
    }

    /// The top-most one at or above a span, up to the first border.
    fn top(&mut self, key: SpanKey, tree: &Tree) -> Option<usize> {
        let mut way = Vec::new();
        let mut next = Some(key);
        let mut top = None;
        while let Some(key) = next {
            if let Some(known) = self.tops.get(&key) {
                top = *known;
                break;
            }
            self.tops.insert(key, None);
            way.push(key);
            next = tree.parent(key);
        }
        for key in way.into_iter().rev() {
            top = match (self.step)(key) {
                Step::Member(place) => top.or(Some(place)),
                Step::Border => None,
                Step::Through => top,
            };
            self.tops.insert(key, top);
        }
        top
    }
}
