//! A dashboard of the catalogue, or the page of one tool, person or workspace.

use std::rc::Rc;

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use crate::export::filters;
use crate::export::page::About;
use crate::query::widgets::{DashboardSpec, dashboard, details};
use crate::query::{Clause, Dimension};
use crate::ui::browser::offline;
use crate::ui::components::OpenFiles;
use crate::ui::exporting::ExportButton;
use crate::ui::question_bar::ChooseSides;
use crate::ui::shell::{NotFound, PageHeading};
use crate::ui::state::data::{Opening, use_data};
use crate::ui::state::question::{QuestionState, use_question};
use crate::ui::widgets::{EmbedButton, Widget};

/// `/executive`, `/tools`, `/tools/run_query`, …
#[component]
pub fn DashboardPage() -> impl IntoView {
    let params = use_params_map();
    let address = Memo::new(move |_| {
        params.with(|params| {
            (
                params.get("dashboard").unwrap_or_default(),
                params.get("name"),
            )
        })
    });
    move || {
        let (id, name) = address.get();
        shown(&id, name)
    }
}

/// The one dashboard of a file.
#[component]
pub fn FileDashboard(file: Rc<About>) -> impl IntoView {
    shown(&file.dashboard, file.name.clone())
}

/// Every page says what it is about, and none takes that back when it goes: the next one has spoken by then.
fn shown(id: &str, name: Option<String>) -> AnyView {
    let scope = use_question().scope;
    let page = dashboard(id).filter(|page| !page.widgets.is_empty());
    match (page, name) {
        (Some(page), None) => {
            scope.set(None);
            view! { <Board page title=page.title.to_owned() back=None /> }.into_any()
        }
        (Some(parent), Some(name)) => match details(parent.id) {
            Some((page, dimension)) => {
                scope.set(Some(only(dimension, &name)));
                view! { <Board page title=name back=Some(parent) /> }.into_any()
            }
            None => view! { <NotFound /> }.into_any(),
        },
        (None, _) => view! { <NotFound /> }.into_any(),
    }
}

/// Whatever else is asked, a page about one thing shows that thing.
fn only(dimension: Dimension, name: &str) -> Clause {
    Clause {
        dimension,
        exclude: false,
        values: vec![name.to_owned()],
        source: None,
    }
}

#[component]
fn Board(
    page: &'static DashboardSpec,
    title: String,
    /// The page of all such things.
    back: Option<&'static DashboardSpec>,
) -> impl IntoView {
    let state = use_question();
    // The page of one thing is called by its name.
    let name = back.map(|_| title.clone());
    view! {
        {back.filter(|_| !offline::is_file()).map(|back| view! {
            <nav class={"crumbs"} aria-label={"Breadcrumb"}>
                <A href=move || format!("/{}{}", back.id, state.search(&state.question.get()))>{back.title}</A>
                <span aria-hidden={"true"}>{"/"}</span>
            </nav>
        })}
        <PageHeading title description=page.description>
            {(page.id == "compare").then(|| view! { <ChooseSides /> })}
            {(!offline::is_file()).then(|| view! {
                <EmbedButton id=page.id title=page.title with_name=true />
                <ExportButton page name />
            })}
        </PageHeading>
        <p class={"on-paper"}>{move || asked(state)}</p>
        <OpeningFailed />
        <div class={"board"}>
            {page.widgets.iter().map(|id| view! { <Widget id /> }).collect_view()}
        </div>
    }
}

/// What the bar above the page says, for paper.
fn asked(state: QuestionState) -> String {
    state.question.with(|question| {
        let filters = filters(question);
        let filters = if filters.is_empty() { "none" } else { &filters };
        format!(
            "Range: {} · Comparison: {} · Filters: {filters} · Time zone: {}",
            question.range.label(),
            question.compare.label(),
            question.zone
        )
    })
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
                {(!offline::is_file()).then(|| view! { <OpenFiles label="Open files of your own" /> })}
            </div>
        </Show>
    }
}
