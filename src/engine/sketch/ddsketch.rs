//! DDSketch (Masson, Rim, Lee 2019, arXiv 1908.10693): quantiles of positive numbers within a relative error.
//!
//! A value v falls into the bin ⌈ln v ÷ ln γ⌉ with γ = (1 + α) ÷ (1 − α) and α = 0.005, so every quantile that is
//! the value of one event is within 0.5 % of the truth, and an interpolated one within 0.5 % as well. Values at or
//! below [`ZERO_MS`] share one bin that stands for zero. No bin is ever collapsed: with γ ≈ 1.01 the whole range of
//! believable durations (a microsecond to a year) is under 4,000 bins.
//!
//! # Binary form, version 1
//! All integers LEB128, signed ones zig-zag:
//! `0x44` (`D`), `0x01` (version), count at zero, number of bins, then for each bin in ascending order: the index
//! (the first as it is, signed; later ones as the difference to the one before, minus 1, unsigned) and its count (≥ 1).

use serde::{Deserialize, Serialize};

use super::{SketchError, varint};

/// Relative accuracy α.
pub const RELATIVE_ACCURACY: f64 = 0.005;
/// Values up to here (one nanosecond) count as zero, milliseconds.
pub const ZERO_MS: f64 = 1e-6;

const MAGIC: u8 = b'D';
const VERSION: u8 = 1;
/// ln γ, from α = 0.005.
const LN_GAMMA: f64 = 0.010_000_083_334_583_18;
/// Bins of any value from 1e-6 to 1e15 lie within.
const INDEX_LIMIT: i64 = 4_000;

/// Counts of values by logarithmic bin; see the module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DdSketch {
    zeros: u64,
    /// Index of `bins[0]`.
    first: i32,
    bins: Vec<u64>,
}

impl DdSketch {
    pub fn new() -> Self {
        Self::default()
    }

    /// Are its bins where bins can be? A sketch may come in another form than the binary one, which says so itself.
    pub fn is_sound(&self) -> bool {
        let first = i64::from(self.first);
        let last = first.saturating_add(self.bins.len() as i64) - 1;
        self.bins.is_empty() || (first >= -INDEX_LIMIT && last <= INDEX_LIMIT)
    }

    /// How many values were added.
    pub fn count(&self) -> u64 {
        self.bins
            .iter()
            .fold(self.zeros, |sum, &count| sum.saturating_add(count))
    }

    /// Adds one value in milliseconds. NaN, infinite and negative values are no durations and are ignored.
    pub fn add(&mut self, value_ms: f64) {
        self.add_many(value_ms, 1);
    }

    /// Adds the same value `count` times.
    pub fn add_many(&mut self, value_ms: f64, count: u64) {
        if !value_ms.is_finite() || value_ms < 0.0 || count == 0 {
            return;
        }
        if value_ms <= ZERO_MS {
            self.zeros = self.zeros.saturating_add(count);
            return;
        }
        let index = (value_ms.ln() / LN_GAMMA).ceil() as i64;
        self.add_bin(index.clamp(-INDEX_LIMIT, INDEX_LIMIT) as i32, count);
    }

    /// Adds all of another sketch.
    pub fn merge(&mut self, other: &Self) {
        self.zeros = self.zeros.saturating_add(other.zeros);
        if other.bins.is_empty() {
            return;
        }
        self.reserve(other.first, other.first + other.bins.len() as i32 - 1);
        let shift = (other.first - self.first) as usize;
        for (mine, theirs) in self.bins.iter_mut().skip(shift).zip(&other.bins) {
            *mine = mine.saturating_add(*theirs);
        }
    }

