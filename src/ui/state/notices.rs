//! Sentences the page has to say: degraded questions, files that were opened, things that failed.

use leptos::prelude::*;

/// How a notice looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Info,
    Problem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub id: u32,
    pub tone: Tone,
    pub text: String,
}

/// The notices on the screen, oldest first.
#[derive(Debug, Clone, Copy)]
pub struct Notices {
    pub shown: RwSignal<Vec<Notice>>,
    last: StoredValue<u32>,
}

/// More would bury the page.
const SHOWN_MAX: usize = 4;

impl Notices {
    /// Says something, once.
    pub fn say(self, tone: Tone, text: impl Into<String>) {
        let text = text.into();
        let id = self.last.try_update_value(|last| {
            *last += 1;
            *last
        });
        self.shown.update(|shown| {
            shown.retain(|notice| notice.text != text);
            shown.push(Notice {
                id: id.unwrap_or_default(),
                tone,
                text,
            });
            let excess = shown.len().saturating_sub(SHOWN_MAX);
            shown.drain(..excess);
        });
    }

    pub fn dismiss(self, id: u32) {
        self.shown
            .update(|shown| shown.retain(|notice| notice.id != id));
    }
}

pub fn provide() {
    provide_context(Notices {
        shown: RwSignal::new(Vec::new()),
        last: StoredValue::new(0),
    });
}

pub fn use_notices() -> Notices {
    expect_context()
}
