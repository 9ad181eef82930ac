//! Steps with those who are left at each (U4).

use std::sync::Arc;

use leptos::prelude::*;

use crate::metrics::MetricId;
use crate::model::Cell;
use crate::ui::browser::locale;
use crate::ui::state::board::Answered;
use crate::ui::widgets::words;

#[component]
pub fn Funnel(answered: Arc<Answered>) -> impl IntoView {
    let Some(table) = answered.tables.first().cloned() else {
        return ().into_any();
    };
    let number = |row: usize, metric: MetricId| table.cell(row, metric.id()).and_then(Cell::number);
    let people = |row: usize| number(row, MetricId::People);
    let greatest = (0..table.rows.len()).filter_map(people).fold(0.0, f64::max);
    let steps = (0..table.rows.len())
        .map(|row| {
            let name = table.rows[row].first().and_then(Cell::text).unwrap_or_default().to_owned();
            let count = people(row);
            let width = count.filter(|_| greatest > 0.0).map_or(0.0, |count| count / greatest * 100.0);
            let all = number(row, MetricId::Conversion).map(|share| format!("{} of all", locale::percent(share)));
            let step = number(row, MetricId::StepConversion).map(|share| {
                let lost = number(row, MetricId::DropOff).unwrap_or_default();
                let wait = number(row, MetricId::StepTimeMedian)
                    .map(|ms| format!(", after {} (median)", locale::duration(ms)))
                    .unwrap_or_default();
                format!("{} of the step before{wait}; {} dropped off", locale::percent(share), locale::count(lost))
            });
            let shown = count.map_or_else(|| "not available".to_owned(), locale::count);
            view! {
                <li class={"step"}>
                    <span class={"step__name"}>{words::capital(&name)}</span>
                    <span class={"step__value"} data-step=name data-value=count.map(|count| count.to_string())>{shown}</span>
                    <span class={"step__all"}>{all}</span>
                    <svg class={"step__track"} viewBox={"0 0 100 10"} preserveAspectRatio={"none"} aria-hidden={"true"}>
                        <rect class={"bar__ground"} width={"100"} height={"10"}></rect>
                        <rect class={"bar__fill"} width=format!("{width:.2}") height={"10"}></rect>
                    </svg>
                    <span class={"step__note"}>{step}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ol class={"funnel"}>{steps}</ol> }.into_any()
}
