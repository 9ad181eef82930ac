//! A widget or a dashboard for another page (M1): the button, and the dialog with its code and a preview.

mod dialog;

use leptos::prelude::*;

use crate::ui::components::Icon;
use crate::ui::state::embedding::{Subject, use_embedding};
use crate::ui::state::question::use_question;

pub use dialog::EmbedDialog;

/// Opens the dialog. An embed has none: it can't be embedded further.
#[component]
pub fn EmbedButton(
    /// Of the widget or dashboard.
    id: &'static str,
    #[prop(into)] title: String,
    /// In a page's head it says its name.
    #[prop(optional)]
    with_name: bool,
) -> impl IntoView {
    use_embedding().map(|embedding| {
        let state = use_question();
        let label = format!("Embed {title}");
        let open = move |_| {
            let mut question = state.question.get_untracked();
            question.filters.extend(state.scope.get_untracked());
            // A clause that was clicked in a widget left that widget alone out; the code says what it filters.
            for clause in &mut question.filters {
                clause.source = None;
            }
            let title = title.clone();
            embedding.subject.set(Some(Subject { id, title, question }));
        };
        let class = if with_name { "button" } else { "button button--icon" };
        view! {
            <button type={"button"} class=class data-action={"embed"} aria-haspopup={"dialog"} aria-label=label.clone() title=label on:click=open>
                <Icon name="code" />{with_name.then(|| view! { <span>{"Embed"}</span> })}
            </button>
        }
    })
}
