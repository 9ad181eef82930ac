//! Which worker is asked for rows of which stretch of time, so that those of all workers come in the order of time.
//!
//! Sources whose spans touch are in one worker (`assign`), so each stretch has one owner. Where a span turns out to have
//! been wrong, a stretch has several: all of them are asked, and only the order within it suffers.

use std::collections::BTreeSet;

use super::assign::Span;
use crate::query::Period;

/// A worker and what it is to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    pub worker: usize,
    pub period: Period,
}

/// The stretches of some periods, in the order of time. `sources`: each with its worker; one of unknown span may have
/// rows anywhere.
pub fn slices(sources: &[(usize, Span)], periods: &[Period]) -> Vec<Slice> {
    let mut all = Vec::new();
    for period in united(periods) {
        // Whatever runs on without a change of owners is one stretch.
        let mut stretch: Option<(BTreeSet<usize>, Period)> = None;
        for part in parts(sources, period) {
            let owners = owners(sources, part);
            if owners.is_empty() {
                continue;
            }
            match &mut stretch {
                Some((held, whole)) if *held == owners => whole.until_us = part.until_us,
                _ => push(&mut all, stretch.replace((owners, part))),
            }
        }
        push(&mut all, stretch);
    }
    all
}

/// For each worker with any of these sources the whole of each period.
pub fn by_worker(workers: impl IntoIterator<Item = usize>, periods: &[Period]) -> Vec<Slice> {
    let workers: BTreeSet<usize> = workers.into_iter().collect();
    let periods = united(periods);
    let each = workers.into_iter().flat_map(|worker| {
        let of_worker = move |&period: &Period| Slice { worker, period };
        periods.iter().map(of_worker).collect::<Vec<_>>()
    });
    each.collect()
}

fn push(all: &mut Vec<Slice>, stretch: Option<(BTreeSet<usize>, Period)>) {
    let Some((owners, period)) = stretch else {
        return;
    };
    all.extend(owners.into_iter().map(|worker| Slice { worker, period }));
}

/// The same time, in the order of time, each moment once.
fn united(periods: &[Period]) -> Vec<Period> {
    let mut ordered: Vec<Period> = periods.to_vec();
    ordered.retain(|period| period.length_us() > 0);
    ordered.sort_by_key(|period| period.from_us);
    let mut united: Vec<Period> = Vec::new();
    for period in ordered {
        match united.last_mut() {
            Some(last) if period.from_us <= last.until_us => *last = last.union(period),
            _ => united.push(period),
        }
    }
    united
}

/// A period cut wherever a source begins or has ended.
fn parts(sources: &[(usize, Span)], period: Period) -> Vec<Period> {
    let ends = sources.iter().filter_map(|(_, span)| *span);
    let ends = ends.flat_map(|(from, until)| [from, until.saturating_add(1)]);
    let mut cuts: BTreeSet<i64> = ends.filter(|&at| period.contains(at)).collect();
    cuts.extend([period.from_us, period.until_us]);
    let cuts: Vec<i64> = cuts.into_iter().collect();
    let between = cuts.windows(2);
    between.map(|ends| Period::new(ends[0], ends[1])).collect()
}

fn owners(sources: &[(usize, Span)], part: Period) -> BTreeSet<usize> {
    let has_rows =
        |span: Span| span.is_none_or(|(from, until)| from < part.until_us && until >= part.from_us);
    let owning = sources.iter().filter(|(_, span)| has_rows(*span));
    owning.map(|&(worker, _)| worker).collect()
}

#[cfg(test)]
mod tests {
    use super::{Slice, by_worker, slices};
    use crate::query::Period;

    fn slice(worker: usize, from_us: i64, until_us: i64) -> Slice {
        let period = Period::new(from_us, until_us);
        Slice { worker, period }
    }

    #[test]
    fn each_worker_is_asked_for_its_stretches_in_the_order_of_time() {
        let weeks = [
            (0, Some((0, 9))),
            (1, Some((10, 19))),
            (0, Some((22, 29))),
            (0, Some((28, 40))),
        ];
        assert_eq!(
            slices(&weeks, &[Period::new(5, 35)]),
            [slice(0, 5, 10), slice(1, 10, 20), slice(0, 22, 35)]
        );
        // Two periods that touch are one, and one that ends before it began is none.
        let periods = [
            Period::new(30, 50),
            Period::new(35, 35),
            Period::new(20, 30),
        ];
        assert_eq!(slices(&weeks, &periods), [slice(0, 22, 41)]);
        assert!(slices(&weeks, &[Period::new(50, 60)]).is_empty());
        assert!(slices(&[], &[Period::new(0, 60)]).is_empty());
    }

    #[test]
    fn where_nobody_knows_whose_time_it_is_all_are_asked() {
        let sources = [(0, None), (1, Some((10, 19)))];
        assert_eq!(
            slices(&sources, &[Period::new(0, 30)]),
            [
                slice(0, 0, 10),
                slice(0, 10, 20),
                slice(1, 10, 20),
                slice(0, 20, 30)
            ]
        );
        let touching = [(0, Some((0, 10))), (1, Some((10, 19)))];
        assert_eq!(
            slices(&touching, &[Period::new(0, 30)]),
            [
                slice(0, 0, 10),
                slice(0, 10, 11),
                slice(1, 10, 11),
                slice(1, 11, 20)
            ]
        );
    }

    #[test]
    fn where_order_does_not_matter_each_worker_is_asked_once() {
        let periods = [Period::new(0, 5), Period::new(7, 9)];
        assert_eq!(
            by_worker([1, 0, 1], &periods),
            [
                slice(0, 0, 5),
                slice(0, 7, 9),
                slice(1, 0, 5),
                slice(1, 7, 9)
            ]
        );
    }
}
