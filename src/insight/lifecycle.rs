//! Who is new, who comes back, who stays away (U1).

use super::activity::Activity;
use super::frame::Frame;
use super::table::{buckets, count, known, label, metrics, over_time};
use crate::metrics::MetricId;
use crate::model::zone::Bucket;
use crate::model::{Cell, ResultTable};

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    new: u64,
    returning: u64,
    resurrected: u64,
    dormant: u64,
}

/// One row a day, week or month of the period. Intervals are whole: only what the present cuts is incomplete.
pub fn user_lifecycle(activity: &Activity, frame: &Frame) -> ResultTable {
    let bucket = frame.interval();
    let keys = frame.buckets(bucket);
    let counts = counts(activity, frame, bucket, &keys);
    let start = |key: i64| frame.zone.bucket_start_us(key, bucket);
    let is_past_clear = activity.is_clear_before(frame.as_of_us());
    let rows = keys
        .iter()
        .zip(&counts)
        .map(|(&key, of)| {
            let end_us = start(frame.zone.next_bucket_key(key, bucket)).min(frame.as_of_us());
            let is_here_clear = activity.is_clear(start(before(frame, key, bucket)), end_us);
            vec![
                label(frame, bucket, key),
                known(is_past_clear, count(of.new)),
                known(is_here_clear, count(of.returning)),
                known(is_past_clear, count(of.resurrected)),
                known(is_here_clear, count(of.dormant)),
                known(is_here_clear, count(of.new + of.returning + of.resurrected)),
            ]
        })
        .collect::<Vec<Vec<Cell>>>();
    let mut columns = vec![buckets(bucket)];
    columns.extend(metrics(&[
        MetricId::NewUsers,
        MetricId::ReturningUsers,
        MetricId::ResurrectedUsers,
        MetricId::DormantUsers,
        MetricId::Users,
    ]));
    over_time(
        frame,
        (bucket, &keys),
        columns,
        rows,
        activity.events(frame.period_us),
    )
}

/// The key of the bucket before.
fn before(frame: &Frame, key: i64, bucket: Bucket) -> i64 {
    let just_before_us = frame.zone.bucket_start_us(key, bucket).saturating_sub(1);
    frame
        .zone
        .bucket_key(just_before_us, bucket, frame.week_start)
}

fn counts(activity: &Activity, frame: &Frame, bucket: Bucket, keys: &[i64]) -> Vec<Counts> {
    let mut counts = vec![Counts::default(); keys.len()];
    let Some(&first) = keys.first() else {
        return counts;
    };
    // The rows' buckets behind the one before them, so that each finds its neighbour.
    let mut line = vec![before(frame, first, bucket)];
    line.extend(keys);
    let of_slice = frame.buckets_of(&activity.slices, bucket);
    for person in &activity.people {
        let mut is_first = true;
        // Where the person was active last: a position in the line.
        let mut seen = None;
        let mut active = activity
            .active(person, frame.as_of_us(), &of_slice)
            .peekable();
        while let Some(key) = active.next() {
            let is_new = std::mem::take(&mut is_first);
            let Ok(at) = line.binary_search(&key) else {
                continue;
            };
            if let Some(row) = at.checked_sub(1) {
                let of = &mut counts[row];
                if is_new {
                    of.new += 1;
                } else if seen == Some(row) {
                    of.returning += 1;
                } else {
                    of.resurrected += 1;
                }
            }
            seen = Some(at);
            // The row after this bucket, which is the one at its own position.
            let stays = line
                .get(at + 1)
                .is_none_or(|next| active.peek() == Some(next));
            if !stays {
                counts[at].dormant += 1;
            }
        }
    }
    counts
}
