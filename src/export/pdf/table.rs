//! Tables across pages: headings repeated, numbers to the right, names wrapped; what is too wide for a page goes on below
//! with its first column again.

use super::flow::Flow;
use super::fonts::{Line, Weight};
use super::sheet::{Area, Colour, Role};
use super::style::{CELL, INK, LINE, LINE_HEIGHT, LINE_STRONG, MARGIN, MUTED, SMALL};
use crate::export::report::heading;
use crate::export::{Report, words};
use crate::model::{Cell, ResultTable, Unit};

/// Beside and above a cell's text.
const BESIDE: f32 = 5.0;
const ABOVE: f32 = 2.4;
/// The widest that a name is before it is wrapped; less where a table would not fit otherwise.
const TEXT_WIDTHS: [f32; 5] = [220.0, 170.0, 130.0, 100.0, 80.0];
/// Room that a column takes beyond its need, where there is room.
const EXTRA_MAX: f32 = 36.0;
/// From so many cells on a row is one thing to readers aloud: the structure would be larger than the table.
const CELLS_TOLD_MAX: usize = 40_000;
/// Room below a table for a remark, so that none stands alone on the next page.
const REMARK: f32 = 14.0;
/// The widest name where a table goes on below itself.
const TEXT_WIDTH_IN_BANDS: f32 = 170.0;
/// Rows that must stand below a heading.
const ROWS_BELOW: f32 = 3.0;
const ROW: f32 = CELL * LINE_HEIGHT + 2.0 * ABOVE;

/// Some columns of a table that fit beside each other, with their widths.
struct Band {
    columns: Vec<(usize, f32)>,
}

impl Band {
    fn width(&self) -> f32 {
        self.columns.iter().map(|(_, width)| width).sum()
    }
}

/// A table that is being drawn.
struct Drawn<'t> {
    report: &'t Report,
    table: &'t ResultTable,
    section: usize,
}

/// The height that a table needs at least, so that nothing above it is left alone.
pub fn least_height(table: &ResultTable) -> f32 {
    ROW * (1.8 + ROWS_BELOW.min(table.rows.len() as f32))
}

/// How many bands a table takes in this width; for choosing how the paper lies.
pub fn bands_in(
    flow: &Flow,
    report: &Report,
    table: &ResultTable,
    columns: &[usize],
    width: f32,
) -> usize {
    bands(
        &naturals(flow, report, table, columns),
        table,
        columns,
        width,
    )
    .len()
}

/// All rows of these columns.
pub fn table(
    flow: &mut Flow,
    report: &Report,
    table: &ResultTable,
    columns: &[usize],
    section: usize,
) {
    let drawn = Drawn {
        report,
        table,
        section,
    };
    let naturals = naturals(flow, report, table, columns);
    let bands = bands(&naturals, table, columns, flow.width());
    for (at, band) in bands.iter().enumerate() {
        if at > 0 {
            flow.y += 10.0;
        }
        drawn.band(flow, band);
    }
}

/// The width of each column's widest cell and of its heading's widest word.
fn naturals(flow: &Flow, report: &Report, table: &ResultTable, columns: &[usize]) -> Vec<f32> {
    let width = |text: &str, weight| flow.fonts.shape(text, weight).width * CELL;
    let natural = |&at: &usize| {
        let head = heading(&table.columns[at]);
        let words = head.split(' ').map(|word| width(word, Weight::SemiBold));
        let cells = (0..table.rows.len()).map(|row| {
            let text = words::cell_at(table, row, at, &report.zone);
            width(&text, Weight::Regular)
        });
        let totals = table.totals.get(at).map(|cell| {
            let text = words::cell_in(cell, table.columns[at].unit, &report.zone);
            width(&text, Weight::SemiBold)
        });
        words.chain(cells).chain(totals).fold(0.0, f32::max) + 2.0 * BESIDE
    };
    columns.iter().map(natural).collect()
}

