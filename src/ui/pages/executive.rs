//! The executive dashboard: what an owner looks at first (E1 to E3).

use leptos::prelude::*;

use crate::ui::components::OpenFiles;
use crate::ui::shell::PageHeading;
use crate::ui::state::data::{Opening, use_data};
use crate::ui::widgets::{ExportPage, Widget};

/// `/executive`
#[component]
pub fn ExecutivePage() -> impl IntoView {
    view! {
        <PageHeading title="Executive dashboard" description="How much AI tools are used, how reliably, and by whom.">
            <ExportPage dashboard="executive" />
        </PageHeading>
        <OpeningFailed />
        <div class={"board"}>
            <Widget id="kpi" />
            <Widget id="daily-executions" />
            <Widget id="success-rate-over-time" />
            <Widget id="adoption-curve" />
            <Widget id="top-tools" />
            <Widget id="top-users" />
            <Widget id="top-workspaces" />
            <Widget id="failure-reasons" />
        </div>
    }
}

/// Nothing could be opened at all: what happened, and the way out.
#[component]
fn OpeningFailed() -> impl IntoView {
    let data = use_data();
    let sentence = move || match data.opening.get() {
        Opening::Failed(sentence) => Some(sentence),
        _ => None,
    };
    view! {
        <Show when=move || sentence().is_some()>
            <div class={"panel panel--problem"} role={"alert"}>
                <h2>{"The data could not be opened"}</h2>
                <p>{sentence}</p>
                <OpenFiles label="Open files of your own" />
            </div>
        </Show>
    }
}
