//! People whom others could learn from.

use super::failing::failure_rate;
use super::words::{number, percent, rows, share};
use super::{Evidence, Finding};
use crate::metrics::{MetricId, quantile};
use crate::model::TimeUs;

/// A champion has so many times the executions of the median person, so many a week, in the comparison no less than half
/// and no more than twice as many (a script that ran away has not), and no less success than the organisation.
const CHAMPION_TIMES: f64 = 5.0;
const CHAMPION_A_WEEK: f64 = 15.0;
const CHAMPION_STEADY: std::ops::RangeInclusive<f64> = 0.5..=2.0;

pub(super) fn champions(evidence: &Evidence) -> Vec<Finding> {
    let (part, frame) = (evidence.people, evidence.frame);
    let length = |(from_us, until_us): (TimeUs, TimeUs)| until_us.saturating_sub(from_us) as f64;
    let Some(before_us) = frame.before_us.filter(|_| part.is_whole) else {
        return Vec::new();
    };
    let scale = length(frame.period_us) / length(before_us);
    let mut counts: Vec<f64> = rows(part)
        .filter_map(|(row, _)| part.number(row, MetricId::Executions))
        .filter(|&count| count > 0.0)
        .collect();
    let Some(median) = quantile(&mut counts, 0.5) else {
        return Vec::new();
    };
    let usual = failure_rate(evidence.all, 0).map_or(0.0, |usual| usual.rate);
    let weeks = evidence.days() / 7.0;
    let people = rows(part).filter_map(|(row, person)| {
        let executions = part.number(row, MetricId::Executions)?;
        let earlier = part.named(row, "executions_previous")? * scale;
        let rate = failure_rate(part, row)?.rate;
        let is_steady = CHAMPION_STEADY.contains(&(earlier / executions));
        let is_much = executions >= CHAMPION_TIMES * median && executions >= CHAMPION_A_WEEK * weeks;
        (is_much && is_steady && rate <= usual).then(|| Finding {
            about: "user",
            name: person.into(),
            client: None,
            sentence: format!(
                "{} executions, {} times the median person's, and {} of them succeed; {} in the comparison.",
                number(executions),
                number((executions / median).round()),
                percent(1.0 - rate),
                number(earlier.round())
            ),
            affected: share(executions, evidence.executions()),
        })
    });
    people.collect()
}
