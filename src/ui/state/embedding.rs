//! What the Embed dialog is about, and what was chosen in it. Kept no longer than it is open.

use leptos::prelude::*;

use crate::query::embed::{EmbedOptions, EmbedTheme, Locks};
use crate::query::{Dimension, Question};
use crate::ui::browser::dom;

/// A widget or a dashboard that is to stand in another page.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    pub id: &'static str,
    pub title: String,
    /// The question on the page, with what the page is about.
    pub question: Question,
}

#[derive(Clone, Copy)]
pub struct Embedding {
    pub subject: RwSignal<Option<Subject>>,
}

/// What is chosen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Choice {
    pub theme: EmbedTheme,
    pub locks: Locks,
    /// CSS pixels; without one the element sizes itself.
    pub height: u32,
}

/// Heights a frame may be given.
pub const HEIGHTS: std::ops::RangeInclusive<u32> = 120..=4_000;

impl Choice {
    fn options(&self) -> EmbedOptions {
        EmbedOptions {
            theme: self.theme,
            locks: self.locks.clone(),
            ..EmbedOptions::default()
        }
    }

    pub fn lock(&mut self, dimension: Dimension, is_locked: bool) {
        if is_locked {
            self.locks.dimensions.insert(dimension);
        } else {
            self.locks.dimensions.remove(&dimension);
        }
    }

    /// The path with its query string.
    pub fn path(&self, subject: &Subject, search: &str) -> String {
        let question = search.strip_prefix('?').unwrap_or(search);
        let parts = [question.to_owned(), self.options().to_query()];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let query = if parts.is_empty() {
            String::new()
        } else {
            format!("?{}", parts.join("&"))
        };
        format!("/embed/{}{query}", subject.id)
    }

    /// A frame of a fixed height: works without any script.
    pub fn frame(&self, subject: &Subject, search: &str) -> String {
        let address = format!("{}{}", dom::own_origin(), self.path(subject, search));
        format!(
            "<iframe src=\"{}\" title=\"{}\" width=\"100%\" height=\"{}\" frameborder=\"0\" referrerpolicy=\"origin\"></iframe>",
            escaped(&address),
            escaped(&subject.title),
            self.height
        )
    }

    /// The element: as tall as what is in it, with events, and one engine for all of them on a page.
    pub fn element(&self, subject: &Subject, search: &str) -> String {
        let origin = escaped(&dom::own_origin());
        let mut attributes = format!("src=\"{origin}\" widget=\"{}\"", subject.id);
        let question = search.strip_prefix('?').unwrap_or(search);
        let (mut filters, mut others) = (Vec::new(), Vec::new());
        for part in question.split('&').filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            match key {
                "range" | "compare" | "zone" => others.push((key, value)),
                _ => filters.push(part),
            }
        }
        for (key, value) in others {
            let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
            attributes.push_str(&format!(" {key}=\"{}\"", escaped(&value)));
        }
        if !filters.is_empty() {
            attributes.push_str(&format!(" filters=\"{}\"", escaped(&filters.join("&"))));
        }
        let options = self.options().to_query();
        for part in options.split('&').filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            attributes.push_str(&format!(" {key}=\"{}\"", escaped(value)));
        }
        attributes.push_str(&format!(" label=\"{}\"", escaped(&subject.title)));
        format!(
            "<script type=\"module\" src=\"{origin}/toolscope-embed.js\"></script>\n<toolscope-widget {attributes}></toolscope-widget>"
        )
    }
}

/// Inside an attribute in double quotes.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

pub fn provide() {
    provide_context(Embedding {
        subject: RwSignal::new(None),
    });
}

/// Nothing inside of an embed.
pub fn use_embedding() -> Option<Embedding> {
    use_context()
}
