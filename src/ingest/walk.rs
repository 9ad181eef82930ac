//! A walk over the bytes of a JSON object: where its names and values stand.
//!
//! Owns: the forms that nearly all objects have, eight bytes at a time. Does not own: all other forms (`json`), what
//! becomes of the fields (`scan`).

use crate::model::limits::JSON_DEPTH_MAX;

/// Whole numbers of so many digits fit into 64 bits.
const DIGITS_MAX: usize = 18;
/// Longer ones are read by `serde_json`, which knows when they are too large.
const NUMBER_BYTES_MAX: usize = 64;
/// Names that are expected, and how many of those a row may leave out before the next one.
pub const EXPECTED_MAX: usize = 64;
const ABSENT_MAX: usize = 3;

/// What kind of value stands there.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Null,
    True,
    False,
    Text,
    /// With escapes of one letter.
    Escaped,
    Whole,
    Decimal,
    Nested,
}

/// Where something stands in the text; objects are shorter than 4 GiB.
#[derive(Debug, Clone, Copy)]
pub struct Span(u32, u32);

impl Span {
    pub fn of(self, text: &str) -> &str {
        text.get(self.0 as usize..self.1 as usize)
            .unwrap_or_default()
    }
}

/// A field, and how many of those behind it are the fields of its value.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub name: Span,
    pub value: Span,
    pub inside: u32,
    pub kind: Kind,
    /// The place of its name among those that are expected.
    pub known: u8,
}

/// Its name is not among them.
pub const UNKNOWN: u8 = u8::MAX;

/// A walk over an object. Every step is `None` where it gives up.
pub struct Walk<'t, 'f> {
    text: &'t str,
    at: usize,
    fields: &'f mut Vec<Field>,
    expected: &'f mut Vec<Box<[u8]>>,
    /// Which of the expected names should come.
    next: usize,
}

impl<'t, 'f> Walk<'t, 'f> {
    /// `fields` is where they go; `expected` are the names of objects before, as they stand with quotes and colon.
    pub fn new(
        text: &'t str,
        fields: &'f mut Vec<Field>,
        expected: &'f mut Vec<Box<[u8]>>,
    ) -> Self {
        Self {
            text,
            at: 0,
            fields,
            expected,
            next: 0,
        }
    }

    /// Is the text one object, all of which was understood?
    pub fn is_whole_object(&mut self) -> bool {
        let is_found = self.object(1).is_some();
        self.skip_blanks();
        is_found && self.at == self.text.len()
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[inline]
    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// The next byte that is no blank, when it is this one.
    fn take(&mut self, wanted: u8) -> Option<()> {
        self.skip_blanks();
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    /// After a value: true when another one follows.
    #[inline]
    fn goes_on(&mut self, end: u8) -> Option<bool> {
        self.skip_blanks();
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b',' => Some(true),
            byte if byte == end => Some(false),
            _ => None,
        }
    }

    /// An object, whose fields are kept; as deep as objects and lists around it, itself included.
    fn object(&mut self, depth: usize) -> Option<()> {
        self.take(b'{')?;
        self.skip_blanks();
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            let (name, known) = match self.expected_name() {
                Some(name) => name,
                None => self.other_name()?,
            };
            let place = self.fields.len();
            self.fields.push(Field {
                name,
                value: name,
                inside: 0,
                kind: Kind::Nested,
                known,
            });
            let (kind, value) = self.value(depth)?;
            let inside = (self.fields.len() - place - 1) as u32;
            let field = self.fields.get_mut(place)?;
            (field.kind, field.value, field.inside) = (kind, value, inside);
            if !self.goes_on(b'}')? {
                return Some(());
            }
        }
    }

    /// A name and its colon, when it is one of those that came here before.
    #[inline]
    fn expected_name(&mut self) -> Option<(Span, u8)> {
        let rest = self.rest();
        for place in self.next..=self.next + ABSENT_MAX {
            let name = self.expected.get(place)?;
            if rest.starts_with(name) {
                let start = self.at as u32 + 1;
                self.at += name.len();
                self.next = place + 1;
                return Some((Span(start, self.at as u32 - 2), place as u8));
            }
        }
        None
    }

    /// Any other name, and its colon.
    #[cold]
    fn other_name(&mut self) -> Option<(Span, u8)> {
        self.take(b'"')?;
        let start = self.at - 1;
        let (Kind::Text, name) = self.string()? else {
            return None;
        };
        let with_quotes = self.text.as_bytes().get(start..self.at)?;
        self.take(b':')?;
        let mut names = self.expected.iter();
        let held = names.position(|held| held.strip_suffix(b":") == Some(with_quotes));
        let place = match held {
            Some(place) => place,
            None if self.expected.len() < EXPECTED_MAX => {
                self.expected.push([with_quotes, b":"].concat().into());
                self.expected.len() - 1
            }
            None => return Some((name, UNKNOWN)),
        };
        self.next = place + 1;
        Some((name, place as u8))
    }

