//! The filters that hold, each removable (Q4).

use leptos::prelude::*;

use crate::query::Clause;
use crate::ui::components::Icon;
use crate::ui::state::question::{Step, use_question};

/// Values written out on a chip.
const SHOWN_MAX: usize = 2;

#[component]
pub fn Chips() -> impl IntoView {
    let state = use_question();
    let clauses = move || state.question.with(|question| question.filters.clone());
    view! {
        <Show when=move || !clauses().is_empty()>
            <ul class={"chips"} aria-label={"Filters"}>
                <For
                    each=clauses
                    key=|clause| (clause.dimension.name(), clause.exclude, clause.values.clone())
                    children=move |clause| view! { <Chip clause /> }
                />
                <li><button type={"button"} class={"button button--quiet button--small"} data-action={"clear-filters"} on:click=move |_| state.update(Step::Replace, |question| question.filters.clear())>
                    {"Clear filters"}
                </button></li>
            </ul>
        </Show>
    }
}

#[component]
fn Chip(clause: Clause) -> impl IntoView {
    let state = use_question();
    let text = describe(&clause);
    let (dimension, exclude) = (clause.dimension, clause.exclude);
    let all = clause.values.join(", ");
    view! {
        <li class={"chip"} class:chip--exclude=exclude data-chip=dimension.name()>
            <span class={"chip__name"}>{dimension.label()}{if exclude { " is not" } else { " is" }}</span>
            <bdi class={"chip__values"} title=all>{text.clone()}</bdi>
            <button
                type={"button"} class={"chip__remove"} aria-label=format!("Remove filter {}: {text}", dimension.label())
                on:click=move |_| state.update(Step::Replace, |question| question.set_values(dimension, exclude, Vec::new(), None))
            ><Icon name="close" /></button>
        </li>
    }
}

/// "search_code, run_query and 3 more"
fn describe(clause: &Clause) -> String {
    let name = |value: &String| {
        if value.is_empty() {
            "(none)".to_owned()
        } else {
            value.clone()
        }
    };
    let shown: Vec<String> = clause.values.iter().take(SHOWN_MAX).map(name).collect();
    let rest = clause.values.len().saturating_sub(SHOWN_MAX);
    if rest == 0 {
        shown.join(" or ")
    } else {
        format!("{} and {rest} more", shown.join(", "))
    }
}
