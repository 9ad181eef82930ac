//! The fields of a JSON object that is written as nearly all are, found in one walk over its bytes.
//!
//! Owns: what was found, and giving it to a [`Sink`]. Does not own: the walk (`walk`), what fields mean, or what JSON is in
//! full: where anything is out of the ordinary the walk gives up before a sink has heard of the object, and `json` reads
//! all of it again with `serde_json`. So what is found here is what that would have found: a walk that understood less
//! would only be slower.

use std::borrow::Cow;

use super::json::{Sink, Wish};
use super::numbers;
use super::values::Raw;
use super::walk::{Field, Kind, UNKNOWN, Walk, letter};

impl Field {
    /// The place of its name among those expected, which is its for good.
    pub fn known(&self) -> Option<usize> {
        (self.known != UNKNOWN).then_some(usize::from(self.known))
    }

    pub fn name<'t>(&self, text: &'t str) -> &'t str {
        self.name.of(text)
    }

    pub const fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    pub fn value<'t>(&self, text: &'t str) -> Raw<'t> {
        let value = self.value.of(text);
        match self.kind {
            Kind::Null => Raw::Null,
            Kind::True => Raw::Bool(true),
            Kind::False => Raw::Bool(false),
            Kind::Text => Raw::Text(Cow::Borrowed(value)),
            Kind::Escaped => Raw::Text(Cow::Owned(unescaped(value))),
            Kind::Whole => {
                let digits = value.bytes().map(|digit| u64::from(digit - b'0'));
                Raw::Int(digits.fold(0, |number, digit| number * 10 + digit).into())
            }
            // The walk saw that it is one, and it is too short to be too large.
            Kind::Decimal => Raw::Float(numbers::float(value).unwrap_or(f64::NAN)),
            Kind::Nested => Raw::Nested,
        }
    }
}

/// The fields of one object, those of objects inside right behind them. It is kept from one object to the next, which
/// mostly has the same names in the same order: they are not looked for, only compared.
#[derive(Debug, Default)]
pub struct Fields {
    fields: Vec<Field>,
    /// `"name":` of fields in the order in which they came.
    expected: Vec<Box<[u8]>>,
}

impl Fields {
    /// Takes an object apart; false where that needs a reader of all of JSON.
    pub fn find(&mut self, text: &str) -> bool {
        self.fields.clear();
        if u32::try_from(text.len()).is_err() {
            return false;
        }
        Walk::new(text, &mut self.fields, &mut self.expected).is_whole_object()
    }

    pub fn all(&self) -> &[Field] {
        &self.fields
    }

    /// The fields of the object itself, each with its place among all.
    pub fn outer(&self) -> impl Iterator<Item = (usize, &Field)> {
        let mut place = 0;
        std::iter::from_fn(move || {
            let at = place;
            let field = self.fields.get(at)?;
            place += 1 + field.inside as usize;
            Some((at, field))
        })
    }

    /// Gives the fields of the text to a sink, in their order.
    pub fn give<'t, S: Sink<'t>>(&self, text: &'t str, sink: &mut S) {
        give(&self.fields, text, sink);
    }
}

fn give<'t, S: Sink<'t>>(mut fields: &[Field], text: &'t str, sink: &mut S) {
    while let Some((field, after)) = fields.split_first() {
        let name = field.name(text);
        let (inside, next) = after.split_at(field.inside as usize);
        match sink.wants(name) {
            Wish::Take(wanted) => sink.take(wanted, field.value(text)),
            Wish::Open => {
                sink.enter(name);
                give(inside, text, sink);
                sink.leave();
            }
            Wish::Skip => {}
        }
        fields = next;
    }
}

