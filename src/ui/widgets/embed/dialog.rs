//! The Embed dialog: what is chosen on one side, what it looks like and its code on the other.
//! Owns: choosing. Does not own: the code itself (`state::embedding`), the embed (`pages::embed`).

use std::sync::Arc;

use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::query::Dimension;
use crate::query::dimension::FILTERS;
use crate::query::embed::EmbedTheme;
use crate::ui::browser::{dom, download};
use crate::ui::components::Icon;
use crate::ui::state::data::use_data;
use crate::ui::state::embedding::{Choice, HEIGHTS, Subject, use_embedding};
use crate::ui::state::question::use_question;

const HEIGHT: u32 = 420;
/// A preview waits for the end of typing.
const PREVIEW_PAUSE_MS: i32 = 400;

/// Stands once on the page, closed.
#[component]
pub fn EmbedDialog() -> impl IntoView {
    use_embedding().map(|embedding| {
        let dialog = NodeRef::<Dialog>::new();
        Effect::new(move |_| {
            let subject = embedding.subject.get();
            let Some(dialog) = dialog.get() else { return };
            if subject.is_none() {
                // The browser gives the focus back to the button that opened it.
                dialog.close();
                return;
            }
            // The fields must be there first, so that one of them gets the focus.
            dom::soon(move || {
                if embedding.subject.get_untracked().is_some() && !dialog.open() {
                    // Refused only for a dialog that is not on the page.
                    let _ = dialog.show_modal();
                    dom::focus_first(&["embed-theme"]);
                }
            });
        });
        view! {
            <dialog class={"mapping embedding"} data-embed-dialog={""} aria-labelledby={"embed-title"} node_ref=dialog on:close=move |_| embedding.subject.set(None)>
                {move || embedding.subject.get().map(|subject| view! { <EmbedForm subject /> })}
            </dialog>
        }
    })
}

#[component]
fn EmbedForm(subject: Subject) -> impl IntoView {
    let (state, embedding) = (use_question(), use_embedding());
    let choice = RwSignal::new(Choice {
        height: HEIGHT,
        ..Choice::default()
    });
    let subject = Arc::new(subject);
    let search = Arc::new(state.search(&subject.question));
    let close = move |_| {
        if let Some(embedding) = embedding {
            embedding.subject.set(None);
        }
    };
    let title = subject.title.clone();
    let (for_frame, for_element) = (
        (Arc::clone(&subject), Arc::clone(&search)),
        (Arc::clone(&subject), Arc::clone(&search)),
    );
    let frame = Memo::new(move |_| choice.with(|choice| choice.frame(&for_frame.0, &for_frame.1)));
    let element =
        Memo::new(move |_| choice.with(|choice| choice.element(&for_element.0, &for_element.1)));
    view! {
        <div class={"mapping__head"}>
            <h2 id={"embed-title"}>{"Embed "}<bdi>{format!("“{title}”")}</bdi></h2>
            <p class={"muted"}>{"It stands in another page with the question you see now, and computes in the browser of whoever looks at it."}</p>
        </div>
        <div class={"mapping__body embedding__body"} tabindex={"-1"}>
            <div class={"embedding__choices"}>
                <Look choice />
                <LockList choice />
                <Allowed />
            </div>
            <div class={"embedding__result"}>
                <Preview subject=Arc::clone(&subject) search=Arc::clone(&search) choice />
                <Code id="embed-element" title="As an element, as tall as what is in it" text=element />
                <Code id="embed-frame" title="As a frame alone, without a script" text=frame />
            </div>
        </div>
        <div class={"mapping__foot"}>
            <button type={"button"} class={"button"} data-action={"close-embed"} on:click=close>{"Close"}</button>
        </div>
    }
}

#[component]
fn Look(choice: RwSignal<Choice>) -> impl IntoView {
    let theme = move |event| {
        if let Some(theme) = EmbedTheme::parse(&event_target_value(&event)) {
            choice.update(|choice| choice.theme = theme);
        }
    };
    let height = move |event| {
        let height = event_target_value(&event).parse().ok();
        if let Some(height) = height.filter(|height| HEIGHTS.contains(height)) {
            choice.update(|choice| choice.height = height);
        }
    };
    let label = |theme: EmbedTheme| match theme {
        EmbedTheme::Auto => "As the viewer's system",
        EmbedTheme::Light => "Light",
        EmbedTheme::Dark => "Dark",
    };
    view! {
        <label class={"field"}>
            <span>{"Theme"}</span>
            <select id={"embed-theme"} class={"input"} on:change=theme>
                {EmbedTheme::ALL.map(|theme| view! { <option value=theme.name()>{label(theme)}</option> }).into_iter().collect_view()}
            </select>
        </label>
        <label class={"field"}>
            <span>{"Height of the frame, pixels"}</span>
            <input
                id={"embed-height"} type={"number"} min=HEIGHTS.start().to_string() max=HEIGHTS.end().to_string() step={"10"}
                value=HEIGHT.to_string() on:input=height
            />
        </label>
    }
}

