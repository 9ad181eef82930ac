//! The board: the widgets on the page hand in what they need, one request answers all that are looked at.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::data::{DataState, Opening, use_data};
use super::question::{QuestionState, use_question};
pub use super::widget::{Answered, Phase, WidgetState};
use super::widget::{Delivery, Key, Need, Shown, Widget};
use super::zones::{ZoneState, use_zone};
use crate::client::{Answer, AskError, Lane};
use crate::model::Provenance;
use crate::query::{AskContext, Period, Query, Question, widgets};
use crate::ui::browser::{dom, frames};

/// Numbers of batches that are still coming are asked for at most this often: the workers have the rest to decode.
const PARTIAL_PAUSE_MS: i32 = 400;
/// After so much building of widgets the browser gets its turn; one widget more may have begun by then.
const DELIVERY_MS: f64 = 20.0;

#[derive(Default)]
struct Inner {
    widgets: BTreeMap<&'static str, Widget>,
    /// The question under way.
    asking: Option<Question>,
    /// Partial numbers were asked for a moment ago.
    pausing: bool,
    answers: u32,
    /// Answers that some widgets don't show yet.
    delivering: u32,
    /// How many widgets there have been.
    joined: u32,
}

#[derive(Clone, Copy)]
pub struct Board {
    inner: StoredValue<Inner>,
    question: QuestionState,
    zone: ZoneState,
    pub(super) data: DataState,
    /// Of the last answer; for the page's head.
    pub provenance: RwSignal<Option<Arc<Provenance>>>,
    /// Why there was no answer, the last time that happened; for the page around an embed.
    pub failure: RwSignal<Option<String>>,
}

impl Board {
    /// A widget comes onto the page.
    pub fn join(self, id: &'static str) -> RwSignal<WidgetState> {
        let state = RwSignal::new(WidgetState::default());
        self.inner.update_value(|inner| {
            inner.joined += 1;
            let widget = Widget {
                state,
                is_visible: None,
                shown: None,
                place: inner.joined,
                turn: 0,
            };
            inner.widgets.insert(id, widget);
        });
        state
    }

    /// It goes; the next page may have one of the same name by then, which stays.
    pub fn leave(self, id: &'static str, state: RwSignal<WidgetState>) {
        self.inner.update_value(|inner| {
            if inner
                .widgets
                .get(id)
                .is_some_and(|widget| widget.state == state)
            {
                inner.widgets.remove(id);
            }
        });
    }

