//! Before and after: the same people in two periods (U7).

use super::activity::{Activity, Deeds, Person};
use super::frame::Frame;
use super::student::half_width;
use super::table::{count, float, metric, metrics, names, table};
use crate::metrics::{MetricId, success_rate};
use crate::model::zone::DAY_US;
use crate::model::{Cell, ResultTable, TimeUs};

const WEEK_US: f64 = 7.0 * DAY_US as f64;

/// What one person did in one of the two periods.
struct Side {
    sum: Deeds,
    days: u64,
    weeks: f64,
    tools: u64,
}

/// One row a measure: means over the people who were active both in the period of comparison and in the period, their
/// difference and its 95 % interval. What grows with time is per week, so that periods of any length compare; distinct
/// tools, which grow with time but not evenly, compare only where lengths are equal. No rows without a comparison.
pub fn before_and_after(activity: &Activity, frame: &Frame) -> ResultTable {
    let mut columns = vec![names("measure", "Measure")];
    columns.extend(metrics(&[
        MetricId::People,
        MetricId::BeforeMean,
        MetricId::AfterMean,
        MetricId::Difference,
        MetricId::DifferenceLow,
        MetricId::DifferenceHigh,
    ]));
    let after = frame.period_us;
    let events = activity.events(after);
    let is_clear = |(from_us, until_us): (TimeUs, TimeUs)| activity.is_clear(from_us, until_us);
    let before = frame
        .before_us
        .filter(|&before| is_clear(before) && is_clear(after));
    let Some(before) = before else {
        return table(frame, columns, Vec::new(), events);
    };
    let pairs: Vec<[Side; 2]> = activity
        .people
        .iter()
        .map(|person| {
            [(before, 1), (after, 0)].map(|(period, at)| side(activity, person, period, at))
        })
        .filter(|sides| sides.iter().all(|side| side.sum.is_active()))
        .collect();
    let length = |(from_us, until_us): (TimeUs, TimeUs)| until_us - from_us;
    let is_equal = length(before) == length(after);
    let measures: [(MetricId, &dyn Fn(&Side) -> Option<f64>); 4] = [
        (MetricId::ExecutionsPerUserWeek, &|side| {
            Some(f64::from(side.sum.executions) / side.weeks)
        }),
        (MetricId::ActiveDaysPerUserWeek, &|side| {
            Some(side.days as f64 / side.weeks)
        }),
        (MetricId::SuccessRate, &|side| {
            success_rate(side.sum.successes.into(), side.sum.failures.into())
        }),
        (MetricId::ToolsUsed, &|side| {
            is_equal.then_some(side.tools as f64)
        }),
    ];
    let rows = measures
        .iter()
        .map(|(measure, of)| row(*measure, &pairs, of));
    let rows = rows.collect();
    table(frame, columns, rows, events)
}

fn side(
    activity: &Activity,
    person: &Person,
    (from_us, until_us): (TimeUs, TimeUs),
    tools: usize,
) -> Side {
    let slices = activity.slices.between(from_us, until_us);
    let days = activity.slices.days();
    let mut last = None;
    let active = activity
        .deeds(person, slices.clone())
        .iter()
        .filter(|deed| deed.is_active())
        .filter(|deed| {
            let day = days[deed.slice as usize];
            last.replace(day) != Some(day)
        });
    Side {
        days: active.count() as u64,
        sum: activity.sum(person, slices),
        weeks: (until_us - from_us) as f64 / WEEK_US,
        tools: person.tools[tools],
    }
}

fn row(measure: MetricId, pairs: &[[Side; 2]], of: &dyn Fn(&Side) -> Option<f64>) -> Vec<Cell> {
    let values: Vec<(f64, f64)> = pairs
        .iter()
        .filter_map(|[before, after]| of(before).zip(of(after)))
        .collect();
    let mean = |numbers: &[f64]| {
        (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
    };
    let (before, after): (Vec<f64>, Vec<f64>) = values.iter().copied().unzip();
    let differences: Vec<f64> = values
        .iter()
        .map(|(before, after)| after - before)
        .collect();
    let difference = mean(&differences);
    let bounds = difference.zip(half_width(&differences));
    vec![
        Cell::Text(metric(measure).name.into()),
        count(values.len() as u64),
        float(mean(&before)),
        float(mean(&after)),
        float(difference),
        float(bounds.map(|(middle, half)| middle - half)),
        float(bounds.map(|(middle, half)| middle + half)),
    ]
}
