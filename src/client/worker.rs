//! One data worker: starts it, waits for its hello, frames messages. Knows no source and no question.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::protocol::{self, PROTOCOL_VERSION, Request, Response};

/// The loader script; its name is stable, so the server must say `no-cache`.
const SCRIPT: &str = "/worker.js";

/// What comes out of a worker.
pub enum Event {
    Message(Box<Response>, Array),
    /// It threw, could not be loaded, or speaks another version.
    Crashed(String),
}

/// A running worker. Dropping it terminates it.
pub struct Handle {
    worker: Worker,
    /// Messages posted before the worker listens are lost, so they wait here for its hello.
    waiting: Rc<RefCell<Option<Vec<Array>>>>,
    seen_ms: Rc<Cell<f64>>,
    silence_ms: Rc<Cell<f64>>,
    on_message: Closure<dyn FnMut(MessageEvent)>,
    on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Handle {
    /// Starts a worker; `on_event` hears everything but the hello.
    pub fn start(on_event: Rc<dyn Fn(Event)>) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(SCRIPT, &options)?;
        let waiting = Rc::new(RefCell::new(Some(Vec::new())));
        let seen_ms = Rc::new(Cell::new(js_sys::Date::now()));
        let silence_ms = Rc::new(Cell::new(0.0));
        let heard = Heard {
            seen_ms: Rc::clone(&seen_ms),
            silence_ms: Rc::clone(&silence_ms),
        };
        let on_message = listen(&worker, &waiting, heard, Rc::clone(&on_event));
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        let on_error = Closure::new(move |event: ErrorEvent| {
            event.prevent_default();
            on_event(Event::Crashed(
                "The data worker stopped unexpectedly.".into(),
            ));
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self {
            worker,
            waiting,
            seen_ms,
            silence_ms,
            on_message,
            on_error,
        })
    }

    /// Sends a request, now or after the hello. Extras are cloned; `transfer` names those that are moved.
    pub fn send(&self, request: &Request, extras: &[JsValue]) {
        let Ok(bytes) = protocol::encode(request) else {
            return;
        };
        let message = Array::of1(&Uint8Array::from(bytes.as_slice()));
        for extra in extras {
            message.push(extra);
        }
        match self.waiting.borrow_mut().as_mut() {
            Some(waiting) => waiting.push(message),
            None => post(&self.worker, &message),
        }
    }

    /// When the worker last said anything, by the page's clock.
    pub fn seen_ms(&self) -> f64 {
        self.seen_ms.get()
    }

    /// Takes its silence up to now for nothing.
    pub fn excuse(&self) {
        self.seen_ms.set(js_sys::Date::now());
    }

    /// How long it said that it would be silent, ms.
    pub fn silence_ms(&self) -> f64 {
        self.silence_ms.get()
    }

    /// Has it said hello?
    pub fn is_ready(&self) -> bool {
        self.waiting.borrow().is_none()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
        // The closures live as long as the handle, so that no event can reach a freed one.
        let _ = (&self.on_message, &self.on_error);
    }
}

type Waiting = Rc<RefCell<Option<Vec<Array>>>>;

/// When a worker was last heard, and what it said of its silence.
struct Heard {
    seen_ms: Rc<Cell<f64>>,
    silence_ms: Rc<Cell<f64>>,
}

fn listen(
    worker: &Worker,
    waiting: &Waiting,
    heard: Heard,
    on_event: Rc<dyn Fn(Event)>,
) -> Closure<dyn FnMut(MessageEvent)> {
    let (worker, waiting) = (worker.clone(), Rc::clone(waiting));
    Closure::new(move |event: MessageEvent| {
        heard.seen_ms.set(js_sys::Date::now());
        heard.silence_ms.set(0.0);
        // The loader script posts a plain text when the module itself fails.
        if let Some(text) = event.data().as_string() {
            match text.as_str() {
                "listening" => greet(&worker),
                _ => on_event(Event::Crashed(text)),
            }
            return;
        }
        let message: Array = event.data().unchecked_into();
        let bytes: Uint8Array = message.get(0).unchecked_into();
        match protocol::decode::<Response>(&bytes.to_vec()) {
            Ok(Response::Hello { version, .. }) if version == PROTOCOL_VERSION => {
                let queued = waiting.borrow_mut().take();
                for message in queued.into_iter().flatten() {
                    post(&worker, &message);
                }
            }
            Ok(Response::Hello { .. }) | Err(_) => {
                on_event(Event::Crashed(protocol::Unreadable.to_string()));
            }
            Ok(Response::Working { silence_ms }) => heard.silence_ms.set(f64::from(silence_ms)),
            Ok(response) => on_event(Event::Message(Box::new(response), message)),
        }
    })
}

fn greet(worker: &Worker) {
    let hello = Request::Hello {
        version: PROTOCOL_VERSION,
    };
    if let Ok(bytes) = protocol::encode(&hello) {
        post(worker, &Array::of1(&Uint8Array::from(bytes.as_slice())));
    }
}

/// Buffers made for this message are moved, not copied.
fn post(worker: &Worker, message: &Array) {
    let transfer = Array::new();
    for part in message.iter() {
        if let Some(bytes) = part.dyn_ref::<Uint8Array>() {
            transfer.push(&bytes.buffer());
        }
    }
    // A message that can't be cloned is a bug of ours, seen in the watch as a worker that never answers.
    let _ = worker.post_message_with_transfer(message, &transfer);
}
