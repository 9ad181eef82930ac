//! A text into requests: one a line, or pretty-printed over many, or several on one line, or in a JSON list.
//!
//! Owns: where a request begins and ends, and its limits of length and nesting, which are checked before anything
//! parses it. Does not own: what is in it.

use crate::ingest::values::Reason;
use crate::model::limits::{JSON_DEPTH_MAX, OTLP_LINE_BYTES_MAX};

pub(super) const NOT_OTLP: Reason = "The line is not an OTLP/JSON export request.";
pub(super) const CUT_OFF: Reason = "The line ends in the middle; the file may be cut off.";
pub(super) const NOT_UTF8: Reason = "The line is not UTF-8 text.";
pub const TOO_DEEP: Reason = "The line is nested more than 64 levels deep.";
pub const TOO_LONG: Reason = "The line is longer than 64 MiB.";
/// A request that is cut off looks like one that goes on in the next line. After so many of those, a request ends
/// with its line; otherwise a file full of them would be read over and over.
const MISTAKES_MAX: u32 = 16;

/// A request, or a line that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Counted from 1.
    pub line: u64,
    /// Where it begins.
    start: usize,
    pub text: Result<&'a str, Reason>,
}

/// The requests of a text, one after the other.
#[derive(Debug)]
pub struct Frames<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
    mistakes: u32,
    /// Between the brackets of a list of requests.
    is_in_list: bool,
}

/// How a request ends.
enum End {
    /// After its last bracket.
    Whole(usize),
    TooDeep(usize),
    /// Beyond the limit.
    TooLong,
    /// In the middle, here or at the end of the text.
    CutOff(usize),
}

impl<'a> Frames<'a> {
    pub fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
            mistakes: 0,
            is_in_list: false,
        }
    }

    /// What looked like a request over several lines was none: goes on after its first line.
    pub fn retreat(&mut self, frame: &Frame<'a>) {
        let line_end = self.line_end(frame.start);
        if self.at > line_end {
            self.mistakes += 1;
            self.line = frame.line;
            self.at = frame.start;
            self.advance_to(line_end);
            self.skip_to_request();
        }
    }

    fn frame(&mut self) -> Frame<'a> {
        let (start, line) = (self.at, self.line);
        let line_end = self.line_end(start);
        let text = if self.text[start] == b'{' {
            match self.end(start) {
                End::Whole(end) => {
                    self.advance_to(end);
                    std::str::from_utf8(&self.text[start..end]).map_err(|_| NOT_UTF8)
                }
                End::TooDeep(end) => {
                    self.advance_to(end);
                    Err(TOO_DEEP)
                }
                End::TooLong => {
                    self.advance_to(line_end);
                    self.skip_to_request();
                    Err(TOO_LONG)
                }
                End::CutOff(at) => {
                    self.advance_to(line_end);
                    if at > line_end {
                        self.mistakes += 1;
                        self.skip_to_request();
                    }
                    Err(cut_off(&self.text[start..line_end]))
                }
            }
        } else {
            self.advance_to(line_end);
            let line = std::str::from_utf8(&self.text[start..line_end]);
            Err(line.map_or(NOT_UTF8, |_| NOT_OTLP))
        };
        Frame { line, start, text }
    }

    fn end(&self, start: usize) -> End {
        let (mut depth, mut deepest) = (0_usize, 0);
        let (mut in_text, mut escaped) = (false, false);
        for (at, &byte) in self.text.iter().enumerate().skip(start) {
            if at - start >= OTLP_LINE_BYTES_MAX {
                return End::TooLong;
            }
            if in_text {
                match byte {
                    // A JSON text has no line breaks.
                    b'\n' => return End::CutOff(at),
                    _ if escaped => escaped = false,
                    b'\\' => escaped = true,
                    b'"' => in_text = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => in_text = true,
                b'{' | b'[' => {
                    depth += 1;
                    deepest = deepest.max(depth);
                }
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        let end = at + 1;
                        return if deepest > JSON_DEPTH_MAX {
                            End::TooDeep(end)
                        } else {
                            End::Whole(end)
                        };
                    }
                }
                b'\n' if self.mistakes >= MISTAKES_MAX => return End::CutOff(at),
                _ => {}
            }
        }
        End::CutOff(self.text.len())
    }

    /// The first line from here on that can begin a request: inside of a pretty-printed one, brackets are indented.
    fn skip_to_request(&mut self) {
        while self.at < self.text.len() {
            let begin = self.at + usize::from(self.text[self.at] == b'\n');
            let end = self.line_end(begin);
            let line = &self.text[begin..end];
            if line.starts_with(b"{") || line.trim_ascii_start().starts_with(b"{\"") {
                return;
            }
            self.advance_to(end.max(self.at + 1));
        }
    }

    /// Past blanks, and past what holds a list of requests together.
    fn skip_to_next(&mut self) {
        loop {
            let rest = self.text[self.at..].trim_ascii_start();
            self.advance_to(self.text.len() - rest.len());
            match rest.first() {
                Some(b'[') if rest[1..].trim_ascii_start().starts_with(b"{") => {
                    self.is_in_list = true;
                }
                Some(b',') if self.is_in_list => {}
                Some(b']') if self.is_in_list => self.is_in_list = false,
                _ => return,
            }
            self.at += 1;
        }
    }

    fn line_end(&self, from: usize) -> usize {
        memchr::memchr(b'\n', &self.text[from..]).map_or(self.text.len(), |end| from + end)
    }

    fn advance_to(&mut self, end: usize) {
        self.line += memchr::memchr_iter(b'\n', &self.text[self.at..end]).count() as u64;
        self.at = end;
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Frame<'a>;

    fn next(&mut self) -> Option<Frame<'a>> {
        self.skip_to_next();
        (self.at < self.text.len()).then(|| self.frame())
    }
}

