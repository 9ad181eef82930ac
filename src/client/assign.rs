//! Which worker holds which batch.
//!
//! Two rules. Batches whose spans of time touch go to one worker, because the same event may be in both and only one
//! place can see that. Otherwise neighbours in time go to different workers, so that any range keeps all busy.

use crate::model::TimeUs;

/// The span of one batch, both ends inclusive; `None` when it is not known, and then it may touch all others.
pub type Span = Option<(TimeUs, TimeUs)>;

/// The worker (0-based) of each batch, for a number of workers. Batches of unknown span, and with them everything,
/// go to worker 0.
pub fn assign(spans: &[Span], workers: usize) -> Vec<usize> {
    if workers <= 1 || spans.iter().any(Option::is_none) {
        return vec![0; spans.len()];
    }
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by_key(|&index| spans[index]);
    let mut assigned = vec![0; spans.len()];
    let mut cluster = 0;
    let mut cluster_end = None;
    for index in order {
        let Some((from, until)) = spans[index] else {
            continue;
        };
        if cluster_end.is_some_and(|end| from > end) {
            cluster += 1;
        }
        cluster_end = cluster_end.max(Some(until));
        assigned[index] = cluster % workers;
    }
    assigned
}

#[cfg(test)]
mod tests {
    use super::assign;

    #[test]
    fn neighbours_in_time_go_to_different_workers() {
        let weeks = [Some((20, 29)), Some((0, 9)), Some((10, 19)), Some((30, 39))];
        assert_eq!(assign(&weeks, 2), [0, 0, 1, 1]);
    }

    #[test]
    fn batches_that_touch_in_time_share_a_worker() {
        let spans = [
            Some((0, 10)),
            Some((10, 20)),
            Some((21, 30)),
            Some((25, 26)),
        ];
        let workers = assign(&spans, 4);
        assert_eq!(workers[0], workers[1]);
        assert_eq!(workers[2], workers[3]);
        assert_ne!(workers[0], workers[2]);
    }

    #[test]
    fn a_batch_of_unknown_span_draws_everything_to_one_worker() {
        assert_eq!(assign(&[Some((0, 1)), None, Some((5, 6))], 3), [0, 0, 0]);
    }

    #[test]
    fn one_worker_holds_everything() {
        assert_eq!(assign(&[Some((0, 1)), Some((5, 6))], 1), [0, 0]);
    }
}
