//! Text in whatever encoding it comes, as UTF-8.
//!
//! Owns: telling UTF-16 and Windows-1252 from UTF-8. Does not own: what the text says.

use super::recognise::without_mark;

/// Enough of a text to see whether every other byte is zero.
const SAMPLE_BYTES: usize = 4096;
pub const WAS_UTF16: &str = "The text was in UTF-16.";
pub const WAS_WINDOWS: &str =
    "The text is not UTF-8 and was read as Windows-1252 (Latin-1); look whether names are right.";

/// Windows-1252 where it differs from Latin-1, 0x80 to 0x9f; unused places keep their number, as browsers do.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

/// UTF-16 as UTF-8, by its byte order mark or by its zeros; everything else as it is, `None`.
pub fn from_utf16(bytes: &[u8]) -> Option<Vec<u8>> {
    let (order, body) = if let Some(body) = bytes.strip_prefix(b"\xff\xfe") {
        (Order::Little, body)
    } else if let Some(body) = bytes.strip_prefix(b"\xfe\xff") {
        (Order::Big, body)
    } else {
        (order_without_mark(bytes)?, bytes)
    };
    let (pairs, odd) = body.as_chunks::<2>();
    let units = pairs.iter().map(|&pair| match order {
        Order::Little => u16::from_le_bytes(pair),
        Order::Big => u16::from_be_bytes(pair),
    });
    let mut text = String::with_capacity(body.len() / 2);
    text.extend(
        char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)),
    );
    if !odd.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    Some(text.into_bytes())
}

/// In UTF-16 the letters, digits and commas of a table have a zero beside them, always on the same side.
fn order_without_mark(bytes: &[u8]) -> Option<Order> {
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    let (pairs, _) = sample.as_chunks::<2>();
    // Arrow streams and the like begin with zeros too; text begins with a letter, a quote or a bracket.
    let &[first, second] = pairs.first()?;
    let begins = |byte: u8| byte.is_ascii_graphic();
    let (mut left, mut right) = (0, 0);
    for &[a, b] in pairs {
        left += usize::from(a == 0);
        right += usize::from(b == 0);
    }
    let most = pairs.len() * 7 / 10;
    if pairs.len() < 4 {
        None
    } else if right > most && left == 0 && begins(first) {
        Some(Order::Little)
    } else if left > most && right == 0 && begins(second) {
        Some(Order::Big)
    } else {
        None
    }
}

/// The text of a table.
#[derive(Debug)]
pub enum TableText<'a> {
    Utf8(&'a str),
    /// UTF-8 with a few damaged places, which cost only their rows.
    Damaged(&'a [u8]),
    /// It was read as Windows-1252.
    Windows(String),
}

impl TableText<'_> {
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Utf8(text) => text.as_bytes(),
            Self::Damaged(bytes) => bytes,
            Self::Windows(text) => text.as_bytes(),
        }
    }

    /// All of it, when none of it is damaged.
    pub fn whole(&self) -> Option<&str> {
        match self {
            Self::Utf8(text) => Some(text),
            Self::Damaged(_) => None,
            Self::Windows(text) => Some(text),
        }
    }

    pub const fn was_windows(&self) -> bool {
        matches!(self, Self::Windows(_))
    }
}

/// A table's text without its byte order mark. When it is not UTF-8, is it UTF-8 with a few damaged places, or another
/// encoding altogether?
pub fn of_table(bytes: &[u8]) -> TableText<'_> {
    let bytes = without_mark(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return TableText::Utf8(text);
    }
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().bytes().filter(|&byte| byte >= 0xc0).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    if good > bad {
        return TableText::Damaged(bytes);
    }
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    text.extend(bytes.iter().map(|&byte| match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }));
    TableText::Windows(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, little: bool, mark: bool) -> Vec<u8> {
        let units = mark
            .then_some(0xfeff)
            .into_iter()
            .chain(text.encode_utf16());
        units
            .flat_map(|unit| {
                if little {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            })
            .collect()
    }

    #[test]
    fn utf16_is_known_with_and_without_its_mark() {
        let text = "time,tool,user\n2026-03-14,読む,Zoë 🦀\n";
        for little in [true, false] {
            for mark in [true, false] {
                let found = from_utf16(&utf16(text, little, mark));
                assert_eq!(found.as_deref(), Some(text.as_bytes()), "{little} {mark}");
            }
        }
        assert_eq!(from_utf16(text.as_bytes()), None);
        assert_eq!(from_utf16(b""), None);
        assert_eq!(from_utf16(b"\xff\xfea"), Some("\u{fffd}".into()));
    }

    #[test]
    fn latin_text_is_told_from_damaged_utf8() {
        let text = of_table(b"name\nZo\xeb \x80\n");
        assert_eq!(
            (text.whole(), text.was_windows()),
            (Some("name\nZoë €\n"), true)
        );
        let mut damaged = "Zoë, Zoë, Zoë".as_bytes().to_vec();
        damaged.push(0xff);
        assert!(matches!(of_table(&damaged), TableText::Damaged(_)));
        assert_eq!(of_table(b"\xef\xbb\xbfa").whole(), Some("a"));
    }
}
