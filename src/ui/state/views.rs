//! Named views: questions with a page, kept on this machine under a name (Q7).

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ui::browser::storage;

const STORED_AS: &str = "views";
/// Views that are kept, and letters of a name.
const VIEWS_MAX: usize = 100;
const NAME_MAX: usize = 80;

/// A page and a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    pub name: String,
    /// "/tools"
    pub path: String,
    /// With its question mark, or nothing.
    pub search: String,
    /// What opens when nothing else is asked for; one at most.
    #[serde(default)]
    pub is_default: bool,
}

/// Ready-made reviews: name, page, question.
pub const READY_MADE: [(&str, &str, &str); 4] = [
    (
        "Daily review",
        "/executive",
        "?range=yesterday&compare=weekdays",
    ),
    ("Weekly review", "/executive", "?range=last%20week"),
    ("Monthly review", "/executive", "?range=last%20month"),
    ("Quarterly review", "/executive", "?range=last%20quarter"),
];

#[derive(Clone, Copy)]
pub struct Views {
    /// In the order they were saved in.
    pub saved: RwSignal<Vec<View>>,
}

impl Views {
    /// Keeps a view; one of the same name makes room. A sentence when there are too many.
    pub fn save(self, name: &str, path: String, search: String) -> Result<(), String> {
        let name: String = name.trim().chars().take(NAME_MAX).collect();
        if name.is_empty() {
            return Err("Give the view a name.".to_owned());
        }
        let is_full = self
            .saved
            .with(|saved| saved.len() >= VIEWS_MAX && !saved.iter().any(|view| view.name == name));
        if is_full {
            return Err(format!(
                "There are {VIEWS_MAX} views already; delete one first."
            ));
        }
        self.change(|saved| {
            let is_default = saved
                .iter()
                .any(|view| view.name == name && view.is_default);
            saved.retain(|view| view.name != name);
            saved.push(View {
                name,
                path,
                search,
                is_default,
            });
        });
        Ok(())
    }

    pub fn delete(self, name: &str) {
        self.change(|saved| saved.retain(|view| view.name != name));
    }

    /// A name that is taken stays with whom it belongs to.
    pub fn rename(self, name: &str, to: &str) {
        let to: String = to.trim().chars().take(NAME_MAX).collect();
        let is_taken = self
            .saved
            .with(|saved| saved.iter().any(|view| view.name == to));
        if to.is_empty() || is_taken {
            return;
        }
        self.change(|saved| {
            if let Some(view) = saved.iter_mut().find(|view| view.name == name) {
                view.name = to;
            }
        });
    }

    /// What opens first, or no longer.
    pub fn toggle_default(self, name: &str) {
        self.change(|saved| {
            for view in saved {
                view.is_default = view.name == name && !view.is_default;
            }
        });
    }

    fn change(self, change: impl FnOnce(&mut Vec<View>)) {
        self.saved.update(change);
        self.saved.with_untracked(|saved| {
            if let Ok(text) = serde_json::to_string(saved) {
                storage::set(STORED_AS, &text);
            }
        });
    }
}

/// Where `/` leads: the default view, else the first dashboard.
pub fn home() -> String {
    let views = read().into_iter().find(|view| view.is_default);
    views.map_or_else(
        || "/executive".to_owned(),
        |view| format!("{}{}", view.path, view.search),
    )
}

/// A text that is not ours holds no views; a path that leads elsewhere is none.
fn read() -> Vec<View> {
    let text = storage::get(STORED_AS).unwrap_or_default();
    let mut views: Vec<View> = serde_json::from_str(&text).unwrap_or_default();
    let is_path = |view: &View| view.path.starts_with('/') && !view.path.starts_with("//");
    let is_search = |view: &View| view.search.is_empty() || view.search.starts_with('?');
    views.retain(|view| is_path(view) && is_search(view));
    views.truncate(VIEWS_MAX);
    views
}

pub fn provide() {
    provide_context(Views {
        saved: RwSignal::new(read()),
    });
}

pub fn use_views() -> Views {
    expect_context()
}
