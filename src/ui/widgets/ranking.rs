//! A ranking as a list of bars; a click on one filters the others by it (Q4).

use std::sync::Arc;

use leptos::prelude::*;

use crate::metrics::MetricId;
use crate::model::{Cell, Unit};
use crate::query::widgets::WidgetSpec;
use crate::ui::browser::locale;
use crate::ui::state::board::Answered;
use crate::ui::state::question::use_question;
use crate::ui::widgets::words;

#[component]
pub fn Ranking(spec: &'static WidgetSpec, answered: Arc<Answered>) -> impl IntoView {
    let state = use_question();
    let Some(table) = answered.tables.first().cloned() else {
        return ().into_any();
    };
    let measure = spec.measure.id();
    let value_of = |row: usize| {
        table
            .cell(row, measure)
            .and_then(Cell::number)
            .unwrap_or_default()
    };
    let greatest = (0..table.rows.len()).map(value_of).fold(0.0, f64::max);
    let unit = spec.measure.spec().unit;
    let direction = spec.measure.spec().direction;
    let any_chosen = spec
        .dimension
        .is_some_and(|dimension| answered.question.clause(dimension, false).is_some());
    let has_change = table.column_index(&format!("{measure}_change")).is_some();
    let items = (0..table.rows.len())
        .map(|row| {
            let name = table.rows[row].first().cloned().unwrap_or_default();
            let shown = locale::cell(&name, Unit::Text);
            // A category is a word; a name stays as it is.
            let shown = if spec.dimension.is_none() { words::capital(&shown) } else { shown };
            let value = name.text().unwrap_or_default().to_owned();
            let number = value_of(row);
            let width = if greatest > 0.0 { number / greatest * 100.0 } else { 0.0 };
            let change = table.cell(row, &format!("{measure}_change")).cloned();
            let rate = table.cell(row, MetricId::SuccessRate.id()).and_then(Cell::number);
            let share = table.cell(row, MetricId::Share.id()).and_then(Cell::number);
            let chosen = spec.dimension.is_some_and(|dimension| {
                answered.question.clause(dimension, false).is_some_and(|clause| clause.values.contains(&value))
            });
            let aside = match (rate, share) {
                (Some(rate), _) => format!("{} ok", locale::percent(rate)),
                (None, Some(share)) => locale::percent(share),
                (None, None) => String::new(),
            };
            let filter = move |_| {
                if let Some(dimension) = spec.dimension {
                    state.choose(spec.id, dimension, &value);
                }
            };
            view! {
                <li>
                    <button type={"button"} class={"bar"} class:bar--chosen=chosen class:bar--other=any_chosen && !chosen aria-pressed=chosen.to_string() data-filter={""} on:click=filter>
                        <span class={"bar__name"}><bdi>{shown.clone()}</bdi></span>
                        <span class={"bar__value"}>{locale::number_in(number, unit)}</span>
                        <span class={"bar__change"}>{change.map(|change| view! { <Change cell=change direction /> })}</span>
                        <span class={"bar__aside"}>{aside}</span>
                        <svg class={"bar__track"} viewBox={"0 0 100 4"} preserveAspectRatio={"none"} aria-hidden={"true"}>
                            <rect class={"bar__ground"} width={"100"} height={"4"}></rect>
                            <rect class={"bar__fill"} width=format!("{width:.2}") height={"4"}></rect>
                        </svg>
                    </button>
                </li>
            }
        })
        .collect_view();
    let hidden = table.groups.saturating_sub(table.rows.len() as u64);
    let plural = spec.dimension.map_or("", |dimension| dimension.plural());
    let more = (hidden > 0).then(|| {
        format!(
            "{} more {}",
            locale::count(hidden as f64),
            plural.to_lowercase()
        )
    });
    view! {
        <ol class={"bars"} class:bars--still=!has_change>{items}</ol>
        {more.map(|more| view! { <p class={"muted bars__more"}>{more}</p> })}
    }
    .into_any()
}

/// A change in the colour of its meaning; the sign says it too.
#[component]
pub fn Change(cell: Cell, direction: i8) -> impl IntoView {
    let number = cell.number();
    let meaning = number.map(|number| number * f64::from(direction));
    let good = meaning.is_some_and(|meaning| meaning > 0.0005);
    let bad = meaning.is_some_and(|meaning| meaning < -0.0005);
    let text = locale::cell(&cell, Unit::Change);
    view! { <span class={"change"} class:change--good=good class:change--bad=bad>{text}</span> }
}