/// Cut off, or damaged before its end?
fn cut_off(line: &[u8]) -> Reason {
    if crate::ingest::json::depth(line) > JSON_DEPTH_MAX {
        return TOO_DEEP;
    }
    match serde_json::from_slice::<serde::de::IgnoredAny>(line) {
        Err(error) if error.is_eof() => CUT_OFF,
        _ if std::str::from_utf8(line).is_err() => NOT_UTF8,
        _ => NOT_OTLP,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (line, text or reason)
    fn check(text: &str, expected: &[(u64, Result<&str, Reason>)]) {
        let frames: Vec<_> = Frames::new(text.as_bytes())
            .map(|frame| (frame.line, frame.text))
            .collect();
        assert_eq!(frames, expected, "{text}");
    }

    #[test]
    fn requests_stand_one_a_line_or_over_many_or_together() {
        check(
            "\n{}\r\n\n {\"a\":1}",
            &[(2, Ok("{}")), (4, Ok("{\"a\":1}"))],
        );
        check(
            "{\n  \"a\": {\n  }\n}\n{\"b\":\"}\"}",
            &[(1, Ok("{\n  \"a\": {\n  }\n}")), (5, Ok("{\"b\":\"}\"}"))],
        );
        check(
            "{\"a\":1}{\"b\":2}",
            &[(1, Ok("{\"a\":1}")), (1, Ok("{\"b\":2}"))],
        );
        check(
            "[{\"a\":1},\n {\"b\":2}\n]\n{\"c\":3}",
            &[
                (1, Ok("{\"a\":1}")),
                (2, Ok("{\"b\":2}")),
                (4, Ok("{\"c\":3}")),
            ],
        );
        check("[1]\n]", &[(1, Err(NOT_OTLP)), (2, Err(NOT_OTLP))]);
        check("", &[]);
    }

    #[test]
    fn a_line_that_is_cut_off_costs_no_other() {
        let cut = [
            "{\"a\":[{\"b\":\"half a te",
            "{\"a\":[{\"b\":",
            "{\"a\":[{\"b\":1},",
            "{\"a\":[{",
        ];
        for cut in cut {
            check(
                &format!("{{}}\n{cut}\n{{\"c\":3}}\n{{}}"),
                &[
                    (1, Ok("{}")),
                    (2, Err(CUT_OFF)),
                    (3, Ok("{\"c\":3}")),
                    (4, Ok("{}")),
                ],
            );
        }
        check("{\n  \"a\": [\n    {\n", &[(1, Err(CUT_OFF))]);
        check("what\n{}", &[(1, Err(NOT_OTLP)), (2, Ok("{}"))]);
        check("{\"a\" 1, \"b\n{}", &[(1, Err(NOT_OTLP)), (2, Ok("{}"))]);
    }

    #[test]
    fn many_lines_that_are_cut_off_are_each_looked_at_a_few_times_only() {
        let text = "{\"a\":[\n".repeat(20_000);
        assert_eq!(Frames::new(text.as_bytes()).count(), 20_000);
    }

    #[test]
    fn nesting_has_a_limit() {
        let deep = format!("{}1{}", "{\"a\":".repeat(65), "}".repeat(65));
        check(
            &format!("{deep}\n{{}}"),
            &[(1, Err(TOO_DEEP)), (2, Ok("{}"))],
        );
    }
}
