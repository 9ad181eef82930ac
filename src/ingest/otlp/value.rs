//! Single values of OTLP/JSON, however an exporter writes them.
//!
//! Owns: texts, numbers and `AnyValue`. Does not own: the records they stand in (`wire`).

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// OTLP's integers have 64 bits; beyond, arithmetic on them should still be safe.
const NUMBER_MAX: i128 = 1 << 64;

/// A text, borrowed where it has no escapes; null is empty.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Text<'a>(pub Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_any(Scalar)
            .map(|scalar| match scalar {
                Value::Text(text) => Self(text),
                Value::Int(number) => Self(number.to_string().into()),
                _ => Self::default(),
            })
    }
}

/// An integer as text or bare, or an enum's name.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Number<'a>(Value<'a>);

impl Number<'_> {
    /// Nothing and zero are alike in OTLP.
    pub fn get(&self) -> i128 {
        match &self.0 {
            Value::Int(number) => (*number).into(),
            Value::Float(number) => *number as i128,
            Value::Text(text) => text.trim().parse().unwrap_or_default(),
            _ => 0,
        }
        .clamp(-NUMBER_MAX, NUMBER_MAX)
    }

    /// Is this enum the number, or of the name that ends so?
    pub fn is(&self, number: i128, name_end: &str) -> bool {
        match &self.0 {
            Value::Text(text) if text.parse::<i128>().is_err() => {
                text.to_ascii_uppercase().ends_with(name_end)
            }
            _ => self.get() == number,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Number<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Scalar).map(Self)
    }
}

/// An `AnyValue`, or a scalar of it.
#[derive(Debug, Default, Clone, PartialEq)]
pub enum Value<'a> {
    /// No value, or `{}`.
    #[default]
    Empty,
    /// A list, a map or bytes, as it stands; see [`super::wire::Fields`].
    Nested(&'a str),
    Text(Cow<'a, str>),
    Bool(bool),
    Int(i64),
    Float(f64),
}

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

/// `{"stringValue": "…"}` and its siblings, or null.
struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an OTLP value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Empty)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Nested(""))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        let mut value = Value::Empty;
        while let Some(Text(kind)) = map.next_key::<Text<'de>>()? {
            match kind.as_ref() {
                "stringValue" | "string_value" | "boolValue" | "bool_value" | "doubleValue"
                | "double_value" => value = map.next_value_seed(ScalarSeed)?,
                "intValue" | "int_value" => {
                    let number: Number<'de> = map.next_value()?;
                    value = i64::try_from(number.get()).map_or(Value::Empty, Value::Int);
                }
                _ => {
                    let nested: &'de RawValue = map.next_value()?;
                    value = Value::Nested(nested.get());
                }
            }
        }
        Ok(value)
    }
}

struct ScalarSeed;

impl<'de> serde::de::DeserializeSeed<'de> for ScalarSeed {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(Scalar)
    }
}

/// A bare JSON scalar.
struct Scalar;

impl<'de> Visitor<'de> for Scalar {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number or a flag")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Empty)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value<'de>, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value<'de>, E> {
        Ok(i64::try_from(number).map_or(Value::Float(number as f64), Value::Int))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value<'de>, E> {
        Ok(Value::Float(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Nested(""))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Nested(""))
    }
}
