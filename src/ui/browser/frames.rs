//! Long work cut into frames, so that the page answers to the person between two pieces.

use std::cell::RefCell;
use std::collections::VecDeque;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageChannel, MessageEvent};

use super::dom;

type Work = Box<dyn FnOnce()>;

#[derive(Default)]
struct Queue {
    waiting: VecDeque<(u64, Work)>,
    owners: u64,
    /// Who else wants the frames for something more urgent.
    held_by: u32,
}

/// While it lives the queue waits.
pub struct Hold(());

pub fn hold() -> Hold {
    QUEUE.with_borrow_mut(|queue| queue.held_by += 1);
    Hold(())
}

impl Drop for Hold {
    fn drop(&mut self) {
        QUEUE.with_borrow_mut(|queue| queue.held_by -= 1);
    }
}

thread_local! {
    static QUEUE: RefCell<Queue> = RefCell::default();
}

/// Who asks for frames; of each owner only the newest work waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner(u64);

pub fn owner() -> Owner {
    QUEUE.with_borrow_mut(|queue| {
        queue.owners += 1;
        Owner(queue.owners)
    })
}

/// Does this work in a frame where no other work of this kind is done. A hidden page has no frames: it waits.
/// While any waits, `data-drawing` is on the root element.
pub fn in_own_frame(owner: Owner, work: impl FnOnce() + 'static) {
    let is_first = QUEUE.with_borrow_mut(|queue| {
        let waiting = &mut queue.waiting;
        let is_first = waiting.is_empty();
        match waiting.iter_mut().find(|(of, _)| *of == owner.0) {
            Some(known) => known.1 = Box::new(work),
            None => waiting.push_back((owner.0, Box::new(work))),
        }
        is_first
    });
    if is_first {
        dom::set_root_data("drawing", "");
        next();
    }
}

fn next() {
    leptos::prelude::request_animation_frame(|| {
        let work = QUEUE.with_borrow_mut(|queue| {
            let is_free = queue.held_by == 0;
            is_free.then(|| queue.waiting.pop_front()).flatten()
        });
        if let Some((_, work)) = work {
            work();
        }
        if QUEUE.with_borrow(|queue| queue.waiting.is_empty()) {
            dom::remove_root_data("drawing");
        } else {
            next();
        }
    });
}

/// The same value, once a frame of its own comes: for what is drawn after all numbers stand.
pub fn in_time<T: Clone + PartialEq + Send + Sync + 'static>(
    now: leptos::prelude::Memo<T>,
) -> leptos::prelude::RwSignal<Option<T>> {
    use leptos::prelude::{Effect, Get, RwSignal, Set};
    let drawn = RwSignal::new(None);
    let owner = owner();
    Effect::new(move |_| {
        let value = now.get();
        // Whoever wanted it may be gone by then.
        in_own_frame(owner, move || drop(drawn.try_set(Some(value))));
    });
    drawn
}

thread_local! {
    static CHANNEL: Option<MessageChannel> = MessageChannel::new().ok();
}

/// Lets the browser paint and hear the person before the work goes on. A message channel, because timers are held back
/// to 4 ms once nested.
pub async fn next_task() {
    let promise = CHANNEL.with(|channel| {
        let channel = channel.as_ref()?;
        Some(Promise::new(&mut |resolve, _| {
            let done = Closure::once_into_js(move |_: MessageEvent| {
                // Resolving can't fail.
                let _ = resolve.call0(&JsValue::NULL);
            });
            // Several may wait at once: each hears its own message or an earlier one, and goes on either way.
            let options = web_sys::AddEventListenerOptions::new();
            options.set_once(true);
            let _ = channel
                .port1()
                .add_event_listener_with_callback_and_add_event_listener_options(
                    "message",
                    done.unchecked_ref(),
                    &options,
                );
            channel.port1().start();
            let _ = channel.port2().post_message(&JsValue::NULL);
        }))
    });
    if let Some(promise) = promise {
        let _ = JsFuture::from(promise).await;
    }
}
