//! What the columns of files mean: which file the dialog asks about, and what was said before.
//!
//! Privacy: the rows of a proposal are shown by the dialog and kept by nobody; names of headers and of a zone are
//! remembered on this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::data::{DataState, use_data};
use super::notices::{Notices, Tone, use_notices};
use super::zones::{self, ZoneState, use_zone};
use crate::client::SourceView;
use crate::client::remembered::{Meaning, Remembered};
use crate::model::Zone;
use crate::protocol::{LoadOptions, MemberOptions, Proposal, SourceId};
use crate::ui::browser::storage;

const KEPT_AS: &str = "mappings";

/// A header of a source; an archive may have several.
type Header = (SourceId, String);

/// The file that is asked about: of an archive one header after the other.
#[derive(Debug, Clone, PartialEq)]
struct Asking {
    source: SourceId,
    /// The load that brings its proposals; what an earlier one left on the screen says nothing.
    load: u32,
    /// Headers that are not asked about now.
    passed_over: BTreeSet<String>,
    /// What was said since the dialog opened, by header. The source is read again once, after the last one.
    said: BTreeMap<String, MemberOptions>,
    /// How it was read until now; cancelling brings this back.
    before: Option<LoadOptions>,
}

impl Asking {
    /// What the dialog asks next.
    fn proposal<'a>(&self, held: &'a SourceView) -> Option<&'a Arc<Proposal>> {
        let is_open = |fingerprint| {
            !self.passed_over.contains(fingerprint) && !self.said.contains_key(fingerprint)
        };
        let mut proposals = held.proposals().iter().filter(|_| held.loads >= self.load);
        proposals.find(|proposal| is_open(&proposal.fingerprint))
    }

    /// Was the file removed, or did it turn out to need no mapping?
    fn is_over(&self, sources: &[SourceView]) -> bool {
        let asked = sources.iter().find(|held| held.id == self.source);
        asked.is_none_or(|held| {
            held.loads >= self.load && held.is_settled() && self.proposal(held).is_none()
        })
    }
}

/// What the dialog shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    pub source: SourceId,
    /// Of the file, or of the first of an archive that has this header.
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
    /// Headers that were mapped or whose dialog was cancelled; nothing happens to them by itself any more.
    decided: StoredValue<BTreeSet<Header>>,
    /// Sources that will be read again in a moment, as files like them were before.
    repeating: StoredValue<BTreeSet<SourceId>>,
    data: DataState,
    zone: ZoneState,
    notices: Notices,
}

impl MappingState {
    /// Opens the dialog for a source. One that was read already is read again without its mapping, which brings its
    /// headers and first rows back.
    pub fn ask(self, source: &SourceView) {
        let was_read = source.proposals().is_empty();
        self.asking.set(Some(Asking {
            source: source.id,
            load: source.loads + u32::from(was_read),
            passed_over: BTreeSet::new(),
            said: BTreeMap::new(),
            before: was_read.then(|| source.options.clone()),
        }));
        if was_read {
            self.data.map(source.id, LoadOptions::default());
        }
    }

    /// A file that waits for somebody to say what its columns mean; tracked.
    pub fn first_waiting(self) -> Option<SourceView> {
        let needs = |held: &&SourceView| !held.proposals().is_empty();
        self.data
            .sources
            .with(|sources| sources.iter().find(needs).cloned())
    }

    /// Reads the file of the open dialog in this way, and remembers it for files with the same headers.
    pub fn apply(self, form: Form, meaning: Meaning) {
        spawn_local(async move {
            let Some(zone) = self.zone_of(&meaning).await else {
                let sentence = "The rules of that time zone could not be fetched; check the connection and try again, or choose another zone.";
                return self.notices.say(Tone::Problem, sentence);
            };
            let is_open = self.form.with_untracked(|open| {
                open.as_ref().is_some_and(|open| {
                    open.source == form.source
                        && open.proposal.fingerprint == form.proposal.fingerprint
                })
            });
            let Some(mut asking) = self.asking.get_untracked().filter(|_| is_open) else {
                return;
            };
            let fingerprint = form.proposal.fingerprint.clone();
            self.decided.update_value(|decided| {
                decided.insert((form.source, fingerprint.clone()));
            });
            self.remembered.update_value(|remembered| {
                remembered.keep(fingerprint.clone(), meaning.clone());
                storage::set(KEPT_AS, &remembered.to_text());
            });
            asking.said.insert(fingerprint, said(meaning, zone));
            let sources = self.data.sources.get_untracked();
            let held = sources.iter().find(|held| held.id == asking.source);
            if held.is_some_and(|held| asking.proposal(held).is_some()) {
                return self.asking.set(Some(asking));
            }
            self.asking.set(None);
            self.read(asking);
        });
    }

