//! The objects of a JSON text that is not one a line: an array of them, a list inside of an object (as APIs answer),
//! one after the other, pretty-printed.
//!
//! Owns: where an object begins and ends, its limits of length and nesting, and going on after one that is damaged.
//! Does not own: what is in it.

use super::json::{CUT_OFF, NOT_OBJECT, TOO_DEEP, TOO_LONG};
use super::recognise::SAMPLE_LINES;
use super::shape::Shape;
use super::values::Reason;
use crate::model::limits::{JSON_DEPTH_MAX, LINE_BYTES_MAX};

/// Names under which answers of an API and exports keep their rows.
pub const ENVELOPES: [&str; 9] = [
    "data",
    "results",
    "events",
    "items",
    "records",
    "rows",
    "observations",
    "value",
    "hits",
];

/// One element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item<'a> {
    /// Counted from 1, like the line it begins in.
    pub number: u64,
    pub line: u64,
    pub text: Result<&'a [u8], Reason>,
}

/// The elements of a text, one after the other.
#[derive(Debug, Clone)]
pub struct Objects<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
    number: u64,
    in_array: bool,
    /// The array is all there is: what follows belongs to the object around it.
    in_envelope: bool,
}

impl<'a> Objects<'a> {
    /// The rows of a text: those of the list in its envelope, if it is one, else its objects.
    pub fn of(text: &'a [u8]) -> Self {
        let start = envelope(text);
        let mut objects = Self {
            text,
            at: 0,
            line: 1,
            number: 0,
            in_array: start.is_some(),
            in_envelope: start.is_some(),
        };
        objects.advance_to(start.unwrap_or_default());
        objects
    }

    /// The names in the first objects.
    pub fn shapes(&self) -> Vec<Shape> {
        let readable = self
            .clone()
            .take(SAMPLE_LINES)
            .filter_map(|item| item.text.ok());
        readable.map(Shape::of).collect()
    }

    fn item(&mut self) -> Item<'a> {
        let (start, line) = (self.at, self.line);
        self.number += 1;
        let text = match self.text[start] {
            b'{' | b'[' => match end_of_brackets(self.text, start) {
                Ok(end) => {
                    self.advance_to(end);
                    let text = &self.text[start..end];
                    if text.starts_with(b"{") {
                        Ok(text)
                    } else {
                        Err(NOT_OBJECT)
                    }
                }
                Err(reason) => {
                    let next = self.next_start(start);
                    self.advance_to(next);
                    Err(reason)
                }
            },
            _ => {
                let end = self.end_of_scalar(start);
                self.advance_to(end);
                Err(NOT_OBJECT)
            }
        };
        Item {
            number: self.number,
            line,
            text,
        }
    }

    fn end_of_scalar(&self, start: usize) -> usize {
        let is_text = self.text[start] == b'"';
        let body = start + usize::from(is_text);
        let end = if is_text {
            memchr::memchr2(b'"', b'\n', &self.text[body..]).map(|end| end + 1)
        } else {
            memchr::memchr3(b',', b'\n', b']', &self.text[body..])
        };
        end.map_or(self.text.len(), |end| (body + end).max(start + 1))
    }

    /// Where the next object can begin after a damaged one: a line that begins with one and is indented no deeper, or
    /// `},{` on the way there, or outside of an array `}{`.
    fn next_start(&self, broken: usize) -> usize {
        let indent = self.indent(broken);
        let mut line = broken;
        loop {
            let line_end = memchr::memchr(b'\n', &self.text[line..]).map(|end| line + end);
            let rest = &self.text[line..line_end.unwrap_or(self.text.len())];
            let skip = usize::from(line == broken);
            let split = memchr::memchr_iter(b'}', rest).find_map(|at| {
                let after = match rest.get(at + 1) {
                    Some(b',') => at + 2 + blanks(&rest[at + 2..]),
                    // One after the other, without anything between.
                    _ if self.in_array => return None,
                    _ => at + 1,
                };
                (rest.get(after) == Some(&b'{') && at >= skip).then_some(after)
            });
            if let Some(split) = split {
                return line + split;
            }
            let Some(line_end) = line_end else {
                return self.text.len();
            };
            line = line_end + 1;
            let blank = self.text[line..]
                .iter()
                .take_while(|byte| matches!(byte, b' ' | b'\t'))
                .count();
            if blank <= indent && self.text.get(line + blank) == Some(&b'{') {
                return line + blank;
            }
        }
    }

    /// How far from its line's begin a place is.
    fn indent(&self, at: usize) -> usize {
        let line = memchr::memrchr(b'\n', &self.text[..at]).map_or(0, |end| end + 1);
        at - line
    }

    fn advance_to(&mut self, end: usize) {
        self.line += memchr::memchr_iter(b'\n', &self.text[self.at..end]).count() as u64;
        self.at = end;
    }
}

