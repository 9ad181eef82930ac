//! From the columns of a pass to one state for each person.

use std::ops::Range;

use super::load::Engine;
use super::people::USER;
use super::people_fold::{PeopleFold, SESSION, TOOL};
use super::people_state::{NamedSession, PersonState};
use super::session_fold::settled;
use crate::insight::Deeds;

impl PeopleFold {
    /// By the hash of their names.
    pub(super) fn people(mut self, engine: &Engine, hashes: &[u64]) -> Vec<PersonState> {
        let users = &engine.dictionaries[USER];
        // Few tools, used by many people.
        let tool_hashes = engine.dictionaries[TOOL].hashes();
        let deeds = ByUser::new(std::mem::take(&mut self.deeds), users.size());
        let (bursts, sessions) = std::mem::take(&mut self.sessions).finish();
        let bursts = ByUser::new(bursts, users.size());
        let sessions = ByUser::new(sessions, users.size());
        let mut tools = [(); 2].map(|()| vec![Vec::new(); users.size()]);
        for (sets, tools) in self.tools.iter_mut().zip(&mut tools) {
            sets.each(|user, tool| tools[user as usize].push(tool_hashes[tool as usize]));
            tools.iter_mut().for_each(|tools| tools.sort_unstable());
        }
        let mut people: Vec<PersonState> = users
            .iter()
            .map(|(user, name)| PersonState {
                hash: hashes[user as usize],
                name: name.into(),
                times: self.times[user as usize].times(),
                deeds: one_a_slice(deeds.of(user)),
                tools: std::mem::take(&mut tools[0][user as usize]),
                tools_before: std::mem::take(&mut tools[1][user as usize]),
                bursts: settled(bursts.of(user).to_vec()),
                sessions: {
                    let named = sessions
                        .of(user)
                        .iter()
                        .map(|&(session, burst)| NamedSession {
                            id: engine.dictionaries[SESSION].hash(session),
                            burst,
                        });
                    let mut named: Vec<NamedSession> = named.collect();
                    named.sort_by_key(|session| session.id);
                    named.dedup_by(|later, earlier| {
                        let is_same = earlier.id == later.id;
                        if is_same {
                            earlier.burst.add(later.burst);
                        }
                        is_same
                    });
                    named
                },
            })
            .filter(|person| {
                !(person.deeds.is_empty() && person.bursts.is_empty() && person.sessions.is_empty())
            })
            .collect();
        people.sort_by(|a, b| (a.hash, &a.name).cmp(&(b.hash, &b.name)));
        people.dedup_by(|later, earlier| {
            let is_same = earlier.hash == later.hash;
            if is_same {
                earlier.merge(later.clone());
            }
            is_same
        });
        people
    }
}

/// A person's deeds, which come slice after slice but for batches that overlap.
fn one_a_slice(deeds: &[Deeds]) -> Vec<Deeds> {
    let mut deeds = deeds.to_vec();
    deeds.sort_by_key(|deed| deed.slice);
    deeds.dedup_by(|later, earlier| {
        let is_same = earlier.slice == later.slice;
        if is_same {
            earlier.add(later);
        }
        is_same
    });
    deeds
}

/// Items put together by user, each user's in the order they came.
struct ByUser<T> {
    items: Vec<T>,
    /// Where each user's begin.
    starts: Vec<usize>,
}

impl<T: Copy> ByUser<T> {
    fn new(items: Vec<(u32, T)>, users: usize) -> Self {
        let mut starts = vec![0; users + 1];
        for (user, _) in &items {
            starts[*user as usize + 1] += 1;
        }
        for user in 0..users {
            starts[user + 1] += starts[user];
        }
        let mut next = starts.clone();
        let mut order = vec![0_u32; items.len()];
        for (at, (user, _)) in (0_u32..).zip(&items) {
            order[next[*user as usize]] = at;
            next[*user as usize] += 1;
        }
        Self {
            items: order.iter().map(|&at| items[at as usize].1).collect(),
            starts,
        }
    }

    fn of(&self, user: u32) -> &[T] {
        let range: Range<usize> = self.starts[user as usize]..self.starts[user as usize + 1];
        &self.items[range]
    }
}
