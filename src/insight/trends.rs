//! What rises and falls from week to week (T2): the slope of Theil and Sen, with the interval by Kendall's variance
//! (Sen 1968), false discoveries among all values held to 5 % (Benjamini and Hochberg 1995).

use std::collections::{BTreeMap, HashMap};

use super::chance::{adjusted, normal_tail};
use super::frame::Frame;
use super::parts::Part;
use super::table::{count, float, metrics, names, table, text};
use crate::metrics::{MetricId, quantile};
use crate::model::zone::{Bucket, DAY_US};
use crate::model::{Cell, ResultTable};

const WEEKS_MIN: usize = 4;
/// Longer series are cut to their last weeks: ten years, so that pairs of weeks stay few.
const WEEKS_MAX: usize = 520;
/// Of so many values the most used are looked at.
const VALUES_MAX: usize = 2_000;
const FALSE_DISCOVERIES: f64 = 0.05;
const Z_975: f64 = 1.959_963_984_540_054;

/// A slope with its 95 % interval, and how probable chance makes one as steep.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    pub slope: f64,
    pub low: f64,
    pub high: f64,
    pub probability: f64,
}

/// Values whose weekly executions rise or fall; no rows where hours do not tell them. The part: executions by week and value.
pub fn trends(part: &Part, dimension: (&str, &str), frame: &Frame) -> ResultTable {
    let weeks = complete_weeks(frame);
    let at: HashMap<&str, usize> = (0..)
        .zip(&weeks)
        .map(|(at, week)| (week.as_str(), at))
        .collect();
    let mut series: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    let rows = part.counts(MetricId::Executions);
    for (key, executions) in rows.filter(|_| part.is_whole) {
        let [Some(week), Some(value)] = key[..] else {
            continue;
        };
        let weekly = series.entry(value).or_insert_with(|| vec![0; weeks.len()]);
        if let Some(&at) = at.get(week) {
            weekly[at] = executions;
        }
    }
    let mut series: Vec<(&str, Vec<u64>)> = series.into_iter().collect();
    series.sort_by_key(|(_, weekly)| std::cmp::Reverse(weekly.iter().sum::<u64>()));
    series.truncate(VALUES_MAX);
    let slopes: Vec<Option<Slope>> = series.iter().map(|(_, weekly)| slope(weekly)).collect();
    let probabilities: Vec<f64> = slopes
        .iter()
        .map(|slope| slope.map_or(1.0, |slope| slope.probability))
        .collect();
    let mut told: Vec<(f64, Vec<Cell>)> = series
        .iter()
        .zip(slopes)
        .zip(adjusted(&probabilities))
        .filter_map(|(((value, weekly), slope), probability)| {
            let slope = slope?;
            let is_certain = slope.low > 0.0 || slope.high < 0.0;
            if !is_certain || probability > FALSE_DISCOVERIES {
                return None;
            }
            let direction = if slope.slope > 0.0 {
                "rising"
            } else {
                "falling"
            };
            let end = |weekly: Option<&u64>| weekly.map_or(Cell::Null, |&weekly| count(weekly));
            Some((
                slope.slope.abs(),
                vec![
                    text(value),
                    text(direction),
                    float(Some(slope.slope)),
                    float(Some(slope.low)),
                    float(Some(slope.high)),
                    end(weekly.first()),
                    end(weekly.last()),
                ],
            ))
        })
        .collect();
    told.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut columns = vec![names(dimension.0, dimension.1)];
    columns.extend(metrics(&[
        MetricId::TrendDirection,
        MetricId::WeeklySlope,
        MetricId::WeeklySlopeLow,
        MetricId::WeeklySlopeHigh,
        MetricId::FirstWeek,
        MetricId::LastWeek,
    ]));
    let rows = told.into_iter().map(|(_, row)| row).collect();
    table(frame, columns, rows, part.table.events)
}

