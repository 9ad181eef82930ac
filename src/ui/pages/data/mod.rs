//! The Data page: what is loaded, how it went, and the door for a person's own files.
//! Owns: showing sources and receipts. Does not own: loading (`client`), what a receipt says (`ingest`).

mod intake;
mod limits;
mod mapping;
mod people;
mod receipt;
mod sources;
mod summary;

pub use intake::FileIntake;
pub use mapping::MappingDialog;

use leptos::prelude::*;

use crate::ui::shell::PageHeading;

/// `/data`
#[component]
pub fn DataPage() -> impl IntoView {
    view! {
        <PageHeading title={"Data"} description="Where the numbers come from, and what became of every row." />
        <summary::Summary />
        <intake::DropZone />
        <sources::Sources />
        <people::UnmatchedPeople />
        <limits::Limits />
    }
}
