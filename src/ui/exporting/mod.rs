//! Files of a page (X2): a dialog that asks what, and the making of it, beside the page's own work.

mod choices;
mod dialog;
mod form;
mod run;

use leptos::prelude::*;

use crate::query::widgets::DashboardSpec;
use crate::ui::components::Icon;
use crate::ui::state::board::use_board;
use crate::ui::state::notices::{Tone, use_notices};

pub use dialog::ExportDialog;

/// The dialog's form, while it is open.
#[derive(Clone, Copy)]
pub struct Exporting {
    form: RwSignal<Option<form::Form>>,
}

pub fn provide() {
    provide_context(Exporting {
        form: RwSignal::new(None),
    });
}

/// Opens the dialog for a page.
#[component]
pub fn ExportButton(
    page: &'static DashboardSpec,
    /// The one thing the page is about.
    name: Option<String>,
) -> impl IntoView {
    let exporting: Exporting = expect_context();
    let board = use_board();
    let notices = use_notices();
    let open = move |_| match board.asked() {
        Some(asked) => {
            let form = form::Form::new(page, name.clone(), asked);
            exporting.form.set(Some(form));
        }
        None => notices.say(
            Tone::Info,
            "There is nothing to export yet; wait until the page has loaded.",
        ),
    };
    view! {
        <button type={"button"} class={"button"} id={"export-page"} data-action={"export-page"} aria-haspopup={"dialog"} on:click=open>
            <Icon name="download" /><span>{"Export"}</span>
        </button>
    }
}
