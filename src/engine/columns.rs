//! Columns in as few bytes as their values allow.
//! Owns: packing, and finding a time. Does not own: what the values mean.

use super::dictionary::ABSENT;
use crate::model::TimeUs;

/// Dictionary codes (see [`super::dictionary`]) in the narrowest width that holds them.
#[derive(Debug)]
pub enum Codes {
    /// The same code in every row.
    Constant(u32),
    U8(Vec<u8>),
    U16(Vec<u16>),
    /// Great codes that lie close together, as those of sessions do: 0 is the absent value, else the code less `base`.
    Near {
        base: u32,
        codes: Vec<u16>,
    },
    U32(Vec<u32>),
}

/// Runs an expression with a function from rows (`u32`) to codes, made for the width of the column. `$constant` is
/// used where all rows agree.
macro_rules! with_codes {
    ($codes:expr, $constant:ident => $same:expr, $at:ident => $each:expr) => {
        match $codes {
            $crate::engine::columns::Codes::Constant($constant) => $same,
            $crate::engine::columns::Codes::U8(codes) => {
                let $at = |row: u32| u32::from(codes[row as usize]);
                $each
            }
            $crate::engine::columns::Codes::U16(codes) => {
                let $at = |row: u32| u32::from(codes[row as usize]);
                $each
            }
            $crate::engine::columns::Codes::Near { base, codes } => {
                let $at = |row: u32| $crate::engine::columns::near(*base, codes[row as usize]);
                $each
            }
            $crate::engine::columns::Codes::U32(codes) => {
                let $at = |row: u32| codes[row as usize];
                $each
            }
        }
    };
}
pub(super) use with_codes;

pub(super) const fn near(base: u32, code: u16) -> u32 {
    match code {
        0 => ABSENT,
        code => base + code as u32,
    }
}

impl Codes {
    pub fn pack(codes: &[u32]) -> Self {
        let first = codes.first().copied().unwrap_or_default();
        if codes.iter().all(|&code| code == first) {
            return Self::Constant(first);
        }
        let max = codes.iter().copied().max().unwrap_or_default();
        let least = codes.iter().copied().filter(|&code| code != ABSENT).min();
        let base = least.map_or(0, |least| least - 1);
        if max <= u32::from(u8::MAX) {
            Self::U8(codes.iter().map(|&code| code as u8).collect())
        } else if max <= u32::from(u16::MAX) {
            Self::U16(codes.iter().map(|&code| code as u16).collect())
        } else if max - base <= u32::from(u16::MAX) {
            let near = |&code: &u32| code.saturating_sub(base) as u16;
            Self::Near {
                base,
                codes: codes.iter().map(near).collect(),
            }
        } else {
            Self::U32(codes.to_vec())
        }
    }

    pub fn get(&self, row: usize) -> u32 {
        match self {
            Self::Constant(code) => *code,
            Self::U8(codes) => u32::from(codes[row]),
            Self::U16(codes) => u32::from(codes[row]),
            Self::Near { base, codes } => near(*base, codes[row]),
            Self::U32(codes) => codes[row],
        }
    }

    pub fn resident_bytes(&self) -> usize {
        match self {
            Self::Constant(_) => 0,
            Self::U8(codes) => codes.len(),
            Self::U16(codes) | Self::Near { codes, .. } => codes.len() * 2,
            Self::U32(codes) => codes.len() * 4,
        }
    }
}

/// Ascending times: the lower 32 bits of the distance to the first one for each row, and where the upper bits change
/// (every 71 minutes at most, so rarely).
#[derive(Debug, Default)]
pub struct Times {
    base_us: TimeUs,
    low: Vec<u32>,
    /// (first row, upper bits from there on), ascending.
    runs: Vec<(u32, u32)>,
}

impl Times {
    /// `times` must ascend.
    pub fn pack(times: &[TimeUs]) -> Self {
        let base_us = times.first().copied().unwrap_or_default();
        let mut runs: Vec<(u32, u32)> = Vec::new();
        let mut low = Vec::with_capacity(times.len());
        for (row, &time_us) in times.iter().enumerate() {
            let distance = time_us.wrapping_sub(base_us) as u64;
            let high = (distance >> 32) as u32;
            if runs.last().is_none_or(|&(_, last)| last != high) {
                runs.push((row as u32, high));
            }
            low.push(distance as u32);
        }
        Self { base_us, low, runs }
    }

    pub fn len(&self) -> usize {
        self.low.len()
    }

    pub fn get(&self, row: usize) -> TimeUs {
        let run = self
            .runs
            .partition_point(|&(first, _)| first as usize <= row)
            .saturating_sub(1);
        let high = self.runs.get(run).map_or(0, |&(_, high)| high);
        self.base_us + ((i64::from(high) << 32) | i64::from(self.low[row]))
    }

    /// The times of some rows, which ascend.
    pub fn gather(&self, rows: &[u32], times: &mut Vec<TimeUs>) {
        times.clear();
        let Some(&first) = rows.first() else { return };
        let mut next = self.runs.partition_point(|&(start, _)| start <= first);
        let high = |run: usize| {
            let run = run.checked_sub(1).and_then(|run| self.runs.get(run));
            run.map_or(0, |&(_, high)| i64::from(high) << 32)
        };
        let mut upper = high(next);
        times.extend(rows.iter().map(|&row| {
            while self.runs.get(next).is_some_and(|&(start, _)| start <= row) {
                next += 1;
                upper = high(next);
            }
            self.base_us + (upper | i64::from(self.low[row as usize]))
        }));
    }

