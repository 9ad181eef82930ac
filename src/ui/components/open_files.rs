//! A button that opens the file picker. The input itself is hidden and stands once on the page.

use leptos::prelude::*;

use crate::ui::browser::dom;

#[component]
pub fn OpenFiles(
    label: &'static str,
    /// The main thing to do here.
    #[prop(optional)]
    primary: bool,
) -> impl IntoView {
    view! {
        <button type={"button"} class={"button"} class:button--primary=primary on:click=|_| dom::click("open-files")>{label}</button>
    }
}
