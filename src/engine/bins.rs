//! Durations by classes of size, so that percentiles are exact without moving or sorting every value: counts tell in
//! which class a rank lies, and only that class's values are looked at.
//!
//! Owns: the classes and finding ranks in them. Does not own: gathering the values of a class (`values`).

use super::ascending::merged;

/// How many classes there are; the last one is for rows without a duration and is not counted.
pub const BINS: usize = 256;
/// The class of rows without a duration.
pub const NO_BIN: u8 = u8::MAX;

/// A set of classes.
pub type BinSet = [u64; BINS / 64];

/// The class of a duration: the exponent and three more bits of its floating-point form, so eight classes to each
/// doubling. It never falls as durations grow, which is all that ranks need.
pub fn bin_of(us: u32) -> u8 {
    /// The form of one microsecond, less one: zero has a class of its own.
    const BEFORE_ONE: u32 = (127 << 3) - 1;
    const LAST: u32 = NO_BIN as u32 - 1;
    ((us as f32).to_bits() >> 20)
        .saturating_sub(BEFORE_ONE)
        .min(LAST) as u8
}

/// Is a class in a set?
pub fn has(set: &BinSet, bin: u8) -> bool {
    set[usize::from(bin / 64)] >> (bin % 64) & 1 == 1
}

/// Puts a class into a set.
pub fn add(set: &mut BinSet, bin: u8) {
    set[usize::from(bin / 64)] |= 1 << (bin % 64);
}

/// How many values there are of each class that has any, ascending.
pub type BinCounts = Vec<(u8, u64)>;

/// All values.
pub fn total(counts: &BinCounts) -> u64 {
    let counts = counts.iter().map(|&(_, count)| count);
    counts.fold(0, u64::saturating_add)
}

pub fn merge(mine: &mut BinCounts, theirs: &[(u8, u64)]) {
    if theirs.is_empty() {
        return;
    }
    *mine = merged(
        std::mem::take(mine),
        theirs.to_vec(),
        |a, b| a.0.cmp(&b.0),
        |mine, theirs| mine.1 = mine.1.saturating_add(theirs.1),
    );
}

/// The two ranks that a quantile lies between (R type 7), and how far from the first to the second.
fn ranks(total: u64, q: f64) -> Option<(u64, f64)> {
    let rank = q * total.checked_sub(1)? as f64;
    Some((rank.floor() as u64, rank.fract()))
}

/// The class of a rank, and how many values lie in classes before it.
fn locate(counts: &BinCounts, rank: u64) -> Option<(u8, u64)> {
    let mut before = 0_u64;
    for &(bin, count) in counts {
        let until = before.saturating_add(count);
        if rank < until {
            return Some((bin, before));
        }
        before = until;
    }
    None
}

/// Adds the classes whose values a quantile needs.
pub fn wanted(counts: &BinCounts, q: f64, set: &mut BinSet) {
    if let Some((rank, _)) = ranks(total(counts), q) {
        for rank in [rank, rank + 1] {
            if let Some((bin, _)) = locate(counts, rank) {
                add(set, bin);
            }
        }
    }
}

/// The quantile by linear interpolation between closest ranks, milliseconds; `values` are microseconds and hold at
/// least those of the wanted classes.
pub fn quantile(counts: &BinCounts, values: &[u32], q: f64) -> Option<f64> {
    let (rank, part) = ranks(total(counts), q)?;
    let (bin, before) = locate(counts, rank)?;
    let of_bin = |bin: u8| values.iter().copied().filter(move |&us| bin_of(us) == bin);
    let mut near: Vec<u32> = of_bin(bin).collect();
    let at = usize::try_from(rank - before).ok()?;
    if at >= near.len() {
        return None;
    }
    let (_, &mut low, above) = near.select_nth_unstable(at);
    let ms = |us: u32| f64::from(us) / 1e3;
    if part == 0.0 {
        return Some(ms(low));
    }
    let high = match above.iter().min() {
        Some(&next) => next,
        // The next one opens another class.
        None => of_bin(locate(counts, rank + 1)?.0).min()?,
    };
    Some(ms(low) + (ms(high) - ms(low)) * part)
}

#[cfg(test)]
mod tests {
    use super::{BINS, BinCounts, NO_BIN, bin_of, has, quantile, wanted};
    use crate::metrics;

    #[test]
    fn classes_never_fall_as_durations_grow() {
        let near = 0..5_000_000_u32;
        let far = (0..64_000).map(|step| step * 67_108);
        assert!(near.map(bin_of).is_sorted());
        assert!(far.chain([u32::MAX - 1]).map(bin_of).is_sorted());
        assert!(bin_of(u32::MAX - 1) < NO_BIN);
    }

    #[test]
    fn a_quantile_of_classes_is_the_quantile_of_all_values() {
        let mut state = 7_u64;
        for size in [1, 2, 3, 10, 997, 20_000] {
            let values: Vec<u32> = (0..size)
                .map(|_| {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    (state >> 33) as u32 >> (state >> 59)
                })
                .collect();
            let mut counted = [0_u64; BINS];
            values
                .iter()
                .for_each(|&us| counted[usize::from(bin_of(us))] += 1);
            let counts: BinCounts = (0..=u8::MAX)
                .zip(counted)
                .filter(|(_, count)| *count > 0)
                .collect();
            for q in [0.0, 0.5, 0.95, 0.99, 1.0] {
                let mut set = [0; 4];
                wanted(&counts, q, &mut set);
                let mut few: Vec<u32> = values.clone();
                few.retain(|&us| has(&set, bin_of(us)));
                let mut all: Vec<f64> = values.iter().map(|&us| f64::from(us) / 1e3).collect();
                assert_eq!(quantile(&counts, &few, q), metrics::quantile(&mut all, q));
            }
        }
    }
}
