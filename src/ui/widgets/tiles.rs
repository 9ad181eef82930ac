//! The KPI tiles: value, change, trend, goal (E1).

use std::sync::Arc;

use leptos::prelude::*;

use super::ranking::Change;
use crate::charts::spark;
use crate::export::cell_value;
use crate::metrics::MetricId;
use crate::model::directory::Goal;
use crate::model::{Cell, ResultTable, Unit};
use crate::query::CompareSpec;
use crate::ui::browser::locale;
use crate::ui::state::board::Answered;
use crate::ui::state::data::use_data;

const TILES: [MetricId; 4] = [
    MetricId::Executions,
    MetricId::Users,
    MetricId::SuccessRate,
    MetricId::GrowthMonthly,
];
const SPARK_WIDTH: f64 = 160.0;
const SPARK_HEIGHT: f64 = 36.0;
/// Below, a rate rests on few executions, and the tile says how sure it is.
const SURE_FROM: f64 = 1_000.0;
const FEW_BELOW: f64 = 30.0;

#[component]
pub fn Tiles(answered: Arc<Answered>) -> impl IntoView {
    let data = use_data();
    let Some(table) = answered.tables.first().cloned() else {
        return ().into_any();
    };
    let trend = answered.tables.get(1).cloned().unwrap_or_default();
    // Goals are the organisation's: a part of it, or one tool, can't reach them.
    let is_whole = answered.question.filters.is_empty();
    let goals = data.directory.with(|directory| {
        directory
            .as_ref()
            .filter(|_| is_whole)
            .map(|directory| directory.goals.clone())
            .unwrap_or_default()
    });
    let compared = answered.question.compare != CompareSpec::None && answered.periods.1.is_some();
    let tiles = TILES.map(|metric| {
        let goal = goals
            .iter()
            .find(|goal| goal.metric == metric.id())
            .cloned();
        view! { <Tile metric table=table.clone() trend=trend.clone() goal compared /> }
    });
    view! { <div class={"tiles"}>{tiles.into_iter().collect_view()}</div> }.into_any()
}

#[component]
fn Tile(
    metric: MetricId,
    table: ResultTable,
    trend: ResultTable,
    goal: Option<Goal>,
    compared: bool,
) -> impl IntoView {
    let spec = metric.spec();
    let cell = table.cell(0, spec.id).cloned().unwrap_or_default();
    let change = table.cell(0, &format!("{}_change", spec.id)).cloned();
    let column = table.columns.iter().find(|column| column.name == spec.id);
    let estimate = column.is_some_and(|column| !column.exact);
    let raw = match cell_value(&cell) {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    let shown = match (&cell, spec.unit) {
        (Cell::Float(growth), Unit::Change) => locale::change(*growth),
        (cell, unit) => locale::cell(cell, unit),
    };
    let direction = spec.direction;
    let growth = (metric == MetricId::GrowthMonthly)
        .then(|| cell.number())
        .flatten();
    let note = note(metric, &table);
    let numbers: Vec<Option<f64>> = trend
        .column_index(spec.id)
        .map(|_| {
            let rows = 0..trend.rows.len();
            // What has only just begun is no fall.
            let complete = rows.filter(|row| !trend.incomplete_rows.contains(&(*row as u32)));
            complete
                .map(|row| trend.cell(row, spec.id).and_then(Cell::number))
                .collect()
        })
        .unwrap_or_default();
    let path = spark(
        &numbers,
        SPARK_WIDTH,
        SPARK_HEIGHT,
        spec.unit == Unit::Count,
    );
    let has_path = !path.line.is_empty();
    view! {
        <div class={"tile"} data-metric=spec.id data-value=raw title=spec.definition>
            <p class={"tile__name"}>{spec.name}</p>
            <p class={"tile__value"} class:change--good=growth.is_some_and(|growth| growth > 0.0) class:change--bad=growth.is_some_and(|growth| growth < 0.0)>
                {estimate.then_some("≈ ")}{shown}
            </p>
            <p class={"tile__line"}>
                {change.filter(|_| compared).map(|change| view! { <Change cell=change direction /><span class={"muted"}>{" vs before"}</span> })}
                {note.map(|note| view! { <span class={"muted"}>{note}</span> })}
            </p>
            {goal.map(|goal| view! { <GoalLine goal cell=cell.clone() unit=spec.unit /> })}
            {has_path.then(|| view! {
                <svg class={"tile__spark"} viewBox=format!("0 0 {SPARK_WIDTH} {SPARK_HEIGHT}") preserveAspectRatio={"none"} aria-hidden={"true"}>
                    <path class={"spark__area"} d=path.area.clone() />
                    <path class={"spark__line"} d=path.line.clone() />
                </svg>
            })}
        </div>
    }
}

/// What has to be said about a number beside its change.
fn note(metric: MetricId, table: &ResultTable) -> Option<String> {
    let executions = table
        .cell(0, MetricId::Executions.id())
        .and_then(Cell::number)
        .unwrap_or_default();
    match metric {
        MetricId::GrowthMonthly => Some("last month, per day".into()),
        MetricId::SuccessRate if executions < FEW_BELOW => {
            Some(format!(" few: {} executions", locale::count(executions)))
        }
        MetricId::SuccessRate if executions < SURE_FROM => {
            let bound = |metric: MetricId| {
                table
                    .cell(0, metric.id())
                    .and_then(Cell::number)
                    .map(locale::percent)
            };
            Some(format!(
                " {} to {}",
                bound(MetricId::SuccessRateLow)?,
                bound(MetricId::SuccessRateHigh)?
            ))
        }
        _ => None,
    }
}

#[component]
fn GoalLine(goal: Goal, cell: Cell, unit: Unit) -> impl IntoView {
    let reached = cell.number().is_some_and(|number| number >= goal.target);
    let target = locale::number_in(goal.target, unit);
    view! {
        <p class={"tile__goal"} class:tile__goal--reached=reached>
            {if reached { format!("Goal {target} reached") } else { format!("Goal {target}") }}
        </p>
    }
}
