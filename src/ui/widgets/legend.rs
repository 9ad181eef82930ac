//! Which colour is which series.

use std::sync::Arc;

use leptos::prelude::*;

use crate::query::widgets::WidgetSpec;
use crate::ui::state::board::Answered;

#[component]
pub fn Legend(spec: &'static WidgetSpec, answered: Arc<Answered>) -> impl IntoView {
    let names = answered.tables.first().map(|table| {
        let columns = spec
            .drawn(table)
            .into_iter()
            .filter_map(|at| table.columns.get(at));
        let names: Vec<String> = columns.map(|column| column.label.clone()).collect();
        names
    });
    let items = names.unwrap_or_default().into_iter().enumerate().map(|(at, name)| {
        let title = name.clone();
        view! { <li><span class=format!("swatch swatch--{}", at % crate::charts::SERIES) aria-hidden={"true"}></span><bdi title=title>{name}</bdi></li> }
    });
    view! { <ul class={"legend"}>{items.collect_view()}</ul> }
}
