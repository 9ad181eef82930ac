//! The classes into which durations are sorted for their distribution: about 1, 2, 5, 10 …, on edges that a person reads
//! at a glance.

/// Where each class begins, ms, and what it is called. The first one begins at nothing, the last one has no end.
pub const DURATION_CLASSES: [(f64, &str); 19] = [
    (0.0, "< 1 ms"),
    (1.0, "1–2 ms"),
    (2.0, "2–5 ms"),
    (5.0, "5–10 ms"),
    (10.0, "10–20 ms"),
    (20.0, "20–50 ms"),
    (50.0, "50–100 ms"),
    (100.0, "100–200 ms"),
    (200.0, "200–500 ms"),
    (500.0, "500 ms–1 s"),
    (1_000.0, "1–2 s"),
    (2_000.0, "2–5 s"),
    (5_000.0, "5–10 s"),
    (10_000.0, "10–20 s"),
    (20_000.0, "20 s–1 min"),
    (60_000.0, "1–2 min"),
    (120_000.0, "2–5 min"),
    (300_000.0, "5–10 min"),
    (600_000.0, "≥ 10 min"),
];

/// The position of the class that a duration lies in; a class holds its lower edge.
pub fn duration_class(ms: f64) -> usize {
    DURATION_CLASSES
        .partition_point(|&(from_ms, _)| from_ms <= ms)
        .saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::{DURATION_CLASSES, duration_class};

    #[test]
    fn a_class_holds_its_lower_edge_and_not_its_upper_one() {
        let name = |ms: f64| DURATION_CLASSES[duration_class(ms)].1;
        for (ms, class) in [
            (0.0, "< 1 ms"),
            (0.999, "< 1 ms"),
            (1.0, "1–2 ms"),
            (1_999.9, "1–2 s"),
            (59_999.0, "20 s–1 min"),
            (600_000.0, "≥ 10 min"),
            (f64::MAX, "≥ 10 min"),
        ] {
            assert_eq!(name(ms), class, "{ms}");
        }
    }
}
