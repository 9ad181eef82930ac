//! Why executions fail, and what fails most (T3).

use std::collections::HashMap;

use super::fixes::fix;
use super::frame::Frame;
use super::parts::Part;
use super::table::{count, float, known, maybe, metrics, names, ratio, table, text};
use crate::metrics::{MetricId, success_rate, wilson_interval};
use crate::model::{Cell, ResultTable, TimeUs};

/// So many classes are told.
const CLASSES_MAX: usize = 20;
/// From so many finished executions on, a rate is more than a hint.
pub const FINISHED_MIN: u64 = 30;

/// The most common error classes. The parts, all of failures: by class with people and last use, by class and tool,
/// by day, by day and class. The first failure is told where no failure was left out.
pub fn error_classes(parts: &[Part], frame: &Frame) -> ResultTable {
    let [by_class, by_tool, by_day, by_day_and_class, ..] = parts else {
        return ResultTable::default();
    };
    let all = by_class.total_count(MetricId::Failures);
    let mut tools: HashMap<Option<&str>, u64> = HashMap::new();
    for (key, failures) in by_tool.counts(MetricId::Failures) {
        if let [class, Some(_)] = key[..]
            && failures > 0
        {
            *tools.entry(class).or_default() += 1;
        }
    }
    let days = days(by_day);
    let mut first: HashMap<Option<&str>, TimeUs> = HashMap::new();
    for (key, failures) in by_day_and_class.counts(MetricId::Failures) {
        if let [Some(day), class] = key[..]
            && failures > 0
            && let Some(&start_us) = days.get(day)
        {
            let held = first.entry(class).or_insert(start_us);
            *held = (*held).min(start_us);
        }
    }
    let cell = |row: usize, metric: MetricId| {
        let cell = by_class.table.cell(row, metric.id());
        cell.cloned().unwrap_or_default()
    };
    let mut classes: Vec<(u64, Vec<Cell>)> = by_class
        .counts(MetricId::Failures)
        .enumerate()
        .filter(|(_, (_, failures))| *failures > 0)
        .map(|(row, (key, failures))| {
            let class = key.first().copied().flatten();
            let known_fix = class.and_then(fix);
            let first = first.get(&class).map_or(Cell::Null, |&day| Cell::Time(day));
            let cells = vec![
                maybe(class),
                count(failures),
                ratio(failures, all),
                count(tools.get(&class).copied().unwrap_or_default()),
                cell(row, MetricId::Users),
                known(parts.iter().all(|part| part.is_whole), first),
                cell(row, MetricId::LastUsed),
                maybe(known_fix.map(|fix| fix.cause)),
                maybe(known_fix.map(|fix| fix.advice)),
            ];
            (failures, cells)
        })
        .collect();
    classes.sort_by_key(|(failures, _)| std::cmp::Reverse(*failures));
    let groups = classes.len() as u64;
    classes.truncate(CLASSES_MAX);
    let mut columns = vec![names("error_class", "Error")];
    columns.extend(metrics(&[
        MetricId::Failures,
        MetricId::FailureShare,
        MetricId::ToolsAffected,
        MetricId::UsersAffected,
        MetricId::FirstFailure,
        MetricId::LastFailure,
        MetricId::FailureCause,
        MetricId::FailureFix,
    ]));
    let rows = classes.into_iter().map(|(_, cells)| cells).collect();
    let mut table = table(frame, columns, rows, by_class.table.events);
    table.groups = groups;
    table.totals[1] = count(all);
    table
}

/// Values of a dimension by how often they fail at least (the lower bound of their rate), those with few executions
/// last. The part: successes and failures by value.
pub fn failing(part: &Part, dimension: (&str, &str), frame: &Frame) -> ResultTable {
    let successes = part
        .counts(MetricId::Successes)
        .map(|(_, successes)| successes);
    let mut told: Vec<(bool, f64, Vec<Cell>)> = part
        .counts(MetricId::Failures)
        .zip(successes)
        .filter(|((_, failures), _)| *failures > 0)
        .filter_map(|((key, failures), successes)| {
            let value = key.first().copied().flatten()?;
            let finished = failures.saturating_add(successes);
            let (low, high) = wilson_interval(failures, finished)?;
            let is_few = finished < FINISHED_MIN;
            let cells = vec![
                text(value),
                count(failures),
                count(finished),
                float(success_rate(failures, successes)),
                float(Some(low)),
                float(Some(high)),
                text(if is_few { "few" } else { "enough" }),
            ];
            Some((is_few, low, cells))
        })
        .collect();
    told.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    let mut columns = vec![names(dimension.0, dimension.1)];
    columns.extend(metrics(&[
        MetricId::Failures,
        MetricId::Finished,
        MetricId::FailureRate,
        MetricId::FailureRateLow,
        MetricId::FailureRateHigh,
        MetricId::Evidence,
    ]));
    let rows = told.into_iter().map(|(_, _, cells)| cells).collect();
    table(frame, columns, rows, part.table.events)
}

/// When the days of a table by day begin.
pub fn days(by_day: &Part) -> HashMap<&str, TimeUs> {
    let starts = by_day.table.rows.iter().zip(&by_day.table.bucket_start_us);
    starts
        .filter_map(|(row, &start_us)| Some((row.first()?.text()?, start_us)))
        .collect()
}
