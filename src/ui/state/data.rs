//! The data as the page knows it: sources, directory, freshness. The workers own the rows.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::embed::use_embed;
use super::engine;
use super::notices::{Notices, Tone, use_notices};
use super::zones::use_zone;
use crate::client::{Origin, Pool, PoolConfig, SourceView, Unmatched};
use crate::model::limits::WORKER_MIB_SETTABLE;
use crate::model::{Directory, TimeUs};
use crate::protocol::{LoadOptions, Memory, SourceId};
use crate::ui::browser::{dom, http};

/// What the server says about itself.
#[derive(Debug, Clone, Default, serde::Deserialize)]
struct Config {
    #[serde(default)]
    manifest: Option<String>,
    #[serde(default)]
    organisation: Option<String>,
    /// What the data of each worker may take.
    #[serde(default)]
    memory_budget_mib: Option<u64>,
    /// Origins that may show an embed; nobody else's when the server says nothing.
    #[serde(default)]
    frame_ancestors: Vec<String>,
}

/// How far opening has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    Busy,
    Done,
    /// Nothing could be opened: a sentence.
    Failed(String),
}

/// Signals over the pool; they change together, at most once a frame.
#[derive(Clone, Copy)]
pub struct DataState {
    pool: StoredValue<Option<Pool>, LocalStorage>,
    pub sources: RwSignal<Arc<Vec<SourceView>>, LocalStorage>,
    pub memory: RwSignal<Vec<Memory>>,
    pub workers_replaced: RwSignal<u32>,
    /// Changes whenever an answer may.
    pub version: RwSignal<u64>,
    pub directory: RwSignal<Option<Arc<Directory>>>,
    /// People of opened tables who were not in it.
    pub unmatched: RwSignal<Vec<Unmatched>>,
    pub organisation: RwSignal<Option<String>>,
    pub is_demo: RwSignal<bool>,
    /// Batches of a manifest, which may have news; not files alone.
    pub is_served: RwSignal<bool>,
    pub newest_us: RwSignal<Option<TimeUs>>,
    pub opening: RwSignal<Opening>,
    /// Who may show an embed, by the server's word; for the dialog that makes one.
    pub frame_ancestors: RwSignal<Option<Vec<String>>>,
    notices: Notices,
}

impl DataState {
    pub fn pool(self) -> Option<Pool> {
        self.pool.get_value()
    }

    /// Opens files of the person's own. A demo organisation makes room for them.
    pub fn open_files(self, files: Vec<web_sys::File>) {
        let Some(pool) = self.pool() else { return };
        if files.is_empty() {
            return;
        }
        if pool.manifest().is_some_and(|manifest| manifest.demo) {
            pool.close_manifest();
            self.notices.say(Tone::Info, "The demo organisation was closed; you see your own files now. Reload the page to see the demo again.");
        }
        pool.open_files(files);
        self.set_opening(Opening::Done);
    }

    pub fn retry(self, source: SourceId) {
        if let Some(pool) = self.pool() {
            pool.retry(source);
        }
    }

    /// Ends the reading of a source that is under way.
    pub fn stop(self, source: SourceId) {
        if let Some(pool) = self.pool() {
            pool.stop(source);
        }
    }

    /// Reads a source again, in another way.
    pub fn map(self, source: SourceId, options: LoadOptions) {
        if let Some(pool) = self.pool() {
            pool.map(source, options);
        }
    }

    pub fn remove(self, source: SourceId) {
        if let Some(pool) = self.pool() {
            pool.remove(source);
        }
    }

    /// What the data in one worker may take, once a worker has said it.
    pub fn budget_bytes(self) -> Option<u64> {
        let memory = self.memory.get();
        let budgets = memory.iter().map(|memory| memory.budget_bytes);
        budgets.max().filter(|&bytes| bytes > 0)
    }

    /// Opening has come so far; pages that use our workers hear it too.
    pub fn set_opening(self, opening: Opening) {
        if let Some(pool) = self.pool() {
            pool.say_opened(match &opening {
                Opening::Busy => None,
                Opening::Done => Some(Ok(())),
                Opening::Failed(sentence) => Some(Err(sentence.clone())),
            });
        }
        self.opening.set(opening);
    }

    pub fn no_workers(self) {
        self.set_opening(Opening::Failed(
            "The browser refuses to start data workers; allow them for this page, or use a current browser.".into(),
        ));
    }

