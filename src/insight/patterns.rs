//! Where an error strikes more than elsewhere, and since when (T3).

use std::collections::{BTreeMap, HashMap};

use super::chance::{adjusted, exceeds};
use super::failures::days;
use super::fixes::fix;
use super::frame::Frame;
use super::parts::Part;
use super::table::{count, float, maybe, metrics, names, table, text};
use crate::metrics::MetricId;
use crate::model::{Cell, ResultTable, TimeUs};

/// So many of the most common error classes are looked at.
const CLASSES_MAX: usize = 10;
/// Of each class at most so many places are told.
const TOLD_MAX: usize = 3;
const FALSE_DISCOVERIES: f64 = 0.05;
/// Fewer failures than these beyond what is usual elsewhere are no pattern, nor is a smaller part of the class's.
const EXCESS_MIN: f64 = 5.0;
const EXCESS_PART_MIN: f64 = 0.05;
/// A share of failures that is less than this many times the one elsewhere is no pattern.
const TIMES_MIN: f64 = 1.5;
/// Places that explain nearly as much as the one that explains most: the narrowest of them goes first.
const AS_MUCH: f64 = 0.9;

/// One class at one place.
struct Pattern<'a> {
    class: usize,
    dimension: &'a str,
    /// The values of the place; the last one is the dimension's.
    place: Vec<&'a str>,
    failures: u64,
    finished: u64,
    share: f64,
    share_elsewhere: f64,
    probability: f64,
    since_us: Option<TimeUs>,
}

impl Pattern<'_> {
    /// Failures beyond what there would be with the share of elsewhere.
    fn excess(&self) -> f64 {
        self.failures as f64 - self.finished as f64 * self.share_elsewhere
    }
}

/// The parts: failures by class, finished executions by day, and then for each place finished executions there, and
/// failures by day, class and place.
pub fn failure_patterns(parts: &[Part], places: &[&str], frame: &Frame) -> ResultTable {
    let [by_class, by_day, of_places @ ..] = parts else {
        return ResultTable::default();
    };
    let mut classes: Vec<(&str, u64)> = by_class
        .counts(MetricId::Failures)
        .filter_map(|(key, failures)| Some((key.first().copied()??, failures)))
        .collect();
    classes.sort_by_key(|&(_, failures)| std::cmp::Reverse(failures));
    classes.truncate(CLASSES_MAX);
    let days = days(by_day);
    // What fails since the first day that tells anything may have failed before.
    let begin_us = by_day
        .counts(MetricId::Executions)
        .filter(|&(_, executions)| executions > 0)
        .find_map(|(key, _)| days.get(key.first().copied()??).copied());
    let mut patterns = Vec::new();
    for (pair, &dimension) in of_places.chunks_exact(2).zip(places) {
        let since = |since_us: TimeUs| Some(since_us).filter(|_| begin_us != Some(since_us));
        for mut pattern in at_places(&pair[0], &pair[1], &classes, &days) {
            pattern.dimension = dimension;
            pattern.since_us = pattern.since_us.and_then(since);
            patterns.push(pattern);
        }
    }
    let probabilities: Vec<f64> = patterns.iter().map(|one| one.probability).collect();
    for (pattern, probability) in patterns.iter_mut().zip(adjusted(&probabilities)) {
        pattern.probability = probability;
    }
    let mut rows = Vec::new();
    for (class, &(name, failures)) in classes.iter().enumerate() {
        let of_class = patterns.iter().filter(|one| one.class == class);
        for pattern in told(of_class.collect(), failures) {
            rows.push(row(name, pattern));
        }
    }
    let mut columns = vec![
        names("error_class", "Error"),
        names("dimension", "Where"),
        names("value", "Value"),
        names("client", "Client"),
    ];
    columns.extend(metrics(&[
        MetricId::FailuresThere,
        MetricId::FinishedThere,
        MetricId::FailureShareThere,
        MetricId::FailureShareElsewhere,
        MetricId::PatternProbability,
        MetricId::PatternSince,
        MetricId::FailureCause,
        MetricId::FailureFix,
    ]));
    table(frame, columns, rows, by_day.table.events)
}

