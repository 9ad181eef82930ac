//! The fields of the dialog.

use leptos::prelude::*;

use super::form::{Form, KINDS, Kind};
use crate::export::{Format, Names, Paper, filters};
use crate::query::RangeSpec;
use crate::query::widgets::widget;
use crate::ui::browser::locale::count;

/// A checkbox over a part of the form.
#[component]
fn Choice(
    form: RwSignal<Form>,
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    is: fn(&Form) -> bool,
    set: fn(&mut Form, bool),
) -> impl IntoView {
    view! {
        <label class={"option"}>
            <input
                type={"checkbox"} data-export-choice=name prop:checked=move || form.with(is)
                on:change=move |event| { let is = event_target_checked(&event); form.update(|form| set(form, is)); }
            />
            <span>{label}<span class={"option__hint"}>{hint}</span></span>
        </label>
    }
}

/// Which page, of when, with which filters.
#[component]
pub fn Contents(form: RwSignal<Form>) -> impl IntoView {
    let asked = form.with_untracked(|form| form.asked.clone());
    let pages = form.with_untracked(Form::pages);
    let filters = filters(&asked);
    let mut ranges: Vec<(String, String)> = RangeSpec::PRESETS
        .iter()
        .filter(|range| **range != asked.range)
        .map(|range| (range.to_text(), range.label()))
        .collect();
    let as_asked = format!("{}, as on the page", asked.range.label());
    ranges.insert(0, (asked.range.to_text(), as_asked));
    // A web page asks what the page asks, and whoever opens it asks on.
    let is_page = move || form.with(|form| form.kind == Kind::WebPage);
    let title = move |id: &str, title: &str| {
        // A page about one thing is called after that thing.
        form.with_untracked(|form| {
            if form.page.id == id {
                form.title.clone()
            } else {
                title.to_owned()
            }
        })
    };
    view! {
        <div class={"sheet__fields"}>
            <label class={"field"}>
                <span>{"Page"}</span>
                <select
                    class={"input"} data-export-page={""} prop:value=move || form.with(|form| form.page.id)
                    on:change=move |event| { let id = event_target_value(&event); form.update(|form| form.choose_page(&id)); }
                >
                    {pages.into_iter().map(|page| view! { <option value=page.id>{title(page.id, page.title)}</option> }).collect_view()}
                </select>
            </label>
            <label class={"field"} hidden=is_page>
                <span>{"Range"}</span>
                <select
                    class={"input"} data-export-range={""} prop:value=move || form.with(|form| form.range.to_text())
                    on:change=move |event| {
                        if let Some(range) = RangeSpec::parse(&event_target_value(&event)) {
                            form.update(|form| form.range = range);
                        }
                    }
                >
                    {ranges.into_iter().map(|(text, label)| view! { <option value=text>{label}</option> }).collect_view()}
                </select>
            </label>
        </div>
        {(!filters.is_empty()).then(|| view! {
            <label class={"option"} hidden=is_page>
                <input
                    type={"checkbox"} data-export-choice={"filters"} prop:checked=move || form.with(|form| form.keeps_filters)
                    on:change=move |event| { let is = event_target_checked(&event); form.update(|form| form.keeps_filters = is); }
                />
                <span>{"Filtered as the page is"}<span class={"option__hint"}>{filters}</span></span>
            </label>
        })}
    }
}

/// How much of the page.
#[component]
pub fn Parts(form: RwSignal<Form>) -> impl IntoView {
    let widgets = Memo::new(move |_| form.with(|form| form.page.widgets));
    let chosen = move || {
        let (chosen, all) = form.with(|form| (form.widgets().len(), form.page.widgets.len()));
        if chosen == all {
            format!("All {} parts of the page", count(all as f64))
        } else {
            format!(
                "{} of {} parts of the page",
                count(chosen as f64),
                count(all as f64)
            )
        }
    };
    let is_page = move || form.with(|form| form.kind == Kind::WebPage);
    view! {
        <fieldset class={"sheet__group"} hidden=is_page>
            <legend>{"What"}</legend>
            <div class={"options"}>
                <Choice form name="statistics" label="Statistics" hint="Totals, rankings, findings" is=|form| form.statistics set=|form, is| form.statistics = is />
                <Choice form name="time-series" label="Time series" hint="By hour, day, week or month" is=|form| form.time_series set=|form, is| form.time_series = is />
                <Choice form name="events" label="Raw events" hint="Each event as it was read: as CSV, an Excel sheet (up to 100,000) or a Parquet file" is=|form| form.events set=Form::choose_events />
            </div>
            <details class={"sheet__more"}>
                <summary data-export-widgets={""}>{chosen}</summary>
                <div class={"options"}>
                    {move || widgets.get().iter().filter_map(|id| widget(id)).map(|spec| view! {
                        <label class={"option"}>
                            <input
                                type={"checkbox"} data-export-widget=spec.id prop:checked=move || form.with(|form| !form.left_out.contains(spec.id))
                                on:change=move |event| {
                                    let is = event_target_checked(&event);
                                    form.update(|form| { if is { form.left_out.remove(spec.id); } else { form.left_out.insert(spec.id); } });
                                }
                            />
                            <span>{spec.title}</span>
                        </label>
                    }).collect_view()}
                </div>
            </details>
        </fieldset>
    }
}

/// The kind of file, and what it may be told.
#[component]
pub fn Formats(form: RwSignal<Form>) -> impl IntoView {
    let chosen = Memo::new(move |_| form.with(|form| form.kind));
    let is_csv = move || chosen.get().is_csv();
    let papers = [(Paper::A4, "A4"), (Paper::Letter, "Letter")];
    view! {
        <fieldset class={"sheet__group"}>
            <legend>{"Format"}</legend>
            <div class={"options options--wide"}>
                {KINDS.map(|(of, name, hint)| view! {
                    <label class={"option"} class:option--chosen=move || chosen.get() == of>
                        <input
                            type={"radio"} name={"export-format"} data-export-format=of.name() prop:checked=move || chosen.get() == of
                            on:change=move |_| form.update(|form| form.choose_kind(of))
                        />
                        <span>{name}<span class={"option__hint"}>{hint}</span></span>
                    </label>
                }).into_iter().collect_view()}
            </div>
            <Show when=move || chosen.get() == Kind::Report(Format::Pdf)>
                <div class={"options"} role={"radiogroup"} aria-label={"Paper"}>
                    {papers.map(|(paper, name)| view! {
                        <label class={"option"}>
                            <input
                                type={"radio"} name={"export-paper"} data-export-paper=name prop:checked=move || form.with(|form| form.paper == paper)
                                on:change=move |_| form.update(|form| form.paper = paper)
                            />
                            <span>{name}</span>
                        </label>
                    }).into_iter().collect_view()}
                </div>
            </Show>
            <Show when=is_csv>
                <label class={"option"}>
                    <input
                        type={"checkbox"} data-export-choice={"raw-text"} prop:checked=move || form.with(|form| form.names == Names::Raw)
                        on:change=move |event| {
                            let is = event_target_checked(&event);
                            form.update(|form| form.names = if is { Names::Raw } else { Names::Defused });
                        }
                    />
                    <span>{"Names exactly as in the data"}<span class={"option__hint"}>{"A spreadsheet may run names that begin with =, +, - or @; only for programs that don’t"}</span></span>
                </label>
            </Show>
        </fieldset>
    }
}