    /// Opens what the server says is there.
    fn open(self, config: Rc<Config>) {
        spawn_local(async move {
            if let (Some(mib), Some(pool)) = (config.memory_budget_mib, self.pool()) {
                if WORKER_MIB_SETTABLE.contains(&mib) {
                    pool.set_budget(mib << 20);
                } else {
                    let (least, most) = (WORKER_MIB_SETTABLE.start(), WORKER_MIB_SETTABLE.end());
                    self.notices.say(Tone::Problem, format!("The memory_budget_mib of config.json is {mib}, and not used: it has to be from {least} to {most}."));
                }
            }
            let (Some(manifest), Some(pool)) = (&config.manifest, self.pool()) else {
                if self.opening.get_untracked() == Opening::Busy {
                    self.set_opening(Opening::Done);
                }
                return;
            };
            match pool.open_manifest(manifest).await {
                Ok(()) => self.set_opening(Opening::Done),
                Err(sentence) if pool.sources().is_empty() => {
                    self.set_opening(Opening::Failed(sentence));
                }
                Err(sentence) => {
                    self.notices.say(Tone::Problem, sentence);
                    self.set_opening(Opening::Done);
                }
            }
        });
    }

    fn refresh(self) {
        let Some(pool) = self.pool() else { return };
        if pool.is_following() {
            let opening = match pool.opened() {
                None => Opening::Busy,
                Some(Ok(())) => Opening::Done,
                Some(Err(sentence)) => Opening::Failed(sentence),
            };
            if self.opening.get_untracked() != opening {
                self.opening.set(opening);
            }
        }
        let sources = pool.sources();
        let newest = sources
            .iter()
            .filter_map(SourceView::span_us)
            .map(|span| span.1)
            .max();
        let manifest = pool.manifest();
        self.newest_us.set(newest);
        self.is_served.set(manifest.is_some());
        self.is_demo
            .set(manifest.as_ref().is_some_and(|manifest| manifest.demo));
        let organisation = pool
            .directory()
            .and_then(|directory| directory.organisation.clone())
            .or(manifest.and_then(|manifest| manifest.organisation));
        if organisation.is_some()
            || sources
                .iter()
                .all(|source| matches!(source.origin, Origin::File(_)))
        {
            self.organisation.set(organisation);
        }
        self.sources.set(Arc::new(sources));
        self.memory.set(pool.memory());
        self.workers_replaced.set(pool.workers_replaced());
        self.directory.set(pool.directory());
        self.unmatched.set(pool.unmatched());
        self.version.set(pool.version());
    }
}

pub fn provide() {
    let notices = use_notices();
    let zone = use_zone().zone;
    let state = DataState {
        pool: StoredValue::new_local(None),
        sources: RwSignal::new_local(Arc::new(Vec::new())),
        memory: RwSignal::new(Vec::new()),
        workers_replaced: RwSignal::new(0),
        version: RwSignal::new(0),
        directory: RwSignal::new(None),
        unmatched: RwSignal::new(Vec::new()),
        organisation: RwSignal::new(None),
        is_demo: RwSignal::new(false),
        is_served: RwSignal::new(false),
        newest_us: RwSignal::new(None),
        opening: RwSignal::new(Opening::Busy),
        frame_ancestors: RwSignal::new(None),
        notices,
    };
    // Many messages may come in one turn of the event loop; the screen follows once.
    let dirty = Rc::new(Cell::new(false));
    let on_change = Rc::new(move || {
        if !dirty.replace(true) {
            let dirty = Rc::clone(&dirty);
            dom::soon(move || {
                dirty.set(false);
                state.refresh();
            });
        }
    });
    let pool = Pool::new(PoolConfig {
        workers: 0,
        on_change,
    });
    state.pool.set_value(Some(pool.clone()));
    let embed = use_embed();
    // An embed starts nothing before it knows who is around it, and then maybe uses the workers of another.
    if embed.is_none() {
        match pool.lead() {
            Ok(()) => engine::lend(&pool),
            Err(_) => state.no_workers(),
        }
    }
    // It listens as long as the page lives.
    let _ = window_event_listener_untyped("online", move |_| {
        if let Some(pool) = state.pool() {
            pool.retry_failed();
        }
    });
    Effect::new(move |_| {
        if let (Some(zone), Some(pool)) = (zone.get(), state.pool()) {
            pool.set_zone(zone);
        }
    });
    spawn_local(async move {
        let config: Config = http::json("/config.json").await.unwrap_or_default();
        state.organisation.set(config.organisation.clone());
        state
            .frame_ancestors
            .set(Some(config.frame_ancestors.clone()));
        let config = Rc::new(config);
        let Some(embed) = embed else {
            return state.open(config);
        };
        if embed.admit(config.frame_ancestors.clone()) {
            engine::settle(state, Rc::new(move || state.open(Rc::clone(&config))));
        }
    });
    provide_context(state);
}

pub fn use_data() -> DataState {
    expect_context()
}
