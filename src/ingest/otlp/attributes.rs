//! Attributes by name: those on the allow-list are kept, all others counted and forgotten.

use std::borrow::Cow;
use std::collections::HashMap;

use super::profiles;
use super::wire::{KeyValue, Value};
use crate::ingest::Tally;

/// The attributes of a record or a resource that may be read.
#[derive(Debug, Default)]
pub struct Attributes<'a>(HashMap<Cow<'a, str>, Value<'a>>);

impl<'a> Attributes<'a> {
    /// Keeps what is allowed; `content` looks at what is not, before it goes.
    pub fn collect(
        attributes: Option<Vec<KeyValue<'a>>>,
        tally: &mut Tally,
        mut content: impl FnMut(&str, &Value<'a>),
    ) -> Self {
        let mut kept = HashMap::new();
        for KeyValue { key, value } in attributes.into_iter().flatten() {
            if profiles::is_kept(&key.0) {
                kept.insert(key.0, value);
            } else {
                content(&key.0, &value);
                tally.drop_field(&key.0, 1);
            }
        }
        Self(kept)
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A text that is not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Value::Text(text) if !text.trim().is_empty() => Some(text),
            _ => None,
        }
    }

    /// The first text of a list of names.
    pub fn first_text(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.text(name))
    }

    /// Text or number, as text.
    pub fn label(&self, name: &str) -> Option<Cow<'_, str>> {
        match self.0.get(name)? {
            Value::Text(text) if !text.is_empty() => Some(Cow::Borrowed(text)),
            Value::Int(number) => Some(Cow::Owned(number.to_string())),
            _ => None,
        }
    }

    /// A number, bare or as text.
    pub fn first_number(&self, names: &[&str]) -> Option<f64> {
        names.iter().find_map(|name| match self.0.get(*name)? {
            Value::Int(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            Value::Text(text) => text.trim().parse().ok(),
            Value::Empty | Value::Bool(_) => None,
        })
    }

    /// A flag, bare or as text.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.0.get(name)? {
            Value::Bool(flag) => Some(*flag),
            Value::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => None,
            },
            Value::Int(number) => Some(*number != 0),
            Value::Empty | Value::Float(_) => None,
        }
    }
}
