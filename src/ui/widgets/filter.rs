//! A name that filters by itself when it is clicked (Q4), and the way to its own page.

use leptos::prelude::*;

use crate::query::Dimension;
use crate::query::widgets::detailed;
use crate::ui::browser::{dom, offline};
use crate::ui::components::Icon;
use crate::ui::state::question::use_question;

#[component]
pub fn FilterName(
    dimension: Dimension,
    /// What is filtered by; an empty one is "none".
    value: String,
    /// The same in the viewer's words.
    shown: String,
    /// It does not filter itself.
    widget: &'static str,
) -> impl IntoView {
    let state = use_question();
    if !dimension.is_filter() {
        return view! { <bdi>{shown}</bdi> }.into_any();
    }
    let label = format!("Filter by {}: {shown}", dimension.label().to_lowercase());
    // The router hears clicks on plain links too. A table has many: none of them watches the question, since they are
    // made anew with every answer. A file has no other pages.
    let has_page = !value.is_empty() && !offline::is_file();
    let page = detailed(dimension).filter(|_| has_page).map(|page| {
        let search = state.search(&state.question.get_untracked());
        let href = format!("/{page}/{}{search}", dom::encoded(&value));
        let label = format!("Open {shown}");
        view! { <a href=href class={"open-link"} title=label.clone() aria-label=label><Icon name="chevron" /></a> }
    });
    let filter = move |_| {
        state.choose(widget, dimension, &value);
    };
    view! {
        <button type={"button"} class={"link-button"} data-filter=dimension.name() title=label on:click=filter><bdi>{shown}</bdi></button>
        {page}
    }
    .into_any()
}
