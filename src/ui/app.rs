//! Shared state above the router, then the routes.

use std::rc::Rc;

use leptos::prelude::*;
use leptos_router::components::{Redirect, Route, Router, Routes};
use leptos_router::path;

use super::browser::offline;
use super::components::Notices;
use super::exporting::{self, ExportDialog};
use super::pages::{
    DashboardPage, DataPage, EmbedPage, FileDashboard, FileIntake, GlossaryPage, MappingDialog,
};
use super::question_bar::QuestionBar;
use super::shell::{FileHeader, FileNote, Header, NotFound};
use super::state;
use super::widgets::EmbedDialog;

#[component]
pub fn App() -> impl IntoView {
    let embed = state::embed::options();
    state::preferences::provide(embed.as_ref().map(|(options, _)| options.theme.into()));
    state::notices::provide();
    state::views::provide();
    match embed {
        Some((options, warnings)) => {
            state::embed::provide(options, warnings);
            view! { <Router><Embed /></Router> }.into_any()
        }
        None => view! { <Router><Shell /></Router> }.into_any(),
    }
}

/// Inside a frame: the widgets alone. None of the application's routes is there, so that nothing leads to them.
#[component]
fn Embed() -> impl IntoView {
    state::question::provide();
    state::zones::provide();
    state::data::provide();
    state::refresh::provide();
    state::mappings::provide();
    state::board::provide();
    view! {
        <Routes fallback=|| view! { <EmbedPage /> }>
            <Route path=path!("/embed/:widget") view=EmbedPage />
        </Routes>
    }
}

#[component]
fn Shell() -> impl IntoView {
    state::question::provide();
    state::zones::provide();
    state::data::provide();
    state::refresh::provide();
    state::mappings::provide();
    state::board::provide();
    exporting::provide();
    let file = offline::file();
    if file.is_none() {
        state::embedding::provide();
    }
    let main = NodeRef::<leptos::html::Main>::new();
    let skip = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        if let Some(main) = main.get_untracked() {
            let _ = main.focus();
        }
    };
    view! {
        <a class={"skip-link"} href={"#main"} on:click=skip>{"Skip to content"}</a>
        {file.is_none().then(|| view! { <Header /> })}
        {file.is_some().then(|| view! { <FileHeader /> })}
        <QuestionBar />
        <Notices />
        <main id={"main"} tabindex={"-1"} node_ref=main>
            {match file {
                Some(file) => view! { <FileNote file=Rc::clone(&file) /><FileDashboard file /> }.into_any(),
                None => view! { <Pages /> }.into_any(),
            }}
        </main>
    }
}

/// What a server gives: all pages, and files of the person's own.
#[component]
fn Pages() -> impl IntoView {
    view! {
        <FileIntake />
        <MappingDialog />
        <EmbedDialog />
        <ExportDialog />
        <Routes fallback=|| view! { <NotFound /> }>
            <Route path=path!("/") view=|| view! { <Redirect path=state::views::home() /> } />
            <Route path=path!("/data") view=DataPage />
            <Route path=path!("/glossary") view=GlossaryPage />
            <Route path=path!("/:dashboard") view=DashboardPage />
            <Route path=path!("/:dashboard/:name") view=DashboardPage />
        </Routes>
    }
}
