//! The worker that makes files: an order goes in, bytes come out. Dropping it ends the worker, whatever it is at.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use futures_channel::oneshot;
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::export::{Format, Order};
use crate::protocol;

/// The loader script; its name is stable.
const SCRIPT: &str = "/documents.js";
const REFUSED: &str =
    "The browser refuses to start the worker that writes files; allow workers for this page.";
const STOPPED: &str = "The worker that writes files stopped: it may have run out of memory. Choose a shorter range or another format.";

#[derive(Default)]
struct Inbox {
    came: VecDeque<JsValue>,
    waiting: Option<oneshot::Sender<()>>,
}

impl Inbox {
    fn take_in(&mut self, message: JsValue) {
        self.came.push_back(message);
        if let Some(waiting) = self.waiting.take() {
            // Whoever waited may be gone.
            let _ = waiting.send(());
        }
    }
}

pub struct Press {
    worker: Worker,
    inbox: Rc<RefCell<Inbox>>,
    on_message: Closure<dyn FnMut(MessageEvent)>,
    on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Press {
    pub async fn start() -> Result<Self, String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(SCRIPT, &options).map_err(|_| REFUSED.to_owned())?;
        let inbox = Rc::new(RefCell::new(Inbox::default()));
        let heard = Rc::clone(&inbox);
        let on_message =
            Closure::new(move |event: MessageEvent| heard.borrow_mut().take_in(event.data()));
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        let heard = Rc::clone(&inbox);
        let on_error = Closure::new(move |event: ErrorEvent| {
            event.prevent_default();
            let failed = message("failed", &[("message", STOPPED.into())]);
            heard.borrow_mut().take_in(failed);
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        let press = Self {
            worker,
            inbox,
            on_message,
            on_error,
        };
        // What is posted before it listens is lost.
        press.next().await?;
        Ok(press)
    }

    /// The file that is ordered, and what has to be said about it.
    pub async fn write(&self, order: &Order) -> Result<(Uint8Array, Option<String>), String> {
        let kind = if order.format == Format::Parquet {
            "parquet"
        } else {
            "write"
        };
        let needs_fonts = order.format == Format::Pdf;
        self.post(
            kind,
            &[
                ("order", encoded(order)?),
                ("needsFonts", needs_fonts.into()),
            ],
        );
        let (_, file) = self.next().await?;
        let remark = get(&file, "remark").as_string();
        Ok((get(&file, "bytes").unchecked_into(), remark))
    }

    /// An archive of what is ordered and one long file. `piece` gives that one in pieces, `part` takes pieces of the
    /// archive.
    pub async fn archive(
        &self,
        order: &Order,
        name: &str,
        piece: impl AsyncFnMut() -> Result<Option<Uint8Array>, String>,
        part: impl AsyncFnMut(Uint8Array) -> Result<(), String>,
    ) -> Result<(), String> {
        self.post(
            "archive",
            &[("order", encoded(order)?), ("name", name.into())],
        );
        self.stream(piece, part).await
    }

    /// Raw events as one Parquet file, or as a sheet of the workbook that is ordered; `piece` gives their lines.
    pub async fn events(
        &self,
        order: &Order,
        piece: impl AsyncFnMut() -> Result<Option<Uint8Array>, String>,
        part: impl AsyncFnMut(Uint8Array) -> Result<(), String>,
    ) -> Result<(), String> {
        let kind = if order.format == Format::Xlsx {
            "workbook"
        } else {
            "events"
        };
        self.post(kind, &[("order", encoded(order)?)]);
        self.stream(piece, part).await
    }

    async fn stream(
        &self,
        mut piece: impl AsyncFnMut() -> Result<Option<Uint8Array>, String>,
        mut part: impl AsyncFnMut(Uint8Array) -> Result<(), String>,
    ) -> Result<(), String> {
        loop {
            let (kind, said) = self.next().await?;
            match kind.as_str() {
                "pull" => {
                    let piece = piece().await?.map_or(JsValue::UNDEFINED, JsValue::from);
                    self.post("piece", &[("bytes", piece)]);
                }
                "part" => part(get(&said, "bytes").unchecked_into()).await?,
                _ => return Ok(()),
            }
        }
    }

    /// The next message: its kind, and all of it. A failure is its sentence.
    async fn next(&self) -> Result<(String, JsValue), String> {
        loop {
            let came = self.inbox.borrow_mut().came.pop_front();
            if let Some(message) = came {
                let kind = get(&message, "kind").as_string().unwrap_or_default();
                return if kind == "failed" {
                    let sentence = get(&message, "message").as_string();
                    Err(sentence.unwrap_or_else(|| STOPPED.to_owned()))
                } else {
                    Ok((kind, message))
                };
            }
            let (done, waited) = oneshot::channel();
            self.inbox.borrow_mut().waiting = Some(done);
            // Either way there is news: look again.
            let _ = waited.await;
        }
    }

    fn post(&self, kind: &str, parts: &[(&str, JsValue)]) {
        let transfer = js_sys::Array::new();
        for (_, part) in parts {
            if let Some(bytes) = part.dyn_ref::<Uint8Array>() {
                transfer.push(&bytes.buffer());
            }
        }
        // A message of plain bytes and texts can be cloned.
        let _ = self
            .worker
            .post_message_with_transfer(&message(kind, parts), &transfer);
    }
}

impl Drop for Press {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
        // The closures live as long as the handle, so that no event can reach a freed one.
        let _ = (&self.on_message, &self.on_error);
    }
}

fn encoded(order: &Order) -> Result<JsValue, String> {
    let bytes = protocol::encode(order).map_err(|unreadable| unreadable.to_string())?;
    Ok(Uint8Array::from(bytes.as_slice()).into())
}

fn message(kind: &str, parts: &[(&str, JsValue)]) -> JsValue {
    let message = Object::new();
    let kind = ("kind", JsValue::from(kind));
    for (name, value) in std::iter::once(&kind).chain(parts) {
        // Setting a property of an object made here can't fail.
        let _ = Reflect::set(&message, &JsValue::from(*name), value);
    }
    message.into()
}

fn get(message: &JsValue, name: &str) -> JsValue {
    Reflect::get(message, &name.into()).unwrap_or_default()
}
