//! A chart over time on the page; a brushed span becomes the range (Q4).

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::figure::{axis_text, drawing, palette};
use crate::query::RangeSpec;
use crate::query::widgets::WidgetSpec;
use crate::ui::browser::charts::{Chart, Picked};
use crate::ui::state::board::Answered;
use crate::ui::state::preferences::use_preferences;
use crate::ui::state::question::{Step, use_question};

#[component]
pub fn Series(spec: &'static WidgetSpec, answered: Signal<Arc<Answered>>) -> impl IntoView {
    let element = NodeRef::<Div>::new();
    let state = use_question();
    let is_dark = use_preferences().is_dark;
    let failure = RwSignal::new(None::<String>);
    let chart = StoredValue::new_local(Rc::new(RefCell::new(None::<Chart>)));
    let started = StoredValue::new(false);
    let picked = Rc::new(move |Picked::Span(first, last): Picked| {
        if let Some(range) = answered
            .try_get_untracked()
            .and_then(|answered| span(&answered, first, last))
        {
            state.update(Step::Push, |question| question.range = range);
        }
    });
    Effect::new(move |_| {
        let shown = answered.get();
        is_dark.track();
        let Some(element) = element.get() else { return };
        let Some(drawing) = drawing(spec, &shown, &palette()) else {
            return;
        };
        let held = chart.get_value();
        if let Some(chart) = held.borrow().as_ref() {
            return chart.draw(&drawing, axis_text);
        }
        if started.get_value() {
            return;
        }
        started.set_value(true);
        let picked = Rc::clone(&picked);
        spawn_local(async move {
            match Chart::start(&element, picked).await {
                Ok(new) => {
                    // The page may have gone on while the library came.
                    let Some(latest) = answered.try_get_untracked() else {
                        return;
                    };
                    if let Some(drawing) = super::figure::drawing(spec, &latest, &palette()) {
                        new.draw(&drawing, axis_text);
                    }
                    held.replace(Some(new));
                }
                Err(sentence) => failure.set(Some(sentence)),
            }
        });
    });
    on_cleanup(move || {
        if let Some(held) = chart.try_get_value() {
            held.replace(None);
        }
    });
    view! {
        <div class={"chart"} node_ref=element aria-hidden={"true"}></div>
        <Show when=move || failure.get().is_some()><p class={"state state--bad"} role={"alert"}>{failure}</p></Show>
    }
}

/// From the start of the first mark to the end of the last.
fn span(answered: &Answered, first: usize, last: usize) -> Option<RangeSpec> {
    let table = answered.tables.first()?;
    let from = (*table.bucket_start_us.get(first)?).max(answered.periods.0.from_us);
    let until = table
        .bucket_start_us
        .get(last + 1)
        .copied()
        .unwrap_or(answered.periods.0.until_us);
    RangeSpec::parse(&format!(
        "{}..{}",
        crate::export::rfc3339(from),
        crate::export::rfc3339(until)
    ))
}
