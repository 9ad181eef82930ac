//! What is there and not used: workspaces and tools.

use std::collections::{BTreeMap, BTreeSet};

use super::words::{number, percent, rows, share};
use super::{Evidence, Finding, QUIET_US};
use crate::metrics::MetricId;
use crate::model::TimeUs;
use crate::model::zone::DAY_US;

/// A workspace that had so many executions before, in a period of at least [`QUIET_US`].
const ASLEEP_BEFORE_MIN: f64 = 20.0;

/// A tool is little adopted when it was assigned to so many people and fewer than this share used it.
const ASSIGNED_MIN: usize = 20;
const ADOPTED_BELOW: f64 = 0.10;
/// Shorter periods do not tell that something is not used.
const UNUSED_DAYS_MIN: f64 = 28.0;

/// Workspaces that were in use and no longer are, while others are.
pub(super) fn sleeping_workspaces(evidence: &Evidence) -> Vec<Finding> {
    let frame = evidence.frame;
    let quiet_us = frame.as_of_us().saturating_sub(QUIET_US);
    let (part, awake) = (evidence.workspaces, evidence.awake);
    let last_us = |row: usize| {
        let last_us = awake.number(row, MetricId::LastUsed);
        last_us.map(|last_us| last_us as TimeUs)
    };
    let is_anybody_awake = rows(awake).any(|(row, _)| last_us(row) >= Some(quiet_us));
    if frame.period_us.0 > quiet_us || !is_anybody_awake || !(part.is_whole && awake.is_whole) {
        return Vec::new();
    }
    let index = awake.index();
    let people = people(evidence);
    let workspaces = rows(part).filter_map(|(row, id)| {
        let last_us = index.get(id).and_then(|&row| last_us(row));
        let now = part.number(row, MetricId::Executions).unwrap_or_default();
        let earlier = part.named(row, "executions_previous").unwrap_or_default();
        let place = evidence.organisation.place(id);
        let members = place.map_or(0, |place| place.members.len());
        let has_members = members > 0 || !evidence.organisation.is_known;
        let is_asleep = last_us.is_none_or(|last_us| last_us < quiet_us);
        let before = now + earlier;
        let days = last_us.map_or(frame.period_us.0, |last_us| last_us);
        let days = frame.as_of_us().saturating_sub(days) / DAY_US;
        (has_members && is_asleep && before >= ASLEEP_BEFORE_MIN).then(|| Finding {
            about: "workspace",
            name: id.into(),
            client: None,
            sentence: format!(
                "No execution for {}{} days, after {} before; it has {} members.",
                if last_us.is_none() { "at least " } else { "" },
                number(days as f64),
                number(before),
                if evidence.organisation.is_known {
                    number(members as f64)
                } else {
                    "an unknown number of".into()
                }
            ),
            affected: share(members as f64, people),
        })
    });
    workspaces.collect()
}

/// Everybody in a workspace of the directory.
fn people(evidence: &Evidence) -> f64 {
    let places = evidence.organisation.workspaces.iter();
    let people: BTreeSet<&str> = places
        .flat_map(|place| place.members.iter().copied())
        .collect();
    people.len() as f64
}

/// The people in workspaces that were given each tool.
fn assigned<'a>(evidence: &Evidence<'a>) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut assigned: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for place in &evidence.organisation.workspaces {
        for tool in &place.tools {
            assigned
                .entry(tool)
                .or_default()
                .extend(place.members.iter().copied());
        }
    }
    assigned
}

/// Is the period long enough, and told in full, to say that something is not used in it?
fn tells_unused(evidence: &Evidence) -> bool {
    evidence.days() >= UNUSED_DAYS_MIN && evidence.tools.is_whole && evidence.executions() > 0.0
}

pub(super) fn low_adoption(evidence: &Evidence) -> Vec<Finding> {
    if !tells_unused(evidence) {
        return Vec::new();
    }
    let (index, all) = (evidence.tools.index(), people(evidence));
    let assigned = assigned(evidence).into_iter();
    let tools = assigned.filter_map(|(tool, people)| {
        let users = match index.get(tool) {
            Some(&row) => evidence.tools.number(row, MetricId::Users)?,
            None => 0.0,
        };
        let given = people.len() as f64;
        (people.len() >= ASSIGNED_MIN && users < ADOPTED_BELOW * given).then(|| Finding {
            about: "tool",
            name: tool.into(),
            client: None,
            sentence: format!(
                "Assigned to {} people, and used by {} ({}) in {} days.",
                number(given),
                number(users),
                percent(users / given),
                number(evidence.days().round())
            ),
            affected: share(given - users, all),
        })
    });
    tools.collect()
}

/// Tools of the catalogue that nobody runs; those given to many people are told by [`low_adoption`].
pub(super) fn unused_tools(evidence: &Evidence) -> Vec<Finding> {
    if !tells_unused(evidence) {
        return Vec::new();
    }
    let (index, all, assigned) = (evidence.tools.index(), people(evidence), assigned(evidence));
    let early_us = evidence.frame.as_of_us() - (UNUSED_DAYS_MIN * DAY_US as f64) as TimeUs;
    let tools = evidence.organisation.tools.iter().filter_map(|tool| {
        let given = assigned.get(tool.name.as_str()).map_or(0, BTreeSet::len);
        let is_old = tool.added_at.is_none_or(|added_us| added_us <= early_us);
        let is_unused = !index.contains_key(tool.name.as_str());
        (is_unused && is_old && given < ASSIGNED_MIN).then(|| Finding {
            about: "tool",
            name: tool.name.clone(),
            client: None,
            sentence: format!(
                "In the catalogue, assigned to {} people, and never executed in {} days.",
                number(given as f64),
                number(evidence.days().round())
            ),
            affected: share(given as f64, all),
        })
    });
    tools.collect()
}
