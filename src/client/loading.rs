//! What is loaded, when, and by whom: only what a question needs, newest first, a few at once.

use std::cmp::Reverse;
use std::sync::Arc;

use wasm_bindgen::JsValue;

use super::assign::{Span, assign};
use super::pool::{Inner, Pool};
use super::sources::{Missing, Origin, SourceState, SourceView};
use crate::model::limits::FETCHES_MAX;
use crate::protocol::{ErrorCode, LoadOptions, Request, SourceId};
use crate::query::Period;

const STOPPED: &str = "You stopped this before it was read; Retry reads it.";

impl Pool {
    /// Says which periods the page is about, most wanted first; what is missing begins to load.
    pub fn want(&self, periods: &[Period]) {
        let started = {
            let mut inner = self.0.borrow_mut();
            if inner.want_of_host(periods) {
                return;
            }
            let room_made_for = inner.room_made_for;
            if let Some(&most_wanted) = periods.first() {
                inner.make_room(most_wanted);
            }
            let wanted = inner.mark_wanted(periods) || inner.room_made_for != room_made_for;
            inner.shared.revision += u64::from(wanted);
            inner.pump();
            wanted
        };
        if started {
            self.progressed();
        }
    }

    /// What another page is about that uses these workers. It drives nothing out: two pages of different periods would
    /// do that to each other for ever.
    pub(super) fn want_too(&self, periods: &[Period]) {
        let started = {
            let mut inner = self.0.borrow_mut();
            let wanted = inner.mark_wanted(periods);
            inner.shared.revision += u64::from(wanted);
            inner.pump();
            wanted
        };
        if started {
            self.progressed();
        }
    }

    /// Opens files. Nothing leaves the machine: the worker reads them here.
    pub fn open_files(&self, files: Vec<web_sys::File>) {
        {
            let mut inner = self.0.borrow_mut();
            for file in files {
                inner.add_file(file);
            }
            inner.pump();
        }
        self.changed();
    }

    /// Opens a file of which somebody says beforehand what its columns mean.
    pub fn open_file_as(&self, file: web_sys::File, options: LoadOptions) {
        {
            let mut inner = self.0.borrow_mut();
            inner.add_file(file);
            if let Some(added) = inner.sources.last_mut() {
                added.options = options;
            }
            inner.pump();
        }
        self.changed();
    }

    /// Tries a failed source again.
    pub fn retry(&self, source: SourceId) {
        {
            let mut inner = self.0.borrow_mut();
            if let Some(held) = inner.sources.iter_mut().find(|held| held.id == source) {
                held.crashes = 0;
                held.state = SourceState::Waiting;
            }
            inner.pump();
        }
        self.changed();
    }

    /// Ends what is being fetched or waits for it; it is named as missing until somebody tries it again. Nothing happens
    /// once it is settled.
    pub fn stop(&self, source: SourceId) {
        {
            let mut inner = self.0.borrow_mut();
            let held = inner.sources.iter().position(|held| held.id == source);
            let Some(at) = held.filter(|&at| inner.sources[at].is_under_way()) else {
                return;
            };
            // Under a new number: what the worker still says of the old one is about nothing any more.
            let mut stopped = inner.sources[at].clone();
            inner.last_source += 1;
            stopped.id = inner.last_source;
            stopped.state = SourceState::Failed {
                code: ErrorCode::Network,
                message: STOPPED.to_owned(),
                retry: true,
                receipt: Arc::default(),
            };
            inner.remove_where(|held| held.id == source);
            let at = at.min(inner.sources.len());
            inner.sources.insert(at, stopped);
            inner.pump();
        }
        self.changed();
    }

    /// Tries everything again that failed on the way: the network is back.
    pub fn retry_failed(&self) {
        {
            let mut inner = self.0.borrow_mut();
            for held in &mut inner.sources {
                let may_help = matches!(held.state, SourceState::Failed { retry: true, .. });
                if may_help && held.crashes == 0 && matches!(held.origin, Origin::Manifest { .. }) {
                    held.state = SourceState::Waiting;
                }
            }
            inner.pump();
        }
        self.changed();
    }

    /// Reads a source again, in another way. Nothing happens while it is still being read.
    pub fn map(&self, source: SourceId, options: LoadOptions) {
        {
            let mut inner = self.0.borrow_mut();
            let Some(held) = inner.sources.iter_mut().find(|held| held.id == source) else {
                return;
            };
            if !held.is_settled() {
                return;
            }
            held.options = options;
            held.crashes = 0;
            held.loads += 1;
            let (worker, had_rows) = (held.worker, held.is_ready());
            held.state = SourceState::Waiting;
            if had_rows {
                inner.take_out(&[(worker, source)]);
            } else {
                inner.pump();
            }
        }
        self.changed();
    }

    /// Forgets a source. Sources that had rows counted as duplicates are read again, since those may now be the only ones.
    pub fn remove(&self, source: SourceId) {
        self.0.borrow_mut().remove_where(|held| held.id == source);
        self.changed();
    }

    /// Closes the manifest: its batches leave, files stay.
    pub fn close_manifest(&self) {
        {
            let mut inner = self.0.borrow_mut();
            inner.remove_where(|held| matches!(held.origin, Origin::Manifest { .. }));
            inner.manifest = None;
            inner.set_directory(None);
        }
        self.changed();
    }
}

impl Inner {
    pub fn add_source(&mut self, name: String, origin: Origin, state: SourceState) -> SourceId {
        self.last_source += 1;
        let id = self.last_source;
        self.sources.push(SourceView {
            id,
            name,
            origin,
            state,
            worker: 0,
            crashes: 0,
            loads: 0,
            options: LoadOptions::default(),
            missing: Missing::default(),
        });
        id
    }

