//! Decimal numbers as text, which tables are full of.
//!
//! Owns: reading short ones quickly, to the same bits as `str::parse`. Does not own: what they measure (`values`).

/// So many digits are exact in a double, and so is ten to that power; then one division rounds correctly.
const DIGITS_EXACT: usize = 15;
const POWERS: [f64; DIGITS_EXACT + 1] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/// A number as [`str::parse`] reads it.
pub fn float(text: &str) -> Option<f64> {
    short(text.as_bytes()).or_else(|| text.parse().ok())
}

/// Digits, perhaps with a point among or before them.
fn short(text: &[u8]) -> Option<f64> {
    if text.len() > DIGITS_EXACT + 1 {
        return None;
    }
    let (mut digits, mut number, mut point) = (0_usize, 0_u64, None);
    for &byte in text {
        match byte {
            b'0'..=b'9' => {
                number = number * 10 + u64::from(byte - b'0');
                digits += 1;
            }
            b'.' if point.is_none() => point = Some(digits),
            _ => return None,
        }
    }
    if digits == 0 || digits > DIGITS_EXACT {
        return None;
    }
    let places = point.map_or(0, |point| digits - point);
    Some(number as f64 / POWERS[places])
}

/// A whole number of zero or more, as [`str::parse`] reads it.
pub fn whole(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    if bytes.is_empty() || bytes.len() > DIGITS_EXACT || !bytes.iter().all(u8::is_ascii_digit) {
        return text.parse().ok();
    }
    let digits = bytes.iter().map(|digit| u64::from(digit - b'0'));
    Some(digits.fold(0, |number, digit| number * 10 + digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_to_the_same_bits_as_the_standard_library_reads_them() {
        let odd = [
            "",
            ".",
            "1.",
            ".5",
            "+1",
            "-1",
            "-0",
            "1e5",
            "nan",
            "inf",
            "1.2.3",
            "1_0",
            " 1",
            "0x1",
            "000012.500",
            "4.35",
            "179.99999999999997",
            "0.1",
            "0.000000000000001",
            "123456789012345",
            "1234567890123456",
            "12345678901234.5",
            "99999999999999999999",
            "9007199254740993",
            "٣",
        ];
        let many = (0..20_000_u64).map(|n| {
            let n = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let places = (n % 17) as usize;
            let digits = (n >> 14).to_string();
            let digits = &digits[..digits.len().min(1 + (n >> 5) as usize % 17)];
            let (whole, fraction) = digits.split_at(digits.len().saturating_sub(places));
            format!("{whole}.{fraction}")
        });
        for text in odd.into_iter().map(str::to_owned).chain(many) {
            let (ours, theirs) = (float(&text), text.parse::<f64>().ok());
            assert_eq!(ours.map(f64::to_bits), theirs.map(f64::to_bits), "{text}");
            assert_eq!(whole(&text), text.parse().ok(), "{text}");
            let digits = text.replace('.', "");
            assert_eq!(whole(&digits), digits.parse().ok(), "{digits}");
        }
    }
}
