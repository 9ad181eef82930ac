//! Sets of people in the states of groups: positions in one list of hashes that the answer carries once.
//!
//! Owns: the set, small or dense, and the list that an answer's sets point into. Does not own: what makes somebody a
//! member.

use serde::{Deserialize, Serialize};

use super::packed;

/// A set is kept as bits where these take no more room than positions would.
const BITS_PER_POSITION: usize = 32;

/// A set of positions. Two equal sets are kept alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Members {
    /// Ascending, once each.
    Few(Vec<u32>),
    /// A bit for each position; the last word is not zero.
    Many(#[serde(with = "packed::words")] Vec<u64>),
}

impl Default for Members {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Members {
    /// The set of some positions in any order, of which there may be repeats.
    pub fn of(positions: &[u32]) -> Self {
        let end = positions.iter().max().map_or(0, |&max| max as usize + 1);
        if end <= positions.len().saturating_mul(BITS_PER_POSITION) {
            let mut bits = vec![0_u64; end.div_ceil(64)];
            for &position in positions {
                bits[position as usize / 64] |= 1 << (position % 64);
            }
            return Self::of_bits(bits);
        }
        let mut few = positions.to_vec();
        few.sort_unstable();
        few.dedup();
        Self::Few(few)
    }

    fn of_bits(mut bits: Vec<u64>) -> Self {
        let used = bits.iter().rposition(|&word| word != 0);
        bits.truncate(used.map_or(0, |last| last + 1));
        let count = count(&bits);
        let end = bits
            .last()
            .map_or(0, |last| bits.len() * 64 - last.leading_zeros() as usize);
        if end <= count.saturating_mul(BITS_PER_POSITION) && count > 0 {
            Self::Many(bits)
        } else {
            let mut few = Vec::with_capacity(count);
            each_bit(&bits, |position| few.push(position));
            Self::Few(few)
        }
    }

    pub fn is_empty(&self) -> bool {
        match self {
            Self::Few(few) => few.is_empty(),
            Self::Many(bits) => bits.is_empty(),
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Few(few) => few.len(),
            Self::Many(bits) => count(bits),
        }
    }

    /// Each position, ascending.
    pub fn each(&self, mut visit: impl FnMut(u32)) {
        match self {
            Self::Few(few) => few.iter().for_each(|&position| visit(position)),
            Self::Many(bits) => each_bit(bits, visit),
        }
    }

    /// Is every position below this?
    pub fn is_below(&self, end: usize) -> bool {
        match self {
            Self::Few(few) => few.iter().all(|&position| (position as usize) < end),
            Self::Many(bits) => {
                let whole = end / 64;
                let rest = bits.get(whole).copied().unwrap_or_default();
                bits.len() <= whole + 1 && rest >> (end % 64) == 0
            }
        }
    }

    /// What is in either set.
    pub fn unite(&mut self, other: &Self) {
        if self.is_empty() {
            self.clone_from(other);
            return;
        }
        match (&mut *self, other) {
            (_, theirs) if theirs.is_empty() => {}
            // In place: totals unite very many small sets with one that grows.
            (Self::Many(mine), theirs) => {
                let mut bits = std::mem::take(mine);
                theirs.mark(&mut bits);
                *self = Self::of_bits(bits);
            }
            (mine, Self::Many(theirs)) => {
                let mut bits = theirs.clone();
                mine.mark(&mut bits);
                *self = Self::of_bits(bits);
            }
            _ => {
                let mut both = Vec::with_capacity(self.len() + other.len());
                self.each(|position| both.push(position));
                other.each(|position| both.push(position));
                *self = Self::of(&both);
            }
        }
    }

    /// Sets a bit for each position.
    fn mark(&self, bits: &mut Vec<u64>) {
        let words = match self {
            Self::Few(few) => few.last().map_or(0, |&last| last as usize / 64 + 1),
            Self::Many(theirs) => theirs.len(),
        };
        if bits.len() < words {
            bits.resize(words, 0);
        }
        match self {
            Self::Few(few) => {
                for &position in few {
                    bits[position as usize / 64] |= 1 << (position % 64);
                }
            }
            Self::Many(theirs) => {
                for (held, more) in bits.iter_mut().zip(theirs) {
                    *held |= more;
                }
            }
        }
    }

    /// The same people in another list: each position's new one.
    fn moved(&self, places: &[u32]) -> Self {
        let mut positions = Vec::with_capacity(self.len());
        self.each(|position| positions.extend(places.get(position as usize)));
        Self::of(&positions)
    }
}

fn count(bits: &[u64]) -> usize {
    bits.iter().map(|word| word.count_ones() as usize).sum()
}

/// The positions of the bits that are set, ascending.
pub fn each_bit(bits: &[u64], mut visit: impl FnMut(u32)) {
    for (word, &held) in (0_u32..).zip(bits) {
        let mut left = held;
        while left != 0 {
            visit(word * 64 + left.trailing_zeros());
            left &= left - 1;
        }
    }
}

/// Two ascending lists of hashes as one, and where each entry of either went.
pub fn joined(mine: &[u64], theirs: &[u64]) -> (Vec<u64>, Vec<u32>, Vec<u32>) {
    let mut both = Vec::with_capacity(mine.len().max(theirs.len()));
    let mut places = (
        Vec::with_capacity(mine.len()),
        Vec::with_capacity(theirs.len()),
    );
    let (mut a, mut b) = (mine.iter().peekable(), theirs.iter().peekable());
    while let Some(&next) = match (a.peek(), b.peek()) {
        (Some(a), Some(b)) => Some((*a).min(*b)),
        (a, b) => a.or(b).copied(),
    } {
        let place = both.len() as u32;
        both.push(next);
        while a.next_if_eq(&&next).is_some() {
            places.0.push(place);
        }
        while b.next_if_eq(&&next).is_some() {
            places.1.push(place);
        }
    }
    (both, places.0, places.1)
}

/// Moves sets to another list, unless every position stays.
pub fn move_all<'a>(sets: impl Iterator<Item = &'a mut Members>, places: &[u32]) {
    if (0..).zip(places).all(|(at, &place)| at == place) {
        return;
    }
    for set in sets.filter(|set| !set.is_empty()) {
        *set = set.moved(places);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Members, joined};

    fn positions(set: &Members) -> Vec<u32> {
        let mut all = Vec::new();
        set.each(|position| all.push(position));
        all
    }

    #[test]
    fn sets_small_and_dense_are_sets() {
        let lists: [&[u32]; 6] = [
            &[],
            &[7],
            &[7, 7, 3],
            &[100_000, 2, 50_000],
            &[0, 1, 2, 3, 63, 64, 65, 128],
            &[64],
        ];
        for a in lists {
            for b in lists {
                let both: BTreeSet<u32> = a.iter().chain(b).copied().collect();
                let all: Vec<u32> = both.iter().copied().collect();
                let mut united = Members::of(a);
                united.unite(&Members::of(b));
                assert_eq!(positions(&united), all);
                assert_eq!(united, Members::of(&all), "one way to keep a set");
                assert_eq!(united.len(), all.len());
                let end = all.last().map_or(0, |&last| last as usize + 1);
                assert!(united.is_below(end));
                assert!(end == 0 || !united.is_below(end - 1));
            }
        }
    }

    #[test]
    fn lists_join_and_say_where_each_entry_went() {
        let (both, mine, theirs) = joined(&[2, 5, 9], &[1, 5, 10]);
        assert_eq!(both, [1, 2, 5, 9, 10]);
        assert_eq!((mine, theirs), (vec![1, 2, 3], vec![0, 2, 4]));
    }
}
