//! Each of some things against the first of them (Q8).

use super::frame::Frame;
use super::parts::Part;
use super::table::{float, metrics, names, table};
use crate::metrics::{MetricId, success_rate, wilson_interval};
use crate::model::{Cell, ResultTable};

/// What is compared.
const MEASURES: [MetricId; 5] = [
    MetricId::Executions,
    MetricId::Users,
    MetricId::SuccessRate,
    MetricId::DurationP50,
    MetricId::DurationP95,
];

/// One row a thing and measure. Only rates have an interval: what is kept of counts and times does not tell how much they
/// would vary if the period were lived again.
pub fn differences(parts: &[Part], frame: &Frame) -> ResultTable {
    let part = parts.first().map(|part| &part.table);
    let first_column = part.and_then(|part| part.columns.first());
    let mut columns = vec![
        first_column
            .cloned()
            .unwrap_or_else(|| names("name", "Name")),
    ];
    columns.push(names("against", "Against"));
    columns.push(names("measure", "Measure"));
    columns.extend(metrics(&[
        MetricId::SideFirst,
        MetricId::SideOther,
        MetricId::SideDifference,
        MetricId::SideDifferenceLow,
        MetricId::SideDifferenceHigh,
    ]));
    let Some(part) = part else {
        return table(frame, columns, Vec::new(), 0);
    };
    let number = |row: usize, metric: MetricId| part.cell(row, metric.id()).and_then(Cell::number);
    let name = |row: usize| part.rows[row].first().cloned().unwrap_or_default();
    let mut rows = Vec::new();
    for other in 1..part.rows.len() {
        for measure in MEASURES {
            let (a, b) = (number(0, measure), number(other, measure));
            let interval = (measure == MetricId::SuccessRate)
                .then(|| interval(counts(part, 0), counts(part, other)))
                .flatten();
            rows.push(vec![
                name(other),
                name(0),
                Cell::Text(measure.id().into()),
                float(a),
                float(b),
                float(a.zip(b).map(|(a, b)| b - a)),
                float(interval.map(|(low, _)| low)),
                float(interval.map(|(_, high)| high)),
            ]);
        }
    }
    table(frame, columns, rows, part.events)
}

/// Successes and those that finished.
fn counts(part: &ResultTable, row: usize) -> (u64, u64) {
    let count = |metric: MetricId| {
        let number = part.cell(row, metric.id()).and_then(Cell::number);
        number.unwrap_or_default() as u64
    };
    let successes = count(MetricId::Successes);
    (
        successes,
        successes.saturating_add(count(MetricId::Failures)),
    )
}

/// 95 % interval of a difference of two proportions, second minus first: Newcombe's hybrid score method (1998, no. 10).
fn interval(first: (u64, u64), second: (u64, u64)) -> Option<(f64, f64)> {
    let rate = |(successes, trials): (u64, u64)| success_rate(successes, trials - successes);
    let (p1, p2) = (rate(first)?, rate(second)?);
    let (low1, high1) = wilson_interval(first.0, first.1)?;
    let (low2, high2) = wilson_interval(second.0, second.1)?;
    let difference = p2 - p1;
    Some((
        difference - (p2 - low2).hypot(high1 - p1),
        difference + (high2 - p2).hypot(p1 - low1),
    ))
}

#[cfg(test)]
mod tests {
    use super::interval;

    #[test]
    fn the_interval_is_that_of_newcombes_paper() {
        // Newcombe 1998, table II: 56/70 against 48/80, method 10: 0.0524 to 0.3339.
        let Some((low, high)) = interval((48, 80), (56, 70)) else {
            panic!("an interval");
        };
        assert!((low - 0.0524).abs() < 5e-5, "{low}");
        assert!((high - 0.3339).abs() < 5e-5, "{high}");
        assert!(interval((0, 0), (1, 1)).is_none());
    }
}