fn bands(naturals: &[f32], table: &ResultTable, columns: &[usize], room: f32) -> Vec<Band> {
    let is_text = |at: usize| table.columns[at].unit == Unit::Text;
    let within = |text_max: f32| -> Vec<(usize, f32)> {
        let widths = columns.iter().zip(naturals);
        widths
            .map(|(&at, &natural)| {
                let most = if is_text(at) { text_max } else { room / 2.0 };
                (at, natural.min(most))
            })
            .collect()
    };
    let total = |widths: &[(usize, f32)]| widths.iter().map(|(_, width)| width).sum::<f32>();
    for text_max in TEXT_WIDTHS {
        let mut widths = within(text_max);
        let mut left = room - total(&widths);
        if left >= 0.0 {
            // Names that are wrapped take what is left first; then everybody gets some air.
            let wanted: Vec<f32> = widths
                .iter()
                .zip(naturals)
                .map(|((_, width), natural)| (natural - width).max(0.0))
                .collect();
            let all: f32 = wanted.iter().sum();
            let share = if all > left { left / all } else { 1.0 };
            for ((_, width), wanted) in widths.iter_mut().zip(wanted) {
                *width += wanted * share;
            }
            left -= all * share;
            let extra = (left / widths.len().max(1) as f32).min(EXTRA_MAX);
            for (_, width) in &mut widths {
                *width += extra;
            }
            return vec![Band { columns: widths }];
        }
    }
    // Too wide even so: the first column stands before each part.
    let widths = within(TEXT_WIDTH_IN_BANDS);
    let Some((&first, rest)) = widths.split_first() else {
        return Vec::new();
    };
    let mut bands = vec![Band {
        columns: vec![first],
    }];
    for &column in rest {
        let fits = bands
            .last()
            .is_some_and(|band| band.width() + column.1 <= room || band.columns.len() == 1);
        if !fits {
            bands.push(Band {
                columns: vec![first],
            });
        }
        if let Some(band) = bands.last_mut() {
            band.columns.push(column);
        }
    }
    bands
}

