//! Round numbers along an axis.

use crate::model::Unit;

const TICKS_WANTED: f64 = 4.0;
/// Ticks of time that people count in, milliseconds.
const DURATIONS_MS: [f64; 18] = [
    1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 3e5, 6e5,
    1.8e6,
];

/// From, until, and the gap between ticks; both ends are ticks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    step: f64,
}

impl Scale {
    /// Around these numbers. Counts and times begin at zero; rates show their movement and end at 1.
    pub fn around(numbers: impl Iterator<Item = f64>, unit: Unit) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for number in numbers {
            low = low.min(number);
            high = high.max(number);
        }
        let is_rate = unit == Unit::Ratio;
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if !is_rate {
            low = low.min(0.0);
            high = high.max(0.0);
        }
        if high - low <= f64::EPSILON * high.abs() {
            (low, high) = match unit {
                Unit::Ratio => ((high - 0.01).max(0.0), (high + 0.01).min(1.0)),
                _ => (0.0, high.max(1.0)),
            };
        }
        let step = step((high - low) / TICKS_WANTED, unit);
        let low = (low / step + 1e-6).floor() * step;
        let high = (high / step - 1e-6).ceil() * step;
        let high = if is_rate { high.min(1.0) } else { high };
        Self { low, high, step }
    }

    /// 0 at the bottom, 1 at the top.
    pub fn share(&self, number: f64) -> f64 {
        ((number - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    pub fn ticks(&self) -> impl Iterator<Item = f64> + use<> {
        let Self { low, high, step } = *self;
        let steps = ((high - low) / step + 1e-6).floor() as u32;
        // Without the dust of binary fractions.
        (0..=steps).map(move |at| {
            let tick = low + f64::from(at) * step;
            (tick / step * 1e6).round() / 1e6 * step
        })
    }
}

/// 1, 2 or 5 times a power of ten, at least this; whole for what is counted.
fn step(least: f64, unit: Unit) -> f64 {
    if unit == Unit::Milliseconds
        && let Some(step) = DURATIONS_MS.into_iter().find(|step| *step >= least)
    {
        return step;
    }
    let power = 10_f64.powf(least.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|times| times * power);
    let step = step
        .into_iter()
        .find(|step| *step >= least * 0.999)
        .unwrap_or(10.0 * power);
    if unit == Unit::Count {
        step.max(1.0)
    } else {
        step
    }
}

#[cfg(test)]
mod tests {
    use super::Scale;
    use crate::model::Unit;

    fn ticks(numbers: &[f64], unit: Unit) -> Vec<f64> {
        let ticks = Scale::around(numbers.iter().copied(), unit).ticks();
        ticks.map(|tick| (tick * 1e6).round() / 1e6).collect()
    }

    #[test]
    fn axes_are_round_and_hold_all_numbers() {
        assert_eq!(ticks(&[3.0, 870.0], Unit::Count), [0.0, 500.0, 1000.0]);
        assert_eq!(ticks(&[1.0, 2.0], Unit::Count), [0.0, 1.0, 2.0]);
        assert_eq!(ticks(&[], Unit::Count), [0.0, 1.0]);
        assert_eq!(ticks(&[0.0], Unit::Count), [0.0, 1.0]);
        assert_eq!(
            ticks(&[-150.0, 400.0], Unit::Count),
            [-200.0, 0.0, 200.0, 400.0]
        );
        assert_eq!(
            ticks(&[0.95, 0.97], Unit::Ratio),
            [0.95, 0.955, 0.96, 0.965, 0.97]
        );
        assert_eq!(ticks(&[1.0], Unit::Ratio), [0.99, 0.995, 1.0]);
        assert_eq!(
            ticks(&[0.0, 4_000.0], Unit::Milliseconds),
            [0.0, 1e3, 2e3, 3e3, 4e3]
        );
    }
}
