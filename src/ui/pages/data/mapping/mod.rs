//! The dialog that asks what the columns of a file mean, and the button that opens it.
//! Owns: choosing. Does not own: which file is asked about and what is remembered (`state::mappings`), guesses (`ingest`).

mod columns;
mod preview;

use leptos::html::Dialog;
use leptos::prelude::*;

use self::columns::{Columns, Zones};
use self::preview::Preview;
use crate::client::SourceView;
use crate::client::remembered::Meaning;
use crate::model::Column;
use crate::ui::browser::dom;
use crate::ui::browser::locale::{count, plural};
use crate::ui::state::mappings::{Form, use_mappings};
use crate::ui::state::zones::use_zone;

/// Stands once on the page, closed: files may be dropped on any of its routes.
#[component]
pub fn MappingDialog() -> impl IntoView {
    let state = use_mappings();
    let dialog = NodeRef::<Dialog>::new();
    // Another file, or another header of an archive, begins at the top again, with the focus in its first field.
    Effect::new(move |before: Option<Option<u32>>| {
        let form = state.form.get();
        let dialog = dialog.get()?;
        if dialog.open() {
            dialog.close();
        }
        let Some(form) = form else {
            give_focus_back(before.flatten());
            return None;
        };
        // The fields must be there first, so that one of them gets the focus.
        dom::soon(move || {
            if state.form.get_untracked().is_some() && !dialog.open() {
                // Refused only for a dialog that is not on the page.
                let _ = dialog.show_modal();
                // Browsers differ in what they focus: a box that scrolls may come before its first field.
                dom::focus_first(&["mapping-time"]);
            }
        });
        Some(form.source)
    });
    // Escape closes it without asking anybody. The event comes late: the dialog may be open again for another file.
    let closed = move |_| {
        let is_open = dialog.get_untracked().is_some_and(|dialog| dialog.open());
        if !is_open {
            state.cancel();
        }
    };
    view! {
        <dialog class={"mapping"} data-mapping-dialog={""} aria-labelledby={"mapping-title"} node_ref=dialog on:close=closed>
            {move || state.form.get().map(|form| view! { <MappingForm form /> })}
        </dialog>
    }
}

/// The browser gives the focus back to what had it. When that is gone, because the source's row was drawn again, the
/// source's name gets it.
fn give_focus_back(source: Option<u32>) {
    let Some(source) = source else { return };
    dom::later(FOCUS_AFTER_MS, move || {
        if dom::focus_is_lost() {
            dom::focus_first(&[&format!("source-{source}"), "sources-title", "main"]);
        }
    });
}

/// By then the row has its new state.
const FOCUS_AFTER_MS: i32 = 60;

#[component]
fn MappingForm(form: Form) -> impl IntoView {
    let state = use_mappings();
    // The zone in force: its rules are here already.
    let viewer = use_zone().zone.with_untracked(|zone| {
        let name = zone.as_ref().map_or("UTC", |zone| zone.name());
        name.to_owned()
    });
    let mapping = RwSignal::new(form.meaning.mapping.clone());
    let zone = RwSignal::new(form.meaning.zone.clone().unwrap_or_else(|| viewer.clone()));
    let has_time = Memo::new(move |_| mapping.with(|mapping| mapping.contains_key(&Column::Time)));
    let (name, proposal) = (form.name.clone(), form.proposal.clone());
    let alike = u64::from(proposal.alike);
    let alike = (alike > 0).then(|| {
        let files = plural(alike, "file", "files");
        let have = plural(alike, "has", "have");
        format!("{} more {files} of the archive {have} the same columns; what you say holds for all of them.", count(alike as f64))
    });
    let apply = move |_| {
        let meaning = Meaning {
            mapping: mapping.get_untracked(),
            zone: Some(zone.get_untracked()),
        };
        state.apply(form.clone(), meaning);
    };
    view! {
        <div class={"mapping__head"}>
            <h2 id={"mapping-title"}>{"What do the columns of "}<bdi>{format!("“{name}”")}</bdi>{" mean?"}</h2>
            <p class={"muted"}>{"None of them has a name that is known to be a time, and nothing can be counted without one. Columns that you leave out are not kept."}</p>
            {alike.map(|alike| view! { <p class={"muted"}>{alike}</p> })}
        </div>
        <div class={"mapping__body"}>
            <Columns proposal=proposal.clone() mapping />
            <Zones viewer zone />
            <Preview proposal mapping />
        </div>
        <div class={"mapping__foot"}>
            <p id={"mapping-missing"} class={"mapping__missing"} role={"status"}>
                {move || (!has_time.get()).then_some("Choose the column of the time first.")}
            </p>
            <button type={"button"} class={"button"} data-action={"cancel-mapping"} on:click=move |_| state.cancel()>{"Cancel"}</button>
            <button
                type={"button"} class={"button button--primary"} data-action={"apply-mapping"} aria-describedby={"mapping-missing"}
                disabled=move || !has_time.get() on:click=apply
            >{"Read with these columns"}</button>
        </div>
    }
}

/// In a source's row: chooses what its columns mean, or changes what was chosen.
#[component]
pub fn ColumnsButton(source: SourceView) -> impl IntoView {
    let state = use_mappings();
    let (action, label) = if source.proposals().is_empty() {
        ("change-columns", "Change columns")
    } else {
        ("choose-columns", "Choose columns")
    };
    let was_mapped = source.is_settled() && source.options.is_mapped();
    let is_offered = action == "choose-columns" || was_mapped;
    is_offered.then(|| {
        let name = format!("{label} of {}", source.name);
        view! {
            <button
                type={"button"} class={"button button--small"} data-action=action aria-label=name aria-haspopup={"dialog"}
                on:click=move |_| state.ask(&source)
            >{label}</button>
        }
    })
}
