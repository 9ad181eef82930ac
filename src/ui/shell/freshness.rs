//! How old the data is, when the page last looked for news, and how often it should (D11).

use leptos::prelude::*;

use crate::ui::browser::locale::relative;
use crate::ui::components::Popover;
use crate::ui::state::data::use_data;
use crate::ui::state::refresh::{CHOICES_MINUTES, use_refresh};

/// Data older than this is called stale.
const STALE_US: i64 = 3_600_000_000;

#[component]
pub fn Freshness() -> impl IntoView {
    let newest = use_data().newest_us;
    let button = || view! { <Age /> };
    view! {
        <Show when=move || newest.get().is_some()>
            <Popover action="freshness" title="Freshness" class="button button--quiet" end=true button=button.into()>
                <Panel />
            </Popover>
        </Show>
    }
}

/// The newest event, and whether data stopped coming.
#[component]
pub fn Age() -> impl IntoView {
    let (data, refresh) = (use_data(), use_refresh());
    let stale = move || {
        let newest = data.newest_us.get();
        newest.is_some_and(|newest| refresh.clock_us.get() - newest > STALE_US)
    };
    let age = move || {
        refresh.clock_us.track();
        data.newest_us.get().map(relative)
    };
    view! {
        <span class={"freshness"} class:freshness--stale=stale data-stale=move || stale().to_string()>
            <span class={"freshness__dot"}></span>
            <span class={"visually-hidden"}>{move || if stale() { "Stale. " } else { "" }}</span>
            <span class={"freshness__long"}>{"Newest event "}</span>
            {age}
        </span>
    }
}

#[component]
fn Panel() -> impl IntoView {
    let refresh = use_refresh();
    let is_served = use_data().is_served;
    let looked = move || {
        refresh.clock_us.track();
        relative(refresh.last_us.get())
    };
    let label = |minutes: u32| match minutes {
        0 => "Only by hand".to_owned(),
        1 => "Every minute".to_owned(),
        minutes => format!("Every {minutes} minutes"),
    };
    view! {
        <Show
            when=move || is_served.get()
            fallback=|| view! { <p class={"popover__help"}>{"These are files of your own; open them again when they have changed."}</p> }
        >
            <p class={"popover__help"} data-last-refresh=move || refresh.last_us.get().to_string()>{"Last looked for new batches "}{looked}</p>
            <button type={"button"} class={"button"} data-action={"refresh-now"} disabled=move || refresh.is_busy.get() on:click=move |_| refresh.look()>
                {move || if refresh.is_busy.get() { "Looking …" } else { "Look now" }}
            </button>
            <p class={"popover__title"}>{"Look for new batches"}</p>
            <ul class={"menu"}>
                {CHOICES_MINUTES.map(|minutes| view! {
                    <li><button
                        type={"button"} class={"menu__item"} data-auto-refresh=minutes.to_string()
                        aria-pressed=move || (refresh.minutes.get() == minutes).to_string()
                        on:click=move |_| refresh.minutes.set(minutes)
                    >{label(minutes)}</button></li>
                }).into_iter().collect_view()}
            </ul>
        </Show>
    }
}
