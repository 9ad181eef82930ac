//! What an embed's address says beside the question: theme, language, accent, and what must stay as it is (M2).
//!
//! Owns: reading these names out of an address, writing them into one, and holding locked parts of a question. A lock
//! keeps a person's clicks away from a filter; it hides no data, and whoever knows the address can ask without it.

use std::collections::BTreeSet;

use super::{Dimension, Question};
use crate::model::{Warning, WarningCode};

/// A language tag longer than this is none.
const LANGUAGE_MAX: usize = 35;

/// How an embed looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EmbedTheme {
    /// As the system of the person who looks.
    #[default]
    Auto,
    Light,
    Dark,
}

impl EmbedTheme {
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }
}

/// What a person cannot change inside an embed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Locks {
    /// The whole question.
    pub all: bool,
    /// Range and comparison.
    pub range: bool,
    pub dimensions: BTreeSet<Dimension>,
}

impl Locks {
    /// Reads `tool,user,range` or `all`; what is no such name comes back beside it.
    fn parse(text: &str) -> (Self, Vec<String>) {
        let (mut locks, mut unknown) = (Self::default(), Vec::new());
        for name in text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
        {
            match (
                name,
                Dimension::parse(name).filter(|dimension| dimension.is_filter()),
            ) {
                ("all", _) => locks.all = true,
                ("range", _) => locks.range = true,
                (_, Some(dimension)) => {
                    locks.dimensions.insert(dimension);
                }
                _ => unknown.push(name.chars().take(40).collect()),
            }
        }
        (locks, unknown)
    }

    pub fn to_text(&self) -> String {
        if self.all {
            return "all".to_owned();
        }
        let range = self.range.then_some("range");
        let names = self.dimensions.iter().map(|dimension| dimension.name());
        range.into_iter().chain(names).collect::<Vec<_>>().join(",")
    }

    pub fn holds(&self, dimension: Dimension) -> bool {
        self.all || self.dimensions.contains(&dimension)
    }

    /// The question somebody asks inside the embed, with all that is locked as it was before.
    pub fn hold(&self, before: &Question, asked: Question) -> Question {
        if self.all {
            return before.clone();
        }
        let mut held = asked;
        if self.range {
            held.range = before.range.clone();
            held.compare = before.compare.clone();
        }
        if !self.dimensions.is_empty() {
            let kept = before
                .filters
                .iter()
                .filter(|clause| self.holds(clause.dimension));
            let open = held
                .filters
                .into_iter()
                .filter(|clause| !self.holds(clause.dimension));
            held.filters = kept.cloned().chain(open).collect();
        }
        held
    }
}

/// Three bytes of a colour. Nothing else that CSS knows is taken, so that an address can't bring anything but a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent(pub [u8; 3]);

