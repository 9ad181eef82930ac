//! The side without workers: keeps the mirror of the host's sources, sends questions there.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use futures_channel::oneshot;
use web_sys::MessagePort;

use super::{FromFollower, FromHost, Line, Mirror, MirroredSource, NewDirectory};
use crate::client::asks::{Answer, AskError, Lane};
use crate::client::pool::{Inner, Pool};
use crate::query::{AskContext, Period, Query, Question};

type Reply = oneshot::Sender<Result<Answer, AskError>>;

/// The page whose workers this one uses.
pub struct Host {
    line: Line,
    last_ask: u32,
    /// Of the mirror that is held.
    revision: u64,
    asks: BTreeMap<u32, Reply>,
    /// What it was last told that this page is about.
    wanted: Vec<Period>,
}

impl Pool {
    /// Uses the workers of another page from now on; this one has none then.
    pub fn follow(&self, port: MessagePort) {
        let weak = Rc::downgrade(&self.0);
        let line = Line::new(port, move |message| {
            if let Some(inner) = weak.upgrade() {
                Self(inner).hear_host(message);
            }
        });
        let host = Host {
            line,
            last_ask: 0,
            revision: 0,
            asks: BTreeMap::new(),
            wanted: Vec::new(),
        };
        let before = self.0.borrow_mut().shared.host.replace(host);
        end(before);
    }

    pub fn is_following(&self) -> bool {
        self.0.borrow().shared.host.is_some()
    }

    /// The host is gone: what was asked is lost, as with a worker, and what it held is not here.
    pub fn leave(&self) {
        let host = {
            let mut inner = self.0.borrow_mut();
            inner.sources.clear();
            inner.manifest = None;
            inner.directory = None;
            inner.memory.clear();
            inner.shared.opened = None;
            inner.shared.host.take()
        };
        end(host);
        self.changed();
    }

    /// Tells the host that nobody listens any more.
    pub fn say_bye(&self) {
        if let Some(host) = &self.0.borrow().shared.host {
            host.line.say(&FromFollower::Bye);
        }
    }

    fn hear_host(&self, message: FromHost) {
        match message {
            FromHost::Mirror(mirror) => {
                self.0.borrow_mut().take_mirror(*mirror);
                self.changed();
            }
            FromHost::Answer { id, result } => {
                let reply = {
                    let mut inner = self.0.borrow_mut();
                    let host = inner.shared.host.as_mut();
                    host.and_then(|host| host.asks.remove(&id))
                };
                if let Some(reply) = reply {
                    // The asker may be gone; then nobody misses the answer.
                    let _ = reply.send(result);
                }
            }
        }
    }
}

/// Whoever waits for it hears that it is lost.
fn end(host: Option<Host>) {
    for (_, reply) in host.into_iter().flat_map(|host| host.asks) {
        let _ = reply.send(Err(AskError::WorkerLost));
    }
}

impl Inner {
    /// Sends a question to the host, where a newer one of its lane takes its place. `None` without a host.
    pub fn ask_host(
        &mut self,
        lane: Lane,
        question: &Question,
        queries: &[Query],
        context: &AskContext,
    ) -> Option<oneshot::Receiver<Result<Answer, AskError>>> {
        let zone = self.own_zone.clone();
        let host = self.shared.host.as_mut()?;
        host.last_ask += 1;
        let (reply, answer) = oneshot::channel();
        host.asks.insert(host.last_ask, reply);
        host.line.say(&FromFollower::Ask {
            id: host.last_ask,
            lane: lane.code(),
            revision: host.revision,
            zone,
            question: question.clone(),
            queries: queries.to_vec(),
            context: context.clone(),
        });
        Some(answer)
    }

    /// Says at the host what this page is about. False without one.
    pub fn want_of_host(&mut self, periods: &[Period]) -> bool {
        let Some(host) = self.shared.host.as_mut() else {
            return false;
        };
        if host.wanted != periods {
            host.wanted = periods.to_vec();
            host.line.say(&FromFollower::Want(periods.to_vec()));
        }
        true
    }

    fn take_mirror(&mut self, mirror: Mirror) {
        self.shared.opened = mirror.opened;
        self.started_us = mirror.started_us;
        self.manifest = mirror.manifest;
        self.directories = mirror.directories;
        if let Some(NewDirectory(directory)) = mirror.directory {
            self.directory = directory.map(Arc::new);
        }
        self.unmatched = mirror.unmatched;
        let sources = mirror.sources.into_iter();
        self.sources = sources.filter_map(MirroredSource::into_view).collect();
        self.memory = mirror.memory;
        self.replaced = mirror.replaced;
        if let Some(host) = &mut self.shared.host {
            // There may be batches now that were not there when it was told.
            host.wanted.clear();
            host.revision = mirror.revision;
        }
    }
}
