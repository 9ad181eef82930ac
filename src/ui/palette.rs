//! The command palette (Ctrl or Cmd and K): a page, a range, a tool, a person, a workspace, an export, in a few keys (Q9).

use leptos::ev::KeyboardEvent;
use leptos::html::{Dialog, Input};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::client::Lane;
use crate::model::Column;
use crate::query::widgets::{DASHBOARDS, detailed, facet};
use crate::query::{Dimension, RangeSpec};
use crate::ui::browser::dom;
use crate::ui::components::Icon;
use crate::ui::state::data::use_data;
use crate::ui::state::preferences::{Theme, use_preferences};
use crate::ui::state::question::{Step, use_question};

/// Names of each kind that can be found.
const NAMES_MAX: u32 = 5_000;
/// Options drawn at once.
const SHOWN_MAX: usize = 12;
const NAMED: [Column; 3] = [Column::Tool, Column::User, Column::Workspace];

/// Something to do.
#[derive(Debug, Clone, PartialEq)]
enum Command {
    /// A path of the application.
    Go(String),
    Range(RangeSpec),
    Theme(Theme),
    Undo,
    ExportPage,
    ClearFilters,
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    /// What kind of thing it is.
    kind: &'static str,
    name: String,
    /// Kind and name in small letters: what is searched, at each letter that is typed.
    text: String,
    command: Command,
}

fn entry(kind: &'static str, name: impl Into<String>, command: Command) -> Entry {
    let name = name.into();
    Entry {
        kind,
        text: format!("{kind} {name}").to_lowercase(),
        name,
        command,
    }
}

/// What is there without any data.
fn fixed() -> Vec<Entry> {
    let pages = DASHBOARDS
        .iter()
        .filter(|page| page.of.is_none() && !page.widgets.is_empty());
    let pages = pages.map(|page| entry("Page", page.title, Command::Go(format!("/{}", page.id))));
    let others = [("Data", "/data"), ("Glossary", "/glossary")];
    let others = others.map(|(name, path)| entry("Page", name, Command::Go(path.to_owned())));
    let typed = ["yesterday", "last week", "last month", "last quarter"];
    let ranges = RangeSpec::PRESETS
        .into_iter()
        .chain(typed.iter().filter_map(|text| RangeSpec::parse(text)));
    let ranges = ranges.map(|range| entry("Range", range.label(), Command::Range(range)));
    let themes = Theme::ALL.map(|theme| entry("Theme", theme.label(), Command::Theme(theme)));
    pages
        .chain(others)
        .chain(ranges)
        .chain([
            entry("Do", "Export page", Command::ExportPage),
            entry("Do", "Clear filters", Command::ClearFilters),
            entry("Do", "Undo", Command::Undo),
        ])
        .chain(themes)
        .collect()
}

