//! From requests to tasks, and how questions run: in steps, so that a newer one is heard within 16 ms.

use std::collections::HashMap;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use toolscope::protocol::{AskId, ErrorCode, Request, Response, SourceId};
use toolscope::query::{AskContext, Query, Question};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

use crate::Shared;
use crate::load::Load;
use crate::rows;
use crate::turn::{self, Flag};

/// Rows a pass handles before it looks for messages: a few milliseconds.
const ROWS_PER_STEP: usize = 400_000;

/// Merging can't be interrupted; it takes time by the size of the states, on a slow machine that is busy.
const MERGE_BYTES_PER_MS: usize = 500;
const MERGE_MS_BASE: usize = 5_000;

/// The tasks under way, so that they can be stopped.
#[derive(Default)]
pub struct Tasks {
    asks: HashMap<AskId, Flag>,
    loads: HashMap<SourceId, Flag>,
    pub rows: HashMap<AskId, rows::Task>,
}

pub fn start(shared: &Rc<Shared>, request: Request, message: &Array) {
    let shared = Rc::clone(shared);
    match request {
        Request::Hello { .. } | Request::Ping => {}
        Request::SetZone(zone) => spawn_local(async move {
            let _turn = shared.turn.take().await;
            shared.service.borrow_mut().set_zone(zone);
        }),
        Request::SetDirectory(directory) => spawn_local(async move {
            let _turn = shared.turn.take().await;
            shared.service.borrow_mut().set_directory(directory);
        }),
        Request::SetBudget(bytes) => spawn_local(async move {
            let _turn = shared.turn.take().await;
            shared.service.borrow_mut().set_budget(bytes);
        }),
        Request::LoadUrl {
            source,
            name,
            url,
            bytes,
            sha256,
            options,
        } => {
            let stop = begin_load(&shared, source);
            spawn_local(async move {
                let load = Load {
                    shared: &shared,
                    source,
                    name: &name,
                    options: &options,
                    stop: &stop,
                };
                load.fetch_url(&url, bytes, sha256.as_deref()).await;
                shared.tasks.borrow_mut().loads.remove(&source);
            });
        }
        Request::LoadFile {
            source,
            name,
            options,
        } => {
            let stop = begin_load(&shared, source);
            let file = message.get(1);
            spawn_local(async move {
                let load = Load {
                    shared: &shared,
                    source,
                    name: &name,
                    options: &options,
                    stop: &stop,
                };
                load.open_file(file.unchecked_into()).await;
                shared.tasks.borrow_mut().loads.remove(&source);
            });
        }
        Request::Unload { source } => {
            if let Some(stop) = shared.tasks.borrow_mut().loads.remove(&source) {
                stop.raise();
            }
            spawn_local(async move {
                let _turn = shared.turn.take().await;
                shared.service.borrow_mut().unload(source);
                shared.respond(
                    &Response::Unloaded {
                        source,
                        memory: shared.memory(),
                    },
                    None,
                );
            });
        }
        Request::Ask {
            id,
            question,
            queries,
            context,
            partial,
        } => {
            let stop = begin_ask(&shared, id);
            spawn_local(async move {
                ask(&shared, id, &question, &queries, &context, partial, &stop).await;
                shared.tasks.borrow_mut().asks.remove(&id);
            });
        }
        Request::Merge {
            id,
            question,
            queries,
            context,
        } => {
            let partials: Vec<Vec<u8>> = message
                .iter()
                .skip(1)
                .map(|part| part.unchecked_into::<Uint8Array>().to_vec())
                .collect();
            announce_merge(&shared, &partials);
            let result = shared
                .service
                .borrow()
                .merge(&partials, &question, &queries, &context);
            match result {
                Ok((tables, provenance)) => shared.respond(
                    &Response::Answer {
                        id,
                        tables,
                        provenance,
                    },
                    None,
                ),
                Err(error) => fail(&shared, id, &error.to_string()),
            }
        }
        Request::Rows {
            id,
            question,
            period,
            form,
            begins_file,
        } => rows::begin(&shared, id, question, period, form, begins_file),
        Request::MoreRows { id } => rows::go_on(&shared, id),
        Request::Cancel { id } => {
            rows::cancel(&shared, id);
            if let Some(stop) = shared.tasks.borrow().asks.get(&id) {
                stop.raise();
            }
        }
    }
}

fn begin_load(shared: &Shared, source: SourceId) -> Flag {
    let stop = Flag::default();
    shared.tasks.borrow_mut().loads.insert(source, stop.clone());
    stop
}

fn begin_ask(shared: &Shared, id: AskId) -> Flag {
    let stop = Flag::default();
    shared.tasks.borrow_mut().asks.insert(id, stop.clone());
    stop
}

async fn ask(
    shared: &Shared,
    id: AskId,
    question: &Question,
    queries: &[Query],
    context: &AskContext,
    partial: bool,
    stop: &Flag,
) {
    let _turn = shared.turn.take().await;
    if stop.is_raised() {
        return shared.respond(&Response::Cancelled { id }, None);
    }
    let started_ms = js_sys::Date::now();
    let mut asking = {
        let mut service = shared.service.borrow_mut();
        if partial {
            service.begin_ask(question, queries, context)
        } else {
            service.begin_alone(question, queries, context)
        }
    };
    while !shared.service.borrow().step(&mut asking, ROWS_PER_STEP) {
        turn::breathe().await;
        if stop.is_raised() {
            return shared.respond(&Response::Cancelled { id }, None);
        }
    }
    let elapsed_ms = js_sys::Date::now() - started_ms;
    announce_merge(shared, &[]);
    let service = shared.service.borrow();
    if !partial {
        let (tables, provenance) = service.tables(asking, question, queries, context, elapsed_ms);
        let answer = Response::Answer {
            id,
            tables,
            provenance,
        };
        return shared.respond(&answer, None);
    }
    match service.finish(asking, elapsed_ms) {
        Ok(states) => shared.respond(&Response::Partial { id }, Some(&states)),
        Err(error) => fail(shared, id, &error.to_string()),
    }
}

/// Says how long nothing may be heard, so that the worker is not taken for dead.
fn announce_merge(shared: &Shared, states: &[Vec<u8>]) {
    let bytes: usize = states.iter().map(Vec::len).sum();
    let silence_ms = (MERGE_MS_BASE + bytes / MERGE_BYTES_PER_MS) as u32;
    shared.respond(&Response::Working { silence_ms }, None);
}

fn fail(shared: &Shared, id: AskId, message: &str) {
    let failed = Response::AskFailed {
        id,
        code: ErrorCode::Internal,
        message: message.to_owned(),
    };
    shared.respond(&failed, None);
}
