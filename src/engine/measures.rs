//! From a group's state to the numbers of METRICS.md.

use super::bins;
use super::kind_cells;
use super::plan::PERCENTILES;
use super::sketch::{RELATIVE_ACCURACY, STANDARD_ERROR};
use super::state::GroupState;
use crate::metrics::{MetricId, quantile, success_rate, wilson_interval};
use crate::model::{Cell, Outcome};

/// The cell of a metric that one group's state tells; metrics that need more than it are `Null` here.
/// Takes the state mutably because percentiles reorder its values. `names` are the hashes that its people point at.
pub fn cell(
    metric: MetricId,
    state: &mut GroupState,
    executions_of_all: u64,
    names: &[u64],
) -> Cell {
    let count = |count: u64| Cell::Int(i64::try_from(count).unwrap_or(i64::MAX));
    let float = |value: Option<f64>| {
        value
            .filter(|value| value.is_finite())
            .map_or(Cell::Null, Cell::Float)
    };
    let (successes, failures) = (state.count(Outcome::Success), state.count(Outcome::Failure));
    let interval = || wilson_interval(successes, successes.saturating_add(failures));
    let durations = &state.durations;
    match metric {
        MetricId::Executions => count(state.executions()),
        MetricId::Successes => count(successes),
        MetricId::Failures => count(failures),
        MetricId::Cancelled => count(state.count(Outcome::Cancelled)),
        MetricId::Rejected => count(state.count(Outcome::Rejected)),
        MetricId::Running => count(state.count(Outcome::Running)),
        MetricId::SuccessRate => float(success_rate(successes, failures)),
        MetricId::SuccessRateLow => float(interval().map(|(low, _)| low)),
        MetricId::SuccessRateHigh => float(interval().map(|(_, high)| high)),
        MetricId::Share => float(
            (executions_of_all > 0).then(|| state.executions() as f64 / executions_of_all as f64),
        ),
        MetricId::Users => users(state, names).map_or(Cell::Null, count),
        MetricId::DurationMean => float(durations.mean_ms()),
        MetricId::DurationMin if durations.lacks_extremes => Cell::Null,
        MetricId::DurationMax if durations.lacks_extremes => Cell::Null,
        MetricId::DurationMin => float(Some(durations.min_ms)),
        MetricId::DurationMax => float(Some(durations.max_ms)),
        MetricId::DurationP50 | MetricId::DurationP95 | MetricId::DurationP99 => {
            let mut quantiles = PERCENTILES.iter().filter(|(held, _)| *held == metric);
            float(quantiles.next().and_then(|&(_, q)| percentile(state, q)))
        }
        MetricId::LastUsed => state.last_us.map_or(Cell::Null, Cell::Time),
        MetricId::Adopters | MetricId::AdoptionShare | MetricId::GrowthMonthly => Cell::Null,
        _ => kind_cells::cell(metric, state),
    }
}

/// A metric that is a plain count, without the detour over a cell; `None` for all others.
pub fn count(metric: MetricId, state: &GroupState) -> Option<u64> {
    match metric {
        MetricId::Executions => Some(state.executions()),
        MetricId::Successes => Some(state.count(Outcome::Success)),
        MetricId::Failures => Some(state.count(Outcome::Failure)),
        _ => None,
    }
}

/// Relative error of a metric once pre-aggregated hours took part; 0 for those that stay exact.
pub fn error_from_hours(metric: MetricId) -> f64 {
    match metric {
        MetricId::Users | MetricId::Adopters | MetricId::AdoptionShare => STANDARD_ERROR,
        MetricId::DurationP50 | MetricId::DurationP95 | MetricId::DurationP99 => RELATIVE_ACCURACY,
        _ => 0.0,
    }
}

/// Distinct active people; `None` when a pre-aggregate does not tell.
pub fn users(state: &GroupState, names: &[u64]) -> Option<u64> {
    if state.lacks_users {
        return None;
    }
    let Some(sketch) = &state.user_sketch else {
        return Some(state.users.len() as u64);
    };
    let mut sketch = sketch.clone();
    state.users.each(|position| {
        if let Some(&hash) = names.get(position as usize) {
            sketch.add(hash);
        }
    });
    Some(sketch.estimate().round() as u64)
}

/// Exact over raw rows; with pre-aggregates through a sketch.
fn percentile(state: &mut GroupState, q: f64) -> Option<f64> {
    if state.lacks_values {
        return None;
    }
    if !state.bins.is_empty() {
        if !state.needs_all_values() {
            return bins::quantile(&state.bins, &state.picked, q);
        }
        let picked = std::mem::take(&mut state.picked);
        let picked = picked.into_iter().map(|us| f64::from(us) / 1e3);
        state.values.extend(picked);
        state.bins.clear();
    }
    if let Some(sketch) = &state.value_sketch {
        let mut sketch = sketch.clone();
        state.values.iter().for_each(|&value| sketch.add(value));
        return sketch.quantile(q);
    }
    quantile(&mut state.values, q)
}

#[cfg(test)]
mod tests {
    use super::percentile;
    use crate::engine::state::GroupState;

    #[test]
    fn percentiles_interpolate_between_closest_ranks() {
        let mut state = GroupState {
            values: vec![4.0, 1.0, 3.0, 2.0],
            ..GroupState::default()
        };
        assert_eq!(percentile(&mut state, 0.5), Some(2.5));
        assert!(percentile(&mut state, 0.95).is_some_and(|p95| (p95 - 3.85).abs() < 1e-12));
        assert_eq!(percentile(&mut state, 1.0), Some(4.0));
        state.values.clear();
        assert_eq!(percentile(&mut state, 0.5), None);
    }
}
