//! The board: the widgets on the page hand in what they need, one request answers all that are looked at.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::data::{DataState, Opening, use_data};
use super::question::{QuestionState, use_question};
use super::zones::{ZoneState, use_zone};
use crate::client::{Answer, AskError, Lane};
use crate::model::{Provenance, ResultTable, Zone};
use crate::query::{AskContext, Comparison, Period, Query, Question, widgets};
use crate::ui::browser::dom;

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

/// What an answer depends on; equal keys have equal answers.
#[derive(Debug, Clone, PartialEq)]
struct Key {
    question: Question,
    zone: Zone,
    version: u64,
}

struct Widget {
    state: RwSignal<WidgetState>,
    /// `None` until the page told whether it can be seen.
    is_visible: Option<bool>,
    answered_for: Option<Key>,
}

#[derive(Default)]
struct Inner {
    widgets: BTreeMap<&'static str, Widget>,
    /// The question under way.
    asking: Option<Question>,
    /// Something changed meanwhile.
    again: bool,
    answers: u32,
}

#[derive(Clone, Copy)]
pub struct Board {
    inner: StoredValue<Inner>,
    question: QuestionState,
    zone: ZoneState,
    data: DataState,
    /// Of the last answer; for the page's head.
    pub provenance: RwSignal<Option<Arc<Provenance>>>,
}

impl Board {
    /// A widget comes onto the page.
    pub fn join(self, id: &'static str) -> RwSignal<WidgetState> {
        let state = RwSignal::new(WidgetState::default());
        self.inner.update_value(|inner| {
            let widget = Widget {
                state,
                is_visible: None,
                answered_for: None,
            };
            inner.widgets.insert(id, widget);
        });
        state
    }

    pub fn leave(self, id: &'static str) {
        self.inner.update_value(|inner| {
            inner.widgets.remove(id);
        });
    }

    /// A widget can be seen, or no longer.
    pub fn set_visible(self, id: &'static str, visible: bool) {
        self.inner.update_value(|inner| {
            if let Some(widget) = inner.widgets.get_mut(id) {
                widget.is_visible = Some(visible);
                // Whoever left the screen is not waited for; it is asked again when it comes back.
                let waits = widget.state.with_untracked(|state| {
                    !matches!(state.phase, Phase::Ready | Phase::Failed(_))
                });
                if !visible && waits {
                    widget.state.update(|state| state.phase = Phase::Idle);
                }
            }
        });
        self.pump();
    }

    /// All tables of these widgets, seen or not, for a file.
    pub async fn ask_all(self, ids: &[&str]) -> Result<Answered, String> {
        let missing = || "There is no data yet; wait until the page has loaded.".to_owned();
        let (key, pool) = self.key().zip(self.data.pool()).ok_or_else(missing)?;
        let (queries, context) = self.queries(&key, ids).ok_or_else(missing)?;
        let answer = pool
            .ask(Lane::Export, key.question.clone(), queries, context.clone())
            .await;
        let Answer { tables, provenance } = answer.map_err(|error| error.to_string())?;
        Ok(Answered {
            periods: key.question.periods(&context, &key.zone),
            question: key.question,
            zone: key.zone,
            tables,
            provenance: Arc::new(provenance),
        })
    }

    fn key(self) -> Option<Key> {
        if self.question.is_changing.get_untracked() {
            return None;
        }
        let question = self.question.question.get_untracked();
        let zone = self.zone.zone.get_untracked()?;
        // Rules of another zone are on their way.
        if zone.name() != question.zone && zone.name() != "UTC" {
            return None;
        }
        Some(Key {
            question,
            zone,
            version: self.data.version.get_untracked(),
        })
    }

    fn queries(self, key: &Key, ids: &[&str]) -> Option<(Vec<Query>, AskContext)> {
        let pool = self.data.pool()?;
        let rough = pool.context(&key.question, &[]);
        let queries: Vec<Query> = ids
            .iter()
            .flat_map(|id| widgets::queries(id, &key.question, &rough, &key.zone))
            .collect();
        let spans = widgets::spans_needed(&queries, &key.question, &rough, &key.zone);
        pool.want(&spans);
        let context = pool.context(&key.question, &spans);
        Some((queries, context))
    }

