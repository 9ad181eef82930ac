//! Pages of our own origin beside each other in one window: the page around us, and the frames of that.
//!
//! A foreign page around us can't be looked into, but the frames in it can be counted, and one of our own origin is
//! open to us wherever storage is forbidden or partitioned. All of them run in one thread, so that "is there one?" and
//! "then it's me" can't come between each other.

use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{MessageChannel, MessageEvent, MessagePort, Window};

use super::dom;
use crate::protocol::PROTOCOL_VERSION;

/// Where a page with workers says so.
const OFFER: &str = "toolscopeEngine";
/// With this a port is handed over.
const CALL: &str = "toolscope:engine";
/// Frames of a page that are looked at.
const FRAMES_MAX: u32 = 200;

/// A page that lends its workers.
#[derive(Debug, Clone)]
pub struct Lender {
    window: Window,
    /// What it said of itself: another document in its place says something else.
    offer: String,
}

/// Pages of different builds must not share: they would not understand each other.
fn build() -> String {
    format!("{PROTOCOL_VERSION} {}", dom::own_script())
}

fn offer_of(window: &JsValue) -> Option<String> {
    // A window of another origin throws.
    Reflect::get(window, &OFFER.into()).ok()?.as_string()
}

/// Says that other pages may use the workers of this one; `take` gets the port of each that does.
pub fn lend(take: impl Fn(MessagePort) + 'static) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let offer = format!("{} {}", build(), js_sys::Math::random());
    // A property of our own window can always be set.
    let _ = Reflect::set(&window, &OFFER.into(), &offer.into());
    let own = dom::own_origin();
    let called = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let port = event.ports().get(0).dyn_into::<MessagePort>();
        if let (true, Some(CALL), Ok(port)) = (
            event.origin() == own,
            event.data().as_string().as_deref(),
            port,
        ) {
            take(port);
        }
    });
    // It listens as long as the page lives.
    let _ = window.add_event_listener_with_callback("message", called.as_ref().unchecked_ref());
    called.forget();
}

/// The first page around or beside this one that lends its workers.
pub fn find() -> Option<Lender> {
    let own = web_sys::window()?;
    let parent = own.parent().ok()??;
    if parent == own {
        return None;
    }
    let frames =
        (0..parent.length().min(FRAMES_MAX)).filter_map(|at| Reflect::get_u32(&parent, at).ok());
    let mut others = std::iter::once(JsValue::from(parent.clone())).chain(frames);
    let build = build();
    others.find_map(|window| {
        let offer = offer_of(&window).filter(|offer| offer.starts_with(&build))?;
        // A window of another frame is an instance of that frame's class, not of ours.
        let window: Window = window.unchecked_into();
        (window != own).then_some(Lender { window, offer })
    })
}

impl Lender {
    /// A port whose other end the lender has.
    pub fn call(&self) -> Option<MessagePort> {
        let channel = MessageChannel::new().ok()?;
        let transfer = Array::of1(&channel.port2());
        self.window
            .post_message_with_transfer(&CALL.into(), &dom::own_origin(), &transfer)
            .ok()?;
        Some(channel.port1())
    }

    /// Is it still there, and still the same document?
    pub fn stands(&self) -> bool {
        let is_closed = self.window.closed().unwrap_or(true);
        !is_closed && offer_of(&self.window).as_deref() == Some(&self.offer)
    }
}
