//! The page around an embed. It may be anybody's: it is heard over one port, which it hands over once, and only when its
//! origin is on the list; all else that it posts is never looked at.

use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, MessagePort};

use super::dom;

/// Set by `boot.js`: the greeting may come before the application listens.
const GREETING: &str = "toolscopeParent";
/// A message longer than this is not from our element.
const MESSAGE_MAX: usize = 64 * 1024;

/// Is this page in a frame at all?
pub fn is_framed() -> bool {
    let window = web_sys::window();
    window.is_some_and(|window| {
        let parent = window.parent().ok().flatten();
        parent.is_some_and(|parent| parent != window)
    })
}

/// The origins of all pages around this one, the nearest first. Where a browser does not tell, the one that sent us here
/// stands for the nearest, and an unknown one for nobody's.
pub fn ancestors() -> Vec<String> {
    if !is_framed() {
        return Vec::new();
    }
    let location = web_sys::window().map(|window| window.location());
    let told =
        location.and_then(|location| Reflect::get(&location, &"ancestorOrigins".into()).ok());
    match told.filter(|told| !told.is_undefined()) {
        Some(told) => Array::from(&told)
            .iter()
            .map(|origin| origin.as_string().unwrap_or_default())
            .collect(),
        None => vec![dom::referrer_origin()],
    }
}

/// The origin of the page around this one, and the port it handed over; never, when it hands over none.
pub async fn greeting() -> Option<(String, MessagePort)> {
    let window = web_sys::window()?;
    let greeting = Reflect::get(&window, &GREETING.into()).ok()?;
    let greeting = JsFuture::from(greeting.dyn_into::<Promise>().ok()?)
        .await
        .ok()?;
    let greeting: Array = greeting.dyn_into().ok()?;
    let port = greeting.get(1).dyn_into().ok()?;
    Some((greeting.get(0).as_string()?, port))
}

/// What the parent says is text; anything else is passed over. It is heard as long as the page lives.
pub fn listen(port: &MessagePort, heard: impl Fn(String) + 'static) {
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let text = event.data().as_string();
        if let Some(text) = text.filter(|text| text.len() <= MESSAGE_MAX) {
            heard(text);
        }
    });
    port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
}

pub fn say(port: &MessagePort, text: &str) {
    // A parent that is gone misses nothing.
    let _ = port.post_message(&text.into());
}
