//! People of opened tables who matched nobody in the directory (D6). Their ids are shown here and nowhere else.

use leptos::prelude::*;

use crate::client::Unmatched;
use crate::ui::browser::locale::{count, plural};
use crate::ui::state::data::use_data;

/// People listed before the rest is summed up.
const SHOWN_MAX: usize = 200;

/// Stands on the page only when there is somebody.
#[component]
pub fn UnmatchedPeople() -> impl IntoView {
    let data = use_data();
    let any = move || data.unmatched.with(|tables| !tables.is_empty());
    view! {
        <Show when=any>
            <section class={"panel"} aria-labelledby={"unmatched-title"} data-unmatched={""}>
                <h2 id={"unmatched-title"}>{"People who matched nobody"}</h2>
                <p class={"muted"}>{"They were added to the directory, since neither their id nor their e-mail is in it. Somebody who is there under another name counts twice as a seat; give both the same e-mail to join them."}</p>
                {move || data.unmatched.get().into_iter().map(|table| view! { <Table table /> }).collect_view()}
            </section>
        </Show>
    }
}

#[component]
fn Table(table: Unmatched) -> impl IntoView {
    let people = table.people.len() as u64;
    let hidden = table.people.len().saturating_sub(SHOWN_MAX);
    let names = table
        .people
        .into_iter()
        .take(SHOWN_MAX)
        .map(|person| view! { <li><bdi>{person}</bdi></li> })
        .collect_view();
    let summary = format!(
        "{} {} of ",
        count(people as f64),
        plural(people, "person", "people")
    );
    view! {
        <details class={"fold"} data-unmatched-people=people.to_string()>
            <summary>{summary}<bdi>{table.source}</bdi></summary>
            <ul class={"receipt__names"}>{names}</ul>
            {(hidden > 0).then(|| view! { <p class={"muted"}>{format!("and {} more", count(hidden as f64))}</p> })}
        </details>
    }
}
