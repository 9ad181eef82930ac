//! Two kinds of names, and what is where they meet (W5).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use leptos::prelude::*;

use super::heat;
use crate::model::Cell;
use crate::query::widgets::WidgetSpec;
use crate::ui::browser::locale;
use crate::ui::state::board::Answered;

/// Beyond so many columns or rows a matrix is no picture any more; the table has everything.
const NAMES_MAX: usize = 60;

#[component]
pub fn Matrix(spec: &'static WidgetSpec, answered: Arc<Answered>) -> impl IntoView {
    let Some(table) = answered.tables.first().cloned() else {
        return ().into_any();
    };
    let measure = spec.measure.id();
    let text = |row: usize, at: usize| {
        let name = table.rows[row].get(at).and_then(Cell::text);
        name.unwrap_or_default().to_owned()
    };
    let mut cells: BTreeMap<(String, String), usize> = BTreeMap::new();
    let (mut downs, mut acrosses) = (BTreeSet::new(), BTreeSet::new());
    for row in 0..table.rows.len() {
        let (down, across) = (text(row, 0), text(row, 1));
        downs.insert(down.clone());
        acrosses.insert(across.clone());
        cells.insert((down, across), row);
    }
    let hidden = downs.len().saturating_sub(NAMES_MAX) + acrosses.len().saturating_sub(NAMES_MAX);
    let acrosses: Vec<String> = acrosses.into_iter().take(NAMES_MAX).collect();
    // Where the measure is a word, the number beside it gives the colour.
    let number = |row: usize| {
        let measured = table.cell(row, measure).and_then(Cell::number);
        measured.or_else(|| table.rows[row].iter().skip(2).find_map(Cell::number))
    };
    let greatest = (0..table.rows.len())
        .filter_map(number)
        .fold(0.0, f64::max)
        .sqrt();
    let state = |row: usize| {
        let mut words = table.rows[row].iter().skip(2).filter_map(Cell::text);
        words.next().unwrap_or_default().to_owned()
    };
    let rows = downs.iter().take(NAMES_MAX).map(|down| {
        let cells = acrosses.iter().map(|across| match cells.get(&(down.clone(), across.clone())) {
            None => view! { <td></td> }.into_any(),
            Some(&row) => {
                let number = number(row);
                let shown = number.map(locale::count).unwrap_or_default();
                let state = state(row);
                let title = format!("{down}, {across}: {state} {shown}");
                let unused = state.contains("unused");
                // A few tools run so much more than the others that all of those would look alike.
                let class = heat::class(number.map(f64::sqrt), greatest);
                // One element for each of the thousands there may be: its name is said, and shown by the pointer.
                view! { <td class=class class:matrix__unused=unused title=title.clone() aria-label=title></td> }.into_any()
            }
        });
        view! { <tr><th scope={"row"}><bdi>{down.clone()}</bdi></th>{cells.collect_view()}</tr> }
    });
    let rows = rows.collect_view();
    view! {
        <div class={"heatmap-scroll"} tabindex={"0"} role={"region"} aria-label=format!("{}, table", spec.title)>
            <table class={"matrix"}>
                <thead>
                    <tr><td></td>{acrosses.iter().map(|across| view! { <th scope={"col"}><span><bdi>{across.clone()}</bdi></span></th> }).collect_view()}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {(hidden > 0).then(|| view! { <p class={"muted"}>{"Not all rows and columns are drawn; the table has them all."}</p> })}
    }
    .into_any()
}
