//! Tables made of other tables: the parts in their order, and what `insight` makes of them.

use super::partial::TaskState;
use super::place_tables::place_table;
use super::plan::QueryPlan;
use super::surroundings::Surroundings;
use super::tables::Tabler;
use crate::insight::{self, Part};
use crate::model::{Directory, ResultTable, Unit, Warning, WarningCode};
use crate::query::derived::{CHANGING, PLACES};
use crate::query::{DerivedTable, Dimension, Query};

/// The table of a query that is made of its parts' tables.
pub fn derived_table(
    derived: DerivedTable,
    query: &Query,
    parts: &[(Query, QueryPlan)],
    tasks: &mut [TaskState],
    around: Surroundings,
) -> ResultTable {
    let Some((_, first)) = parts.first() else {
        return ResultTable::default();
    };
    let filters = around.plan.tasks[first.current].filters;
    let parts: Vec<Part> = parts
        .iter()
        .map(|(part, planned)| {
            let tabler = Tabler {
                keeps_vanished: true,
                ..Tabler::new(tasks, planned, part, around)
            };
            Part {
                table: { tabler }.table(),
                is_whole: is_whole(planned, tasks),
            }
        })
        .collect();
    let frame = around.frame(query, filters);
    let organisation = || around.organisation(filters);
    let named = |dimension: Dimension| (dimension.name(), dimension.label());
    let table = match derived {
        // These say of each column whether it is an estimate.
        DerivedTable::Place(place) => {
            return place_table(place, query, &parts, &organisation(), &frame);
        }
        DerivedTable::Recommendations => {
            let is_filtered = !around.plan.filter_sets[filters].clauses.is_empty();
            return insight::recommendations(&parts, &organisation(), is_filtered, &frame);
        }
        // As it is; the tables of parts keep what vanished.
        DerivedTable::WithVanished => {
            return parts
                .into_iter()
                .next()
                .map_or_else(ResultTable::default, |part| part.table);
        }
        DerivedTable::WithMost(dimension) => return insight::with_most(&parts, named(dimension)),
        DerivedTable::Differences => insight::differences(&parts, &frame),
        DerivedTable::Changes => insight::changes(&parts, &CHANGING.map(Dimension::name), &frame),
        DerivedTable::TopOverTime(_, _, metric) => insight::top_over_time(&parts, metric, &frame),
        DerivedTable::EachOverTime(dimension, _) => {
            insight::each_over_time(&parts, named(dimension), &frame)
        }
        DerivedTable::Trends(dimension) => insight::trends(&parts[0], named(dimension), &frame),
        DerivedTable::ErrorClasses => insight::error_classes(&parts, &frame),
        DerivedTable::Failing(dimension) => insight::failing(&parts[0], named(dimension), &frame),
        DerivedTable::FailurePatterns => {
            let places = PLACES.map(|place| place.last().map_or("", |last| last.name()));
            insight::failure_patterns(&parts, &places, &frame)
        }
        DerivedTable::DurationClasses => insight::duration_classes(&parts[0], &frame),
        DerivedTable::UnusedTools => insight::unused_tools(&parts[0], &organisation(), &frame),
    };
    estimated(table, &parts)
}

/// Were no pre-aggregated hours left out because they lack what a part needs?
fn is_whole(planned: &QueryPlan, tasks: &[TaskState]) -> bool {
    let mut states = [Some(planned.current), planned.previous].into_iter();
    states.all(|task| task.is_none_or(|task| !tasks[task].lacks_hours))
}

/// What is made of estimates is one.
fn estimated(mut table: ResultTable, parts: &[Part]) -> ResultTable {
    let mut columns = parts.iter().flat_map(|part| &part.table.columns);
    if columns.clone().all(|column| column.exact) {
        return table;
    }
    let error = columns.by_ref().map(|column| column.error);
    let error = error.fold(0.0, f64::max);
    let numbers = table.columns.iter_mut().skip(1);
    for column in numbers.filter(|column| column.unit != Unit::Text) {
        (column.exact, column.error) = (false, error);
    }
    table
}

/// What tables made of others lack beside events.
pub fn warnings(queries: &[Query], directory: Option<&Directory>) -> Option<Warning> {
    let knows_tools = directory.is_some_and(|directory| {
        let mut workspaces = directory.workspaces.iter();
        !directory.tools.is_empty() || workspaces.any(|one| !one.assigned_tools.is_empty())
    });
    let asked = queries.iter().filter_map(|query| query.derived);
    if knows_tools || !asked.into_iter().any(DerivedTable::needs_catalogue) {
        return None;
    }
    let missing = if directory.is_some() {
        "The directory has neither tools nor workspaces with assigned_tools, so nobody knows which tools are unused. Add them to directory.json."
    } else {
        "Which tools there are comes from the directory, which is not loaded. Name it in the manifest, open directory.json on the Data page, or use --directory."
    };
    Some(Warning::new(WarningCode::DirectoryMissing, missing))
}