    fn add_file(&mut self, file: web_sys::File) {
        let path = js_sys::Reflect::get(&file, &JsValue::from_str("webkitRelativePath")).ok();
        let name = path
            .and_then(|path| path.as_string())
            .filter(|path| !path.is_empty())
            .unwrap_or_else(|| file.name());
        self.add_source(name, Origin::File(file), SourceState::Waiting);
    }

    /// Gives every manifest batch its worker. Files stay with worker 0, and so do batches known to touch one.
    pub fn assign_workers(&mut self) {
        let batches: Vec<usize> = (0..self.sources.len())
            .filter(|&at| matches!(self.sources[at].origin, Origin::Manifest { .. }))
            .collect();
        let spans: Vec<Span> = batches
            .iter()
            .map(|&at| self.sources[at].span_us())
            .collect();
        for (at, worker) in batches.into_iter().zip(assign(&spans, self.workers.len())) {
            self.sources[at].worker = worker;
        }
    }

    /// After a file was read: manifest batches that share time with it move to its worker, so that duplicates meet.
    pub fn gather_overlapping(&mut self, source: SourceId) {
        let file = self.sources.iter().find(|held| held.id == source);
        if file.is_some_and(|file| matches!(file.origin, Origin::File(_))) {
            self.gather(source);
        }
    }

    /// Sources that share time with this one move to its worker.
    pub fn gather(&mut self, source: SourceId) {
        let Some(held) = self.sources.iter().find(|held| held.id == source) else {
            return;
        };
        let (Some((from, until)), home) = (held.span_us(), held.worker) else {
            return;
        };
        let mut moved = Vec::new();
        for held in &mut self.sources {
            let overlaps = held
                .span_us()
                .is_none_or(|(min, max)| min <= until && max >= from);
            if held.worker != home && overlaps {
                moved.push((held.worker, held.id));
                held.worker = home;
                if !matches!(held.state, SourceState::Idle) {
                    held.state = SourceState::Waiting;
                }
            }
        }
        for (worker, source) in moved {
            self.send(worker, &Request::Unload { source }, &[]);
        }
    }

    fn mark_wanted(&mut self, periods: &[Period]) -> bool {
        let mut any = false;
        for source in &mut self.sources {
            let idle = source.state == SourceState::Idle;
            if idle && periods.iter().any(|&period| source.is_needed(period)) {
                source.state = SourceState::Waiting;
                any = true;
            }
        }
        self.order_by_want(periods);
        any
    }

    /// The order of `sources` is the order of loading: files, then by most wanted period, newest first.
    fn order_by_want(&mut self, periods: &[Period]) {
        self.sources.sort_by_key(|source| {
            let rank = periods
                .iter()
                .position(|&period| source.is_needed(period))
                .unwrap_or(periods.len());
            let is_batch = matches!(source.origin, Origin::Manifest { .. });
            (is_batch, rank, Reverse(source.span_us().map(|span| span.1)))
        });
    }

    /// Starts as many waiting loads as may run at once.
    pub fn pump(&mut self) {
        if self.workers.is_empty() {
            return;
        }
        let running = self.sources.iter().filter(|held| held.is_loading());
        let mut free = FETCHES_MAX.saturating_sub(running.count());
        for at in 0..self.sources.len() {
            let waits = self.sources[at].state == SourceState::Waiting;
            if free > 0 && waits && !self.must_be_alone(at) {
                self.start_loading(at);
                free -= 1;
            }
        }
    }

    /// A source that a worker died over is read with no other beside it, so that the guilty one is known next time.
    fn must_be_alone(&self, at: usize) -> bool {
        let source = &self.sources[at];
        let mut beside = self
            .sources
            .iter()
            .filter(|held| held.worker == source.worker && held.is_loading());
        beside.any(|held| held.crashes > 0 || source.crashes > 0)
    }

    fn start_loading(&mut self, at: usize) {
        let source = &mut self.sources[at];
        source.state = SourceState::Loading {
            bytes_done: 0,
            bytes_total: source.bytes(),
        };
        let (id, name, worker) = (source.id, source.name.clone(), source.worker);
        let options = source.options.clone();
        match source.origin.clone() {
            Origin::Manifest { batch, url } => {
                let (bytes, sha256) = (batch.bytes, batch.sha256);
                self.send(
                    worker,
                    &Request::LoadUrl {
                        source: id,
                        name,
                        url,
                        bytes,
                        sha256,
                        options,
                    },
                    &[],
                );
            }
            Origin::File(file) => self.send(
                worker,
                &Request::LoadFile {
                    source: id,
                    name,
                    options,
                },
                &[file.into()],
            ),
        }
    }

    pub fn remove_where(&mut self, gone: impl Fn(&SourceView) -> bool) {
        let leaving: Vec<(usize, SourceId)> = self
            .sources
            .iter()
            .filter(|held| gone(held))
            .map(|held| (held.worker, held.id))
            .collect();
        self.sources.retain(|held| !gone(held));
        self.take_out(&leaving);
    }

    /// Takes rows out of the workers. Sources that had rows counted as duplicates are read again, since those may now be
    /// the only ones.
    pub fn take_out(&mut self, leaving: &[(usize, SourceId)]) {
        for &(worker, source) in leaving {
            self.send(worker, &Request::Unload { source }, &[]);
        }
        let mut again = Vec::new();
        for held in &mut self.sources {
            let had_duplicates =
                matches!(&held.state, SourceState::Ready(receipt) if receipt.duplicates > 0);
            if had_duplicates && leaving.iter().any(|&(worker, _)| worker == held.worker) {
                held.state = SourceState::Waiting;
                again.push((held.worker, held.id));
            }
        }
        for (worker, source) in again {
            self.send(worker, &Request::Unload { source }, &[]);
        }
        self.pump();
    }
}
