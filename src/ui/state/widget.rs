//! What a widget shows, what it needs for that, and what it is up to.
//! Owns: these facts. Does not own: asking (`board`), drawing (`ui::widgets`).

use std::sync::Arc;

use leptos::prelude::*;

use crate::model::{Provenance, ResultTable, Zone};
use crate::query::{Comparison, Period, Query, Question};

/// Everything a widget shows comes from here.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    pub question: Question,
    pub periods: (Period, Option<Comparison>),
    pub zone: Zone,
    /// The first one is the widget's main table.
    pub tables: Vec<ResultTable>,
    pub provenance: Arc<Provenance>,
}

/// What a widget is up to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WidgetState {
    pub answered: Option<Arc<Answered>>,
    pub phase: Phase,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Phase {
    /// Not looked at yet.
    Idle,
    /// Nothing to show yet.
    #[default]
    Loading,
    /// The last answer stands while a new one is made.
    Refreshing,
    /// An answer, but not all batches are in it.
    Partial,
    Ready,
    Failed(String),
}

impl Phase {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Loading => "loading",
            Self::Refreshing => "refreshing",
            Self::Partial => "partial",
            Self::Ready => "ready",
            Self::Failed(_) => "failed",
        }
    }
}

/// What all widgets' answers depend on.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    pub question: Question,
    pub zone: Zone,
}

/// What one widget needs. Equal questions over equal data have equal answers.
pub struct Need {
    pub id: &'static str,
    pub queries: Vec<Query>,
    pub spans: Vec<Period>,
    /// A digest of the sources it needs and how far each has come.
    pub data: u64,
    pub is_complete: bool,
}

impl Need {
    pub fn is_heavy(&self) -> bool {
        self.queries.iter().any(Query::is_heavy)
    }
}

/// What a widget shows.
pub struct Shown {
    pub key: Key,
    pub data: u64,
    pub is_complete: bool,
}

pub struct Widget {
    pub state: RwSignal<WidgetState>,
    /// `None` until the page told whether it can be seen.
    pub is_visible: Option<bool>,
    pub shown: Option<Shown>,
    /// Widgets come onto a page from its top to its end.
    pub place: u32,
    /// The number of the newest answer for it.
    pub turn: u32,
}

/// An answer on its way to its widget.
pub struct Delivery {
    pub need: Need,
    pub turn: u32,
    pub answered: Result<Answered, String>,
}

impl Delivery {
    pub fn show(self, state: RwSignal<WidgetState>) {
        match self.answered {
            Err(message) => state.update(|state| state.phase = Phase::Failed(message)),
            Ok(answered) => state.set(WidgetState {
                answered: Some(Arc::new(answered)),
                phase: if self.need.is_complete {
                    Phase::Ready
                } else {
                    Phase::Partial
                },
            }),
        }
    }
}

impl Widget {
    /// Should it be asked for? Whole numbers stand until newer ones are whole too.
    pub fn is_outdated(&self, key: &Key, need: &Need) -> bool {
        match self.shown.as_ref().filter(|shown| shown.key == *key) {
            None => true,
            Some(shown) => shown.data != need.data && (need.is_complete || !shown.is_complete),
        }
    }
}
