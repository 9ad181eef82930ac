//! Merging ascending lists, as shards bring them.

use std::cmp::Ordering;

/// What is in either list, once.
pub fn union<T: Ord>(mine: Vec<T>, theirs: Vec<T>) -> Vec<T> {
    merged(mine, theirs, T::cmp, |_, _| {})
}

/// Two ascending lists as one; what both have becomes one.
pub fn merged<T>(
    mine: Vec<T>,
    theirs: Vec<T>,
    order: impl Fn(&T, &T) -> Ordering,
    merge: impl Fn(&mut T, T),
) -> Vec<T> {
    if mine.is_empty() {
        return theirs;
    }
    if theirs.is_empty() {
        return mine;
    }
    let mut both = Vec::with_capacity(mine.len() + theirs.len());
    let (mut mine, mut theirs) = (mine.into_iter().peekable(), theirs.into_iter().peekable());
    loop {
        let order = match (mine.peek(), theirs.peek()) {
            (Some(a), Some(b)) => order(a, b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return both,
        };
        match order {
            Ordering::Less => both.extend(mine.next()),
            Ordering::Greater => both.extend(theirs.next()),
            Ordering::Equal => {
                if let (Some(mut a), Some(b)) = (mine.next(), theirs.next()) {
                    merge(&mut a, b);
                    both.push(a);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{merged, union};

    #[test]
    fn what_both_lists_have_becomes_one() {
        assert_eq!(union(vec![1, 4, 7], vec![0, 4, 9]), [0, 1, 4, 7, 9]);
        assert_eq!(union(Vec::new(), vec![2]), union(vec![2], Vec::new()));
        let sums = merged(
            vec![(1, 10), (3, 30)],
            vec![(3, 5), (4, 40)],
            |a, b| a.0.cmp(&b.0),
            |mine, theirs| mine.1 += theirs.1,
        );
        assert_eq!(sums, [(1, 10), (3, 35), (4, 40)]);
    }
}
