//! One batch of raw events as it is kept: sorted by time, dictionary-coded, with statistics for each chunk of rows.

use super::amounts::Amounts;
use super::columns::{Codes, Durations, Times};
use super::dictionary::Dictionary;
use super::identities::Identities;
use super::people;
use crate::model::batch::NO_CODE;
use crate::model::schema::TEXT_COLUMNS;
use crate::model::{Batch, EventKind, KindSet, Outcome, TimeUs};

/// Rows that are judged together: small enough for the first-level cache, large enough to skip much.
pub const CHUNK_ROWS: usize = 4096;

/// What a row is to the metrics, in the order of [`super::state::GroupState::counts`].
pub const CLASS_CONVERSATION: u8 = 5;
/// Kinds that are folded apart, and only when a query asks for them.
pub const CLASS_OTHER: u8 = 6;

/// Which codes of a column occur in a chunk: their least and greatest, and a bit for each code modulo 64.
#[derive(Debug, Clone, Copy)]
pub struct ChunkStatistics {
    pub min: u32,
    pub max: u32,
    pub bits: u64,
}

/// Which rows of a batch were not met before.
pub struct NewRows {
    /// For each row of the batch.
    pub is_new: Vec<bool>,
    /// The identities of all rows that have one, ascending, with the row.
    pub ids: Vec<(u64, u32)>,
}

/// A batch of raw events.
#[derive(Debug)]
pub struct Segment {
    pub source: u32,
    pub times: Times,
    /// Kind × 8 + outcome.
    pub flags: Vec<u8>,
    /// In the order of [`TEXT_COLUMNS`]; codes of the engine's dictionaries.
    pub text: [Codes; TEXT_COLUMNS.len()],
    pub durations: Durations,
    pub amounts: Amounts,
    /// The kinds of its rows.
    pub kinds: KindSet,
    /// Everybody who did anything in it, a bit for each user code; `None` where that would be more than a bit a row.
    pub people: Option<Box<[u64]>>,
    /// For finding duplicates, and for writing rows out.
    pub ids: Identities,
    /// Sum of the rows' digests.
    pub fingerprint: u64,
    /// For each text column and chunk.
    statistics: [Vec<ChunkStatistics>; TEXT_COLUMNS.len()],
}

pub const fn flag(kind: EventKind, outcome: Outcome) -> u8 {
    (kind as u8) << 3 | outcome as u8
}

pub const fn kind_of(flag: u8) -> u8 {
    flag >> 3
}

pub const fn outcome_of(flag: u8) -> u8 {
    flag & 7
}

/// The class of a row by its flag: an execution's outcome, a conversation, or something else.
pub const fn class_of(flag: u8) -> u8 {
    match kind_of(flag) {
        0 => outcome_of(flag),
        1 => CLASS_CONVERSATION,
        _ => CLASS_OTHER,
    }
}

