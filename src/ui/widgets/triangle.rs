//! Cohorts by the time since their beginning: who came back (U6).

use std::sync::Arc;

use leptos::prelude::*;

use super::heat;
use crate::metrics::MetricId;
use crate::model::{Cell, ResultTable};
use crate::ui::browser::locale;
use crate::ui::state::board::Answered;

/// Beyond so many periods a triangle is wider than any screen; the table has them all.
const PERIODS_MAX: usize = 26;

/// The rows of one cohort: position, and how many people it has.
struct Cohort {
    name: String,
    size: f64,
    rows: Vec<usize>,
}

#[component]
pub fn Triangle(answered: Arc<Answered>) -> impl IntoView {
    let Some(table) = answered.tables.first().cloned() else {
        return ().into_any();
    };
    let cohorts = cohorts(&table);
    let longest = cohorts
        .iter()
        .map(|cohort| cohort.rows.len())
        .max()
        .unwrap_or_default();
    let periods = longest.min(PERIODS_MAX);
    let label = table
        .columns
        .first()
        .map(|column| column.label.clone())
        .unwrap_or_default();
    let share = |row: usize| {
        table
            .cell(row, MetricId::Retention.id())
            .and_then(Cell::number)
    };
    let cell = |row: usize, name: &str, period: usize, incomplete: bool| {
        let share = share(row);
        let shown = share.map_or_else(|| "–".to_owned(), locale::whole_percent);
        let note = if incomplete { " (not over yet)" } else { "" };
        let title = format!(
            "{name}, {period} later: {}{note}",
            share.map_or_else(|| "not available".to_owned(), locale::percent)
        );
        view! { <td class=heat::class(share, 1.0) class:heat--incomplete=incomplete title=title>{shown}</td> }
    };
    let rows = cohorts
        .iter()
        .map(|cohort| {
            let cells = cohort.rows.iter().take(periods).enumerate().map(|(period, &row)| {
                cell(row, &cohort.name, period, table.incomplete_rows.contains(&(row as u32)))
            });
            view! { <tr><th scope={"row"}>{cohort.name.clone()}</th><td class={"triangle__size"}>{locale::count(cohort.size)}</td>{cells.collect_view()}</tr> }
        })
        .collect_view();
    let average = answered.tables.get(1).map(|average| {
        let cells = (0..average.rows.len().min(periods)).map(|row| {
            let share = average.cell(row, MetricId::Retention.id()).and_then(Cell::number);
            view! { <td class=heat::class(share, 1.0)>{share.map_or_else(|| "–".to_owned(), locale::whole_percent)}</td> }
        });
        view! { <tr class={"triangle__average"}><th scope={"row"}>{"All"}</th><td></td>{cells.collect_view()}</tr> }
    });
    view! {
        <div class={"heatmap-scroll"} tabindex={"0"} role={"region"} aria-label={"Retention by cohort"}>
            <table class={"triangle"}>
                <thead>
                    <tr>
                        <th scope={"col"}>{label}</th>
                        <th scope={"col"}>{"People"}</th>
                        {(0..periods).map(|period| view! { <th scope={"col"}>{period.to_string()}</th> }).collect_view()}
                    </tr>
                </thead>
                <tbody>{average}{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn cohorts(table: &ResultTable) -> Vec<Cohort> {
    let mut cohorts: Vec<Cohort> = Vec::new();
    for (at, row) in table.rows.iter().enumerate() {
        let name = row.first().and_then(Cell::text).unwrap_or_default();
        match cohorts.last_mut().filter(|cohort| cohort.name == name) {
            Some(cohort) => cohort.rows.push(at),
            None => cohorts.push(Cohort {
                name: name.to_owned(),
                size: table
                    .cell(at, MetricId::CohortSize.id())
                    .and_then(Cell::number)
                    .unwrap_or_default(),
                rows: vec![at],
            }),
        }
    }
    cohorts
}
