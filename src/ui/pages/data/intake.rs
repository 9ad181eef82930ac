//! Files in: the picker, the drop zone, and dropping anywhere on the page (D5). Nothing is uploaded.

use leptos::ev::{DragEvent, Event};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{File, FileList, HtmlInputElement};

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
    let pick = move |event: Event| {
        let Some(input) = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
        else {
            return;
        };
        data.open_files(list(input.files()));
        // So that the same file can be picked again after it was changed.
        input.set_value("");
    };
    let drop = move |event: DragEvent| {
        let files = list(event.data_transfer().and_then(|transfer| transfer.files()));
        if !files.is_empty() {
            event.prevent_default();
            data.open_files(files);
        }
    };
    let over = window_event_listener(leptos::ev::dragover, |event| event.prevent_default());
    let dropped = window_event_listener(leptos::ev::drop, drop);
    on_cleanup(move || {
        over.remove();
        dropped.remove();
    });
    view! { <input type={"file"} id={"open-files"} class={"visually-hidden"} multiple tabindex={"-1"} aria-label={"Open files"} on:change=pick /> }
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
        </section>
    }
}
