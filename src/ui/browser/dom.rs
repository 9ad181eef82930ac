//! The document: title, flags for tests and style, focus, what is on the screen, keys.

use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

fn document() -> Option<web_sys::Document> {
    web_sys::window()?.document()
}

/// Sets `data-…` on the root element.
pub fn set_root_data(name: &str, value: &str) {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        // A name without special characters can't be refused.
        let _ = root.set_attribute(&format!("data-{name}"), value);
    }
}

pub fn remove_root_data(name: &str) {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        let _ = root.remove_attribute(&format!("data-{name}"));
    }
}

pub fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

pub fn remove(id: &str) {
    if let Some(element) = document().and_then(|document| document.get_element_by_id(id)) {
        element.remove();
    }
}

/// Gives the focus to the first of these that is on the page.
pub fn focus_first(ids: &[&str]) {
    let document = document();
    let mut elements = ids
        .iter()
        .filter_map(|id| document.as_ref()?.get_element_by_id(id))
        .filter_map(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = elements.next() {
        let _ = element.focus();
    }
}

/// A name as one segment of a path.
pub fn encoded(name: &str) -> String {
    percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// As if the person had clicked it.
pub fn click(id: &str) {
    let element = document().and_then(|document| document.get_element_by_id(id));
    if let Some(element) =
        element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
    {
        element.click();
    }
}

/// The computed value of a CSS custom property on the root.
pub fn token(name: &str) -> String {
    let style = web_sys::window()
        .zip(document())
        .and_then(|(window, document)| {
            window
                .get_computed_style(&document.document_element()?)
                .ok()?
        });
    style
        .and_then(|style| style.get_property_value(name).ok())
        .map(|value| value.trim().to_owned())
        .unwrap_or_default()
}

pub fn prefers_dark() -> bool {
    web_sys::window()
        .and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok()?)
        .is_some_and(|query| query.matches())
}

/// Calls back whenever the system changes between light and dark; for as long as the page lives.
pub fn on_system_theme(changed: impl Fn() + 'static) {
    let query = web_sys::window()
        .and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok()?);
    if let Some(query) = query {
        let callback = Closure::<dyn Fn()>::new(changed);
        query.set_onchange(Some(callback.as_ref().unchecked_ref()));
        callback.forget();
        std::mem::forget(query);
    }
}

/// Is the person writing, so that shortcuts must keep still?
pub fn is_typing() -> bool {
    document()
        .and_then(|document| document.active_element())
        .is_some_and(|element| {
            matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
        })
}

/// The zone of the person's machine.
pub fn system_zone() -> String {
    let options = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new())
        .resolved_options();
    js_sys::Reflect::get(&options, &"timeZone".into())
        .ok()
        .and_then(|zone| zone.as_string())
        .unwrap_or_else(|| "UTC".into())
}

/// Scrolls the focused option of a list into view.
pub fn scroll_to(id: &str) {
    if let Some(element) = document().and_then(|document| document.get_element_by_id(id)) {
        let options = js_sys::Object::new();
        let _ = js_sys::Reflect::set(&options, &"block".into(), &"nearest".into());
        let scroll = js_sys::Reflect::get(&element, &"scrollIntoView".into());
        if let Some(scroll) = scroll
            .ok()
            .and_then(|scroll| scroll.dyn_into::<js_sys::Function>().ok())
        {
            let _ = scroll.call1(&element, &options);
        }
    }
}

/// Tells when an element comes near the screen and leaves it again, until the owner is cleaned up.
pub fn watch_visibility(element: &Element, seen: impl Fn(bool) + 'static) {
    let seen = Rc::new(seen);
    let callback = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
        if let Some(last) = entries.iter().last() {
            seen(
                last.unchecked_into::<IntersectionObserverEntry>()
                    .is_intersecting(),
            );
        }
    });
    let options = IntersectionObserverInit::new();
    options.set_root_margin("150px");
    let function = callback.as_ref().unchecked_ref();
    if let Ok(observer) = IntersectionObserver::new_with_options(function, &options) {
        observer.observe(element);
        let held = StoredValue::new_local((observer, callback));
        on_cleanup(move || held.with_value(|(observer, _)| observer.disconnect()));
    }
}

/// Runs once, after the current work and before the next frame.
pub fn soon(work: impl FnOnce() + 'static) {
    leptos::prelude::queue_microtask(work);
}

/// Runs once, after some milliseconds.
pub fn later(ms: i32, work: impl FnOnce() + 'static) {
    leptos::prelude::set_timeout(
        work,
        std::time::Duration::from_millis(ms.unsigned_abs().into()),
    );
}

/// Waits some milliseconds.
pub async fn pause(ms: i32) {
    let (done, waited) = futures_channel::oneshot::channel();
    later(ms, move || {
        // Whoever waited may be gone.
        let _ = done.send(());
    });
    let _ = waited.await;
}

/// The viewer's clock, µs since 1970: for freshness only, never for a number.
pub fn clock_us() -> i64 {
    (js_sys::Date::now() * 1_000.0) as i64
}

/// Milliseconds since the page began: for how long work takes.
pub fn now_ms() -> f64 {
    let performance = web_sys::window().and_then(|window| window.performance());
    performance.map_or(0.0, |performance| performance.now())
}

/// Did the focused element leave the document?
pub fn focus_is_lost() -> bool {
    let Some(document) = document() else {
        return false;
    };
    match (document.active_element(), document.body()) {
        (Some(active), Some(body)) => active == *body.unchecked_ref::<Element>(),
        _ => true,
    }
}

/// The origin of this page: scheme, host, port.
pub fn own_origin() -> String {
    let origin = web_sys::window().map(|window| window.location().origin());
    origin.and_then(Result::ok).unwrap_or_default()
}

/// The origin of the page that led here, or nothing.
pub fn referrer_origin() -> String {
    let referrer = document().map(|document| document.referrer());
    let url = referrer.and_then(|referrer| web_sys::Url::new(&referrer).ok());
    url.map(|url| url.origin()).unwrap_or_default()
}

/// The address of the application's script, whose name changes with every build.
pub fn own_script() -> String {
    let link = document().and_then(|document| {
        let link = document.query_selector("link[rel=modulepreload]");
        link.ok().flatten()
    });
    link.and_then(|link| link.get_attribute("href"))
        .unwrap_or_default()
}
