//! A file that is to be made: what stands in it, in which format; how large it will be about, and which further fonts it
//! needs. The page hands it to whoever writes.

use serde::{Deserialize, Serialize};

use super::{Choices, Format, Report};
use crate::model::{Cell, ResultTable};
use crate::query::widgets::TREND;

/// Everything a writer needs but fonts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub report: Report,
    pub format: Format,
    pub choices: Choices,
}

/// Is it a table by time, or one that follows its rows over time?
pub fn is_time_series(table: &ResultTable) -> bool {
    !table.bucket_start_us.is_empty() || table.id.ends_with(TREND)
}

impl Report {
    /// How large a file of it will be, about: measured on the demo's dashboards, good to a factor of two.
    pub fn bytes_about(&self, format: Format) -> u64 {
        let tables = self.tables.len() as u64;
        let rows: u64 = self
            .tables
            .iter()
            .map(|table| table.rows.len() as u64)
            .sum();
        let text: u64 = self.tables.iter().map(text_bytes).sum();
        let columns: u64 = self
            .tables
            .iter()
            .map(|table| table.columns.len() as u64)
            .sum();
        match format {
            Format::Csv => text + tables * 60,
            Format::CsvZip => text / 3 + tables * 150 + 6_000,
            // Each metric is defined, each column described.
            Format::Json => text + columns * 320 + 6_000,
            Format::Xlsx => text / 3 + tables * 1_200 + 12_000,
            Format::Parquet => text / 3 + columns * 700 + tables * 5_000,
            Format::Pdf => 130_000 + text / 2 + rows * 120 + tables * 2_500,
        }
    }
}

/// The bytes of a table's cells as text.
fn text_bytes(table: &ResultTable) -> u64 {
    let cell = |cell: &Cell| match cell {
        Cell::Null => 1,
        Cell::Text(text) => text.len() as u64 + 1,
        Cell::Int(number) => u64::from(number.unsigned_abs().checked_ilog10().unwrap_or(0)) + 2,
        Cell::Float(_) => 18,
        Cell::Time(_) => 28,
        Cell::New => 4,
    };
    let heads = table
        .columns
        .iter()
        .map(|column| column.name.len() as u64 + 1);
    let cells = table.rows.iter().flatten().map(cell);
    heads.chain(cells).sum()
}

/// A font for letters that the PDF's own fonts lack, and the letters it is for. Served as `/vendor/fonts/NAME.ttf`.
const FONTS: [(&str, &[std::ops::RangeInclusive<u32>]); 7] = [
    (
        "arabic",
        &[
            0x0600..=0x06ff,
            0x0750..=0x077f,
            0x08a0..=0x08ff,
            0xfb50..=0xfdff,
            0xfe70..=0xfeff,
        ],
    ),
    ("hebrew", &[0x0590..=0x05ff, 0xfb1d..=0xfb4f]),
    ("devanagari", &[0x0900..=0x097f, 0xa8e0..=0xa8ff]),
    ("thai", &[0x0e00..=0x0e7f]),
    (
        "korean",
        &[
            0x1100..=0x11ff,
            0x3130..=0x318f,
            0xa960..=0xa97f,
            0xac00..=0xd7ff,
        ],
    ),
    (
        "chinese",
        &[
            0x2e80..=0x312f,
            0x3190..=0xa4cf,
            0xf900..=0xfaff,
            0xfe30..=0xfe4f,
            0xff00..=0xffef,
            0x20000..=0x3ffff,
        ],
    ),
    (
        "emoji",
        &[
            0x203c..=0x203c,
            0x2049..=0x2049,
            0x2139..=0x21ff,
            0x2300..=0x23ff,
            0x2460..=0x27bf,
            0x2900..=0x2bff,
            0x1f000..=0x1faff,
        ],
    ),
];

/// The fonts for these letters; of letters that none is for nothing.
pub fn fonts_for(letters: impl IntoIterator<Item = char>) -> Vec<&'static str> {
    let mut wanted = [false; FONTS.len()];
    for letter in letters {
        let code = u32::from(letter);
        let found = FONTS
            .iter()
            .position(|(_, ranges)| ranges.iter().any(|range| range.contains(&code)));
        if let Some(found) = found {
            wanted[found] = true;
        }
    }
    let fonts = FONTS.iter().zip(wanted);
    fonts
        .filter(|(_, wanted)| *wanted)
        .map(|((name, _), _)| *name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::fonts_for;

    #[test]
    fn letters_name_the_fonts_they_need_each_once() {
        assert_eq!(
            fonts_for("مرحبا 中文 かな 한글 🚀".chars()),
            ["arabic", "korean", "chinese", "emoji"]
        );
        assert_eq!(fonts_for("Zoë".chars()), [""; 0]);
    }
}
