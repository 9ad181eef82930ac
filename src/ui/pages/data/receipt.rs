//! One source's receipt: what was set aside and why, what was dropped for privacy, what nobody recognised.
//! Names and counts only; a receipt holds no values.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;

use crate::model::SourceReceipt;
use crate::ui::browser::locale::{count, date_time, duration, plural};

/// Names listed before the rest is summed up.
const NAMES_MAX: usize = 40;

#[component]
pub fn ReceiptDetails(receipt: Arc<SourceReceipt>) -> impl IntoView {
    let span = receipt.min_time_us.zip(receipt.max_time_us);
    let samples = receipt.set_aside_rows.clone();
    let more = receipt.set_aside.saturating_sub(samples.len() as u64);
    view! {
        <div class={"receipt"}>
            <dl class={"receipt__facts"}>
                <div><dt>{"Format"}</dt><dd>{receipt.format.clone()}</dd></div>
                {span.map(|(from, until)| view! { <div><dt>{"Events"}</dt><dd>{date_time(from)}" to "{date_time(until)}</dd></div> })}
                <div><dt>{"Read in"}</dt><dd>{duration(receipt.elapsed_ms)}</dd></div>
                {(receipt.names_cut > 0).then(|| view! { <div><dt>{"Names cut at 1 KiB"}</dt><dd>{count(receipt.names_cut as f64)}</dd></div> })}
            </dl>
            {(!receipt.notes.is_empty()).then(|| view! {
                <ul class={"receipt__notes"} data-receipt-notes={""}>
                    {receipt.notes.iter().map(|note| view! { <li>{note.clone()}</li> }).collect_view()}
                </ul>
            })}
            <Names title={"Set aside, by reason"} names=receipt.set_aside_reasons.clone() />
            {(!samples.is_empty()).then(|| view! {
                <div class={"receipt__block"}>
                    <h3>{"Rows set aside"}</h3>
                    <ul class={"receipt__rows"}>
                        {samples.into_iter().map(|row| view! { <li><span class={"muted"}>{row.position}</span>" "{row.reason}</li> }).collect_view()}
                    </ul>
                    {(more > 0).then(|| view! { <p class={"muted"}>{format!("and {} more", count(more as f64))}</p> })}
                </div>
            })}
            <Names title={"Dropped for privacy or because nothing needs it (field and count, never a value)"} names=receipt.dropped_fields.clone() />
            <Names title={"Not recognised (scope and name); these records are in no number"} names=receipt.unrecognised.clone() />
        </div>
    }
}

#[component]
fn Names(title: &'static str, names: BTreeMap<String, u64>) -> impl IntoView {
    let mut sorted: Vec<(String, u64)> = names.into_iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let hidden = sorted.len().saturating_sub(NAMES_MAX) as u64;
    let any = !sorted.is_empty();
    let items = sorted
        .into_iter()
        .take(NAMES_MAX)
        .map(|(name, times)| view! { <li><bdi>{name}</bdi>{" "}<span class={"muted"}>{count(times as f64)}</span></li> })
        .collect_view();
    any.then(|| {
        view! {
            <div class={"receipt__block"}>
                <h3>{title}</h3>
                <ul class={"receipt__names"}>{items}</ul>
                {(hidden > 0).then(|| view! { <p class={"muted"}>{format!("and {} more {}", count(hidden as f64), plural(hidden, "name", "names"))}</p> })}
            </div>
        }
    })
}
