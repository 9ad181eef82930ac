//! Rows of all workers as one stream, in the order of time.
//!
//! Owns: who is asked for what next, how much is held (a part that was given and the one after it), and that nobody
//! takes half of the rows for all of them.

use std::collections::VecDeque;

use js_sys::Uint8Array;

use super::pool::Pool;
use super::rows::NextPart;
use super::slices::Slice;
use crate::model::Warning;
use crate::protocol::{AskId, Request, RowForm};
use crate::query::{Period, Question};

const CHANGED: &str = "The data changed while its rows were being written, so the file would not be whole. Write it again.";
const CLOSED: &str =
    "The data workers went away while the rows were being written; the file is not whole.";

/// Rows in parts of about 1 MB. Dropping it stops whoever writes them.
pub struct RowsStream {
    pool: Pool,
    question: Question,
    periods: Vec<Period>,
    form: RowForm,
    left: VecDeque<Slice>,
    /// What is there when it begins; it must stay.
    key: u64,
    under_way: Option<UnderWay>,
    /// What stands in the way of the next part.
    failed: Option<String>,
    is_begun: bool,
    is_over: bool,
    begins_file: bool,
    rows: u64,
    warnings: Vec<Warning>,
}

/// Parts of a slice that a worker writes.
struct UnderWay {
    id: AskId,
    next: NextPart,
}

impl RowsStream {
    pub(super) fn new(
        pool: Pool,
        question: &Question,
        periods: &[Period],
        form: RowForm,
        left: Vec<Slice>,
        key: u64,
    ) -> Self {
        Self {
            pool,
            question: question.clone(),
            periods: periods.to_vec(),
            form,
            left: left.into(),
            key,
            under_way: None,
            failed: None,
            is_begun: false,
            is_over: false,
            begins_file: false,
            rows: 0,
            warnings: Vec::new(),
        }
    }

    /// The next part; `None` after the last one. After an error there are no more, and what came is not all.
    pub async fn next(&mut self) -> Option<Result<Uint8Array, String>> {
        loop {
            if self.is_over {
                return None;
            }
            if let Some(sentence) = self.failed.take() {
                return Some(Err(self.fail(sentence)));
            }
            if self.under_way.is_none() && !self.begin() {
                if self.failed.is_none() {
                    self.is_over = true;
                }
                continue;
            }
            let Some(under_way) = &mut self.under_way else {
                continue;
            };
            let part = match (&mut under_way.next).await {
                Ok(Ok(part)) => part,
                Ok(Err(sentence)) => return Some(Err(self.fail(sentence))),
                Err(_) => return Some(Err(self.fail(CLOSED.into()))),
            };
            self.rows += part.rows;
            for warning in part.warnings {
                if !self.warnings.contains(&warning) {
                    self.warnings.push(warning);
                }
            }
            // The next part is written while this one is dealt with.
            if part.is_last {
                self.stop();
                self.begin();
            } else {
                under_way.next = self.pool.0.borrow_mut().more_rows(under_way.id);
            }
            if part.bytes.length() > 0 {
                self.begins_file = part.begins_file;
                return Some(Ok(part.bytes));
            }
        }
    }

    /// Does the part that came last begin a file of its own? Events are one file.
    pub fn begins_file(&self) -> bool {
        self.begins_file
    }

    /// How many rows came so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// What has to be said about the rows, once all of them came.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Asks for the next slice; false when there is none, or when it can't be.
    fn begin(&mut self) -> bool {
        let Some(slice) = self.left.front().copied() else {
            return false;
        };
        let mut inner = self.pool.0.borrow_mut();
        if inner.rows_key(&self.periods) != self.key {
            self.failed = Some(CHANGED.into());
            return false;
        }
        self.left.pop_front();
        let (id, next) = inner.begin_rows(slice.worker, |id| Request::Rows {
            id,
            question: self.question.clone(),
            period: slice.period,
            form: self.form,
            begins_file: !self.is_begun,
        });
        drop(inner);
        self.is_begun = true;
        self.under_way = Some(UnderWay { id, next });
        true
    }

    fn fail(&mut self, sentence: String) -> String {
        self.is_over = true;
        self.stop();
        sentence
    }

    /// Whoever writes them may stop.
    fn stop(&mut self) {
        if let Some(UnderWay { id, .. }) = self.under_way.take() {
            self.pool.0.borrow_mut().cancel_rows(id);
        }
    }
}

impl Drop for RowsStream {
    fn drop(&mut self) {
        self.stop();
    }
}
