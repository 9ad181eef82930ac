//! What the records of one call add up to.
//!
//! Owns: which record says what of an execution. Does not own: which records are one call (`link`, `join`).
//!
//! The primary gives tool, start and duration; the others fill in what it does not know. It failed when any of them
//! says so. It was refused when a record says so that is about this very call and not about one inside of it.

use std::collections::HashMap;
use std::sync::Arc;

use super::profiles::TOOL_ERROR;
use super::record::{Candidate, SpanKey, Surrounding};
use super::tree::Tree;
use crate::model::batch::BatchBuilder;
use crate::model::schema::TEXT_COLUMNS;
use crate::model::{Column, EventKind, EventRow, Outcome};

/// How far up the spans around a call are asked who called.
const SURROUNDINGS_MAX: usize = 64;

/// Adds the execution of a group, in which the primary stands first. Returns how it ended.
pub fn push(
    events: &mut BatchBuilder,
    members: &[&Candidate],
    tree: &Tree,
    surroundings: &HashMap<SpanKey, &Surrounding>,
) -> Outcome {
    let first = members[0];
    let of = |column: fn(&Candidate) -> &Option<Arc<str>>| {
        members.iter().find_map(|one| column(one).as_deref())
    };
    let outcome = outcome(members, tree);
    let (user, session) = (of(|one| &one.user), of(|one| &one.session));
    let around = if user.is_none() || session.is_none() {
        around(first.key, tree, surroundings)
    } else {
        Around::default()
    };
    let (client, client_version) = client(members);
    let text = TEXT_COLUMNS.map(|column| match column {
        Column::Tool => of(|one| &one.tool),
        Column::Server => server(members),
        Column::User => user.or(around.user),
        Column::Workspace => of(|one| &one.workspace),
        Column::Client => client,
        Column::ClientVersion => client_version,
        Column::Platform => of(|one| &one.platform),
        Column::ErrorClass => error(members).filter(|_| outcome == Outcome::Failure),
        Column::Session => session
            .or(around.session)
            .or_else(|| of(|one| &one.transport_session)),
        Column::Model => of(|one| &one.model),
        _ => None,
    });
    let durations = members.iter().map(|one| one.duration_ms);
    // What never ran took no time, whatever its span waited for.
    let mut durations = durations.filter(|_| outcome != Outcome::Rejected);
    events.push(&EventRow {
        time_us: first.start_us,
        kind: EventKind::Execution,
        outcome,
        event_id: first.id,
        text,
        duration_ms: durations.find(|ms| !ms.is_nan()),
        ..EventRow::default()
    });
    outcome
}

fn outcome(members: &[&Candidate], tree: &Tree) -> Outcome {
    let first = members[0];
    let is_about_it = |one: &Candidate| {
        let is_other_call = one.call != 0 && first.call != 0 && one.call != first.call;
        let is_same_span = one.key == first.key || tree.parent(one.key) == Some(first.key);
        !is_other_call && (one.call != 0 && one.call == first.call || is_same_span)
    };
    let says = |outcome| move |one: &&&Candidate| one.outcome == outcome;
    let mut refusals = members.iter().filter(says(Outcome::Rejected));
    if first.outcome == Outcome::Rejected || refusals.any(|one| is_about_it(one)) {
        return Outcome::Rejected;
    }
    if members.iter().any(|one| one.outcome == Outcome::Failure) {
        return Outcome::Failure;
    }
    first.outcome
}

/// A name that somebody gave the server goes before what its program calls itself.
fn server<'a>(members: &[&'a Candidate]) -> Option<&'a str> {
    let servers_own = members.iter().filter(|one| one.is_server);
    servers_own
        .into_iter()
        .chain(members)
        .find_map(|one| one.server.as_deref())
        .or_else(|| members.iter().find_map(|one| one.service.as_deref()))
}

/// Name and version, both from the same record. The name a client gave itself goes before that of its program.
fn client<'a>(members: &[&'a Candidate]) -> (Option<&'a str>, Option<&'a str>) {
    let introduced = members.iter().find(|one| one.client_info.is_some());
    if let Some(one) = introduced {
        return (
            one.client_info.as_deref(),
            one.client_info_version.as_deref(),
        );
    }
    let reporting = members.iter().find(|one| one.client.is_some());
    reporting.map_or((None, None), |one| {
        (one.client.as_deref(), one.client_version.as_deref())
    })
}

/// The server often knows the exception where the client only saw a tool's error. Log records are asked first: where a
/// client writes them, they are all it writes by default, and a class should not depend on a setting.
fn error<'a>(members: &[&'a Candidate]) -> Option<&'a str> {
    let logs = members.iter().filter(|one| one.is_log);
    let all = logs.chain(members);
    let mut classes = all.clone().filter_map(|one| one.error_class.as_deref());
    let mut otherwise = all.filter_map(|one| one.error_otherwise.as_deref());
    let telling = classes.clone().find(|class| *class != TOOL_ERROR);
    telling
        .or_else(|| classes.next())
        .or_else(|| otherwise.next())
}

#[derive(Default)]
pub struct Around<'a> {
    pub user: Option<&'a str>,
    pub session: Option<&'a str>,
}

/// What the spans around a call say: an agent's run knows its user, where its tools do not repeat it.
pub fn around<'a>(
    key: SpanKey,
    tree: &Tree,
    surroundings: &HashMap<SpanKey, &'a Surrounding>,
) -> Around<'a> {
    let mut around = Around::default();
    let way = std::iter::successors(Some(key), |key| tree.parent(*key));
    for key in way.take(SURROUNDINGS_MAX) {
        let Some(found) = surroundings.get(&key) else {
            continue;
        };
        around.user = around.user.or(found.user.as_deref());
        around.session = around.session.or(found.session.as_deref());
    }
    around
}
