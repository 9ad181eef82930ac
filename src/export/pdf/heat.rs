//! Day of the week by hour: a cell for each, with its number in it.

use super::chart::Chart;
use super::fonts::Weight;
use super::sheet::{Area, Colour};
use super::style::{HEAT, HEAT_NONE, INK, MUTED, SMALL, SURFACE};
use crate::export::words;
use crate::metrics::MetricId;
use crate::model::Cell;

const HOURS: usize = 24;
const ROW: f32 = 15.0;
const TOP: f32 = 14.0;
pub const HEIGHT: f32 = TOP + 7.0 * ROW + 4.0;
/// Digits in a cell.
const DIGITS: f32 = 5.6;

pub fn heat(chart: &mut Chart, area: Area) {
    const NAMES: f32 = 30.0;
    let width = (area.width - NAMES) / HOURS as f32;
    let measure = MetricId::Executions.id();
    let value = |row: usize| chart.table.cell(row, measure).and_then(Cell::number);
    let rows = chart.table.rows.len();
    let numbers: Vec<Option<f64>> = (0..rows).map(value).collect();
    let greatest = numbers.iter().flatten().copied().fold(0.0, f64::max);
    for hour in 0..HOURS {
        let line = chart.line(&format!("{hour:02}"), Weight::Regular);
        let x = area.x + NAMES + (hour as f32 + 0.5) * width - line.width * SMALL / 2.0;
        chart.write((x, area.y + 9.0), SMALL, MUTED, line);
    }
    for (row, number) in numbers.into_iter().enumerate() {
        let (day, hour) = (row / HOURS, row % HOURS);
        let y = area.y + TOP + day as f32 * ROW;
        if hour == 0 {
            let weekday = chart.table.rows[row]
                .first()
                .and_then(Cell::text)
                .unwrap_or_default();
            let short: String = weekday.chars().take(3).collect();
            let line = chart.line(&short, Weight::Regular);
            chart.write((area.x, y + ROW * 0.66), SMALL, MUTED, line);
        }
        let share = match number {
            Some(number) if greatest > 0.0 => (number / greatest) as f32,
            _ => 0.0,
        };
        let cell = Area {
            x: area.x + NAMES + hour as f32 * width + 0.4,
            y: y + 0.4,
            width: width - 0.8,
            height: ROW - 0.8,
        };
        chart.rect(cell, between(HEAT_NONE, HEAT, share));
        let text = number.map_or_else(|| words::ABSENT.to_owned(), words::compact);
        let line = chart.line(&text, Weight::Regular);
        let x = cell.x + (cell.width - line.width * DIGITS) / 2.0;
        let colour = if share > 0.45 { SURFACE } else { INK };
        chart.write((x, y + ROW * 0.64), DIGITS, colour, line);
    }
}

fn between(from: Colour, until: Colour, share: f32) -> Colour {
    let share = share.clamp(0.0, 1.0);
    let mixed = from.iter().zip(until).map(|(&from, until)| {
        let (from, until) = (f32::from(from), f32::from(until));
        (from + (until - from) * share).round() as u8
    });
    let mut colour = [0; 3];
    for (held, mixed) in colour.iter_mut().zip(mixed) {
        *held = mixed;
    }
    colour
}
