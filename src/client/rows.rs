//! Rows of all workers, for files of raw events and for copies of the data: which workers have them, about how many there
//! are, and who waits for a part.
//!
//! Does not own: the order of asking (`row_stream`), which rows those are and how they look (`service`), the file.

use std::hash::{DefaultHasher, Hash, Hasher};

use futures_channel::oneshot;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;

use super::pool::{Inner, Pool};
use super::row_stream::RowsStream;
use super::slices::{Slice, by_worker, slices};
use super::sources::{SourceState, SourceView};
use crate::model::Warning;
use crate::protocol::{AskId, Request, Response, RowForm};
use crate::query::{AskContext, Period, Question};

const LOST: &str = "A data worker stopped while the rows were being written, so the file is not whole. Wait until the data is back, then write it again.";

/// What a row takes as text, about: measured over the events of the demo.
const NDJSON_ROW_BYTES: u64 = 310;
const CSV_ROW_BYTES: u64 = 170;
/// States of few values are short.
const HOUR_ROW_BYTES: u64 = 340;

/// How much a file of rows will hold, before filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowsAbout {
    pub rows: u64,
    pub bytes: u64,
}

/// All that a page elsewhere needs for its own answers: events and pre-aggregated hours, each as NDJSON. Take all of one,
/// then all of the other.
pub struct Snapshot {
    pub events: RowsStream,
    /// Hours that know other columns are other files: see [`RowsStream::begins_file`].
    pub hours: RowsStream,
}

/// Some rows, written.
pub struct Part {
    pub bytes: Uint8Array,
    pub rows: u64,
    pub warnings: Vec<Warning>,
    pub begins_file: bool,
    pub is_last: bool,
}

/// A part that comes.
pub type NextPart = oneshot::Receiver<Result<Part, String>>;

/// Who waits for a part of which worker.
pub struct RowsWaiting {
    worker: usize,
    /// The worker that wrote them is gone.
    is_lost: bool,
    reply: Option<oneshot::Sender<Result<Part, String>>>,
}

impl Pool {
    /// The raw events of the question's period that its filters leave. Nothing begins before the first
    /// [`RowsStream::next`]; whoever wants all of the data asks for it before (`context.complete`).
    pub fn rows(&self, question: &Question, context: &AskContext, form: RowForm) -> RowsStream {
        let (period, _) = question.periods(context, &self.0.borrow().own_zone);
        self.rows_of(question, &[period], form)
    }

    /// The same for any periods; moments in several of them come once.
    pub fn rows_of(&self, question: &Question, periods: &[Period], form: RowForm) -> RowsStream {
        let inner = self.0.borrow();
        let mut left = inner.slices(periods, form);
        if left.is_empty() && form != RowForm::Hours {
            // Nobody has any: an empty file of this form still begins as such.
            left.extend(periods.iter().map(|&period| Slice { worker: 0, period }));
            left.truncate(1);
        }
        let key = inner.rows_key(periods);
        RowsStream::new(self.clone(), question, periods, form, left, key)
    }

    /// The events and pre-aggregated hours of the question's period and of what it is compared with.
    pub fn snapshot(&self, question: &Question, context: &AskContext) -> Snapshot {
        let (period, comparison) = question.periods(context, &self.0.borrow().own_zone);
        let mut periods = vec![period];
        periods.extend(comparison.map(|compared| compared.period));
        self.snapshot_of(question, &periods)
    }

    /// The same for any periods, as those that widgets need.
    pub fn snapshot_of(&self, question: &Question, periods: &[Period]) -> Snapshot {
        Snapshot {
            events: self.rows_of(question, periods, RowForm::Ndjson),
            hours: self.rows_of(question, periods, RowForm::Hours),
        }
    }

    /// How many rows there are in a period, and what they take as a file, about: before filters, by what sources tell.
    pub fn rows_about(&self, period: Period, form: RowForm) -> RowsAbout {
        let inner = self.0.borrow();
        let held = inner
            .sources
            .iter()
            .filter(|source| source.is_aggregate() == (form == RowForm::Hours));
        let rows: f64 = held.map(|source| rows_within(source, period)).sum();
        let rows = rows.round() as u64;
        let bytes_each = match form {
            RowForm::Ndjson => NDJSON_ROW_BYTES,
            RowForm::Csv { .. } => CSV_ROW_BYTES,
            RowForm::Hours => HOUR_ROW_BYTES,
        };
        RowsAbout {
            rows,
            bytes: rows.saturating_mul(bytes_each),
        }
    }

    /// Takes a message that is about rows; gives all others back.
    pub(super) fn hear_rows(
        &self,
        worker: usize,
        response: Response,
        message: &Array,
    ) -> Option<Response> {
        let mut inner = self.0.borrow_mut();
        match response {
            Response::Rows {
                id,
                rows,
                warnings,
                begins_file,
                is_last,
            } => {
                let part = Part {
                    bytes: message.get(1).unchecked_into(),
                    rows,
                    warnings,
                    begins_file,
                    is_last,
                };
                inner.rows_came(worker, id, Ok(part));
                None
            }
            Response::AskFailed { id, message, .. } if inner.rows.contains_key(&id) => {
                inner.rows_came(worker, id, Err(message));
                None
            }
            Response::Cancelled { id } if inner.rows.contains_key(&id) => None,
            other => Some(other),
        }
    }
}

