//! The one bar over every dashboard: range, comparison, filters, zone (Q1 to Q5).
//! Owns: the controls. Does not own: the question (`state::question`).

mod chips;
mod compare;
mod filters;
mod range;
mod values;
mod views;
mod zone;

pub use filters::ChooseSides;
use leptos::prelude::*;

use crate::ui::browser::offline;
use crate::ui::components::Icon;
use crate::ui::state::question::use_question;

#[component]
pub fn QuestionBar() -> impl IntoView {
    let question = use_question();
    view! {
        <section class={"question"} aria-label={"Question"}>
            <div class={"question__controls"}>
                <range::RangeControl />
                <compare::CompareControl />
                <filters::AddFilter />
                <span class={"question__space"}></span>
                {(!offline::is_file()).then(|| view! { <views::ViewsControl /> })}
                <zone::ZoneControl />
                <div class={"button-group"}>
                    <button
                        type={"button"} class={"button button--icon"} data-action={"undo"} aria-label={"Undo"} title={"Undo (Ctrl+Z)"}
                        disabled=move || !question.can_undo() on:click=move |_| question.undo()
                    ><Icon name="undo" /></button>
                    <button
                        type={"button"} class={"button button--icon"} data-action={"redo"} aria-label={"Redo"} title={"Redo (Ctrl+Shift+Z)"}
                        disabled=move || !question.can_redo() on:click=move |_| question.redo()
                    ><Icon name="redo" /></button>
                </div>
            </div>
            <chips::Chips />
        </section>
    }
}
