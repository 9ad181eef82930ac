//! The page as a whole: where it is, how tall what is in it is, and where its links lead.

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, ResizeObserver};

use super::dom;

/// By then a panel that a click opened is there.
const AFTER_CLICK_MS: i32 = 60;

/// The path and the query string that the page was opened with.
pub fn address() -> (String, String) {
    let location = web_sys::window().map(|window| window.location());
    let part =
        |part: Option<Result<String, JsValue>>| part.and_then(Result::ok).unwrap_or_default();
    (
        part(location.as_ref().map(web_sys::Location::pathname)),
        part(location.as_ref().map(web_sys::Location::search)),
    )
}

/// Calls back with the height that an element's contents need, first now and then whenever it changes. What hangs over
/// its edge counts too: a frame would cut it off. For as long as the page lives.
pub fn watch_height(element: &Element, tell: impl Fn(i32) + 'static) {
    let tell = std::rc::Rc::new(tell);
    let measure = {
        let element = element.clone();
        std::rc::Rc::new(move || tell(element.scroll_height()))
    };
    let resized = {
        let measure = std::rc::Rc::clone(&measure);
        Closure::<dyn FnMut()>::new(move || measure())
    };
    if let Ok(observer) = ResizeObserver::new(resized.as_ref().unchecked_ref()) {
        observer.observe(element);
        std::mem::forget(observer);
    }
    resized.forget();
    // An observer sees the box alone, and not what hangs over its edge.
    let clicked = Closure::<dyn FnMut()>::new(move || {
        let measure = std::rc::Rc::clone(&measure);
        dom::later(AFTER_CLICK_MS, move || measure());
    });
    for event in ["click", "keyup"] {
        let _ = element.add_event_listener_with_callback(event, clicked.as_ref().unchecked_ref());
    }
    clicked.forget();
}

/// Every link opens in a tab of its own: inside of a frame there is only the embed. Before the router sees the click.
pub fn open_links_outside() {
    let Some(window) = web_sys::window() else {
        return;
    };
    let clicked = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let link =
            target.and_then(|target| target.closest("a[href]:not([download])").ok().flatten());
        if let Some(link) = link {
            // Plain names and values can't be refused.
            let _ = link.set_attribute("target", "_blank");
            let _ = link.set_attribute("rel", "noopener");
        }
    });
    let function = clicked.as_ref().unchecked_ref();
    for event in ["click", "auxclick"] {
        let _ = window.add_event_listener_with_callback_and_bool(event, function, true);
    }
    clicked.forget();
}

/// Sets a token of the style sheet on the root element; through the object model, which the page's policy allows.
pub fn set_token(name: &str, value: &str) {
    let root = web_sys::window().and_then(|window| window.document()?.document_element());
    if let Some(root) = root.and_then(|root| root.dyn_into::<HtmlElement>().ok()) {
        let _ = root.style().set_property(name, value);
    }
}

/// Runs when the page goes for good; one that is only put aside may come back as it is.
pub fn on_leaving(work: impl Fn() + 'static) {
    let left = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        let is_kept = js_sys::Reflect::get(&event, &"persisted".into());
        if is_kept.is_ok_and(|is_kept| is_kept.is_falsy()) {
            work();
        }
    });
    if let Some(window) = web_sys::window() {
        let _ = window.add_event_listener_with_callback("pagehide", left.as_ref().unchecked_ref());
    }
    left.forget();
}