/// Every class at every value of one place, with the probability that chance makes it.
fn at_places<'a>(
    finished: &'a Part,
    failed: &'a Part,
    classes: &[(&str, u64)],
    days: &HashMap<&str, TimeUs>,
) -> Vec<Pattern<'a>> {
    let all = finished.total_count(MetricId::Executions);
    let mut found: HashMap<(usize, Vec<&str>), (u64, Option<TimeUs>)> = HashMap::new();
    for (key, failures) in failed.counts(MetricId::Failures) {
        let [Some(day), Some(class), place @ ..] = &key[..] else {
            continue;
        };
        let class = classes.iter().position(|(name, _)| name == class);
        let place: Option<Vec<&str>> = place.iter().copied().collect();
        let (Some(class), Some(place)) = (class, place) else {
            continue;
        };
        if failures == 0 {
            continue;
        }
        let held = found.entry((class, place)).or_default();
        held.0 = held.0.saturating_add(failures);
        let day_us = days.get(day).copied();
        held.1 = match (held.1, day_us) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    let places: BTreeMap<Vec<&str>, u64> = finished
        .counts(MetricId::Executions)
        .filter_map(|(key, executions)| Some((key.into_iter().collect::<Option<_>>()?, executions)))
        .collect();
    let mut patterns = Vec::new();
    for (place, &there) in &places {
        for (class, &(_, of_class)) in classes.iter().enumerate() {
            let (failures, since_us) = found
                .get(&(class, place.clone()))
                .copied()
                .unwrap_or_default();
            let elsewhere = (of_class.saturating_sub(failures), all.saturating_sub(there));
            let Some(probability) = exceeds((failures, there), elsewhere) else {
                continue;
            };
            patterns.push(Pattern {
                class,
                dimension: "",
                place: place.clone(),
                failures,
                finished: there,
                share: failures as f64 / there as f64,
                share_elsewhere: elsewhere.0 as f64 / elsewhere.1 as f64,
                probability,
                since_us,
            });
        }
    }
    patterns
}

/// Those of one class that are worth telling: what explains most first.
fn told<'a, 'b>(mut patterns: Vec<&'b Pattern<'a>>, failures: u64) -> Vec<&'b Pattern<'a>> {
    let excess_min = EXCESS_MIN.max(EXCESS_PART_MIN * failures as f64);
    patterns.retain(|one| {
        one.probability <= FALSE_DISCOVERIES
            && one.excess() >= excess_min
            && one.share >= TIMES_MIN * one.share_elsewhere
    });
    let most = patterns.iter().map(|one| one.excess()).fold(0.0, f64::max);
    let is_most = |one: &Pattern| one.excess() >= AS_MUCH * most;
    patterns.sort_by(|a, b| match (is_most(a), is_most(b)) {
        (true, true) => b.share.total_cmp(&a.share),
        (true, false) => std::cmp::Ordering::Less,
        (false, true) => std::cmp::Ordering::Greater,
        (false, false) => b.excess().total_cmp(&a.excess()),
    });
    patterns.truncate(TOLD_MAX);
    patterns
}

fn row(class: &str, pattern: &Pattern) -> Vec<Cell> {
    let known_fix = fix(class);
    let (value, before) = match pattern.place[..] {
        [value] => (Some(value), None),
        [.., before, value] => (Some(value), Some(before)),
        [] => (None, None),
    };
    vec![
        text(class),
        text(pattern.dimension),
        maybe(value),
        maybe(before),
        count(pattern.failures),
        count(pattern.finished),
        float(Some(pattern.share)),
        float(Some(pattern.share_elsewhere)),
        float(Some(pattern.probability)),
        pattern.since_us.map_or(Cell::Null, Cell::Time),
        maybe(known_fix.map(|fix| fix.cause)),
        maybe(known_fix.map(|fix| fix.advice)),
    ]
}
