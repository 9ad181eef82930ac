//! The values of a dimension, each with its count under the other filters; a listbox under a search field.

use leptos::ev::KeyboardEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::client::{AskError, Lane};
use crate::model::Cell;
use crate::query::{Dimension, widgets};
use crate::ui::browser::dom;
use crate::ui::browser::locale::count;
use crate::ui::state::data::use_data;
use crate::ui::state::question::{Step, use_question};

/// Values asked for; searching goes through all of them.
const VALUES_MAX: u32 = 5_000;
/// Options drawn at once.
const SHOWN_MAX: usize = 100;

#[derive(Debug, Clone, PartialEq)]
struct Value {
    /// The empty text is the absent value.
    text: String,
    count: u64,
}

#[component]
pub fn Values(dimension: Dimension) -> impl IntoView {
    let state = use_question();
    let data = use_data();
    let values = RwSignal::new(None::<Result<Vec<Value>, String>>);
    let exclude = RwSignal::new(state.question.with_untracked(|question| {
        question.clause(dimension, true).is_some() && question.clause(dimension, false).is_none()
    }));
    let typed = RwSignal::new(String::new());
    let active = RwSignal::new(0_usize);
    let field = NodeRef::<Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    Effect::new(move |_| {
        let question = state.question.get();
        data.version.track();
        let Some(pool) = data.pool() else { return };
        spawn_local(async move {
            let context = pool.context(&question, &[]);
            match pool
                .ask(
                    Lane::Facet,
                    question,
                    vec![widgets::facet(dimension, VALUES_MAX)],
                    context,
                )
                .await
            {
                Ok(answer) => values.set(Some(Ok(answer
                    .tables
                    .first()
                    .map(read)
                    .unwrap_or_default()))),
                Err(AskError::Superseded | AskError::WorkerLost) => {}
                Err(error) => values.set(Some(Err(error.to_string()))),
            }
        });
    });
    let found = Memo::new(move |_| {
        let wanted = typed.get().trim().to_lowercase();
        values.with(|values| match values {
            Some(Ok(values)) => {
                let matching = values
                    .iter()
                    .filter(|value| value.text.to_lowercase().contains(&wanted));
                matching.take(SHOWN_MAX).cloned().collect::<Vec<_>>()
            }
            _ => Vec::new(),
        })
    });
    let is_chosen = move |text: &str| {
        let text = text.to_owned();
        state.question.with(|question| {
            question
                .clause(dimension, exclude.get())
                .is_some_and(|clause| clause.values.contains(&text))
        })
    };
    let toggle = move |text: &str| {
        let exclude = exclude.get_untracked();
        state.update(Step::Replace, |question| {
            question.toggle(dimension, exclude, text, None)
        });
    };
    let keys = move |event: KeyboardEvent| {
        let last = found.with_untracked(Vec::len).saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => active.update(|active| *active = (*active + 1).min(last)),
            "ArrowUp" => active.update(|active| *active = active.saturating_sub(1)),
            "Home" => active.set(0),
            "End" => active.set(last),
            "Enter" => {
                if let Some(value) =
                    found.with_untracked(|found| found.get(active.get_untracked()).cloned())
                {
                    toggle(&value.text);
                }
            }
            _ => return,
        }
        event.prevent_default();
        dom::scroll_to(&option_id(active.get_untracked()));
    };
    let message = move || match values.get() {
        None => Some("Counting…".to_owned()),
        Some(Err(sentence)) => Some(sentence),
        Some(Ok(values)) if values.is_empty() => Some(format!(
            "There are no {} in this period.",
            dimension.plural().to_lowercase()
        )),
        Some(Ok(_)) if found.with(Vec::is_empty) => Some("Nothing is called so.".to_owned()),
        Some(Ok(_)) => None,
    };
    view! {
        <div class={"values"}>
            <div class={"values__head"}>
                <p class={"popover__title"}>{dimension.label()}</p>
                <div class={"choices"} role={"group"} aria-label={"Keep or leave out"}>
                    {[(false, "Is"), (true, "Is not")].map(|(excludes, name)| view! {
                        <button type={"button"} class={"choice"} data-filter-exclude=excludes.to_string() aria-pressed=move || (exclude.get() == excludes).to_string() on:click=move |_| exclude.set(excludes)>{name}</button>
                    }).into_iter().collect_view()}
                </div>
            </div>
            <input
                node_ref=field type={"text"} class={"input"} placeholder={"Search"} autocomplete={"off"} spellcheck={"false"}
                role={"combobox"} aria-expanded={"true"} aria-controls={"filter-values"} aria-label=format!("Search {}", dimension.plural().to_lowercase())
                aria-activedescendant=move || option_id(active.get())
                on:input=move |event| { typed.set(event_target_value(&event)); active.set(0); }
                on:keydown=keys
            />
            <ul id={"filter-values"} class={"values__list"} role={"listbox"} aria-multiselectable={"true"} aria-label=dimension.plural()>
                <For
                    each=move || found.get().into_iter().enumerate()
                    key=|(at, value)| (*at, value.text.clone(), value.count)
                    children=move |(at, value)| {
                        let Value { text, count: executions } = value;
                        let shown = if text.is_empty() { "(none)".to_owned() } else { text.clone() };
                        let (for_state, for_click) = (text.clone(), text.clone());
                        view! {
                            <li
                                id=option_id(at) class={"values__option"} class:values__option--active=move || active.get() == at
                                role={"option"} data-value=text data-count=executions.to_string()
                                aria-selected=move || is_chosen(&for_state).to_string()
                                on:pointerdown=move |event| event.prevent_default()
                                on:click=move |_| { active.set(at); toggle(&for_click); }
                            >
                                <span class={"values__box"}></span>
                                <bdi class={"values__text"}>{shown}</bdi>
                                <span class={"values__count"}>{count(executions as f64)}</span>
                            </li>
                        }
                    }
                />
            </ul>
            <p class={"muted values__message"} role={"status"}>{message}</p>
        </div>
    }
}

fn option_id(at: usize) -> String {
    format!("filter-value-{at}")
}

fn read(table: &crate::model::ResultTable) -> Vec<Value> {
    let rows = table.rows.iter().filter_map(|row| {
        let text = match row.first()? {
            Cell::Text(text) => text.to_string(),
            _ => String::new(),
        };
        let count = match row.get(1)? {
            Cell::Int(count) => *count as u64,
            _ => 0,
        };
        Some(Value { text, count })
    });
    rows.collect()
}
