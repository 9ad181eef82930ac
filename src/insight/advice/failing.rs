//! Tools and versions of clients that fail more than others.

use std::collections::BTreeMap;

use super::words::{number, percent, rows, share};
use super::{Evidence, Finding, QUIET_US};
use crate::insight::chance::two_proportions;
use crate::insight::parts::Part;
use crate::insight::places::release_order;
use crate::metrics::{MetricId, wilson_interval};
use crate::model::TimeUs;

/// A rate of fewer finished executions tells too little.
const FINISHED_MIN: u64 = 30;
/// A tool fails often when the lower bound of its failure rate is above this, and above so many times the organisation's.
const FAILING_FROM: f64 = 0.10;
const FAILING_TIMES: f64 = 2.0;

/// A version counts from this share of its client's people on.
const VERSION_USERS: f64 = 0.10;
/// It does worse than the client's other versions from so many standard errors on, and by so much.
const VERSION_SIGMAS: f64 = 3.0;
const VERSION_WORSE_BY: f64 = 0.02;
pub(super) fn failing_tools(evidence: &Evidence) -> Vec<Finding> {
    let Some(usual) = failure_rate(evidence.all, 0) else {
        return Vec::new();
    };
    let limit = FAILING_FROM.max(FAILING_TIMES * usual.rate);
    let tools = rows(evidence.tools).filter_map(|(row, tool)| {
        let found = failure_rate(evidence.tools, row)?;
        (found.finished >= FINISHED_MIN && found.low > limit).then(|| Finding {
            about: "tool",
            name: tool.into(),
            client: None,
            sentence: format!(
                "{} of {} finished executions failed ({}); in the whole organisation {} do.",
                number(found.failures as f64),
                number(found.finished as f64),
                percent(found.rate),
                percent(usual.rate)
            ),
            affected: found.finished as f64 / evidence.executions(),
        })
    });
    tools.collect()
}

/// How often executions fail.
pub(super) struct FailureRate {
    failures: u64,
    finished: u64,
    pub rate: f64,
    /// Lower bound of its 95 % interval.
    low: f64,
}

impl FailureRate {
    fn new(failures: u64, finished: u64) -> Option<Self> {
        let (low, _) = wilson_interval(failures, finished)?;
        Some(Self {
            failures,
            finished,
            rate: failures as f64 / finished as f64,
            low,
        })
    }
}

/// Of one row.
pub(super) fn failure_rate(part: &Part, row: usize) -> Option<FailureRate> {
    let failures = part.count(row, MetricId::Failures);
    FailureRate::new(
        failures,
        failures.saturating_add(part.count(row, MetricId::Successes)),
    )
}

pub(super) fn versions_to_leave(evidence: &Evidence) -> Vec<Finding> {
    failing_versions(evidence, true)
}

pub(super) fn versions_to_hold_back(evidence: &Evidence) -> Vec<Finding> {
    failing_versions(evidence, false)
}

/// Versions in use that fail clearly more often than their client's others; those with or without a newer one that does
/// better.
fn failing_versions(evidence: &Evidence, with_better: bool) -> Vec<Finding> {
    let part = evidence.versions;
    let quiet_us = evidence.frame.as_of_us().saturating_sub(QUIET_US);
    let mut clients: BTreeMap<&str, Vec<(&str, usize)>> = BTreeMap::new();
    for (row, client) in rows(part) {
        if let Some(version) = part.text(row, 1) {
            clients.entry(client).or_default().push((version, row));
        }
    }
    let users: BTreeMap<&str, f64> = rows(evidence.clients)
        .filter_map(|(row, client)| Some((client, evidence.clients.number(row, MetricId::Users)?)))
        .collect();
    let mut findings = Vec::new();
    let worst = worst_people(evidence.version_people);
    let is_whole = part.is_whole && evidence.version_people.is_whole;
    for (client, versions) in clients.into_iter().filter(|_| is_whole) {
        let sum = |metric| -> u64 {
            let counts = versions.iter().map(|&(_, row)| part.count(row, metric));
            counts.fold(0, u64::saturating_add)
        };
        let (failures, successes) = (sum(MetricId::Failures), sum(MetricId::Successes));
        for &(version, row) in &versions {
            let here = part.number(row, MetricId::Users).unwrap_or_default();
            let all = users.get(client).copied().unwrap_or_default();
            let is_used = part
                .number(row, MetricId::LastUsed)
                .is_some_and(|last_us| last_us as TimeUs >= quiet_us);
            let Some(one) = failure_rate(part, row).filter(|_| is_used) else {
                continue;
            };
            let rest = FailureRate::new(
                failures.saturating_sub(one.failures),
                failures
                    .saturating_add(successes)
                    .saturating_sub(one.finished),
            );
            let Some(rest) = rest.filter(|rest| rest.finished.min(one.finished) >= FINISHED_MIN)
            else {
                continue;
            };
            let is_worse =
                one.rate - rest.rate > VERSION_WORSE_BY && sigmas(&one, &rest) > VERSION_SIGMAS;
            // One person's trouble is not the version's: it is worse without the one who failed most, too.
            let (failed, finished) = worst.get(&(client, version)).copied().unwrap_or_default();
            let others = FailureRate::new(
                one.failures.saturating_sub(failed),
                one.finished.saturating_sub(finished),
            );
            let is_worse = is_worse
                && others.is_some_and(|others| {
                    others.rate - rest.rate > VERSION_WORSE_BY
                        && sigmas(&others, &rest) > VERSION_SIGMAS
                });
            let has_better = versions.iter().any(|&(other, row)| {
                release_order(other, version).is_gt()
                    && failure_rate(part, row).is_some_and(|other| other.rate < one.rate)
            });
            if !is_worse || here < VERSION_USERS * all || has_better != with_better {
                continue;
            }
            findings.push(Finding {
                about: "client_version",
                name: version.into(),
                client: Some(client.into()),
                sentence: format!(
                    "{} of {} people of this client use it, and {} of their executions fail; with its other versions {} do.",
                    number(here),
                    number(all),
                    percent(one.rate),
                    percent(rest.rate)
                ),
                affected: share(here, evidence.users()),
            });
        }
    }
    findings
}

/// Of each client and version what the person with the most failures did: failures, finished executions.
fn worst_people(part: &Part) -> BTreeMap<(&str, &str), (u64, u64)> {
    let mut worst: BTreeMap<(&str, &str), (u64, u64)> = BTreeMap::new();
    for (row, client) in rows(part) {
        let (Some(version), Some(_)) = (part.text(row, 1), part.text(row, 2)) else {
            continue;
        };
        let failures = part.count(row, MetricId::Failures);
        let finished = failures.saturating_add(part.count(row, MetricId::Successes));
        let held = worst.entry((client, version)).or_default();
        *held = (*held).max((failures, finished));
    }
    worst
}

/// How many standard errors one rate is above another.
fn sigmas(one: &FailureRate, other: &FailureRate) -> f64 {
    let of = |rate: &FailureRate| (rate.failures, rate.finished);
    two_proportions(of(one), of(other)).unwrap_or_default()
}
