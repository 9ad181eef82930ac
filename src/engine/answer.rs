//! Merged states into tables, with what has to be said about them.

use super::PartialAnswer;
use super::derived_tables::{self, derived_table};
use super::kind_warnings;
use super::people_tables::PeopleTables;
use super::plan::{Plan, Planned, QueryPlan};
use super::surroundings::Surroundings;
use super::tables::Tabler;
use crate::metrics::MetricId;
use crate::model::{Directory, ResultTable, TimeUs, Warning, WarningCode, Zone};
use crate::query::{AskContext, DerivedTable, Dimension, PeopleTable, Query, Question};

/// Tables, and what has to be said about them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answered {
    /// One a query, in their order.
    pub tables: Vec<ResultTable>,
    /// The engine's own; the asker's ([`AskContext::warnings`]) are not repeated.
    pub warnings: Vec<Warning>,
    pub exact: bool,
    pub rows_scanned: u64,
    pub rows_skipped: u64,
    /// Sum of the shards'.
    pub fingerprint: u64,
    /// Over all shards.
    pub newest_event_us: Option<TimeUs>,
}

/// Turns merged states into tables; the question, queries, context, zone and directory are those of
/// [`super::Engine::begin`].
pub fn answer(
    mut partial: PartialAnswer,
    question: &Question,
    queries: &[Query],
    context: &AskContext,
    zone: &Zone,
    directory: Option<&Directory>,
) -> Answered {
    let plan = Plan::new(question, queries, context, zone);
    partial
        .tasks
        .resize_with(plan.tasks.len(), Default::default);
    // States come from elsewhere: of another question they have no place here.
    for (state, task) in partial.tasks.iter_mut().zip(&plan.tasks) {
        let parts = task.dimensions.len();
        state.groups.retain(|(key, _)| key.len() == parts);
    }
    partial
        .people
        .resize_with(plan.people.len(), Default::default);
    let mut warnings = warnings(&partial, &plan, queries, context, directory);
    let held = partial.held;
    let names = std::mem::take(&mut partial.names);
    let around = Surroundings {
        plan: &plan,
        question,
        context,
        zone,
        directory,
        held,
        names: &names,
    };
    let people = PeopleTables::new(std::mem::take(&mut partial.people), around);
    warnings.extend(people.warnings(queries));
    warnings.extend(derived_tables::warnings(queries, directory));
    let tables: Vec<ResultTable> = queries
        .iter()
        .zip(&plan.queries)
        .map(|(query, planned)| {
            let tasks = &mut partial.tasks;
            match planned {
                Planned::People(task) => people.table(query, *task),
                Planned::Derived(derived, parts) => {
                    derived_table(*derived, query, parts, tasks, around)
                }
                Planned::Grouped(planned) => {
                    let table = Tabler::new(tasks, planned, query, around).table();
                    if query.people.is_some() {
                        people.heatmap(query, planned.current, &table)
                    } else {
                        table
                    }
                }
            }
        })
        .collect();
    Answered {
        exact: tables.iter().all(ResultTable::is_exact),
        tables,
        warnings,
        rows_scanned: partial.rows_scanned,
        rows_skipped: partial.rows_skipped,
        fingerprint: partial.fingerprint,
        newest_event_us: partial.newest_event_us,
    }
}

fn warnings(
    partial: &PartialAnswer,
    plan: &Plan,
    queries: &[Query],
    context: &AskContext,
    directory: Option<&Directory>,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let compares = queries.iter().any(|query| query.compare);
    if let Some(comparison) = plan.comparison.as_ref().filter(|_| compares) {
        warnings.extend(comparison.warning.clone());
    }
    let lacking: Vec<&str> = plan
        .grouped(queries)
        .filter(|(_, planned)| lacks_hours(partial, planned))
        .map(|(query, _)| query.title.as_str())
        .collect();
    if let Some((first, rest)) = lacking.split_first() {
        let more = match rest.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!(
            "Some pre-aggregated hours lack a column that “{first}”{more} needs, and are left out there. Raw events would have it."
        );
        warnings.push(Warning::new(WarningCode::AggregateLacks, message));
    }
    warnings.extend(kind_warnings::of(partial, plan, queries));
    if partial.hours_cut {
        let message = "Pre-aggregated hours that the period or a local bucket cuts were counted whole, by the time they begin.";
        warnings.push(Warning::new(WarningCode::AggregateHours, message));
    }
    if partial.future_events > 0 {
        let message = format!(
            "{} {} after the present of this question ({}); relative ranges leave them out. Check the clock of the source.",
            partial.future_events,
            if partial.future_events == 1 {
                "event lies"
            } else {
                "events lie"
            },
            chrono::DateTime::from_timestamp_micros(context.now_us)
                .unwrap_or_default()
                .format("%Y-%m-%d %H:%M UTC"),
        );
        warnings.push(Warning::new(WarningCode::FutureEvents, message));
    }
    if directory.is_none() {
        let by_person = queries.iter().any(|query| {
            let clauses = query.extra_filters.iter();
            query.group_by.iter().any(|one| one.is_from_directory())
                || query
                    .people
                    .is_some_and(PeopleTable::needs_directory_values)
                || clauses
                    .map(|one| one.dimension)
                    .any(Dimension::is_from_directory)
        }) || plan.filter_sets.iter().any(|set| {
            set.clauses
                .iter()
                .any(|clause| clause.dimension.is_from_directory())
        });
        let by_seat = queries
            .iter()
            .any(|query| query.measures.contains(&MetricId::AdoptionShare));
        let by_member = queries
            .iter()
            .any(|query| query.derived.is_some_and(DerivedTable::needs_directory));
        let missing = match (by_person, by_seat) {
            _ if by_member => Some(
                "Members, assigned tools and the catalogue of tools come from the directory, which is not loaded",
            ),
            (true, _) => Some(
                "Departments, teams, roles and cohorts come from the directory, which is not loaded",
            ),
            (false, true) => Some(
                "Without a directory, adoption is a share of the people ever seen instead of the seats",
            ),
            (false, false) => None,
        };
        if let Some(missing) = missing {
            let message = format!(
                "{missing}. Name it in the manifest, open directory.json on the Data page, or use --directory."
            );
            warnings.push(Warning::new(WarningCode::DirectoryMissing, message));
        }
    }
    warnings
}

fn lacks_hours(partial: &PartialAnswer, planned: &QueryPlan) -> bool {
    let (before, last) = planned.growth.unzip();
    [
        Some(planned.current),
        planned.previous,
        planned.first_use,
        before,
        last,
    ]
    .into_iter()
    .flatten()
    .any(|task| partial.tasks[task].lacks_hours)
}