    /// A list; nobody asks for what is in it.
    fn list(&mut self, depth: usize) -> Option<()> {
        self.take(b'[')?;
        self.skip_blanks();
        if self.peek()? == b']' {
            self.at += 1;
            return Some(());
        }
        let place = self.fields.len();
        loop {
            self.value(depth)?;
            self.fields.truncate(place);
            if !self.goes_on(b']')? {
                return Some(());
            }
        }
    }

    /// Any value; of a text what is between its quotes.
    #[inline]
    fn value(&mut self, depth: usize) -> Option<(Kind, Span)> {
        self.skip_blanks();
        let start = self.at as u32;
        let kind = match self.peek()? {
            b'"' => {
                self.at += 1;
                return self.string();
            }
            b'0'..=b'9' => self.number()?,
            b'{' | b'[' if depth == JSON_DEPTH_MAX => return None,
            b'{' => {
                self.object(depth + 1)?;
                Kind::Nested
            }
            b'[' => {
                self.list(depth + 1)?;
                Kind::Nested
            }
            b'n' => self.word("null", Kind::Null)?,
            b't' => self.word("true", Kind::True)?,
            b'f' => self.word("false", Kind::False)?,
            _ => return None,
        };
        Some((kind, Span(start, self.at as u32)))
    }

    fn word(&mut self, word: &str, kind: Kind) -> Option<Kind> {
        self.rest().starts_with(word.as_bytes()).then(|| {
            self.at += word.len();
            kind
        })
    }

    /// What stands before the next quote, which is passed.
    #[inline]
    fn string(&mut self) -> Option<(Kind, Span)> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let end = special(bytes, start)?;
        let (kind, end) = if bytes[end] == b'"' {
            (Kind::Text, end)
        } else {
            (Kind::Escaped, end_of_escaped(bytes, end)?)
        };
        self.at = end + 1;
        Some((kind, Span(start as u32, end as u32)))
    }

    /// A number of zero or more without an exponent.
    #[inline]
    fn number(&mut self) -> Option<Kind> {
        let rest = self.rest();
        let digits = |from: usize| {
            let digits = rest.get(from..).unwrap_or_default().iter();
            digits.take_while(|byte| byte.is_ascii_digit()).count()
        };
        let whole = digits(0);
        if whole > 1 && rest[0] == b'0' {
            return None;
        }
        let (kind, end) = if rest.get(whole) == Some(&b'.') {
            let fraction = digits(whole + 1);
            if fraction == 0 {
                return None;
            }
            (Kind::Decimal, whole + 1 + fraction)
        } else {
            if whole > DIGITS_MAX {
                return None;
            }
            (Kind::Whole, whole)
        };
        if matches!(rest.get(end), Some(b'e' | b'E')) || end > NUMBER_BYTES_MAX {
            return None;
        }
        self.at += end;
        Some(kind)
    }
}

/// The quote that ends a text with escapes, the first of which is here. Those with a number are left to `serde_json`.
#[cold]
fn end_of_escaped(bytes: &[u8], first: usize) -> Option<usize> {
    let mut at = first;
    loop {
        match bytes[at] {
            b'"' => return Some(at),
            b'\\' => {
                letter(*bytes.get(at + 1)?)?;
                at = special(bytes, at + 2)?;
            }
            _ => return None,
        }
    }
}

/// Where the next quote, backslash or control character is.
#[inline]
fn special(bytes: &[u8], mut at: usize) -> Option<usize> {
    /// One in each byte of a word.
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    // The first byte that is marked is one of them; those above it may be marked by the subtraction's borrow.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
    while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let word = u64::from_le_bytes(*word);
        let quotes = zeros(word ^ (ONES * u64::from(b'"')));
        let backslashes = zeros(word ^ (ONES * u64::from(b'\\')));
        let controls = word.wrapping_sub(ONES * 0x20) & !word;
        let marks = (quotes | backslashes | controls) & HIGHS;
        if marks != 0 {
            return Some(at + marks.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    let rest = bytes.get(at..)?.iter();
    rest.clone().position(is_special).map(|more| at + more)
}

/// What an escape of one letter stands for.
pub fn letter(escape: u8) -> Option<char> {
    Some(match escape {
        b'"' | b'\\' | b'/' => char::from(escape),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::special;

    #[test]
    fn special_characters_are_found_wherever_they_stand() {
        for length in 0..40 {
            for at in 0..length {
                for special_byte in [b'"', b'\\', 0, 0x1f, b'\n'] {
                    for filler in [b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xa2, 0xdc, 0xff] {
                        let mut bytes = vec![filler; length];
                        assert_eq!(special(&bytes, 0), None);
                        bytes[at] = special_byte;
                        assert_eq!(special(&bytes, 0), Some(at));
                        assert_eq!(special(&bytes, at), Some(at));
                    }
                }
            }
        }
    }
}
