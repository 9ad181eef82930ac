//! What has an axis of numbers: columns, lines, stacks, with ticks and a legend.

use super::chart::Chart;
use super::fonts::{Line, Weight};
use super::scale::Scale;
use super::sheet::{Area, Colour};
use super::style::{ACCENT, ACCENT_SOFT, LINE, LINE_STRONG, MUTED, PREVIOUS, SERIES, SMALL};
use crate::export::words;
use crate::metrics::MetricId;
use crate::model::{Cell, TableColumn, Unit};
use crate::query::widgets::Look;

/// How numbers become places: the area within the axes.
struct Plot {
    area: Area,
    scale: Scale,
}

impl Plot {
    fn y(&self, number: f64) -> f32 {
        self.area.bottom() - self.scale.share(number) as f32 * self.area.height
    }
}

/// What is bad to have more of hangs below the axis.
fn hangs(column: &TableColumn) -> bool {
    let metric = MetricId::parse(&column.metric);
    metric.is_some_and(|metric| metric.spec().direction < 0)
}

impl Chart<'_, '_, '_> {
    /// Everything with an axis of numbers.
    pub fn over(&mut self, area: Area, look: Look, columns: &[usize], measure: &str) {
        let is_several = matches!(look, Look::Lines | Look::Stack);
        // By their places: a column may be called as another one is.
        let drawn: Vec<usize> = if is_several {
            columns.to_vec()
        } else {
            self.table.column_index(measure).into_iter().collect()
        };
        let table = self.table;
        let drawn = || {
            drawn
                .iter()
                .filter_map(|&at| Some((at, table.columns.get(at)?)))
        };
        let names: Vec<String> = drawn().map(|(_, column)| column.name.clone()).collect();
        let Some((_, first)) = drawn().next() else {
            return;
        };
        let unit = first.unit;
        let rows = table.rows.len();
        let of = |at: usize| -> Vec<Option<f64>> {
            let cells = table.rows.iter().map(|row| row.get(at));
            cells.map(|cell| cell.and_then(Cell::number)).collect()
        };
        let series: Vec<Vec<Option<f64>>> = drawn()
            .map(|(at, column)| {
                let hangs = look == Look::Stack && hangs(column);
                let numbers = of(at).into_iter();
                numbers
                    .map(|number| number.map(|number| if hangs { -number } else { number }))
                    .collect()
            })
            .collect();
        let previous = format!("{measure}_previous");
        let before = table
            .column_index(&previous)
            .filter(|_| !is_several)
            .map(of);
        let scale = if look == Look::Stack {
            let sums = (0..rows).flat_map(|row| {
                let numbers = series.iter().filter_map(move |numbers| numbers[row]);
                let up: f64 = numbers.clone().filter(|number| *number > 0.0).sum();
                let down: f64 = numbers.filter(|number| *number < 0.0).sum();
                [up, down]
            });
            Scale::around(sums, unit)
        } else {
            let all = series.iter().chain(before.iter()).flatten().flatten();
            Scale::around(all.copied(), unit)
        };
        let mut plot_area = area;
        if is_several || before.is_some() {
            let labels = self.legend_labels(&names, is_several, before.is_some());
            let used = self.legend(area, &labels);
            plot_area.y += used;
            plot_area.height -= used;
        }
        let has_columns = matches!(look, Look::Columns | Look::Histogram | Look::Stack);
        let plot = self.axes(plot_area, scale, unit);
        self.ticks(&plot, has_columns);
        match look {
            Look::Columns | Look::Histogram => self.columns(&plot, &series[0]),
            Look::Stack => self.stack(&plot, &series),
            _ => {
                for (at, numbers) in series.iter().enumerate() {
                    let colour = if is_several {
                        SERIES[at % SERIES.len()]
                    } else {
                        ACCENT
                    };
                    self.curve(&plot, numbers, colour, false, has_columns);
                }
            }
        }
        if let Some(before) = before {
            self.curve(&plot, &before, PREVIOUS, true, has_columns);
        }
    }

    fn legend_labels(
        &self,
        names: &[String],
        is_several: bool,
        has_before: bool,
    ) -> Vec<(String, Colour)> {
        let label = |name: &String| {
            let column = self
                .table
                .columns
                .iter()
                .find(|column| column.name == *name);
            column.map_or_else(String::new, |column| column.label.clone())
        };
        let mut labels: Vec<(String, Colour)> = names
            .iter()
            .enumerate()
            .map(|(at, name)| {
                (
                    label(name),
                    if is_several {
                        SERIES[at % SERIES.len()]
                    } else {
                        ACCENT
                    },
                )
            })
            .collect();
        if has_before {
            labels.push(("Compared period".into(), PREVIOUS));
        }
        labels
    }

    /// Colours and names in a row; gives the height it took.
    fn legend(&mut self, area: Area, labels: &[(String, Colour)]) -> f32 {
        const STEP: f32 = 12.0;
        let (mut x, mut y) = (area.x, area.y);
        for (label, colour) in labels {
            let line = self.fitted(label, Weight::Regular, SMALL, 130.0);
            let width = line.width * SMALL + 22.0;
            if x + width > area.right() && x > area.x {
                x = area.x;
                y += STEP;
            }
            let square = Area {
                x,
                y: y + 2.0,
                width: 6.0,
                height: 6.0,
            };
            self.rect(square, *colour);
            self.write((x + 9.0, y + 8.0), SMALL, MUTED, line);
            x += width;
        }
        y - area.y + STEP + 4.0
    }

    /// Lines and numbers of the axis.
    fn axes(&mut self, area: Area, scale: Scale, unit: Unit) -> Plot {
        let labels: Vec<(f64, Line)> = scale
            .ticks()
            .map(|number| {
                (
                    number,
                    self.line(
                        &words::axis(number.abs(), unit, &self.report.zone),
                        Weight::Regular,
                    ),
                )
            })
            .collect();
        let widest = labels
            .iter()
            .map(|(_, line)| line.width * SMALL)
            .fold(0.0, f32::max);
        let plot = Plot {
            area: Area {
                x: area.x + widest + 6.0,
                y: area.y + 4.0,
                width: area.width - widest - 6.0,
                height: area.height - 20.0,
            },
            scale,
        };
        for (number, line) in labels {
            let y = plot.y(number);
            let colour = if number == 0.0 { LINE_STRONG } else { LINE };
            self.path(
                vec![(plot.area.x, y), (plot.area.right(), y)],
                0.5,
                colour,
                false,
            );
            let x = area.x + widest - line.width * SMALL;
            self.write((x, y + SMALL * 0.36), SMALL, MUTED, line);
        }
        plot
    }

    /// The middle of a row's place.
    fn x(&self, plot: &Plot, row: usize, has_columns: bool) -> f32 {
        let rows = self.table.rows.len();
        if has_columns {
            return plot.area.x + plot.area.width * (row as f32 + 0.5) / rows as f32;
        }
        plot.area.x + plot.area.width * row as f32 / (rows.max(2) - 1) as f32
    }

    /// As many names below the axis as there is room for.
    fn ticks(&mut self, plot: &Plot, has_columns: bool) {
        let rows = self.table.rows.len();
        let bucket = words::bucket(self.table);
        let labels: Vec<Line> = (0..rows)
            .map(|row| {
                let text = match self.table.bucket_start_us.get(row) {
                    Some(&start) => words::tick(bucket, start, &self.report.zone),
                    None => self.text(row, 0),
                };
                self.fitted(&text, Weight::Regular, SMALL, 90.0)
            })
            .collect();
        let widest = labels
            .iter()
            .map(|line| line.width * SMALL)
            .fold(0.0, f32::max)
            + 8.0;
        let each = plot.area.width / rows as f32;
        let step = (widest / each).ceil().max(1.0) as usize;
        for (row, line) in labels.into_iter().enumerate().step_by(step) {
            let width = line.width * SMALL;
            let x = self.x(plot, row, has_columns) - width / 2.0;
            let x = x.clamp(plot.area.x, (plot.area.right() - width).max(plot.area.x));
            self.write((x, plot.area.bottom() + 11.0), SMALL, MUTED, line);
        }
    }

    fn column_width(&self, plot: &Plot) -> f32 {
        (plot.area.width / self.table.rows.len() as f32 * 0.72).min(38.0)
    }

    fn columns(&mut self, plot: &Plot, numbers: &[Option<f64>]) {
        let width = self.column_width(plot);
        for (row, number) in numbers.iter().enumerate() {
            let Some(number) = number.filter(|number| *number != 0.0) else {
                continue;
            };
            let (top, zero) = (plot.y(number.max(0.0)), plot.y(number.min(0.0)));
            let area = Area {
                x: self.x(plot, row, true) - width / 2.0,
                y: top,
                width,
                height: (zero - top).max(0.4),
            };
            // An unfinished bucket is outlined, so that nobody takes it for a fall.
            if self.table.incomplete_rows.contains(&(row as u32)) {
                self.rect(area, ACCENT_SOFT);
                let outline = vec![
                    (area.x, area.bottom()),
                    (area.x, area.y),
                    (area.right(), area.y),
                    (area.right(), area.bottom()),
                ];
                self.path(outline, 0.6, ACCENT, true);
            } else {
                self.rect(area, ACCENT);
            }
        }
    }

    fn stack(&mut self, plot: &Plot, series: &[Vec<Option<f64>>]) {
        let width = self.column_width(plot);
        for row in 0..self.table.rows.len() {
            let (mut up, mut down) = (0.0, 0.0);
            for (at, numbers) in series.iter().enumerate() {
                let Some(number) = numbers[row].filter(|number| *number != 0.0) else {
                    continue;
                };
                let from = if number > 0.0 { up } else { down };
                let until = from + number;
                let (top, bottom) = (plot.y(from.max(until)), plot.y(from.min(until)));
                let area = Area {
                    x: self.x(plot, row, true) - width / 2.0,
                    y: top,
                    width,
                    height: (bottom - top).max(0.2),
                };
                self.rect(area, SERIES[at % SERIES.len()]);
                if number > 0.0 {
                    up = until;
                } else {
                    down = until;
                }
            }
        }
    }

    /// A line with a gap wherever a number is missing; a number without neighbours is a point.
    fn curve(
        &mut self,
        plot: &Plot,
        numbers: &[Option<f64>],
        colour: Colour,
        is_dashed: bool,
        has_columns: bool,
    ) {
        let mut points: Vec<(f32, f32)> = Vec::new();
        for row in 0..=numbers.len() {
            let number = numbers.get(row).copied().flatten();
            if let Some(number) = number {
                points.push((self.x(plot, row, has_columns), plot.y(number)));
                continue;
            }
            let part = std::mem::take(&mut points);
            if let [(x, y)] = part.as_slice() {
                let point = Area {
                    x: x - 1.2,
                    y: y - 1.2,
                    width: 2.4,
                    height: 2.4,
                };
                self.rect(point, colour);
            } else if !part.is_empty() {
                self.path(part, if is_dashed { 0.9 } else { 1.4 }, colour, is_dashed);
            }
        }
    }
}
