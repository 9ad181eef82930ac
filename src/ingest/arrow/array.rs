//! One column of a record batch or a dictionary: its buffers, checked once, and then its values.
//!
//! Owns: which rows have a value, that codes have an entry, one value of any type. Does not own: where the buffers are
//! and how they are compressed (`reader`), texts and bytes (`parts`), what a value means (`values`).

use std::borrow::Cow;
use std::rc::Rc;

use super::flat::{Broken, chunk};
use super::parts::{Bytes, Parts, Views, bit, words};
use super::schema::{Number, Unit};
use crate::ingest::values::Raw;

/// The code of a row without a value.
pub const NO_ENTRY: u32 = u32::MAX;

/// A column.
#[derive(Debug, Clone)]
pub struct Array<'a> {
    pub rows: usize,
    /// A bit for each row, one where it has a value; `None` when all have one.
    valid: Option<Bytes<'a>>,
    pub values: Values<'a>,
}

/// The values of a column.
#[derive(Debug, Clone)]
pub enum Values<'a> {
    /// No row has one.
    Null,
    /// A bit each.
    Bool(Bytes<'a>),
    Numbers(Number, Bytes<'a>),
    Times(Unit, Bytes<'a>),
    Texts(Parts<Cow<'a, str>>),
    Binary(Parts<Bytes<'a>>),
    Views(Views<'a>),
    /// The entry of each row, or [`NO_ENTRY`].
    Coded(Vec<u32>, Rc<Dictionary<'a>>),
    /// Each is there, and nothing a column can hold.
    Nested,
}

/// The values that codes stand for. What comes later is a part of its own.
#[derive(Debug, Clone, Default)]
pub struct Dictionary<'a> {
    parts: Vec<(usize, Rc<Array<'a>>)>,
    pub len: usize,
    pub longest: usize,
}

impl<'a> Array<'a> {
    /// `nulls` is what the metadata says; when that is none, the bits are not asked.
    pub fn new(
        rows: usize,
        nulls: i64,
        valid: Option<Bytes<'a>>,
        values: Values<'a>,
    ) -> Result<Self, Broken> {
        let valid = valid.filter(|_| nulls != 0);
        let is_short = |bits: &Bytes<'_>| bits.len() < rows.div_ceil(8);
        if valid.as_ref().is_some_and(is_short) {
            return Err(Broken);
        }
        let mut array = Self {
            rows,
            valid,
            values,
        };
        array.check()?;
        Ok(array)
    }

    /// What depends on which rows have a value.
    fn check(&mut self) -> Result<(), Broken> {
        let valid = self.valid.as_deref();
        let is_valid = |row: usize| valid.is_none_or(|bits| bit(bits, row));
        match &mut self.values {
            // A column of nulls alone may be without entries.
            Values::Coded(codes, dictionary) if dictionary.len == 0 => {
                if (0..self.rows).any(is_valid) {
                    return Err(Broken);
                }
                codes.fill(NO_ENTRY);
            }
            Values::Coded(codes, dictionary) => {
                // Where there is no value, the code may be anything.
                put_where_null(valid, codes, 0);
                let highest = codes.iter().max().copied().unwrap_or_default();
                if highest as usize >= dictionary.len {
                    return Err(Broken);
                }
                put_where_null(valid, codes, NO_ENTRY);
            }
            Values::Views(views) => {
                for row in (0..self.rows).filter(|&row| is_valid(row)) {
                    let bytes = views.get(row).ok_or(Broken)?;
                    if views.is_text() {
                        std::str::from_utf8(bytes).map_err(|_| Broken)?;
                    }
                    views.longest = views.longest.max(bytes.len());
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub fn is_null(&self, row: usize) -> bool {
        matches!(self.values, Values::Null)
            || self.valid.as_deref().is_some_and(|bits| !bit(bits, row))
    }

    pub fn has_nulls(&self) -> bool {
        self.valid.is_some() && (0..self.rows).any(|row| self.is_null(row))
    }

    /// Puts what stands for no value where there is none.
    pub fn put_where_null<T: Copy>(&self, values: &mut [T], absent: T) {
        put_where_null(self.valid.as_deref(), values, absent);
    }

    /// What a row holds.
    pub fn value(&self, row: usize) -> Raw<'_> {
        if self.is_null(row) {
            return Raw::Null;
        }
        let known = match &self.values {
            Values::Null => Some(Raw::Null),
            Values::Bool(bits) => Some(Raw::Bool(bit(bits, row))),
            Values::Numbers(number, bytes) => number_at(*number, bytes, row).ok(),
            Values::Times(unit, bytes) => time_at(*unit, bytes, row).map(time_text),
            Values::Coded(codes, dictionary) => codes.get(row).map(|&code| dictionary.value(code)),
            Values::Texts(..) | Values::Views(..) => {
                self.text(row).map(|text| Raw::Text(Cow::Borrowed(text)))
            }
            Values::Binary(..) | Values::Nested => None,
        };
        known.unwrap_or(Raw::Nested)
    }

    /// The text of a row, when it has one.
    pub fn text(&self, row: usize) -> Option<&str> {
        if self.is_null(row) {
            return None;
        }
        match &self.values {
            Values::Texts(texts) => texts.text(row),
            Values::Views(views) if views.is_text() => std::str::from_utf8(views.get(row)?).ok(),
            _ => None,
        }
    }

    /// The bytes of a row, when it has some that are no text.
    pub fn bytes(&self, row: usize) -> Option<&[u8]> {
        if self.is_null(row) {
            return None;
        }
        match &self.values {
            Values::Binary(bytes) => bytes.get(row),
            Values::Views(views) if !views.is_text() => views.get(row),
            Values::Coded(codes, dictionary) => {
                let (part, entry) = dictionary.entry(*codes.get(row)?)?;
                part.bytes(entry)
            }
            _ => None,
        }
    }

    /// Length of the longest text in bytes; `None` when these are no texts.
    pub fn longest_text(&self) -> Option<usize> {
        match &self.values {
            Values::Texts(texts) => Some(texts.longest),
            Values::Views(views) if views.is_text() => Some(views.longest),
            _ => None,
        }
    }
}

/// Eight rows at a time, since most have a value.
fn put_where_null<T: Copy>(valid: Option<&[u8]>, values: &mut [T], absent: T) {
    for (eight, bits) in values.chunks_mut(8).zip(valid.unwrap_or_default()) {
        if *bits == u8::MAX {
            continue;
        }
        for (row, value) in eight.iter_mut().enumerate() {
            if bits >> row & 1 == 0 {
                *value = absent;
            }
        }
    }
}

impl<'a> Dictionary<'a> {
    pub fn push(&mut self, part: Array<'a>) {
        self.longest = self.longest.max(part.longest_text().unwrap_or_default());
        self.len += part.rows;
        self.parts.push((self.len, Rc::new(part)));
    }

    pub fn has_only_texts(&self) -> bool {
        let mut parts = self.parts.iter();
        parts.all(|(_, part)| part.longest_text().is_some())
    }

    /// The part that has an entry, and where.
    fn entry(&self, code: u32) -> Option<(&Array<'a>, usize)> {
        let code = code as usize;
        let at = self.parts.partition_point(|(end, _)| *end <= code);
        let (end, part) = self.parts.get(at)?;
        Some((part, code + part.rows - end))
    }

    pub fn value(&self, code: u32) -> Raw<'_> {
        let entry = self.entry(code);
        entry.map_or(Raw::Null, |(part, entry)| part.value(entry))
    }

    pub fn text(&self, code: u32) -> Option<&str> {
        let (part, entry) = self.entry(code)?;
        part.text(entry)
    }
}

/// The positions that a dictionary's column holds; what can be none is [`NO_ENTRY`].
pub fn codes(index: Number, keys: &[u8]) -> Vec<u32> {
    fn each<T: TryInto<u32>>(keys: impl Iterator<Item = T>) -> Vec<u32> {
        keys.map(|key| key.try_into().unwrap_or(NO_ENTRY)).collect()
    }
    match index {
        Number::I8 => each(words(keys, i8::from_le_bytes)),
        Number::I16 => each(words(keys, i16::from_le_bytes)),
        Number::I32 => each(words(keys, i32::from_le_bytes)),
        Number::I64 => each(words(keys, i64::from_le_bytes)),
        Number::U8 => each(words(keys, u8::from_le_bytes)),
        Number::U16 => each(words(keys, u16::from_le_bytes)),
        Number::U32 => each(words(keys, u32::from_le_bytes)),
        Number::U64 => each(words(keys, u64::from_le_bytes)),
        Number::F16 | Number::F32 | Number::F64 => Vec::new(),
    }
}

fn number_at(number: Number, bytes: &[u8], row: usize) -> Result<Raw<'static>, Broken> {
    let at = row.checked_mul(number.bytes()).ok_or(Broken)?;
    Ok(match number {
        Number::I8 => Raw::Int(i8::from_le_bytes(chunk(bytes, at)?).into()),
        Number::I16 => Raw::Int(i16::from_le_bytes(chunk(bytes, at)?).into()),
        Number::I32 => Raw::Int(i32::from_le_bytes(chunk(bytes, at)?).into()),
        Number::I64 => Raw::Int(i64::from_le_bytes(chunk(bytes, at)?).into()),
        Number::U8 => Raw::Int(u8::from_le_bytes(chunk(bytes, at)?).into()),
        Number::U16 => Raw::Int(u16::from_le_bytes(chunk(bytes, at)?).into()),
        Number::U32 => Raw::Int(u32::from_le_bytes(chunk(bytes, at)?).into()),
        Number::U64 => Raw::Int(u64::from_le_bytes(chunk(bytes, at)?).into()),
        Number::F16 => Raw::Float(half(u16::from_le_bytes(chunk(bytes, at)?))),
        Number::F32 => Raw::Float(f32::from_le_bytes(chunk(bytes, at)?).into()),
        Number::F64 => Raw::Float(f64::from_le_bytes(chunk(bytes, at)?)),
    })
}

/// A number of 16 bits after IEEE 754: a sign, 5 bits of exponent, 10 of fraction.
fn half(bits: u16) -> f64 {
    let fraction = f64::from(bits & 0x3ff);
    let exponent = i32::from(bits >> 10 & 0x1f);
    let size = match exponent {
        0 => fraction * 2_f64.powi(-24),
        0x1f if fraction == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        _ => (1.0 + fraction / 1024.0) * 2_f64.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

fn time_at(unit: Unit, bytes: &[u8], row: usize) -> Option<i64> {
    let time = match unit {
        Unit::Days => i32::from_le_bytes(chunk(bytes, row.checked_mul(4)?).ok()?).into(),
        _ => i64::from_le_bytes(chunk(bytes, row.checked_mul(8)?).ok()?),
    };
    unit.to_us(time)
}

/// A timestamp whose unit is known must not be guessed again by its size.
fn time_text<'a>(micros: i64) -> Raw<'a> {
    match micros {
        // Sizes that can only be µs, which is every time from 1973 on.
        100_000_000_000_000..100_000_000_000_000_000 => Raw::Int(micros.into()),
        _ => Raw::Text(Cow::Owned(
            chrono::DateTime::from_timestamp_micros(micros)
                .unwrap_or_default()
                .to_rfc3339(),
        )),
    }
}
