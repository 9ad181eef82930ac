//! The watch over the workers: one that crashed or stopped answering is replaced, its sources replayed (A6).

use std::rc::Rc;
use std::sync::Arc;

use wasm_bindgen::prelude::*;

use super::pool::{Inner, Pool};
use super::sources::SourceState;
use super::worker::Handle;
use crate::model::SourceReceipt;
use crate::protocol::{Memory, Request};

const BEAT_MS: i32 = 500;
/// Silence after which a worker that was pinged counts as lost. With the beat it stays under 3 s.
const SILENCE_MS_MAX: f64 = 1_600.0;
/// A worker that decodes can't answer; it gets time by the size of its work.
const DECODE_MS_BASE: f64 = 10_000.0;
const DECODE_BYTES_PER_MS: f64 = 5_000.0;
/// An input that killed this many workers is set aside.
const CRASHES_MAX: u8 = 2;

/// Begins the heartbeat; it ends with the page.
pub fn start(pool: &Pool) {
    let weak = Rc::downgrade(&pool.0);
    let beat = Closure::<dyn FnMut()>::new(move || {
        if let Some(inner) = weak.upgrade() {
            beat(&Pool(inner));
        }
    });
    if let Some(window) = web_sys::window() {
        let function = beat.as_ref().unchecked_ref();
        // Without a timer there is no watch, and crashes are still heard through their error events.
        let _ = window.set_interval_with_callback_and_timeout_and_arguments_0(function, BEAT_MS);
    }
    beat.forget();
}

fn beat(pool: &Pool) {
    // Timers of a hidden page are throttled on both sides; silence means nothing there.
    if web_sys::window()
        .and_then(|window| window.document())
        .is_some_and(|document| document.hidden())
    {
        return;
    }
    let now_ms = js_sys::Date::now();
    let silent: Vec<usize> = {
        let inner = pool.0.borrow();
        (0..inner.workers.len())
            .filter(|&worker| inner.is_silent(worker, now_ms))
            .collect()
    };
    for worker in silent {
        replace(pool, worker);
    }
    let inner = pool.0.borrow();
    for worker in 0..inner.workers.len() {
        inner.send(worker, &Request::Ping, &[]);
    }
}

/// Puts a new worker in the place of a lost one and gives it back its work.
pub fn replace(pool: &Pool, worker: usize) {
    let listener = pool.listener(worker);
    {
        let mut inner = pool.0.borrow_mut();
        let Ok(handle) = Handle::start(listener) else {
            return;
        };
        inner.drop_asks_of(worker);
        inner.workers[worker] = handle;
        inner.memory[worker] = Memory::default();
        inner.replaced += 1;
        inner.send(worker, &Request::SetZone(inner.zone.clone()), &[]);
        let directory = inner
            .directory
            .as_ref()
            .map(|directory| directory.as_ref().clone());
        inner.send(worker, &Request::SetDirectory(directory), &[]);
        inner.replay(worker);
        inner.pump();
    }
    pool.changed();
}

impl Inner {
    fn is_silent(&self, worker: usize, now_ms: f64) -> bool {
        let handle = &self.workers[worker];
        let loading: u64 = self
            .sources
            .iter()
            .filter(|source| {
                source.worker == worker && matches!(source.state, SourceState::Loading { .. })
            })
            .map(super::SourceView::bytes)
            .sum();
        let starting = !handle.is_ready();
        let allowance = if loading > 0 || starting {
            DECODE_MS_BASE + loading as f64 / DECODE_BYTES_PER_MS
        } else {
            0.0
        };
        now_ms - handle.seen_ms() > SILENCE_MS_MAX + f64::from(BEAT_MS) + allowance
    }

    /// What the lost worker held is loaded again; what it was loading is suspected, and set aside the second time.
    fn replay(&mut self, worker: usize) {
        for source in self
            .sources
            .iter_mut()
            .filter(|source| source.worker == worker)
        {
            match source.state {
                SourceState::Ready(_) => source.state = SourceState::Waiting,
                SourceState::Loading { .. } => {
                    source.crashes += 1;
                    source.state = if source.crashes >= CRASHES_MAX {
                        quarantined(&source.name)
                    } else {
                        SourceState::Waiting
                    };
                }
                SourceState::Idle
                | SourceState::Waiting
                | SourceState::Failed { .. }
                | SourceState::NeedsMapping { .. } => {}
            }
        }
    }
}

fn quarantined(name: &str) -> SourceState {
    let message = format!(
        "Reading {name} stopped a data worker twice, so it is set aside and the rest goes on. The file is probably damaged; export it again or leave it out."
    );
    let receipt = SourceReceipt {
        name: name.to_owned(),
        error: Some(message.clone()),
        ..SourceReceipt::default()
    };
    SourceState::Failed {
        message,
        retry: true,
        receipt: Arc::new(receipt),
    }
}
