//! The table of sources: state, counts that add up, what can be done.

use std::sync::Arc;

use leptos::prelude::*;

use super::limits;
use super::receipt::ReceiptDetails;
use crate::client::{Origin, SourceState, SourceView};
use crate::model::SourceReceipt;
use crate::ui::browser::locale::{bytes, count, plural};
use crate::ui::state::data::use_data;

/// Files of one archive whose errors are shown below it.
const MISSING_SHOWN: usize = 3;
/// Sources shown before a person asks for all of them.
const SHOWN_FIRST: usize = 15;

#[component]
pub fn Sources() -> impl IntoView {
    let data = use_data();
    let all = RwSignal::new(false);
    let shown = move || {
        let sources = data.sources.get();
        // What failed and what a person opened stand first; they are what somebody comes here for.
        let mut order: Vec<SourceView> = sources.iter().cloned().collect();
        order.sort_by_key(|source| {
            (
                rank(source),
                std::cmp::Reverse(source.span_us().map(|span| span.1)),
                source.id,
            )
        });
        let limit = if all.get() { usize::MAX } else { SHOWN_FIRST };
        order.into_iter().take(limit).collect::<Vec<_>>()
    };
    let hidden = move || data.sources.get().len().saturating_sub(SHOWN_FIRST);
    view! {
        <section class={"panel"} aria-labelledby={"sources-title"}>
            <h2 id={"sources-title"} tabindex={"-1"}>{"Sources"}</h2>
            <Show when=move || !data.sources.get().is_empty() fallback=|| view! { <p class={"muted"}>{"Nothing is open yet. Choose files above, or serve a manifest with "}<code>{"toolscope serve"}</code>{"."}</p> }>
                <div class={"table-scroll"} tabindex={"0"} role={"region"} aria-label={"Table of sources"}>
                    <table class={"data-table"}>
                        <thead>
                            <tr>
                                <th scope={"col"}>{"Source"}</th>
                                <th scope={"col"}>{"State"}</th>
                                <th scope={"col"} class={"number"}>{"Size"}</th>
                                <th scope={"col"} class={"number"}>{"Rows read"}</th>
                                <th scope={"col"} class={"number"}>{"Accepted"}</th>
                                <th scope={"col"} class={"number"}>{"Set aside"}</th>
                                <th scope={"col"} class={"number"}>{"Duplicates"}</th>
                                <th scope={"col"}><span class={"visually-hidden"}>{"Actions"}</span></th>
                            </tr>
                        </thead>
                        <For each=shown key=|source| (source.id, source.loads, fingerprint(source)) children=|source| view! { <SourceRow source /> } />
                    </table>
                </div>
                <Show when=move || { hidden() > 0 }>
                    <button class={"button button--quiet"} on:click=move |_| all.update(|all| *all = !*all)>
                        {move || if all.get() { "Show fewer".to_owned() } else { format!("Show {} more", count(hidden() as f64)) }}
                    </button>
                </Show>
            </Show>
        </section>
    }
}

fn rank(source: &SourceView) -> u8 {
    match (&source.state, &source.origin) {
        _ if !source.missing.receipts.is_empty() => 0,
        (SourceState::Failed { .. } | SourceState::NeedsMapping { .. }, _) => 0,
        (_, Origin::File(_)) => 1,
        (SourceState::Loading { .. }, _) => 2,
        (SourceState::Ready(receipt), _) if receipt.set_aside > 0 => 3,
        (SourceState::Ready(_), _) => 4,
        _ => 5,
    }
}

/// What makes a row worth drawing again.
fn fingerprint(source: &SourceView) -> (&'static str, u64) {
    let missing = source.missing.receipts.len() as u64;
    match &source.state {
        SourceState::Loading { bytes_done, .. } => ("loading", *bytes_done),
        SourceState::Ready(receipt) => (
            "ready",
            receipt.accepted ^ receipt.duplicates << 32 ^ missing << 48,
        ),
        state => (state_name(state), 0),
    }
}

fn state_name(state: &SourceState) -> &'static str {
    match state {
        SourceState::Idle => "idle",
        SourceState::Waiting => "waiting",
        SourceState::Loading { .. } => "loading",
        SourceState::Ready(_) => "ready",
        SourceState::Failed { .. } => "failed",
        SourceState::NeedsMapping { .. } => "needs-mapping",
    }
}

