//! Several series in one chart: lines beside each other, or columns on top of each other.

use charming::Chart;
use charming::datatype::CompositeValue;
use charming::element::{AxisType, Color, ItemStyle, LineStyle};
use charming::series::{Bar, Line};

use super::over_time::{grid, tooltip, x_axis, y_axis};
use super::{Drawing, Palette, SERIES, value};
use crate::metrics::MetricId;
use crate::model::{Cell, ResultTable, Unit};
use crate::query::widgets::Look;

/// Draws these columns of a table, as lines or stacked. `labels` are the ticks' texts, one a row.
pub fn several(
    table: &ResultTable,
    columns: &[usize],
    look: Look,
    labels: Vec<String>,
    palette: &Palette,
) -> Drawing {
    let unit = columns
        .first()
        .and_then(|&at| table.columns.get(at))
        .map_or(Unit::Count, |column| column.unit);
    let is_stacked = look == Look::Stack;
    let series: Vec<Vec<Option<f64>>> = columns
        .iter()
        .map(|&at| {
            let hangs = is_stacked && hangs(table, at);
            let numbers = table
                .rows
                .iter()
                .map(|row| row.get(at).and_then(Cell::number));
            numbers
                .map(|number| number.map(|number| if hangs { -number } else { number }))
                .collect()
        })
        .collect();
    let everything = series.iter().flatten().flatten().copied();
    let mut y = y_axis(unit, everything.clone(), palette);
    if everything.clone().any(|number| number < 0.0) {
        // Numbers below zero need their room.
        y = charming::component::Axis::new()
            .type_(AxisType::Value)
            .split_number(4)
            .axis_label(super::over_time::ticks(palette))
            .split_line(super::over_time::lines(palette));
    }
    let mut chart = Chart::new()
        .background_color(Color::from("transparent"))
        .animation(false)
        .grid(grid())
        .x_axis(x_axis(labels, is_stacked, palette))
        .y_axis(y)
        .tooltip(tooltip(is_stacked, palette));
    for (at, numbers) in series.into_iter().enumerate() {
        let colour = palette.series.get(at % SERIES).map_or("", String::as_str);
        let single = numbers.iter().flatten().count() == 1;
        let values: Vec<CompositeValue> = numbers.into_iter().map(value).collect();
        chart = if is_stacked {
            chart.series(
                Bar::new()
                    .data(values)
                    .stack("all")
                    .item_style(ItemStyle::new().color(colour)),
            )
        } else {
            chart.series(
                Line::new()
                    .data(values)
                    .show_symbol(single)
                    .symbol_size(6)
                    .item_style(ItemStyle::new().color(colour))
                    .line_style(LineStyle::new().width(2).color(colour)),
            )
        };
    }
    Drawing {
        chart,
        unit,
        can_brush: !table.bucket_start_us.is_empty(),
        brush: palette.accent_soft.clone(),
        ink: palette.text.clone(),
        has_patterns: palette.has_patterns,
    }
}

/// What is bad to have more of hangs below the axis.
fn hangs(table: &ResultTable, column: usize) -> bool {
    let metric = table
        .columns
        .get(column)
        .and_then(|column| MetricId::parse(&column.metric));
    metric.is_some_and(|metric| metric.spec().direction < 0)
}
