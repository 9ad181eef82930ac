//! The names of a JSON object, which tell what it is.
//!
//! Owns: collecting them without building a tree. Does not own: what they mean (`recognise`, `names`).

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::names::Terms;

/// Under these names Grafana Tempo hands out traces; a manifest names its batches like that, too.
const WRAPPERS: [&str; 2] = ["batches", "trace"];

/// The names at the top of a JSON object. What follows a syntax error is not known; what came before is.
#[derive(Debug, Default)]
pub struct Shape {
    pub keys: Vec<(String, bool)>,
    /// The names in one of [`WRAPPERS`], or in the first object of its list.
    inside: Vec<String>,
    pub cut_short: bool,
}

impl Shape {
    pub fn of(text: &[u8]) -> Self {
        let mut shape = Self::default();
        let mut json = serde_json::Deserializer::from_slice(text);
        let read = Keys(&mut shape.keys, &mut shape.inside).deserialize(&mut json);
        shape.cut_short = read.is_err_and(|error| error.is_eof());
        shape
    }

    pub fn has(&self, names: &[&str]) -> bool {
        let mut keys = self.keys.iter();
        keys.any(|(key, _)| names.contains(&key.as_str()))
    }

    /// Is one of these in a wrapper of telemetry?
    pub fn holds(&self, names: &[&str]) -> bool {
        let mut inside = self.inside.iter();
        inside.any(|name| names.contains(&name.as_str()))
    }

    pub fn has_list(&self, names: &[&str]) -> bool {
        self.keys
            .iter()
            .any(|(key, list)| *list && names.contains(&key.as_str()))
    }

    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.keys.iter().map(|(name, _)| name.as_str())
    }

    /// An event, or a pre-aggregated hour.
    pub fn is_event(&self, terms: &Terms<'_>) -> bool {
        let terms = terms.for_headers(self.names());
        let values = self.keys.iter().filter(|(_, list)| !list);
        terms.is_hours(self.names()) || terms.has_time(values.map(|(name, _)| name.as_str()))
    }
}

/// Collects (name, is the value a list?) of one object, as far as it can be read.
struct Keys<'a>(&'a mut Vec<(String, bool)>, &'a mut Vec<String>);

impl<'de> DeserializeSeed<'de> for Keys<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            // Noted as a list first, so that a list that is cut short still tells what the file is.
            let position = self.0.len();
            let is_wrapper = WRAPPERS.contains(&key.as_str());
            self.0.push((key, true));
            let is_list = if is_wrapper {
                map.next_value_seed(IsListOf(Some(self.1)))?
            } else {
                map.next_value_seed(IsListOf(None))?
            };
            if let Some(entry) = self.0.get_mut(position) {
                entry.1 = is_list;
            }
        }
        Ok(())
    }
}

/// Is a value a list? Notes the names in it or in its first object, where they are asked for.
struct IsListOf<'a>(Option<&'a mut Vec<String>>);

impl<'de> DeserializeSeed<'de> for IsListOf<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for IsListOf<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any value")
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
        if self.0.is_some() {
            seq.next_element_seed(IsListOf(self.0))?;
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(true)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let Some(names) = self.0 else {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(false);
        };
        while let Some(name) = map.next_key::<String>()? {
            names.push(name);
            map.next_value::<IgnoredAny>()?;
        }
        Ok(false)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_str<E>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }
}
