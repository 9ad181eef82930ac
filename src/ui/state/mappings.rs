//! What the columns of files mean: which file the dialog asks about, and what was said before.
//!
//! Privacy: the rows of a proposal are shown by the dialog and kept by nobody; names of headers and of a zone are
//! remembered on this machine.

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::data::{DataState, use_data};
use super::notices::{Notices, Tone, use_notices};
use super::zones::{self, ZoneState, use_zone};
use crate::client::remembered::{Meaning, Remembered};
use crate::client::{SourceState, SourceView};
use crate::model::Zone;
use crate::protocol::{LoadOptions, Proposal, SourceId};
use crate::ui::browser::storage;

const KEPT_AS: &str = "mappings";

/// The file that is asked about.
#[derive(Debug, Clone, PartialEq)]
struct Asking {
    source: SourceId,
    /// The load that brings its proposal; what an earlier one left on the screen says nothing.
    load: u32,
    /// How it was read until now; cancelling brings this back.
    before: Option<LoadOptions>,
}

impl Asking {
    /// Was the file removed, or did it turn out to need no mapping?
    fn is_over(&self, sources: &[SourceView]) -> bool {
        let asked = sources.iter().find(|held| held.id == self.source);
        asked.is_none_or(|held| held.loads >= self.load && held.is_settled() && !needs(held))
    }
}

/// What the dialog shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    pub source: SourceId,
    pub name: String,
    pub proposal: Arc<Proposal>,
    /// What its columns meant before, else the guesses.
    pub meaning: Meaning,
}

#[derive(Clone, Copy)]
pub struct MappingState {
    asking: RwSignal<Option<Asking>>,
    /// The open dialog.
    pub form: Memo<Option<Form>>,
    remembered: StoredValue<Remembered>,
    /// Files that were mapped or whose dialog was cancelled; nothing happens to them by itself any more.
    decided: StoredValue<BTreeSet<SourceId>>,
    data: DataState,
    zone: ZoneState,
    notices: Notices,
}

impl MappingState {
    /// Opens the dialog for a source. One that was read already is read again without its mapping, which brings its
    /// headers and first rows back.
    pub fn ask(self, source: &SourceView) {
        let was_read = !needs(source);
        self.asking.set(Some(Asking {
            source: source.id,
            load: source.loads + u32::from(was_read),
            before: was_read.then(|| source.options.clone()),
        }));
        if was_read {
            self.data.map(source.id, LoadOptions::default());
        }
    }

    /// A file that waits for somebody to say what its columns mean; tracked.
    pub fn first_waiting(self) -> Option<SourceView> {
        self.data
            .sources
            .with(|sources| sources.iter().find(|held| needs(held)).cloned())
    }

    /// Reads the source of the open dialog in this way, and remembers it for files with the same headers.
    pub fn apply(self, form: Form, meaning: Meaning) {
        spawn_local(async move {
            let Some(zone) = self.zone_of(&meaning).await else {
                let sentence = "The rules of that time zone could not be fetched; check the connection and try again, or choose another zone.";
                return self.notices.say(Tone::Problem, sentence);
            };
            if self
                .form
                .get_untracked()
                .is_none_or(|open| open.source != form.source)
            {
                return;
            }
            self.decided.update_value(|decided| {
                decided.insert(form.source);
            });
            self.remembered.update_value(|remembered| {
                remembered.keep(form.proposal.fingerprint.clone(), meaning.clone());
                storage::set(KEPT_AS, &remembered.to_text());
            });
            self.asking.set(None);
            self.data.map(form.source, options(meaning, zone));
        });
    }

    /// Leaves the files as they are; the dialog does not open by itself for those that wait now.
    pub fn cancel(self) {
        let Some(asking) = self.asking.get_untracked() else {
            return;
        };
        let sources = self.data.sources.get_untracked();
        self.decided.update_value(|decided| {
            decided.extend(
                sources
                    .iter()
                    .filter(|held| needs(held))
                    .map(|held| held.id),
            );
        });
        self.asking.set(None);
        if let Some(before) = asking.before {
            self.data.map(asking.source, before);
        }
    }

    /// Looks at files that wait for a mapping: what was said of their headers before is done, else the dialog opens.
    fn look(self, sources: &[SourceView]) {
        let asking = self.asking.get();
        if asking
            .as_ref()
            .is_some_and(|asking| asking.is_over(sources))
        {
            return self.asking.set(None);
        }
        for source in sources {
            let SourceState::NeedsMapping { proposal, .. } = &source.state else {
                continue;
            };
            let is_asked = asking
                .as_ref()
                .is_some_and(|asking| asking.source == source.id);
            if is_asked || self.decided.with_value(|held| held.contains(&source.id)) {
                continue;
            }
            match self.remembered.with_value(|held| held.find(proposal)) {
                Some(meaning) => self.repeat(source, meaning),
                None if asking.is_none() => return self.ask(source),
                None => {}
            }
        }
    }

    fn repeat(self, source: &SourceView, meaning: Meaning) {
        let (source, name) = (source.id, source.name.clone());
        self.decided.update_value(|decided| {
            decided.insert(source);
        });
        spawn_local(async move {
            let Some(zone) = self.zone_of(&meaning).await else {
                let sentence = format!(
                    "{name} has the columns of a file you read before, but the rules of its time zone could not be fetched. “Choose columns” on the Data page reads it."
                );
                return self.notices.say(Tone::Problem, sentence);
            };
            self.data.map(source, options(meaning, zone));
            self.notices.say(
                Tone::Info,
                format!("{name} has the columns of a file you read before, so they mean the same. “Change columns” on the Data page says otherwise."),
            );
        });
    }

    /// The rules of a meaning's zone; those in force need no fetching.
    async fn zone_of(self, meaning: &Meaning) -> Option<Zone> {
        let name = meaning.zone.as_deref().unwrap_or("UTC");
        match self.zone.zone.get_untracked() {
            Some(zone) if zone.name() == name => Some(zone),
            _ => zones::fetch(name).await,
        }
    }
}

fn options(meaning: Meaning, zone: Zone) -> LoadOptions {
    LoadOptions {
        mapping: meaning.mapping,
        assume_zone: Some(zone),
    }
}

fn needs(source: &SourceView) -> bool {
    matches!(source.state, SourceState::NeedsMapping { .. })
}

pub fn provide() {
    let data = use_data();
    let asking = RwSignal::new(None::<Asking>);
    let remembered = storage::get(KEPT_AS).map(|text| Remembered::parse(&text));
    let remembered = StoredValue::new(remembered.unwrap_or_default());
    let form = Memo::new(move |_| {
        let source = asking.get()?.source;
        data.sources.with(|sources| {
            let held = sources.iter().find(|held| held.id == source)?;
            let SourceState::NeedsMapping { proposal, .. } = &held.state else {
                return None;
            };
            let known = remembered.with_value(|remembered| remembered.find(proposal));
            Some(Form {
                source,
                name: held.name.clone(),
                proposal: Arc::clone(proposal),
                meaning: known.unwrap_or_else(|| Meaning {
                    mapping: proposal.guesses(),
                    zone: None,
                }),
            })
        })
    });
    let state = MappingState {
        asking,
        form,
        remembered,
        decided: StoredValue::new(BTreeSet::new()),
        data,
        zone: use_zone(),
        notices: use_notices(),
    };
    Effect::new(move |_| data.sources.with(|sources| state.look(sources)));
    provide_context(state);
}

pub fn use_mappings() -> MappingState {
    expect_context()
}
