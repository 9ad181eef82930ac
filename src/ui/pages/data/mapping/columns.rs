//! A field for each column that can be mapped, and the zone of times that name none.

use std::sync::Arc;

use leptos::prelude::*;

use crate::model::schema::SCHEMA;
use crate::model::{Column, ColumnType};
use crate::protocol::{Looks, Mapping, Proposal};

/// The columns that matter, in the order they are asked for; the others are under "More columns".
const FIRST: [Column; 13] = [
    Column::Time,
    Column::Tool,
    Column::User,
    Column::Outcome,
    Column::DurationMs,
    Column::Server,
    Column::Workspace,
    Column::Client,
    Column::ClientVersion,
    Column::Platform,
    Column::ErrorClass,
    Column::Session,
    Column::EventId,
];

#[component]
pub fn Columns(proposal: Arc<Proposal>, mapping: RwSignal<Mapping>) -> impl IntoView {
    let more: Vec<Column> = SCHEMA
        .iter()
        .map(|spec| spec.column)
        .filter(|column| !FIRST.contains(column))
        .collect();
    // What is chosen there must not be hidden.
    let is_open =
        mapping.with_untracked(|mapping| more.iter().any(|held| mapping.contains_key(held)));
    view! {
        <Fields caption="Columns that matter" columns=FIRST.to_vec() proposal=proposal.clone() mapping />
        <details class={"mapping__more"} open=is_open>
            <summary>{"More columns"}</summary>
            <Fields caption="More columns" columns=more proposal mapping />
        </details>
    }
}

#[component]
fn Fields(
    caption: &'static str,
    columns: Vec<Column>,
    proposal: Arc<Proposal>,
    mapping: RwSignal<Mapping>,
) -> impl IntoView {
    let rows = columns
        .into_iter()
        .map(|column| view! { <Field column proposal=proposal.clone() mapping /> })
        .collect_view();
    view! {
        <table class={"mapping__fields"}>
            <caption class={"visually-hidden"}>{caption}</caption>
            <thead class={"visually-hidden"}>
                <tr><th scope={"col"}>{"Meaning"}</th><th scope={"col"}>{"Column of the file"}</th></tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn Field(column: Column, proposal: Arc<Proposal>, mapping: RwSignal<Mapping>) -> impl IntoView {
    let spec = column.spec();
    let field = format!("mapping-{}", column.name());
    let hint = format!("{field}-hint");
    let chosen = mapping.with_untracked(|mapping| mapping.get(&column).cloned());
    let options = headers(&proposal)
        .into_iter()
        .map(|header| {
            let is_chosen = chosen
                .as_ref()
                .is_some_and(|chosen| chosen.eq_ignore_ascii_case(&header));
            view! { <option value=header.clone() selected=is_chosen>{header.clone()}</option> }
        })
        .collect_view();
    let choose = move |event: leptos::ev::Event| {
        let header = event_target_value(&event);
        mapping.update(|mapping| {
            if header.is_empty() {
                mapping.remove(&column);
            } else {
                mapping.insert(column, header);
            }
        });
    };
    let seen = Memo::new(move |_| {
        let header = mapping.with(|mapping| mapping.get(&column).cloned())?;
        Some(seen(&proposal, &header, column))
    });
    // Without a time nothing can be read: it is asked for first, and has the focus when the dialog opens.
    let is_first = column == Column::Time;
    let meaning = match column {
        Column::DurationMs => {
            "How long it took: in the unit its name ends with (_s, _us), else in milliseconds."
        }
        _ => spec.meaning,
    };
    view! {
        <tr>
            <th scope={"row"}>
                <label for=field.clone()>{spec.label}</label>
                <span class={"muted"}>{meaning}</span>
            </th>
            <td>
                <select class={"input"} id=field data-map-column=column.name() aria-describedby=hint.clone() aria-required=is_first.then_some("true") autofocus=is_first on:change=choose>
                    <option value={""} selected=chosen.is_none()>{"— not in this file"}</option>
                    {options}
                </select>
                <p id=hint class={"mapping__hint"} class:warn=move || seen.get().is_some_and(|seen| !seen.fits)>
                    {move || seen.get().map(|seen| view! { <span>{seen.looks}</span>{seen.first.map(|first| view! { {", such as "}<bdi>{first}</bdi> })} })}
                </p>
            </td>
        </tr>
    }
}

/// What the values under a header look like.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    looks: &'static str,
    /// The first value there is.
    first: Option<String>,
    fits: bool,
}

fn seen(proposal: &Proposal, header: &str, column: Column) -> Seen {
    let mut columns = proposal.columns.iter();
    let at = columns.position(|held| held.header.eq_ignore_ascii_case(header));
    let looks = at.map_or(Looks::Empty, |at| proposal.columns[at].looks);
    let mut cells = proposal.preview.iter().filter_map(|row| row.get(at?));
    let first = cells.find(|cell| !cell.trim().is_empty()).cloned();
    let fits = match column.spec().kind {
        ColumnType::Time => matches!(looks, Looks::Time | Looks::Number),
        ColumnType::Float | ColumnType::Count => looks == Looks::Number,
        _ => true,
    };
    let looks = match looks {
        Looks::Empty => "No value in the first rows",
        Looks::Time => "Looks like times",
        Looks::Email => "Looks like e-mail addresses",
        Looks::Number => "Looks like numbers",
        Looks::Outcome => "Looks like success and failure",
        Looks::Text => "Looks like text",
    };
    Seen { looks, first, fits }
}

/// The names that can be chosen: each once, in the order of the file.
fn headers(proposal: &Proposal) -> Vec<String> {
    let mut names = std::collections::BTreeSet::new();
    let headers = proposal.columns.iter().map(|column| &column.header);
    headers
        .filter(|header| !header.trim().is_empty() && names.insert(header.to_lowercase()))
        .cloned()
        .collect()
}

/// The zone of times without one: the viewer's, UTC, or what was said before.
#[component]
pub fn Zones(viewer: String, zone: RwSignal<String>) -> impl IntoView {
    let chosen = zone.get_untracked();
    let mut names = vec![viewer.clone(), "UTC".to_owned(), chosen.clone()];
    let mut known = std::collections::BTreeSet::new();
    names.retain(|name| known.insert(name.clone()));
    let options = names
        .into_iter()
        .map(|name| {
            let shown = name.replace('_', " ");
            let shown = if name == viewer {
                format!("{shown} (yours)")
            } else {
                shown
            };
            view! { <option value=name.clone() selected=name == chosen>{shown}</option> }
        })
        .collect_view();
    view! {
        <label class={"field mapping__zone"}>
            <span>{"Times without a zone are in"}</span>
            <select class={"input"} data-map-zone={""} on:change=move |event| zone.set(event_target_value(&event))>{options}</select>
        </label>
    }
}
