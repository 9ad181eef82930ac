//! The application inside of one file (X5): whether it is, what the file says about itself, and its address.
//!
//! A file's path can't change in the address bar, its query can; so the router is left alone there.

use std::cell::OnceCell;
use std::rc::Rc;

use js_sys::Reflect;
use leptos::prelude::window_event_listener;
use wasm_bindgen::JsValue;

use crate::export::page::About;

/// Set by `export/page/offline.js`.
const GLOBAL: &str = "toolscopeFile";

thread_local! {
    static FILE: OnceCell<Option<Rc<About>>> = const { OnceCell::new() };
}

/// What the file says about itself; `None` when a server gave the page.
pub fn file() -> Option<Rc<About>> {
    FILE.with(|file| file.get_or_init(read).clone())
}

pub fn is_file() -> bool {
    file().is_some()
}

fn read() -> Option<Rc<About>> {
    let text = Reflect::get(&js_sys::global(), &JsValue::from_str(GLOBAL)).ok()?;
    serde_json::from_str(&text.as_string()?).ok().map(Rc::new)
}

/// The question in the address, else the one the file was made with; without its question mark.
pub fn search() -> String {
    let address = web_sys::window()
        .and_then(|window| window.location().href().ok())
        .unwrap_or_default();
    // An empty query is a question too, the usual one.
    match address.split_once('?') {
        Some((_, search)) => search.split('#').next().unwrap_or_default().to_owned(),
        None => file().map_or_else(String::new, |file| file.search.clone()),
    }
}

/// Writes a question (without its question mark) into the address.
pub fn set_search(search: &str, is_replaced: bool) {
    let Some(history) = web_sys::window().and_then(|window| window.history().ok()) else {
        return;
    };
    let address = format!("?{search}");
    // A browser that keeps the addresses of files as they are loses the steps of "back" and nothing else.
    let _ = if is_replaced {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&address))
    } else {
        history.push_state_with_url(&JsValue::NULL, "", Some(&address))
    };
}

/// Calls back after each step through the history, for as long as the page lives.
pub fn on_travel(travelled: impl Fn() + 'static) {
    // It listens as long as the page lives.
    let _ = window_event_listener(leptos::ev::popstate, move |_| travelled());
}
