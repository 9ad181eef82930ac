//! Tools that the directory offers and nobody, or hardly anybody, uses (T5).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::frame::Frame;
use super::organisation::Organisation;
use super::parts::Part;
use super::table::{count, float, maybe, metrics, names, table, text};
use crate::metrics::{MetricId, quantile};
use crate::model::{ResultTable, TimeUs};

/// Below this part of the median of the workspace's tools a tool is under-used.
const UNDER_USED: f64 = 0.1;

/// A tool that a workspace is assigned, or, without a workspace, one that stands in the catalogue alone.
struct Offered<'a> {
    workspace: Option<&'a str>,
    tool: &'a str,
}

/// What was there before the end of the period, in the order of workspaces and tools.
fn offered<'a>(organisation: &Organisation<'a>, frame: &Frame) -> Vec<Offered<'a>> {
    let is_there = |since_us: Option<TimeUs>| since_us.is_none_or(|us| us < frame.as_of_us());
    let later: BTreeSet<&str> = organisation
        .tools
        .iter()
        .filter(|tool| !is_there(tool.added_at))
        .map(|tool| tool.name.as_str())
        .collect();
    let workspaces = organisation.workspaces.iter();
    let assigned = workspaces
        .filter(|place| is_there(place.created_us))
        .flat_map(|place| place.tools.iter().map(|tool| (Some(place.id), *tool)));
    let alone = organisation.unassigned.iter().map(|tool| (None, *tool));
    let all: BTreeSet<(Option<&str>, &str)> = assigned.chain(alone).collect();
    all.into_iter()
        .filter(|(_, tool)| !later.contains(tool))
        .map(|(workspace, tool)| Offered { workspace, tool })
        .collect()
}

/// No rows where hours do not tell what ran. The part: executions by workspace and tool.
pub fn unused_tools(part: &Part, organisation: &Organisation, frame: &Frame) -> ResultTable {
    let offered = if part.is_whole {
        offered(organisation, frame)
    } else {
        Vec::new()
    };
    let mut there: HashMap<(&str, &str), u64> = HashMap::new();
    let mut anywhere: HashMap<&str, u64> = HashMap::new();
    for (key, executions) in part.counts(MetricId::Executions) {
        let [workspace, Some(tool)] = key[..] else {
            continue;
        };
        *anywhere.entry(tool).or_default() += executions;
        if let Some(workspace) = workspace {
            there.insert((workspace, tool), executions);
        }
    }
    let executions = |one: &Offered| {
        let executions = match one.workspace {
            Some(workspace) => there.get(&(workspace, one.tool)),
            None => anywhere.get(one.tool),
        };
        executions.copied().unwrap_or_default()
    };
    let mut of_workspace: BTreeMap<Option<&str>, Vec<f64>> = BTreeMap::new();
    for one in &offered {
        let held = of_workspace.entry(one.workspace).or_default();
        held.push(executions(one) as f64);
    }
    let medians: HashMap<Option<&str>, f64> = of_workspace
        .into_iter()
        .filter_map(|(workspace, mut all)| Some((Some(workspace?), quantile(&mut all, 0.5)?)))
        .collect();
    let mut told: Vec<(Option<&str>, u64, &Offered, &str)> = offered
        .iter()
        .filter_map(|one| {
            let executions = executions(one);
            let median = medians.get(&one.workspace).copied().unwrap_or_default();
            let state = match executions {
                0 => "unused",
                _ if (executions as f64) < median * UNDER_USED => "under-used",
                _ => return None,
            };
            Some((one.workspace, executions, one, state))
        })
        .collect();
    told.sort_by_key(|&(workspace, executions, one, _)| (workspace, executions, one.tool));
    let rows = told.into_iter().map(|(workspace, executions, one, state)| {
        vec![
            text(one.tool),
            maybe(organisation.server(one.tool)),
            maybe(workspace),
            count(executions),
            float(medians.get(&workspace).copied()),
            text(state),
        ]
    });
    let mut columns = vec![
        names("tool", "Tool"),
        names("server", "Server"),
        names("workspace", "Workspace"),
    ];
    columns.extend(metrics(&[
        MetricId::Executions,
        MetricId::AssignedMedian,
        MetricId::ToolState,
    ]));
    table(frame, columns, rows.collect(), part.table.events)
}
