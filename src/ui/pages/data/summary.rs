//! The state of the data at a glance: events, sources, freshness, memory, workers.

use leptos::prelude::*;

use super::limits::binary;
use crate::client::SourceState;
use crate::model::limits::MEMORY_WARN_PERCENT;
use crate::ui::browser::locale::{bytes, count, date_time, plural, relative};
use crate::ui::state::data::use_data;

#[component]
pub fn Summary() -> impl IntoView {
    let data = use_data();
    let totals = Memo::new(move |_| {
        let sources = data.sources.get();
        let ready = sources
            .iter()
            .filter(|source| matches!(source.state, SourceState::Ready(_)))
            .count() as u64;
        let (mut read, mut accepted, mut set_aside, mut duplicates) = (0, 0, 0, 0);
        for source in sources.iter() {
            if let SourceState::Ready(receipt) = &source.state {
                read += receipt.rows_read;
                accepted += receipt.accepted;
                set_aside += receipt.set_aside;
                duplicates += receipt.duplicates;
            }
        }
        (
            sources.len() as u64,
            ready,
            [read, accepted, set_aside, duplicates],
        )
    });
    let memory = Memo::new(move |_| {
        data.memory.get().iter().fold((0, 0, 0, 0), |sum, memory| {
            (
                sum.0 + memory.events,
                sum.1 + memory.resident_bytes,
                sum.2 + memory.module_bytes,
                sum.3 + memory.kept_bytes,
            )
        })
    });
    // Of the worker whose memory is fullest: its share, and what it may take.
    let fullest = Memo::new(move |_| {
        let memory = data.memory.get();
        let used = memory.iter().filter(|memory| memory.events > 0);
        used.map(|memory| (memory.percent(), memory.budget_bytes))
            .max()
    });
    let is_low = move || {
        fullest
            .get()
            .is_some_and(|(percent, _)| percent >= MEMORY_WARN_PERCENT)
    };
    view! {
        <section
            class={"facts"}
            aria-label={"State of the data"}
            data-events=move || memory.get().0.to_string()
            data-resident-bytes=move || memory.get().1.to_string()
            data-module-bytes=move || memory.get().2.to_string()
            data-kept-bytes=move || memory.get().3.to_string()
            data-workers=move || data.memory.get().len().to_string()
        >
            <dl>
                <div>
                    <dt>{"Rows read"}</dt>
                    <dd>{move || count(totals.get().2[0] as f64)}</dd>
                    <dd class={"muted"}>
                        {move || {
                            let [_, accepted, set_aside, duplicates] = totals.get().2;
                            format!(
                                "{} accepted, {} set aside, {} {}",
                                count(accepted as f64),
                                count(set_aside as f64),
                                count(duplicates as f64),
                                plural(duplicates, "duplicate", "duplicates"),
                            )
                        }}
                    </dd>
                </div>
                <div>
                    <dt>{"Sources loaded"}</dt>
                    <dd>{move || format!("{} of {}", count(totals.get().1 as f64), count(totals.get().0 as f64))}</dd>
                    <dd class={"muted"}>{"Only what a question needs is fetched"}</dd>
                </div>
                <div>
                    <dt>{"Newest event"}</dt>
                    <dd>{move || data.newest_us.get().map_or_else(|| "–".to_owned(), date_time)}</dd>
                    <dd class={"muted"}>{move || data.newest_us.get().map(relative)}</dd>
                </div>
                <div>
                    <dt>{"Memory"}</dt>
                    <dd>{move || bytes(memory.get().2 as f64)}</dd>
                    <dd class={"muted"}>
                        {move || {
                            let (events, resident, _, kept) = memory.get();
                            let kept = if kept > 0 { format!("; {} of earlier answers", bytes(kept as f64)) } else { String::new() };
                            (events > 0).then(|| format!("{} per event, {} events resident{kept}", bytes(resident as f64 / events as f64), count(events as f64)))
                        }}
                    </dd>
                    <dd class={"muted"} class:warn=is_low data-memory-percent=move || fullest.get().map(|(percent, _)| percent.to_string())>
                        {move || fullest.get().map(|(percent, budget)| {
                            let share = format!("{percent} % of the {} that data may take in one worker", binary(budget));
                            if is_low() { format!("{share}. Choose a shorter range, pre-aggregated hours, or fewer files.") } else { share }
                        })}
                    </dd>
                </div>
                <div>
                    <dt>{"Workers"}</dt>
                    <dd>{move || count(data.memory.get().len() as f64)}</dd>
                    <dd class={"muted"}>
                        {move || {
                            let replaced = data.workers_replaced.get();
                            if replaced == 0 { "All answering".to_owned() } else { format!("{} replaced", count(f64::from(replaced))) }
                        }}
                    </dd>
                </div>
            </dl>
        </section>
    }
}
