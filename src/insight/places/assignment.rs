//! Which tools workspaces were given and use, and which they could take over from others (W5).

use std::collections::{BTreeMap, BTreeSet};

use super::super::frame::Frame;
use super::super::organisation::Organisation;
use super::super::parts::Part;
use super::super::table::{count, metrics, names, table, text};
use super::median;
use super::overlap::Compared;
use crate::metrics::MetricId;
use crate::model::{Cell, ResultTable};

/// A tool is worth sharing when so many workspaces like the one without it use it much.
const USERS_MIN: usize = 2;
/// Workspaces are alike from this overlap of people or of tools on.
const ALIKE_FROM: f64 = 0.2;
/// So many tools are told for one workspace, and in all.
const TOLD_EACH: usize = 3;
const TOLD_MAX: usize = 30;

/// Every workspace of the directory with the tools that it was given or that ran in it. What was not used is not known
/// where hours were left out.
pub fn tool_assignment(parts: &[Part], organisation: &Organisation, frame: &Frame) -> ResultTable {
    let [tools] = parts else {
        return ResultTable::default();
    };
    let executed = tools.pairs(MetricId::Executions);
    let none = BTreeMap::new();
    let mut rows = Vec::new();
    for place in &organisation.workspaces {
        let used = executed.get(place.id).unwrap_or(&none);
        let all: BTreeSet<&str> = place.tools.iter().chain(used.keys()).copied().collect();
        for tool in all {
            let executions = used.get(tool).copied();
            let (state, executions) = match (executions, place.tools.contains(tool)) {
                (Some(executions), true) => (text("assigned and used"), count(executions)),
                (Some(executions), false) => (text("used, not assigned"), count(executions)),
                (None, _) if tools.is_whole => (text("assigned, unused"), count(0)),
                (None, _) => (Cell::Null, Cell::Null),
            };
            rows.push(vec![text(place.id), text(tool), state, executions]);
        }
    }
    let mut columns = vec![names("workspace", "Workspace"), names("tool", "Tool")];
    columns.extend(metrics(&[MetricId::ToolAssignment, MetricId::Executions]));
    table(frame, columns, rows, tools.table.events)
}

/// Tools that at least two workspaces use much, with no less success than the organisation has, and that a workspace
/// like those two does not use.
pub fn tools_to_share(parts: &[Part], organisation: &Organisation, frame: &Frame) -> ResultTable {
    let [tools, people, of_tool] = parts else {
        return ResultTable::default();
    };
    let mut columns = vec![names("workspace", "Workspace"), names("tool", "Tool")];
    columns.extend(metrics(&[
        MetricId::UsedBy,
        MetricId::OtherWorkspace,
        MetricId::Similarity,
        MetricId::SuccessRate,
        MetricId::Executions,
    ]));
    let events = tools.table.events;
    if !parts.iter().all(|part| part.is_whole) {
        return table(frame, columns, Vec::new(), events);
    }
    let compared = Compared::new(tools, people, organisation);
    let executed = tools.pairs(MetricId::Executions);
    let usual = of_tool.total(MetricId::SuccessRate).unwrap_or_default();
    let index = of_tool.index();
    // The workspaces that use each tool much.
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for &id in &compared.ids {
        let used = &executed[id];
        let assigned = organisation.place(id).map(|place| &place.tools);
        let much = match assigned.filter(|assigned| !assigned.is_empty()) {
            Some(assigned) => median(
                assigned
                    .iter()
                    .map(|tool| used.get(tool).copied().unwrap_or(0)),
            ),
            None => median(used.values().copied()),
        };
        for (&tool, &executions) in used {
            let row = index.get(tool).copied();
            let success = row.and_then(|row| of_tool.number(row, MetricId::SuccessRate));
            if executions as f64 >= much && success.is_some_and(|success| success >= usual) {
                users.entry(tool).or_default().push(id);
            }
        }
    }
    users.retain(|_, users| users.len() >= USERS_MIN);
    let mut rows: Vec<(usize, f64, Vec<Cell>)> = Vec::new();
    for &id in &compared.ids {
        let likeness = |other: &str| {
            let people = compared.people_overlap(id, other).1;
            people.max(compared.tool_overlap(id, other).1)
        };
        let alike: BTreeMap<&str, f64> = compared
            .ids
            .iter()
            .filter(|other| **other != id)
            .map(|&other| (other, likeness(other)))
            .filter(|&(_, likeness)| likeness >= ALIKE_FROM)
            .collect();
        let mut found: Vec<(usize, f64, Vec<Cell>)> = users
            .iter()
            .filter(|(tool, _)| !executed[id].contains_key(*tool))
            .filter_map(|(tool, users)| {
                let mut like: Vec<(&str, f64)> = users
                    .iter()
                    .filter_map(|user| Some((*user, *alike.get(user)?)))
                    .collect();
                like.sort_by(|a, b| b.1.total_cmp(&a.1));
                let &(nearest, likeness) = like.first().filter(|_| like.len() >= USERS_MIN)?;
                let row = index.get(tool).copied();
                let cells = vec![
                    text(id),
                    text(tool),
                    count(like.len() as u64),
                    text(nearest),
                    Cell::Float(likeness),
                    of_tool.cell(row, MetricId::SuccessRate.id()),
                    of_tool.cell(row, MetricId::Executions.id()),
                ];
                Some((like.len(), likeness, cells))
            })
            .collect();
        sort(&mut found);
        found.truncate(TOLD_EACH);
        rows.extend(found);
    }
    sort(&mut rows);
    rows.truncate(TOLD_MAX);
    let rows = rows.into_iter().map(|(_, _, cells)| cells).collect();
    table(frame, columns, rows, events)
}

/// Those that most use first, then the most alike.
fn sort(found: &mut [(usize, f64, Vec<Cell>)]) {
    found.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)));
}
