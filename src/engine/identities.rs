//! The identities of a segment's rows: many, kept for finding duplicates alone, so in few bytes.

/// Ascending 64-bit numbers. Their first byte is known from where they stand, the other seven are kept.
#[derive(Debug, Default)]
pub struct Identities {
    /// Where the numbers with each first byte begin; one more at the end.
    starts: Vec<u32>,
    rest: Vec<[u8; 7]>,
}

impl Identities {
    /// `ids` in any order.
    pub fn pack(mut ids: Vec<u64>) -> Self {
        ids.sort_unstable();
        let starts = (0..=256_u64).map(|first| ids.partition_point(|&id| id >> 56 < first) as u32);
        Self {
            starts: starts.collect(),
            rest: ids.iter().map(|&id| rest(id)).collect(),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = u64> {
        let firsts = self.starts.windows(2).zip(0_u64..);
        firsts.flat_map(|(ends, first)| {
            let (start, end) = (ends[0] as usize, ends[1] as usize);
            self.rest[start..end]
                .iter()
                .map(move |&rest| first << 56 | whole(rest))
        })
    }

    pub fn resident_bytes(&self) -> usize {
        self.starts.len() * size_of::<u32>() + self.rest.len() * 7
    }
}

fn rest(id: u64) -> [u8; 7] {
    let [_, rest @ ..] = id.to_be_bytes();
    rest
}

fn whole(rest: [u8; 7]) -> u64 {
    let mut bytes = [0; 8];
    bytes[1..].copy_from_slice(&rest);
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::Identities;

    #[test]
    fn packed_identities_are_the_identities_in_order() {
        let mut ids: Vec<u64> = (0..2_000_u64)
            .map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15))
            .collect();
        ids.extend([0, 1, u64::MAX, u64::MAX - 1, 1 << 56, (1 << 56) - 1]);
        let packed = Identities::pack(ids.clone());
        ids.sort_unstable();
        assert_eq!(packed.iter().collect::<Vec<_>>(), ids);
        assert_eq!(packed.resident_bytes(), 257 * 4 + ids.len() * 7);
        assert_eq!(Identities::pack(Vec::new()).iter().count(), 0);
    }
}
