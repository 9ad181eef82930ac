//! What changed, and how much of the change each explains (E4). A click filters by it.

use std::sync::Arc;

use leptos::prelude::*;

use super::filter::FilterName;
use crate::metrics::MetricId;
use crate::model::{Cell, Unit};
use crate::query::Dimension;
use crate::query::widgets::WidgetSpec;
use crate::ui::browser::locale;
use crate::ui::state::board::Answered;

#[component]
pub fn Changes(spec: &'static WidgetSpec, answered: Arc<Answered>) -> impl IntoView {
    let Some(table) = answered.tables.first().cloned() else {
        return ().into_any();
    };
    let mut said = String::new();
    let items = (0..table.rows.len())
        .map(|row| {
            let text = |at: usize| table.rows[row].get(at).and_then(Cell::text).unwrap_or_default().to_owned();
            let number = |metric: MetricId| table.cell(row, metric.id()).and_then(Cell::number).unwrap_or_default();
            let (kind, name) = (text(0), text(1));
            let dimension = Dimension::parse(&kind);
            let heading = dimension.map_or("", |dimension| dimension.plural());
            // Each kind is named once, above the first of it.
            let heading = (said != kind).then_some(heading);
            said.clone_from(&kind);
            let difference = number(MetricId::ChangeDifference);
            let is_failure = kind == "error_class";
            let share = table.cell(row, MetricId::ChangeShare.id()).and_then(Cell::number);
            let share = share.map(|share| format!("{} of the change", locale::percent(share)));
            let cell = table.rows[row].get(1).cloned().unwrap_or_default();
            let shown = locale::cell(&cell, Unit::Text);
            let sign = if difference > 0.0 { "+" } else { "−" };
            let span = format!("{} → {}", locale::count(number(MetricId::ChangeBefore)), locale::count(number(MetricId::ChangeNow)));
            let what = if is_failure { "failures" } else { "executions" };
            view! {
                {heading.map(|heading| view! { <li class={"changes__kind"}>{heading}</li> })}
                <li class={"changes__row"}>
                    <span class={"changes__name"}>{dimension.map(|dimension| view! { <FilterName dimension value=name shown widget=spec.id /> })}</span>
                    <span class={"changes__difference"} class:bad={is_failure && difference > 0.0} class:good={is_failure && difference < 0.0} title=what>
                        {format!("{sign}{}", locale::count(difference.abs()))}
                    </span>
                    <span class={"changes__span"}>{span}</span>
                    <span class={"changes__share"}>{share}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class={"changes"}>{items}</ul> }.into_any()
}
