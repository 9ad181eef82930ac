//! A small chart over time for each column, all on one scale, so that their heights can be compared (Q8).

use std::sync::Arc;

use leptos::prelude::*;

use super::words;
use crate::charts::spark_below;
use crate::model::Cell;
use crate::query::widgets::WidgetSpec;
use crate::ui::browser::locale;
use crate::ui::state::board::Answered;

const WIDTH: f64 = 200.0;
const HEIGHT: f64 = 64.0;

#[component]
pub fn Multiples(spec: &'static WidgetSpec, answered: Arc<Answered>) -> impl IntoView {
    let Some(table) = answered.tables.first().cloned() else {
        return ().into_any();
    };
    // What has only just begun is no fall.
    let complete: Vec<usize> = (0..table.rows.len())
        .filter(|row| !table.incomplete_rows.contains(&(*row as u32)))
        .collect();
    let numbers = |at: usize| -> Vec<Option<f64>> {
        let cells = complete.iter().map(|&row| table.rows[row].get(at));
        cells.map(|cell| cell.and_then(Cell::number)).collect()
    };
    let all = spec.drawn(&table);
    let greatest = all
        .iter()
        .flat_map(|&at| numbers(at))
        .flatten()
        .fold(0.0, f64::max);
    let unit = spec.measure.spec().unit;
    let charts = all.iter().map(|&at| {
        let numbers = numbers(at);
        let label = table.columns[at].label.clone();
        let most = numbers.iter().flatten().copied().fold(0.0, f64::max);
        let total = table.totals.get(at).map(|cell| locale::cell(cell, unit));
        let says = format!("{label}: at most {}", locale::number_in(most, unit));
        let path = spark_below(&numbers, WIDTH, HEIGHT, greatest);
        view! {
            <li class={"multiple"}>
                <p class={"multiple__head"}><bdi>{label}</bdi><span class={"muted"}>{total}</span></p>
                <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio={"none"} role={"img"} aria-label=says>
                    <path class={"spark__area"} d=path.area />
                    <path class={"spark__line"} d=path.line />
                </svg>
            </li>
        }
    });
    let charts = charts.collect_view();
    let bucket = words::bucket(&table);
    let span = complete.first().zip(complete.last());
    let span = span.and_then(|(&first, &last)| {
        let start = |row: usize| table.bucket_start_us.get(row).copied();
        let name = |row: usize| Some(words::bucket_name(bucket, start(row)?));
        Some(format!("{} to {}", name(first)?, name(last)?))
    });
    let scale = format!("Each from 0 to {}", locale::number_in(greatest, unit));
    view! {
        <ul class={"multiples"}>{charts}</ul>
        <p class={"muted multiples__note"}>{scale}{span.map(|span| format!(", {span}"))}</p>
    }
    .into_any()
}
