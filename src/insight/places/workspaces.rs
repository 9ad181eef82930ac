//! One row a workspace, their sizes, and when they were created (W1, W3).

use std::collections::{BTreeMap, BTreeSet};

use super::super::frame::Frame;
use super::super::organisation::Organisation;
use super::super::parts::Part;
use super::super::table::{
    count, float, known, label, maybe, metrics, names, over_time, ratio, table, text,
};
use super::{active_people, totals};
use crate::metrics::MetricId;
use crate::model::zone::{Bucket, DAY_US};
use crate::model::{Cell, ResultTable, TableColumn};

/// Columns that are taken as they are from the counts, with those of the comparison where there is one.
const COUNTED: [&str; 3] = ["executions", "executions_previous", "executions_change"];
/// And from the details, before and after what is worked out here.
const DETAILS: [&str; 6] = [
    "share",
    "success_rate",
    "success_rate_low",
    "success_rate_high",
    "failures",
    "users",
];
const LATE_DETAILS: [&str; 2] = ["duration_p95", "last_used"];
/// Upper ends of the classes of size; the last one is open.
const SIZES: [(u64, &str); 7] = [
    (0, "0"),
    (1, "1"),
    (5, "2–5"),
    (10, "6–10"),
    (20, "11–20"),
    (50, "21–50"),
    (100, "51–100"),
];
const OVER: &str = ">100";

/// Every workspace with events, and those of the directory without any; most executions first.
pub fn workspaces(parts: &[Part], organisation: &Organisation, frame: &Frame) -> ResultTable {
    let [counts, details, documents, tools, people] = parts else {
        return ResultTable::default();
    };
    let (counted, detailed) = (counts.index(), details.index());
    let documented = documents.index();
    let executed = tools.pairs(MetricId::Executions);
    let active = active_people(people, organisation);
    let mut ids: BTreeSet<&str> = counted.keys().chain(detailed.keys()).copied().collect();
    ids.extend(organisation.workspaces.iter().map(|place| place.id));
    let mut ids: Vec<&str> = ids.into_iter().collect();
    // Stable: equal ones stay in the order of their names.
    ids.sort_by_key(|id| {
        let row = detailed.get(id);
        std::cmp::Reverse(row.map_or(0, |&row| details.count(row, MetricId::Executions)))
    });
    let counted_columns = present(counts, &COUNTED);
    let all_users = details.total(MetricId::Users);
    let nobody = BTreeSet::new();
    let row = |id: &&str| {
        let place = organisation.place(id);
        let mut cells = vec![text(id)];
        if organisation.is_known {
            cells.push(maybe(place.and_then(|place| place.name)));
        }
        let (at, before) = (detailed.get(id).copied(), counted.get(id).copied());
        let copied = |part: &Part, row: Option<usize>, column: &str| {
            if row.is_some() {
                return part.cell(row, column);
            }
            known(part.is_whole, nothing(column))
        };
        cells.extend(counted_columns.iter().map(|c| copied(counts, before, c)));
        cells.extend(DETAILS.iter().map(|column| copied(details, at, column)));
        let active_here = active.get(*id).unwrap_or(&nobody);
        let members = place.map(|place| &place.members);
        let active_members = members
            .filter(|_| people.is_whole)
            .map(|members| members.intersection(active_here).count() as u64);
        let size = members.map(|members| members.len() as u64);
        let both = active_members.zip(size);
        let users = match at {
            Some(row) => details.number(row, MetricId::Users),
            None => details.is_whole.then_some(0.0),
        };
        let share = |(users, all): (f64, f64)| (all > 0.0).then(|| users / all);
        let counted = |number: Option<u64>| number.map_or(Cell::Null, count);
        let used = executed.get(id);
        let top = used.and_then(top);
        cells.extend([
            counted(size),
            counted(active_members),
            both.map_or(Cell::Null, |(active, size)| ratio(active, size)),
            counted(both.map(|(active, size)| size - active)),
            float(users.zip(all_users).and_then(share)),
            match documented.get(id) {
                Some(&row) => documents.cell(Some(row), MetricId::DocumentsShared.id()),
                None => known(
                    documents.is_whole && frame.tells(MetricId::DocumentsShared),
                    count(0),
                ),
            },
            known(tools.is_whole, count(used.map_or(0, BTreeMap::len) as u64)),
            known(tools.is_whole, maybe(top)),
        ]);
        cells.extend(LATE_DETAILS.map(|column| details.cell(at, column)));
        cells
    };
    let rows: Vec<Vec<Cell>> = ids.iter().map(row).collect();
    let mut columns = vec![names("workspace", "Workspace")];
    if organisation.is_known {
        columns.push(names("name", "Name"));
    }
    columns.extend(taken(counts, &counted_columns));
    columns.extend(taken(details, &DETAILS));
    let of_people = [
        MetricId::Members,
        MetricId::ActiveMembers,
        MetricId::ActiveMembersShare,
        MetricId::InactiveMembers,
        MetricId::UsersShare,
    ];
    columns.extend(metrics(&of_people));
    // As exact as what it is made of.
    if let (Some(share), Some(users)) = (columns.last_mut(), details.table.column_index("users")) {
        let users = &details.table.columns[users];
        (share.exact, share.error) = (users.exact, users.error);
    }
    columns.extend(taken(documents, &["documents_shared"]));
    columns.extend(metrics(&[MetricId::WorkspaceTools, MetricId::TopTool]));
    columns.extend(taken(details, &LATE_DETAILS));
    let totals = totals(&columns, &[counts, details, documents]);
    ResultTable {
        totals,
        ..table(frame, columns, rows, details.table.events)
    }
}

