//! The span of time: presets, typed, or from and until (Q1).

use leptos::prelude::*;

use crate::query::RangeSpec;
use crate::query::range::RANGE_HELP;
use crate::ui::components::{Icon, Popover};
use crate::ui::state::question::{Step, use_question};

#[component]
pub fn RangeControl() -> impl IntoView {
    let state = use_question();
    let open = RwSignal::new(false);
    let label = move || state.question.with(|question| question.range.label());
    let button =
        move || view! { <Icon name="calendar" /><span>{label}</span><Icon name="chevron" /> };
    let choose = move |range: RangeSpec| {
        state.update(Step::Push, |question| question.range = range);
        open.set(false);
    };
    view! {
        <Popover action="range" title="Range" open button=button.into()>
            <ul class={"menu"}>
                {RangeSpec::PRESETS.map(|range| {
                    let (name, text) = (range.label(), range.to_text());
                    let chosen = range.clone();
                    view! {
                        <li><button
                            type={"button"} class={"menu__item"} data-range-preset=text
                            aria-pressed=move || state.question.with(|question| question.range == chosen).to_string()
                            on:click=move |_| choose(range.clone())
                        >{name}</button></li>
                    }
                }).into_iter().collect_view()}
            </ul>
            <FromUntil choose />
            <Typed choose />
        </Popover>
    }
}

/// Two local times.
#[component]
fn FromUntil(choose: impl Fn(RangeSpec) + Copy + Send + Sync + 'static) -> impl IntoView {
    let (from, until) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let range = move || {
        let (from, until) = (from.get(), until.get());
        (!from.is_empty() && !until.is_empty())
            .then(|| RangeSpec::parse(&format!("{from}..{until}")))
            .flatten()
    };
    view! {
        <form class={"popover__form"} on:submit=move |event| { event.prevent_default(); if let Some(range) = range() { choose(range); } }>
            <p class={"popover__title"}>{"Custom"}</p>
            <label class={"field"}><span>{"From"}</span><input type={"datetime-local"} data-range-from={""} on:input=move |event| from.set(event_target_value(&event)) /></label>
            <label class={"field"}><span>{"Until"}</span><input type={"datetime-local"} data-range-until={""} on:input=move |event| until.set(event_target_value(&event)) /></label>
            <button type={"submit"} class={"button"} disabled=move || range().is_none()>{"Apply"}</button>
        </form>
    }
}

/// Anything a person types; said at once when it is not understood.
#[component]
fn Typed(choose: impl Fn(RangeSpec) + Copy + Send + Sync + 'static) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let range = move || RangeSpec::parse(&text.get());
    let is_wrong = move || !text.with(|text| text.trim().is_empty()) && range().is_none();
    view! {
        <form class={"popover__form"} on:submit=move |event| { event.prevent_default(); if let Some(range) = range() { choose(range); } }>
            <label class={"field"}>
                <span>{"Or type"}</span>
                <input
                    type={"text"} data-range-typed={""} placeholder={"now-6h, last month, 2026-03"} autocomplete={"off"} spellcheck={"false"}
                    aria-invalid=move || is_wrong().to_string() aria-describedby={"range-help"}
                    on:input=move |event| text.set(event_target_value(&event))
                />
            </label>
            <div id={"range-help"} class={"popover__help"}>
                <Show when=is_wrong><p class={"bad"} data-range-error={""}>{RANGE_HELP}</p></Show>
            </div>
        </form>
    }
}
