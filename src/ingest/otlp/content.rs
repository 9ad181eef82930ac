//! Content in hand, between the line it stands in and its being dropped.
//!
//! Owns: the two questions that may be asked of content: does a structured flag say that the tool failed, and what
//! name stands below given keys. Does not own: which content is asked (`profiles`). Nothing else of it gets out.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde_json::value::RawValue;

use super::dialect::Names;
use super::profiles::{ERROR_FLAGS, FLAGGED_CONTENT, RESULT_WRAPPERS};
use super::value::Value;
use super::wire::Fields;

/// How many results a flag may be wrapped in, and how many times a text may be JSON in JSON.
const WRAPPERS_MAX: usize = 6;

/// What a content attribute holds.
pub enum Held<'a> {
    /// A text, which may be JSON.
    Json(Cow<'a, str>),
    /// A `kvlistValue`.
    Fields(&'a str),
}

/// Content attributes of one record. Has no way to show them.
#[derive(Default)]
pub struct Content<'a>(Vec<(&'static str, Held<'a>)>);

impl<'a> Content<'a> {
    pub fn put(&mut self, name: &'static str, held: Held<'a>) {
        self.0.push((name, held));
    }

    /// Does a structured flag say that the tool failed?
    pub fn says_error(&self) -> bool {
        let flagged = self.0.iter();
        let mut flagged = flagged.filter(|(name, _)| FLAGGED_CONTENT.contains(name));
        flagged.any(|(_, held)| match held {
            Held::Json(text) => is_error(text),
            Held::Fields(fields) => flag_in(fields, WRAPPERS_MAX).unwrap_or_default(),
        })
    }

    /// The text below these keys of the JSON of an attribute.
    pub fn name_at(&self, attribute: &str, path: Names) -> Option<String> {
        let (_, held) = self.0.iter().find(|(name, _)| *name == attribute)?;
        match held {
            Held::Json(text) => text_at(text, path),
            Held::Fields(fields) => text_in(fields, path),
        }
    }
}

impl fmt::Debug for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content")
    }
}

type Object<'a> = HashMap<String, &'a RawValue>;

fn text_at(json: &str, path: Names) -> Option<String> {
    let Some((key, rest)) = path.split_first() else {
        return serde_json::from_str(json).ok();
    };
    let object: Object<'_> = serde_json::from_str(json).ok()?;
    text_at(object.get(*key)?.get(), rest)
}

fn text_in(fields: &str, path: Names) -> Option<String> {
    let (key, rest) = path.split_first()?;
    let field = Fields::of(fields).find(|field| field.key.0 == *key)?;
    match field.value {
        Value::Text(text) if rest.is_empty() => Some(text.into_owned()),
        Value::Text(text) => text_at(&text, rest),
        Value::Nested(fields) => text_in(fields, rest),
        _ => None,
    }
}

fn is_error(json: &str) -> bool {
    flag(json, WRAPPERS_MAX).unwrap_or_default()
}

/// The flag of a result, of the result inside of a response, or of one of several; `None` where there is none.
fn flag(json: &str, wrappers_max: usize) -> Option<bool> {
    let wrappers_max = wrappers_max.checked_sub(1)?;
    let json = json.trim();
    match json.as_bytes().first()? {
        b'{' => match serde_json::from_str::<Object<'_>>(json) {
            Ok(object) => flag_of(&object).or_else(|| {
                RESULT_WRAPPERS
                    .iter()
                    .filter_map(|name| object.get(*name))
                    .find_map(|value| flag(value.get(), wrappers_max))
            }),
            // Exporters cut long attributes: then the flag counts where it stands as a field, unescaped.
            Err(error) => (error.is_eof() && has_flag(json)).then_some(true),
        },
        b'[' => {
            let values: Vec<&RawValue> = serde_json::from_str(json).ok()?;
            let flags = values
                .iter()
                .filter_map(|value| flag(value.get(), wrappers_max));
            flags.reduce(|one, other| one || other)
        }
        // JSON in a JSON text.
        b'"' => match serde_json::from_str::<String>(json) {
            Ok(inner) => flag(&inner, wrappers_max),
            Err(error) => {
                let inner = json[1..].replace("\\\"", "\"");
                (error.is_eof() && inner.starts_with('{') && has_flag(&inner)).then_some(true)
            }
        },
        _ => None,
    }
}

/// The same in fields, which OTLP has for JSON objects.
fn flag_in(fields: &str, wrappers_max: usize) -> Option<bool> {
    let wrappers_max = wrappers_max.checked_sub(1)?;
    let fields: Vec<_> = Fields::of(fields).collect();
    let flag_field = fields.iter().find_map(|field| match field.value {
        Value::Bool(flag) if ERROR_FLAGS.contains(&field.key.0.as_ref()) => Some(flag),
        _ => None,
    });
    let wrapped = fields
        .iter()
        .filter(|field| RESULT_WRAPPERS.contains(&field.key.0.as_ref()));
    flag_field.or_else(|| {
        wrapped.into_iter().find_map(|field| match &field.value {
            Value::Text(text) => flag(text, wrappers_max),
            Value::Nested(fields) => flag_in(fields, wrappers_max),
            _ => None,
        })
    })
}

fn flag_of(object: &Object<'_>) -> Option<bool> {
    ERROR_FLAGS
        .iter()
        .find_map(|name| match object.get(*name)?.get() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        })
}

fn has_flag(json: &str) -> bool {
    ERROR_FLAGS.iter().any(|name| {
        json.match_indices(name).any(|(at, _)| {
            let (before, after) = (&json[..at], &json[at + name.len()..]);
            let is_field = before.ends_with('"') && !before.ends_with("\\\"");
            let value = after.strip_prefix('"').map(str::trim_start);
            let value = value.and_then(|after| after.strip_prefix(':'));
            is_field && value.is_some_and(|value| value.trim_start().starts_with("true"))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_structured_flag_is_a_failure() {
        let failures = [
            r#"{"content":[],"isError":true}"#,
            r#"{"result":{"isError" : true}}"#,
            r#"{"output":{"result":{"is_error":true}}}"#,
            r#"[{"isError":false},{"isError":true}]"#,
            r#""{\"content\":[],\"isError\":true}""#,
            r#"{"isError":true,"content":[{"text":"cut of"#,
            r#""{\"isError\": true,\"content\":[{\"text\":\"cut of"#,
        ];
        for json in failures {
            assert!(is_error(json), "{json}");
        }
        let others = [
            r#"{"content":[{"text":"{\"isError\":true}"}],"isError":false}"#,
            r#"{"content":[{"text":"{\"isError\":true}"}]}"#,
            r#"{"structuredContent":{"isError":true},"isError":false}"#,
            r#"{"isError":"true"}"#,
            r#"{"isError":null}"#,
            "isError: true",
            r#"{"content":[{"text":"\"isError\":true"#,
            r#""{\"content\":[{\"text\":\"\\\"isError\\\":true"#,
            "",
        ];
        for json in others {
            assert!(!is_error(json), "{json}");
        }
        let deep = format!("{}true", r#"{"result":"#.repeat(50_000));
        assert!(!is_error(&deep));
    }

    #[test]
    fn a_name_is_read_below_its_keys_and_nowhere_else() {
        let json =
            r#"{"method":"tools/call","params":{"name":"re\u0061d","arguments":{"name":"x"}}}"#;
        assert_eq!(text_at(json, &["params", "name"]).as_deref(), Some("read"));
        assert_eq!(text_at(json, &["name"]), None);
        assert_eq!(text_at(json, &["params", "arguments"]), None);
        assert_eq!(text_at("no JSON", &["name"]), None);
    }
}
