//! The frame of a widget: head, body, and the distinct states of S3.

use std::sync::Arc;

use leptos::html::Section;
use leptos::prelude::*;
use leptos_router::components::A;

use super::changes::Changes;
use super::embed::EmbedButton;
use super::explain::Explain;
use super::export::ExportWidget;
use super::findings::Findings;
use super::funnel::Funnel;
use super::heatmap::Heatmap;
use super::legend::Legend;
use super::matrix::Matrix;
use super::multiples::Multiples;
use super::ranking::Ranking;
use super::sentence::sentence;
use super::series::Series;
use super::slope::Slope;
use super::table::DataTable;
use super::tiles::Tiles;
use super::triangle::Triangle;
use crate::model::WarningCode;
use crate::query::widgets::{Look, Span, WidgetSpec, widget};
use crate::ui::browser::{dom, frames, offline};
use crate::ui::components::{Icon, OpenFiles};
use crate::ui::state::board::{Answered, Phase, use_board};
use crate::ui::state::data::use_data;
use crate::ui::state::embed::use_embed;
use crate::ui::state::mappings::use_mappings;
use crate::ui::state::question::{Step, use_question};

/// A widget of the catalogue.
#[component]
pub fn Widget(
    /// Its id in the catalogue; an unknown one shows nothing.
    id: &'static str,
) -> impl IntoView {
    widget(id).map(|spec| {
        let board = use_board();
        let mappings = use_mappings();
        let state = board.join(id);
        on_cleanup(move || board.leave(id, state));
        let section = NodeRef::<Section>::new();
        Effect::new(move |_| {
            if let Some(section) = section.get() {
                dom::watch_visibility(&section, move |visible| board.set_visible(id, state, visible));
            }
        });
        let as_table = RwSignal::new(false);
        // An answer is the same when it is the same one: comparing all its numbers would cost more than it saves.
        let answered = Memo::new_with_compare(
            move |_| state.with(|state| state.answered.clone()),
            |before, now| before.map(|answer| answer.as_ref().map(Arc::as_ptr)) != now.map(|answer| answer.as_ref().map(Arc::as_ptr)),
        );
        // What stands in the body changes seldom; what it says changes with every answer.
        let body = Memo::new(move |_| {
            state.with(|state| match (&state.phase, &state.answered) {
                (Phase::Failed(message), _) => Body::Failed(message.clone()),
                (_, None) => Body::Loading,
                (_, Some(answered)) if is_empty(answered) => Body::Empty,
                _ if as_table.get() => Body::Table,
                _ => Body::Figure,
            })
        });
        let has_rows = move || answered.with(|answered| answered.as_ref().is_some_and(|answered| !is_empty(answered)));
        let title = move || {
            answered.with(|answered| {
                let titled = answered.as_ref().and_then(|answered| answered.tables.first()).filter(|_| spec.look != Look::Tiles);
                titled.map_or_else(|| spec.title.to_owned(), |table| table.title.clone())
            })
        };
        let summary = Memo::new(move |_| {
            answered.with(|answered| {
                let answered = answered.as_ref().filter(|answered| !is_empty(answered));
                answered.map(|answered| sentence(spec, &answered.tables)).unwrap_or_default()
            })
        });
        // Empty is a state of its own; tests and style see it.
        let phase = move || {
            state.with(|state| match &state.phase {
                Phase::Ready if state.answered.as_deref().is_some_and(is_empty) => {
                    if mappings.first_waiting().is_some() { "waiting-for-columns" } else { "empty" }
                }
                phase => phase.name(),
            })
        };
        let title_id = format!("{id}-title");
        let heading_id = title_id.clone();
        view! {
            <section class=format!("card card--{id} card--{} card--look-{}", span(spec.span), look(spec.look)) data-widget=id data-state=phase aria-labelledby=title_id node_ref=section>
                <header class={"card__head"}>
                    <h2 id=heading_id>{title}</h2>
                    <div class={"card__tools"}>
                        <Show when=has_rows>
                            <Explain spec answered as_table />
                            {(spec.look != Look::Table).then(|| view! { <button
                                type={"button"} class={"button button--icon"} data-action={"table"} title={"Show as table"}
                                aria-label=move || format!("{} as table", title())
                                aria-pressed=move || as_table.get().to_string()
                                on:click=move |_| as_table.update(|shown| *shown = !*shown)
                            ><Icon name="table" /></button> })}
                            <ExportWidget spec answered />
                            <EmbedButton id title=spec.title />
                        </Show>
                    </div>
                </header>
                <Show when=move || summary.with(|summary| !summary.is_empty())><p class={"card__summary"}>{summary}</p></Show>
                <div class={"card__body"}>
                    {move || match body.get() {
                        Body::Failed(message) => view! { <Failed message /> }.into_any(),
                        Body::Loading => view! { <Skeleton look=spec.look /> }.into_any(),
                        Body::Empty => view! { {move || answered.get().map(|answered| view! { <Empty look=spec.look answered /> })} }.into_any(),
                        Body::Table => view! { <DataTable spec answered /> }.into_any(),
                        Body::Figure => view! { <Figure spec answered /> }.into_any(),
                    }}
                </div>
                <Show when=move || state.with(|state| state.phase == Phase::Partial)>
                    <p class={"card__partial"} role={"status"}>{"Still loading; the numbers grow until all batches are here."}</p>
                </Show>
            </section>
        }
    })
}

