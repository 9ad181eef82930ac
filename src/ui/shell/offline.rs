//! The frame of a file that holds everything (X5): whose it is, when it was made, and what it lacks. No way leads out.

use std::rc::Rc;

use leptos::prelude::*;

use super::freshness::Age;
use super::header::{Brand, Organisation};
use super::theme::ThemeSwitch;
use crate::export::page::About;
use crate::query::widgets::{self, dashboard, details};
use crate::ui::browser::locale;
use crate::ui::components::Icon;
use crate::ui::state::data::use_data;
use crate::ui::state::question::use_question;
use crate::ui::state::zones::use_zone;

#[component]
pub fn FileHeader() -> impl IntoView {
    let newest = use_data().newest_us;
    view! {
        <header class={"header"}>
            <span class={"brand"}><Brand /></span>
            <Organisation />
            <div class={"header__end"}>
                <Show when=move || newest.get().is_some()><Age /></Show>
                <ThemeSwitch />
            </div>
        </header>
    }
}

/// When it was made and from what; what the question asks for and the file does not have.
#[component]
pub fn FileNote(file: Rc<About>) -> impl IntoView {
    let (data, question, zone) = (use_data(), use_question().question, use_zone().zone);
    let page = dashboard(&file.dashboard).map(|page| match &file.name {
        Some(_) => details(page.id).map_or(page, |(page, _)| page),
        None => page,
    });
    let beyond = Memo::new(move |_| {
        data.version.track();
        let (pool, zone, page) = (data.pool()?, zone.get()?, page?);
        let question = question.get();
        let context = pool.context(&question, &[]);
        let ids = page.widgets.iter();
        let queries: Vec<_> = ids
            .flat_map(|id| widgets::queries(id, &question, &context, &zone))
            .collect();
        let needed = widgets::spans_needed(&queries, &question, &context, &zone);
        let spans = pool.left_out(&needed).into_iter();
        let spans: Vec<String> = spans
            .map(|(from, until)| {
                format!(
                    "{} to {}",
                    locale::date_time(from),
                    locale::date_time(until)
                )
            })
            .collect();
        (!spans.is_empty()).then(|| {
            format!(
                "This file was made without the events from {}, which the question asks for; numbers about that time are too small.",
                spans.join(", ")
            )
        })
    });
    let made = file.made_us().map(|made_us| {
        let from = file.from.clone();
        let (events, hours) = (file.events, file.hours);
        move || {
            // The zone decides how a time is written.
            zone.track();
            let hours = match hours {
                0 => String::new(),
                hours => format!(" and {} pre-aggregated hours", locale::count(hours as f64)),
            };
            format!(
                "This file was made on {} from {from}, with {} events{hours}; it needs no network.",
                locale::date_time(made_us),
                locale::count(events as f64)
            )
        }
    });
    let warnings = file.warnings.clone();
    view! {
        <div class={"file-note"} data-file-note={""}>
            <p class={"muted"}>{made}</p>
            {warnings.into_iter().map(|warning| view! { <p class={"muted"}>{warning}</p> }).collect_view()}
            <Show when=move || beyond.with(Option::is_some)>
                <p class={"state state--bad"} role={"alert"} data-beyond={""}><Icon name="warning" />{move || beyond.get()}</p>
            </Show>
        </div>
    }
}
