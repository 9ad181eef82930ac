//! A widget's table: the same numbers as the chart, in a real table.

use std::sync::Arc;

use leptos::prelude::*;

use crate::export::cell_value;
use crate::model::{Cell, ResultTable, Unit};
use crate::query::widgets::WidgetSpec;
use crate::ui::browser::locale;
use crate::ui::state::board::Answered;
use crate::ui::state::question::{Step, use_question};
use crate::ui::widgets::words;

#[component]
pub fn DataTable(spec: &'static WidgetSpec, answered: Arc<Answered>) -> impl IntoView {
    let state = use_question();
    let Some(table) = answered.tables.first().cloned() else {
        return ().into_any();
    };
    let head: Vec<(String, bool)> = table
        .columns
        .iter()
        .map(|column| (heading(column), column.unit != Unit::Text))
        .collect();
    let by_time = !table.bucket_start_us.is_empty();
    let bucket = words::bucket(&table);
    let rows = table
        .rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let incomplete = table.incomplete_rows.contains(&(at as u32));
            let cells = row
                .iter()
                .zip(&table.columns)
                .enumerate()
                .map(|(position, (cell, column))| {
                    let shown = match table.bucket_start_us.get(at) {
                        Some(start) if position == 0 => words::bucket_name(bucket, *start),
                        _ => locale::cell(cell, column.unit),
                    };
                    let raw = raw(cell);
                    let kind = kind(column.unit);
                    let filter = spec.dimension.filter(|_| position == 0 && !by_time);
                    let value = cell.text().unwrap_or_default().to_owned();
                    let inner = match filter {
                        Some(dimension) => {
                            let label = format!("Filter by {}: {shown}", dimension.label().to_lowercase());
                            view! {
                                <button type={"button"} class={"link-button"} data-filter=dimension.name() title=label
                                    on:click=move |_| state.update(Step::Replace, |question| question.toggle(dimension, false, &value, Some(spec.id)))
                                ><bdi>{shown}</bdi></button>
                            }
                            .into_any()
                        }
                        None => view! { <bdi>{shown}</bdi> }.into_any(),
                    };
                    view! { <td class:number=column.unit != Unit::Text data-column=column.name.clone() data-value=raw data-type=kind>{inner}</td> }
                })
                .collect_view();
            view! { <tr class:incomplete=incomplete>{cells}</tr> }
        })
        .collect_view();
    let label = table.title.clone();
    view! {
        <div class={"table-scroll"} tabindex={"0"} role={"region"} aria-label=label>
            <table class={"data-table"}>
                <thead>
                    <tr>{head.into_iter().map(|(name, number)| view! { <th scope={"col"} class:number=number>{name}</th> }).collect_view()}</tr>
                </thead>
                <tbody>{rows}</tbody>
                <Totals table />
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Totals(table: ResultTable) -> impl IntoView {
    let several = table.rows.len() > 1;
    let cells = table
        .totals
        .iter()
        .zip(&table.columns)
        .enumerate()
        .map(|(at, (cell, column))| {
            let shown = if at == 0 {
                "All".to_owned()
            } else {
                locale::cell(cell, column.unit)
            };
            view! { <td class:number=column.unit != Unit::Text>{shown}</td> }
        })
        .collect_view();
    several.then(|| view! { <tfoot><tr>{cells}</tr></tfoot> })
}

fn heading(column: &crate::model::TableColumn) -> String {
    if column.exact {
        column.label.clone()
    } else {
        format!("{} ≈", column.label)
    }
}

/// The value as the JSON has it; empty when there is none.
fn raw(cell: &Cell) -> String {
    match cell_value(cell) {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

const fn kind(unit: Unit) -> &'static str {
    match unit {
        Unit::Text => "text",
        Unit::Time => "time",
        _ => "number",
    }
}
