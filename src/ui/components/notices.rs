//! What the page has to say, read aloud by screen readers and dismissed by hand.

use leptos::prelude::*;

use super::Icon;
use crate::ui::state::notices::{Tone, use_notices};

#[component]
pub fn Notices() -> impl IntoView {
    let notices = use_notices();
    view! {
        <div class={"notices"} role={"status"} aria-live={"polite"}>
            <For
                each=move || notices.shown.get()
                key=|notice| notice.id
                children=move |notice| {
                    let icon = if notice.tone == Tone::Problem { "warning" } else { "info" };
                    view! {
                        <div class={"notice"} class:notice--problem=notice.tone == Tone::Problem data-notice={""}>
                            <Icon name=icon />
                            <p>{notice.text.clone()}</p>
                            <button type={"button"} class={"button button--icon"} aria-label={"Dismiss"} on:click=move |_| notices.dismiss(notice.id)>
                                <Icon name="close" />
                            </button>
                        </div>
                    }
                }
            />
        </div>
    }
}
