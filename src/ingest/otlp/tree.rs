//! Spans of all files as one forest.
//!
//! Owns: the way from a span up to the top-most candidate above it. Does not own: what comes of it (`link`).

use std::collections::HashMap;

use super::record::{Node, SpanKey};

/// Spans by key, each with the top-most candidate at or above it.
///
/// The rule joins a candidate with the nearest one above it, through spans of any kind. All candidates of one way up
/// are then one execution, and the top-most of them is its primary; so only that one needs to be known.
#[derive(Debug, Default)]
pub struct Tree {
    index: HashMap<SpanKey, usize>,
    spans: Vec<Placed>,
}

#[derive(Debug, Clone, Copy)]
struct Placed {
    /// The parent's key.
    parent: SpanKey,
    candidate: Option<usize>,
    top: Top,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Top {
    Unknown,
    /// On the way that is being walked. Coming here again, the way has gone round in a circle.
    OnWay,
    Known(Option<usize>),
}

impl Tree {
    /// Takes a span in; `false` when one of that key is here already.
    pub fn insert(&mut self, node: &Node, candidate: Option<usize>) -> bool {
        let place = self.spans.len();
        if *self.index.entry(node.key).or_insert(place) != place {
            return false;
        }
        self.spans.push(Placed {
            parent: (node.key.0, node.parent),
            candidate,
            top: Top::Unknown,
        });
        true
    }

    /// The candidate of a span that is here.
    pub fn candidate(&self, key: SpanKey) -> Option<usize> {
        self.spans[*self.index.get(&key)?].candidate
    }

    /// Puts another record of the same span in the place of the first.
    pub fn replace(&mut self, key: SpanKey, candidate: usize) {
        if let Some(&place) = self.index.get(&key) {
            self.spans[place].candidate = Some(candidate);
        }
    }

    pub fn parent(&self, key: SpanKey) -> Option<SpanKey> {
        Some(self.spans[*self.index.get(&key)?].parent)
    }

    /// The top-most candidate at or above a span; `None` when there is none, or no such span.
    pub fn top(&mut self, key: SpanKey) -> Option<usize> {
        let mut way = Vec::new();
        let mut next = self.index.get(&key).copied();
        // Every span is walked through once, however often its children ask. A circle is cut where it closes.
        let mut top = loop {
            let Some(place) = next else { break None };
            match self.spans[place].top {
                Top::Known(top) => break top,
                Top::OnWay => break None,
                Top::Unknown => {
                    self.spans[place].top = Top::OnWay;
                    way.push(place);
                    next = self.index.get(&self.spans[place].parent).copied();
                }
            }
        };
        for place in way.into_iter().rev() {
            top = top.or(self.spans[place].candidate);
            self.spans[place].top = Top::Known(top);
        }
        top
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (span, parent, is it a candidate?) → top-most candidate of each, by span
    fn check(spans: &[(u64, u64, bool)], expected: &[Option<usize>]) {
        let mut tree = Tree::default();
        for &(span, parent, is_candidate) in spans {
            let node = Node {
                key: (1, span),
                parent,
                candidate: None,
                is_set_aside: false,
            };
            assert!(tree.insert(&node, is_candidate.then_some(span as usize)));
        }
        let tops: Vec<_> = spans.iter().map(|span| tree.top((1, span.0))).collect();
        assert_eq!(tops, expected, "{spans:?}");
    }

    #[test]
    fn the_topmost_candidate_is_found_through_spans_of_any_kind() {
        check(
            &[
                (4, 3, true),
                (3, 2, false),
                (2, 1, true),
                (1, 9, false),
                (5, 1, true),
            ],
            &[Some(2), Some(2), Some(2), None, Some(5)],
        );
    }

    #[test]
    fn a_circle_of_parents_is_one_execution() {
        check(
            &[(1, 3, true), (2, 1, true), (3, 2, true), (4, 4, true)],
            &[Some(2), Some(2), Some(2), Some(4)],
        );
    }

    #[test]
    fn a_long_way_is_walked_once() {
        let mut tree = Tree::default();
        for span in 1..=200_000_u64 {
            let node = Node {
                key: (1, span),
                parent: span - 1,
                candidate: None,
                is_set_aside: false,
            };
            tree.insert(&node, Some(span as usize));
        }
        assert!(
            (1..=200_000)
                .rev()
                .all(|span| tree.top((1, span)) == Some(1))
        );
    }
}
