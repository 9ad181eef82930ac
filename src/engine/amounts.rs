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

/// Money: whole millionths of a dollar where that loses nothing, else doubles.
#[derive(Debug, Default)]
enum Costs {
    #[default]
    Absent,
    /// `u32::MAX` is absent.
    Millionths(Vec<u32>),
    /// NaN is absent.
    Dollars(Vec<f64>),
}

impl Costs {
    fn pack(costs: Vec<f64>) -> Self {
        if costs.iter().all(|cost| cost.is_nan()) {
            return Self::Absent;
        }
        let millionths: Option<Vec<u32>> = costs.iter().map(|&cost| millionths(cost)).collect();
        millionths.map_or(Self::Dollars(costs), Self::Millionths)
    }

    fn get(&self, at: usize) -> Option<f64> {
        let cost = match self {
            Self::Absent => return None,
            Self::Millionths(costs) => dollars(*costs.get(at)?),
            Self::Dollars(costs) => *costs.get(at)?,
        };
        (!cost.is_nan()).then_some(cost)
    }

    fn resident_bytes(&self) -> usize {
        match self {
            Self::Absent => 0,
            Self::Millionths(costs) => costs.len() * 4,
            Self::Dollars(costs) => costs.len() * 8,
        }
    }
}

fn dollars(millionths: u32) -> f64 {
    if millionths == u32::MAX {
        f64::NAN
    } else {
        f64::from(millionths) / 1e6
    }
}

/// The millionths that [`dollars`] turns back into exactly this; `None` when there are none.
fn millionths(cost: f64) -> Option<u32> {
    if cost.is_nan() {
        return Some(u32::MAX);
    }
    let millionths = (cost * 1e6).round();
    let fits = (0.0..f64::from(u32::MAX)).contains(&millionths);
    // By their bits: a negative zero is another number.
    (fits && dollars(millionths as u32).to_bits() == cost.to_bits()).then_some(millionths as u32)
}

/// The amounts of a segment, by row. Tokens and cost come together, bytes with other kinds of events.
#[derive(Debug, Default)]
pub struct Amounts {
    /// The rows that have tokens or a cost, ascending.
    paid_rows: Vec<u32>,
    tokens_in: Counts,
    tokens_out: Counts,
    costs: Costs,
    /// The rows that have bytes, ascending.
    sized_rows: Vec<u32>,
    bytes: Counts,
}

impl Amounts {
    /// `order` says which row of the batch each row of the segment is.
    pub fn gather(batch: &Batch, order: &[u32]) -> Self {
        let rows = |has: &dyn Fn(usize) -> bool| -> (Vec<u32>, Vec<usize>) {
            (0..)
                .zip(order.iter().map(|&row| row as usize))
                .filter(|&(_, source)| has(source))
                .unzip()
        };
        let counts = |sources: &[usize], column: &[u64]| -> Counts {
            Counts::pack(&sources.iter().map(|&row| column[row]).collect::<Vec<_>>())
        };
        let (paid_rows, paid) = rows(&|row| {
            batch.tokens_in[row] != NO_COUNT
                || batch.tokens_out[row] != NO_COUNT
                || !batch.cost_usd[row].is_nan()
        });
        let (sized_rows, sized) = rows(&|row| batch.bytes[row] != NO_COUNT);
        Self {
            tokens_in: counts(&paid, &batch.tokens_in),
            tokens_out: counts(&paid, &batch.tokens_out),
            costs: Costs::pack(paid.iter().map(|&row| batch.cost_usd[row]).collect()),
            paid_rows,
            bytes: counts(&sized, &batch.bytes),
            sized_rows,
        }
    }

    pub fn has_tokens(&self) -> bool {
        !self.tokens_in.is_absent() || !self.tokens_out.is_absent()
    }

    pub fn has_cost(&self) -> bool {
        !matches!(self.costs, Costs::Absent)
    }

    /// The rows of a span that have an amount, ascending, with it.
    pub fn of_rows(&self, span: Range<u32>) -> impl Iterator<Item = (u32, Amount)> {
        let mut paid = places(&self.paid_rows, &span).peekable();
        let mut sized = places(&self.sized_rows, &span).peekable();
        std::iter::from_fn(move || {
            let next = [paid.peek(), sized.peek()].into_iter().flatten();
            let row = next.map(|&(row, _)| row).min()?;
            let paid = paid.next_if(|&(of, _)| of == row).map(|(_, at)| at);
            let sized = sized.next_if(|&(of, _)| of == row).map(|(_, at)| at);
            let amount = Amount {
                tokens_in: paid.and_then(|at| self.tokens_in.get(at)),
                tokens_out: paid.and_then(|at| self.tokens_out.get(at)),
                cost_usd: paid.and_then(|at| self.costs.get(at)),
                bytes: sized.and_then(|at| self.bytes.get(at)),
            };
            Some((row, amount))
        })
    }

    pub fn resident_bytes(&self) -> usize {
        let counts = [&self.tokens_in, &self.tokens_out, &self.bytes];
        (self.paid_rows.len() + self.sized_rows.len()) * 4
            + counts.map(Counts::resident_bytes).iter().sum::<usize>()
            + self.costs.resident_bytes()
    }
}

/// The rows of a span in an ascending list of rows, each with where it stands.
fn places<'a>(rows: &'a [u32], span: &Range<u32>) -> impl Iterator<Item = (u32, usize)> + use<'a> {
    let first = rows.partition_point(|&row| row < span.start);
    let last = rows.partition_point(|&row| row < span.end);
    (first..last).map(|at| (rows[at], at))
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
        assert_eq!(amounts.resident_bytes(), 4 + 4 + 4 + 4 + 8);
    }
}
