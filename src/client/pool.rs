//! The pool: the state shared by its parts, and the handle the interface holds.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::asks::{Answer, AskError, Lane, Pending};
use super::directory::Unmatched;
use super::rows::RowsWaiting;
use super::shared::Shared;
use super::sources::{Missing, SourceState, SourceView, with_failures};
use super::watch::Starts;
use super::worker::{Event, Handle};
use super::{manifest, watch};
use crate::model::{Directory, Manifest, TimeUs, Zone};
use crate::protocol::{AskId, Memory, Request, Response, SourceId};
use crate::query::{AskContext, Period, Query, Question};

/// What the interface decides about the pool.
pub struct PoolConfig {
    /// Workers to start; 0 lets the number of cores decide.
    pub workers: usize,
    /// Called after any change of sources, memory or directory; it should only mark what is dirty.
    pub on_change: Rc<dyn Fn()>,
}

/// What the parts of the pool share.
pub struct Inner {
    pub workers: Vec<Handle>,
    pub memory: Vec<Memory>,
    pub sources: Vec<SourceView>,
    pub asks: Vec<Pending>,
    pub rows: BTreeMap<AskId, RowsWaiting>,
    pub last_ask: AskId,
    pub last_source: SourceId,
    /// The present while there is no data: it must stand still, or every answer would be out of date at once.
    pub started_us: TimeUs,
    /// The zone the workers cut time in now.
    pub zone: Zone,
    /// That of this page; a follower may ask in another.
    pub own_zone: Zone,
    /// What the data of each worker may take, when it was set.
    pub budget_bytes: Option<u64>,
    pub directory: Option<Arc<Directory>>,
    pub manifest: Option<Manifest>,
    pub manifest_url: Option<String>,
    /// Counts every change of the data that answers depend on.
    pub version: u64,
    /// Counts the directories there have been.
    pub directories: u32,
    /// People of opened tables who were not in the directory.
    pub unmatched: Vec<Unmatched>,
    /// The period that other batches made room for last.
    pub room_made_for: Option<Period>,
    /// Questions that workers died over, each by its digest and the worker, and how often in a row.
    pub lost_asks: BTreeMap<(u64, usize), u8>,
    /// By their digests: questions that two workers died over. They are not asked again.
    pub given_up: BTreeSet<u64>,
    /// Questions, by their digests, that nobody waits for any more and that a worker may still be at.
    pub left_behind: BTreeMap<usize, BTreeSet<u64>>,
    /// How starting each worker goes.
    pub starts: Vec<Starts>,
    /// Workers replaced so far.
    pub replaced: u32,
    /// What the last one said, for the diagnostics.
    pub last_crash: Option<String>,
    /// When the workers were last asked whether they live.
    pub beat_ms: f64,
    /// Pages that use these workers, or the page whose workers this one uses.
    pub shared: Shared,
    pub on_change: Rc<dyn Fn()>,
}

/// The handle; clones share one pool.
#[derive(Clone)]
pub struct Pool(pub(super) Rc<RefCell<Inner>>);

impl Pool {
    /// Fetches a manifest and its directory; its batches are loaded when a question needs them.
    pub async fn open_manifest(&self, url: &str) -> Result<(), String> {
        manifest::open(self, url).await
    }

    pub fn set_zone(&self, zone: Zone) {
        let mut inner = self.0.borrow_mut();
        inner.own_zone = zone;
        // While something is asked, the next question brings it.
        if inner.asks.is_empty() {
            inner.zone = inner.own_zone.clone();
            let request = Request::SetZone(inner.zone.clone());
            inner.send_all(&request);
        }
    }

    /// What the data of each worker may take; what it holds already stays.
    pub fn set_budget(&self, bytes: u64) {
        let mut inner = self.0.borrow_mut();
        inner.budget_bytes = Some(bytes);
        inner.send_all(&Request::SetBudget(bytes));
    }

    pub fn manifest(&self) -> Option<Manifest> {
        self.0.borrow().manifest.clone()
    }

    /// Looks for new and changed batches; see [`manifest::refresh`].
    pub async fn refresh(&self) -> Result<bool, String> {
        manifest::refresh(self).await
    }

    pub fn sources(&self) -> Vec<SourceView> {
        self.0.borrow().sources.clone()
    }

    pub fn memory(&self) -> Vec<Memory> {
        self.0.borrow().memory.clone()
    }

    pub fn workers_replaced(&self) -> u32 {
        self.0.borrow().replaced
    }

    pub fn last_crash(&self) -> Option<String> {
        self.0.borrow().last_crash.clone()
    }

    /// Changes whenever an answer may change.
    pub fn version(&self) -> u64 {
        self.0.borrow().version
    }

    /// The surroundings of a question, worked out from the sources; see the rule for "now" in the query module.
    pub fn context(&self, question: &Question, needed: &[Period]) -> AskContext {
        self.0.borrow().context(question, needed)
    }

    /// Answers from what is loaded now. A newer question of the same lane ends this one with `Superseded`.
    pub async fn ask(
        &self,
        lane: Lane,
        question: Question,
        queries: Vec<Query>,
        context: AskContext,
    ) -> Result<Answer, AskError> {
        let answer = {
            let mut inner = self.0.borrow_mut();
            let zone = inner.own_zone.clone();
            let at_host = inner.ask_host(lane, &question, &queries, &context);
            at_host.unwrap_or_else(|| inner.begin_ask(lane, zone, question, queries, context))
        };
        answer.await.unwrap_or(Err(AskError::Superseded))
    }

