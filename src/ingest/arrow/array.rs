//! One column of a record batch or a dictionary: its buffers, checked once, and then its values.
//!
//! Owns: that buffers are long enough for the rows, offsets are in order, texts are UTF-8, and codes have an entry.
//! Does not own: where the buffers are and how they are compressed (`reader`), what a value means (`values`).

use std::borrow::Cow;
use std::rc::Rc;

use super::flat::{Broken, chunk};
use super::schema::{Number, Unit};
use crate::ingest::values::Raw;

/// The bytes of a buffer: the file's own, or unpacked.
pub type Bytes<'a> = Cow<'a, [u8]>;

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

/// Values of any length in one piece, and where each begins and ends.
#[derive(Debug, Clone)]
pub struct Parts<T> {
    offsets: Vec<u32>,
    held: T,
    pub longest: usize,
}

/// Values of any length in several pieces; 16 bytes say where each is.
#[derive(Debug, Clone)]
pub struct Views<'a> {
    views: Bytes<'a>,
    buffers: Vec<Bytes<'a>>,
    is_text: bool,
    pub longest: usize,
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
            Values::Coded(codes, dictionary) => {
                let entries = dictionary.len as u64;
                if let Some(bits) = valid {
                    for (row, code) in codes.iter_mut().enumerate() {
                        if !bit(bits, row) {
                            *code = NO_ENTRY;
                        } else if u64::from(*code) >= entries {
                            return Err(Broken);
                        }
                    }
                } else if codes.iter().any(|&code| u64::from(code) >= entries) {
                    return Err(Broken);
                }
            }
            Values::Views(views) => {
                for row in (0..self.rows).filter(|&row| is_valid(row)) {
                    let bytes = views.get(row).ok_or(Broken)?;
                    if views.is_text {
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
    pub fn without_nulls<T>(&self, values: &mut [T], absent: T)
    where
        T: Copy,
    {
        let Some(bits) = self.valid.as_deref() else {
            return;
        };
        for (row, value) in values.iter_mut().enumerate() {
            if !bit(bits, row) {
                *value = absent;
            }
        }
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
            Values::Texts(texts) => texts.held.get(texts.range(row)?),
            Values::Views(views) if views.is_text => std::str::from_utf8(views.get(row)?).ok(),
            _ => None,
        }
    }

    /// The bytes of a row, when it has some that are no text.
    pub fn bytes(&self, row: usize) -> Option<&[u8]> {
        if self.is_null(row) {
            return None;
        }
        match &self.values {
            Values::Binary(bytes) => bytes.held.get(bytes.range(row)?),
            Values::Views(views) if !views.is_text => views.get(row),
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
            Values::Views(views) if views.is_text => Some(views.longest),
            _ => None,
        }
    }
}

impl<T> Parts<T> {
    fn range(&self, row: usize) -> Option<std::ops::Range<usize>> {
        let (start, end) = (*self.offsets.get(row)?, *self.offsets.get(row + 1)?);
        Some(start as usize..end as usize)
    }
}

impl<'a> Parts<Bytes<'a>> {
    /// Offsets have 32 or 64 bits; there is one more than rows, but for none where there are no rows.
    pub fn new(
        offsets: &[u8],
        is_wide: bool,
        held: Bytes<'a>,
        rows: usize,
    ) -> Result<Self, Broken> {
        let bytes = if is_wide { 8 } else { 4 };
        let count = rows.checked_add(1).ok_or(Broken)?;
        let needed = count.checked_mul(bytes).ok_or(Broken)?;
        let (relative, first, last) = match offsets.get(..needed) {
            None if rows == 0 => (vec![0], 0, 0),
            None => return Err(Broken),
            Some(offsets) if is_wide => relative(words(offsets, i64::from_le_bytes))?,
            Some(offsets) => relative(words(offsets, i32::from_le_bytes).map(i64::from))?,
        };
        let held = match held {
            Cow::Borrowed(held) => Cow::Borrowed(held.get(first..last).ok_or(Broken)?),
            Cow::Owned(mut held) if last <= held.len() => {
                held.truncate(last);
                held.drain(..first);
                Cow::Owned(held)
            }
            Cow::Owned(_) => return Err(Broken),
        };
        let lengths = relative.windows(2).map(|pair| pair[1] - pair[0]);
        Ok(Self {
            longest: lengths.max().unwrap_or_default() as usize,
            offsets: relative,
            held,
        })
    }

    /// The same as texts.
    pub fn into_texts(self) -> Result<Parts<Cow<'a, str>>, Broken> {
        let held = match self.held {
            Cow::Borrowed(held) => Cow::Borrowed(std::str::from_utf8(held).map_err(|_| Broken)?),
            Cow::Owned(held) => Cow::Owned(String::from_utf8(held).map_err(|_| Broken)?),
        };
        let is_whole = |&offset: &u32| held.is_char_boundary(offset as usize);
        if !held.is_ascii() && !self.offsets.iter().all(is_whole) {
            return Err(Broken);
        }
        Ok(Parts {
            offsets: self.offsets,
            held,
            longest: self.longest,
        })
    }
}

/// Offsets from the first on, the first, and the last.
fn relative(offsets: impl Iterator<Item = i64>) -> Result<(Vec<u32>, usize, usize), Broken> {
    let mut offsets = offsets.peekable();
    let first = offsets.peek().copied().unwrap_or_default();
    let mut last = first;
    let mut relative = Vec::with_capacity(offsets.size_hint().0);
    for offset in offsets {
        if offset < last {
            return Err(Broken);
        }
        last = offset;
        relative.push(u32::try_from(offset - first).map_err(|_| Broken)?);
    }
    let place = |offset: i64| usize::try_from(offset).map_err(|_| Broken);
    Ok((relative, place(first)?, place(last)?))
}

impl<'a> Views<'a> {
    pub fn new(views: Bytes<'a>, buffers: Vec<Bytes<'a>>, is_text: bool) -> Self {
        Self {
            views,
            buffers,
            is_text,
            longest: 0,
        }
    }

    /// Length of a row's value as the view says, which may be wrong.
    pub fn told_bytes(&self) -> u64 {
        let views = self.views.as_chunks::<16>().0.iter();
        let length = |view: &[u8; 16]| chunk(view, 0).map_or(0, u32::from_le_bytes);
        views.map(|view| u64::from(length(view))).sum()
    }

    /// Up to 12 bytes stand in the view, behind their length.
    fn get(&self, row: usize) -> Option<&[u8]> {
        let view = self.views.as_chunks::<16>().0.get(row)?;
        let word = |at: usize| {
            let word = i32::from_le_bytes(chunk(view, at).ok()?);
            usize::try_from(word).ok()
        };
        let length = word(0)?;
        if length <= 12 {
            return view.get(4..4 + length);
        }
        let buffer = self.buffers.get(word(8)?)?;
        buffer.get(word(12)?..)?.get(..length)
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

/// The numbers of a buffer, by their form in it.
pub fn words<const N: usize, T>(
    bytes: &[u8],
    from: fn([u8; N]) -> T,
) -> impl ExactSizeIterator<Item = T> {
    bytes.as_chunks::<N>().0.iter().map(move |word| from(*word))
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

pub fn bit(bits: &[u8], row: usize) -> bool {
    let byte = bits.get(row / 8).copied().unwrap_or_default();
    byte >> (row % 8) & 1 == 1
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
