//! A widget's drawing: the chart function of its look, in the page's colours and the viewer's words.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::words;
use crate::charts::{Drawing, Palette, SERIES, bars, over_time, several};
use crate::model::{ResultTable, Unit};
use crate::query::widgets::{Look, WidgetSpec};
use crate::ui::browser::{dom, locale};
use crate::ui::state::board::Answered;

thread_local! {
    /// By theme: reading one colour makes the browser compute the styles of the whole page.
    static PALETTES: RefCell<HashMap<bool, Rc<Palette>>> = RefCell::default();
}

/// The colours in force, which are the dark ones or not.
pub fn palette(is_dark: bool) -> Rc<Palette> {
    PALETTES.with_borrow_mut(|palettes| {
        Rc::clone(palettes.entry(is_dark).or_insert_with(|| Rc::new(read())))
    })
}

fn read() -> Palette {
    Palette {
        accent: dom::token("--accent"),
        accent_soft: dom::token("--accent-soft"),
        previous: dom::token("--previous"),
        bad: dom::token("--bad"),
        text: dom::token("--text"),
        muted: dom::token("--muted"),
        line: dom::token("--line"),
        surface: dom::token("--surface"),
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
            .filter_map(|(row, unit)| Some(locale::cell(row.first()?, unit)))
            .collect();
    }
    let bucket = words::bucket(table);
    let starts = table.bucket_start_us.iter();
    starts.map(|&start| words::tick(bucket, start)).collect()
}

/// What to draw; nothing without a table.
pub fn drawing(spec: &WidgetSpec, answered: &Answered, palette: &Palette) -> Option<Drawing> {
    let table = pictured(spec, answered)?;
    let measure = spec.measure.id();
    let labels = labels(table);
    Some(match spec.look {
        Look::Lines | Look::Stack => several(table, &spec.drawn(table), spec.look, labels, palette),
        Look::Tiles => over_time(table, measure, Look::Columns, labels, palette),
        Look::Columns | Look::Line | Look::Histogram | Look::Curve => {
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
