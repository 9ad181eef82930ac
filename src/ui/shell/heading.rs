//! The head of a page: sets the document's title, and takes the focus when a person came from another page.

use leptos::html::H1;
use leptos::prelude::*;

use crate::ui::browser::dom;

thread_local! {
    static FIRST_PAGE: std::cell::Cell<bool> = const { std::cell::Cell::new(true) };
}

#[component]
pub fn PageHeading(
    #[prop(into)] title: String,
    #[prop(into)] description: String,
    /// Buttons at the end of the line.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let heading = NodeRef::<H1>::new();
    dom::set_title(&format!("{title} · Toolscope"));
    Effect::new(move |_| {
        let Some(heading) = heading.get() else { return };
        // The first page is not a change of page: the skip link must stay first.
        if !FIRST_PAGE.replace(false) {
            let _ = heading.focus();
        }
    });
    view! {
        <div class={"page-heading"}>
            <div>
                <h1 tabindex={"-1"} node_ref=heading>{title}</h1>
                <p class={"muted"}>{description}</p>
            </div>
            <div class={"page-heading__end"}>{children.map(|children| children())}</div>
        </div>
    }
}
