//! JSON objects, value by value, without building a tree: what nobody wants is skipped unread, objects inside are
//! entered only where a profile or a mapping leads into them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::scan::Fields;
use super::values::{Raw, Reason};
use crate::model::limits::{JSON_DEPTH_MAX, LINE_BYTES_MAX};

pub const NOT_UTF8: Reason = "This is not UTF-8 text.";
pub const NOT_OBJECT: Reason = "This is not a JSON object.";
const NOT_JSON: Reason = "This is not JSON.";
pub const CUT_OFF: Reason = "This ends in the middle; the file may be cut off.";
pub const TOO_LONG: Reason = "This is longer than 1 MiB.";
pub const TOO_DEEP: Reason = "This is nested more than 64 levels deep.";

/// Takes the fields of an object.
pub trait Sink<'de> {
    /// What the sink knows a field by.
    type Field;

    /// Asked before the value is read.
    fn wants(&mut self, name: &str) -> Wish<Self::Field>;

    fn take(&mut self, field: Self::Field, value: Raw<'de>);

    /// The fields that follow are those of an object that was wished open.
    fn enter(&mut self, _name: &str) {}

    fn leave(&mut self) {}
}

/// What a sink wants of a field.
pub enum Wish<F> {
    Take(F),
    /// The fields of the object, one by one.
    Open,
    Skip,
}

/// Reads one object, which may be a line, into a sink. `fields` are room to work in.
pub fn read_object<'de, S: Sink<'de>>(
    line: &'de [u8],
    fields: &mut Fields,
    sink: &mut S,
) -> Result<(), Reason> {
    let text = object(line)?;
    if fields.find(text) {
        fields.give(text, sink);
        return Ok(());
    }
    read_whole(text, sink)
}

/// The text of what may be an object.
pub fn object(line: &[u8]) -> Result<&str, Reason> {
    if line.len() > LINE_BYTES_MAX {
        return Err(TOO_LONG);
    }
    let text = std::str::from_utf8(line).map_err(|_| NOT_UTF8)?;
    if text.starts_with('{') {
        Ok(text)
    } else {
        Err(NOT_OBJECT)
    }
}

/// Reads any object, however it is written, and says what is wrong with it.
pub fn read_whole<'de, S: Sink<'de>>(text: &'de str, sink: &mut S) -> Result<(), Reason> {
    // Few brackets can't nest deeply; counting them is much faster than following them.
    let bytes = text.as_bytes();
    let brackets = memchr::memchr2_iter(b'{', b'[', bytes).take(JSON_DEPTH_MAX + 1);
    if brackets.count() > JSON_DEPTH_MAX && depth(bytes) > JSON_DEPTH_MAX {
        return Err(TOO_DEEP);
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    Object(sink)
        .deserialize(&mut reader)
        .and_then(|()| reader.end())
        .map_err(|error| if error.is_eof() { CUT_OFF } else { NOT_JSON })
}

/// How deep brackets nest; those inside of texts don't count.
pub fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for &byte in json {
        if in_text {
            match byte {
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
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

struct Object<'s, S>(&'s mut S);

impl<'de, S: Sink<'de>> DeserializeSeed<'de> for Object<'_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, S: Sink<'de>> Visitor<'de> for Object<'_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Value)? {
            let Raw::Text(name) = &name else { continue };
            match self.0.wants(name) {
                Wish::Take(field) => {
                    let value = map.next_value_seed(Value)?;
                    self.0.take(field, value);
                }
                Wish::Open => {
                    self.0.enter(name);
                    map.next_value_seed(Inside(self.0))?;
                    self.0.leave();
                }
                Wish::Skip => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// The fields of an object; any other value has none.
struct Inside<'s, S>(&'s mut S);

impl<'de, S: Sink<'de>> DeserializeSeed<'de> for Inside<'_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Sink<'de>> Visitor<'de> for Inside<'_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        Object(self.0).visit_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

/// Any value; lists and objects are skipped.
struct Value;

impl<'de> DeserializeSeed<'de> for Value {
    type Value = Raw<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value {
    type Value = Raw<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Raw<'de>, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw<'de>, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw<'de>, E> {
        Ok(Raw::Int(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw<'de>, E> {
        Ok(Raw::Int(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw<'de>, E> {
        Ok(Raw::Float(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Raw<'de>, E> {
        Ok(Raw::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw<'de>, E> {
        Ok(Raw::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Raw::Nested)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Raw::Nested)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_inside_of_texts_do_not_nest() {
        assert_eq!(depth(br#"{"a":"[[[[","b":[{"c":"\"{"}]}"#), 3);
    }
}
