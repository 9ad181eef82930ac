//! Day of the week by hour, as a table of coloured cells (U3): in all, or per occurrence of the hour.

use std::sync::Arc;

use leptos::prelude::*;

use super::heat;
use crate::metrics::MetricId;
use crate::model::{Cell, Unit};
use crate::ui::browser::locale;
use crate::ui::state::board::Answered;

const HOURS: usize = 24;

#[component]
pub fn Heatmap(answered: Arc<Answered>) -> impl IntoView {
    let per_hour = RwSignal::new(false);
    let table = answered.tables.first().cloned().unwrap_or_default();
    let cells = move || {
        let measure = if per_hour.get() {
            MetricId::ExecutionsPerHour.id()
        } else {
            MetricId::Executions.id()
        };
        let value = |row: usize| table.cell(row, measure).and_then(Cell::number);
        let greatest = (0..table.rows.len()).filter_map(value).fold(0.0, f64::max);
        let days = table.rows.chunks(HOURS).enumerate().map(|(day, hours)| {
            let text = |row: &[Cell], at: usize| row.get(at).and_then(Cell::text).unwrap_or_default().to_owned();
            let weekday = hours.first().map(|row| text(row, 0)).unwrap_or_default();
            let short: String = weekday.chars().take(3).collect();
            let cells = hours.iter().enumerate().map(|(hour, row)| {
                let number = value(day * HOURS + hour);
                let shown = number.map_or_else(
                    || "not available".to_owned(),
                    |number| if per_hour.get() { locale::number_in((number * 10.0).round() / 10.0, Unit::Count) } else { locale::count(number) },
                );
                let title = format!("{weekday} {}: {shown}", text(row, 1));
                view! { <td class=heat::class(number, greatest) title=title><span class={"visually-hidden"}>{shown}</span></td> }
            });
            let cells = cells.collect_view();
            view! { <tr><th scope={"row"} aria-label=weekday>{short}</th>{cells}</tr> }
        });
        days.collect_view()
    };
    let choice = move |name: &'static str, value: bool| {
        view! {
            <button type={"button"} class={"segment"} aria-pressed=move || (per_hour.get() == value).to_string() on:click=move |_| per_hour.set(value)>{name}</button>
        }
    };
    view! {
        <div class={"segments"} role={"group"} aria-label={"Count"}>
            {choice("In all", false)}
            {choice("Per hour", true)}
        </div>
        <div class={"heatmap-scroll"} tabindex={"0"} role={"region"} aria-label={"Executions by weekday and hour"}>
            <table class={"heatmap"}>
                <thead>
                    <tr>
                        <td></td>
                        {(0..HOURS).map(|hour| view! { <th scope={"col"} class:heatmap__quiet=hour % 3 != 0>{format!("{hour:02}")}</th> }).collect_view()}
                    </tr>
                </thead>
                <tbody>{cells}</tbody>
            </table>
        </div>
    }
}
