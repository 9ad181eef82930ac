//! One engine for several pages (M1): embeds of one origin beside each other on a foreign page, and the preview of the
//! Embed dialog, use the workers of one of them.
//!
//! Owns: what a *host* (it has the workers) and a *follower* (it has none) say to each other over a port, and what a
//! follower knows of the host's sources. Does not own: finding each other (`ui::browser::siblings`), or who becomes the
//! host (`ui::state::engine`).
//!
//! A follower holds a mirror of the host's sources, so that all that is worked out from them (the present, what is
//! missing, whether an answer is outdated) is worked out by the same code as on a page of its own. Both sides are our
//! own pages of one origin and one build; nothing of another origin gets such a port.

mod follow;
mod host;

use std::sync::Arc;

use js_sys::{Array, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, MessagePort};

use super::asks::{Answer, AskError};
use super::directory::Unmatched;
use super::sources::{Missing, Origin, SourceState, SourceView};
use crate::model::manifest::BatchRef;
use crate::model::{Directory, Manifest, SourceReceipt, TimeUs, Zone};
use crate::protocol::{self, LoadOptions, Memory, SourceId};
use crate::query::{AskContext, Period, Query, Question};

pub use follow::Host;
pub use host::Follower;

/// How opening the data went, on the page that opened it.
pub type Opened = Option<Result<(), String>>;

/// The part of a pool that is about other pages.
#[derive(Default)]
pub struct Shared {
    /// Workers to start when this page has to have its own; 0 lets the cores decide.
    pub workers: usize,
    pub followers: Vec<Follower>,
    pub last_follower: u32,
    /// The followers are told in a moment.
    pub is_telling: bool,
    /// The page whose workers this one uses.
    pub host: Option<Host>,
    pub opened: Opened,
    /// Changes whenever what a question depends on does: which sources are settled, and all that `version` counts.
    pub revision: u64,
    /// The heartbeat of the own workers runs.
    pub is_watched: bool,
}

/// Follower → host.
#[derive(Debug, Serialize, Deserialize)]
enum FromFollower {
    /// The periods it is about.
    Want(Vec<Period>),
    Ask {
        id: u32,
        lane: u8,
        /// Of the mirror that its context was worked out from.
        revision: u64,
        zone: Zone,
        question: Question,
        queries: Vec<Query>,
        context: AskContext,
    },
    /// It goes.
    Bye,
}

/// Host → follower.
#[derive(Debug, Serialize, Deserialize)]
enum FromHost {
    Mirror(Box<Mirror>),
    Answer {
        id: u32,
        result: Result<Answer, AskError>,
    },
}

/// What the host knows of its data.
#[derive(Debug, Serialize, Deserialize)]
struct Mirror {
    revision: u64,
    opened: Opened,
    started_us: TimeUs,
    manifest: Option<Manifest>,
    /// Counts the directories there have been; the directory itself comes only when it is another one.
    directories: u32,
    directory: Option<NewDirectory>,
    unmatched: Vec<Unmatched>,
    sources: Vec<MirroredSource>,
    memory: Vec<Memory>,
    replaced: u32,
}

/// The directory, or that there is none any more.
#[derive(Debug, Serialize, Deserialize)]
struct NewDirectory(Option<Directory>);

#[derive(Debug, Serialize, Deserialize)]
struct MirroredSource {
    id: SourceId,
    name: String,
    /// Of a manifest: what that says of it, and its address.
    batch: Option<(BatchRef, String)>,
    state: SourceState,
    loads: u32,
    missing: Vec<Arc<SourceReceipt>>,
}

impl MirroredSource {
    /// Without proposals: rows of a file go to the dialog of the page that opened it, and nowhere else.
    fn of(source: &SourceView) -> Self {
        let state = match &source.state {
            SourceState::NeedsMapping { receipt, .. } => SourceState::NeedsMapping {
                proposals: Vec::new(),
                receipt: Arc::clone(receipt),
            },
            state => state.clone(),
        };
        Self {
            id: source.id,
            name: source.name.clone(),
            batch: match &source.origin {
                Origin::Manifest { batch, url } => Some((batch.clone(), url.clone())),
                Origin::File(_) => None,
            },
            state,
            loads: source.loads,
            missing: source.missing.receipts.clone(),
        }
    }

    fn into_view(self) -> Option<SourceView> {
        let origin = match self.batch {
            Some((batch, url)) => Origin::Manifest { batch, url },
            // The host has the file; here an empty one of its name stands for it.
            None => {
                Origin::File(web_sys::File::new_with_str_sequence(&Array::new(), &self.name).ok()?)
            }
        };
        Some(SourceView {
            id: self.id,
            name: self.name,
            origin,
            state: self.state,
            worker: 0,
            crashes: 0,
            loads: self.loads,
            options: LoadOptions::default(),
            missing: Missing {
                receipts: self.missing,
                proposals: Vec::new(),
            },
        })
    }
}

/// A port with what listens at it; dropping it closes it.
struct Line {
    port: MessagePort,
    on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Line {
    /// `heard` gets what can be read; anything else is passed over.
    fn new<T: for<'a> Deserialize<'a>>(port: MessagePort, heard: impl Fn(T) + 'static) -> Self {
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let Ok(bytes) = event.data().dyn_into::<Uint8Array>() else {
                return;
            };
            if let Ok(message) = protocol::decode(&bytes.to_vec()) {
                heard(message);
            }
        });
        port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Self { port, on_message }
    }

    fn say<T: Serialize>(&self, message: &T) {
        if let Ok(bytes) = protocol::encode(message) {
            let bytes = Uint8Array::from(bytes.as_slice());
            let transfer = Array::of1(&bytes.buffer());
            // Whoever is gone misses nothing.
            let _ = self.port.post_message_with_transferable(&bytes, &transfer);
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.port.set_onmessage(None);
        self.port.close();
        // It lives as long as the port, so that no event can reach a freed one.
        let _ = &self.on_message;
    }
}
