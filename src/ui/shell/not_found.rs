//! An address nobody knows.

use leptos::prelude::*;
use leptos_router::components::A;

use super::PageHeading;
use crate::ui::browser::offline;

#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <PageHeading title="Page not found" description="The address may be mistyped, or the page was moved." />
        {(!offline::is_file()).then(|| view! { <p><A href="/executive">{"Go to the executive dashboard"}</A></p> })}
    }
}
