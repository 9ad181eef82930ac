//! Numbers in sentences, and rows by their names.

use crate::insight::parts::Part;

/// Every row with its first name.
pub(super) fn rows(part: &Part) -> impl Iterator<Item = (usize, &str)> {
    let rows = 0..part.table.rows.len();
    rows.filter_map(|row| Some((row, part.text(row, 0)?)))
}

pub(super) fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// From here on a digit behind the point means nothing.
const WHOLE_FROM: f64 = 100.0;

/// A number as English writes it, 1,234; with one digit behind the point where it is small and no whole number.
pub(super) fn number(value: f64) -> String {
    let value = value.abs();
    let value = if value < WHOLE_FROM {
        value
    } else {
        value.round()
    };
    let tenths = (value * 10.0).round();
    let whole = (tenths / 10.0).floor();
    let digits = format!("{whole:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    let rest = tenths - whole * 10.0;
    if rest > 0.0 {
        text.push_str(&format!(".{rest:.0}"));
    }
    text
}

pub(super) fn percent(ratio: f64) -> String {
    format!("{}%", number(ratio * 100.0))
}

#[cfg(test)]
mod tests {
    use super::{number, percent};

    #[test]
    fn numbers_are_written_as_english_does() {
        let written = [0.0, 7.0, 1_234_567.0, 5_917.5, 12.34].map(number);
        assert_eq!(written, ["0", "7", "1,234,567", "5,918", "12.3"]);
        assert_eq!(percent(0.125), "12.5%");
    }
}
