//! Charts of result tables as lines and shapes: columns, lines, stacks, rankings, heat, big numbers. The same numbers and
//! the same looks as on the page, drawn here because the file must be the same wherever it is made.

use super::flow::Flow;
use super::fonts::{Line, Weight};
use super::heat;
use super::sheet::{Area, Colour, Mark, Role};
use super::style::{ACCENT, INK, MUTED, SMALL};
use super::table::place;
use crate::export::report::{heading, is_comparison, is_usual};
use crate::export::{Report, words};
use crate::model::{Cell, ResultTable};
use crate::query::widgets::{Look, WidgetSpec};

const HEIGHT: f32 = 150.0;
const BAR: f32 = 15.0;
/// Bars of a ranking; the table has all rows.
const BARS_MAX: usize = 15;

/// The height of a widget's figure with all around it; nothing for what is read better as a table.
pub fn height(spec: &WidgetSpec, table: &ResultTable) -> Option<f32> {
    let rows = table.rows.len();
    match spec.look {
        _ if rows == 0 => None,
        Look::Tiles => Some(62.0),
        Look::Columns | Look::Line | Look::Histogram | Look::Curve if rows > 1 => Some(HEIGHT),
        Look::Lines | Look::Stack | Look::Multiples if rows > 1 => Some(HEIGHT + 16.0),
        Look::Bars | Look::Funnel => Some(rows.min(BARS_MAX) as f32 * BAR + 6.0),
        Look::Heatmap => Some(heat::HEIGHT),
        _ => None,
    }
}

/// Draws it below what is there.
pub fn chart(
    flow: &mut Flow,
    report: &Report,
    spec: &WidgetSpec,
    table: &ResultTable,
    section: usize,
) {
    let Some(height) = height(spec, table) else {
        return;
    };
    flow.y += 6.0;
    let area = place(flow, height);
    let figure = Role::Figure(format!("{}: {}", table.title, spec.description));
    let part = flow.part(figure, Some(section));
    let mut chart = Chart {
        flow,
        report,
        table,
        part,
    };
    match spec.look {
        Look::Tiles => chart.tiles(area),
        Look::Heatmap => heat::heat(&mut chart, area),
        Look::Bars | Look::Funnel => chart.bars(area, spec.measure.id()),
        // On paper they share one picture.
        Look::Multiples => chart.over(area, Look::Lines, &spec.drawn(table), spec.measure.id()),
        look => chart.over(area, look, &spec.drawn(table), spec.measure.id()),
    }
    chart.flow.y += 8.0;
}

/// A figure that is being drawn.
pub struct Chart<'c, 'f, 'a> {
    pub flow: &'c mut Flow<'f, 'a>,
    pub report: &'c Report,
    pub table: &'c ResultTable,
    part: usize,
}

impl Chart<'_, '_, '_> {
    pub fn line(&self, text: &str, weight: Weight) -> Line {
        self.flow.fonts.line(text, weight)
    }

    pub fn write(&mut self, at: (f32, f32), size: f32, colour: Colour, line: Line) {
        self.flow.line_at(at, size, colour, line, Some(self.part));
    }

    pub fn rect(&mut self, area: Area, colour: Colour) {
        let points = vec![
            (area.x, area.y),
            (area.right(), area.y),
            (area.right(), area.bottom()),
            (area.x, area.bottom()),
        ];
        self.flow
            .put(Mark::Shape { points, colour }, Some(self.part));
    }

    pub fn path(&mut self, points: Vec<(f32, f32)>, width: f32, colour: Colour, is_dashed: bool) {
        let mark = Mark::Path {
            points,
            width,
            colour,
            is_dashed,
        };
        self.flow.put(mark, Some(self.part));
    }

    pub fn number(&self, row: usize, name: &str) -> Option<f64> {
        let cell = self.table.cell(row, name)?;
        cell.number().filter(|number| number.is_finite())
    }

    pub fn text(&self, row: usize, at: usize) -> String {
        words::cell_at(self.table, row, at, &self.report.zone)
    }

    /// As much of a text as there is room for.
    pub fn fitted(&self, text: &str, weight: Weight, size: f32, room: f32) -> Line {
        let whole = self.line(text, weight);
        if whole.width * size <= room {
            return whole;
        }
        let mut lines = self.flow.fonts.wrap(text, weight, (room - size) / size);
        lines.truncate(1);
        let start = lines.pop().map(|line| line.text).unwrap_or_default();
        self.line(&format!("{}…", start.trim_end()), weight)
    }

    /// Big numbers, each with its change.
    fn tiles(&mut self, area: Area) {
        const BIG: f32 = 19.0;
        let columns: Vec<usize> = (0..self.table.columns.len())
            .filter(|&at| {
                let column = &self.table.columns[at];
                is_usual(None, column) && !is_comparison(column)
            })
            .collect();
        let width = area.width / columns.len().max(1) as f32;
        for (place, at) in columns.into_iter().enumerate() {
            let column = &self.table.columns[at];
            let x = area.x + place as f32 * width;
            let label = self.fitted(&heading(column), Weight::Regular, SMALL, width - 8.0);
            self.write((x, area.y + 10.0), SMALL, MUTED, label);
            let value = self.fitted(&self.text(0, at), Weight::SemiBold, BIG, width - 8.0);
            self.write((x, area.y + 33.0), BIG, INK, value);
            let beside = |ending: &str| {
                let at = self
                    .table
                    .column_index(&format!("{}{ending}", column.name))?;
                let is_told = self
                    .table
                    .rows
                    .first()
                    .is_some_and(|row| row[at] != Cell::Null);
                is_told.then(|| self.text(0, at))
            };
            if let Some((change, before)) = beside("_change").zip(beside("_previous")) {
                let text = format!("{change} from {before}");
                let line = self.fitted(&text, Weight::Regular, SMALL, width - 8.0);
                self.write((x, area.y + 47.0), SMALL, MUTED, line);
            }
        }
    }

    /// A ranking: names, bars, numbers.
    fn bars(&mut self, area: Area, measure: &str) {
        let Some(column) = self.table.column_index(measure) else {
            return;
        };
        let rows = self.table.rows.len().min(BARS_MAX);
        let names: Vec<String> = (0..rows).map(|row| self.text(row, 0)).collect();
        let widths = names
            .iter()
            .map(|name| self.line(name, Weight::Regular).width * SMALL);
        let names_width = widths.fold(0.0, f32::max).min(area.width * 0.32);
        let numbers =
            (0..rows).map(|row| self.line(&self.text(row, column), Weight::Regular).width * SMALL);
        let numbers_width = numbers.fold(0.0, f32::max);
        let left = area.x + names_width + 8.0;
        let room = (area.right() - left - numbers_width - 8.0).max(0.0);
        let values: Vec<f64> = (0..rows)
            .map(|row| self.number(row, measure).unwrap_or_default())
            .collect();
        let greatest = values.iter().copied().fold(0.0, f64::max);
        for (row, name) in names.iter().enumerate() {
            let y = area.y + row as f32 * BAR;
            let name = self.fitted(name, Weight::Regular, SMALL, names_width + 0.1);
            self.write((area.x, y + 10.0), SMALL, INK, name);
            let share = if greatest > 0.0 {
                (values[row] / greatest).max(0.0) as f32
            } else {
                0.0
            };
            let bar = Area {
                x: left,
                y: y + 3.0,
                width: (room * share).max(0.6),
                height: BAR - 6.0,
            };
            self.rect(bar, ACCENT);
            let number = self.line(&self.text(row, column), Weight::Regular);
            self.write((bar.right() + 5.0, y + 10.0), SMALL, MUTED, number);
        }
    }
}
