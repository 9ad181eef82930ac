//! What to compare with (Q2).

use leptos::prelude::*;

use crate::query::range::RANGE_HELP;
use crate::query::{CompareSpec, RangeSpec};
use crate::ui::components::{Icon, Popover};
use crate::ui::state::question::{Step, use_question};

const CHOICES: [CompareSpec; 4] = [
    CompareSpec::Previous,
    CompareSpec::SameWeekdays,
    CompareSpec::YearBefore,
    CompareSpec::None,
];

#[component]
pub fn CompareControl() -> impl IntoView {
    let state = use_question();
    let open = RwSignal::new(false);
    let text = RwSignal::new(String::new());
    let label = move || {
        state.question.with(|question| match &question.compare {
            CompareSpec::None => "No comparison".to_owned(),
            compare => format!("vs {}", compare.label().to_lowercase()),
        })
    };
    let button =
        move || view! { <Icon name="compare" /><span>{label}</span><Icon name="chevron" /> };
    let choose = move |compare: CompareSpec| {
        state.update(Step::Push, |question| question.compare = compare);
        open.set(false);
    };
    let custom = move || RangeSpec::parse(&text.get());
    let is_wrong = move || !text.with(|text| text.trim().is_empty()) && custom().is_none();
    view! {
        <Popover action="compare" title="Comparison" open button=button.into()>
            <ul class={"menu"}>
                {CHOICES.map(|compare| {
                    let chosen = compare.clone();
                    let (name, text) = (compare.label(), compare.to_text());
                    view! {
                        <li><button
                            type={"button"} class={"menu__item"} data-compare=text
                            aria-pressed=move || state.question.with(|question| question.compare == chosen).to_string()
                            on:click=move |_| choose(compare.clone())
                        >{name}</button></li>
                    }
                }).into_iter().collect_view()}
            </ul>
            <form class={"popover__form"} on:submit=move |event| {
                event.prevent_default();
                if let Some(range) = custom() { choose(CompareSpec::Custom(range)); }
            }>
                <label class={"field"}>
                    <span>{"Another period"}</span>
                    <input
                        type={"text"} data-compare-typed={""} placeholder={"2026-03, last quarter"} autocomplete={"off"} spellcheck={"false"}
                        aria-invalid=move || is_wrong().to_string() aria-describedby={"compare-help"}
                        on:input=move |event| text.set(event_target_value(&event))
                    />
                </label>
                <div id={"compare-help"} class={"popover__help"}><Show when=is_wrong><p class={"bad"}>{RANGE_HELP}</p></Show></div>
            </form>
        </Popover>
    }
}
