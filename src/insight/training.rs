//! Who needs training, and why (U5).

use super::activity::{Activity, Deeds, Person};
use super::frame::Frame;
use super::segment::{Judge, PowerRule};
use super::table::{count, float, metrics, names, table};
use crate::metrics::{MetricId, quantile, success_rate, wilson_interval};
use crate::model::{Cell, ResultTable};

/// Everybody active in the last 7 days whose success rate is surely under the median of all such people, or who uses
/// fewer tools than three quarters of them; those with the most executions first. The medians they are measured by stand
/// in the totals.
pub fn needs_training(activity: &Activity, frame: &Frame) -> ResultTable {
    let (from_us, until_us) = frame.period_us;
    let judge = Judge::new(activity, frame, PowerRule::default());
    let slices = activity.slices.between(from_us, until_us);
    let is_clear = activity.is_clear(from_us, until_us);
    let active: Vec<(&Person, Deeds)> = activity
        .people
        .iter()
        .filter(|person| is_clear && judge.is_active(person))
        .map(|person| (person, activity.sum(person, slices.clone())))
        .filter(|(_, sum)| sum.is_active())
        .collect();
    let rate = |sum: &Deeds| success_rate(sum.successes.into(), sum.failures.into());
    let mut rates: Vec<f64> = active.iter().filter_map(|(_, sum)| rate(sum)).collect();
    let median = quantile(&mut rates, 0.5);
    let mut breadths: Vec<f64> = active
        .iter()
        .map(|(person, _)| person.tools[0] as f64)
        .collect();
    let quartile = quantile(&mut breadths, 0.25);
    let mut found: Vec<(&Person, Deeds, &str, f64)> = active
        .into_iter()
        .filter_map(|(person, sum)| {
            let finished = u64::from(sum.successes) + u64::from(sum.failures);
            let high = wilson_interval(sum.successes.into(), finished).map(|(_, high)| high);
            let is_low = high.zip(median).is_some_and(|(high, median)| high < median);
            let is_narrow = quartile.is_some_and(|quartile| (person.tools[0] as f64) < quartile);
            let reason = match (is_low, is_narrow) {
                (true, true) => "low success rate, few tools",
                (true, false) => "low success rate",
                (false, true) => "few tools",
                (false, false) => return None,
            };
            Some((person, sum, reason, high.unwrap_or(f64::NAN)))
        })
        .collect();
    found.sort_by_key(|(_, sum, ..)| std::cmp::Reverse(sum.executions));
    let rows = found
        .iter()
        .map(|(person, sum, reason, high)| {
            vec![
                Cell::Text(person.name.clone()),
                Cell::Text((*reason).into()),
                count(sum.executions.into()),
                float(rate(sum)),
                float(Some(*high)),
                count(person.tools[0]),
            ]
        })
        .collect();
    let mut columns = vec![names("user", "Person")];
    columns.extend(metrics(&[
        MetricId::TrainingReason,
        MetricId::Executions,
        MetricId::SuccessRate,
        MetricId::SuccessRateHigh,
        MetricId::ToolsUsed,
    ]));
    let mut table = table(frame, columns, rows, activity.events(frame.period_us));
    table.totals[3] = float(median);
    table.totals[5] = float(quartile);
    table
}
