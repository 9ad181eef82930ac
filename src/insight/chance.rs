//! What chance alone would do: tails of distributions, and false discoveries among many tests.

/// From so many expected events on the normal distribution is near enough.
const NORMAL_FROM: f64 = 5.0;
/// A tail is added up until a term is this small a part of the sum.
const TERM_MIN: f64 = 1e-12;

/// The polynomial of the normal tail, the highest power first.
const TERMS: [f64; 10] = [
    0.170_872_77,
    -0.822_152_23,
    1.488_515_87,
    -1.135_203_98,
    0.278_868_07,
    -0.186_288_06,
    0.096_784_18,
    0.374_091_96,
    1.000_023_68,
    -1.265_512_23,
];

/// P(Z ≥ z) of a standard normal variable, with a relative error below 2e-7 (Press et al., Numerical Recipes, 6.2).
pub fn normal_tail(z: f64) -> f64 {
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * x);
    let sum = TERMS.iter().fold(0.0, |sum, term| sum * t + term);
    let upper = 0.5 * t * (sum - x * x).exp();
    if z >= 0.0 { upper } else { 1.0 - upper }
}

/// P(X ≥ count) of a Poisson variable with this mean.
fn poisson_tail(count: u64, mean: f64) -> f64 {
    if count == 0 {
        return 1.0;
    }
    if mean <= 0.0 {
        return 0.0;
    }
    let factorial: f64 = (1..=count).map(|k| (k as f64).ln()).sum();
    let mut term = (count as f64 * mean.ln() - mean - factorial).exp();
    let (mut sum, mut k) = (term, count as f64);
    while term > sum * TERM_MIN {
        k += 1.0;
        term *= mean / k;
        sum += term;
    }
    sum.min(1.0)
}

/// How probable it is that chance alone makes the first of two proportions exceed the second by as much: by the z of
/// two proportions, or where fewer than five are expected, by the Poisson distribution. `None` if either has no trials.
pub fn exceeds((hits, trials): (u64, u64), (other_hits, other_trials): (u64, u64)) -> Option<f64> {
    if trials == 0 || other_trials == 0 {
        return None;
    }
    let (n, m) = (trials as f64, other_trials as f64);
    let pooled = (hits as f64 + other_hits as f64) / (n + m);
    let expected = pooled * n;
    if expected < NORMAL_FROM {
        return Some(poisson_tail(hits, expected));
    }
    let z = two_proportions((hits, trials), (other_hits, other_trials));
    Some(z.map_or(1.0, normal_tail))
}

/// How many standard errors the first of two proportions exceeds the second, with a pooled variance; `None` if that is 0.
pub fn two_proportions(
    (hits, trials): (u64, u64),
    (other_hits, other_trials): (u64, u64),
) -> Option<f64> {
    let (n, m) = (trials as f64, other_trials as f64);
    let pooled = (hits as f64 + other_hits as f64) / (n + m);
    let error = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
    (error > 0.0).then(|| (hits as f64 / n - other_hits as f64 / m) / error)
}

/// Probabilities adjusted after Benjamini and Hochberg (1995): those below 5 % have 5 % false discoveries among them.
pub fn adjusted(probabilities: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|&a, &b| probabilities[b].total_cmp(&probabilities[a]));
    let all = probabilities.len() as f64;
    let mut adjusted = vec![1.0; probabilities.len()];
    let mut least: f64 = 1.0;
    for (from_last, at) in order.into_iter().enumerate() {
        let rank = all - from_last as f64;
        least = least.min(probabilities[at] * all / rank);
        adjusted[at] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::{adjusted, exceeds, normal_tail, poisson_tail};

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-6 * b.abs()
    }

    #[test]
    fn tails_are_those_of_printed_tables() {
        for (z, tail) in [
            (0.0, 0.5),
            (1.0, 0.158_655_254),
            (1.959_963_985, 0.025),
            (-1.0, 0.841_344_746),
            (6.0, 9.865_876e-10),
        ] {
            assert!(near(normal_tail(z), tail), "{z}: {}", normal_tail(z));
        }
        // 1 − e^−2 (1 + 2 + 2) and e^−0.5 summed by hand.
        assert!(near(poisson_tail(3, 2.0), 0.323_323_584));
        assert!(near(poisson_tail(1, 0.5), 0.393_469_340));
        assert!(near(poisson_tail(0, 0.5), 1.0));
    }

    #[test]
    fn the_probability_of_an_excess_is_that_of_the_z_test() {
        // 30 of 100 against 60 of 400: pooled 0.18, z = 0.15 / sqrt(0.18 · 0.82 · (1/100 + 1/400)) = 3.4922.
        let p = exceeds((30, 100), (60, 400)).unwrap_or(1.0);
        assert!((p - 2.395e-4).abs() < 2e-6, "{p}");
        assert_eq!(exceeds((3, 5), (0, 0)), None);
    }

    #[test]
    fn adjusted_probabilities_are_those_of_the_paper_s_procedure() {
        // By hand: sorted 0.01, 0.02, 0.03, 0.5 → 0.04, 0.04, 0.04, 0.5.
        let found = adjusted(&[0.03, 0.5, 0.01, 0.02]);
        for (found, expected) in found.iter().zip([0.04, 0.5, 0.04, 0.04]) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        assert!(adjusted(&[]).is_empty());
    }
}
