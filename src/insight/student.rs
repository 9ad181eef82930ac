//! The interval of a mean (Student 1908).

/// 97.5 % quantiles of the t distribution for 1 to 30 degrees of freedom.
const T_975: [f64; 30] = [
    12.706_204_736,
    4.302_652_730,
    3.182_446_305,
    2.776_445_105,
    2.570_581_836,
    2.446_911_851,
    2.364_624_252,
    2.306_004_135,
    2.262_157_163,
    2.228_138_852,
    2.200_985_160,
    2.178_812_830,
    2.160_368_656,
    2.144_786_688,
    2.131_449_546,
    2.119_905_299,
    2.109_815_578,
    2.100_922_040,
    2.093_024_054,
    2.085_963_447,
    2.079_613_845,
    2.073_873_068,
    2.068_657_610,
    2.063_898_562,
    2.059_538_553,
    2.055_529_439,
    2.051_830_516,
    2.048_407_142,
    2.045_229_642,
    2.042_272_456,
];
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

/// Beyond the table by the expansion of Cornish and Fisher (Abramowitz & Stegun 26.7.5), good to 6 digits there.
fn t_975(freedom: usize) -> f64 {
    if let Some(&t) = freedom.checked_sub(1).and_then(|at| T_975.get(at)) {
        return t;
    }
    let (z, n) = (Z_975, freedom as f64);
    let terms = [
        (z.powi(3) + z) / 4.0,
        (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0,
        (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0,
    ];
    z + terms[0] / n + terms[1] / (n * n) + terms[2] / (n * n * n)
}

#[cfg(test)]
mod tests {
    use super::{half_width, t_975};

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
