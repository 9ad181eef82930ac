//! The time zone and the first day of the week (Q5).

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::model::WeekStart;
use crate::ui::browser::{dom, http, offline};
use crate::ui::components::{Icon, Popover};
use crate::ui::state::question::{Step, use_question};

const WEEKS: [(WeekStart, &str); 3] = [
    (WeekStart::Monday, "Monday"),
    (WeekStart::Saturday, "Saturday"),
    (WeekStart::Sunday, "Sunday"),
];
/// Names shown under what was typed.
const SHOWN_MAX: usize = 40;

#[component]
pub fn ZoneControl() -> impl IntoView {
    let state = use_question();
    let open = RwSignal::new(false);
    let label = move || {
        state
            .question
            .with(|question| question.zone.replace('_', " "))
    };
    let button = move || view! { <Icon name="globe" /><span>{label}</span><Icon name="chevron" /> };
    view! {
        <Popover action="zone" title="Time zone and week" class="button button--quiet" open end=true button=button.into()>
            <Zones open />
            <fieldset class={"popover__form"}>
                <legend class={"popover__title"}>{"Weeks begin on"}</legend>
                <div class={"choices"}>
                    {WEEKS.map(|(week, name)| view! {
                        <button
                            type={"button"} class={"choice"} data-week=week.name()
                            aria-pressed=move || state.question.with(|question| question.week_start == week).to_string()
                            on:click=move |_| state.update(Step::Replace, |question| question.week_start = week)
                        >{name}</button>
                    }).into_iter().collect_view()}
                </div>
            </fieldset>
        </Popover>
    }
}

#[component]
fn Zones(open: RwSignal<bool>) -> impl IntoView {
    let state = use_question();
    let names = RwSignal::new(Vec::<String>::new());
    let typed = RwSignal::new(String::new());
    spawn_local(async move {
        // A file has the rules of few zones.
        let own = (!offline::is_file()).then(dom::system_zone);
        let mut known: Vec<String> = own.into_iter().chain(["UTC".to_owned()]).collect();
        known.dedup();
        let listed: Vec<String> = http::json("/zones/index.json").await.unwrap_or_default();
        known.extend(
            listed
                .into_iter()
                .filter(|name| name.contains('/') && !name.starts_with("Etc/")),
        );
        names.set(known);
    });
    let shown = move || {
        let wanted = typed.get().trim().to_lowercase().replace(' ', "_");
        names.with(|names| {
            let mut shown: Vec<String> = names
                .iter()
                .filter(|name| name.to_lowercase().contains(&wanted))
                .cloned()
                .collect();
            shown.dedup();
            shown.truncate(SHOWN_MAX);
            shown
        })
    };
    let choose = move |zone: String| {
        state.update(Step::Replace, |question| question.zone = zone);
        open.set(false);
    };
    view! {
        <div class={"popover__form"}>
            <label class={"field"}>
                <span>{"Time zone"}</span>
                <input type={"text"} data-zone-typed={""} placeholder={"Search"} autocomplete={"off"} spellcheck={"false"} on:input=move |event| typed.set(event_target_value(&event)) />
            </label>
            <ul class={"menu menu--scroll"}>
                <For
                    each=shown
                    key=Clone::clone
                    children=move |name| {
                        let chosen = name.clone();
                        let text = name.replace('_', " ");
                        view! {
                            <li><button
                                type={"button"} class={"menu__item"} data-zone=name.clone()
                                aria-pressed={let name = name.clone(); move || state.question.with(|question| question.zone == name).to_string()}
                                on:click=move |_| choose(chosen.clone())
                            >{text}</button></li>
                        }
                    }
                />
            </ul>
        </div>
    }
}
