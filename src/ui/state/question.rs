//! The question. The URL owns it; everybody reads one memo and changes it through one setter.

use leptos::prelude::*;

pub use super::address::Step;
use super::address::address;
use super::embed::{question_of, use_embed};
use super::notices::{Tone, use_notices};
use crate::model::Warning;
use crate::query::embed::Locks;
use crate::query::{Clause, Dimension, Question, url};
use crate::ui::browser::{dom, offline};

/// Steps that can be taken back.
const UNDO_STEPS: usize = 50;

/// A name that was clicked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    pub widget: &'static str,
    pub dimension: Dimension,
    pub value: String,
}

/// The question and the ways to change it.
#[derive(Clone, Copy)]
pub struct QuestionState {
    pub question: Memo<Question>,
    /// What a URL leaves out.
    pub defaults: StoredValue<Question>,
    /// A change is on its way into the URL; until it is there, the memo still has the question before.
    pub is_changing: RwSignal<bool>,
    /// What the page is about, whatever else is asked: one tool, one person, one workspace.
    pub scope: RwSignal<Option<Clause>>,
    /// What in the address was not understood.
    pub warnings: Memo<Vec<Warning>>,
    /// The question that the person on this page asked last.
    pub asked_here: RwSignal<Option<Question>>,
    /// The name that was clicked last: widget, dimension, value.
    pub selected: RwSignal<Option<Selected>>,
    /// What nobody can change here; only embeds have any.
    locks: StoredValue<Locks>,
    past: RwSignal<Vec<Question>>,
    future: RwSignal<Vec<Question>>,
    go: StoredValue<Box<dyn Fn(Question, Step)>, LocalStorage>,
}

impl QuestionState {
    /// Asks another question; the one before can be brought back.
    pub fn set(self, question: Question, step: Step) {
        let before = self.question.get_untracked();
        let question = self.locks.with_value(|locks| locks.hold(&before, question));
        if before == question {
            return;
        }
        self.asked_here.set(Some(question.clone()));
        self.past.update(|past| {
            past.push(before);
            let excess = past.len().saturating_sub(UNDO_STEPS);
            past.drain(..excess);
        });
        self.future.set(Vec::new());
        self.go.with_value(|go| go(question, step));
    }

    /// Changes a part of it.
    pub fn update(self, step: Step, change: impl FnOnce(&mut Question)) {
        let mut question = self.question.get_untracked();
        change(&mut question);
        self.set(question, step);
    }

    /// A name was clicked: rows with it are kept, or no longer (Q4).
    pub fn choose(self, widget: &'static str, dimension: Dimension, value: &str) {
        self.selected.set(Some(Selected {
            widget,
            dimension,
            value: value.to_owned(),
        }));
        self.update(Step::Replace, |question| {
            question.toggle(dimension, false, value, Some(widget));
        });
    }

    /// The page around an embed asks: locks are for whoever looks at it, and undo leads to no older question of its own.
    pub fn put(self, question: Question) {
        self.past.set(Vec::new());
        self.future.set(Vec::new());
        self.go.with_value(|go| go(question, Step::Replace));
    }

    pub fn is_locked(self, dimension: Dimension) -> bool {
        self.locks.with_value(|locks| locks.holds(dimension))
    }

    pub fn can_undo(self) -> bool {
        self.past.with(|past| !past.is_empty())
    }

    pub fn can_redo(self) -> bool {
        self.future.with(|future| !future.is_empty())
    }

    pub fn undo(self) {
        self.travel(self.past, self.future);
    }

    pub fn redo(self) {
        self.travel(self.future, self.past);
    }

    fn travel(self, from: RwSignal<Vec<Question>>, to: RwSignal<Vec<Question>>) {
        if let Some(question) = from.try_update(Vec::pop).flatten() {
            to.update(|to| to.push(self.question.get_untracked()));
            self.asked_here.set(Some(question.clone()));
            self.go.with_value(|go| go(question, Step::Replace));
        }
    }

    /// The query string of a question, with its question mark, or nothing.
    pub fn search(self, question: &Question) -> String {
        let text = self
            .defaults
            .with_value(|defaults| url::format(question, defaults));
        if text.is_empty() {
            text
        } else {
            format!("?{text}")
        }
    }
}

pub fn provide() {
    let address = address();
    let notices = use_notices();
    let defaults = Question {
        // A file has the rules of its own zone, and not those of everybody's.
        zone: offline::file().map_or_else(dom::system_zone, |file| file.zone.clone()),
        ..Question::default()
    };
    let defaults = StoredValue::new(defaults);
    let embed = use_embed();
    // An embed's address says more than the question, and goes on saying it.
    let (locks, kept) = embed
        .map(|embed| {
            embed
                .options
                .with_value(|options| (options.locks.clone(), options.to_query()))
        })
        .unwrap_or_default();
    let parsed = Memo::new(move |_| {
        let search = address.search.get();
        let search = if embed.is_some() {
            question_of(&search)
        } else {
            search
        };
        defaults.with_value(|defaults| url::parse(&search, defaults))
    });
    let question = Memo::new(move |_| parsed.with(|(question, _)| question.clone()));
    let warnings = Memo::new(move |_| parsed.with(|(_, warnings)| warnings.clone()));
    Effect::new(move |_| {
        if embed.is_some() {
            return;
        }
        warnings.with(|warnings| {
            for warning in warnings {
                notices.say(Tone::Problem, warning.message.clone());
            }
        });
    });
    let is_changing = RwSignal::new(false);
    Effect::new(move |_| {
        address.search.track();
        is_changing.set(false);
    });
    let go = move |target: Question, step: Step| {
        let text =
            |question: &Question| defaults.with_value(|defaults| url::format(question, defaults));
        let search = text(&target);
        if search == question.with_untracked(text) {
            return;
        }
        // From here on what stands on the screen answers an older question.
        is_changing.set(true);
        dom::set_root_data("state", "loading");
        let parts = [search.as_str(), kept.as_str()];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        address.go(&parts.join("&"), step);
    };
    let state = QuestionState {
        question,
        defaults,
        is_changing,
        scope: RwSignal::new(None),
        warnings,
        asked_here: RwSignal::new(None),
        selected: RwSignal::new(None),
        locks: StoredValue::new(locks),
        past: RwSignal::new(Vec::new()),
        future: RwSignal::new(Vec::new()),
        go: StoredValue::new_local(Box::new(go)),
    };
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        let command = event.ctrl_key() || event.meta_key();
        if !command || dom::is_typing() {
            return;
        }
        match (event.key().to_lowercase().as_str(), event.shift_key()) {
            ("z", false) => state.undo(),
            ("z", true) | ("y", false) => state.redo(),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || keys.remove());
    provide_context(state);
}

pub fn use_question() -> QuestionState {
    expect_context()
}
