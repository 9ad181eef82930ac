//! An embed: this page as a frame in somebody's page (M1, M2).
//!
//! Owns: whether the pages around may show it, what its address says beside the question, and what it says to its parent.
//! Does not own: what is shown (`pages::embed`), locked filters (`query::embed` and the question's state).
//! Privacy: the parent hears what [`Said`] can say and nothing else; numbers are in none of it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use web_sys::MessagePort;

use super::preferences::{Theme, use_preferences};
use crate::model::{Warning, WarningCode};
use crate::query::embed::{Accent, EmbedOptions, EmbedTheme, is_allowed, may_frame};
use crate::query::{Clause, Question};
use crate::ui::browser::{dom, locale, page, parent};

/// Where embeds live.
pub const PREFIX: &str = "/embed/";
/// What is said before the parent connects is kept up to here; a plain frame never does.
const WAITING_MAX: usize = 32;
const WHITE: [u8; 3] = [255, 255, 255];
const DARK: [u8; 3] = [24, 27, 33];

/// Embed → parent. The names are documented in the README.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Said {
    /// The numbers are there for the first time.
    Ready {
        widget: String,
        question: String,
    },
    /// For the frame; no event of the element.
    Size {
        height: i32,
    },
    /// The person changed the question; only what they may change is in it.
    Filter {
        filters: Vec<SaidFilter>,
        question: String,
    },
    /// A name was clicked, whether it filters or not.
    Select {
        widget: String,
        dimension: String,
        value: String,
    },
    Error {
        code: &'static str,
        message: String,
    },
}

#[derive(Debug, Serialize)]
pub struct SaidFilter {
    dimension: &'static str,
    exclude: bool,
    values: Vec<String>,
}

impl SaidFilter {
    pub fn of(clause: &Clause) -> Self {
        Self {
            dimension: clause.dimension.name(),
            exclude: clause.exclude,
            values: clause.values.clone(),
        }
    }
}

/// Parent → embed. Anything else is passed over.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Heard {
    /// Ask this, written as in an address.
    Question {
        search: String,
    },
    Theme {
        theme: String,
    },
}

type Hear = Box<dyn Fn(Heard)>;

#[derive(Clone, Copy)]
pub struct EmbedState {
    pub options: StoredValue<EmbedOptions>,
    /// What in the address was not understood.
    pub warnings: StoredValue<Vec<Warning>>,
    /// May the pages around show it? `None` until the server said who may.
    pub admitted: RwSignal<Option<bool>>,
    line: StoredValue<Option<MessagePort>, LocalStorage>,
    waiting: StoredValue<Vec<String>>,
    hear: StoredValue<Option<Hear>, LocalStorage>,
}

impl EmbedState {
    /// Looks who is around, now that the server has said who may be. Only then anything is loaded.
    pub fn admit(self, allowed: Vec<String>) -> bool {
        let own = dom::own_origin();
        let may = may_frame(&parent::ancestors(), &own, &allowed);
        self.admitted.set(Some(may));
        if may {
            spawn_local(async move {
                let greeting = parent::greeting().await;
                if let Some((_, port)) =
                    greeting.filter(|(origin, _)| is_allowed(origin, &own, &allowed))
                {
                    self.connect(port);
                }
            });
        }
        may
    }

    fn connect(self, port: MessagePort) {
        parent::listen(&port, move |text| {
            if let Ok(heard) = serde_json::from_str::<Heard>(&text) {
                self.hear.with_value(|hear| {
                    if let Some(hear) = hear {
                        hear(heard);
                    }
                });
            }
        });
        for text in self
            .waiting
            .try_update_value(std::mem::take)
            .unwrap_or_default()
        {
            parent::say(&port, &text);
        }
        self.line.set_value(Some(port));
    }

    /// What becomes of what the parent says.
    pub fn on_heard(self, hear: impl Fn(Heard) + 'static) {
        self.hear.set_value(Some(Box::new(hear)));
    }

    pub fn say(self, said: &Said) {
        let Ok(text) = serde_json::to_string(said) else {
            return;
        };
        let port = self.line.get_value();
        match port {
            Some(port) => parent::say(&port, &text),
            None => self.waiting.update_value(|waiting| {
                if waiting.len() < WAITING_MAX {
                    waiting.push(text);
                }
            }),
        }
    }

    pub fn say_error(self, code: &'static str, message: impl Into<String>) {
        let message = message.into();
        self.say(&Said::Error { code, message });
    }
}

impl From<EmbedTheme> for Theme {
    fn from(theme: EmbedTheme) -> Self {
        match theme {
            EmbedTheme::Auto => Self::System,
            EmbedTheme::Light => Self::Light,
            EmbedTheme::Dark => Self::Dark,
        }
    }
}

/// What the address says, when this page is an embed at all.
pub fn options() -> Option<(EmbedOptions, Vec<Warning>)> {
    let (path, search) = page::address();
    path.starts_with(PREFIX).then(|| {
        let (options, _, warnings) = EmbedOptions::parse(&search);
        (options, warnings)
    })
}

/// Without its own names: the question of an address.
pub fn question_of(search: &str) -> String {
    EmbedOptions::parse(search).1
}

pub fn provide(options: EmbedOptions, mut warnings: Vec<Warning>) {
    if let Some(language) = options
        .language
        .as_ref()
        .filter(|tag| !locale::set_language(tag))
    {
        let message =
            format!("This browser writes no numbers in “{language}”; its own language is used.");
        warnings.push(Warning::new(WarningCode::QuestionDegraded, message));
    }
    if let Some(accent) = options.accent {
        let is_dark = use_preferences().is_dark;
        Effect::new(move |_| set_accent(accent, is_dark.get()));
    }
    page::open_links_outside();
    provide_context(EmbedState {
        options: StoredValue::new(options),
        warnings: StoredValue::new(warnings),
        admitted: RwSignal::new(None),
        line: StoredValue::new_local(None),
        waiting: StoredValue::new(Vec::new()),
        hear: StoredValue::new_local(None),
    });
}

/// The tokens that are made of the accent, for the ground in force.
fn set_accent(accent: Accent, is_dark: bool) {
    let ground = if is_dark { DARK } else { WHITE };
    let on = if accent.is_light() {
        "#0e1330"
    } else {
        "#ffffff"
    };
    for (token, value) in [
        ("--accent", accent.css()),
        ("--series-0", accent.css()),
        ("--accent-hover", accent.mixed([0, 0, 0], 15).css()),
        ("--accent-soft", accent.mixed(ground, 65).css()),
        ("--accent-ground", accent.mixed(ground, 88).css()),
        ("--on-accent", on.to_owned()),
    ] {
        page::set_token(token, &value);
    }
}

/// Nothing on the application's own pages.
pub fn use_embed() -> Option<EmbedState> {
    use_context()
}

/// The question as [`Said`] tells it.
pub fn text_of(question: &Question) -> String {
    crate::query::url::format(question, &Question::default())
}
