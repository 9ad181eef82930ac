//! The formulas that are made from merged sums. Pure functions of numbers.

/// z of a 95 % interval.
const Z_95: f64 = 1.959_963_984_540_054;

/// Successes ÷ (successes + failures); `None` when neither happened.
pub fn success_rate(successes: u64, failures: u64) -> Option<f64> {
    let finished = successes.saturating_add(failures);
    (finished > 0).then(|| successes as f64 / finished as f64)
}

/// 95 % Wilson score interval of a proportion (Brown, Cai, DasGupta 2001); `None` without trials.
pub fn wilson_interval(successes: u64, trials: u64) -> Option<(f64, f64)> {
    if trials == 0 {
        return None;
    }
    let n = trials as f64;
    let p = successes as f64 / n;
    let z2 = Z_95 * Z_95;
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z_95 / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    // At either end the bound is the end itself; what rounding leaves of it would be a rate below 100 % for somebody who
    // never failed.
    let low = if successes == 0 {
        0.0
    } else {
        (centre - half).max(0.0)
    };
    let high = if successes == trials {
        1.0
    } else {
        (centre + half).min(1.0)
    };
    Some((low, high))
}

/// (current − previous) ÷ previous; `None` when previous is zero or either is missing.
pub fn change(current: f64, previous: f64) -> Option<f64> {
    (previous != 0.0).then(|| (current - previous) / previous)
}

/// Change of a rate per day between two months of different length.
pub fn growth_rate(
    current: u64,
    current_days: f64,
    previous: u64,
    previous_days: f64,
) -> Option<f64> {
    change(
        current as f64 / current_days,
        previous as f64 / previous_days,
    )
}

/// The quantile of values by linear interpolation between closest ranks (R type 7); `None` without any. Reorders them.
pub fn quantile(values: &mut [f64], q: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let rank = q * last as f64;
    let below = rank.floor() as usize;
    let (_, &mut low, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    if rank.fract() == 0.0 {
        return Some(low);
    }
    let high = above.iter().copied().fold(f64::INFINITY, f64::min);
    Some(low + (high - low) * rank.fract())
}

#[cfg(test)]
mod tests {
    use super::wilson_interval;

    #[test]
    fn whoever_never_failed_may_be_at_a_hundred_percent_and_whoever_never_succeeded_at_none() {
        for trials in 1..5_000 {
            let high = wilson_interval(trials, trials).map(|(_, high)| high);
            let low = wilson_interval(0, trials).map(|(low, _)| low);
            assert!(
                (low, high) == (Some(0.0), Some(1.0)),
                "{trials}: {low:?} {high:?}"
            );
        }
    }
}
