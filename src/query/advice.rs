//! The grouped queries that recommendations (E5) are made of.

use super::{Dimension, Query};
use crate::metrics::MetricId;
use crate::model::Column;
use crate::model::zone::Bucket;

/// In the order in which `insight` takes them. `part` makes one without a comparison. Nothing here is grouped by people
/// and time together: that would be more groups than a worker should hold.
pub fn parts(query: &Query, part: impl Fn(&[Dimension], &[MetricId]) -> Query) -> Vec<Query> {
    use MetricId::{Executions, Failures, LastUsed, Successes, Users};
    let by = Dimension::Column;
    let day = Dimension::Time(Bucket::Day);
    let finished = [Executions, Successes, Failures, Users];
    let compared = |query_part: Query| Query {
        compare: query.compare,
        ..query_part
    };
    vec![
        part(&[], &finished),
        part(&[by(Column::Tool)], &finished),
        part(&[day], &[Executions]),
        part(&[day, by(Column::Tool)], &[Executions]),
        compared(part(
            &[by(Column::User)],
            &[Executions, Successes, Failures],
        )),
        compared(part(&[by(Column::Workspace)], &[Executions])),
        part(&[by(Column::Workspace)], &[Executions, LastUsed]),
        part(
            &[by(Column::Client), by(Column::ClientVersion)],
            &[Executions, Successes, Failures, Users, LastUsed],
        ),
        part(&[by(Column::Client)], &[Users]),
        part(
            &[
                by(Column::Client),
                by(Column::ClientVersion),
                by(Column::User),
            ],
            &[Successes, Failures],
        ),
    ]
}
