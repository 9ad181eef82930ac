//! The page as one HTML file that opens without a network (X5); its size is said before.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::query::widgets::DashboardSpec;
use crate::ui::browser::download;
use crate::ui::components::{Icon, Popover};
use crate::ui::state::html_file::use_html_files;
use crate::ui::state::notices::{Tone, use_notices};

#[component]
pub fn SavePage(
    page: &'static DashboardSpec,
    /// The one thing the page is about.
    name: Option<String>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let name = StoredValue::new(name);
    let button = || view! { <Icon name="download" /><span>{"Save page"}</span> };
    view! {
        <Popover action="save-page" title="One HTML file" open end=true button=button.into()>
            <Saving page name=name.get_value() open />
        </Popover>
    }
}

#[component]
fn Saving(
    page: &'static DashboardSpec,
    name: Option<String>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let files = use_html_files();
    let notices = use_notices();
    let size = RwSignal::new(None);
    let busy = RwSignal::new(false);
    spawn_local(async move {
        let about = files.size_about(page).await;
        // The panel may be closed by then.
        let _ = size.try_set(Some(about));
    });
    let sentence = move || match size.get() {
        None => "Looking how large it will be …".to_owned(),
        Some(Ok(size)) => size.sentence(),
        Some(Err(sentence)) => sentence,
    };
    let run = move |_| {
        busy.set(true);
        let name = name.clone();
        spawn_local(async move {
            let made = files.file(page, name).await;
            let saved = made.and_then(|(file, said)| {
                download::save_blob(&format!("toolscope-{}.html", page.id), &file).map(|()| said)
            });
            let _ = busy.try_set(false);
            let _ = open.try_set(false);
            match saved {
                Ok(said) => notices.say(Tone::Info, said),
                Err(sentence) => notices.say(Tone::Problem, sentence),
            }
        });
    };
    view! {
        <p class={"popover__help"} data-html-size={""} role={"status"}>{sentence}</p>
        <button
            type={"button"} class={"button"} data-action={"save-html"}
            disabled=move || busy.get() || !size.with(|size| matches!(size, Some(Ok(_)))) on:click=run
        >
            <Icon name="download" />{move || if busy.get() { "Putting it together …" } else { "Save" }}
        </button>
    }
}