/// A text whose escapes have one letter each.
fn unescaped(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        whole.push_str(before);
        let mut letters = after.chars();
        let escape = letters.next().and_then(|escape| u8::try_from(escape).ok());
        whole.extend(escape.and_then(letter));
        rest = letters.as_str();
    }
    whole + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::json;
    use crate::ingest::walk::EXPECTED_MAX;
    use crate::model::limits::JSON_DEPTH_MAX;

    /// Everything that a sink is told, in words.
    #[derive(Default)]
    struct Heard(Vec<String>);

    impl<'de> Sink<'de> for Heard {
        type Field = String;

        fn wants(&mut self, name: &str) -> Wish<String> {
            self.0.push(format!("wants {name}"));
            match name.chars().next() {
                Some('s') => Wish::Skip,
                Some('o') => Wish::Open,
                _ => Wish::Take(name.to_owned()),
            }
        }

        fn take(&mut self, field: String, value: Raw<'de>) {
            self.0.push(format!("{field} = {value:?}"));
        }

        fn enter(&mut self, name: &str) {
            self.0.push(format!("enters {name}"));
        }

        fn leave(&mut self) {
            self.0.push("leaves".into());
        }
    }

    /// Found quickly, and as the whole reader finds it?
    fn is_found(text: &str) -> bool {
        is_found_after(&mut Fields::default(), text)
    }

    fn is_found_after(fields: &mut Fields, text: &str) -> bool {
        let is_found = fields.find(text);
        if is_found {
            let (mut quick, mut whole) = (Heard::default(), Heard::default());
            fields.give(text, &mut quick);
            assert_eq!(json::read_whole(text, &mut whole), Ok(()), "{text}");
            assert_eq!(quick.0, whole.0, "{text}");
        }
        is_found
    }

    #[test]
    fn what_is_found_is_what_the_whole_reader_finds() {
        for text in [
            "{}",
            " { } ",
            r#"{"a":"x","b":1,"c":0.25,"d":true,"e":false,"f":null}"#,
            "{ \"a\" : \"x y\" ,\r\n\t\"b\" : [ ] , \"c\" : { } }",
            r#"{"a":"Zoë 読む","s":{"a":[1,{"b":[2,"]}"]}],"c":"}"},"b":"z"}"#,
            r#"{"o":{"a":1,"o":{"b":"x"},"s":{"c":2},"d":[{"a":1}]},"e":{"a":2},"o2":7,"o3":[{"a":1}]}"#,
            r#"{"a":"\"\\\/\b\f\n\r\t","s":"\\\"","b":"C:\\dir\\","c":""}"#,
            r#"{"a":0,"b":10,"c":123456789012345678,"d":0.1,"e":1234567890.12345678901234567890,"f":0.0}"#,
            r#"{"a":9007199254740993.0,"b":4.35,"c":0.000001,"d":179.99999999999997}"#,
            r#"{"a":1,"a":2,"":3}"#,
        ] {
            assert!(is_found(text), "{text}");
        }
        let nested = |depth: usize| {
            let open = r#"{"a":"#.repeat(depth);
            format!("{open}1{}", "}".repeat(depth))
        };
        assert!(is_found(&nested(JSON_DEPTH_MAX)));
        assert!(!is_found(&nested(JSON_DEPTH_MAX + 1)));
    }

    #[test]
    fn names_that_came_before_are_only_expected() {
        let rows = [
            r#"{"a":1,"b":"x","c":{"d":2,"e":[{"a":1}]},"f":3}"#,
            r#"{"a":1,"c":{"e":[],"d":2},"f":3}"#,
            r#"{"f":1,"c":{"z":2},"b":"y","a":0}"#,
            r#"{"ab":1,"b ":2,"a":3,"a":4}"#,
            r#"{"a" :1,"b": "x", "c":null}"#,
            "{}",
        ];
        let mut fields = Fields::default();
        for _ in 0..3 {
            for text in rows {
                assert!(is_found_after(&mut fields, text), "{text}");
            }
            assert!(!is_found_after(&mut fields, r#"{"a":1,"b":"x}"#));
            assert!(!is_found_after(&mut fields, r#"{"a":,"b":"x"}"#));
        }
        for n in 0..EXPECTED_MAX * 2 {
            let text = format!(r#"{{"a":1,"n{n}":2,"b":"x"}}"#);
            assert!(is_found_after(&mut fields, &text), "{text}");
        }
        assert_eq!(fields.expected.len(), EXPECTED_MAX);
    }

    #[test]
    fn what_is_out_of_the_ordinary_is_left_to_the_whole_reader() {
        for text in [
            "",
            "{",
            "[]",
            r#"{"a""#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{"a":1} x"#,
            r#"{"a":1"#,
            r#"{"a":"x"#,
            r#"{"a":"x\"#,
            r#"{"a":"\u0041"}"#,
            r#"{"a":"\x"}"#,
            "{\"a\":\"\u{1}\"}",
            "{\"a\":\"tab\there and then\"}",
            r#"{"\n":1}"#,
            r#"{"a":-1}"#,
            r#"{"a":-0}"#,
            r#"{"a":01}"#,
            r#"{"a":1.}"#,
            r#"{"a":.5}"#,
            r#"{"a":1e5}"#,
            r#"{"a":1.5E5}"#,
            r#"{"a":1234567890123456789}"#,
            r#"{"a":nul}"#,
            r#"{"a":NaN}"#,
            r#"{"a":tru}"#,
            r#"{"a":[1,]}"#,
            r#"{"a":[1}"#,
            r#"{"s":{"a":01}}"#,
            "{a:1}",
            r#"{"a" 1}"#,
        ] {
            assert!(!is_found(text), "{text}");
        }
    }
}
