//! The watch over the workers: one that crashed or stopped answering is replaced, its sources replayed (A6).

use std::rc::Rc;
use std::sync::Arc;

use wasm_bindgen::prelude::*;

use super::pool::{Inner, Pool};
use super::sources::SourceState;
use super::worker::Handle;
use crate::model::SourceReceipt;
use crate::protocol::{ErrorCode, Memory, Request};

const BEAT_MS: i32 = 500;
/// Silence after which a worker that was pinged counts as lost. With the beat it stays under 3 s.
const SILENCE_MS_MAX: f64 = 1_600.0;
/// A worker that decodes can't answer; it gets time by the size of its work.
const DECODE_MS_BASE: f64 = 10_000.0;
const DECODE_BYTES_PER_MS: f64 = 5_000.0;
/// What a worker says of its own work is believed up to here.
const WORKING_MS_MAX: f64 = 60_000.0;
/// An input, or a question, that killed this many workers is set aside.
pub const CRASHES_MAX: u8 = 2;
/// Waits before a worker that could not even start is started again, doubled each time.
const RESTART_MS_MIN: i32 = 500;
const RESTART_MS_MAX: i32 = 8_000;

/// How starting a worker goes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Starts {
    /// In a row.
    failed: u32,
    /// A new one comes after a while.
    is_waiting: bool,
}

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
        let mut inner = pool.0.borrow_mut();
        // Nobody was asked while the page was hidden or the machine slept: nobody is silent yet.
        let paused = now_ms - inner.beat_ms > SILENCE_MS_MAX;
        inner.beat_ms = now_ms;
        if paused {
            inner.workers.iter().for_each(Handle::excuse);
        }
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

/// Puts a new worker in the place of a lost one: at once, or after a while when that one could not even start, as
/// without a server.
pub fn replace(pool: &Pool, worker: usize) {
    let wait_ms = {
        let mut inner = pool.0.borrow_mut();
        let was_ready = inner.workers[worker].is_ready();
        let starts = &mut inner.starts[worker];
        if starts.is_waiting {
            return;
        }
        starts.failed = if was_ready { 0 } else { starts.failed + 1 };
        starts.is_waiting = starts.failed > 0;
        starts.wait_ms()
    };
    if wait_ms == 0 {
        return put_new(pool, worker);
    }
    let weak = Rc::downgrade(&pool.0);
    let again = Closure::once_into_js(move || {
        if let Some(inner) = weak.upgrade() {
            put_new(&Pool(inner), worker);
        }
    });
    let set = web_sys::window().map(|window| {
        let function = again.unchecked_ref();
        window.set_timeout_with_callback_and_timeout_and_arguments_0(function, wait_ms)
    });
    if !matches!(set, Some(Ok(_))) {
        put_new(pool, worker);
    }
}

impl Starts {
    fn wait_ms(self) -> i32 {
        match self.failed {
            0 => 0,
            failed => (RESTART_MS_MIN << (failed - 1).min(4)).min(RESTART_MS_MAX),
        }
    }
}

/// Starts the new worker and gives it the work of the lost one.
fn put_new(pool: &Pool, worker: usize) {
    let listener = pool.listener(worker);
    {
        let mut inner = pool.0.borrow_mut();
        inner.starts[worker].is_waiting = false;
        let Ok(handle) = Handle::start(listener) else {
            return;
        };
        let suspect = inner.suspect(worker);
        inner.drop_asks_of(worker, suspect == Suspect::Question);
        inner.drop_rows_of(worker);
        inner.workers[worker] = handle;
        inner.memory[worker] = Memory::default();
        inner.replaced += 1;
        inner.send(worker, &Request::SetZone(inner.zone.clone()), &[]);
        if let Some(bytes) = inner.budget_bytes {
            inner.send(worker, &Request::SetBudget(bytes), &[]);
        }
        let directory = inner
            .directory
            .as_ref()
            .map(|directory| directory.as_ref().clone());
        inner.send(worker, &Request::SetDirectory(directory), &[]);
        inner.replay(worker, suspect);
        inner.pump();
        // What waited for its turn counted on the data that is lost.
        inner.shared.revision += 1;
        inner.send_asks();
    }
    pool.changed();
}

impl Inner {
    fn is_silent(&self, worker: usize, now_ms: f64) -> bool {
        let handle = &self.workers[worker];
        // One that only fetches answers all the same.
        let decoding: u64 = self
            .sources
            .iter()
            .filter(|source| source.worker == worker && source.is_decoding())
            .map(super::SourceView::bytes)
            .sum();
        let starting = !handle.is_ready();
        let decodes = if decoding > 0 || starting {
            DECODE_MS_BASE + decoding as f64 / DECODE_BYTES_PER_MS
        } else {
            0.0
        };
        let allowance = handle.silence_ms().min(WORKING_MS_MAX).max(decodes);
        now_ms - handle.seen_ms() > SILENCE_MS_MAX + f64::from(BEAT_MS) + allowance
    }

    /// What the lost worker died of, most probably.
    fn suspect(&self, worker: usize) -> Suspect {
        let of_worker = || self.sources.iter().filter(|held| held.worker == worker);
        if of_worker().any(super::SourceView::is_decoding) {
            Suspect::Decoding
        } else if self.is_asked(worker) || self.is_writing(worker) {
            Suspect::Question
        } else {
            Suspect::Loading
        }
    }

    /// What the lost worker held is loaded again; what it was reading is suspected, and set aside the second time.
    fn replay(&mut self, worker: usize, suspect: Suspect) {
        for source in self
            .sources
            .iter_mut()
            .filter(|source| source.worker == worker)
        {
            let is_suspected = match suspect {
                Suspect::Decoding => source.is_decoding(),
                Suspect::Loading => true,
                Suspect::Question => false,
            };
            match source.state {
                SourceState::Ready(_) => source.state = SourceState::Waiting,
                SourceState::Loading { .. } => {
                    source.crashes += u8::from(is_suspected);
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

/// What a worker died of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Suspect {
    /// One of the sources that had come and were read.
    Decoding,
    /// A question, since nothing was read.
    Question,
    /// One of those on their way, since nothing else was going on.
    Loading,
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
        code: ErrorCode::Damaged,
        message,
        retry: true,
        receipt: Arc::new(receipt),
    }
}
