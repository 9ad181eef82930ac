//! What every number means, from the registry (S4).

use leptos::prelude::*;

use crate::metrics::{Merge, MetricSpec, REGISTRY};
use crate::ui::shell::PageHeading;

/// `/glossary`
#[component]
pub fn GlossaryPage() -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let found = move || {
        let wanted = typed.get().trim().to_lowercase();
        let matches = move |spec: &&MetricSpec| {
            let mut texts = [spec.id, spec.name, spec.definition].into_iter();
            texts.any(|text| text.to_lowercase().contains(&wanted))
        };
        let rows = REGISTRY.iter().filter(matches).map(|spec| {
            view! {
                <div class={"glossary__row"} id=spec.id>
                    <dt>{spec.name}<code>{spec.id}</code></dt>
                    <dd>
                        <p>{spec.definition}</p>
                        <p class={"muted"}>{format!("{} {} Source: {}.", unit(spec), merge(spec.merge), spec.source)}</p>
                    </dd>
                </div>
            }
        });
        rows.collect_view()
    };
    view! {
        <PageHeading title="Glossary" description="What every number means: the same words as in tooltips, exports and on the command line." />
        <div class={"panel glossary"}>
            <input type={"search"} class={"input"} placeholder={"Search"} aria-label={"Search the glossary"} on:input=move |event| typed.set(event_target_value(&event)) />
            <dl>{found}</dl>
        </div>
    }
}

fn unit(spec: &MetricSpec) -> String {
    format!("Unit: {}.", spec.unit.name())
}

/// How the numbers of parts become that of the whole.
const fn merge(merge: Merge) -> &'static str {
    match merge {
        Merge::Sum => "Parts add up.",
        Merge::Minimum => "The least of all parts.",
        Merge::Maximum => "The greatest of all parts.",
        Merge::Ratio => "A ratio: parts are never averaged, their sums are.",
        Merge::Distinct => "Distinct: parts never add up.",
        Merge::Quantile => "Of all values: parts are never averaged.",
        Merge::Newest => "The newest sample of each counts.",
        Merge::Derived => "Made from other numbers once all parts have met.",
    }
}