    /// Asks for what is seen and not answered, unless that is under way.
    fn pump(self) {
        let opening = self.data.opening.get_untracked();
        let Some(key) = self.key().filter(|_| opening != Opening::Busy) else {
            return self.announce(false);
        };
        let busy = self.inner.try_update_value(|inner| {
            let same = inner.asking.as_ref() == Some(&key.question);
            inner.again |= same;
            same
        });
        if busy == Some(true) {
            return;
        }
        let outdated: Vec<&'static str> = self.inner.with_value(|inner| {
            let widgets = inner.widgets.iter();
            widgets
                .filter(|(_, widget)| {
                    widget.is_visible == Some(true) && widget.answered_for.as_ref() != Some(&key)
                })
                .map(|(id, _)| *id)
                .collect()
        });
        let Some((queries, context)) = self.queries(&key, &outdated) else {
            return;
        };
        if outdated.is_empty() {
            return self.announce(context.complete);
        }
        self.announce(false);
        self.mark_refreshing(&outdated, &key);
        self.inner
            .update_value(|inner| inner.asking = Some(key.question.clone()));
        spawn_local(async move {
            let Some(pool) = self.data.pool() else { return };
            let result = pool
                .ask(
                    Lane::Board,
                    key.question.clone(),
                    queries.clone(),
                    context.clone(),
                )
                .await;
            if result == Err(AskError::Superseded) {
                return;
            }
            self.inner.update_value(|inner| inner.asking = None);
            self.take(&outdated, key, &queries, &context, result);
            self.inner.update_value(|inner| inner.again = false);
            self.pump();
        });
    }

    fn mark_refreshing(self, ids: &[&'static str], key: &Key) {
        self.inner.with_value(|inner| {
            for widget in ids.iter().filter_map(|id| inner.widgets.get(id)) {
                // More batches of the same question only make the numbers grow; nothing flickers for that.
                let same_question = widget
                    .answered_for
                    .as_ref()
                    .is_some_and(|held| held.question == key.question);
                widget.state.update(|state| {
                    state.phase = match state.answered {
                        Some(_) if same_question => return,
                        Some(_) => Phase::Refreshing,
                        None => Phase::Loading,
                    };
                });
            }
        });
    }

    fn take(
        self,
        ids: &[&'static str],
        key: Key,
        queries: &[Query],
        context: &AskContext,
        result: Result<Answer, AskError>,
    ) {
        let answer = match result {
            Ok(answer) => answer,
            Err(AskError::Superseded | AskError::WorkerLost) => return,
            Err(AskError::Failed { message, .. }) => {
                self.inner.update_value(|inner| {
                    for id in ids {
                        if let Some(widget) = inner.widgets.get_mut(id) {
                            widget.answered_for = Some(key.clone());
                            widget
                                .state
                                .update(|state| state.phase = Phase::Failed(message.clone()));
                        }
                    }
                });
                return;
            }
        };
        let provenance = Arc::new(answer.provenance);
        let periods = key.question.periods(context, &key.zone);
        self.provenance.set(Some(Arc::clone(&provenance)));
        let mut by_widget: BTreeMap<&str, Vec<ResultTable>> = BTreeMap::new();
        for (query, table) in queries.iter().zip(answer.tables) {
            by_widget
                .entry(query.widget.as_str())
                .or_default()
                .push(table);
        }
        self.inner.update_value(|inner| {
            inner.answers += 1;
            for id in ids {
                let (Some(widget), Some(tables)) =
                    (inner.widgets.get_mut(id), by_widget.remove(id))
                else {
                    continue;
                };
                widget.answered_for = Some(key.clone());
                let answered = Answered {
                    question: key.question.clone(),
                    periods: periods.clone(),
                    zone: key.zone.clone(),
                    tables,
                    provenance: Arc::clone(&provenance),
                };
                widget.state.set(WidgetState {
                    answered: Some(Arc::new(answered)),
                    phase: if context.complete {
                        Phase::Ready
                    } else {
                        Phase::Partial
                    },
                });
            }
            dom::set_root_data("answered", &inner.answers.to_string());
        });
    }

    /// What the whole page is up to, on the root element.
    fn announce(self, complete: bool) {
        let state = match self.data.opening.get_untracked() {
            Opening::Busy => "loading",
            Opening::Failed(_) => "error",
            Opening::Done if complete => "ready",
            Opening::Done => "loading",
        };
        dom::set_root_data("state", state);
    }
}

pub fn provide() {
    let (question, zone, data) = (use_question(), use_zone(), use_data());
    let board = Board {
        inner: StoredValue::new(Inner::default()),
        question,
        zone,
        data,
        provenance: RwSignal::new(None),
    };
    Effect::new(move |_| {
        question.question.track();
        question.is_changing.track();
        zone.zone.track();
        data.version.track();
        data.opening.track();
        data.sources.track();
        board.pump();
    });
    provide_context(board);
}

pub fn use_board() -> Board {
    expect_context()
}
