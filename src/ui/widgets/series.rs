//! A chart over time on the page; a brushed span becomes the range (Q4).

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::figure::{axis_text, drawing, palette, tip};
use crate::query::RangeSpec;
use crate::query::widgets::WidgetSpec;
use crate::ui::browser::charts::{Chart, Picked, library};
use crate::ui::browser::frames;
use crate::ui::state::board::Answered;
use crate::ui::state::preferences::use_preferences;
use crate::ui::state::question::{Step, use_question};

#[component]
pub fn Series(spec: &'static WidgetSpec, answered: Memo<Option<Arc<Answered>>>) -> impl IntoView {
    let element = NodeRef::<Div>::new();
    let state = use_question();
    let preferences = use_preferences();
    let look = Memo::new(move |_| (preferences.is_dark.get(), preferences.has_patterns.get()));
    let failure = RwSignal::new(None::<String>);
    let chart = StoredValue::new_local(Rc::new(RefCell::new(None::<Chart>)));
    // Starting must not be replaced by drawing.
    let (starts, draws) = (frames::owner(), frames::owner());
    let picked = Rc::new(move |Picked::Span(first, last): Picked| {
        let shown = answered.try_get_untracked().flatten();
        if let Some(range) = shown.and_then(|shown| span(&shown, first, last)) {
            state.update(Step::Push, |question| question.range = range);
        }
    });
    // Draws the newest answer, if the page is still there.
    let draw = move |chart: &Chart| {
        let shown = answered.try_get_untracked().flatten();
        let Some((shown, (is_dark, has_patterns))) = shown.zip(look.try_get_untracked()) else {
            return;
        };
        if let Some(drawing) = drawing(spec, &shown, &palette(is_dark, has_patterns)) {
            chart.draw(
                &drawing,
                axis_text,
                Rc::new(move |mark| tip(spec, &shown, mark)),
            );
        }
    };
    Effect::new(move |_| {
        answered.track();
        look.track();
        let held = chart.get_value();
        frames::in_own_frame(draws, move || {
            if let Some(chart) = held.borrow().as_ref() {
                draw(chart);
            }
        });
    });
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        let held = chart.get_value();
        let picked = Rc::clone(&picked);
        spawn_local(async move {
            match library().await {
                Ok(library) => frames::in_own_frame(starts, move || {
                    // The page may have gone on while the library came.
                    if answered.try_get_untracked().is_some() {
                        let new = Chart::start(&library, &element, picked);
                        draw(&new);
                        held.replace(Some(new));
                    }
                }),
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
