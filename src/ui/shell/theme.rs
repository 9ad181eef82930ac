//! Light, dark, or as the system is (S1).

use leptos::prelude::*;

use crate::ui::components::{Icon, Popover};
use crate::ui::state::preferences::{Theme, use_preferences};

const fn icon(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "system",
        Theme::Light => "sun",
        Theme::Dark => "moon",
    }
}

#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let preferences = use_preferences();
    let open = RwSignal::new(false);
    let button = move || view! { {move || if preferences.is_dark.get() { view! { <Icon name="moon" /> } } else { view! { <Icon name="sun" /> } }} };
    view! {
        <Popover action="theme" title="Theme" class="button button--icon" label="Theme".to_owned() open end=true button=button.into()>
            <ul class={"menu"}>
                {Theme::ALL.map(|theme| view! {
                    <li>
                        <button
                            type={"button"}
                            class={"menu__item"}
                            data-theme-choice=theme.name()
                            aria-pressed=move || (preferences.theme.get() == theme).to_string()
                            on:click=move |_| { preferences.theme.set(theme); open.set(false); }
                        >
                            <Icon name=icon(theme) />
                            <span>{theme.label()}</span>
                        </button>
                    </li>
                }).into_iter().collect_view()}
                <li>
                    <label class={"menu__item"}>
                        <input
                            type={"checkbox"} data-action={"patterns"} prop:checked=move || preferences.has_patterns.get()
                            on:change=move |_| preferences.has_patterns.update(|patterns| *patterns = !*patterns)
                        />
                        {"Patterns in charts"}
                    </label>
                </li>
            </ul>
        </Popover>
    }
}