impl<'a> Iterator for Objects<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        loop {
            let rest = &self.text[self.at..];
            let blank = rest
                .iter()
                .take_while(|byte| byte.is_ascii_whitespace() || **byte == b',')
                .count();
            self.advance_to(self.at + blank);
            match self.text.get(self.at)? {
                b'[' if !self.in_array => self.in_array = true,
                b']' if self.in_envelope => {
                    self.at = self.text.len();
                    return None;
                }
                b']' if self.in_array => self.in_array = false,
                _ => return Some(self.item()),
            }
            self.at += 1;
        }
    }
}

fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|byte| **byte == b' ').count()
}

/// After the bracket that closes the one at `start`.
fn end_of_brackets(text: &[u8], start: usize) -> Result<usize, Reason> {
    let limit = text.len().min(start + LINE_BYTES_MAX);
    let beyond = if limit < text.len() {
        TOO_LONG
    } else {
        CUT_OFF
    };
    let (mut depth, mut at) = (0_usize, start);
    while at < limit {
        match text[at] {
            b'"' => at = end_of_text(&text[..limit], at + 1).ok_or(beyond)?,
            b'{' | b'[' => {
                depth += 1;
                if depth > JSON_DEPTH_MAX {
                    return Err(TOO_DEEP);
                }
            }
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Ok(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    Err(beyond)
}

/// The quote that ends a text; a text has no line breaks.
fn end_of_text(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        at += memchr::memchr3(b'"', b'\\', b'\n', text.get(at..)?)?;
        match text[at] {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => return None,
        }
    }
}

/// Where the rows begin in `{"data": [ … ]}`: after the bracket.
fn envelope(text: &[u8]) -> Option<usize> {
    if text.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    let shape = Shape::of(text);
    if !shape.has_list(&ENVELOPES) {
        return None;
    }
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        match text[at] {
            b'"' => {
                let end = end_of_text(text, at + 1)?;
                if depth == 1
                    && ENVELOPES
                        .iter()
                        .any(|name| name.as_bytes() == &text[at + 1..end])
                {
                    let rest = text[end + 1..].trim_ascii_start();
                    let rest = rest.strip_prefix(b":").map(<[u8]>::trim_ascii_start);
                    if let Some(list) = rest.and_then(|rest| rest.strip_prefix(b"[")) {
                        return Some(text.len() - list.len());
                    }
                }
                at = end;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (line, text or reason)
    fn check(text: &str, expected: &[(u64, Result<&str, Reason>)]) {
        let found: Vec<_> = Objects::of(text.as_bytes())
            .map(|item| {
                let text = item
                    .text
                    .map(|text| std::str::from_utf8(text).unwrap_or("?"));
                (item.line, text)
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn objects_stand_in_arrays_in_envelopes_together_or_over_many_lines() {
        let both = [(1, Ok("{\"a\":1}")), (1, Ok("{\"b\":\"}]\"}"))];
        check("[{\"a\":1},{\"b\":\"}]\"}]", &both);
        check("{\"a\":1}{\"b\":\"}]\"}", &both);
        check(
            "{\"meta\":{\"data\":[1]},\"data\":[{\"a\":1} , {\"b\":\"}]\"}],\"next\":{}}",
            &both,
        );
        check(
            "[\n  {\n    \"a\": 1\n  },\n  {}\n]\n{}",
            &[
                (2, Ok("{\n    \"a\": 1\n  }")),
                (5, Ok("{}")),
                (7, Ok("{}")),
            ],
        );
        check("[]", &[]);
        check("", &[]);
    }

    #[test]
    fn what_is_no_object_or_damaged_costs_no_other() {
        check(
            "[1, \"a,b\", [2,3], {}, nul]",
            &[
                (1, Err(NOT_OBJECT)),
                (1, Err(NOT_OBJECT)),
                (1, Err(NOT_OBJECT)),
                (1, Ok("{}")),
                (1, Err(NOT_OBJECT)),
            ],
        );
        check(
            "[\n  {\"a\": \"half\n  {\"b\":2},\n  {\"c\":3}\n]",
            &[
                (2, Err(CUT_OFF)),
                (3, Ok("{\"b\":2}")),
                (4, Ok("{\"c\":3}")),
            ],
        );
        check(
            "[{\"a\":[1},{\"b\":2},{\"c\":",
            &[(1, Err(CUT_OFF)), (1, Ok("{\"b\":2}")), (1, Err(CUT_OFF))],
        );
        check(
            "{\"a\":[1}{\"b\":2}{\"c\":",
            &[(1, Err(CUT_OFF)), (1, Ok("{\"b\":2}")), (1, Err(CUT_OFF))],
        );
        let deep = "{\"a\":".repeat(70);
        check(
            &format!("{deep}\n{{}}"),
            &[(1, Err(TOO_DEEP)), (2, Ok("{}"))],
        );
    }

    #[test]
    fn hostile_texts_are_walked_once() {
        for piece in [
            "{\"a\":[\n",
            "[",
            "},{",
            "}{",
            "{[},",
            "{[}",
            "\"",
            "{\"a\":\"x\n",
        ] {
            let text = piece.repeat(200_000);
            assert!(Objects::of(text.as_bytes()).count() > 0, "{piece}");
        }
    }
}