/// What a workspace without events has in a column.
fn nothing(column: &str) -> Cell {
    match column {
        "executions" | "executions_previous" | "failures" | "users" => count(0),
        "share" => Cell::Float(0.0),
        _ => Cell::Null,
    }
}

/// Those of the columns that are there: of a comparison only where there is one.
pub(super) fn present<'a>(part: &Part, columns: &[&'a str]) -> Vec<&'a str> {
    let columns = columns.iter().copied();
    columns
        .filter(|column| part.table.column_index(column).is_some())
        .collect()
}

/// Columns of a part, as they are.
pub(super) fn taken(part: &Part, columns: &[&str]) -> Vec<TableColumn> {
    let columns = columns.iter();
    columns
        .filter_map(|column| Some(part.table.columns[part.table.column_index(column)?].clone()))
        .collect()
}

/// The name with the greatest count; of equals the first.
pub(super) fn top<'a>(counts: &BTreeMap<&'a str, u64>) -> Option<&'a str> {
    let most = counts.values().max()?;
    let first = counts.iter().find(|(_, count)| *count == most);
    first.map(|(name, _)| *name)
}

/// How many workspaces there were at the end of each bucket, and how many were created in it.
pub fn workspaces_created(
    parts: &[Part],
    organisation: &Organisation,
    frame: &Frame,
    bucket: Bucket,
) -> ResultTable {
    let keys = if organisation.is_known {
        frame.buckets(bucket)
    } else {
        Vec::new()
    };
    let mut columns = vec![super::super::table::buckets(bucket)];
    columns.extend(metrics(&[
        MetricId::Workspaces,
        MetricId::WorkspacesCreated,
    ]));
    let dates = organisation.workspaces.iter();
    let mut dates: Vec<i64> = dates.filter_map(|place| place.created_us).collect();
    dates.sort_unstable();
    let until = |time_us: i64| dates.partition_point(|&created_us| created_us < time_us) as u64;
    let row = |&key: &i64| {
        let begin_us = frame.zone.bucket_start_us(key, bucket);
        let next = frame.zone.next_bucket_key(key, bucket);
        // What lies beyond the present has not been created yet.
        let end_us = frame
            .zone
            .bucket_start_us(next, bucket)
            .min(frame.as_of_us());
        let there = until(end_us);
        vec![
            label(frame, bucket, key),
            count(there),
            count(there - until(begin_us).min(there)),
        ]
    };
    let rows = keys.iter().map(row).collect();
    let events = parts.first().map_or(0, |part| part.table.events);
    over_time(frame, (bucket, &keys), columns, rows, events)
}

/// How many workspaces have so many members.
pub fn workspace_sizes(parts: &[Part], organisation: &Organisation, frame: &Frame) -> ResultTable {
    let class = |size: u64| {
        let found = SIZES.iter().find(|(end, _)| size <= *end);
        found.map_or(OVER, |(_, class)| class)
    };
    let mut sizes: BTreeMap<&str, u64> = BTreeMap::new();
    for place in &organisation.workspaces {
        *sizes.entry(class(place.members.len() as u64)).or_default() += 1;
    }
    let classes = SIZES.iter().map(|(_, class)| *class).chain([OVER]);
    let rows = classes
        .filter(|class| organisation.is_known && (*class != "0" || sizes.contains_key(class)))
        .map(|class| vec![text(class), count(sizes.get(class).copied().unwrap_or(0))]);
    let columns = metrics(&[MetricId::WorkspaceSize, MetricId::Workspaces]);
    let events = parts.first().map_or(0, |part| part.table.events);
    table(frame, columns, rows.collect(), events)
}

/// Whether the members of large workspaces do more or less; the largest first.
pub fn size_and_activity(
    parts: &[Part],
    organisation: &Organisation,
    frame: &Frame,
) -> ResultTable {
    let [counts] = parts else {
        return ResultTable::default();
    };
    let executions = counts.index();
    let mut places: Vec<_> = organisation.workspaces.iter().collect();
    places.sort_by_key(|place| (std::cmp::Reverse(place.members.len()), place.id));
    let from_us = frame.data_begin_us.map_or(frame.period_us.0, |begin_us| {
        begin_us.max(frame.period_us.0)
    });
    let weeks = frame.as_of_us().saturating_sub(from_us) as f64 / (7 * DAY_US) as f64;
    let rows = places.into_iter().map(|place| {
        let row = executions.get(place.id);
        let executed = row.map_or(0, |&row| counts.count(row, MetricId::Executions));
        let member_weeks = place.members.len() as f64 * weeks;
        let rate = (member_weeks > 0.0).then(|| executed as f64 / member_weeks);
        vec![
            text(place.id),
            maybe(place.name),
            count(place.members.len() as u64),
            known(counts.is_whole, count(executed)),
            known(counts.is_whole, float(rate)),
        ]
    });
    let mut columns = vec![names("workspace", "Workspace"), names("name", "Name")];
    columns.extend(metrics(&[
        MetricId::Members,
        MetricId::Executions,
        MetricId::ExecutionsPerMemberWeek,
    ]));
    table(frame, columns, rows.collect(), counts.table.events)
}