    /// Reads the source by what was said of its headers.
    fn read(self, asking: Asking) {
        let sources = self.data.sources.get_untracked();
        let Some(held) = sources.iter().find(|held| held.id == asking.source) else {
            return;
        };
        let known = match asking.before {
            Some(_) => LoadOptions::default(),
            None => held.options.clone(),
        };
        self.data.map(held.id, with(known, held, asking.said));
    }

    /// Leaves the files as they are; the dialog does not open by itself for those that wait now. What was said of other
    /// headers of an archive before holds.
    pub fn cancel(self) {
        let Some(asking) = self.asking.get_untracked() else {
            return;
        };
        let sources = self.data.sources.get_untracked();
        let waiting = sources.iter().flat_map(|held| {
            let headers = held.proposals().iter();
            headers.map(|proposal| (held.id, proposal.fingerprint.clone()))
        });
        self.decided.update_value(|decided| decided.extend(waiting));
        self.asking.set(None);
        match &asking.before {
            Some(before) => self.data.map(asking.source, before.clone()),
            None if asking.said.is_empty() => {}
            None => self.read(asking),
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
            let is_asked = asking
                .as_ref()
                .is_some_and(|asking| asking.source == source.id);
            if is_asked || self.repeating.with_value(|held| held.contains(&source.id)) {
                continue;
            }
            let is_decided = |proposal: &Proposal| {
                let header = (source.id, proposal.fingerprint.clone());
                self.decided.with_value(|held| held.contains(&header))
            };
            let (decided, open): (Vec<_>, Vec<_>) = source
                .proposals()
                .iter()
                .partition(|proposal| is_decided(proposal));
            let known: Vec<(String, Meaning)> = open
                .iter()
                .filter_map(|proposal| {
                    let meaning = self.remembered.with_value(|held| held.find(proposal))?;
                    Some((proposal.fingerprint.clone(), meaning))
                })
                .collect();
            if !known.is_empty() {
                self.repeat(source, known);
            } else if !open.is_empty() && asking.is_none() {
                let decided = decided.into_iter();
                let passed_over = decided.map(|proposal| proposal.fingerprint.clone());
                return self.asking.set(Some(Asking {
                    source: source.id,
                    load: source.loads,
                    passed_over: passed_over.collect(),
                    said: BTreeMap::new(),
                    before: None,
                }));
            }
        }
    }

    /// Reads a source as files with the same headers were read before.
    fn repeat(self, source: &SourceView, known: Vec<(String, Meaning)>) {
        let source = source.clone();
        let (id, name) = (source.id, source.name.clone());
        let headers = known.iter().map(|(header, _)| (id, header.clone()));
        self.decided.update_value(|decided| decided.extend(headers));
        self.repeating.update_value(|held| {
            held.insert(id);
        });
        spawn_local(async move {
            let mut all = BTreeMap::new();
            let mut has_all = true;
            for (header, meaning) in known {
                match self.zone_of(&meaning).await {
                    Some(zone) => {
                        all.insert(header, said(meaning, zone));
                    }
                    None => has_all = false,
                }
            }
            self.repeating.update_value(|held| {
                held.remove(&id);
            });
            if !has_all {
                let sentence = format!(
                    "{name} has the columns of a file you read before, but the rules of its time zone could not be fetched. “Choose columns” on the Data page reads it."
                );
                return self.notices.say(Tone::Problem, sentence);
            }
            self.data
                .map(id, with(source.options.clone(), &source, all));
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

fn said(meaning: Meaning, zone: Zone) -> MemberOptions {
    MemberOptions {
        mapping: meaning.mapping,
        assume_zone: Some(zone),
    }
}

/// Options with what was said of a source's headers: of a file that is its one header, of an archive each of several.
fn with(
    known: LoadOptions,
    source: &SourceView,
    mut said: BTreeMap<String, MemberOptions>,
) -> LoadOptions {
    let is_file = |proposal: &Arc<Proposal>| proposal.member.is_none();
    let file = source.proposals().iter().find(|proposal| is_file(proposal));
    match file.and_then(|proposal| said.remove(&proposal.fingerprint)) {
        Some(MemberOptions {
            mapping,
            assume_zone,
        }) => LoadOptions {
            mapping,
            assume_zone,
            ..LoadOptions::default()
        },
        None => {
            let mut options = known;
            options.members.extend(said);
            options
        }
    }
}

pub fn provide() {
    let data = use_data();
    let asking = RwSignal::new(None::<Asking>);
    let remembered = storage::get(KEPT_AS).map(|text| Remembered::parse(&text));
    let remembered = StoredValue::new(remembered.unwrap_or_default());
    let form = Memo::new(move |_| {
        let asking = asking.get()?;
        data.sources.with(|sources| {
            let held = sources.iter().find(|held| held.id == asking.source)?;
            let proposal = asking.proposal(held)?;
            let known = remembered.with_value(|remembered| remembered.find(proposal));
            Some(Form {
                source: held.id,
                name: proposal.member.as_ref().unwrap_or(&held.name).clone(),
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
        repeating: StoredValue::new(BTreeSet::new()),
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