    /// Adds all of an encoded sketch without building it; on an error this sketch may hold a part of it.
    pub fn merge_encoded(&mut self, bytes: &[u8]) -> Result<(), SketchError> {
        let zeros = parse(bytes, |index, count| self.add_bin(index, count))?;
        self.zeros = self.zeros.saturating_add(zeros);
        Ok(())
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![MAGIC, VERSION];
        varint::push(&mut bytes, self.zeros);
        let filled = self.bins.iter().filter(|&&count| count > 0).count();
        varint::push(&mut bytes, filled as u64);
        let mut before: Option<i64> = None;
        for (position, &count) in self.bins.iter().enumerate() {
            if count == 0 {
                continue;
            }
            let index = i64::from(self.first) + position as i64;
            varint::push(
                &mut bytes,
                before.map_or(varint::zigzag(index), |before| (index - before - 1) as u64),
            );
            varint::push(&mut bytes, count);
            before = Some(index);
        }
        bytes
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, SketchError> {
        let mut sketch = Self::new();
        sketch.merge_encoded(bytes)?;
        Ok(sketch)
    }

    /// The value at quantile `q` (0 to 1), linearly interpolated between closest ranks as R's type 7 does;
    /// `None` when empty.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let rank = q.clamp(0.0, 1.0) * (count - 1) as f64;
        let below = self.at_rank(rank.floor() as u64);
        let above = self.at_rank(rank.ceil() as u64);
        Some(below + (above - below) * rank.fract())
    }

    /// The representative value of the event with this rank, from 0.
    fn at_rank(&self, rank: u64) -> f64 {
        let mut seen = self.zeros;
        if rank < seen {
            return 0.0;
        }
        for (position, &count) in self.bins.iter().enumerate() {
            seen = seen.saturating_add(count);
            if rank < seen {
                return bin_value(self.first + position as i32);
            }
        }
        0.0
    }

    fn add_bin(&mut self, index: i32, count: u64) {
        self.reserve(index, index);
        let bin = &mut self.bins[(index - self.first) as usize];
        *bin = bin.saturating_add(count);
    }

    /// Makes room for the bins `low..=high`.
    fn reserve(&mut self, low: i32, high: i32) {
        if self.bins.is_empty() {
            self.first = low;
        }
        if low < self.first {
            let missing = (self.first - low) as usize;
            self.bins.splice(0..0, std::iter::repeat_n(0, missing));
            self.first = low;
        }
        let needed = (high - self.first) as usize + 1;
        if needed > self.bins.len() {
            self.bins.resize(needed, 0);
        }
    }
}

/// The value that is within α of all values of a bin: 2 γ^i ÷ (γ + 1).
fn bin_value(index: i32) -> f64 {
    let gamma = LN_GAMMA.exp();
    (f64::from(index) * LN_GAMMA).exp() * 2.0 / (gamma + 1.0)
}

/// Walks over an encoded sketch and gives the count at zero.
fn parse(mut bytes: &[u8], mut bin: impl FnMut(i32, u64)) -> Result<u64, SketchError> {
    let (&magic, rest) = bytes.split_first().ok_or(SketchError::Truncated)?;
    let (&version, rest) = rest.split_first().ok_or(SketchError::Truncated)?;
    if magic != MAGIC || version != VERSION {
        return Err(SketchError::UnknownForm);
    }
    bytes = rest;
    let zeros = varint::take(&mut bytes)?;
    let bins = varint::take(&mut bytes)?;
    let mut before: Option<i64> = None;
    for _ in 0..bins {
        let number = varint::take(&mut bytes)?;
        let index = match before {
            None => varint::unzigzag(number),
            Some(_) if number > 2 * INDEX_LIMIT as u64 => return Err(SketchError::Damaged),
            Some(before) => before + 1 + number as i64,
        };
        let count = varint::take(&mut bytes)?;
        if !(-INDEX_LIMIT..=INDEX_LIMIT).contains(&index) || count == 0 {
            return Err(SketchError::Damaged);
        }
        bin(index as i32, count);
        before = Some(index);
    }
    if bytes.is_empty() {
        Ok(zeros)
    } else {
        Err(SketchError::Damaged)
    }
}