    pub(super) fn changed(&self) {
        let notify = {
            let mut inner = self.0.borrow_mut();
            inner.version += 1;
            inner.shared.revision += 1;
            Rc::clone(&inner.on_change)
        };
        self.tell_followers_soon();
        notify();
    }

    /// Progress: worth showing, but no answer changes.
    pub(super) fn progressed(&self) {
        let notify = Rc::clone(&self.0.borrow().on_change);
        self.tell_followers_soon();
        notify();
    }

    pub(super) fn listener(&self, worker: usize) -> Rc<dyn Fn(Event)> {
        let pool = Rc::downgrade(&self.0);
        Rc::new(move |event| {
            let Some(inner) = pool.upgrade() else { return };
            let pool = Self(inner);
            match event {
                Event::Message(response, message) => pool.hear(worker, *response, &message),
                Event::Crashed(reason) => {
                    pool.0.borrow_mut().last_crash = Some(reason);
                    watch::replace(&pool, worker);
                }
            }
        })
    }

    /// A load ended without rows; the next may begin.
    fn settle(&self, source: SourceId, state: SourceState) {
        {
            let mut inner = self.0.borrow_mut();
            inner.set_state(source, state);
            inner.pump();
        }
        self.changed();
    }

    fn hear(&self, worker: usize, response: Response, message: &Array) {
        let Some(response) = self.hear_rows(worker, response, message) else {
            return;
        };
        if let Response::Answer { .. }
        | Response::Partial { .. }
        | Response::AskFailed { .. }
        | Response::Cancelled { .. } = &response
        {
            self.0.borrow_mut().answered(worker);
        }
        match response {
            // The handle keeps how long a worker may be silent; rows were heard before.
            Response::Hello { .. } | Response::Working { .. } | Response::Rows { .. } => {}
            Response::Progress {
                source,
                bytes_done,
                bytes_total,
            } => {
                let loading = SourceState::Loading {
                    bytes_done,
                    bytes_total,
                };
                self.0.borrow_mut().set_state(source, loading);
                self.progressed();
            }
            Response::Loaded {
                source,
                receipt,
                members,
                directory,
                proposals,
                memory,
            } => {
                {
                    let mut inner = self.0.borrow_mut();
                    if let Some(directory) = directory {
                        inner.join_directory(receipt.name.clone(), directory);
                    }
                    inner.memory[worker] = memory;
                    inner.set_state(source, SourceState::Ready(Arc::new(receipt)));
                    let failed = members.into_iter().filter(|held| held.error.is_some());
                    let missing = Missing {
                        receipts: failed.map(Arc::new).collect(),
                        proposals: proposals.into_iter().map(Arc::new).collect(),
                    };
                    inner.set_missing(source, missing);
                    inner.gather_overlapping(source);
                    inner.pump();
                }
                self.changed();
            }
            Response::DirectoryLoaded {
                source,
                directory,
                receipt,
            } => {
                {
                    let mut inner = self.0.borrow_mut();
                    inner.sources.retain(|held| held.id != source);
                    inner.join_directory(receipt.name, directory);
                    inner.pump();
                }
                self.changed();
            }
            Response::LoadFailed {
                source,
                receipt,
                code,
                message,
                retry,
            } => self.settle(
                source,
                SourceState::Failed {
                    code,
                    message,
                    retry,
                    receipt: Arc::new(receipt),
                },
            ),
            Response::NeedsMapping {
                source,
                receipt,
                proposals,
            } => self.settle(
                source,
                SourceState::NeedsMapping {
                    proposals: proposals.into_iter().map(Arc::new).collect(),
                    receipt: Arc::new(receipt),
                },
            ),
            Response::Unloaded { memory, .. } => {
                self.0.borrow_mut().memory[worker] = memory;
                self.changed();
            }
            Response::Answer {
                id,
                tables,
                provenance,
            } => {
                let mut inner = self.0.borrow_mut();
                let provenance = with_failures(provenance, &inner.sources);
                inner.ask_settled(id, Ok(Answer { tables, provenance }));
            }
            Response::Partial { id } => {
                self.0.borrow_mut().partial_came(worker, id, message.get(1));
            }
            Response::AskFailed { id, code, message } => {
                self.0
                    .borrow_mut()
                    .ask_settled(id, Err(AskError::Failed { code, message }));
            }
            Response::Cancelled { id } => self
                .0
                .borrow_mut()
                .ask_settled(id, Err(AskError::Superseded)),
            Response::Status { memory } => self.0.borrow_mut().memory[worker] = memory,
        }
    }
}

impl Inner {
    pub fn send(&self, worker: usize, request: &Request, extras: &[JsValue]) {
        if let Some(handle) = self.workers.get(worker) {
            handle.send(request, extras);
        }
    }

    pub fn send_all(&self, request: &Request) {
        for worker in 0..self.workers.len() {
            self.send(worker, request, &[]);
        }
    }

    pub fn set_state(&mut self, source: SourceId, state: SourceState) {
        if let Some(held) = self.sources.iter_mut().find(|held| held.id == source) {
            held.state = state;
            held.missing = Missing::default();
        }
    }

    fn set_missing(&mut self, source: SourceId, missing: Missing) {
        if let Some(held) = self.sources.iter_mut().find(|held| held.id == source) {
            held.missing = missing;
        }
    }
}
