//! What a person chose for this machine: the theme, and patterns in charts. Kept over visits.

use leptos::prelude::*;

use crate::ui::browser::{dom, storage};

/// Light, dark, or as the system is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::System => "As the system",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }
}

/// The choice, and what is shown because of it.
#[derive(Debug, Clone, Copy)]
pub struct Preferences {
    pub theme: RwSignal<Theme>,
    /// Is the page dark right now?
    pub is_dark: Memo<bool>,
    /// Are series told apart by patterns too, not by colours alone?
    pub has_patterns: RwSignal<bool>,
}

/// `fixed` is the theme of an embed, which its address chooses and nobody remembers.
pub fn provide(fixed: Option<Theme>) {
    let kept = storage::get("theme").filter(|_| fixed.is_none());
    let theme = Theme::ALL
        .into_iter()
        .find(|theme| Some(theme.name()) == kept.as_deref());
    let is_kept = fixed.is_none();
    let theme = RwSignal::new(fixed.or(theme).unwrap_or(Theme::System));
    let system_dark = RwSignal::new(dom::prefers_dark());
    dom::on_system_theme(move || system_dark.set(dom::prefers_dark()));
    let is_dark = Memo::new(move |_| match theme.get() {
        Theme::System => system_dark.get(),
        Theme::Light => false,
        Theme::Dark => true,
    });
    Effect::new(move |_| {
        let chosen = theme.get();
        if is_kept {
            storage::set("theme", chosen.name());
        }
        match chosen {
            Theme::System => dom::remove_root_data("theme"),
            chosen => dom::set_root_data("theme", chosen.name()),
        }
    });
    let has_patterns = RwSignal::new(storage::get("patterns").as_deref() == Some("yes"));
    Effect::new(move |_| {
        let chosen = has_patterns.get();
        storage::set("patterns", if chosen { "yes" } else { "no" });
    });
    provide_context(Preferences {
        theme,
        is_dark,
        has_patterns,
    });
}

pub fn use_preferences() -> Preferences {
    expect_context()
}
