//! Where the question stands: in the query of the page's address, which the router owns; in a file, which has no other
//! pages, in the query of the file's.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use crate::ui::browser::offline;

/// How a change stands in the browser's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A deliberate step: back returns from it.
    Push,
    /// One of many small ones: undo takes it back.
    Replace,
}

/// The query, and the way to another one. A query stands here without its question mark.
#[derive(Clone, Copy)]
pub struct Address {
    pub search: Signal<String>,
    go: StoredValue<Box<dyn Fn(&str, Step)>, LocalStorage>,
}

impl Address {
    pub fn go(self, search: &str, step: Step) {
        self.go.with_value(|go| go(search, step));
    }
}

pub fn address() -> Address {
    if offline::is_file() {
        of_file()
    } else {
        of_page()
    }
}

fn of_page() -> Address {
    let location = use_location();
    let navigate = use_navigate();
    let pathname = location.pathname;
    let go = move |search: &str, step: Step| {
        let path = pathname.get_untracked();
        let target = if search.is_empty() {
            path
        } else {
            format!("{path}?{search}")
        };
        let options = NavigateOptions {
            replace: step == Step::Replace,
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&target, options);
    };
    Address {
        search: location.search.into(),
        go: StoredValue::new_local(Box::new(go)),
    }
}

fn of_file() -> Address {
    let search = RwSignal::new(offline::search());
    offline::on_travel(move || search.set(offline::search()));
    let go = move |text: &str, step: Step| {
        offline::set_search(text, step == Step::Replace);
        search.set(text.to_owned());
    };
    Address {
        search: search.into(),
        go: StoredValue::new_local(Box::new(go)),
    }
}
