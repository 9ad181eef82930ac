//! The interval of a mean (Student 1908).

/// Up to so many degrees of freedom the distribution is added up exactly; beyond, its expansion is as good (1e-12).
const EXACT_MAX: usize = 1_000;
/// Halvings of an interval of less than 16: more than a double can tell apart.
const HALVINGS: usize = 60;
/// 97.5 % quantile of the normal distribution.
const Z_975: f64 = 1.959_963_984_540_054;

/// Half the width of the 95 % interval of the mean of some numbers; `None` for fewer than two.
pub fn half_width(numbers: &[f64]) -> Option<f64> {
    let n = numbers.len() as f64;
    if numbers.len() < 2 {
        return None;
    }
    let mean = numbers.iter().sum::<f64>() / n;
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    Some(t_975(numbers.len() - 1) * (squares / (n - 1.0) / n).sqrt())
}

/// The 97.5 % quantile of the t distribution.
fn t_975(freedom: usize) -> f64 {
    if freedom > EXACT_MAX {
        return expansion(freedom as f64);
    }
    // The first one is 12.7, all others are less and more than the normal one.
    let (mut low, mut high) = (Z_975, 13.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if within(middle, freedom) < 0.95 {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// The probability of lying between −t and t, for whole degrees of freedom (Abramowitz & Stegun 26.7.3 and 26.7.4).
fn within(t: f64, freedom: usize) -> f64 {
    let root = (freedom as f64).sqrt();
    let angle = (t / root).atan();
    let (sine, cosine) = angle.sin_cos();
    let is_odd = freedom % 2 == 1;
    let mut term = if is_odd { cosine } else { 1.0 };
    let mut sum = if freedom == 1 { 0.0 } else { term };
    let first = if is_odd { 3 } else { 2 };
    for at in (first..freedom.saturating_sub(1)).step_by(2) {
        term *= cosine * cosine * (at as f64 - 1.0) / at as f64;
        sum += term;
    }
    if is_odd {
        (angle + sine * sum) * std::f64::consts::FRAC_2_PI
    } else {
        sine * sum
    }
}

/// By Cornish and Fisher (Abramowitz & Stegun 26.7.5).
fn expansion(n: f64) -> f64 {
    let z = Z_975;
    let terms = [
        (z.powi(3) + z) / 4.0,
        (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0,
        (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0,
    ];
    z + terms[0] / n + terms[1] / (n * n) + terms[2] / (n * n * n)
}

#[cfg(test)]
mod tests {
    use super::{EXACT_MAX, half_width, t_975};

    #[test]
    fn quantiles_are_those_of_printed_tables() {
        for (freedom, t) in [
            (1, 12.706),
            (4, 2.776),
            (30, 2.042),
            (40, 2.021),
            (60, 2.000),
            (120, 1.980),
        ] {
            assert!((t_975(freedom) - t).abs() < 6e-4, "{freedom}");
        }
        // The first is tan(0.475 π); the second √2 · 0.95 / √(1 − 0.95²).
        let exact = [
            (0.475 * std::f64::consts::PI).tan(),
            2_f64.sqrt() * 0.95 / 0.0975_f64.sqrt(),
        ];
        for (freedom, t) in (1..).zip(exact) {
            assert!((t_975(freedom) - t).abs() < 1e-12, "{freedom}");
        }
        // Where the sum ends and the expansion begins they agree.
        let (sum, expanded) = (t_975(EXACT_MAX), super::expansion(EXACT_MAX as f64));
        assert!((sum - expanded).abs() < 1e-11, "{sum} {expanded}");
    }

    #[test]
    fn the_interval_of_a_mean_is_that_of_the_textbook() {
        // Mean 3, standard deviation √2.5, n = 5: 2.776 × 0.7071.
        let half = half_width(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert!(
            half.is_some_and(|half| (half - 1.963_243).abs() < 1e-5),
            "{half:?}"
        );
        assert_eq!(half_width(&[1.0]), None);
    }
}
