//! `/embed/top-tools`, `/embed/executive`: one widget, or all of a dashboard, as a frame in somebody's page (M1).
//!
//! Owns: what stands there, and which of it the parent is told. Does not own: who may show it (`state::embed`).

use leptos::html::Main;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::query::embed::EmbedTheme;
use crate::query::url;
use crate::query::widgets::{DASHBOARDS, dashboard, widget};
use crate::ui::browser::{dom, page};
use crate::ui::components::Icon;
use crate::ui::state::board::use_board;
use crate::ui::state::data::{Opening, use_data};
use crate::ui::state::embed::{EmbedState, Heard, Said, SaidFilter, text_of, use_embed};
use crate::ui::state::notices::{Tone, use_notices};
use crate::ui::state::preferences::use_preferences;
use crate::ui::state::question::use_question;
use crate::ui::widgets::Widget;

/// What an id of the address names.
#[derive(Clone, PartialEq)]
struct Subject {
    title: &'static str,
    widgets: Vec<&'static str>,
    /// The page that has it.
    page: &'static str,
}

fn subject(id: &str) -> Option<Subject> {
    if let Some(board) = dashboard(id) {
        return Some(Subject {
            title: board.title,
            widgets: board.widgets.to_vec(),
            page: board.of.map_or(board.id, |(parent, _)| parent),
        });
    }
    let spec = widget(id)?;
    let mut homes = DASHBOARDS
        .iter()
        .filter(|board| board.widgets.contains(&spec.id));
    let page = homes.next().map_or("executive", |board| {
        board.of.map_or(board.id, |(parent, _)| parent)
    });
    Some(Subject {
        title: spec.title,
        widgets: vec![spec.id],
        page,
    })
}

#[component]
pub fn EmbedPage() -> impl IntoView {
    let params = use_params_map();
    let id = params.with_untracked(|params| params.get("widget").unwrap_or_default());
    let found = subject(&id);
    let main = NodeRef::<Main>::new();
    let title = found.as_ref().map_or("Toolscope", |subject| subject.title);
    dom::set_title(&format!("{title} · Toolscope"));
    let embed = use_embed();
    if let Some(embed) = embed {
        listen(embed);
        tell(embed, id, found.is_some());
        Effect::new(move |_| {
            if let Some(main) = main.get() {
                page::watch_height(&main, move |height| embed.say(&Said::Size { height }));
            }
        });
    }
    let admitted = move || embed.and_then(|embed| embed.admitted.get());
    view! {
        <main class={"embed"} id={"main"} node_ref=main>
            <h1 class={"visually-hidden"}>{title}</h1>
            {move || match (admitted(), found.clone()) {
                (None, _) => ().into_any(),
                (Some(false), _) => view! { <Refused /> }.into_any(),
                (Some(true), None) => view! {
                    <p class={"panel state state--bad"} role={"alert"}>
                        <Icon name="warning" />{"There is no widget or dashboard of this name."}
                    </p>
                }.into_any(),
                (Some(true), Some(subject)) => view! { <Shown subject /> }.into_any(),
            }}
        </main>
    }
}

#[component]
fn Shown(subject: Subject) -> impl IntoView {
    let (question, data) = (use_question(), use_data());
    let failure = move || match data.opening.get() {
        Opening::Failed(sentence) => Some(sentence),
        _ => None,
    };
    let href = move || {
        format!(
            "/{}{}",
            subject.page,
            question.search(&question.question.get())
        )
    };
    view! {
        <Show when=move || failure().is_some()>
            <p class={"panel panel--problem"} role={"alert"}>{failure}</p>
        </Show>
        <div class={"board"}>
            {subject.widgets.iter().map(|id| view! { <Widget id /> }).collect_view()}
        </div>
        <p class={"embed__foot"}>
            <a href=href target={"_blank"} rel={"noopener"} data-action={"open-toolscope"}>{"Open in Toolscope"}</a>
        </p>
    }
}

/// The page around is not on the list: nothing is loaded, and nothing is told to anybody.
#[component]
fn Refused() -> impl IntoView {
    dom::set_root_data("state", "refused");
    view! {
        <div class={"panel panel--problem"} role={"alert"} data-embed-refused={""}>
            <p>{"The page around this frame is not on the list of those that may show Toolscope here. Whoever runs this Toolscope can put its origin there."}</p>
        </div>
    }
}

/// Does what the parent says.
fn listen(embed: EmbedState) {
    let (question, preferences) = (use_question(), use_preferences());
    embed.on_heard(move |heard| match heard {
        Heard::Question { search } => {
            let (asked, warnings) = question
                .defaults
                .with_value(|defaults| url::parse(&search, defaults));
            for warning in warnings {
                embed.say_error("question", warning.message);
            }
            question.put(asked);
        }
        Heard::Theme { theme } => match EmbedTheme::parse(&theme) {
            Some(theme) => preferences.theme.set(theme.into()),
            None => embed.say_error("theme", "A theme is light, dark or auto."),
        },
    });
}

/// Tells the parent what it may know.
fn tell(embed: EmbedState, widget: String, is_known: bool) {
    let (question, data, board, notices) = (use_question(), use_data(), use_board(), use_notices());
    for warning in embed.warnings.get_value() {
        embed.say_error("embed", warning.message);
    }
    if !is_known {
        embed.say_error(
            "unknown_widget",
            "There is no widget or dashboard of this name.",
        );
    }
    // What the address says wrong; what the parent asks later is answered where it is heard.
    for warning in question.warnings.get_untracked() {
        embed.say_error("question", warning.message);
    }
    let is_ready = StoredValue::new(false);
    Effect::new(move |_| {
        let complete = board.provenance.with(|provenance| {
            provenance
                .as_ref()
                .is_some_and(|provenance| provenance.complete)
        });
        if complete && !is_ready.get_value() {
            is_ready.set_value(true);
            let question = question.question.with_untracked(text_of);
            embed.say(&Said::Ready {
                widget: widget.clone(),
                question,
            });
        }
    });
    Effect::new(move |_| {
        if let Some(asked) = question.asked_here.get() {
            let open = asked
                .filters
                .iter()
                .filter(|clause| !question.is_locked(clause.dimension));
            let filters = open.map(SaidFilter::of).collect();
            let mut told = asked.clone();
            told.filters
                .retain(|clause| !question.is_locked(clause.dimension));
            embed.say(&Said::Filter {
                filters,
                question: text_of(&told),
            });
        }
    });
    Effect::new(move |_| {
        if let Some(selected) = question.selected.get() {
            embed.say(&Said::Select {
                widget: selected.widget.to_owned(),
                dimension: selected.dimension.name().to_owned(),
                value: selected.value,
            });
        }
    });
    Effect::new(move |_| {
        if let Opening::Failed(sentence) = data.opening.get() {
            embed.say_error("data", sentence);
        }
    });
    Effect::new(move |_| {
        if let Some(sentence) = board.failure.get() {
            embed.say_error("widget", sentence);
        }
    });
    // There is no place for notices in an embed; the parent gets them, each once.
    Effect::new(move |last: Option<u32>| {
        let last = last.unwrap_or_default();
        notices.shown.with(|shown| {
            for notice in shown
                .iter()
                .filter(|notice| notice.id > last && notice.tone == Tone::Problem)
            {
                embed.say_error("notice", notice.text.clone());
            }
            shown.last().map_or(last, |notice| notice.id.max(last))
        })
    });
}
