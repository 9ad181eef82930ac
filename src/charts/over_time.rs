//! A measure over time: columns for counts, a line for rates and cumulative counts; the comparison as a thin line.

use charming::Chart;
use charming::component::{Axis, Grid};
use charming::datatype::{CompositeValue, DataPoint, DataPointItem};
use charming::element::{
    AreaStyle, AxisLabel, AxisLine, AxisPointer, AxisPointerType, AxisTick, AxisType, BorderType,
    Color, ItemStyle, Label, LineStyle, LineStyleType, MarkLine, MarkLineData, MarkLineVariant,
    SplitLine, Symbol, Tooltip, Trigger,
};
use charming::series::{Bar, Line};

use super::{Drawing, Palette, value};
use crate::model::{Cell, ResultTable, Unit};
use crate::query::widgets::Look;

/// Gaps between ticks of a rate axis, from fine to coarse.
const RATE_STEPS: [f64; 7] = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25];
const RATE_TICKS_MAX: f64 = 5.0;

/// Draws `measure` of a table by time. `labels` are the ticks' texts, one a row.
pub fn over_time(
    table: &ResultTable,
    measure: &str,
    look: Look,
    labels: Vec<String>,
    palette: &Palette,
) -> Drawing {
    let column = table.columns.iter().find(|column| column.name == measure);
    let unit = column.map_or(Unit::Count, |column| column.unit);
    let numbers = |name: &str| -> Vec<Option<f64>> {
        (0..table.rows.len())
            .map(|row| table.cell(row, name).and_then(Cell::number))
            .collect()
    };
    let current = numbers(measure);
    let previous_name = format!("{measure}_previous");
    let previous = table
        .column_index(&previous_name)
        .map(|_| numbers(&previous_name));
    let everything = current
        .iter()
        .chain(previous.iter().flatten())
        .flatten()
        .copied();
    let mut chart = Chart::new()
        .background_color(Color::from("transparent"))
        .animation(false)
        .grid(grid())
        .x_axis(x_axis(
            labels,
            look == Look::Columns || look == Look::Histogram,
            palette,
        ))
        .y_axis(y_axis(unit, everything, palette))
        .tooltip(tooltip(
            look == Look::Columns || look == Look::Histogram,
            palette,
        ));
    chart = match look {
        Look::Columns | Look::Histogram => chart.series(columns(table, &current, palette)),
        _ => chart.series(line(&current, unit, palette)),
    };
    if let Some(previous) = previous {
        chart = chart.series(before(&previous, palette));
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

/// A distribution: columns of classes, with lines where something lies (the class, and what it is called).
pub fn histogram(
    table: &ResultTable,
    measure: &str,
    labels: Vec<String>,
    marks: &[(usize, String)],
    palette: &Palette,
) -> Drawing {
    let mut drawing = over_time(table, measure, Look::Histogram, labels, palette);
    let within = marks.iter().filter(|(class, _)| *class < table.rows.len());
    let lines: Vec<MarkLineVariant> = within
        .map(|(class, name)| {
            let line = MarkLineData::new().x_axis(*class as f64);
            MarkLineVariant::Simple(line.name(name.as_str()))
        })
        .collect();
    if !lines.is_empty() {
        let style = LineStyle::new().type_(LineStyleType::Dashed);
        // A series without columns of its own: a line draws nothing, and takes no room beside the columns.
        let marked = Line::new().data(Vec::<CompositeValue>::new()).mark_line(
            MarkLine::new()
                .silent(true)
                .symbol(vec![Symbol::None])
                .label(Label::new().formatter("{b}").color(palette.text.as_str()))
                .line_style(style.color(palette.text.as_str()))
                .data(lines),
        );
        drawing.chart = drawing.chart.series(marked);
    }
    drawing
}

fn columns(table: &ResultTable, numbers: &[Option<f64>], palette: &Palette) -> Bar {
    let items: Vec<DataPoint> = numbers
        .iter()
        .enumerate()
        .map(|(row, number)| {
            if !table.incomplete_rows.contains(&(row as u32)) {
                return DataPoint::from(value(*number));
            }
            // An unfinished bucket is outlined, so that nobody takes it for a fall.
            let style = ItemStyle::new()
                .color(palette.accent_soft.as_str())
                .border_color(palette.accent.as_str())
                .border_width(1)
                .border_type(BorderType::Dashed);
            DataPoint::from(DataPointItem::new(value(*number)).item_style(style))
        })
        .collect();
    Bar::new()
        .data(items)
        .item_style(ItemStyle::new().color(palette.accent.as_str()))
}

fn line(numbers: &[Option<f64>], unit: Unit, palette: &Palette) -> Line {
    let values: Vec<CompositeValue> = numbers.iter().map(|number| value(*number)).collect();
    let single = numbers.iter().flatten().count() == 1;
    let line = Line::new()
        .data(values)
        .show_symbol(single)
        .symbol_size(6)
        .item_style(ItemStyle::new().color(palette.accent.as_str()))
        .line_style(LineStyle::new().width(2).color(palette.accent.as_str()));
    // The area under a rate means nothing; under a count it does.
    if unit == Unit::Count {
        line.area_style(
            AreaStyle::new()
                .color(palette.accent_soft.as_str())
                .opacity(0.5),
        )
    } else {
        line
    }
}

fn before(numbers: &[Option<f64>], palette: &Palette) -> Line {
    let values: Vec<CompositeValue> = numbers.iter().map(|number| value(*number)).collect();
    Line::new()
        .data(values)
        .show_symbol(false)
        .item_style(ItemStyle::new().color(palette.previous.as_str()))
        .line_style(
            LineStyle::new()
                .width(1.5)
                .type_(LineStyleType::Dashed)
                .color(palette.previous.as_str()),
        )
}

pub(super) fn grid() -> Grid {
    Grid::new()
        .left(4)
        .right(8)
        .top(12)
        .bottom(4)
        .contain_label(true)
}

/// `has_columns`: marks stand in the middle of their buckets.
pub(super) fn x_axis(labels: Vec<String>, has_columns: bool, palette: &Palette) -> Axis {
    Axis::new()
        .type_(AxisType::Category)
        .data(labels)
        .boundary_gap(has_columns)
        .axis_line(AxisLine::new().show(false))
        .axis_tick(AxisTick::new().show(false))
        .axis_label(ticks(palette))
}

/// Rates get an axis that shows their movement; counts begin at zero.
pub(super) fn y_axis(unit: Unit, numbers: impl Iterator<Item = f64>, palette: &Palette) -> Axis {
    let axis = Axis::new()
        .type_(AxisType::Value)
        .split_number(4)
        .axis_label(ticks(palette))
        .split_line(lines(palette));
    if unit == Unit::Milliseconds {
        let greatest = numbers.fold(0.0, f64::max);
        let (step, until) = time_span(greatest);
        return axis.min(0).max(until).interval(step);
    }
    if unit != Unit::Ratio {
        return axis.min(0).min_interval(1.0);
    }
    let (low, high, step) = rate_span(numbers);
    axis.min(low).max(high).interval(step)
}

pub(super) fn ticks(palette: &Palette) -> AxisLabel {
    AxisLabel::new().color(palette.muted.as_str()).font_size(11)
}

pub(super) fn lines(palette: &Palette) -> SplitLine {
    SplitLine::new().line_style(LineStyle::new().color(palette.line.as_str()).opacity(0.6))
}

/// Gaps between ticks of an axis of times that a person reads at a glance, ms: up to a second, a minute, an hour, a day.
const TIME_STEPS: [f64; 27] = [
    0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1e3, 2e3, 5e3, 1e4, 1.5e4,
    3e4, 6e4, 1.2e5, 3e5, 6e5, 9e5, 1.8e6, 3.6e6, 7.2e6, 1.44e7,
];
const DAY_MS: f64 = 8.64e7;

/// (tick, until) of an axis of times from 0.
fn time_span(greatest: f64) -> (f64, f64) {
    let fits = |step: &f64| greatest / step <= RATE_TICKS_MAX;
    let step = TIME_STEPS.into_iter().find(fits);
    let step =
        step.unwrap_or_else(|| (greatest / RATE_TICKS_MAX / DAY_MS).ceil().max(1.0) * DAY_MS);
    (step, (greatest / step).ceil().max(1.0) * step)
}

/// (from, until, tick) of a rate axis: round, around the data, never beyond 0 and 1.
fn rate_span(numbers: impl Iterator<Item = f64>) -> (f64, f64, f64) {
    let (low, high) = numbers.fold((1.0_f64, 0.0_f64), |(low, high), number| {
        (low.min(number), high.max(number))
    });
    if low > high {
        return (0.0, 1.0, 0.25);
    }
    // Two ticks apart by a hair more than four steps is the dust of binary fractions, not a fifth step.
    let step = RATE_STEPS
        .into_iter()
        .find(|step| (high - low) / step <= RATE_TICKS_MAX - 1.0 + 1e-6)
        .unwrap_or(0.25);
    let from = (low / step + 1e-6).floor() * step;
    let until = ((high / step - 1e-6).ceil() * step).min(1.0);
    // A flat line gets room below, and above where there is nothing below.
    let from = from.min(until - 2.0 * step).max(0.0);
    let until = until.max(from + 2.0 * step).min(1.0);
    (round(from), round(until), step)
}

/// Without the dust of binary fractions.
fn round(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

pub(super) fn tooltip(has_columns: bool, palette: &Palette) -> Tooltip {
    let pointer = if has_columns {
        AxisPointerType::Shadow
    } else {
        AxisPointerType::Line
    };
    Tooltip::new()
        .trigger(Trigger::Axis)
        .background_color(palette.surface.as_str())
        .border_color(palette.line.as_str())
        .border_width(1)
        .axis_pointer(AxisPointer::new().type_(pointer))
}

#[cfg(test)]
mod tests {
    use super::{rate_span, time_span};

    #[test]
    fn an_axis_of_times_has_ticks_that_people_count_in() {
        assert_eq!(time_span(450.0), (100.0, 500.0));
        assert_eq!(time_span(4_600.0), (1e3, 5e3));
        assert_eq!(time_span(520_000.0), (120_000.0, 600_000.0));
        assert_eq!(time_span(0.0), (0.1, 0.1));
        assert_eq!(time_span(10.0 * 8.64e7), (2.0 * 8.64e7, 10.0 * 8.64e7));
    }

    #[test]
    fn a_rate_axis_is_round_and_shows_the_movement() {
        assert_eq!(rate_span([0.95, 0.97].into_iter()), (0.95, 0.97, 0.005));
        assert_eq!(rate_span([0.1, 0.92].into_iter()), (0.0, 1.0, 0.25));
        assert_eq!(rate_span([1.0].into_iter()), (0.99, 1.0, 0.005));
        assert_eq!(rate_span([0.0].into_iter()), (0.0, 0.01, 0.005));
        assert_eq!(rate_span(std::iter::empty()), (0.0, 1.0, 0.25));
    }
}