/// In class names.
const fn span(span: Span) -> &'static str {
    match span {
        Span::Whole => "whole",
        Span::Half => "half",
        Span::Quarter => "quarter",
    }
}

/// In class names: what is drawn by the chart library, what is a list, what is a table.
const fn look(look: Look) -> &'static str {
    match look {
        Look::Tiles => "tiles",
        Look::Columns | Look::Line | Look::Lines | Look::Stack | Look::Histogram | Look::Curve => {
            "chart"
        }
        Look::Bars => "bars",
        _ => "other",
    }
}

/// What stands in the body of a widget.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Body {
    Failed(String),
    Loading,
    Empty,
    Table,
    Figure,
}

/// The widget's own look.
#[component]
fn Figure(spec: &'static WidgetSpec, answered: Memo<Option<Arc<Answered>>>) -> impl IntoView {
    match spec.look {
        Look::Columns | Look::Line | Look::Histogram | Look::Curve => {
            view! { <Series spec answered /> }.into_any()
        }
        Look::Lines | Look::Stack => view! {
            {move || answered.get().map(|answered| view! { <Legend spec answered /> })}
            <Series spec answered />
        }
        .into_any(),
        Look::Table => view! { <DataTable spec answered /> }.into_any(),
        // Thousands of cells are a drawing, and come when drawings do.
        Look::Matrix => {
            let drawn = frames::in_time(answered);
            (move || {
                drawn
                    .get()
                    .flatten()
                    .map(|answered| view! { <Matrix spec answered /> })
            })
            .into_any()
        }
        look => (move || {
            answered.get().map(|answered| match look {
                Look::Tiles => view! { <Tiles answered /> }.into_any(),
                Look::Heatmap => view! { <Heatmap answered /> }.into_any(),
                Look::Funnel => view! { <Funnel answered /> }.into_any(),
                Look::Triangle => view! { <Triangle answered /> }.into_any(),
                Look::Changes => view! { <Changes spec answered /> }.into_any(),
                Look::Findings => view! { <Findings spec answered /> }.into_any(),
                Look::Multiples => view! { <Multiples spec answered /> }.into_any(),
                Look::Slope => view! { <Slope spec answered /> }.into_any(),
                _ => view! { <Ranking spec answered /> }.into_any(),
            })
        })
        .into_any(),
    }
}

/// Nothing happened, whatever the shape of the table.
fn is_empty(answered: &Answered) -> bool {
    answered
        .tables
        .first()
        .is_none_or(|table| table.rows.is_empty() || table.events == 0)
}

#[component]
fn Skeleton(look: Look) -> impl IntoView {
    let bars = if look == Look::Tiles { 4 } else { 6 };
    view! {
        <div class={"skeleton-block"} class:skeleton-block--tiles=look == Look::Tiles aria-hidden={"true"}>
            {(0..bars).map(|_| view! { <span></span> }).collect_view()}
        </div>
        <p class={"visually-hidden"}>{"Loading"}</p>
    }
}

#[component]
fn Failed(message: String) -> impl IntoView {
    view! { <p class={"state state--bad"} role={"alert"}><Icon name="warning" />{message}</p> }
}

