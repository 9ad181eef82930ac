//! The side that has the workers: takes followers, answers them, tells them what becomes of the data.

use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessagePort;

use super::{FromFollower, FromHost, Line, Mirror, MirroredSource, NewDirectory, Opened};
use crate::client::asks::{AskError, Lane};
use crate::client::pool::{Inner, Pool};

/// News of the data are told at most this often: progress comes many times a second.
const TELL_PAUSE_MS: i32 = 100;
/// More than any page has; somebody who opens ports in a loop is not served for ever.
const FOLLOWERS_MAX: usize = 64;

/// A page that uses the workers of this one.
pub struct Follower {
    id: u32,
    line: Line,
    /// The directory it has.
    directories: Option<u32>,
}

impl Pool {
    /// Lets another page of this origin use the workers of this one, over a port.
    pub fn take_follower(&self, port: MessagePort) {
        let weak = std::rc::Rc::downgrade(&self.0);
        let id = {
            let shared = &mut self.0.borrow_mut().shared;
            if shared.followers.len() >= FOLLOWERS_MAX {
                return;
            }
            shared.last_follower += 1;
            shared.last_follower
        };
        let line = Line::new(port, move |message| {
            if let Some(inner) = weak.upgrade() {
                Self(inner).hear_follower(id, message);
            }
        });
        let follower = Follower {
            id,
            line,
            directories: None,
        };
        self.0.borrow_mut().shared.followers.push(follower);
        self.0.borrow_mut().tell_followers();
    }

    /// Opening the data ended so; followers show the same.
    pub fn say_opened(&self, opened: Opened) {
        self.0.borrow_mut().shared.opened = opened;
        self.tell_followers_soon();
    }

    /// How opening the data ended, here or at the host.
    pub fn opened(&self) -> Opened {
        self.0.borrow().shared.opened.clone()
    }

    fn hear_follower(&self, follower: u32, message: FromFollower) {
        match message {
            FromFollower::Want(periods) => self.want_too(&periods),
            FromFollower::Ask {
                id,
                lane,
                revision,
                zone,
                question,
                queries,
                context,
            } => {
                // What it knows is not so any more: an answer would be called complete that is not. It gets the newest
                // mirror, and asks again.
                let is_stale = self.0.borrow().shared.revision != revision;
                if is_stale {
                    let mut inner = self.0.borrow_mut();
                    inner.tell_followers();
                    let result = Err(AskError::WorkerLost);
                    inner.say_to(follower, &FromHost::Answer { id, result });
                    return;
                }
                let lane = Lane::Follower { follower, lane };
                let answer = {
                    let mut inner = self.0.borrow_mut();
                    inner.begin_ask(lane, zone, question, queries, context)
                };
                let pool = self.clone();
                spawn_local(async move {
                    let result = answer.await.unwrap_or(Err(AskError::Superseded));
                    let inner = pool.0.borrow();
                    inner.say_to(follower, &FromHost::Answer { id, result });
                });
            }
            FromFollower::Bye => {
                let mut inner = self.0.borrow_mut();
                inner.cancel_follower(follower);
                // Not dropped while its own closure runs.
                let gone = inner
                    .shared
                    .followers
                    .iter()
                    .position(|held| held.id == follower);
                if let Some(at) = gone {
                    let gone = inner.shared.followers.swap_remove(at);
                    drop(inner);
                    spawn_local(async move { drop(gone) });
                }
            }
        }
    }

    /// Tells the followers in a moment, unless that is on its way.
    pub(in crate::client) fn tell_followers_soon(&self) {
        {
            let shared = &mut self.0.borrow_mut().shared;
            if shared.followers.is_empty() || std::mem::replace(&mut shared.is_telling, true) {
                return;
            }
        }
        let weak = std::rc::Rc::downgrade(&self.0);
        let tell = Closure::once_into_js(move || {
            if let Some(inner) = weak.upgrade() {
                let mut inner = inner.borrow_mut();
                inner.shared.is_telling = false;
                inner.tell_followers();
            }
        });
        if let Some(window) = web_sys::window() {
            let tell: &Function = tell.unchecked_ref();
            // Without timers nobody is told twice in a moment, and nobody at all.
            let _ =
                window.set_timeout_with_callback_and_timeout_and_arguments_0(tell, TELL_PAUSE_MS);
        }
    }
}

impl Inner {
    fn tell_followers(&mut self) {
        let mut followers = std::mem::take(&mut self.shared.followers);
        for follower in &mut followers {
            let is_new = follower.directories != Some(self.directories);
            follower.directories = Some(self.directories);
            let mirror = FromHost::Mirror(Box::new(self.mirror(is_new)));
            follower.line.say(&mirror);
        }
        self.shared.followers = followers;
    }

    fn say_to(&self, follower: u32, message: &FromHost) {
        let mut followers = self.shared.followers.iter();
        if let Some(held) = followers.find(|held| held.id == follower) {
            held.line.say(message);
        }
    }

    fn mirror(&self, with_directory: bool) -> Mirror {
        Mirror {
            revision: self.shared.revision,
            opened: self.shared.opened.clone(),
            started_us: self.started_us,
            manifest: self.manifest.clone(),
            directories: self.directories,
            directory: with_directory.then(|| NewDirectory(self.directory.as_deref().cloned())),
            unmatched: self.unmatched.clone(),
            sources: self.sources.iter().map(MirroredSource::of).collect(),
            memory: self.memory.clone(),
            replaced: self.replaced,
        }
    }
}
