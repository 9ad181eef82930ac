//! Turns: one task at a time touches the service, and a long one lets messages in between its steps.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use futures_channel::oneshot;
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageChannel, MessageEvent};

/// A queue of tasks that want the service for themselves.
#[derive(Default)]
pub struct Turn {
    taken: Cell<bool>,
    waiting: RefCell<VecDeque<oneshot::Sender<()>>>,
}

/// Holds the turn until dropped.
pub struct Held<'a>(&'a Turn);

impl Turn {
    pub async fn take(&self) -> Held<'_> {
        while self.taken.get() {
            let (wake, woken) = oneshot::channel();
            self.waiting.borrow_mut().push_back(wake);
            // Either way there is news: look again.
            let _ = woken.await;
        }
        self.taken.set(true);
        Held(self)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.taken.set(false);
        while let Some(next) = self.0.waiting.borrow_mut().pop_front() {
            if next.send(()).is_ok() {
                break;
            }
        }
    }
}

thread_local! {
    static CHANNEL: Option<MessageChannel> = MessageChannel::new().ok();
}

/// Lets the event loop run: messages (a cancel, a newer question) are heard before this returns.
/// A message channel, because timers are held back to 4 ms once nested.
pub async fn breathe() {
    let promise = CHANNEL.with(|channel| {
        let channel = channel.as_ref()?;
        Some(Promise::new(&mut |resolve, _| {
            let done = Closure::once_into_js(move |_: MessageEvent| {
                // Resolving can't fail.
                let _ = resolve.call0(&JsValue::NULL);
            });
            channel.port1().set_onmessage(Some(done.unchecked_ref()));
            let _ = channel.port2().post_message(&JsValue::NULL);
        }))
    });
    if let Some(promise) = promise {
        let _ = JsFuture::from(promise).await;
    }
}

/// A flag that one side raises and the other looks at between steps.
#[derive(Clone, Default)]
pub struct Flag(Rc<Cell<bool>>);

impl Flag {
    pub fn raise(&self) {
        self.0.set(true);
    }

    pub fn is_raised(&self) -> bool {
        self.0.get()
    }
}
