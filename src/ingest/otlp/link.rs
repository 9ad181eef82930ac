//! Spans and logs of one call, joined into one execution, over all files that are open.
//!
//! Owns: the open files' records, and which of them are repeats. Does not own: the way up from a span (`tree`), which
//! span a log record tells of (`join`), what the records of one call add up to (`execution`), loading the executions
//! (`service`).
//!
//! The rule: from each candidate walk up the parents, through spans of any kind, to the nearest candidate of the same
//! trace; the two are one execution, of which the top-most candidate is the primary.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;

use super::record::{Candidate, Node, SpanKey, Surrounding, Telemetry};
use super::runs::Runs;
use super::tree::Tree;
use super::{execution, join};
use crate::model::batch::BatchBuilder;
use crate::model::{Batch, Outcome, TimeUs};

/// All telemetry that is open.
#[derive(Debug, Default)]
pub struct Linker {
    /// In the order they came: a record counts in the first that has it.
    sources: Vec<Source>,
    /// How many files have it.
    spans: HashMap<SpanKey, u32>,
    /// Likewise, by identity.
    logs: HashMap<u64, u32>,
}

#[derive(Debug)]
struct Source {
    number: u32,
    telemetry: Telemetry,
    /// Records that stand in the file more than once.
    repeats: u64,
}

/// Events, and which source they are counted under: that of their primary span.
#[derive(Debug, Default)]
pub struct Linked {
    pub batch: Batch,
    /// Every source that is open.
    pub by_source: BTreeMap<u32, SourceSummary>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SourceSummary {
    /// Without rejected calls.
    pub executions: u64,
    /// First and last start of an event, rejected calls included.
    pub span_us: Option<(TimeUs, TimeUs)>,
    /// Records that stand in this file or in an earlier one already.
    pub duplicates: u64,
}

impl SourceSummary {
    fn reach(&mut self, time_us: TimeUs) {
        let (from, until) = self.span_us.unwrap_or((time_us, time_us));
        self.span_us = Some((from.min(time_us), until.max(time_us)));
    }
}

impl Linker {
    /// Takes the records of a file, in the place of earlier ones of the same number. A span that was delivered before,
    /// in this file or another, counts once; so does a log record that tells of an execution. Returns how many of this
    /// file's records were such repeats.
    pub fn add(&mut self, source: u32, mut telemetry: Telemetry) -> u64 {
        self.remove(source);
        let repeats = drop_repeats(&mut telemetry);
        let mut duplicates = repeats;
        for node in &telemetry.nodes {
            let is_new = count_up(&mut self.spans, node.key);
            duplicates += u64::from(!is_new && !node.is_set_aside);
        }
        for log in logs(&telemetry) {
            duplicates += u64::from(!count_up(&mut self.logs, log.id));
        }
        self.sources.push(Source {
            number: source,
            telemetry,
            repeats,
        });
        duplicates
    }

    /// Forgets a file; was there one?
    pub fn remove(&mut self, source: u32) -> bool {
        let found = self.sources.iter().position(|open| open.number == source);
        let Some(at) = found else { return false };
        let Source { telemetry, .. } = self.sources.remove(at);
        for node in &telemetry.nodes {
            count_down(&mut self.spans, node.key);
        }
        for log in logs(&telemetry) {
            count_down(&mut self.logs, log.id);
        }
        true
    }

    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// What the records take, about.
    pub fn resident_bytes(&self) -> u64 {
        let telemetry = self.sources.iter().map(|source| &source.telemetry);
        telemetry.map(Telemetry::resident_bytes).sum()
    }

    /// All executions, provider calls and conversations of all files.
    pub fn link(&self) -> Linked {
        let mut linked = Linked::default();
        let (candidates, mut tree) = self.distinct(&mut linked.by_source);
        let records: Vec<Option<&Candidate>> = candidates
            .iter()
            .map(|found| Some(found.as_ref()?.1))
            .collect();
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, home) in join::homes(&records, &mut tree).into_iter().enumerate() {
            if records[at].is_some() {
                groups.entry(home).or_default().push(at);
            }
        }
        let surroundings = self.surroundings();
        let mut events = BatchBuilder::default();
        for (primary, members) in groups {
            let Some((source, first)) = candidates[primary] else {
                continue;
            };
            let others = members.into_iter().filter(|&at| at != primary);
            let mut members: Vec<&Candidate> =
                others.filter_map(|at| Some(candidates[at]?.1)).collect();
            members.sort_by_key(|one| (one.start_us, one.id));
            members.insert(0, first);
            let outcome = execution::push(&mut events, &members, &tree, &surroundings);
            let summary = linked.by_source.entry(source).or_default();
            summary.executions += u64::from(outcome != Outcome::Rejected);
            summary.reach(first.start_us);
        }
        let mut runs = Runs::default();
        for Source {
            number, telemetry, ..
        } in &self.sources
        {
            let agents = telemetry.agents.iter();
            agents.for_each(|agent| runs.add(*number, agent));
        }
        let by_source = &mut linked.by_source;
        runs.push(&mut events, &tree, &surroundings, |source, time_us| {
            by_source.entry(source).or_default().reach(time_us);
        });
        linked.batch = events.finish();
        linked
    }