#[component]
pub fn Palette() -> impl IntoView {
    let state = use_question();
    let data = use_data();
    let preferences = use_preferences();
    let navigate = StoredValue::new_local(use_navigate());
    let dialog = NodeRef::<Dialog>::new();
    let field = NodeRef::<Input>::new();
    let typed = RwSignal::new(String::new());
    let active = RwSignal::new(0_usize);
    let names = RwSignal::new(Vec::<Entry>::new());
    let is_open = RwSignal::new(false);
    let found = Memo::new(move |_| {
        if !is_open.get() {
            return Vec::new();
        }
        let typed = typed.get().to_lowercase();
        let words: Vec<&str> = typed.split_whitespace().collect();
        let matches = |entry: &Entry| words.iter().all(|word| entry.text.contains(word));
        let mut found: Vec<Entry> = fixed().into_iter().filter(&matches).collect();
        // Nobody looks for a name without typing some of it.
        if !words.is_empty() {
            names.with(|names| found.extend(names.iter().filter(|entry| matches(entry)).cloned()));
        }
        // A range that is typed is one too.
        if let Some(range) = RangeSpec::parse(&typed).filter(|_| !words.is_empty()) {
            let typed = entry("Range", range.label(), Command::Range(range));
            if !found.contains(&typed) {
                found.insert(0, typed);
            }
        }
        found.truncate(SHOWN_MAX);
        found
    });
    // The names of the period, asked for when somebody looks.
    let look = move || {
        let Some(pool) = data.pool() else { return };
        let question = state.question.get_untracked();
        spawn_local(async move {
            let context = pool.context(&question, &[]);
            let facets = NAMED.map(|column| facet(Dimension::Column(column), NAMES_MAX));
            if let Ok(answer) = pool
                .ask(Lane::Facet, question, facets.to_vec(), context)
                .await
            {
                let tables = NAMED.iter().zip(&answer.tables);
                let entries = tables.flat_map(|(column, table)| {
                    let page = detailed(Dimension::Column(*column));
                    table.rows.iter().filter_map(move |row| {
                        let name = row.first()?.text()?.to_owned();
                        let path = format!("/{}/{}", page?, dom::encoded(&name));
                        Some(entry(column.spec().label, name, Command::Go(path)))
                    })
                });
                names.set(entries.collect());
            }
        });
    };
    let open = move || {
        let Some(dialog) = dialog.get_untracked().filter(|dialog| !dialog.open()) else {
            return;
        };
        typed.set(String::new());
        active.set(0);
        is_open.set(true);
        if let Some(field) = field.get_untracked() {
            field.set_value("");
        }
        // Refused only for a dialog that is not on the page.
        let _ = dialog.show_modal();
        look();
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let run = move |command: Command| {
        close();
        match command {
            Command::Go(path) => {
                let target = format!("{path}{}", state.search(&state.question.get_untracked()));
                navigate.with_value(|navigate| navigate(&target, NavigateOptions::default()));
            }
            Command::Range(range) => state.update(Step::Push, |question| question.range = range),
            Command::Theme(theme) => preferences.theme.set(theme),
            Command::Undo => state.undo(),
            Command::ExportPage => dom::click("export-page"),
            Command::ClearFilters => {
                state.update(Step::Replace, |question| question.filters.clear())
            }
        }
    };
    let keys = move |event: KeyboardEvent| {
        let last = found.with_untracked(Vec::len).saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => active.update(|active| *active = (*active + 1).min(last)),
            "ArrowUp" => active.update(|active| *active = active.saturating_sub(1)),
            "Enter" => {
                let chosen =
                    found.with_untracked(|found| found.get(active.get_untracked()).cloned());
                if let Some(entry) = chosen {
                    run(entry.command);
                }
            }
            _ => return,
        }
        event.prevent_default();
        dom::scroll_to(&option_id(active.get_untracked()));
    };
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("k") {
            event.prevent_default();
            open();
        }
    });
    on_cleanup(move || listener.remove());
    let message =
        move || (is_open.get() && found.with(Vec::is_empty)).then_some("Nothing is called so.");
    view! {
        <button type={"button"} class={"button palette-button"} data-action={"palette"} aria-haspopup={"dialog"} title={"Search and commands (Ctrl or Cmd + K)"} on:click=move |_| open()>
            <Icon name="search" /><span>{"Search"}</span><kbd>{"Ctrl K"}</kbd>
        </button>
        <dialog class={"palette"} aria-label={"Search and commands"} node_ref=dialog on:close=move |_| is_open.set(false) on:click=move |event| if event.target().as_ref() == event.current_target().as_ref() { close(); }>
            <div class={"palette__body"}>
                <input
                    node_ref=field type={"text"} class={"input"} placeholder={"Page, tool, person, workspace, range…"} autocomplete={"off"} spellcheck={"false"}
                    role={"combobox"} aria-expanded={"true"} aria-controls={"palette-options"} aria-label={"Search and commands"}
                    aria-activedescendant=move || option_id(active.get())
                    on:input=move |event| { typed.set(event_target_value(&event)); active.set(0); }
                    on:keydown=keys
                />
                <ul id={"palette-options"} class={"palette__list"} role={"listbox"} aria-label={"Found"}>
                    {move || found.get().into_iter().enumerate().map(|(at, entry)| {
                        let Entry { kind, name, command, .. } = entry;
                        view! {
                            <li
                                id=option_id(at) class={"palette__option"} role={"option"} aria-selected=move || (active.get() == at).to_string()
                                on:pointermove=move |_| active.set(at)
                                on:click=move |_| run(command.clone())
                            ><span class={"palette__kind"}>{kind}</span><bdi>{name}</bdi></li>
                        }
                    }).collect_view()}
                </ul>
                <p class={"muted palette__message"} role={"status"}>{message}</p>
            </div>
        </dialog>
    }
}

fn option_id(at: usize) -> String {
    format!("palette-option-{at}")
}