impl Drawn<'_> {
    fn band(&self, flow: &mut Flow, band: &Band) {
        let part = flow.part(Role::Table, Some(self.section));
        flow.need(least_height(self.table));
        self.head(flow, band, Some(part));
        let is_told = self.table.rows.len() * band.columns.len() <= CELLS_TOLD_MAX;
        for row in 0..self.table.rows.len() {
            let is_part = self.table.incomplete_rows.contains(&(row as u32));
            let colour = if is_part { MUTED } else { INK };
            let cells: Vec<Vec<Line>> = band
                .columns
                .iter()
                .map(|&(at, width)| {
                    let text = words::cell_at(self.table, row, at, &self.report.zone);
                    self.wrapped(flow, &text, Weight::Regular, width)
                })
                .collect();
            let is_last = row + 1 == self.table.rows.len();
            let room = if is_last { ROW + REMARK } else { 0.0 };
            self.row(flow, band, cells, (colour, part, is_told), room);
            let below = (MARGIN, flow.y);
            flow.rule(below, (MARGIN + band.width(), flow.y), 0.4, LINE);
        }
        self.totals(flow, band, part);
    }

    fn totals(&self, flow: &mut Flow, band: &Band, part: usize) {
        let totals = &self.table.totals;
        let any = totals.iter().any(|cell| *cell != Cell::Null);
        if !any || self.table.rows.len() < 2 {
            return;
        }
        let cells = band
            .columns
            .iter()
            .enumerate()
            .map(|(place, &(at, width))| {
                let text = match totals.get(at) {
                    _ if place == 0 => "All".to_owned(),
                    // Names don't add up; a dash would look like a missing number.
                    None | Some(Cell::Null) => String::new(),
                    Some(cell) => {
                        words::cell_in(cell, self.table.columns[at].unit, &self.report.zone)
                    }
                };
                self.wrapped(flow, &text, Weight::SemiBold, width)
            });
        let cells = cells.collect();
        self.row(flow, band, cells, (INK, part, true), REMARK);
        flow.rule(
            (MARGIN, flow.y),
            (MARGIN + band.width(), flow.y),
            0.8,
            LINE_STRONG,
        );
    }

    fn wrapped(&self, flow: &Flow, text: &str, weight: Weight, width: f32) -> Vec<Line> {
        flow.fonts
            .wrap(text, weight, (width - 2.0 * BESIDE + 0.01) / CELL)
    }

    /// Headings; told once, and drawn again on each further page.
    fn head(&self, flow: &mut Flow, band: &Band, part: Option<usize>) {
        const LINES_MAX: usize = 3;
        let step = SMALL * 1.25;
        let heads: Vec<Vec<Line>> = band
            .columns
            .iter()
            .map(|&(at, width)| {
                let text = heading(&self.table.columns[at]);
                let mut lines = flow.fonts.wrap(
                    &text,
                    Weight::SemiBold,
                    (width - 2.0 * BESIDE + 0.01) / SMALL,
                );
                lines.truncate(LINES_MAX);
                lines
            })
            .collect();
        let deepest = heads.iter().map(Vec::len).max().unwrap_or(1);
        let height = deepest as f32 * step + 2.0 * ABOVE;
        let row = part.map(|part| flow.part(Role::Row, Some(part)));
        let mut x = MARGIN;
        for ((at, width), lines) in band.columns.iter().zip(heads) {
            let cell = row.map(|row| flow.part(Role::Header, Some(row)));
            let count = lines.len();
            for (number, line) in lines.into_iter().enumerate() {
                let y = flow.y + height - ABOVE - (count - number - 1) as f32 * step - 1.6;
                let x = self.from(*at, x, *width, line.width * SMALL);
                flow.line_at((x, y), SMALL, MUTED, line, cell);
            }
            x += width;
        }
        flow.y += height;
        flow.rule(
            (MARGIN, flow.y),
            (MARGIN + band.width(), flow.y),
            0.8,
            LINE_STRONG,
        );
    }

    /// Where a text of this width begins: names on the left of their column, numbers on its right.
    fn from(&self, at: usize, x: f32, width: f32, length: f32) -> f32 {
        if self.table.columns[at].unit == Unit::Text {
            // The first column stands below the heading's edge.
            if x > MARGIN { x + BESIDE } else { x }
        } else {
            x + width - BESIDE - length
        }
    }

    fn row(
        &self,
        flow: &mut Flow,
        band: &Band,
        mut cells: Vec<Vec<Line>>,
        (colour, part, is_told): (Colour, usize, bool),
        room: f32,
    ) {
        let step = CELL * LINE_HEIGHT;
        // A name of a thousand letters in a narrow column is cut where the page ends.
        let lines_max = ((flow.floor() - MARGIN - 5.0 * ROW) / step) as usize;
        for lines in &mut cells {
            if lines.len() > lines_max {
                lines.truncate(lines_max);
                lines.push(flow.fonts.line("…", Weight::Regular));
            }
        }
        let deepest = cells.iter().map(Vec::len).max().unwrap_or(1).max(1);
        let height = deepest as f32 * step + 2.0 * ABOVE;
        if flow.need(height + room) {
            self.continued(flow, band);
        }
        let row = flow.part(Role::Row, Some(part));
        let shared = (!is_told).then(|| flow.part(Role::Cell, Some(row)));
        let mut x = MARGIN;
        for ((at, width), lines) in band.columns.iter().zip(cells) {
            let cell = shared.unwrap_or_else(|| flow.part(Role::Cell, Some(row)));
            for (number, line) in lines.into_iter().enumerate() {
                let y = flow.y + ABOVE + number as f32 * step + CELL * 1.05;
                let x = self.from(*at, x, *width, line.width * CELL);
                flow.line_at((x, y), CELL, colour, line, Some(cell));
            }
            x += width;
        }
        flow.y += height;
    }

    fn continued(&self, flow: &mut Flow, band: &Band) {
        let title = format!("{}, continued", self.table.title);
        let mut lines = flow
            .fonts
            .wrap(&title, Weight::SemiBold, flow.width() / SMALL);
        lines.truncate(1);
        for line in lines {
            flow.y += SMALL * LINE_HEIGHT;
            flow.line_at((MARGIN, flow.y), SMALL, MUTED, line, None);
        }
        flow.y += 4.0;
        self.head(flow, band, None);
    }
}

/// The place of a figure below what is there.
pub fn place(flow: &mut Flow, height: f32) -> Area {
    flow.need(height);
    let area = Area {
        x: MARGIN,
        y: flow.y,
        width: flow.width(),
        height,
    };
    flow.y += height;
    area
}
