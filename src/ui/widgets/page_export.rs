//! The whole page as JSON: every widget, looked at or not.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::export::{document, file_name};
use crate::query::widgets::DashboardSpec;
use crate::ui::browser::download;
use crate::ui::components::Icon;
use crate::ui::state::board::use_board;
use crate::ui::state::notices::{Tone, use_notices};

#[component]
pub fn ExportPage(page: &'static DashboardSpec) -> impl IntoView {
    let board = use_board();
    let notices = use_notices();
    let busy = RwSignal::new(false);
    let run = move |_| {
        busy.set(true);
        spawn_local(async move {
            let saved = board.ask_all(page.widgets).await.and_then(|answered| {
                download::save(
                    &file_name(page.id, &answered, "json"),
                    document(&answered).as_bytes(),
                    "application/json",
                )
            });
            busy.set(false);
            if let Err(sentence) = saved {
                notices.say(Tone::Problem, sentence);
            }
        });
    };
    view! {
        <button type={"button"} class={"button"} id={"export-page"} data-action={"export-page"} disabled=move || busy.get() on:click=run>
            <Icon name="download" /><span>{"Export page"}</span>
        </button>
    }
}
