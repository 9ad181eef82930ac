//! The application. Owns: routes, the screen's state, views. Does not own: rows or numbers; it names no engine.
//!
//! Reads go through `state`, every change of the question through [`state::question`]. All JavaScript is in `browser`.
//! Static texts stand in braces in views: Leptos would otherwise build them through `innerHTML`, which the page's
//! Trusted Types policy forbids.

mod app;
mod browser;
mod components;
mod exporting;
mod pages;
mod palette;
mod question_bar;
mod shell;
mod state;
mod widgets;

/// Mounts the application.
pub fn start() {
    browser::dom::remove("skeleton");
    leptos::mount::mount_to_body(app::App);
}