/// Empty because a file waits for its columns, or for another reason. Files come and are mapped while it stands.
#[component]
fn Empty(look: Look, answered: Arc<Answered>) -> impl IntoView {
    let mappings = use_mappings();
    let waits = Memo::new(move |_| mappings.first_waiting().is_some());
    move || {
        let has_events = answered
            .tables
            .first()
            .is_some_and(|table| table.events > 0);
        if waits.get() {
            view! { <WaitsForColumns /> }.into_any()
        } else if has_events {
            view! { <NoRows look answered=Arc::clone(&answered) /> }.into_any()
        } else {
            view! { <Nothing answered=Arc::clone(&answered) /> }.into_any()
        }
    }
}

/// Things happened, but none of the kind that is told here; or what it is told from is missing, which a warning says.
#[component]
fn NoRows(look: Look, answered: Arc<Answered>) -> impl IntoView {
    let lacking = |code: &WarningCode| {
        matches!(
            code,
            WarningCode::AggregateLacks
                | WarningCode::DirectoryMissing
                | WarningCode::KindMissing
                | WarningCode::QuestionDegraded
        )
    };
    let warnings = answered.provenance.warnings.iter();
    let warnings: Vec<String> = warnings
        .filter(|warning| lacking(&warning.code))
        .map(|warning| warning.message.clone())
        .collect();
    let sentence = match look {
        Look::Changes if answered.periods.1.is_none() => {
            "There is nothing to compare with; choose a comparison."
        }
        Look::Changes => "Nothing changed more than it usually does.",
        Look::Findings => "Nothing stands out.",
        _ => "There is nothing of this kind in this period.",
    };
    view! {
        <div class={"state"}>
            <p>{sentence}</p>
            {warnings.into_iter().map(|warning| view! { <p class={"state__note"}>{warning}</p> }).collect_view()}
        </div>
    }
}

/// What happened may be in a file that nobody can read yet: "nothing" would be a wrong number.
#[component]
fn WaitsForColumns() -> impl IntoView {
    let mappings = use_mappings();
    let open = move |_| {
        if let Some(source) = untrack(move || mappings.first_waiting()) {
            mappings.ask(&source);
        }
    };
    view! {
        <div class={"state"}>
            <p>{"A file is waiting for its columns; nothing of it is counted until somebody says what they mean."}</p>
            {use_embed().is_none().then(|| view! {
                <button type={"button"} class={"button"} data-action={"choose-columns"} aria-haspopup={"dialog"} on:click=open>{"Choose columns"}</button>
            })}
        </div>
    }
}

/// Empty because of the filters, because of the range, or because there is no data at all: each has its way out.
#[component]
fn Nothing(answered: Arc<Answered>) -> impl IntoView {
    let state = use_question();
    let data = use_data();
    let filtered = !answered.question.filters.is_empty();
    let (no_data, no_events) = data.sources.with_untracked(|sources| {
        let no_events = sources.iter().all(|source| source.span_us().is_none());
        (sources.is_empty(), no_events)
    });
    if no_data {
        return view! {
            <div class={"state"}>
                <p>{"There is no data yet."}</p>
                // An embed shows what its server has, a file what is in it.
                {(use_embed().is_none() && !offline::is_file()).then(|| view! { <OpenFiles label="Open files" /> })}
            </div>
        }
        .into_any();
    }
    if no_events {
        let link = move || format!("/data{}", state.search(&state.question.get()));
        return view! {
            <div class={"state"}>
                <p>{"No source has an event to count; the Data page says what became of each."}</p>
                {(!offline::is_file()).then(|| view! { <A href=link attr:class="button">{"Look at the data"}</A> })}
            </div>
        }
        .into_any();
    }
    if filtered {
        return view! {
            <div class={"state"}>
                <p>{"Nothing matches the filters in this period."}</p>
                <button type={"button"} class={"button"} on:click=move |_| state.update(Step::Replace, |question| question.filters.clear())>{"Clear filters"}</button>
            </div>
        }
        .into_any();
    }
    view! {
        <div class={"state"}>
            <p>{"Nothing happened in this period."}</p>
            <button type={"button"} class={"button"} on:click=move |_| state.update(Step::Push, |question| question.range = crate::query::RangeSpec::AllTime)>{"Show all time"}</button>
        </div>
    }
    .into_any()
}
