//! Days on which far more happened than usual.

use super::words::{number, rows, share};
use super::{Evidence, Finding};
use crate::metrics::{MetricId, quantile};
use crate::model::zone::Bucket;

/// A day stands out by so many deviations (MAD) from the median of the other days of its kind, and by so many executions.
const SPIKE_MADS: f64 = 6.0;
const SPIKE_MIN: f64 = 50.0;
/// Of so many other days at least.
const SPIKE_DAYS_MIN: usize = 3;
/// Few days may agree by chance: no MAD is less than that of counts with four times the variance of a Poisson count,
/// 0.6745 · 2 standard deviations.
const SPIKE_MAD_FLOOR: f64 = 0.6745 * 2.0;

/// Complete days that stand out among the same weekdays.
pub(super) fn spikes(evidence: &Evidence) -> Vec<Finding> {
    let (frame, table) = (evidence.frame, &evidence.days.table);
    let begin_us = frame.data_begin_us.unwrap_or(i64::MIN);
    let days: Vec<(&str, i64, f64)> = rows(evidence.days)
        .filter_map(|(row, label)| {
            let start_us = *table.bucket_start_us.get(row)?;
            let key = frame
                .zone
                .bucket_key(start_us, Bucket::Day, frame.week_start);
            let is_cut = table.incomplete_rows.contains(&(row as u32))
                || frame.is_incomplete(key, Bucket::Day)
                || start_us < begin_us;
            let executions = evidence.days.number(row, MetricId::Executions)?;
            (!is_cut).then(|| (label, frame.zone.local_day(start_us), executions))
        })
        .collect();
    let day = |&(label, day, executions): &(&str, i64, f64)| {
        let others = days
            .iter()
            .filter(|(_, other, _)| *other != day && (other - day) % 7 == 0);
        let mut others: Vec<f64> = others.map(|(_, _, executions)| *executions).collect();
        let usual = quantile(&mut others, 0.5).filter(|_| others.len() >= SPIKE_DAYS_MIN)?;
        let mut away: Vec<f64> = others.iter().map(|one| (one - usual).abs()).collect();
        let mad = quantile(&mut away, 0.5)?.max(SPIKE_MAD_FLOOR * usual.sqrt());
        let excess = executions - usual;
        (excess > SPIKE_MADS * mad && excess >= SPIKE_MIN)
            .then(|| spike(evidence, label, executions, usual, days.len()))
    };
    days.iter().filter_map(day).collect()
}

/// One of them, about the tool that made more than half of what is beyond the usual, where there is one.
fn spike(evidence: &Evidence, label: &str, executions: f64, usual: f64, days: usize) -> Finding {
    let (part, excess) = (evidence.days_of_tools, executions - usual);
    let tool = rows(part)
        .filter(|(_, day)| *day == label)
        .filter_map(|(row, _)| {
            let (tool, then) = (part.text(row, 1)?, part.number(row, MetricId::Executions)?);
            let all = rows(evidence.tools).find(|(_, name)| *name == tool);
            let all = evidence.tools.number(all?.0, MetricId::Executions)?;
            // What it makes on the other days.
            let mean = (all - then) / (days as f64 - 1.0).max(1.0);
            Some((tool, then, then - mean))
        })
        .max_by(|a, b| a.2.total_cmp(&b.2))
        .filter(|(_, _, beyond)| *beyond > excess / 2.0);
    let mut sentence = format!(
        "{label} had {} executions; such weekdays have {} in the median.",
        number(executions),
        number(usual)
    );
    if let Some((_, then, beyond)) = tool {
        sentence.push_str(&format!(
            " This tool made {} of them, {} more than on other days.",
            number(then),
            number(beyond)
        ));
    }
    Finding {
        about: if tool.is_some() { "tool" } else { "day" },
        name: tool.map_or(label, |(tool, _, _)| tool).into(),
        client: None,
        sentence,
        affected: share(excess, evidence.executions()),
    }
}
