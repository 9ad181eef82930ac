//! The limits, in words: all of them for who wants to know, and those that a source met. Owns no limit (`model::limits`).

use leptos::prelude::*;

use crate::model::SourceReceipt;
use crate::model::limits::{LIMITS, Limit, LimitId, LimitUnit};
use crate::ui::browser::locale::count;
use crate::ui::state::data::use_data;

/// All limits, folded away.
#[component]
pub fn Limits() -> impl IntoView {
    let data = use_data();
    let rows = LIMITS
        .iter()
        .map(|limit| view! { <div><dt>{limit.label}</dt><dd>{move || value(limit, data.budget_bytes())}</dd></div> })
        .collect_view();
    view! {
        <details class={"panel fold"} data-limits={""}>
            <summary>{"Limits"}</summary>
            <p class={"muted"}>{"What is larger is set aside or refused with a sentence, so that no file can take the page down."}</p>
            <dl class={"limits"}>{rows}</dl>
        </details>
    }
}

/// Which limits a source met, each with its value; nothing when there were none. `budget`: see [`value`].
pub fn met(receipt: &SourceReceipt, budget: Option<u64>) -> Option<String> {
    let limits = receipt.limits.iter().map(|id| id.limit());
    let named: Vec<String> = limits
        .map(|limit| format!("{}: {}", limit.label, value(limit, budget)))
        .collect();
    (!named.is_empty()).then(|| named.join("; "))
}

/// `budget`: what the data in one worker may take, which whoever hosts the page may set.
fn value(limit: &Limit, budget: Option<u64>) -> String {
    match limit.unit {
        LimitUnit::Bytes if limit.id == LimitId::Memory => binary(budget.unwrap_or(limit.value)),
        LimitUnit::Bytes => binary(limit.value),
        LimitUnit::Count => count(limit.value as f64),
        LimitUnit::Times => format!("{} times", count(limit.value as f64)),
        LimitUnit::Days => format!("{} days", count(limit.value as f64)),
        LimitUnit::Year => limit.value.to_string(),
    }
}

/// Limits are whole powers of two: 256 MiB, 1 GiB.
pub fn binary(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["bytes", "KiB", "MiB", "GiB"];
    let mut value = bytes;
    let mut unit = 0;
    while value >= 1024 && value.is_multiple_of(1024) && unit + 1 < UNITS.len() {
        value /= 1024;
        unit += 1;
    }
    format!("{} {}", count(value as f64), UNITS[unit])
}
