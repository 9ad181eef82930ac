//! Distinct pairs of two codes: people by group, tools by person.

use super::members::each_bit;

/// Sets take at most this many words as bits; beyond, as pairs.
const BIT_WORDS_MAX: usize = 1 << 21;
/// Pairs are made distinct whenever there are this many, and twice as many as last time.
const PAIRS_MIN: usize = 1 << 20;

/// Which second codes occur with each first one.
#[derive(Debug)]
pub enum PairSet {
    Bits {
        words_per_first: usize,
        bits: Vec<u64>,
    },
    /// first << 32 | second
    Pairs { pairs: Vec<u64>, distinct: usize },
}

impl PairSet {
    /// For at most so many first codes, and second ones below `seconds`.
    pub fn new(firsts_max: usize, seconds: usize) -> Self {
        let words_per_first = seconds.div_ceil(64);
        if firsts_max.saturating_mul(words_per_first) <= BIT_WORDS_MAX {
            Self::Bits {
                words_per_first,
                bits: Vec::new(),
            }
        } else {
            Self::Pairs {
                pairs: Vec::new(),
                distinct: 0,
            }
        }
    }

    /// To be called before a first code of this or more is added.
    pub fn make_room(&mut self, firsts: usize) {
        if let Self::Bits {
            words_per_first,
            bits,
        } = self
        {
            bits.resize(firsts * *words_per_first, 0);
        }
    }

    pub fn add(&mut self, first: u32, second: u32) {
        match self {
            Self::Bits {
                words_per_first,
                bits,
            } => {
                let word = first as usize * *words_per_first + second as usize / 64;
                bits[word] |= 1 << (second % 64);
            }
            Self::Pairs { pairs, .. } => pairs.push(u64::from(first) << 32 | u64::from(second)),
        }
    }

    /// The second codes of a first one, a bit for each, where they are kept so.
    pub fn set_of(&mut self, first: u32) -> Option<&mut [u64]> {
        match self {
            Self::Bits {
                words_per_first,
                bits,
            } => {
                let start = first as usize * *words_per_first;
                bits.get_mut(start..start + *words_per_first)
            }
            Self::Pairs { .. } => None,
        }
    }

    /// All sets one after the other, where they are kept as bits.
    pub fn all_bits(&self) -> Option<&[u64]> {
        match self {
            Self::Bits { bits, .. } => Some(bits),
            Self::Pairs { .. } => None,
        }
    }

    /// Forgets all pairs.
    pub fn clear(&mut self) {
        match self {
            Self::Bits { bits, .. } => bits.clear(),
            Self::Pairs { pairs, distinct } => {
                pairs.clear();
                *distinct = 0;
            }
        }
    }

    /// Adds a set of second codes, a bit for each.
    pub fn add_all(&mut self, first: u32, seconds: &[u64]) {
        match self {
            Self::Bits {
                words_per_first,
                bits,
            } => {
                let start = first as usize * *words_per_first;
                for (held, more) in bits[start..].iter_mut().zip(seconds) {
                    *held |= more;
                }
            }
            Self::Pairs { pairs, .. } => {
                each_bit(seconds, |second| {
                    pairs.push(u64::from(first) << 32 | u64::from(second))
                });
            }
        }
    }

    /// To be called now and then, so that repeats do not pile up.
    pub fn tidy(&mut self) {
        if let Self::Pairs { pairs, distinct } = self
            && pairs.len() > PAIRS_MIN.max(*distinct * 2)
        {
            pairs.sort_unstable();
            pairs.dedup();
            *distinct = pairs.len();
        }
    }

    /// Every pair once, in ascending order.
    pub fn each(&mut self, mut visit: impl FnMut(u32, u32)) {
        match self {
            Self::Bits {
                words_per_first,
                bits,
            } => {
                let words = (*words_per_first).max(1);
                for (first, set) in (0_u32..).zip(bits.chunks(words)) {
                    each_bit(set, |second| visit(first, second));
                }
            }
            Self::Pairs { pairs, .. } => {
                pairs.sort_unstable();
                pairs.dedup();
                for &pair in pairs.iter() {
                    visit((pair >> 32) as u32, pair as u32);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PairSet;

    #[test]
    fn bits_and_pairs_are_the_same_set() {
        let added = [(2, 70), (0, 1), (2, 3), (0, 1), (2, 70)];
        for firsts_max in [3, usize::MAX] {
            let mut set = PairSet::new(firsts_max, 100);
            set.make_room(3);
            added
                .iter()
                .for_each(|&(first, second)| set.add(first, second));
            set.add_all(2, &[1 << 3, 1 << 6]);
            let mut found = Vec::new();
            set.each(|first, second| found.push((first, second)));
            assert_eq!(found, [(0, 1), (2, 3), (2, 70)]);
        }
    }
}
