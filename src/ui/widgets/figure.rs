//! A widget's drawing: the chart function of its look, in the page's colours and the viewer's words.

use super::words;
use crate::charts::{Drawing, Palette, bars, over_time};
use crate::model::Unit;
use crate::query::widgets::{Look, WidgetSpec};
use crate::ui::browser::{dom, locale};
use crate::ui::state::board::Answered;

/// The colours in force.
pub fn palette() -> Palette {
    Palette {
        accent: dom::token("--accent"),
        accent_soft: dom::token("--accent-soft"),
        previous: dom::token("--previous"),
        bad: dom::token("--bad"),
        text: dom::token("--text"),
        muted: dom::token("--muted"),
        line: dom::token("--line"),
        surface: dom::token("--surface"),
    }
}

/// What to draw; nothing without a table.
pub fn drawing(spec: &WidgetSpec, answered: &Answered, palette: &Palette) -> Option<Drawing> {
    let table = match spec.look {
        // The tiles' picture is their trend.
        Look::Tiles => answered.tables.get(1),
        _ => answered.tables.first(),
    }?;
    let measure = spec.measure.id();
    if spec.look == Look::Bars {
        let names = table.rows.iter().filter_map(|row| row.first());
        let labels = names.map(|name| locale::cell(name, Unit::Text)).collect();
        return Some(bars(table, measure, labels, palette));
    }
    let bucket = words::bucket(table);
    let labels = table
        .bucket_start_us
        .iter()
        .map(|&start| words::tick(bucket, start))
        .collect();
    let look = if spec.look == Look::Tiles {
        Look::Columns
    } else {
        spec.look
    };
    Some(over_time(
        table,
        measure,
        look,
        labels,
        words::tips(table, measure),
        palette,
    ))
}

/// How an axis writes its numbers.
pub fn axis_text(number: f64, unit: Unit) -> String {
    match unit {
        Unit::Count => locale::compact(number),
        unit => locale::number_in(number, unit),
    }
}
