//! The first rows of the file, with what each column was said to mean. They are shown here and kept nowhere.

use std::sync::Arc;

use leptos::prelude::*;

use crate::protocol::{Mapping, Proposal};
use crate::ui::browser::locale::count;

/// Columns shown; a file may have a thousand, and every cell is an element.
const SHOWN_MAX: usize = 60;

#[component]
pub fn Preview(proposal: Arc<Proposal>, mapping: RwSignal<Mapping>) -> impl IntoView {
    let hidden = proposal.columns.len().saturating_sub(SHOWN_MAX);
    let head = proposal
        .columns
        .iter()
        .take(SHOWN_MAX)
        .map(|column| {
            let header = column.header.clone();
            let meanings = Memo::new(move |_| mapping.with(|mapping| meanings(mapping, &header)));
            view! {
                <th scope={"col"} class:mapping__used=move || !meanings.get().is_empty()>
                    <span class={"mapping__meaning"}>{move || if meanings.get().is_empty() { "not used".to_owned() } else { meanings.get() }}</span>
                    <bdi>{column.header.clone()}</bdi>
                </th>
            }
        })
        .collect_view();
    let rows = proposal
        .preview
        .iter()
        .map(|row| {
            let cells = row.iter().take(SHOWN_MAX);
            let cells = cells
                .map(|cell| view! { <td><bdi>{cell.clone()}</bdi></td> })
                .collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    view! {
        <section class={"mapping__preview"} aria-labelledby={"mapping-preview-title"}>
            <h3 id={"mapping-preview-title"}>{"The first rows"}</h3>
            <div class={"table-scroll"} tabindex={"0"} role={"region"} aria-label={"Table of the first rows"} data-mapping-preview={""}>
                <table class={"data-table"}>
                    <thead><tr>{head}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {(hidden > 0).then(|| view! { <p class={"muted"}>{format!("and {} more columns", count(hidden as f64))}</p> })}
        </section>
    }
}

/// The labels of the columns that this header is chosen for.
fn meanings(mapping: &Mapping, header: &str) -> String {
    let chosen = mapping
        .iter()
        .filter(|(_, held)| held.eq_ignore_ascii_case(header));
    let labels: Vec<&str> = chosen.map(|(column, _)| column.spec().label).collect();
    labels.join(", ")
}
