//! The levels of a Parquet page: which of its values are there.
//!
//! Owns: walking over their runs within their bytes (parquet-format, Encodings.md: RLE / bit-packing hybrid). Does not
//! own: where in a page they lie (`lengths`).

/// How many of the first `count` levels are the greatest one, which is how many values there are. `None` when a run is
/// longer than the bytes, which the reader takes for granted.
pub fn values(levels: &[u8], greatest: u16, count: u64) -> Option<u64> {
    let width = u16::BITS - greatest.leading_zeros();
    let mut rest = levels;
    let (mut left, mut values) = (count, 0);
    while left > 0 && !rest.is_empty() {
        let header = super::lengths::varint(&mut rest)?;
        if header & 1 == 1 {
            // Groups of eight levels, `width` bytes each.
            let bytes = usize::try_from((header >> 1).checked_mul(width.into())?).ok()?;
            let (run, after) = rest.split_at_checked(bytes)?;
            rest = after;
            let here = (header >> 1).checked_mul(8)?.min(left);
            values += packed(run, width, greatest, here);
            left -= here;
        } else {
            let (run, after) = rest.split_at_checked(width.div_ceil(8) as usize)?;
            rest = after;
            let level = run
                .iter()
                .rev()
                .fold(0, |level, byte| level << 8 | u16::from(*byte));
            let here = (header >> 1).min(left);
            // The reader of single bits takes whatever is not zero for one.
            let is_there = level == greatest || (greatest == 1 && level != 0);
            values += if is_there { here } else { 0 };
            left -= here;
        }
    }
    Some(values)
}

/// The same in one run of levels, each of so many bits, from the lowest bit on.
fn packed(run: &[u8], width: u32, greatest: u16, count: u64) -> u64 {
    let (mut held, mut bits) = (0_u32, 0);
    let mut bytes = run.iter();
    let mut values = 0;
    for _ in 0..count {
        while bits < width {
            let Some(byte) = bytes.next() else {
                return values;
            };
            held |= u32::from(*byte) << bits;
            bits += 8;
        }
        let level = held & ((1 << width) - 1);
        values += u64::from(level == u32::from(greatest));
        held >>= width;
        bits -= width;
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_counted_in_runs_of_both_kinds() {
        // Five times 1, then eight single bits: 0b0101_0101.
        assert_eq!(values(&[5 << 1, 1, 1 << 1 | 1, 0x55], 1, 13), Some(9));
        assert_eq!(values(&[5 << 1, 1, 1 << 1 | 1, 0x55], 1, 6), Some(6));
        // Eight levels of two bits: 0 1 2 3 0 1 2 3.
        let four = [1 << 1 | 1, 0b11_10_01_00, 0b11_10_01_00];
        assert_eq!(values(&four, 3, 8), Some(2));
        assert_eq!(values(&four, 2, 8), Some(2));
        assert_eq!(values(&[], 1, 8), Some(0));
    }

    #[test]
    fn runs_beyond_their_bytes_are_none() {
        for levels in [&[2 << 1 | 1, 0xff][..], &[5 << 1], &[0x80], &[0xff; 12]] {
            assert_eq!(values(levels, 1, 100), None, "{levels:?}");
        }
    }
}