/// Which filters whoever looks at it can change.
#[component]
fn LockList(choice: RwSignal<Choice>) -> impl IntoView {
    let all = move || choice.with(|choice| choice.locks.all);
    let one = move |dimension: Dimension| {
        view! {
            <label class={"embedding__lock"}>
                <input
                    type={"checkbox"} data-lock=dimension.name() disabled=all
                    prop:checked=move || choice.with(|choice| choice.locks.holds(dimension))
                    on:change=move |event| choice.update(|choice| choice.lock(dimension, event_target_checked(&event)))
                />
                {dimension.label()}
            </label>
        }
    };
    view! {
        <fieldset class={"embedding__locks"}>
            <legend>{"Locked for whoever looks at it"}</legend>
            <label class={"embedding__lock"}>
                <input type={"checkbox"} data-lock={"all"} on:change=move |event| choice.update(|choice| choice.locks.all = event_target_checked(&event)) />
                {"The whole question"}
            </label>
            <label class={"embedding__lock"}>
                <input
                    type={"checkbox"} data-lock={"range"} disabled=all
                    prop:checked=move || choice.with(|choice| choice.locks.range || choice.locks.all)
                    on:change=move |event| choice.update(|choice| choice.locks.range = event_target_checked(&event))
                />
                {"Range"}
            </label>
            {FILTERS.map(one).into_iter().collect_view()}
            <p class={"muted"}>{"A lock guards against clicks. It hides nothing: whoever can load the data can ask for all of it."}</p>
        </fieldset>
    }
}

/// Who may show it at all, by the server's word.
#[component]
fn Allowed() -> impl IntoView {
    let data = use_data();
    view! {
        <div class={"embedding__allowed"}>
            <h3>{"Pages that may show it"}</h3>
            {move || {
                let allowed = data.frame_ancestors.get().unwrap_or_default();
                if allowed.is_empty() {
                    view! { <p class={"warn"} data-embed-allowed={"none"}>{"None yet, apart from this preview. Start the server with --frame-ancestors https://portal.example.org to allow one."}</p> }.into_any()
                } else {
                    view! {
                        <ul data-embed-allowed={"some"}>{allowed.into_iter().map(|origin| view! { <li><code>{origin}</code></li> }).collect_view()}</ul>
                    }.into_any()
                }
            }}
            <p class={"muted"}>{"“toolscope serve” sends this list as a header, which the browser enforces. A server for static files sends none: there only the frame itself looks at the list in config.json, so set the header frame-ancestors yourself."}</p>
        </div>
    }
}

/// The embed itself, in a frame of this page; it uses the workers of this page.
#[component]
fn Preview(subject: Arc<Subject>, search: Arc<String>, choice: RwSignal<Choice>) -> impl IntoView {
    let path = Memo::new({
        let subject = Arc::clone(&subject);
        move |_| choice.with(|choice| choice.path(&subject, &search))
    });
    let height = Memo::new(move |_| choice.with(|choice| choice.height));
    let shown = RwSignal::new(path.get_untracked());
    Effect::new(move |_| {
        let wanted = path.get();
        dom::later(PREVIEW_PAUSE_MS, move || {
            // The dialog may be closed by then.
            if path.try_get_untracked() == Some(wanted.clone())
                && shown.try_get_untracked() != Some(wanted.clone())
            {
                shown.set(wanted);
            }
        });
    });
    view! {
        <div class={"embedding__preview"}>
            <h3>{"Preview"}</h3>
            // A frame of another address is another frame: the history of this page stays as it is.
            {move || {
                let (address, title) = (shown.get(), format!("Preview of {}", subject.title));
                view! { <iframe class={"embedding__frame"} data-embed-preview={""} src=address title=title height=move || height.get().to_string()></iframe> }
            }}
        </div>
    }
}

#[component]
fn Code(id: &'static str, title: &'static str, text: Memo<String>) -> impl IntoView {
    let said = RwSignal::new(None::<&'static str>);
    let copy = move |_| {
        spawn_local(async move {
            let result = download::copy(&text.get_untracked()).await;
            said.set(Some(if result.is_ok() {
                "Copied."
            } else {
                "It could not be copied; select the text instead."
            }));
        });
    };
    view! {
        <div class={"embedding__code"}>
            <label class={"embedding__title"} for=id>{title}</label>
            <textarea id=id class={"input"} readonly rows={"4"} spellcheck={"false"} prop:value=move || text.get()></textarea>
            <p>
                <button type={"button"} class={"button button--small"} data-copy=id aria-label=format!("Copy: {title}") on:click=copy><Icon name="copy" />{"Copy"}</button>
                <span role={"status"} class={"muted"}>{said}</span>
            </p>
        </div>
    }
}
