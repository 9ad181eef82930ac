//! Tokens, cost and bytes of the few rows that have any: rows that have none, such as tool executions, cost nothing.

use std::ops::Range;

use super::segment::digest;
use crate::model::Batch;
use crate::model::batch::NO_COUNT;

/// Counts in the narrowest width that holds them; a column nobody filled is no column.
#[derive(Debug, Default)]
enum Counts {
    #[default]
    Absent,
    /// `u32::MAX` is absent.
    U32(Vec<u32>),
    /// [`NO_COUNT`] is absent.
    U64(Vec<u64>),
}

impl Counts {
    fn pack(counts: &[u64]) -> Self {
        let known = || counts.iter().filter(|&&count| count != NO_COUNT);
        match known().max() {
            None => Self::Absent,
            Some(&max) if max < u64::from(u32::MAX) => Self::U32(
                counts
                    .iter()
                    .map(|&count| u32::try_from(count).unwrap_or(u32::MAX))
                    .collect(),
            ),
            Some(_) => Self::U64(counts.to_vec()),
        }
    }

    fn get(&self, at: usize) -> Option<u64> {
        match self {
            Self::Absent => None,
            Self::U32(counts) => counts
                .get(at)
                .filter(|&&count| count != u32::MAX)
                .map(|&count| u64::from(count)),
            Self::U64(counts) => counts.get(at).copied().filter(|&count| count != NO_COUNT),
        }
    }

    fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    fn resident_bytes(&self) -> usize {
        match self {
            Self::Absent => 0,
            Self::U32(counts) => counts.len() * 4,
            Self::U64(counts) => counts.len() * 8,
        }
    }
}

/// What one row has of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount {
    pub tokens_in: Option<u64>,
    pub tokens_out: Option<u64>,
    pub bytes: Option<u64>,
    pub cost_usd: Option<f64>,
}

impl Amount {
    /// 64 bits that stand for it.
    pub fn digest(&self) -> u64 {
        let count = |count: Option<u64>| count.unwrap_or(NO_COUNT);
        digest(&[
            count(self.tokens_in),
            count(self.tokens_out),
            count(self.bytes),
            self.cost_usd.map_or(NO_COUNT, f64::to_bits),
        ])
    }
}

/// The amounts of a segment, by row.
#[derive(Debug, Default)]
pub struct Amounts {
    /// The rows that have any, ascending.
    rows: Vec<u32>,
    tokens_in: Counts,
    tokens_out: Counts,
    bytes: Counts,
    /// Empty when no row has a cost; NaN is absent.
    cost_usd: Vec<f64>,
}

impl Amounts {
    /// `order` says which row of the batch each row of the segment is.
    pub fn gather(batch: &Batch, order: &[u32]) -> Self {
        let has_any = |row: usize| {
            batch.tokens_in[row] != NO_COUNT
                || batch.tokens_out[row] != NO_COUNT
                || batch.bytes[row] != NO_COUNT
                || !batch.cost_usd[row].is_nan()
        };
        let (rows, sources): (Vec<u32>, Vec<usize>) = (0..)
            .zip(order.iter().map(|&row| row as usize))
            .filter(|&(_, source)| has_any(source))
            .unzip();
        let counts = |column: &[u64]| -> Counts {
            Counts::pack(&sources.iter().map(|&row| column[row]).collect::<Vec<_>>())
        };
        let cost_usd: Vec<f64> = sources.iter().map(|&row| batch.cost_usd[row]).collect();
        Self {
            tokens_in: counts(&batch.tokens_in),
            tokens_out: counts(&batch.tokens_out),
            bytes: counts(&batch.bytes),
            cost_usd: if cost_usd.iter().all(|cost| cost.is_nan()) {
                Vec::new()
            } else {
                cost_usd
            },
            rows,
        }
    }

    pub fn has_tokens(&self) -> bool {
        !self.tokens_in.is_absent() || !self.tokens_out.is_absent()
    }

    pub fn has_cost(&self) -> bool {
        !self.cost_usd.is_empty()
    }

    /// The rows of a span that have an amount, ascending, with it.
    pub fn of_rows(&self, span: Range<u32>) -> impl Iterator<Item = (u32, Amount)> {
        let first = self.rows.partition_point(|&row| row < span.start);
        let last = self.rows.partition_point(|&row| row < span.end);
        (first..last.max(first)).map(|at| (self.rows[at], self.amount(at)))
    }

    fn amount(&self, at: usize) -> Amount {
        Amount {
            tokens_in: self.tokens_in.get(at),
            tokens_out: self.tokens_out.get(at),
            bytes: self.bytes.get(at),
            cost_usd: self.cost_usd.get(at).copied().filter(|cost| !cost.is_nan()),
        }
    }

    pub fn resident_bytes(&self) -> usize {
        let counts = [&self.tokens_in, &self.tokens_out, &self.bytes];
        self.rows.len() * 4
            + counts.map(Counts::resident_bytes).iter().sum::<usize>()
            + self.cost_usd.len() * 8
    }
}

#[cfg(test)]
mod tests {
    use super::{Amount, Amounts};
    use crate::model::EventRow;
    use crate::model::batch::BatchBuilder;

    #[test]
    fn amounts_are_found_by_the_rows_that_have_them() {
        let mut builder = BatchBuilder::default();
        let plain = EventRow::default();
        let call = EventRow {
            tokens_in: Some(7),
            cost_usd: Some(0.25),
            ..plain
        };
        let sample = EventRow {
            bytes: Some(u64::MAX - 1),
            ..plain
        };
        for row in [&plain, &call, &plain, &sample] {
            builder.push(row);
        }
        let amounts = Amounts::gather(&builder.finish(), &[3, 2, 1, 0]);
        let none = Amount {
            tokens_in: None,
            tokens_out: None,
            bytes: None,
            cost_usd: None,
        };
        let sample = Amount {
            bytes: Some(u64::MAX - 1),
            ..none
        };
        let call = Amount {
            tokens_in: Some(7),
            cost_usd: Some(0.25),
            ..none
        };
        let found: Vec<(u32, Amount)> = amounts.of_rows(0..4).collect();
        assert_eq!(found, [(0, sample), (2, call)]);
        assert_eq!(amounts.of_rows(1..2).count(), 0);
        assert_eq!(amounts.resident_bytes(), 2 * 4 + 2 * 4 + 2 * 8 + 2 * 8);
    }
}
