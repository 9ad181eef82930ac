//! Brand, navigation, freshness, theme.

use leptos::prelude::*;
use leptos_router::components::A;

use super::freshness::Freshness;
use super::theme::ThemeSwitch;
use crate::query::widgets::dashboard;
use crate::ui::components::Icon;
use crate::ui::palette::Palette;
use crate::ui::state::data::use_data;
use crate::ui::state::question::use_question;

/// Pages in the order of the navigation: path, name, icon.
const PAGES: [(&str, &str, &str); 7] = [
    ("/executive", "Executive", "chart"),
    ("/tools", "Tools", "tool"),
    ("/users", "Users", "people"),
    ("/workspaces", "Workspaces", "grid"),
    ("/clients", "Clients", "system"),
    ("/compare", "Compare", "compare"),
    ("/data", "Data", "table"),
];

/// A dashboard without widgets has no page.
fn is_made((path, ..): &(&str, &str, &str)) -> bool {
    dashboard(&path[1..]).is_none_or(|dashboard| !dashboard.widgets.is_empty())
}

#[component]
pub fn Header() -> impl IntoView {
    let question = use_question();
    let link = move |path: &'static str| {
        move || format!("{path}{}", question.search(&question.question.get()))
    };
    view! {
        <header class={"header"}>
            <A href=link("/executive") attr:class="brand">
                <Brand />
            </A>
            <Organisation />
            <nav class={"nav"} aria-label={"Pages"}>
                {PAGES.into_iter().filter(is_made).map(|(path, name, icon)| view! {
                    <A href=link(path) attr:class="nav__link"><Icon name=icon /><span>{name}</span></A>
                }).collect_view()}
            </nav>
            <div class={"header__end"}>
                <Palette />
                <Freshness />
                <ThemeSwitch />
            </div>
        </header>
    }
}

/// The mark and the name.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <svg class={"brand__mark"} viewBox={"0 0 24 24"} aria-hidden={"true"}>
            <path class={"brand__ring"} d={"M12 3a9 9 0 1 0 9 9"} />
            <path class={"brand__bars"} d={"M8.500 15v-3M12 15V8.500M15.500 15v-5"} />
        </svg>
        <span class={"brand__name"}>{"Toolscope"}</span>
    }
}

/// Whose data it is.
#[component]
pub fn Organisation() -> impl IntoView {
    let data = use_data();
    view! {
        <Show when=move || data.organisation.get().is_some()>
            <span class={"header__organisation"}>
                <bdi>{move || data.organisation.get()}</bdi>
                <Show when=move || data.is_demo.get()><span class={"tag"}>{"Demo"}</span></Show>
            </span>
        </Show>
    }
}