    /// First and last time; `None` when empty.
    pub fn span(&self) -> Option<(TimeUs, TimeUs)> {
        let last = self.len().checked_sub(1)?;
        Some((self.base_us, self.get(last)))
    }

    /// The first row at or after a time; the number of rows when there is none.
    pub fn first_at(&self, time_us: TimeUs) -> usize {
        if time_us <= self.base_us {
            return 0;
        }
        let distance = time_us.wrapping_sub(self.base_us) as u64;
        let Ok(high) = u32::try_from(distance >> 32) else {
            return self.len();
        };
        let run = self.runs.partition_point(|&(_, held)| held < high);
        let Some(&(start, held)) = self.runs.get(run) else {
            return self.len();
        };
        let start = start as usize;
        if held > high {
            return start;
        }
        let end = self
            .runs
            .get(run + 1)
            .map_or(self.len(), |&(next, _)| next as usize);
        start + self.low[start..end].partition_point(|&low| low < distance as u32)
    }

    pub fn resident_bytes(&self) -> usize {
        self.low.len() * 4 + self.runs.len() * 8
    }
}

/// Durations: whole microseconds where that loses nothing, else doubles.
#[derive(Debug)]
pub enum Durations {
    Absent,
    /// `u32::MAX` is absent.
    Micros(Vec<u32>),
    /// Milliseconds; NaN is absent.
    Millis(Vec<f64>),
}

impl Durations {
    pub fn pack(durations_ms: &[f64]) -> Self {
        if durations_ms.iter().all(|ms| ms.is_nan()) {
            return Self::Absent;
        }
        let micros: Option<Vec<u32>> = durations_ms.iter().map(|&ms| micros(ms)).collect();
        micros.map_or_else(|| Self::Millis(durations_ms.to_vec()), Self::Micros)
    }

    /// Milliseconds; NaN when absent.
    pub fn get(&self, row: usize) -> f64 {
        match self {
            Self::Absent => f64::NAN,
            Self::Micros(micros) => millis(micros[row]),
            Self::Millis(millis) => millis[row],
        }
    }

    pub fn resident_bytes(&self) -> usize {
        match self {
            Self::Absent => 0,
            Self::Micros(micros) => micros.len() * 4,
            Self::Millis(millis) => millis.len() * 8,
        }
    }
}

fn millis(micros: u32) -> f64 {
    if micros == u32::MAX {
        f64::NAN
    } else {
        f64::from(micros) / 1e3
    }
}

/// The microseconds that [`millis`] turns back into exactly this; `None` when there are none.
fn micros(ms: f64) -> Option<u32> {
    if ms.is_nan() {
        return Some(u32::MAX);
    }
    let micros = (ms * 1e3).round();
    let fits = (0.0..f64::from(u32::MAX)).contains(&micros);
    (fits && millis(micros as u32) == ms).then_some(micros as u32)
}

#[cfg(test)]
mod tests {
    use super::{Codes, Durations, Times};

    #[test]
    fn packed_codes_are_the_codes() {
        for codes in [
            vec![7; 5],
            vec![0, 1, 255],
            vec![3, 256, 65_535],
            vec![0, 70_000],
            vec![70_000, 0, 135_534],
            vec![70_000, 0, 135_536],
            vec![u32::MAX, 0, u32::MAX - 1],
        ] {
            let packed = Codes::pack(&codes);
            let back: Vec<u32> = (0..codes.len()).map(|row| packed.get(row)).collect();
            assert_eq!(back, codes);
            with_codes!(&packed,
                code => assert_eq!(*code, codes[0]),
                at => for (row, &code) in (0..).zip(&codes) { assert_eq!(at(row), code) });
        }
        // Sessions of one batch: two bytes however many came before.
        assert_eq!(Codes::pack(&[70_000, 0, 135_534]).resident_bytes(), 6);
    }

    #[test]
    fn packed_times_are_the_times_and_are_found() {
        let times: Vec<i64> = [
            0_i64,
            0,
            1,
            4_294_967_295,
            4_294_967_296,
            4_294_967_297,
            99_999_999_999_999,
        ]
        .iter()
        .map(|t| t - 5_000)
        .collect();
        let packed = Times::pack(&times);
        for (row, &time) in times.iter().enumerate() {
            assert_eq!(packed.get(row), time);
            for near in [time - 1, time, time + 1] {
                assert_eq!(
                    packed.first_at(near),
                    times.partition_point(|&t| t < near),
                    "{near}"
                );
            }
        }
        let mut gathered = Vec::new();
        packed.gather(&[1, 3, 4, 6], &mut gathered);
        assert_eq!(gathered, [times[1], times[3], times[4], times[6]]);
        assert_eq!(packed.first_at(i64::MAX), times.len());
        assert_eq!(Times::pack(&[]).span(), None);
    }

    #[test]
    fn durations_come_back_to_the_last_bit() {
        for values in [
            vec![0.0, 1.5, 0.001, 30_000.123],
            vec![0.000_123, 4e9],
            vec![f64::NAN, 2.0],
        ] {
            let packed = Durations::pack(&values);
            for (row, value) in values.iter().enumerate() {
                assert_eq!(packed.get(row).to_bits(), value.to_bits());
            }
        }
    }
}