#[component]
fn SourceRow(source: SourceView) -> impl IntoView {
    let data = use_data();
    let open = RwSignal::new(false);
    let id = source.id;
    let receipt: Option<Arc<SourceReceipt>> = source.receipt().cloned();
    let budget = data.budget_bytes();
    let limits = receipt
        .as_deref()
        .and_then(|receipt| limits::met(receipt, budget));
    let is_file = matches!(source.origin, Origin::File(_));
    let can_retry = matches!(source.state, SourceState::Failed { retry: true, .. });
    // A file of one's own is removed instead.
    let can_stop = !is_file && source.is_under_way();
    let failure = match &source.state {
        SourceState::Failed { message, .. } => Some(message.clone()),
        SourceState::NeedsMapping { receipt, .. } => receipt.error.clone(),
        _ => None,
    };
    let number =
        |value: Option<u64>| value.map_or_else(|| "–".to_owned(), |value| count(value as f64));
    let raw = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
    let [read, accepted, set_aside, duplicates] = match receipt.as_deref() {
        Some(receipt) => [
            receipt.rows_read,
            receipt.accepted,
            receipt.set_aside,
            receipt.duplicates,
        ]
        .map(Some),
        None => [source.rows(), None, None, None],
    };
    let details_id = format!("receipt-{id}");
    let name = source.name.clone();
    let stopped = source.name.clone();
    let controls = details_id.clone();
    view! {
        <tbody
            data-source=source.name.clone()
            data-source-state=state_name(&source.state)
            data-rows-read=raw(read)
            data-accepted=raw(accepted)
            data-set-aside=raw(set_aside)
            data-duplicates=raw(duplicates)
        >
            <tr>
                <th scope={"row"} class={"source__name"}>
                    <button class={"disclosure"} id=format!("source-{id}") aria-expanded=move || open.get().to_string() aria-controls=controls disabled=receipt.is_none() on:click=move |_| open.update(|open| *open = !*open)>
                        <bdi>{source.name.clone()}</bdi>
                    </button>
                    {source.is_aggregate().then(|| view! { <span class={"tag"} title={"Pre-aggregated hours"}>{"hourly"}</span> })}
                </th>
                <td><StateCell state=source.state.clone() /></td>
                <td class={"number"}>{bytes(source.bytes() as f64)}</td>
                <td class={"number"}>{number(read)}</td>
                <td class={"number"}>{number(accepted)}</td>
                <td class={"number"} class:warn=set_aside.is_some_and(|rows| rows > 0)>{number(set_aside)}</td>
                <td class={"number"}>{number(duplicates)}</td>
                <td class={"source__actions"}>
                    {can_retry.then(|| view! { <button class={"button button--small"} on:click=move |_| data.retry(id)>{"Retry"}</button> })}
                    {can_stop.then(|| view! { <button class={"button button--small button--quiet"} aria-label=format!("Stop {stopped}") on:click=move |_| data.stop(id)>{"Stop"}</button> })}
                    <super::mapping::ColumnsButton source=source.clone() />
                    {is_file.then(|| view! { <button class={"button button--small button--quiet"} aria-label=format!("Remove {name}") on:click=move |_| data.remove(id)>{"Remove"}</button> })}
                </td>
            </tr>
            {failure.map(|message| view! { <tr><td colspan={"8"} class={"source__error"} role={"alert"}>{message}</td></tr> })}
            {missing_files(&source)}
            {limits.map(|limits| view! { <tr><td colspan={"8"} class={"source__limit"} data-limits-met={""}>{"Limits met: "}{limits}</td></tr> })}
            {receipt.map(|receipt| {
                let receipt = StoredValue::new(receipt);
                view! {
                    <Show when=move || open.get()>
                        <tr id=details_id.clone()><td colspan={"8"}><ReceiptDetails receipt=receipt.get_value() /></td></tr>
                    </Show>
                }
            })}
        </tbody>
    }
}

/// Files of an archive that are not in the numbers while the others are.
fn missing_files(source: &SourceView) -> Vec<impl IntoView + use<>> {
    let all = &source.missing.receipts;
    let mut lines: Vec<String> = all
        .iter()
        .take(MISSING_SHOWN)
        .map(|file| {
            let sentence = file.error.as_deref().unwrap_or_default();
            format!("{}: {sentence}", file.name)
        })
        .collect();
    let rest = all.len().saturating_sub(MISSING_SHOWN);
    if rest > 0 {
        lines.push(format!(
            "and {} more files could not be read.",
            count(rest as f64)
        ));
    }
    let lines = lines.into_iter();
    lines
        .map(|line| view! { <tr><td colspan={"8"} class={"source__error"} data-missing-file={""}><bdi>{line}</bdi></td></tr> })
        .collect()
}

#[component]
fn StateCell(state: SourceState) -> impl IntoView {
    match state {
        SourceState::Idle => view! { <span class={"muted"} title={"No question has needed this span of time yet"}>{"Not needed yet"}</span> }.into_any(),
        SourceState::Waiting => view! { <span>{"Waiting"}</span> }.into_any(),
        SourceState::Loading { bytes_done, bytes_total } => view! {
            <progress max=bytes_total.max(1).to_string() value=bytes_done.to_string() aria-label={"Loading"}>{bytes(bytes_done as f64)}</progress>
        }
        .into_any(),
        SourceState::Ready(receipt) => {
            let executions = receipt.executions;
            if executions == 0 && receipt.min_time_us.is_none() {
                return view! { <span class={"warn"}>{"No events"}</span> }.into_any();
            }
            let text = format!("{} {}", count(executions as f64), plural(executions, "execution", "executions"));
            view! { <span class={"good"}>{text}</span> }.into_any()
        }
        SourceState::Failed { .. } => view! { <span class={"bad"}>{"Not read"}</span> }.into_any(),
        SourceState::NeedsMapping { .. } => view! { <span class={"warn"}>{"Columns unknown"}</span> }.into_any(),
    }
}
