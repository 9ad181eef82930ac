//! Events into sessions: by their id, else by the gaps between them.

use std::collections::HashMap;

use super::people_state::{Burst, grow_together};

/// Nobody's; behind any real event.
const NONE: Burst = Burst {
    first_us: i64::MAX,
    last_us: i64::MIN,
};

/// Sessions while the pass runs.
#[derive(Debug, Default)]
pub struct SessionFold {
    /// By user: the burst that may go on.
    open: Vec<Burst>,
    closed: Vec<(u32, Burst)>,
    /// By session code: the first user met in it, and the user's events. A session has one user, nearly always.
    named: Vec<(u32, Burst)>,
    /// (session, user) of other users.
    shared: HashMap<(u32, u32), Burst>,
}

impl SessionFold {
    /// For so many codes of users and sessions; for none of them where nobody asks.
    pub fn new(is_needed: bool, users: usize, sessions: usize) -> Self {
        if !is_needed {
            return Self::default();
        }
        Self {
            open: vec![NONE; users],
            named: vec![(0, NONE); sessions],
            ..Self::default()
        }
    }

    /// Adds one event; 0 is no session.
    pub fn add(&mut self, user: u32, session: u32, event: Burst) {
        if session != 0 {
            let named = &mut self.named[session as usize];
            if named.0 == 0 {
                named.0 = user;
            }
            if named.0 == user {
                named.1.add(event);
            } else {
                self.shared
                    .entry((session, user))
                    .or_insert(NONE)
                    .add(event);
            }
            return;
        }
        let open = &mut self.open[user as usize];
        let goes_on = open.first_us <= event.first_us && open.reaches(event.first_us);
        if goes_on {
            open.add(event);
            return;
        }
        if open.first_us != i64::MAX {
            self.closed.push((user, *open));
        }
        *open = event;
    }

    /// Bursts by user, and sessions by user: (user, (session code, burst)).
    pub fn finish(self) -> (Vec<(u32, Burst)>, Vec<(u32, (u32, Burst))>) {
        let mut bursts = self.closed;
        let open = (0_u32..).zip(self.open);
        bursts.extend(open.filter(|(_, burst)| burst.first_us != i64::MAX));
        let named = (0_u32..).zip(self.named);
        let mut sessions: Vec<(u32, (u32, Burst))> = named
            .filter(|(_, (user, _))| *user != 0)
            .map(|(session, (user, burst))| (user, (session, burst)))
            .collect();
        let shared = self.shared.into_iter();
        sessions.extend(shared.map(|((session, user), burst)| (user, (session, burst))));
        (bursts, sessions)
    }
}

/// One person's bursts, in any order, as the state keeps them.
pub fn settled(mut bursts: Vec<Burst>) -> Vec<Burst> {
    grow_together(&mut bursts);
    bursts
}