impl Accent {
    /// `#3b5bdb` or `3b5bdb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').unwrap_or(text);
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some(Self([byte(0)?, byte(2)?, byte(4)?]))
    }

    pub fn css(self) -> String {
        let [red, green, blue] = self.0;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// Towards another colour, `share` of 100 of it.
    #[must_use]
    pub fn mixed(self, other: [u8; 3], share: u16) -> Self {
        let mut mixed = self.0;
        for (own, other) in mixed.iter_mut().zip(other) {
            *own = ((u16::from(*own) * (100 - share) + u16::from(other) * share) / 100) as u8;
        }
        Self(mixed)
    }

    /// By the weights of the eye: dark letters or light ones on it?
    pub fn is_light(self) -> bool {
        let [red, green, blue] = self.0.map(u32::from);
        red * 299 + green * 587 + blue * 114 > 140_000
    }
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EmbedOptions {
    pub theme: EmbedTheme,
    pub locks: Locks,
    /// A BCP 47 tag for numbers and dates; the browser decides whether it knows it.
    pub language: Option<String>,
    pub accent: Option<Accent>,
}

impl EmbedOptions {
    /// Takes its own names out of a query string; the rest is the question. What is not understood is left out, with a
    /// warning, as in [`super::url::parse`].
    pub fn parse(query: &str) -> (Self, String, Vec<Warning>) {
        let (mut options, mut rest, mut warnings) = (Self::default(), Vec::new(), Vec::new());
        let mut degrade =
            |message: String| warnings.push(Warning::new(WarningCode::QuestionDegraded, message));
        for part in query.strip_prefix('?').unwrap_or(query).split('&') {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let text = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
            match key {
                "theme" => match EmbedTheme::parse(&text) {
                    Some(theme) => options.theme = theme,
                    None => degrade("A theme is light, dark or auto.".to_owned()),
                },
                "lang" if is_language(&text) => options.language = Some(text.into_owned()),
                "lang" => degrade("The language is no BCP 47 tag such as de or pt-BR.".to_owned()),
                "accent" => match Accent::parse(&text) {
                    Some(accent) => options.accent = Some(accent),
                    None => degrade("An accent is a colour of six hexadecimal digits.".to_owned()),
                },
                "lock" => {
                    let (locks, unknown) = Locks::parse(&text);
                    options.locks = locks;
                    for name in unknown {
                        degrade(format!("“{name}” can't be locked: it is no filter."));
                    }
                }
                "" => {}
                _ => rest.push(part),
            }
        }
        (options, rest.join("&"), warnings)
    }

    /// The inverse, without what is as it would be anyway.
    pub fn to_query(&self) -> String {
        let mut parts = Vec::new();
        if self.theme != EmbedTheme::Auto {
            parts.push(format!("theme={}", self.theme.name()));
        }
        let locks = self.locks.to_text();
        if !locks.is_empty() {
            parts.push(format!("lock={locks}"));
        }
        if let Some(language) = &self.language {
            parts.push(format!("lang={language}"));
        }
        if let Some(accent) = self.accent {
            parts.push(format!("accent={}", &accent.css()[1..]));
        }
        parts.join("&")
    }
}

fn is_language(text: &str) -> bool {
    let is_part = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    text.len() <= LANGUAGE_MAX && text.split('-').all(is_part)
}

/// May a page of these origins, the nearest first, show the embed? Each of them must be on the list or our own: a page
/// that is allowed may itself be framed by one that is not. Origins are compared as wholes, never by their beginnings,
/// and the opaque one (`null`) is nobody's.
pub fn may_frame(ancestors: &[String], own: &str, allowed: &[String]) -> bool {
    ancestors
        .iter()
        .all(|origin| is_allowed(origin, own, allowed))
}

/// Is this origin ours or on the list?
pub fn is_allowed(origin: &str, own: &str, allowed: &[String]) -> bool {
    !origin.is_empty()
        && origin != "null"
        && (origin == own || allowed.iter().any(|allowed| allowed == origin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Column;
    use crate::query::Clause;

    fn clause(dimension: Dimension, value: &str) -> Clause {
        Clause {
            dimension,
            exclude: false,
            values: vec![value.into()],
            source: None,
        }
    }

    #[test]
    fn its_own_names_leave_the_address_and_the_question_stays() {
        let text = "?range=7d&theme=dark&tool=a%26b&lock=tool,range&lang=de&accent=%23ff8800";
        let (options, rest, warnings) = EmbedOptions::parse(text);
        assert_eq!(rest, "range=7d&tool=a%26b");
        assert_eq!(
            options.to_query(),
            "theme=dark&lock=range,tool&lang=de&accent=ff8800"
        );
        assert!(warnings.is_empty());
        assert_eq!(EmbedOptions::parse(&options.to_query()).0, options);
    }

    #[test]
    fn what_is_hostile_is_left_out_and_said() {
        let text = "theme=url(x)&lang=de;x&accent=red;}&lock=tool,password";
        let (options, rest, warnings) = EmbedOptions::parse(text);
        assert_eq!((rest.as_str(), warnings.len()), ("", 4));
        assert_eq!(options.to_query(), "lock=tool");
        let long = format!("lang={}", "a".repeat(100));
        assert!(EmbedOptions::parse(&long).0.language.is_none());
    }

    #[test]
    fn a_lock_holds_its_filters_and_leaves_the_others_open() {
        let (tool, user) = (
            Dimension::Column(Column::Tool),
            Dimension::Column(Column::User),
        );
        let before = Question {
            filters: vec![clause(tool, "a")],
            ..Question::default()
        };
        let mut asked = before.clone();
        asked.filters = vec![clause(tool, "b"), clause(user, "u")];
        asked.range = crate::query::RangeSpec::AllTime;
        let locks = Locks::parse("tool").0;
        let held = locks.hold(&before, asked.clone());
        assert_eq!(held.filters, [clause(tool, "a"), clause(user, "u")]);
        assert_eq!(held.range, asked.range);
        assert_eq!(
            Locks::parse("range").0.hold(&before, asked.clone()).range,
            before.range
        );
        assert_eq!(Locks::parse("all").0.hold(&before, asked), before);
    }

    #[test]
    fn an_origin_is_compared_as_a_whole() {
        let allowed = ["http://127.0.0.1:8000".to_owned()];
        let own = "https://toolscope.example";
        let may = |origins: &[&str]| {
            let origins: Vec<String> = origins.iter().map(|&origin| origin.to_owned()).collect();
            may_frame(&origins, own, &allowed)
        };
        assert!(may(&[]) && may(&["http://127.0.0.1:8000"]) && may(&[own]));
        for hostile in [
            "http://127.0.0.1:80000",
            "http://127.0.0.1:8000.evil",
            "https://127.0.0.1:8000",
            "http://127.0.0.1",
            "null",
            "",
        ] {
            assert!(!may(&[hostile]), "{hostile}");
        }
        assert!(!may(&["http://127.0.0.1:8000", "https://evil.example"]));
        assert!(!is_allowed("null", "null", &["null".to_owned()]));
    }
}
