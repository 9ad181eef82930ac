//! Findings in words: what was seen, with its numbers, and what to do (E5, T3).

use std::sync::Arc;

use leptos::prelude::*;

use super::filter::FilterName;
use crate::model::{Cell, Column, ResultTable, Unit};
use crate::query::Dimension;
use crate::query::widgets::WidgetSpec;
use crate::ui::browser::locale;
use crate::ui::state::board::Answered;

/// Columns that say what a row is about by naming a dimension, and its value.
const ABOUT: [(&str, &str); 2] = [("about", "name"), ("dimension", "value")];
/// Columns of whole sentences: what was seen, and why.
const SEEN: [&str; 2] = ["finding", "failure_cause"];
/// And what to do.
const ADVICE: [&str; 2] = ["action", "failure_fix"];

#[component]
pub fn Findings(spec: &'static WidgetSpec, answered: Arc<Answered>) -> impl IntoView {
    let Some(table) = answered.tables.first().cloned() else {
        return ().into_any();
    };
    let items = (0..table.rows.len())
        .map(|row| finding(spec, &table, row))
        .collect_view();
    view! { <ul class={"findings"} tabindex={"0"} aria-label={"Findings"}>{items}</ul> }.into_any()
}

fn finding(spec: &'static WidgetSpec, table: &ResultTable, row: usize) -> impl IntoView + use<> {
    let text = |name: &str| {
        table
            .cell(row, name)
            .and_then(Cell::text)
            .map(str::to_owned)
    };
    let about = ABOUT
        .into_iter()
        .find_map(|(dimension, value)| Some((Dimension::parse(&text(dimension)?)?, text(value)?)));
    let about = about.map(|(dimension, value)| named(spec, dimension, value));
    let error =
        text("error_class").map(|class| named(spec, Dimension::Column(Column::ErrorClass), class));
    // Whatever else a row has is a number or a name that stands for itself.
    let facts = table.columns.iter().filter(|column| {
        let name = column.name.as_str();
        let is_about = ABOUT
            .iter()
            .any(|(dimension, value)| name == *dimension || name == *value);
        let is_sentence = SEEN.contains(&name) || ADVICE.contains(&name);
        !is_about && !is_sentence && name != "rule" && name != "error_class"
    });
    let facts = facts.filter_map(|column| {
        let cell = table.cell(row, &column.name)?;
        if *cell == Cell::Null {
            return None;
        }
        let shown = locale::cell(cell, column.unit);
        Some(view! { <div><dt>{column.label.clone()}</dt><dd><bdi>{shown}</bdi></dd></div> })
    });
    let rule = text("rule");
    let seen = SEEN.into_iter().filter_map(text);
    let seen = seen
        .map(|sentence| view! { <p>{sentence}</p> })
        .collect_view();
    let advice = ADVICE.into_iter().filter_map(text);
    let advice = advice
        .map(|sentence| view! { <p class={"finding__advice"}>{sentence}</p> })
        .collect_view();
    view! {
        <li class={"finding"} data-rule=rule>
            <div class={"finding__about"}>{error}{about}</div>
            {seen}{advice}
            <dl class={"finding__facts"}>{facts.collect_view()}</dl>
        </li>
    }
}

/// The kind of a thing and its name, which filters where it can.
fn named(spec: &'static WidgetSpec, dimension: Dimension, value: String) -> impl IntoView {
    let shown = locale::cell(&Cell::Text(value.as_str().into()), Unit::Text);
    view! {
        <span class={"tag"}>{dimension.label()}</span>
        <FilterName dimension value shown widget=spec.id />
    }
}