    /// What spans that are no candidates know, by span.
    fn surroundings(&self) -> HashMap<SpanKey, &Surrounding> {
        let sources = self.sources.iter();
        let all = sources.flat_map(|source| &source.telemetry.surroundings);
        all.map(|one| (one.key, one)).collect()
    }

    /// Candidates with their sources, where repeats are `None`; and all spans. Counts the repeats.
    fn distinct(&self, by_source: &mut BTreeMap<u32, SourceSummary>) -> (Vec<Sourced<'_>>, Tree) {
        let mut candidates = Vec::new();
        let mut tree = Tree::default();
        let mut log_ids = HashSet::new();
        for Source {
            number,
            telemetry,
            repeats,
        } in &self.sources
        {
            let base = candidates.len();
            let own = telemetry.candidates.iter();
            candidates.extend(own.map(|one| Some((*number, one))));
            let mut duplicates = *repeats;
            for node in &telemetry.nodes {
                let at = node.candidate.map(|at| base + at as usize);
                if tree.insert(node, at) {
                    continue;
                }
                duplicates += u64::from(!node.is_set_aside);
                let Some(at) = at else { continue };
                let first = tree.candidate(node.key);
                if says_more(candidates[at], first.and_then(|first| candidates[first])) {
                    tree.replace(node.key, at);
                    if let Some(first) = first {
                        candidates[first] = None;
                    }
                } else {
                    candidates[at] = None;
                }
            }
            for found in &mut candidates[base..] {
                let is_repeat =
                    |(_, one): &(u32, &Candidate)| one.is_log && !log_ids.insert(one.id);
                if found.as_ref().is_some_and(is_repeat) {
                    *found = None;
                    duplicates += 1;
                }
            }
            let calls = telemetry.agents.iter().map(|agent| &agent.record);
            let calls = calls.filter(|one| one.is_log);
            duplicates += calls.filter(|one| !log_ids.insert(one.id)).count() as u64;
            by_source.entry(*number).or_default().duplicates = duplicates;
        }
        (candidates, tree)
    }
}

fn logs(telemetry: &Telemetry) -> impl Iterator<Item = &Candidate> {
    let agents = telemetry.agents.iter().map(|agent| &agent.record);
    let all = telemetry.candidates.iter().chain(agents);
    all.filter(|one| one.is_log)
}

/// Is it the first of its kind?
fn count_up<K: Hash + Eq>(counts: &mut HashMap<K, u32>, key: K) -> bool {
    let count = counts.entry(key).or_default();
    *count += 1;
    *count == 1
}

fn count_down<K: Hash + Eq>(counts: &mut HashMap<K, u32>, key: K) {
    if let Some(count) = counts.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&key);
        }
    }
}

type Sourced<'a> = Option<(u32, &'a Candidate)>;

/// Does a later record of a span say more than the one that came first?
fn says_more(later: Sourced<'_>, first: Sourced<'_>) -> bool {
    let (Some((_, later)), first) = (later, first) else {
        return false;
    };
    first.is_none_or(|(_, first)| later.says_more_than(first))
}

/// Drops what stands in a file twice, and says how many records that were. Of two records of a span, the one that
/// says more is kept.
fn drop_repeats(telemetry: &mut Telemetry) -> u64 {
    let mut keep = vec![true; telemetry.candidates.len()];
    let mut repeats = 0;
    let mut places: HashMap<SpanKey, usize> = HashMap::with_capacity(telemetry.nodes.len());
    let mut nodes: Vec<Node> = Vec::with_capacity(telemetry.nodes.len());
    for node in &telemetry.nodes {
        let Some(&place) = places.get(&node.key) else {
            places.insert(node.key, nodes.len());
            nodes.push(*node);
            continue;
        };
        let first = &mut nodes[place];
        repeats += u64::from(!node.is_set_aside && !first.is_set_aside);
        let Some(at) = node.candidate else { continue };
        let record = |at: u32| (0, &telemetry.candidates[at as usize]);
        let dropped = if says_more(Some(record(at)), first.candidate.map(record)) {
            std::mem::replace(first, *node).candidate
        } else {
            Some(at)
        };
        if let Some(dropped) = dropped {
            keep[dropped as usize] = false;
        }
    }
    telemetry.nodes = nodes;
    let mut log_ids = HashSet::new();
    for (one, keep) in telemetry.candidates.iter().zip(&mut keep) {
        if one.is_log && !log_ids.insert(one.id) {
            *keep = false;
            repeats += 1;
        }
    }
    telemetry.agents.retain(|agent| {
        let is_repeat = agent.record.is_log && !log_ids.insert(agent.record.id);
        repeats += u64::from(is_repeat);
        !is_repeat
    });
    // Positions move up as repeats leave.
    let mut kept = 0;
    let positions: Vec<u32> = keep
        .iter()
        .map(|&keep| {
            let position = kept;
            kept += u32::from(keep);
            position
        })
        .collect();
    for node in &mut telemetry.nodes {
        node.candidate = node.candidate.map(|at| positions[at as usize]);
    }
    let mut keep = keep.into_iter();
    telemetry
        .candidates
        .retain(|_| keep.next().unwrap_or_default());
    repeats
}
