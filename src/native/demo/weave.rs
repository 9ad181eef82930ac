//! What belongs together in a session: a conversation with its first response, its provider calls and the executions
//! in it; connecting before anything happens, and leaving. Draws from a stream of its own, so that executions stay.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::chance::{exponential, happens, lognormal};
use super::events::{DemoEvent, Teller};
use super::moments::{cost_usd, us};
use super::stories;
use crate::model::zone::SECOND_US;
use crate::model::{EventKind, Outcome, TimeUs};

/// Connecting and authenticating come this far before a session's first event.
const OPENING_US: i64 = 2 * SECOND_US;
/// A question is typed this long before the first tool runs, seconds on average.
const TYPING_S: f64 = 4.0;
/// Someone stays this long after the last event, seconds on average.
const LEAVING_S: f64 = 70.0;

impl Teller {
    /// Orders the events of one session, which are the last ones from this position on.
    pub fn weave(&mut self, from: usize, day: i64) {
        let days_ago = self.today - day;
        let now_us = self.now_us();
        let rng = &mut self.weaver;
        let session = &mut self.events[from..];
        let times = || session.iter().map(|event| event.time_us);
        let (Some(start_us), Some(end_us)) = (times().min(), times().max()) else {
            return;
        };
        let talks = conversations(rng, session);
        provider_calls(rng, session, &talks, days_ago);
        connections(rng, session, (start_us, end_us), &mut self.open);
        for event in session {
            event.time_us = event.time_us.min(now_us) / 1_000 * 1_000;
        }
    }
}

fn of_kind(session: &[DemoEvent], kinds: &[EventKind]) -> Vec<usize> {
    (0..session.len())
        .filter(|&at| kinds.contains(&session[at].kind))
        .collect()
}

/// Every second of what was said is the first response to the one before; the executions of the session are shared out
/// among the conversations. Gives the conversations' positions.
fn conversations(rng: &mut ChaCha8Rng, session: &mut [DemoEvent]) -> Vec<usize> {
    let said = of_kind(
        session,
        &[EventKind::Conversation, EventKind::FirstResponse],
    );
    let work: Vec<TimeUs> = of_kind(session, &[EventKind::Execution])
        .into_iter()
        .map(|at| session[at].time_us)
        .collect();
    let pairs = said.chunks(2);
    let count = pairs.len();
    let mut talks = Vec::with_capacity(count);
    for (number, pair) in pairs.enumerate() {
        let at = pair[0];
        let first_work_us = work.get(number * work.len() / count);
        let talk = &mut session[at];
        if let Some(work_us) = first_work_us {
            talk.time_us = work_us - (exponential(rng, TYPING_S) * 1e6) as i64 - SECOND_US / 2;
        }
        if talk.kind != EventKind::Conversation {
            talk.kind = EventKind::Conversation;
            talk.duration_us = us(lognormal(rng, 64_000.0, 0.8));
        }
        let talk = *talk;
        if let Some(response) = pair.get(1).and_then(|&at| session.get_mut(at)) {
            if response.kind != EventKind::FirstResponse {
                response.kind = EventKind::FirstResponse;
                response.duration_us = us(lognormal(rng, 1_250.0, 0.5));
            }
            response.time_us = talk.time_us;
            response.model = talk.model;
            response.duration_us = response.duration_us.min(talk.duration_us);
        }
        talks.push(at);
    }
    talks
}

/// Calls belong to the conversations in turn, and ask their model.
fn provider_calls(rng: &mut ChaCha8Rng, session: &mut [DemoEvent], talks: &[usize], days_ago: i64) {
    let calls = of_kind(session, &[EventKind::ProviderCall]);
    for (&at, &talk) in calls.iter().zip(talks.iter().cycle()) {
        let talk = session[talk];
        let call = &mut session[at];
        let into = talk.duration_us as f64 * rng.random::<f64>();
        call.time_us = talk.time_us + into as i64;
        call.model = talk.model;
        call.cost_usd = cost_usd(call, days_ago);
    }
}

/// Connections and authentications open a session. A disconnection ends it, or drops the connection in its middle; a
/// second connection then takes up again. One in a session that never connected ends an earlier session of `open`
/// instead: connections that nobody has left, with their session's end.
fn connections(
    rng: &mut ChaCha8Rng,
    session: &mut [DemoEvent],
    (start_us, end_us): (TimeUs, TimeUs),
    open: &mut Vec<(DemoEvent, TimeUs)>,
) {
    let opening = |rng: &mut ChaCha8Rng| start_us - rng.random_range(0..OPENING_US);
    for at in of_kind(session, &[EventKind::Authentication]) {
        session[at].time_us = opening(rng);
    }
    let connections = of_kind(session, &[EventKind::Connection]);
    for &at in &connections {
        session[at].time_us = opening(rng);
    }
    let connected = connections
        .iter()
        .copied()
        .find(|&at| session[at].outcome == Outcome::Success);
    let disconnections = of_kind(session, &[EventKind::Disconnection]);
    if let Some(at) = connected.filter(|_| disconnections.is_empty()) {
        open.push((session[at], end_us));
    }
    for at in disconnections {
        let (server, since_us) = connected.map_or((session[at].server, start_us), |connection| {
            (session[connection].server, session[connection].time_us)
        });
        let dropped = happens(rng, stories::DROPPED_RATE) && end_us > start_us;
        let left_us = if dropped {
            rng.random_range(start_us..end_us)
        } else {
            end_us + (exponential(rng, LEAVING_S) * 1e6) as i64
        };
        if let Some((connection, ended_us)) = open.pop_if(|_| connected.is_none()) {
            let time_us = ended_us + (left_us - end_us).max(SECOND_US);
            session[at] = DemoEvent {
                time_us,
                kind: EventKind::Disconnection,
                duration_us: (time_us - connection.time_us).unsigned_abs(),
                ..connection
            };
            continue;
        }
        let event = &mut session[at];
        event.server = server;
        event.time_us = left_us;
        event.duration_us = (left_us - since_us).unsigned_abs() / 1_000 * 1_000;
        // Whoever connects twice takes up again.
        let again = connections
            .last()
            .filter(|&&again| Some(again) != connected);
        if let Some(&again) = again.filter(|_| dropped) {
            let after_us = (exponential(rng, 45.0) * 1e6) as i64 + SECOND_US;
            session[again].server = server;
            session[again].time_us = (left_us + after_us).min(end_us);
        }
    }
}
