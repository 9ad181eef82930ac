//! Files in: the picker, the drop zone, and dropping anywhere on the page (D5). Nothing is uploaded.

use leptos::ev::{DragEvent, Event};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{File, FileList, FileSystemEntry, HtmlInputElement};

use crate::model::limits::ARCHIVE_MEMBERS_MAX;
use crate::ui::browser::{dom, dropped};
use crate::ui::components::{Icon, OpenFiles};
use crate::ui::state::data::use_data;

fn list(files: Option<FileList>) -> Vec<File> {
    let files = files
        .iter()
        .flat_map(|files| (0..files.length()).filter_map(|at| files.get(at)));
    files.collect()
}

/// The one file input of the application, on every page, and the page-wide drop target.
/// Labels elsewhere point at it with `for="open-files"`.
#[component]
pub fn FileIntake() -> impl IntoView {
    let data = use_data();
    let pick = move |event: Event, is_folder: bool| {
        let Some(input) = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
        else {
            return;
        };
        let files = list(input.files());
        // Of a folder all that is in it, as of one that is dropped; hidden files and folders are the system's own.
        let is_meant = |file: &File| !is_folder || !dropped::is_hidden(file);
        let files = files.into_iter().filter(is_meant);
        data.open_files(files.take(ARCHIVE_MEMBERS_MAX).collect());
        // So that the same file can be picked again after it was changed.
        input.set_value("");
    };
    let drop = move |event: DragEvent| {
        let Some(transfer) = event.data_transfer() else {
            return;
        };
        let entries = dropped::entries(&transfer);
        let files = list(transfer.files());
        if files.is_empty() {
            return;
        }
        event.prevent_default();
        if entries.iter().any(FileSystemEntry::is_directory) {
            spawn_local(async move { data.open_files(dropped::files(entries).await) });
        } else {
            data.open_files(files);
        }
    };
    let over = window_event_listener(leptos::ev::dragover, |event| event.prevent_default());
    let dropped = window_event_listener(leptos::ev::drop, drop);
    on_cleanup(move || {
        over.remove();
        dropped.remove();
    });
    view! {
        <input type={"file"} id={"open-files"} class={"visually-hidden"} multiple tabindex={"-1"} aria-label={"Open files"} on:change=move |event| pick(event, false) />
        <input type={"file"} id={"open-folder"} class={"visually-hidden"} prop:webkitdirectory=true tabindex={"-1"} aria-label={"Open a folder"} on:change=move |event| pick(event, true) />
    }
}

const INVITATION: &str = "Drop files, folders or archives here: JSON, CSV, Arrow, Parquet, or OpenTelemetry traces and logs. They are read on this machine and never uploaded; message texts, arguments and results are not kept.";

/// The visible invitation on the Data page.
#[component]
pub fn DropZone() -> impl IntoView {
    let over = RwSignal::new(false);
    view! {
        <section
            class={"drop-zone"}
            class:drop-zone--over=over
            data-drop-zone={""}
            aria-labelledby={"drop-zone-title"}
            on:dragenter=move |_| over.set(true)
            on:dragleave=move |_| over.set(false)
            on:drop=move |_| over.set(false)
        >
            <Icon name="upload" />
            <div class={"drop-zone__text"}>
                <h2 id={"drop-zone-title"}>{"See your own telemetry"}</h2>
                <p>{INVITATION}</p>
            </div>
            <OpenFiles label="Choose files" primary=true />
            <button type={"button"} class={"button"} on:click=|_| dom::click("open-folder")>{"Choose a folder"}</button>
        </section>
    }
}