    /// A widget can be seen, or no longer.
    pub fn set_visible(self, id: &'static str, state: RwSignal<WidgetState>, visible: bool) {
        self.inner.update_value(|inner| {
            let widget = inner.widgets.get_mut(id);
            if let Some(widget) = widget.filter(|widget| widget.state == state) {
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

    /// The question of the page, with what the page is about.
    pub(super) fn key(self) -> Option<Key> {
        if self.question.is_changing.get_untracked() {
            return None;
        }
        let mut question = self.question.question.get_untracked();
        question.filters.extend(self.question.scope.get_untracked());
        let zone = self.zone.zone.get_untracked()?;
        // Rules of another zone are on their way.
        if zone.name() != question.zone && zone.name() != "UTC" {
            return None;
        }
        Some(Key { question, zone })
    }

    /// What these widgets need, wanted from the pool; and the surroundings of a question for all of it.
    pub(super) fn needs(self, key: &Key, ids: &[&'static str]) -> Option<(Vec<Need>, AskContext)> {
        let pool = self.data.pool()?;
        let rough = pool.context(&key.question, &[]);
        let mut needs: Vec<Need> = ids
            .iter()
            .map(|id| {
                let queries = widgets::queries(id, &key.question, &rough, &key.zone);
                let spans = widgets::spans_needed(&queries, &key.question, &rough, &key.zone);
                Need {
                    id,
                    queries,
                    spans,
                    data: 0,
                    is_complete: false,
                }
            })
            .collect();
        // The question's own span is wanted on every page, the Data page too.
        let mut spans = widgets::spans_needed(&[], &key.question, &rough, &key.zone);
        spans.extend(needs.iter().flat_map(|need| need.spans.clone()));
        pool.want(&spans);
        for need in &mut needs {
            need.data = pool.data_key(&need.spans, &rough);
            need.is_complete = pool.context(&key.question, &need.spans).complete;
        }
        let context = pool.context(&key.question, &spans);
        Some((needs, context))
    }

    /// Asks for what is seen and not answered, unless that is under way.
    fn pump(self) {
        let opening = self.data.opening.get_untracked();
        let Some(key) = self.key().filter(|_| opening != Opening::Busy) else {
            return self.announce(false);
        };
        let (is_asking, pausing, visible, seen) = self.inner.with_value(|inner| {
            let ids = |wanted: fn(&Widget) -> bool| -> Vec<&'static str> {
                let found = inner.widgets.iter().filter(|(_, widget)| wanted(widget));
                found.map(|(id, _)| *id).collect()
            };
            (
                inner.asking.as_ref() == Some(&key.question),
                inner.pausing,
                ids(|widget| widget.is_visible == Some(true)),
                ids(|widget| widget.is_visible != Some(true) && widget.shown.is_some()),
            )
        });
        if is_asking {
            return;
        }
        let Some((mut outdated, context)) = self.outdated(&key, &visible) else {
            return;
        };
        if outdated.is_empty() {
            // What left the screen shows no old numbers when it comes back; what was never looked at costs nothing.
            outdated = self
                .outdated(&key, &seen)
                .map_or_else(Vec::new, |(outdated, _)| outdated);
        }
        if outdated.is_empty() {
            return self.announce(context.complete);
        }
        self.announce(false);
        // What is whole goes first: its numbers are final, and nothing in them is called partial.
        if outdated.iter().any(|need| need.is_complete) {
            outdated.retain(|need| need.is_complete);
        } else if self.is_shown(&key, &outdated) {
            if pausing {
                return;
            }
            self.pause();
        }
        // Numbers that cost little don't wait for tables that cost much.
        if outdated.iter().any(|need| !need.is_heavy()) {
            outdated.retain(|need| !need.is_heavy());
        }
        self.ask(key, outdated);
    }

    /// What these widgets need and don't show yet, and the surroundings of all of them.
    fn outdated(self, key: &Key, ids: &[&'static str]) -> Option<(Vec<Need>, AskContext)> {
        let (needs, context) = self.needs(key, ids)?;
        let outdated = self.inner.with_value(|inner| {
            let is_outdated = |need: &Need| {
                let widget = inner.widgets.get(need.id);
                widget.is_some_and(|widget| widget.is_outdated(key, need))
            };
            needs.into_iter().filter(is_outdated).collect()
        });
        Some((outdated, context))
    }

    /// Do all of them show numbers of this question?
    fn is_shown(self, key: &Key, needs: &[Need]) -> bool {
        self.inner.with_value(|inner| {
            needs.iter().all(|need| {
                let shown = inner.widgets.get(need.id);
                let shown = shown.and_then(|widget| widget.shown.as_ref());
                shown.is_some_and(|shown| shown.key == *key)
            })
        })
    }

    fn pause(self) {
        self.inner.update_value(|inner| inner.pausing = true);
        dom::later(PARTIAL_PAUSE_MS, move || {
            // The page may be gone by then.
            if self
                .inner
                .try_update_value(|inner| inner.pausing = false)
                .is_some()
            {
                self.pump();
            }
        });
    }

    fn ask(self, key: Key, needs: Vec<Need>) {
        let Some(pool) = self.data.pool() else { return };
        let spans: Vec<Period> = needs.iter().flat_map(|need| need.spans.clone()).collect();
        let context = pool.context(&key.question, &spans);
        let ids: Vec<&str> = needs.iter().map(|need| need.id).collect();
        self.mark_refreshing(&ids, &key);
        self.inner
            .update_value(|inner| inner.asking = Some(key.question.clone()));
        spawn_local(async move {
            let queries: Vec<Query> = needs.iter().flat_map(|need| need.queries.clone()).collect();
            let result = pool
                .ask(Lane::Board, key.question.clone(), queries, context.clone())
                .await;
            if result == Err(AskError::Superseded) {
                return;
            }
            self.inner.update_value(|inner| inner.asking = None);
            self.take(needs, &key, &context, result);
            self.pump();
        });
    }

    fn mark_refreshing(self, ids: &[&str], key: &Key) {
        self.inner.with_value(|inner| {
            for widget in ids.iter().filter_map(|id| inner.widgets.get(id)) {
                // More batches of the same question only make the numbers grow; nothing flickers for that.
                let same_question = widget
                    .shown
                    .as_ref()
                    .is_some_and(|shown| shown.key.question == key.question);
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
        needs: Vec<Need>,
        key: &Key,
        context: &AskContext,
        result: Result<Answer, AskError>,
    ) {
        let answer = match result {
            Ok(answer) => answer,
            Err(AskError::Superseded | AskError::WorkerLost) => return,
            Err(AskError::Failed { message, .. }) => {
                self.failure.set(Some(message.clone()));
                return self.settle(needs, key, |_| Err(message.clone()));
            }
        };
        let provenance = Arc::new(answer.provenance);
        let periods = key.question.periods(context, &key.zone);
        self.provenance.set(Some(Arc::clone(&provenance)));
        let mut tables = answer.tables.into_iter();
        self.settle(needs, key, |need| {
            Ok(Answered {
                question: key.question.clone(),
                periods: periods.clone(),
                zone: key.zone.clone(),
                tables: tables.by_ref().take(need.queries.len()).collect(),
                provenance: Arc::clone(&provenance),
            })
        });
    }

    /// Gives each widget its answer, or why there is none; in the order they were asked.
    fn settle(
        self,
        needs: Vec<Need>,
        key: &Key,
        mut answer: impl FnMut(&Need) -> Result<Answered, String>,
    ) {
        let deliveries = self.inner.try_update_value(|inner| {
            inner.answers += 1;
            inner.delivering += 1;
            let turn = inner.answers;
            let mut deliveries = Vec::with_capacity(needs.len());
            for need in needs {
                let answered = answer(&need);
                let Some(widget) = inner.widgets.get_mut(need.id) else {
                    continue;
                };
                widget.shown = Some(Shown {
                    key: key.clone(),
                    data: need.data,
                    is_complete: need.is_complete,
                });
                widget.turn = turn;
                deliveries.push((
                    widget.place,
                    Delivery {
                        need,
                        turn,
                        answered,
                    },
                ));
            }
            deliveries.sort_by_key(|(place, _)| *place);
            deliveries
        });
        let deliveries = deliveries.unwrap_or_default();
        spawn_local(self.deliver(deliveries.into_iter().map(|(_, delivery)| delivery)));
    }

    /// Shows answers, from the top of the page down, as many at a time as leave the page quick to react.
    async fn deliver(self, deliveries: impl Iterator<Item = Delivery>) {
        // Charts, and what tables hide below their edges, come once all numbers stand.
        let hold = frames::hold();
        let mut began_ms = dom::now_ms();
        for delivery in deliveries {
            // What a newer answer is for is left to that one, and what left the page to nobody.
            self.inner.try_with_value(|inner| {
                let widget = inner.widgets.get(delivery.need.id);
                if let Some(widget) = widget.filter(|widget| widget.turn == delivery.turn) {
                    delivery.show(widget.state);
                }
            });
            // What follows from a signal is built after the work at hand.
            leptos::task::tick().await;
            if dom::now_ms() - began_ms > DELIVERY_MS {
                frames::next_task().await;
                began_ms = dom::now_ms();
            }
        }
        drop(hold);
        let answers = self.inner.try_update_value(|inner| {
            inner.delivering -= 1;
            inner.answers
        });
        if let Some(answers) = answers {
            dom::set_root_data("answered", &answers.to_string());
            self.pump();
        }
    }

    /// What the whole page is up to, on the root element.
    fn announce(self, complete: bool) {
        let is_delivered = self.inner.with_value(|inner| inner.delivering == 0);
        let state = match self.data.opening.get_untracked() {
            Opening::Busy => "loading",
            Opening::Failed(_) => "error",
            Opening::Done if complete && is_delivered => "ready",
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
        failure: RwSignal::new(None),
    };
    Effect::new(move |_| {
        question.question.track();
        question.is_changing.track();
        question.scope.track();
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
