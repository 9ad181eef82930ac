//! Adding a filter: which dimension, then which values (Q3).

use leptos::prelude::*;

use super::values::Values;
use crate::query::Dimension;
use crate::query::dimension::FILTERS;
use crate::ui::components::{Icon, Popover};

#[component]
pub fn AddFilter() -> impl IntoView {
    let open = RwSignal::new(false);
    let chosen = RwSignal::new(None::<Dimension>);
    // The next opening begins with the dimensions again.
    Effect::new(move |_| {
        if !open.get() {
            chosen.set(None);
        }
    });
    let title = Signal::derive(move || {
        chosen.get().map_or_else(
            || "Filter by".to_owned(),
            |dimension| format!("Filter by {}", dimension.label().to_lowercase()),
        )
    });
    let button = || view! { <Icon name="filter" /><span>{"Filter"}</span> };
    view! {
        <Popover action="add-filter" title open button=button.into()>
            <Show
                when=move || chosen.get().is_some()
                fallback=move || view! {
                    <p class={"popover__title"}>{"Filter by"}</p>
                    <ul class={"menu"}>
                        {FILTERS.map(|dimension| view! {
                            <li><button type={"button"} class={"menu__item"} data-filter-dimension=dimension.name() on:click=move |_| chosen.set(Some(dimension))>
                                {dimension.label()}
                            </button></li>
                        }).into_iter().collect_view()}
                    </ul>
                }
            >
                {move || chosen.get().map(|dimension| view! { <Values dimension /> })}
            </Show>
        </Popover>
    }
}
