//! The identities of a segment's rows: many, kept for finding duplicates and for writing rows out, so in few bytes.

use crate::model::batch::NO_ID;

/// Ascending 64-bit numbers. Their first byte is known from where they stand, the other seven are kept.
#[derive(Debug, Default)]
pub struct Identities {
    /// Where the numbers with each first byte begin; one more at the end.
    starts: Vec<u32>,
    rest: Vec<[u8; 7]>,
    places: Places,
}

/// For each row where its identity stands among the ascending ones, from 1; 0 for none. As narrow as they are many.
#[derive(Debug)]
enum Places {
    U16(Vec<u16>),
    U24(Vec<[u8; 3]>),
    U32(Vec<u32>),
}

impl Default for Places {
    fn default() -> Self {
        Self::U16(Vec::new())
    }
}

impl Places {
    fn pack(places: Vec<u32>, greatest: usize) -> Self {
        if greatest == 0 {
            Self::default()
        } else if greatest <= usize::from(u16::MAX) {
            Self::U16(places.iter().map(|&place| place as u16).collect())
        } else if greatest < 1 << 24 {
            let narrow = |&place: &u32| {
                let [low, middle, high, _] = place.to_le_bytes();
                [low, middle, high]
            };
            Self::U24(places.iter().map(narrow).collect())
        } else {
            Self::U32(places)
        }
    }

    fn get(&self, row: usize) -> usize {
        match self {
            Self::U16(places) => places.get(row).map_or(0, |&place| usize::from(place)),
            Self::U24(places) => places.get(row).map_or(0, |&[low, middle, high]| {
                u32::from_le_bytes([low, middle, high, 0]) as usize
            }),
            Self::U32(places) => places.get(row).map_or(0, |&place| place as usize),
        }
    }

    fn resident_bytes(&self) -> usize {
        match self {
            Self::U16(places) => places.len() * 2,
            Self::U24(places) => places.len() * 3,
            Self::U32(places) => places.len() * 4,
        }
    }
}

impl Identities {
    /// Of so many rows: identities with the row of each, ascending.
    pub fn pack(ids: &[(u64, u32)], rows: usize) -> Self {
        debug_assert!(ids.is_sorted());
        let start = |first| ids.partition_point(|&(id, _)| id >> 56 < first) as u32;
        let mut places = vec![0; rows];
        for (place, &(_, row)) in (1..).zip(ids) {
            places[row as usize] = place;
        }
        Self {
            starts: (0..=256_u64).map(start).collect(),
            rest: ids.iter().map(|&(id, _)| rest(id)).collect(),
            places: Places::pack(places, ids.len()),
        }
    }

    /// The identity of a row; [`NO_ID`] when it has none.
    pub fn of_row(&self, row: usize) -> u64 {
        let Some(at) = self.places.get(row).checked_sub(1) else {
            return NO_ID;
        };
        let after = self.starts.partition_point(|&start| start as usize <= at);
        let first = after.saturating_sub(1) as u64;
        self.rest
            .get(at)
            .map_or(NO_ID, |&rest| first << 56 | whole(rest))
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
        self.starts.len() * size_of::<u32>() + self.rest.len() * 7 + self.places.resident_bytes()
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

    fn packed(ids: &[u64]) -> Identities {
        let rows = ids.iter().copied().zip(0_u32..);
        let mut ordered: Vec<(u64, u32)> = rows.filter(|&(id, _)| id != 0).collect();
        ordered.sort_unstable();
        Identities::pack(&ordered, ids.len())
    }

    #[test]
    fn packed_identities_are_the_identities_in_order_and_by_row() {
        for (count, width) in [(2_000_u64, 2), (70_000, 3)] {
            let mut ids: Vec<u64> = (0..count)
                .map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15))
                .collect();
            ids.extend([0, 1, u64::MAX, u64::MAX - 1, 1 << 56, (1 << 56) - 1]);
            let packed = packed(&ids);
            for (row, &id) in ids.iter().enumerate() {
                assert_eq!(packed.of_row(row), id);
            }
            let rows = ids.len();
            ids.retain(|&id| id != 0);
            ids.sort_unstable();
            assert_eq!(packed.iter().collect::<Vec<_>>(), ids);
            let bytes = 257 * 4 + ids.len() * 7 + rows * width;
            assert_eq!(packed.resident_bytes(), bytes);
        }
        // Rows without identities cost nothing.
        let none = packed(&[0; 9]);
        assert_eq!((none.iter().count(), none.of_row(3)), (0, 0));
        assert_eq!(none.resident_bytes(), 257 * 4);
        assert_eq!(Identities::default().of_row(0), 0);
    }
}
