//! Attributes by name: those on the allow-list are kept, all others counted and forgotten.

use super::content::{Content, Held};
use super::dialect::{self, Mark, Names};
use super::value::Value;
use super::wire::KeyValue;
use crate::ingest::Tally;

/// The attributes of a record or a resource that may be read.
#[derive(Debug, Default)]
pub struct Attributes<'a> {
    kept: Vec<(&'static str, Value<'a>)>,
    pub content: Content<'a>,
}

impl<'a> Attributes<'a> {
    pub fn collect(attributes: impl IntoIterator<Item = KeyValue<'a>>, tally: &mut Tally) -> Self {
        let mut all = Self::default();
        for KeyValue { key, value } in attributes {
            match (dialect::kept(&key.0), value) {
                // A name without a value is nothing to keep, and nothing to drop.
                (_, Value::Empty) => {}
                (None, value) | (_, value @ Value::Nested(_)) => {
                    tally.drop_field(&key.0, 1);
                    match (dialect::opened(&key.0), value) {
                        (Some(name), Value::Text(text)) => all.content.put(name, Held::Json(text)),
                        (Some(name), Value::Nested(fields)) => {
                            all.content.put(name, Held::Fields(fields));
                        }
                        _ => {}
                    }
                }
                (Some(name), value) => all.kept.push((name, value)),
            }
        }
        all
    }

    fn get(&self, name: &str) -> Option<&Value<'a>> {
        let found = self.kept.iter().find(|(kept, _)| *kept == name);
        found.map(|(_, value)| value)
    }

    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A text that is not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::Text(text) if !text.trim().is_empty() => Some(text),
            _ => None,
        }
    }

    /// The first text of a list of names.
    pub fn first_text(&self, names: Names) -> Option<&str> {
        names.iter().find_map(|name| self.text(name))
    }

    /// Text or number, as text.
    pub fn label(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::Text(text) if !text.is_empty() => Some(text.to_string()),
            Value::Int(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// A number, bare or as text.
    pub fn first_number(&self, names: Names) -> Option<f64> {
        names.iter().find_map(|name| match self.get(name)? {
            Value::Int(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            Value::Text(text) => text.trim().parse().ok(),
            Value::Empty | Value::Bool(_) | Value::Nested(_) => None,
        })
    }

    /// A flag, bare or as text.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Value::Bool(flag) => Some(*flag),
            Value::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => None,
            },
            Value::Int(number) => Some(*number != 0),
            Value::Empty | Value::Float(_) | Value::Nested(_) => None,
        }
    }

    /// Is an attribute one of these texts?
    pub fn is(&self, name: &str, values: Names) -> bool {
        self.text(name).is_some_and(|text| values.contains(&text))
    }

    /// Does one of these marks stand here?
    pub fn is_marked(&self, marks: &[Mark]) -> bool {
        marks.iter().any(|mark| match *mark {
            Mark::True(name) => self.flag(name) == Some(true),
            Mark::False(name) => self.flag(name) == Some(false),
            Mark::Is(name, values) => self.is(name, values),
        })
    }
}
