//! Every number explains itself: definition, filters, rows behind it, exact or estimate, where it comes from (S4).

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::components::A;

use crate::metrics::MetricId;
use crate::query::widgets::{Look, WidgetSpec};
use crate::ui::browser::{locale, offline};
use crate::ui::components::{Icon, Popover};
use crate::ui::state::board::Answered;

#[component]
pub fn Explain(
    spec: &'static WidgetSpec,
    answered: Memo<Option<Arc<Answered>>>,
    /// Shows the widget's rows instead of its picture.
    as_table: RwSignal<bool>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let button = || view! { <Icon name="info" /> };
    let show_rows = move |_| {
        as_table.set(true);
        open.set(false);
    };
    view! {
        <Popover action="explain" title="About these numbers" class="button button--icon" label=format!("About {}", spec.title) open end=true button=button.into()>
            {move || answered.get().map(|answered| view! { <Explanation spec answered /> })}
            {(spec.look != Look::Table).then(|| view! {
                <button type={"button"} class={"button explain__rows"} data-action={"rows"} on:click=show_rows><Icon name="table" />{"Show these rows as a table"}</button>
            })}
        </Popover>
    }
}

#[component]
fn Explanation(spec: &'static WidgetSpec, answered: Arc<Answered>) -> impl IntoView {
    let Some(table) = answered.tables.first() else {
        return ().into_any();
    };
    let definitions: Vec<(&'static str, &'static str, String)> = table
        .columns
        .iter()
        .filter(|column| !column.is_previous() && !column.is_change())
        .filter_map(|column| MetricId::parse(&column.metric).map(|metric| (metric, column)))
        .filter(|(metric, _)| {
            !matches!(metric, MetricId::SuccessRateLow | MetricId::SuccessRateHigh)
        })
        .map(|(metric, column)| {
            let error = if column.exact {
                String::new()
            } else {
                format!(
                    " Estimate, ± {} (standard error).",
                    locale::percent(column.error)
                )
            };
            (
                metric.id(),
                metric.spec().name,
                format!("{}{error}", metric.spec().definition),
            )
        })
        .collect();
    let (period, comparison) = &answered.periods;
    let span = |from: i64, until: i64| {
        format!(
            "{} to {}",
            locale::date_time(from),
            locale::date_time(until - 1)
        )
    };
    let filters: Vec<String> = answered
        .question
        .filters
        .iter()
        .filter(|clause| clause.source.as_deref() != Some(spec.id))
        .map(|clause| {
            let verb = if clause.exclude { "is not" } else { "is" };
            format!(
                "{} {verb} {}",
                clause.dimension.label(),
                clause.values.join(" or ")
            )
        })
        .collect();
    let provenance = &answered.provenance;
    let facts = [
        ("Period", Some(span(period.from_us, period.until_us))),
        (
            "Compared with",
            comparison
                .as_ref()
                .map(|compared| span(compared.period.from_us, compared.period.until_us)),
        ),
        ("Time zone", Some(provenance.zone.clone())),
        (
            "Filters",
            Some(if filters.is_empty() {
                "None".to_owned()
            } else {
                filters.join("; ")
            }),
        ),
        ("Events behind it", Some(locale::count(table.events as f64))),
        (
            "Exactness",
            Some(
                if table.is_exact() {
                    "Exact"
                } else {
                    "Estimates where marked ≈"
                }
                .to_owned(),
            ),
        ),
        (
            "Rows scanned",
            Some(format!(
                "{}, {} skipped",
                locale::count(provenance.rows_scanned as f64),
                locale::count(provenance.rows_skipped as f64)
            )),
        ),
        ("Answered in", Some(locale::duration(provenance.elapsed_ms))),
        ("Data", Some(provenance.fingerprint.clone())),
        ("Engine", Some(provenance.engine.clone())),
    ];
    let warnings = provenance.warnings.clone();
    view! {
        <div class={"explain"}>
            <p>{spec.description}</p>
            <dl class={"explain__definitions"}>
                {definitions.into_iter().map(|(id, name, text)| view! {
                    <div><dt>{glossary(id, name)}</dt><dd>{text}</dd></div>
                }).collect_view()}
            </dl>
            <dl class={"explain__facts"}>
                {facts.into_iter().filter_map(|(name, text)| text.map(|text| view! { <div><dt>{name}</dt><dd><bdi>{text}</bdi></dd></div> })).collect_view()}
            </dl>
            {(!warnings.is_empty()).then(|| view! {
                <ul class={"explain__warnings"}>{warnings.into_iter().map(|warning| view! { <li>{warning.message}</li> }).collect_view()}</ul>
            })}
        </div>
    }
    .into_any()
}

/// The name of a metric; it leads to the glossary, where there is one.
fn glossary(id: &'static str, name: &'static str) -> AnyView {
    if offline::is_file() {
        view! { {name} }.into_any()
    } else {
        view! { <A href=format!("/glossary#{id}")>{name}</A> }.into_any()
    }
}