/// The names of the weeks that lie within the period, the data and the past. Data that begin within the first day of a
/// week have all of it.
fn complete_weeks(frame: &Frame) -> Vec<String> {
    let begin_us = frame.data_begin_us.unwrap_or(frame.period_us.0);
    let is_whole = |key: i64| {
        let start_us = frame.zone.bucket_start_us(key, Bucket::Week);
        (start_us >= frame.period_us.0 || begin_us >= frame.period_us.0)
            && start_us >= begin_us.saturating_sub(DAY_US)
            && !frame.is_incomplete(key, Bucket::Week)
    };
    let mut weeks = frame.buckets(Bucket::Week);
    weeks.retain(|&key| is_whole(key));
    let last = weeks.len().saturating_sub(WEEKS_MAX);
    let label = |&key: &i64| frame.zone.bucket_label(key, Bucket::Week);
    weeks[last..].iter().map(label).collect()
}

/// `None` for fewer than four weeks, and where there are too few, or too equal ones, for any interval.
pub fn slope(weekly: &[u64]) -> Option<Slope> {
    let weeks = weekly.len();
    if weeks < WEEKS_MIN {
        return None;
    }
    let mut slopes = Vec::with_capacity(weeks * (weeks - 1) / 2);
    let mut rises = 0_i64;
    for (i, &before) in weekly.iter().enumerate() {
        for (j, &after) in weekly.iter().enumerate().skip(i + 1) {
            slopes.push((after as f64 - before as f64) / (j - i) as f64);
            rises += i64::from(after > before) - i64::from(after < before);
        }
    }
    let n = weeks as f64;
    let tied: f64 = ties(weekly)
        .into_iter()
        .map(|t| t * (t - 1.0) * (2.0 * t + 5.0))
        .sum();
    let deviation = ((n * (n - 1.0) * (2.0 * n + 5.0) - tied) / 18.0).sqrt();
    if deviation <= 0.0 {
        return None;
    }
    slopes.sort_by(f64::total_cmp);
    let pairs = slopes.len() as f64;
    // The ranks of the bounds, 1-based: below 1 there is none.
    let rank = ((pairs - Z_975 * deviation) / 2.0).round() as usize;
    let low = *slopes.get(rank.checked_sub(1)?)?;
    let high = *slopes.get(slopes.len() - rank)?;
    let z = (rises.unsigned_abs() as f64 - 1.0).max(0.0) / deviation;
    Some(Slope {
        slope: quantile(&mut slopes, 0.5)?,
        low,
        high,
        probability: (2.0 * normal_tail(z)).min(1.0),
    })
}

/// How many weeks share each count.
fn ties(weekly: &[u64]) -> Vec<f64> {
    let mut groups: BTreeMap<u64, f64> = BTreeMap::new();
    for &count in weekly {
        *groups.entry(count).or_default() += 1.0;
    }
    groups.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::slope;

    #[test]
    fn a_slope_and_its_interval_are_those_worked_by_hand() {
        // Of six weeks there are 15 slopes. Deviation sqrt(6 · 5 · 17 / 18) = 5.3229; rank (15 − 10.4327) / 2 = 2.28 → 2: the second and the fourteenth.
        let found = slope(&[10, 13, 14, 19, 22, 26]);
        let mut all = Vec::new();
        let weekly = [10.0, 13.0, 14.0, 19.0, 22.0, 26.0_f64];
        for i in 0..6 {
            for j in i + 1..6 {
                all.push((weekly[j] - weekly[i]) / (j - i) as f64);
            }
        }
        all.sort_by(f64::total_cmp);
        let Some(found) = found else {
            panic!("a slope");
        };
        assert_eq!(
            (found.slope, found.low, found.high),
            (all[7], all[1], all[13])
        );
        // S = 15: z = 14 / 5.3229 = 2.6302.
        assert!((found.probability - 0.008_534).abs() < 2e-5, "{found:?}");
    }

    #[test]
    fn four_weeks_have_no_interval_that_excludes_anything() {
        assert_eq!(slope(&[1, 2, 3, 4]), None);
        assert_eq!(slope(&[1, 2, 3]), None);
        assert_eq!(slope(&[5; 20]), None);
    }
}
