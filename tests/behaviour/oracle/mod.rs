//! The engine against a naive row-by-row oracle: 1,000 random event sets and questions, and the laws of merging.

mod engine;
mod events;
mod naive;
mod naive_kinds;
mod naive_people;
mod people;

use proptest::prelude::*;
use toolscope::model::{Cell, ResultTable};
use toolscope::query::{Dimension, Question};

use engine::{Shards, table};
use events::{Event, directory, events, kinds_query, question, widget_query};

const RELATIVE: f64 = 1e-9;

fn same(a: &Cell, b: &Cell) -> bool {
    match (a, b) {
        (Cell::Float(a), Cell::Float(b)) => {
            (a - b).abs() <= RELATIVE * a.abs().max(b.abs()) + 1e-12
        }
        _ => a == b,
    }
}

fn assert_same(found: &ResultTable, expected: &[Vec<Cell>], what: &str) {
    assert_eq!(
        found.rows.len(),
        expected.len(),
        "{what}: rows\nfound {:#?}\nexpected {expected:#?}",
        found.rows
    );
    for (row, (found_row, expected_row)) in found.rows.iter().zip(expected).enumerate() {
        for ((found_cell, expected_cell), column) in
            found_row.iter().zip(expected_row).zip(&found.columns)
        {
            assert!(
                same(found_cell, expected_cell),
                "{what}: row {row} {}, column {}: found {found_cell:?}, expected {expected_cell:?}",
                found_row
                    .iter()
                    .take(2)
                    .map(|cell| format!("{cell:?}"))
                    .collect::<String>(),
                column.name
            );
        }
    }
}

fn dimensions() -> impl Strategy<Value = Vec<Dimension>> {
    prop::collection::vec(events::dimension(), 0..=2).prop_filter("dimensions differ", |list| {
        list.len() < 2 || list[0] != list[1]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn every_number_is_that_of_a_naive_count(rows in events(), question in question(), dimensions in dimensions(), with_directory: bool) {
        let query = widget_query(&dimensions);
        let directory = with_directory.then(directory);
        let found = table(&Shards::one(&rows, &question, directory.as_ref()), &question, &query, &rows);
        let expected = naive::answer(&rows, &question, &query, directory.as_ref());
        assert_same(&found, &expected, "naive");
    }

    #[test]
    fn every_number_of_other_kinds_is_that_of_a_naive_count(rows in events(), question in question(), query in kinds_query(), with_directory: bool) {
        let directory = with_directory.then(directory);
        let found = table(&Shards::one(&rows, &question, directory.as_ref()), &question, &query, &rows);
        let expected = naive::answer(&rows, &question, &query, directory.as_ref());
        assert_same(&found, &expected, "naive");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_rows_changes_nothing(rows in events().prop_shuffle(), question in question(), dimensions in dimensions()) {
        let query = widget_query(&dimensions);
        let rows = unique(&rows);
        let mut sorted = rows.clone();
        sorted.sort_by_key(|event| event.time_us);
        let a = table(&Shards::one(&rows, &question, None), &question, &query, &rows);
        let b = table(&Shards::one(&sorted, &question, None), &question, &query, &rows);
        assert_same(&a, &b.rows, "shuffled");
    }

    #[test]
    fn splitting_into_batches_changes_nothing(rows in events(), question in question(), dimensions in dimensions(), parts in prop::sample::select(vec![1_usize, 2, 7, 64])) {
        let query = widget_query(&dimensions);
        let whole = Shards::one(&rows, &question, None);
        let split = Shards::batches(&rows, parts, &question);
        assert_same(&table(&split, &question, &query, &rows), &table(&whole, &question, &query, &rows).rows, "batches");
        prop_assert_eq!(split.fingerprint(), whole.fingerprint());
    }

    #[test]
    fn four_workers_give_the_answer_of_one(rows in events(), question in question(), dimensions in dimensions()) {
        let query = widget_query(&dimensions);
        let rows = unique(&rows);
        let one = Shards::one(&rows, &question, None);
        let four = Shards::workers(&rows, 4, &question);
        assert_same(&table(&four, &question, &query, &rows), &table(&one, &question, &query, &rows).rows, "workers");
        prop_assert_eq!(four.fingerprint(), one.fingerprint());
    }

    #[test]
    fn what_was_delivered_twice_counts_once(rows in events(), question in question(), dimensions in dimensions()) {
        let query = widget_query(&dimensions);
        let rows: Vec<Event> = rows.into_iter().filter(|event| event.id != 0).collect();
        let once = Shards::one(&rows, &question, None);
        let mut twice = Shards::one(&rows, &question, None);
        let repeated = twice.deliver(&rows);
        prop_assert_eq!(repeated, rows.len() as u64);
        assert_same(&table(&twice, &question, &query, &rows), &table(&once, &question, &query, &rows).rows, "twice");
        prop_assert_eq!(twice.fingerprint(), once.fingerprint());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn merging_is_associative_and_commutative(rows in events(), question in question(), dimensions in dimensions()) {
        let query = widget_query(&dimensions);
        let rows = unique(&rows);
        let shards = Shards::workers(&rows, 3, &question);
        let [a, b, c] = shards.partials(&question, &query, &rows).try_into().unwrap();
        let left = a.clone().merge(b.clone()).merge(c.clone());
        let right = a.clone().merge(b.clone().merge(c.clone()));
        let turned = c.merge(b).merge(a);
        let answer = |partial| engine::answer_of(partial, &question, &query, &rows);
        let expected = answer(left);
        assert_same(&answer(right), &expected.rows, "associative");
        assert_same(&answer(turned), &expected.rows, "commutative");
    }

    #[test]
    fn merging_other_kinds_is_associative_and_commutative(rows in events(), question in question(), query in kinds_query()) {
        let rows = unique(&rows);
        let one = table(&Shards::one(&rows, &question, None), &question, &query, &rows);
        let shards = Shards::workers(&rows, 3, &question);
        let [a, b, c] = shards.partials(&question, &query, &rows).try_into().unwrap();
        let left = a.clone().merge(b.clone()).merge(c.clone());
        let right = a.clone().merge(b.clone().merge(c.clone()));
        let turned = c.merge(b).merge(a);
        for (partial, what) in [(left, "three workers"), (right, "associative"), (turned, "commutative")] {
            assert_same(&engine::answer_of(partial, &question, &query, &rows), &one.rows, what);
        }
    }

    #[test]
    fn filters_cut_the_whole_into_parts(rows in events(), question in question()) {
        let total = |question: &Question| {
            let query = widget_query(&[]);
            match table(&Shards::one(&rows, question, None), question, &query, &rows).rows[0][0] {
                Cell::Int(count) => count,
                ref other => panic!("{other:?}"),
            }
        };
        let part = |exclude: bool| {
            let mut question = question.clone();
            question.filters.retain(|clause| clause.dimension != events::TOOL);
            question.toggle(events::TOOL, exclude, "read", None);
            total(&question)
        };
        let mut whole = question.clone();
        whole.filters.retain(|clause| clause.dimension != events::TOOL);
        prop_assert_eq!(part(false) + part(true), total(&whole));
    }
}

/// Without repeats of an identity, so that no order decides which of two stays.
fn unique(rows: &[Event]) -> Vec<Event> {
    let mut seen = std::collections::HashSet::new();
    rows.iter()
        .filter(|event| event.id == 0 || seen.insert(event.id))
        .cloned()
        .collect()
}