/// What of a source's rows lies in a period, if they are spread evenly.
fn rows_within(source: &SourceView, period: Period) -> f64 {
    let rows = match &source.state {
        SourceState::Ready(receipt) => receipt.accepted,
        _ => source.rows().unwrap_or_default(),
    };
    let Some((from, until)) = source.span_us() else {
        return rows as f64;
    };
    let whole = Period::new(from, until.saturating_add(1));
    let within = Period::new(
        whole.from_us.max(period.from_us),
        whole.until_us.min(period.until_us),
    );
    rows as f64 * within.length_us() as f64 / whole.length_us().max(1) as f64
}

impl Inner {
    fn slices(&self, periods: &[Period], form: RowForm) -> Vec<Slice> {
        let ready = self.sources.iter().filter(|source| source.is_ready());
        if form == RowForm::Hours {
            return by_worker(ready.map(|source| source.worker), periods);
        }
        // An archive tells of all its files together: hours among them are no harm.
        let events = ready.filter(|source| !source.is_aggregate());
        let spans = events.map(|source| (source.worker, told_and_found(source)));
        slices(&spans.collect::<Vec<_>>(), periods)
    }

    /// A digest of the sources that have rows in some periods and of where they are.
    pub fn rows_key(&self, periods: &[Period]) -> u64 {
        let mut digest = DefaultHasher::new();
        self.directories.hash(&mut digest);
        let is_meant = |source: &&SourceView| periods.iter().any(|&at| source.is_needed(at));
        let mut sources: Vec<&SourceView> = self.sources.iter().filter(is_meant).collect();
        sources.sort_by_key(|source| source.id);
        for source in sources {
            (source.id, source.worker, source.loads).hash(&mut digest);
            if let SourceState::Ready(receipt) = &source.state {
                (receipt.accepted, receipt.executions).hash(&mut digest);
            }
        }
        digest.finish()
    }

    /// Asks a worker for rows, by a number of their own.
    pub fn begin_rows(
        &mut self,
        worker: usize,
        request: impl FnOnce(AskId) -> Request,
    ) -> (AskId, NextPart) {
        self.last_ask += 1;
        let id = self.last_ask;
        let (reply, next) = oneshot::channel();
        let waiting = RowsWaiting {
            worker,
            is_lost: false,
            reply: Some(reply),
        };
        self.rows.insert(id, waiting);
        self.send(worker, &request(id), &[]);
        (id, next)
    }

    /// Asks for the next part of these rows.
    pub fn more_rows(&mut self, id: AskId) -> NextPart {
        let (reply, next) = oneshot::channel();
        let Some(waiting) = self.rows.get_mut(&id) else {
            return next;
        };
        if waiting.is_lost {
            // Whoever asks is still there.
            let _ = reply.send(Err(LOST.into()));
            return next;
        }
        waiting.reply = Some(reply);
        let worker = waiting.worker;
        self.send(worker, &Request::MoreRows { id }, &[]);
        next
    }

    /// Nobody takes these rows any more.
    pub fn cancel_rows(&mut self, id: AskId) {
        if let Some(waiting) = self.rows.remove(&id) {
            self.send(waiting.worker, &Request::Cancel { id }, &[]);
        }
    }

    fn rows_came(&mut self, worker: usize, id: AskId, part: Result<Part, String>) {
        let waiting = self.rows.get_mut(&id);
        let waiting = waiting.filter(|waiting| waiting.worker == worker);
        if let Some(reply) = waiting.and_then(|waiting| waiting.reply.take()) {
            // Whoever asked may be gone; then it was cancelled too.
            let _ = reply.send(part);
        }
    }

    /// Does this worker write rows?
    pub fn is_writing(&self, worker: usize) -> bool {
        let mut waiting = self.rows.values();
        waiting.any(|waiting| waiting.worker == worker && waiting.reply.is_some())
    }

    /// What a lost worker was writing is lost with it.
    pub fn drop_rows_of(&mut self, worker: usize) {
        let lost = self.rows.values_mut();
        for waiting in lost.filter(|waiting| waiting.worker == worker) {
            waiting.is_lost = true;
            if let Some(reply) = waiting.reply.take() {
                let _ = reply.send(Err(LOST.into()));
            }
        }
    }
}

/// The span of a source that was read: what was promised, and what was found.
fn told_and_found(source: &SourceView) -> Option<(i64, i64)> {
    let found = source
        .receipt()
        .and_then(|receipt| receipt.min_time_us.zip(receipt.max_time_us));
    match (source.span_us(), found) {
        (Some(told), Some(found)) => Some((told.0.min(found.0), told.1.max(found.1))),
        (told, found) => told.or(found),
    }
}
