//! Rows on their way to the page: a part when it asks for one, written in steps, so that whatever else is said to the
//! worker is heard meanwhile.

use std::rc::Rc;

use toolscope::protocol::{AskId, ErrorCode, Response, RowForm};
use toolscope::query::{Period, Question};
use toolscope::service::{RowPart, Rows};
use wasm_bindgen_futures::spawn_local;

use crate::Shared;
use crate::turn::{self, Flag};

const NOT_UNDER_WAY: &str =
    "The data worker no longer writes these rows, so the file would not be whole. Write it again.";

/// Rows that somebody takes.
pub struct Task {
    stop: Flag,
    /// Between two parts.
    rows: Option<Rows>,
}

pub fn begin(
    shared: &Rc<Shared>,
    id: AskId,
    question: Question,
    period: Period,
    form: RowForm,
    begins_file: bool,
) {
    let stop = Flag::default();
    let task = Task {
        stop: stop.clone(),
        rows: None,
    };
    shared.tasks.borrow_mut().rows.insert(id, task);
    let shared = Rc::clone(shared);
    spawn_local(async move {
        let _turn = shared.turn.take().await;
        let rows = shared
            .service
            .borrow()
            .begin_rows(&question, period, form, begins_file);
        write(&shared, id, rows, &stop).await;
    });
}

pub fn go_on(shared: &Rc<Shared>, id: AskId) {
    let waiting = {
        let mut tasks = shared.tasks.borrow_mut();
        let task = tasks.rows.get_mut(&id);
        task.and_then(|task| Some((task.rows.take()?, task.stop.clone())))
    };
    let Some((rows, stop)) = waiting else {
        return fail(shared, id, NOT_UNDER_WAY);
    };
    let shared = Rc::clone(shared);
    spawn_local(async move {
        let _turn = shared.turn.take().await;
        write(&shared, id, rows, &stop).await;
    });
}

/// Nobody takes them any more.
pub fn cancel(shared: &Shared, id: AskId) {
    let mut tasks = shared.tasks.borrow_mut();
    if let Some(task) = tasks.rows.remove(&id) {
        task.stop.raise();
    }
}

/// Writes the next part and sends it.
async fn write(shared: &Shared, id: AskId, mut rows: Rows, stop: &Flag) {
    loop {
        if stop.is_raised() {
            return shared.respond(&Response::Cancelled { id }, None);
        }
        let step = shared.service.borrow().step_rows(&mut rows);
        match step {
            Ok(true) => break,
            Ok(false) => turn::breathe().await,
            Err(error) => return fail(shared, id, &error.to_string()),
        }
    }
    let RowPart {
        bytes,
        rows: count,
        begins_file,
        is_last,
        warnings,
    } = rows.take();
    {
        let mut tasks = shared.tasks.borrow_mut();
        if is_last {
            tasks.rows.remove(&id);
        } else if let Some(task) = tasks.rows.get_mut(&id) {
            task.rows = Some(rows);
        }
    }
    let part = Response::Rows {
        id,
        rows: count,
        warnings,
        begins_file,
        is_last,
    };
    shared.respond(&part, Some(&bytes));
}

fn fail(shared: &Shared, id: AskId, message: &str) {
    shared.tasks.borrow_mut().rows.remove(&id);
    let failed = Response::AskFailed {
        id,
        code: ErrorCode::Internal,
        message: message.to_owned(),
    };
    shared.respond(&failed, None);
}