impl Segment {
    /// Keeps the rows of a batch that are new; returns `None` when none is.
    pub fn build(
        source: u32,
        batch: &Batch,
        NewRows { is_new, ids }: NewRows,
        dictionaries: &mut [Dictionary; TEXT_COLUMNS.len()],
    ) -> Option<Self> {
        let mut order: Vec<u32> = (0..batch.len() as u32)
            .filter(|&row| is_new[row as usize])
            .collect();
        if order.is_empty() {
            return None;
        }
        let time = |row: &u32| batch.time_us[*row as usize];
        if !order.is_sorted_by_key(time) {
            order.sort_by_key(time);
        }
        let gather = |row: &u32| *row as usize;
        let times: Vec<TimeUs> = order.iter().map(time).collect();
        let flags: Vec<u8> = order
            .iter()
            .map(gather)
            .map(|row| flag(batch.kind[row], batch.outcome[row]))
            .collect();
        let durations: Vec<f64> = order
            .iter()
            .map(gather)
            .map(|row| batch.duration_ms[row])
            .collect();
        let amounts = Amounts::gather(batch, &order);
        let mut digests: Vec<u64> = (0..order.len())
            .map(|at| {
                let id = batch.event_id[order[at] as usize];
                digest(&[
                    times[at] as u64,
                    u64::from(flags[at]),
                    durations[at].to_bits(),
                    id,
                ])
            })
            .collect();
        for (row, amount) in amounts.of_rows(0..order.len() as u32) {
            let digest = &mut digests[row as usize];
            *digest = digest.wrapping_add(amount.digest());
        }
        let mut statistics: [Vec<ChunkStatistics>; TEXT_COLUMNS.len()] = Default::default();
        let text = std::array::from_fn(|column| {
            let held = &batch.text[column];
            let codes = dictionaries[column].intern_all(&held.values);
            let hashes: Vec<u64> = held
                .values
                .iter()
                .map(|text| xxhash_rust::xxh3::xxh3_64_with_seed(text.as_bytes(), column as u64))
                .collect();
            let rows: Vec<u32> = order
                .iter()
                .enumerate()
                .map(|(at, &row)| match held.codes[row as usize] {
                    NO_CODE => 0,
                    code => {
                        digests[at] = digests[at]
                            .rotate_left(5)
                            .wrapping_add(hashes[code as usize]);
                        codes[code as usize]
                    }
                })
                .collect();
            statistics[column] = rows.chunks(CHUNK_ROWS).map(chunk_statistics).collect();
            Codes::pack(&rows)
        });
        let ids = identities(ids, &is_new, &order);
        let people = everybody(
            &text[people::USER],
            &flags,
            dictionaries[people::USER].size(),
        );
        Some(Self {
            source,
            people,
            times: Times::pack(&times),
            kinds: order.iter().fold(KindSet::EMPTY, |kinds, &row| {
                kinds.with(batch.kind[row as usize])
            }),
            flags,
            text,
            durations: Durations::pack(&durations),
            amounts,
            ids,
            fingerprint: digests
                .iter()
                .fold(0, |sum, &row| sum.wrapping_add(digest(&[row]))),
            statistics,
        })
    }

    pub fn len(&self) -> usize {
        self.flags.len()
    }

    pub fn chunk_statistics(&self, column: usize, chunk: usize) -> Option<&ChunkStatistics> {
        self.statistics[column].get(chunk)
    }

    pub fn resident_bytes(&self) -> usize {
        let statistics: usize = self.statistics.iter().map(Vec::len).sum();
        let text: usize = self.text.iter().map(Codes::resident_bytes).sum();
        self.times.resident_bytes()
            + self.flags.len()
            + text
            + self.durations.resident_bytes()
            + self.amounts.resident_bytes()
            + self.ids.resident_bytes()
            + self.people.as_ref().map_or(0, |bits| bits.len() * 8)
            + statistics * size_of::<ChunkStatistics>()
    }
}

/// The identities of the rows that are kept, by where those stand now.
fn identities(mut ids: Vec<(u64, u32)>, is_new: &[bool], order: &[u32]) -> Identities {
    ids.retain(|&(_, row)| is_new[row as usize]);
    let mut place = vec![0; is_new.len()];
    for (at, &row) in (0..).zip(order) {
        place[row as usize] = at;
    }
    ids.iter_mut()
        .for_each(|(_, row)| *row = place[*row as usize]);
    Identities::pack(&ids, order.len())
}

/// See [`Segment::people`]. Nobody is seen in a measurement.
fn everybody(users: &Codes, flags: &[u8], size: usize) -> Option<Box<[u64]>> {
    if size > flags.len() {
        return None;
    }
    let mut bits = vec![0_u64; size.div_ceil(64)];
    for (row, &flag) in flags.iter().enumerate() {
        if kind_of(flag) != EventKind::StorageSample as u8 {
            let user = users.get(row);
            bits[user as usize / 64] |= 1 << (user % 64);
        }
    }
    // Code 0 is nobody.
    bits[0] &= !1;
    Some(bits.into_boxed_slice())
}

fn chunk_statistics(codes: &[u32]) -> ChunkStatistics {
    let start = ChunkStatistics {
        min: u32::MAX,
        max: 0,
        bits: 0,
    };
    codes.iter().fold(start, |held, &code| ChunkStatistics {
        min: held.min.min(code),
        max: held.max.max(code),
        bits: held.bits | 1 << (code % 64),
    })
}

/// 64 bits that stand for some words.
pub fn digest(words: &[u64]) -> u64 {
    words.iter().fold(0x9e37_79b9_7f4a_7c15, |mixed, &word| {
        let mixed = (mixed ^ word).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb)
    })
}
