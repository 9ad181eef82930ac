//! The data worker: a [`Service`](toolscope::service::Service) behind messages.
//!
//! Owns: fetching, the order in which loads and questions take turns, cancelling. Does not own: decoding or
//! computing (`service`), retries of lost workers (`client`).

mod archive;
mod fetch;
mod load;
mod rows;
mod tasks;
mod turn;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use toolscope::protocol::{self, Memory, PROTOCOL_VERSION, Request, Response};
use toolscope::service::Service;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// What the tasks of this worker share.
pub struct Shared {
    pub scope: DedicatedWorkerGlobalScope,
    pub service: RefCell<Service>,
    pub tasks: RefCell<tasks::Tasks>,
    pub turn: turn::Turn,
}

impl Shared {
    /// Sends a response; `extra` is moved along.
    pub fn respond(&self, response: &Response, extra: Option<&[u8]>) {
        let Ok(bytes) = protocol::encode(response) else {
            return;
        };
        let message = Array::of1(&Uint8Array::from(bytes.as_slice()));
        if let Some(extra) = extra {
            message.push(&Uint8Array::from(extra));
        }
        let transfer: Array = message
            .iter()
            .map(|part| Uint8Array::from(part).buffer())
            .collect();
        // The page is gone when this fails, and then nobody waits for the answer.
        let _ = self.scope.post_message_with_transfer(&message, &transfer);
    }

    pub fn memory(&self) -> Memory {
        let module = wasm_bindgen::memory()
            .unchecked_into::<js_sys::WebAssembly::Memory>()
            .buffer();
        let module_bytes = module.unchecked_into::<js_sys::ArrayBuffer>().byte_length();
        Memory {
            module_bytes: u64::from(module_bytes),
            ..self.service.borrow().memory()
        }
    }
}

fn main() {
    std::panic::set_hook(Box::new(|info| {
        // Only the place: a panic's message may hold data.
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        if let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() {
            let _ = scope.post_message(&JsValue::from_str(&format!("panicked at {place}")));
        }
    }));
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else {
        return;
    };
    let shared = Rc::new(Shared {
        scope: scope.clone(),
        service: RefCell::new(Service::new("wasm")),
        tasks: RefCell::default(),
        turn: turn::Turn::default(),
    });
    let on_message =
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| hear(&shared, &event));
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
}

fn hear(shared: &Rc<Shared>, event: &MessageEvent) {
    let message: Array = event.data().unchecked_into();
    let bytes: Uint8Array = message.get(0).unchecked_into();
    let Ok(request) = protocol::decode::<Request>(&bytes.to_vec()) else {
        // The page compares versions on hello; whatever else can't be read is of another build.
        shared.respond(
            &Response::Hello {
                version: 0,
                engine: String::new(),
            },
            None,
        );
        return;
    };
    match request {
        Request::Hello { .. } => {
            let engine = shared.service.borrow().engine_name();
            shared.respond(
                &Response::Hello {
                    version: PROTOCOL_VERSION,
                    engine,
                },
                None,
            );
        }
        Request::Ping => shared.respond(
            &Response::Status {
                memory: shared.memory(),
            },
            None,
        ),
        request => tasks::start(shared, request, &message),
    }
}
