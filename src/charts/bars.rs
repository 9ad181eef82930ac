//! A ranking as horizontal bars: for images; on the page it is a list that can be clicked and read aloud.

use charming::Chart;
use charming::component::{Axis, Grid};
use charming::datatype::CompositeValue;
use charming::element::{
    AxisLabel, AxisLine, AxisTick, AxisType, Color, ItemStyle, Label, LabelPosition, LineStyle,
    SplitLine,
};
use charming::series::Bar;

use super::{Drawing, Palette, value};
use crate::model::{Cell, ResultTable, Unit};

/// Draws `measure` by name; `labels` are the names and `texts` the values, one a row, the greatest first.
pub fn bars(
    table: &ResultTable,
    measure: &str,
    mut labels: Vec<String>,
    palette: &Palette,
) -> Drawing {
    let column = table.columns.iter().find(|column| column.name == measure);
    let mut values: Vec<CompositeValue> = (0..table.rows.len())
        .map(|row| value(table.cell(row, measure).and_then(Cell::number)))
        .collect();
    // The axis counts from below.
    labels.reverse();
    values.reverse();
    let chart = Chart::new()
        .background_color(Color::from(palette.surface.as_str()))
        .animation(false)
        .grid(
            Grid::new()
                .left(16)
                .right(56)
                .top(16)
                .bottom(16)
                .contain_label(true),
        )
        .x_axis(
            Axis::new()
                .type_(AxisType::Value)
                .axis_label(AxisLabel::new().color(palette.muted.as_str()).font_size(11))
                .split_line(
                    SplitLine::new().line_style(LineStyle::new().color(palette.line.as_str())),
                ),
        )
        .y_axis(
            Axis::new()
                .type_(AxisType::Category)
                .data(labels)
                .axis_line(AxisLine::new().show(false))
                .axis_tick(AxisTick::new().show(false))
                .axis_label(AxisLabel::new().color(palette.text.as_str()).font_size(12)),
        )
        .series(
            Bar::new()
                .data(values)
                .item_style(ItemStyle::new().color(palette.accent.as_str()))
                .label(
                    Label::new()
                        .show(true)
                        .position(LabelPosition::Right)
                        .color(palette.text.as_str()),
                ),
        );
    Drawing {
        chart,
        unit: column.map_or(Unit::Count, |column| column.unit),
        can_brush: false,
        brush: String::new(),
        ink: palette.text.clone(),
        has_patterns: palette.has_patterns,
    }
}
