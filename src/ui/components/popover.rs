//! A button with a panel. Escape and a click elsewhere close it; the focus goes back to the button.

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::html::{Button, Div};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The panel's contents are made when it opens.
#[component]
pub fn Popover(
    /// `data-action` of the button.
    action: &'static str,
    /// What the panel is called.
    #[prop(into)]
    title: Signal<String>,
    /// Classes of the button.
    #[prop(default = "button")]
    class: &'static str,
    /// The name of the button, where it shows only an icon.
    #[prop(optional)]
    label: Option<String>,
    /// Is it open? The owner may close it after a choice.
    #[prop(default = RwSignal::new(false))]
    open: RwSignal<bool>,
    /// Open towards the left edge.
    #[prop(optional)]
    end: bool,
    /// What the button shows.
    button: ViewFn,
    /// The panel.
    children: ChildrenFn,
) -> impl IntoView {
    let trigger = NodeRef::<Button>::new();
    let root = NodeRef::<Div>::new();
    let children = StoredValue::new(children);
    let close = move || {
        open.set(false);
        if let Some(trigger) = trigger.get_untracked() {
            let _ = trigger.focus();
        }
    };
    // A choice that closes the panel must not lose the focus.
    Effect::new(move |was: Option<bool>| {
        let is = open.get();
        if was == Some(true) && !is && crate::ui::browser::dom::focus_is_lost() {
            close();
        }
        is
    });
    let key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() {
            event.stop_propagation();
            close();
        }
    };
    let left = move |event: FocusEvent| {
        let next = event
            .related_target()
            .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if let (Some(root), Some(next)) = (root.get_untracked(), next)
            && !root.contains(Some(&next))
        {
            open.set(false);
        }
    };
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let inside = root
            .get_untracked()
            .is_some_and(|root| root.contains(target.as_ref()));
        if !inside && open.get_untracked() {
            open.set(false);
        }
    });
    on_cleanup(move || outside.remove());
    view! {
        <div class={"popover"} node_ref=root on:keydown=key on:focusout=left>
            <button
                type={"button"}
                class=class
                node_ref=trigger
                data-action=action
                aria-haspopup={"dialog"}
                aria-expanded=move || open.get().to_string()
                aria-label=label.clone()
                title=label
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {button.run()}
            </button>
            <Show when=move || open.get()>
                <div class={"popover__panel"} class:popover__panel--end=end role={"dialog"} aria-label=move || title.get()>
                    {move || children.with_value(|children| children())}
                </div>
            </Show>
        </div>
    }
}
