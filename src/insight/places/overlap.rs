//! People and tools that workspaces share, and which of them could be one (W4, W5).

use std::collections::{BTreeMap, BTreeSet};

use super::super::frame::Frame;
use super::super::organisation::Organisation;
use super::super::parts::Part;
use super::super::table::{count, metrics, names, table, text};
use super::{active_people, jaccard, median};
use crate::metrics::MetricId;
use crate::model::{Cell, ResultTable};

/// Pairs grow with the square of their number: only the workspaces with the most executions are compared.
pub(super) const COMPARED_MAX: usize = 200;
/// So many pairs are told.
const TOLD_MAX: usize = 50;
/// Two workspaces whose people overlap so much may be one; so may two little used ones whose tools do.
const MERGE_FROM: f64 = 0.5;
/// Little used is less than this part of the median workspace's executions.
const LITTLE: f64 = 0.1;

struct Pair<'a> {
    one: &'a str,
    other: &'a str,
    people: (u64, f64),
    tools: (u64, f64),
    /// Of both, the greater.
    executions: u64,
}

type Sets<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// What each of the compared workspaces has: executions, tools, people.
pub(super) struct Compared<'a> {
    pub executions: BTreeMap<&'a str, u64>,
    pub tools: Sets<'a>,
    pub people: Sets<'a>,
    /// In the order of their names.
    pub ids: Vec<&'a str>,
}

impl<'a> Compared<'a> {
    pub fn new(tools: &'a Part, people: &'a Part, organisation: &'a Organisation) -> Self {
        let pairs = tools.pairs(MetricId::Executions);
        let executions: BTreeMap<&str, u64> = pairs
            .iter()
            .map(|(workspace, tools)| {
                let sum = |sum: u64, &count: &u64| sum.saturating_add(count);
                (*workspace, tools.values().fold(0, sum))
            })
            .collect();
        let mut ids: Vec<&str> = executions.keys().copied().collect();
        ids.sort_by_key(|id| std::cmp::Reverse(executions[id]));
        ids.truncate(COMPARED_MAX);
        ids.sort_unstable();
        Self {
            tools: pairs
                .into_iter()
                .map(|(workspace, tools)| (workspace, tools.into_keys().collect()))
                .collect(),
            people: active_people(people, organisation),
            executions,
            ids,
        }
    }

    pub fn people_overlap(&self, one: &str, other: &str) -> (u64, f64) {
        shared(&self.people, one, other)
    }

    pub fn tool_overlap(&self, one: &str, other: &str) -> (u64, f64) {
        shared(&self.tools, one, other)
    }

    fn pairs(&self) -> Vec<Pair<'a>> {
        let mut pairs = Vec::new();
        for (at, &one) in self.ids.iter().enumerate() {
            for &other in &self.ids[at + 1..] {
                let people = self.people_overlap(one, other);
                let tools = self.tool_overlap(one, other);
                if people.0 + tools.0 > 0 {
                    pairs.push(Pair {
                        one,
                        other,
                        people,
                        tools,
                        executions: self.executions[one].max(self.executions[other]),
                    });
                }
            }
        }
        pairs.sort_by(|a, b| {
            let people = b.people.1.total_cmp(&a.people.1);
            people.then(b.tools.1.total_cmp(&a.tools.1))
        });
        pairs
    }
}

fn shared(sets: &Sets, one: &str, other: &str) -> (u64, f64) {
    match (sets.get(one), sets.get(other)) {
        (Some(one), Some(other)) => jaccard(one, other),
        _ => (0, 0.0),
    }
}

/// Pairs of workspaces with people or tools in both, those that share most of their people first. No rows where hours
/// do not tell who was active or what ran.
pub fn overlap(parts: &[Part], organisation: &Organisation, frame: &Frame) -> ResultTable {
    let [tools, people] = parts else {
        return ResultTable::default();
    };
    let compared = Compared::new(tools, people, organisation);
    let mut pairs = whole(parts, &compared);
    let groups = pairs.len() as u64;
    pairs.truncate(TOLD_MAX);
    let rows = pairs.iter().map(cells).collect();
    ResultTable {
        groups,
        ..table(frame, columns(), rows, tools.table.events)
    }
}

/// Those of them that could be one workspace, and why.
pub fn worth_merging(parts: &[Part], organisation: &Organisation, frame: &Frame) -> ResultTable {
    let [tools, people] = parts else {
        return ResultTable::default();
    };
    let compared = Compared::new(tools, people, organisation);
    let little = LITTLE * median(compared.executions.values().copied());
    let reason = |pair: &Pair| {
        if pair.people.1 >= MERGE_FROM {
            Some("same people")
        } else if (pair.executions as f64) < little
            && pair.people.0 > 0
            && pair.tools.1 >= MERGE_FROM
        {
            Some("both little used")
        } else {
            None
        }
    };
    let rows = whole(parts, &compared).into_iter().filter_map(|pair| {
        let mut cells = cells(&pair);
        cells.push(text(reason(&pair)?));
        Some(cells)
    });
    let rows = rows.take(TOLD_MAX).collect();
    let mut columns = columns();
    columns.extend(metrics(&[MetricId::MergeReason]));
    table(frame, columns, rows, tools.table.events)
}

fn whole<'a>(parts: &[Part], compared: &Compared<'a>) -> Vec<Pair<'a>> {
    if parts.iter().all(|part| part.is_whole) {
        compared.pairs()
    } else {
        Vec::new()
    }
}

fn columns() -> Vec<crate::model::TableColumn> {
    let mut columns = vec![names("workspace", "Workspace")];
    columns.extend(metrics(&[
        MetricId::OtherWorkspace,
        MetricId::PeopleOverlap,
        MetricId::SharedPeople,
        MetricId::ToolOverlap,
        MetricId::SharedTools,
    ]));
    columns
}

fn cells(pair: &Pair) -> Vec<Cell> {
    vec![
        text(pair.one),
        text(pair.other),
        Cell::Float(pair.people.1),
        count(pair.people.0),
        Cell::Float(pair.tools.1),
        count(pair.tools.0),
    ]
}
