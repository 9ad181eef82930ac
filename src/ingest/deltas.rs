//! Numbers that Parquet packs as differences (parquet-format, Encodings.md: DELTA_BINARY_PACKED, and the two encodings
//! of texts whose lengths are such numbers).
//!
//! Owns: walking over them within their bytes. Does not own: which pages hold them (`pages`).

use super::lengths::{signed, varint};
use crate::model::limits::PAGE_BYTES_MAX;

/// Values in a block; writers use 128 or 256.
const BLOCK_VALUES_MAX: u64 = 1 << 16;

/// Gives each number until one is refused; there must be `count`. The bytes after them; `None` when they are not whole.
pub fn each(bytes: &[u8], count: u64, mut take: impl FnMut(i64) -> Option<()>) -> Option<&[u8]> {
    let mut rest = bytes;
    let block = varint(&mut rest)?;
    let parts = varint(&mut rest)?;
    let mut left = varint(&mut rest)?;
    let mut value = signed(&mut rest)?;
    let part = block.checked_div(parts)?;
    let is_regular = block % 128 == 0 && part * parts == block && part % 32 == 0;
    if !is_regular || !(1..=BLOCK_VALUES_MAX).contains(&block) || left != count {
        return None;
    }
    if left > 0 {
        take(value)?;
        left -= 1;
    }
    while left > 0 {
        let least = signed(&mut rest)?;
        let (widths, after) = rest.split_at_checked(parts as usize)?;
        rest = after;
        // Parts behind the last number have a width and no bytes.
        for &width in widths {
            let here = left.min(part);
            if here == 0 {
                break;
            }
            let (packed, after) = rest.split_at_checked(usize::from(width) * part as usize / 8)?;
            rest = after;
            let mut bits = Bits::new(packed, width)?;
            for _ in 0..here {
                value = value.wrapping_add(least).wrapping_add(bits.next() as i64);
                take(value)?;
            }
            left -= here;
        }
    }
    Some(rest)
}

/// Do these bytes hold as many texts, each with its length?
pub fn has_texts(bytes: &[u8], count: u64) -> bool {
    let mut all = 0_u64;
    let rest = each(bytes, count, |length| {
        all = all.checked_add(u32::try_from(length).ok()?.into())?;
        Some(())
    });
    rest.is_some_and(|rest| all <= rest.len() as u64)
}

/// The same where each text begins like the one before: they must not grow beyond what a page may be.
pub fn has_texts_with_prefixes(bytes: &[u8], count: u64) -> bool {
    let mut prefixes = Vec::new();
    let after = each(bytes, count, |length| {
        prefixes.push(u32::try_from(length).ok()?);
        Some(())
    });
    let Some(after) = after else { return false };
    let mut prefixes = prefixes.into_iter();
    let (mut before, mut own, mut unpacked) = (0_u64, 0_u64, 0_u64);
    let rest = each(after, count, |length| {
        let prefix = u64::from(prefixes.next()?);
        let length = u64::from(u32::try_from(length).ok()?);
        if prefix > before {
            return None;
        }
        before = prefix + length;
        own += length;
        unpacked += before;
        (unpacked <= PAGE_BYTES_MAX).then_some(())
    });
    prefixes.next().is_none() && rest.is_some_and(|rest| own <= rest.len() as u64)
}

/// Numbers of so many bits each, from the lowest bit on.
struct Bits<'b> {
    bytes: std::slice::Iter<'b, u8>,
    width: u32,
    held: u128,
    bits: u32,
}

impl<'b> Bits<'b> {
    fn new(bytes: &'b [u8], width: u8) -> Option<Self> {
        let width = u32::from(width);
        (width <= u64::BITS).then_some(Self {
            bytes: bytes.iter(),
            width,
            held: 0,
            bits: 0,
        })
    }

    fn next(&mut self) -> u64 {
        while self.bits < self.width {
            let byte = self.bytes.next().copied().unwrap_or_default();
            self.held |= u128::from(byte) << self.bits;
            self.bits += 8;
        }
        let number = self.held & ((1_u128 << self.width) - 1);
        self.held >>= self.width;
        self.bits -= self.width;
        number as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(bytes: &[u8]) -> Option<(Vec<i64>, usize)> {
        let mut found = Vec::new();
        let rest = each(bytes, bytes[3].into(), |number| {
            found.push(number);
            Some(())
        });
        rest.map(|rest| (found, rest.len()))
    }

    /// Blocks of 128 in 4 parts, `count` numbers from 7 on.
    fn head(count: u8) -> Vec<u8> {
        vec![0x80, 0x01, 4, count, 14]
    }

    #[test]
    fn numbers_are_the_sums_of_their_differences() {
        assert_eq!(numbers(&[head(1), vec![9]].concat()), Some((vec![7], 1)));
        assert_eq!(numbers(&head(0)), Some((vec![], 0)));
        // The example of Encodings.md: 7, 5, 3, 1, 2, 3, 4, 5 with the least difference −2 and two bits each.
        let block = [
            vec![3, 2, 0, 0, 0],
            vec![0b11_00_00_00, 0b00_11_11_11, 0, 0, 0, 0, 0, 0],
        ];
        let all = [head(8), block.concat()].concat();
        assert_eq!(numbers(&all), Some((vec![7, 5, 3, 1, 2, 3, 4, 5], 0)));
        assert_eq!(numbers(&all[..all.len() - 1]), None, "not whole");
        assert_eq!(numbers(&head(8)), None);
        assert_eq!(each(&head(1), 2, |_| Some(())), None, "another count");
        assert_eq!(numbers(&[0x80, 0x01, 0, 1, 14]), None, "no parts");
    }

    #[test]
    fn texts_are_within_the_bytes_and_their_prefixes_within_the_text_before() {
        let one = |length: u8| vec![0x80, 0x01, 4, 1, length << 1];
        assert!(has_texts(&[one(2), b"ab".to_vec()].concat(), 1));
        assert!(!has_texts(&[one(3), b"ab".to_vec()].concat(), 1));
        assert!(has_texts_with_prefixes(
            &[one(0), one(2), b"ab".to_vec()].concat(),
            1
        ));
        assert!(!has_texts_with_prefixes(
            &[one(1), one(2), b"ab".to_vec()].concat(),
            1
        ));
        assert!(!has_texts_with_prefixes(
            &[one(0), one(3), b"ab".to_vec()].concat(),
            1
        ));
    }
}
