//! The dialog: what, how much of it, in which format; then how far it has come.

use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Exporting;
use super::choices::{Contents, Formats, Parts};
use super::form::{Form, Kind};
use super::run::{self, Makers, Ready, Saved, Stop};
use crate::client::RowsAbout;
use crate::ui::browser::{dom, locale, sink};
use crate::ui::state::board::use_board;
use crate::ui::state::html_file::use_html_files;
use crate::ui::state::notices::{Tone, use_notices};

/// While the choices change, so long before the numbers are asked for.
const ESTIMATE_AFTER_MS: i32 = 150;

/// What the dialog is up to.
#[derive(Debug, Clone, PartialEq)]
enum Phase {
    /// The numbers are asked for, to say how large the file will be.
    Asking,
    Ready,
    Writing,
    Failed(String),
}

/// Stands once on the page, closed.
#[component]
pub fn ExportDialog() -> impl IntoView {
    let exporting: Exporting = expect_context();
    let dialog = NodeRef::<Dialog>::new();
    let is_open = Memo::new(move |_| exporting.form.with(Option::is_some));
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if !is_open.get() {
            dialog.close();
            return;
        }
        // The fields must be there first, so that one of them gets the focus.
        dom::soon(move || {
            if is_open.get_untracked() && !dialog.open() {
                // Refused only for a dialog that is not on the page.
                let _ = dialog.show_modal();
            }
        });
    });
    view! {
        <dialog class={"sheet"} data-export-dialog={""} aria-labelledby={"export-title"} node_ref=dialog on:close=move |_| exporting.form.set(None)>
            <Show when=move || is_open.get()><ExportForm /></Show>
        </dialog>
    }
}

#[component]
fn ExportForm() -> impl IntoView {
    let exporting: Exporting = expect_context();
    let makers = Makers {
        board: use_board(),
        pages: use_html_files(),
    };
    let notices = use_notices();
    let opened = exporting.form;
    let Some(form) = opened.get_untracked() else {
        return ().into_any();
    };
    let form = RwSignal::new(form);
    let phase = RwSignal::new(Phase::Asking);
    let ready = StoredValue::new_local(None::<Ready>);
    // Raw events: how many there are about, and how many are in the file.
    let events = RwSignal::new(RowsAbout::default());
    let written = RwSignal::new(0_u64);
    let stop = StoredValue::new_local(Stop::default());
    // Nobody waits for what was begun before.
    let begin = move || {
        let fresh = Stop::default();
        stop.update_value(|stop| {
            stop.raise();
            *stop = fresh.clone();
        });
        fresh
    };
    on_cleanup(move || stop.with_value(Stop::raise));
    // What changes the numbers; paper and names don't.
    let asks = Memo::new(move |_| {
        form.with(|form| {
            let is_page = form.kind == Kind::WebPage;
            (
                form.question(),
                form.widgets(),
                form.statistics,
                form.time_series,
                is_page,
            )
        })
    });
    Effect::new(move |_| {
        // Only a memo that is read knows what it depends on.
        asks.with(|_| ());
        phase.set(Phase::Asking);
        ready.set_value(None);
        let stop = begin();
        spawn_local(async move {
            dom::pause(ESTIMATE_AFTER_MS).await;
            if stop.is_raised() {
                return;
            }
            let chosen = form.get_untracked();
            let made = run::ready(&makers, &chosen, &stop).await;
            if stop.is_raised() {
                return;
            }
            match made {
                Ok(made) => {
                    if let Ready::Report(_, about) = &made {
                        events.set(*about);
                    }
                    ready.set_value(Some(made));
                    phase.set(Phase::Ready);
                }
                Err(sentence) => phase.set(Phase::Failed(sentence)),
            }
        });
    });
    let problem = Memo::new(move |_| form.with(Form::problem));
    let can_export = move || phase.get() == Phase::Ready && problem.get().is_none();
    let export = move |_| {
        let Some(made) = ready.with_value(Clone::clone) else {
            return;
        };
        phase.set(Phase::Writing);
        written.set(0);
        let stop = begin();
        let chosen = form.get_untracked();
        spawn_local(async move {
            let saved = run::save(&makers, &chosen, made, &stop, |rows| written.set(rows)).await;
            if stop.is_raised() {
                return;
            }
            match saved {
                Ok(Saved::Whole(remark)) => {
                    if let Some(remark) = remark {
                        notices.say(Tone::Info, remark);
                    }
                    opened.set(None);
                }
                Ok(Saved::Not) => phase.set(Phase::Ready),
                Err(sentence) => phase.set(Phase::Failed(sentence)),
            }
        });
    };
    let status = move || match (problem.get(), phase.get()) {
        (_, Phase::Failed(sentence)) => sentence,
        (_, Phase::Writing) if written.get() > 0 => {
            let rows = locale::count(written.get() as f64);
            format!(
                "{rows} of at most {} events written…",
                locale::count(events.get().rows as f64)
            )
        }
        (_, Phase::Writing) => "Writing the file…".into(),
        (Some(problem), _) => problem.into(),
        (None, Phase::Asking) => "Computing the numbers…".into(),
        (None, Phase::Ready) => {
            form.with(|form| ready.with_value(|ready| about(form, ready.as_ref())))
        }
    };
    let is_bad = move || matches!(phase.get(), Phase::Failed(_)) || problem.get().is_some();
    let is_busy = move || matches!(phase.get(), Phase::Asking | Phase::Writing);
    // Without a value it says only that something is done.
    let progress = move || {
        let all = events.get().rows;
        (written.get() > 0 && all > 0)
            .then(|| (written.get() as f64 / all as f64).min(1.0).to_string())
    };
    view! {
        <div class={"sheet__head"}>
            <h2 id={"export-title"}>{"Export"}</h2>
            <p class={"muted"}>{"The file says what it was made of: range, filters, time zone, definitions and the data's fingerprint."}</p>
        </div>
        <div class={"sheet__body"}>
            <fieldset class={"sheet__all"} disabled=move || phase.get() == Phase::Writing>
                <Contents form />
                <Parts form />
                <Formats form />
            </fieldset>
        </div>
        <div class={"sheet__foot"}>
            <p class={"sheet__status"} class:bad=is_bad role={"status"} data-export-status={""}>{status}</p>
            <progress class={"sheet__progress"} hidden=move || !is_busy() aria-label={"Progress"} value=progress></progress>
            <button type={"button"} class={"button"} data-action={"cancel-export"} on:click=move |_| opened.set(None)>{"Cancel"}</button>
            <button
                type={"button"} class={"button button--primary"} data-action={"run-export"}
                disabled=move || !can_export() on:click=export
            >{"Export"}</button>
        </div>
    }
    .into_any()
}

/// How large the file will be about.
fn about(form: &Form, ready: Option<&Ready>) -> String {
    match (ready, form.kind.format()) {
        (Some(Ready::Page(size)), _) => size.sentence(),
        (Some(Ready::Report(report, events)), Some(format)) => {
            let tables = report.bytes_about(format);
            if !form.events || events.rows == 0 {
                return format!("About {}.", locale::bytes(tables as f64));
            }
            // Filters leave fewer; how many is known once they are written.
            let bytes = locale::bytes((tables + events.bytes / sink::ZIPPED) as f64);
            format!(
                "At most {} events, about {bytes}.",
                locale::count(events.rows as f64)
            )
        }
        _ => String::new(),
    }
}
