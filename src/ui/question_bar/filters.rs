//! Adding a filter: which dimension, then which values (Q3).

use leptos::prelude::*;

use super::values::Values;
use crate::query::Dimension;
use crate::query::dimension::{FILTERS, SIDES};
use crate::ui::components::{Icon, Popover};

/// The button of the question bar.
#[component]
pub fn AddFilter() -> impl IntoView {
    view! { <FilterBy action="add-filter" name="Filter" icon="filter" heading="Filter by" label=Dimension::label dimensions=&FILTERS /> }
}

/// The button of the side-by-side page: two or more values of one of these stand next to each other (Q8).
#[component]
pub fn ChooseSides() -> impl IntoView {
    view! { <FilterBy action="sides" name="Choose what to compare" icon="compare" heading="Two or more" label=Dimension::plural dimensions=&SIDES end=true /> }
}

#[component]
fn FilterBy(
    /// `data-action` of the button.
    action: &'static str,
    /// What the button says.
    name: &'static str,
    icon: &'static str,
    /// Above the dimensions.
    heading: &'static str,
    /// What a dimension is called there.
    label: fn(Dimension) -> &'static str,
    dimensions: &'static [Dimension],
    #[prop(optional)] end: bool,
) -> impl IntoView {
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
            || heading.to_owned(),
            |dimension| format!("Filter by {}", dimension.label().to_lowercase()),
        )
    });
    let button = move || view! { <Icon name=icon /><span>{name}</span> };
    view! {
        <Popover action title open end button=button.into()>
            <Show
                when=move || chosen.get().is_some()
                fallback=move || view! {
                    <p class={"popover__title"}>{heading}</p>
                    <ul class={"menu"}>
                        {dimensions.iter().map(|&dimension| view! {
                            <li><button type={"button"} class={"menu__item"} data-filter-dimension=dimension.name() on:click=move |_| chosen.set(Some(dimension))>
                                {label(dimension)}
                            </button></li>
                        }).collect_view()}
                    </ul>
                }
            >
                {move || chosen.get().map(|dimension| view! { <Values dimension /> })}
            </Show>
        </Popover>
    }
}
