//! The views: those that are ready-made, those a person saved, and the field to save another (Q7).

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_location;

use crate::ui::components::{Icon, Popover};
use crate::ui::state::question::use_question;
use crate::ui::state::views::{READY_MADE, View, Views, use_views};

#[component]
pub fn ViewsControl() -> impl IntoView {
    let views = use_views();
    let state = use_question();
    let pathname = use_location().pathname;
    let open = RwSignal::new(false);
    let name = RwSignal::new(String::new());
    let failure = RwSignal::new(None::<String>);
    let button = || view! { <Icon name="bookmark" /><span>{"Views"}</span><Icon name="chevron" /> };
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        let search = state.search(&state.question.get_untracked());
        let saved = name.with_untracked(|name| views.save(name, pathname.get_untracked(), search));
        failure.set(saved.err());
        if failure.with_untracked(Option::is_none) {
            name.set(String::new());
        }
    };
    let close = move |_| open.set(false);
    view! {
        <Popover action="views" title="Views" open end=true button=button.into()>
            <div class={"views"}>
                <ul class={"menu"}>
                    {READY_MADE.map(|(name, path, search)| view! {
                        <li><A href=format!("{path}{search}") attr:class="menu__item" attr:data-view=name on:click=close>{name}</A></li>
                    }).into_iter().collect_view()}
                </ul>
                <ul class={"menu views__saved"}>
                    {move || views.saved.get().into_iter().map(|view| view! { <Saved view open /> }).collect_view()}
                </ul>
                <form class={"views__save"} on:submit=save>
                    <input
                        type={"text"} class={"input"} placeholder={"Name of this view"} aria-label={"Name of this view"} maxlength={"80"}
                        prop:value=move || name.get() on:input=move |event| name.set(event_target_value(&event))
                    />
                    <button type={"submit"} class={"button"} data-action={"save-view"}>{"Save"}</button>
                </form>
                <p class={"bad views__failure"} role={"status"}>{failure}</p>
            </div>
        </Popover>
    }
}

#[component]
fn Saved(view: View, open: RwSignal<bool>) -> impl IntoView {
    let views = use_views();
    let renaming = RwSignal::new(false);
    let name = StoredValue::new(view.name.clone());
    let to = RwSignal::new(view.name.clone());
    let shown = view.name.clone();
    let href = format!("{}{}", view.path, view.search);
    let rename = move |event: SubmitEvent| {
        event.prevent_default();
        let to = to.get_untracked();
        renaming.set(false);
        views.rename(&name.get_value(), &to);
    };
    let icon_button = move |action: &'static str,
                            icon: &'static str,
                            label: &str,
                            pressed: Option<bool>,
                            run: fn(Views, &str)| {
        let label = format!("{label} {}", name.get_value());
        view! {
            <button
                type={"button"} class={"button button--icon"} data-action=action title=label.clone() aria-label=label
                aria-pressed=pressed.map(|pressed| pressed.to_string()) on:click=move |_| run(views, &name.get_value())
            ><Icon name=icon /></button>
        }
    };
    view! {
        <li class={"views__row"}>
            <Show when=move || renaming.get() fallback=move || {
                let (href, shown, id) = (href.clone(), shown.clone(), shown.clone());
                view! { <A href=href attr:class="menu__item" attr:data-view=id on:click=move |_| open.set(false)><bdi>{shown}</bdi></A> }
            }>
                <form class={"views__save"} on:submit=rename>
                    <input type={"text"} class={"input"} aria-label={"New name"} maxlength={"80"} prop:value=move || to.get() on:input=move |event| to.set(event_target_value(&event)) />
                </form>
            </Show>
            {icon_button("default-view", "home", "Open first:", Some(view.is_default), Views::toggle_default)}
            <button
                type={"button"} class={"button button--icon"} data-action={"rename-view"} title={"Rename"} aria-label=format!("Rename {}", view.name)
                on:click=move |_| renaming.update(|renaming| *renaming = !*renaming)
            ><Icon name="pen" /></button>
            {icon_button("delete-view", "close", "Delete", None, Views::delete)}
        </li>
    }
}
