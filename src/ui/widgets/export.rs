//! A widget as CSV, JSON, PNG, SVG, or on the clipboard (X1): the numbers on the screen, complete.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::figure::{axis_text, drawing, palette};
use crate::charts::Palette;
use crate::export;
use crate::query::Question;
use crate::query::widgets::WidgetSpec;
use crate::ui::browser::{charts, download};
use crate::ui::components::{Icon, Popover};
use crate::ui::state::board::Answered;
use crate::ui::state::notices::{Tone, use_notices};
use crate::ui::state::preferences::use_preferences;

/// Size of an exported image, CSS pixels.
const IMAGE: (u32, u32) = (960, 480);

const FORMATS: [(&str, &str); 5] = [
    ("csv", "CSV table"),
    ("json", "JSON with provenance"),
    ("png", "PNG image"),
    ("svg", "SVG image"),
    ("copy", "Copy table"),
];

#[component]
pub fn ExportWidget(
    spec: &'static WidgetSpec,
    answered: Memo<Option<Arc<Answered>>>,
) -> impl IntoView {
    let notices = use_notices();
    let preferences = use_preferences();
    let open = RwSignal::new(false);
    let button = || view! { <Icon name="download" /> };
    let run = move |format: &'static str| {
        open.set(false);
        let Some(answered) = answered.get_untracked() else {
            return;
        };
        let is_dark = preferences.is_dark.get_untracked();
        let palette = palette(is_dark, preferences.has_patterns.get_untracked());
        spawn_local(async move {
            match write(spec, &answered, format, &palette).await {
                Ok(()) if format == "copy" => {
                    notices.say(Tone::Info, "Copied; paste it into a spreadsheet.")
                }
                Ok(()) => {}
                Err(sentence) => notices.say(Tone::Problem, sentence),
            }
        });
    };
    view! {
        <Popover action="export" title="Export" class="button button--icon" label=format!("Export {}", spec.title) open end=true button=button.into()>
            <ul class={"menu"}>
                {FORMATS.map(|(format, name)| view! {
                    <li><button type={"button"} class={"menu__item"} data-export=format on:click=move |_| run(format)>
                        <Icon name=if format == "copy" { "copy" } else { "download" } />{name}
                    </button></li>
                }).into_iter().collect_view()}
            </ul>
        </Popover>
    }
}

async fn write(
    spec: &WidgetSpec,
    answered: &Answered,
    format: &str,
    palette: &Palette,
) -> Result<(), String> {
    let name = file_name(spec.id, &answered.question, format);
    let Some(table) = answered.tables.first() else {
        return Ok(());
    };
    match format {
        // The mark tells spreadsheets that this is UTF-8.
        "csv" => download::save(
            &name,
            format!("\u{feff}{}", export::csv(table, export::Names::Defused)).as_bytes(),
            "text/csv",
        ),
        "json" => download::save(&name, document(answered).as_bytes(), "application/json"),
        "copy" => download::copy(&export::tabs(table)).await,
        _ => {
            let drawing = drawing(spec, answered, palette).ok_or("There is nothing to draw.")?;
            let svg = charts::svg(&drawing, IMAGE.0, IMAGE.1, axis_text).await?;
            if format == "svg" {
                download::save(&name, svg.as_bytes(), "image/svg+xml")
            } else {
                download::save_png(&name, &svg, IMAGE.0, IMAGE.1).await
            }
        }
    }
}

/// The shared JSON of an answer.
fn document(answered: &Answered) -> String {
    export::document(
        &answered.question,
        &answered.periods,
        &answered.provenance,
        &answered.tables,
    )
    .to_string()
}

/// "toolscope-top-tools-30d.csv"
pub fn file_name(what: &str, question: &Question, ending: &str) -> String {
    let range: String = question
        .range
        .to_text()
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() || letter == '-' || letter == '.' {
                letter
            } else {
                '-'
            }
        })
        .collect();
    format!("toolscope-{what}-{range}.{ending}")
}
