//! How long executions take: how many in each class of time (T4).

use super::frame::Frame;
use super::parts::Part;
use super::table::{count, metrics, names, ratio, table, text};
use crate::metrics::MetricId;
use crate::model::ResultTable;
use crate::model::durations::DURATION_CLASSES;

/// All classes from the first used one to the last. The part: executions by class.
pub fn duration_classes(part: &Part, frame: &Frame) -> ResultTable {
    let mut classes = [0_u64; DURATION_CLASSES.len()];
    for (key, executions) in part.counts(MetricId::Executions) {
        let name = key.first().copied().flatten();
        let class = DURATION_CLASSES
            .iter()
            .position(|&(_, held)| Some(held) == name);
        if let Some(class) = class {
            classes[class] = executions;
        }
    }
    let used = |&executions: &u64| executions > 0;
    let first = classes.iter().position(used).unwrap_or_default();
    let end = classes.iter().rposition(used).map_or(0, |last| last + 1);
    let all = classes
        .iter()
        .fold(0_u64, |sum, &one| sum.saturating_add(one));
    let row = |class: usize| {
        let executions = classes[class];
        vec![
            text(DURATION_CLASSES[class].1),
            count(executions),
            ratio(executions, all),
        ]
    };
    let mut columns = vec![names("duration_class", "Time")];
    columns.extend(metrics(&[MetricId::Executions, MetricId::ClassShare]));
    let mut table = table(
        frame,
        columns,
        (first..end).map(row).collect(),
        part.table.events,
    );
    table.totals[1] = count(all);
    table
}
