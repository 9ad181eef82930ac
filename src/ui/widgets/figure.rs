//! A widget's drawing: the chart function of its look, in the page's colours and the viewer's words.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::words;
use crate::charts::{Drawing, Palette, SERIES, bars, histogram, over_time, several};
use crate::metrics::MetricId;
use crate::model::durations::duration_class;
use crate::model::{Cell, ResultTable, Unit};
use crate::query::widgets::{Look, WidgetSpec};
use crate::ui::browser::{dom, locale};
use crate::ui::state::board::Answered;

thread_local! {
    /// By theme: reading one colour makes the browser compute the styles of the whole page.
    static PALETTES: RefCell<HashMap<(bool, bool), Rc<Palette>>> = RefCell::default();
}

/// The colours in force, which are the dark ones or not, with or without patterns.
pub fn palette(is_dark: bool, has_patterns: bool) -> Rc<Palette> {
    PALETTES.with_borrow_mut(|palettes| {
        let held = palettes.entry((is_dark, has_patterns));
        Rc::clone(held.or_insert_with(|| Rc::new(read(has_patterns))))
    })
}

fn read(has_patterns: bool) -> Palette {
    Palette {
        accent: dom::token("--accent"),
        accent_soft: dom::token("--accent-soft"),
        previous: dom::token("--previous"),
        bad: dom::token("--bad"),
        text: dom::token("--text"),
        muted: dom::token("--muted"),
        line: dom::token("--line"),
        surface: dom::token("--surface"),
        has_patterns,
        series: (0..SERIES)
            .map(|at| dom::token(&format!("--series-{at}")))
            .collect(),
    }
}

/// The table that the picture shows.
fn pictured<'a>(spec: &WidgetSpec, answered: &'a Answered) -> Option<&'a ResultTable> {
    match spec.look {
        // The tiles' picture is their trend.
        Look::Tiles => answered.tables.get(1),
        _ => answered.tables.first(),
    }
}

/// What the tooltip of a mark says.
pub fn tip(spec: &WidgetSpec, answered: &Answered, mark: usize) -> Option<String> {
    let table = pictured(spec, answered)?;
    words::tip(table, &spec.drawn(table), mark)
}

/// The ticks below a chart, one a row.
fn labels(table: &ResultTable) -> Vec<String> {
    if table.bucket_start_us.is_empty() {
        let names = table.rows.iter().zip(
            table
                .columns
                .first()
                .map(|column| column.unit)
                .into_iter()
                .cycle(),
        );
        return names
            .filter_map(|(row, unit)| match (row.first()?, unit) {
                (Cell::Float(share), Unit::Ratio) => Some(locale::whole_percent(*share)),
                (cell, unit) => Some(locale::cell(cell, unit)),
            })
            .collect();
    }
    let bucket = words::bucket(table);
    let starts = table.bucket_start_us.iter();
    starts.map(|&start| words::tick(bucket, start)).collect()
}

/// Percentiles to mark in a distribution: the class each lies in, and what it is called.
fn marks(answered: &Answered) -> Vec<(usize, String)> {
    let Some(percentiles) = answered.tables.get(1) else {
        return Vec::new();
    };
    let mut marks: Vec<(usize, String)> = Vec::new();
    for (metric, name) in [
        (MetricId::DurationP50, "p50"),
        (MetricId::DurationP95, "p95"),
    ] {
        let Some(ms) = percentiles.cell(0, metric.id()).and_then(Cell::number) else {
            continue;
        };
        let class = duration_class(ms);
        match marks.last_mut().filter(|(last, _)| *last == class) {
            Some((_, names)) => names.push_str(&format!(", {name}")),
            None => marks.push((class, name.to_owned())),
        }
    }
    marks
}

/// What to draw; nothing without a table.
pub fn drawing(spec: &WidgetSpec, answered: &Answered, palette: &Palette) -> Option<Drawing> {
    let table = pictured(spec, answered)?;
    let measure = spec.measure.id();
    let labels = labels(table);
    Some(match spec.look {
        Look::Lines | Look::Stack => several(table, &spec.drawn(table), spec.look, labels, palette),
        Look::Tiles => over_time(table, measure, Look::Columns, labels, palette),
        Look::Histogram => histogram(table, measure, labels, &marks(answered), palette),
        Look::Multiples => several(table, &spec.drawn(table), Look::Lines, labels, palette),
        Look::Columns | Look::Line | Look::Curve => {
            over_time(table, measure, spec.look, labels, palette)
        }
        // On the page these are lists and tables; as an image they are bars.
        _ => bars(table, measure, labels, palette),
    })
}

/// How an axis writes its numbers.
pub fn axis_text(number: f64, unit: Unit) -> String {
    match unit {
        Unit::Count => locale::compact(number),
        unit => locale::number_in(number, unit),
    }
}
