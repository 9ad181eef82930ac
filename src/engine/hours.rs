//! A batch of pre-aggregated hours (D7) as it is kept: checked once, so that the pass can trust it.

use super::columns::Codes;
use super::dictionary::Dictionary;
use super::load::AggregateError;
use super::segment::digest;
use super::sketch::{DdSketch, HyperLogLog};
use crate::model::batch::{NO_CODE, NO_COUNT};
use crate::model::schema::TEXT_COLUMNS;
use crate::model::{AggregateBatch, BinaryColumn, TimeUs};

/// One source's hours, ascending.
#[derive(Debug)]
pub struct HourSegment {
    pub source: u32,
    pub rows: AggregateBatch,
    /// `None`: the file does not group by this column.
    pub text: [Option<Codes>; TEXT_COLUMNS.len()],
    pub fingerprint: u64,
}

impl HourSegment {
    pub fn build(
        source: u32,
        batch: AggregateBatch,
        dictionaries: &mut [Dictionary; TEXT_COLUMNS.len()],
    ) -> Result<Self, AggregateError> {
        check(&batch)?;
        let batch = sorted(batch);
        let text = std::array::from_fn(|column| {
            let held = batch.text[column].as_ref()?;
            let codes = dictionaries[column].intern_all(&held.values);
            let code = |&code: &u32| match code {
                NO_CODE => 0,
                code => codes.get(code as usize).copied().unwrap_or_default(),
            };
            Some(Codes::pack(
                &held.codes.iter().map(code).collect::<Vec<u32>>(),
            ))
        });
        let fingerprint = fingerprint(&batch);
        Ok(Self {
            source,
            rows: AggregateBatch {
                text: Default::default(),
                ..batch
            },
            text,
            fingerprint,
        })
    }

    pub fn span(&self) -> Option<(TimeUs, TimeUs)> {
        let hours = &self.rows.hour_us;
        Some((*hours.first()?, *hours.last()?))
    }

    pub fn executions(&self) -> u64 {
        self.rows
            .executions
            .iter()
            .fold(0, |sum, &count| sum.saturating_add(count))
    }

    pub fn resident_bytes(&self) -> usize {
        let rows = &self.rows;
        let text: usize = self.text.iter().flatten().map(Codes::resident_bytes).sum();
        let eights = rows.hour_us.len()
            + rows.executions.len()
            + rows.failures.len()
            + rows.successes.len()
            + rows.duration_sum_ms.len()
            + rows.duration_count.len()
            + rows.duration_min_ms.len()
            + rows.duration_max_ms.len();
        let sketches = [&rows.duration_sketch, &rows.users_sketch];
        let sketches: usize = sketches
            .iter()
            .map(|column| column.data.len() + column.offsets.len() * 4)
            .sum();
        text + eights * 8 + sketches
    }
}

/// A count of a column that may be absent altogether or in a row.
pub fn count(column: &[u64], row: usize) -> Option<u64> {
    column.get(row).copied().filter(|&count| count != NO_COUNT)
}

/// A number of a column that may be absent altogether or in a row.
pub fn number(column: &[f64], row: usize) -> Option<f64> {
    column.get(row).copied().filter(|value| !value.is_nan())
}

fn check(batch: &AggregateBatch) -> Result<(), AggregateError> {
    let rows = batch.len();
    if batch.executions.is_empty() && rows > 0 {
        return Err(AggregateError::NoExecutions);
    }
    let lengths = [
        ("executions", batch.executions.len()),
        ("failures", batch.failures.len()),
        ("successes", batch.successes.len()),
        ("duration_sum_ms", batch.duration_sum_ms.len()),
        ("duration_count", batch.duration_count.len()),
        ("duration_min_ms", batch.duration_min_ms.len()),
        ("duration_max_ms", batch.duration_max_ms.len()),
        (
            "duration_sketch",
            batch.duration_sketch.offsets.len().saturating_sub(1),
        ),
        (
            "users_sketch",
            batch.users_sketch.offsets.len().saturating_sub(1),
        ),
    ];
    let text = TEXT_COLUMNS
        .iter()
        .zip(&batch.text)
        .filter_map(|(column, held)| Some((column.name(), held.as_ref()?.codes.len())));
    for (column, length) in lengths.into_iter().chain(text) {
        if length != 0 && length != rows {
            return Err(AggregateError::Length {
                column,
                rows: length as u64,
                expected: rows as u64,
            });
        }
    }
    for row in 0..rows {
        let wrong = |column: &'static str| {
            move |source| AggregateError::Sketch {
                column,
                row: row as u64,
                source,
            }
        };
        if let Some(bytes) = batch.duration_sketch.get(row) {
            DdSketch::decode(bytes).map_err(wrong("duration_sketch"))?;
        }
        if let Some(bytes) = batch.users_sketch.get(row) {
            HyperLogLog::decode(bytes).map_err(wrong("users_sketch"))?;
        }
    }
    Ok(())
}

fn sorted(batch: AggregateBatch) -> AggregateBatch {
    if batch.hour_us.is_sorted() {
        return batch;
    }
    let mut order: Vec<usize> = (0..batch.len()).collect();
    order.sort_by_key(|&row| batch.hour_us[row]);
    let counts = |column: &[u64]| -> Vec<u64> {
        order
            .iter()
            .filter_map(|&row| column.get(row).copied())
            .collect()
    };
    let floats = |column: &[f64]| -> Vec<f64> {
        order
            .iter()
            .filter_map(|&row| column.get(row).copied())
            .collect()
    };
    let binary = |column: &BinaryColumn| {
        let mut sorted = BinaryColumn::default();
        if !column.offsets.is_empty() {
            order
                .iter()
                .for_each(|&row| sorted.push(column.get(row).unwrap_or_default()));
        }
        sorted
    };
    let text = batch.text.each_ref().map(|column| {
        let mut column = column.clone()?;
        column.codes = order
            .iter()
            .filter_map(|&row| column.codes.get(row).copied())
            .collect();
        Some(column)
    });
    AggregateBatch {
        hour_us: order.iter().map(|&row| batch.hour_us[row]).collect(),
        text,
        executions: counts(&batch.executions),
        failures: counts(&batch.failures),
        successes: counts(&batch.successes),
        duration_sum_ms: floats(&batch.duration_sum_ms),
        duration_count: counts(&batch.duration_count),
        duration_min_ms: floats(&batch.duration_min_ms),
        duration_max_ms: floats(&batch.duration_max_ms),
        duration_sketch: binary(&batch.duration_sketch),
        users_sketch: binary(&batch.users_sketch),
    }
}

fn fingerprint(batch: &AggregateBatch) -> u64 {
    let row = |row: usize| {
        let text = batch.text.iter().map(|column| {
            let text = column.as_ref().and_then(|column| column.get(row));
            text.map_or(0, HyperLogLog::hash)
        });
        let sketches = [&batch.duration_sketch, &batch.users_sketch]
            .map(|column| column.get(row).map_or(0, xxhash_rust::xxh3::xxh3_64));
        let mut words = vec![
            batch.hour_us[row] as u64,
            count(&batch.executions, row).unwrap_or_default(),
        ];
        words.extend([
            count(&batch.failures, row).unwrap_or_default(),
            number(&batch.duration_sum_ms, row)
                .unwrap_or_default()
                .to_bits(),
        ]);
        words.extend(text.chain(sketches));
        digest(&words)
    };
    (0..batch.len()).fold(0, |sum: u64, at| sum.wrapping_add(row(at)))
}
