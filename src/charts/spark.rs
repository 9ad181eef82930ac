//! Sparklines: a series as a small path, without axes.

/// The path of a sparkline in a box of given size.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SparkPath {
    /// The line, as SVG path data.
    pub line: String,
    /// The same closed along the lower edge.
    pub area: String,
}

/// Fits numbers into `width` × `height`; a gap breaks the line. Empty without two numbers.
/// Counts keep their zero; a rate shows its movement.
pub fn spark(numbers: &[Option<f64>], width: f64, height: f64, from_zero: bool) -> SparkPath {
    let present = || numbers.iter().flatten().copied();
    if present().count() < 2 {
        return SparkPath::default();
    }
    let low = if from_zero {
        0.0
    } else {
        present().fold(f64::INFINITY, f64::min)
    };
    let high = present().fold(f64::NEG_INFINITY, f64::max);
    fitted(numbers, (width, height), (low, high))
}

/// The same on a scale from 0 to `greatest`, which several such lines may share.
pub fn spark_below(numbers: &[Option<f64>], width: f64, height: f64, greatest: f64) -> SparkPath {
    if numbers.iter().flatten().count() < 2 {
        return SparkPath::default();
    }
    fitted(numbers, (width, height), (0.0, greatest))
}

fn fitted(
    numbers: &[Option<f64>],
    (width, height): (f64, f64),
    (low, high): (f64, f64),
) -> SparkPath {
    let span = if high > low { high - low } else { 1.0 };
    let step = width / (numbers.len() - 1) as f64;
    let mut line = String::new();
    let mut area = String::new();
    let mut run_start: Option<f64> = None;
    let mut last_x = 0.0;
    for (at, number) in numbers.iter().enumerate() {
        let x = at as f64 * step;
        match number {
            Some(number) => {
                let y = height - 1.0 - (number - low) / span * (height - 2.0);
                if run_start.is_none() {
                    run_start = Some(x);
                    line.push_str(&format!("M{x:.1} {y:.1}"));
                    area.push_str(&format!("M{x:.1} {height:.1}L{x:.1} {y:.1}"));
                } else {
                    line.push_str(&format!("L{x:.1} {y:.1}"));
                    area.push_str(&format!("L{x:.1} {y:.1}"));
                }
                last_x = x;
            }
            None => {
                if run_start.take().is_some() {
                    area.push_str(&format!("L{last_x:.1} {height:.1}Z"));
                }
            }
        }
    }
    if run_start.is_some() {
        area.push_str(&format!("L{last_x:.1} {height:.1}Z"));
    }
    SparkPath { line, area }
}

#[cfg(test)]
mod tests {
    use super::{spark, spark_below};

    #[test]
    fn a_gap_breaks_the_line() {
        let path = spark(&[Some(0.0), Some(10.0), None, Some(5.0)], 30.0, 12.0, true);
        assert_eq!(path.line, "M0.0 11.0L10.0 1.0M30.0 6.0");
        assert_eq!(spark(&[Some(1.0)], 30.0, 12.0, true).line, "");
        // On another's scale it is as much lower.
        let shared = spark_below(&[Some(0.0), Some(10.0)], 30.0, 12.0, 20.0);
        assert_eq!(shared.line, "M0.0 11.0L30.0 6.0");
    }
}
