//! A widget's drawing: the chart function of its look, in the page's colours and the viewer's words.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::words;
use crate::charts::{Drawing, Palette, bars, over_time};
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
    words::tip(pictured(spec, answered)?, spec.measure.id(), mark)
}

/// What to draw; nothing without a table.
pub fn drawing(spec: &WidgetSpec, answered: &Answered, palette: &Palette) -> Option<Drawing> {
    let table = pictured(spec, answered)?;
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
    Some(over_time(table, measure, look, labels, palette))
}

/// How an axis writes its numbers.
pub fn axis_text(number: f64, unit: Unit) -> String {
    match unit {
        Unit::Count => locale::compact(number),
        unit => locale::number_in(number, unit),
    }
}
