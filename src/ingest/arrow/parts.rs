//! What buffers hold: bits, numbers, texts and bytes of any length.
//!
//! Owns: that offsets are in order and within their buffer, that texts are UTF-8. Does not own: which rows have a value
//! (`array`).

use std::borrow::Cow;

use super::flat::{Broken, chunk};

/// The bytes of a buffer: the file's own, or unpacked.
pub type Bytes<'a> = Cow<'a, [u8]>;

/// The numbers of a buffer, by their form in it.
pub fn words<const N: usize, T>(
    bytes: &[u8],
    from: fn([u8; N]) -> T,
) -> impl ExactSizeIterator<Item = T> {
    bytes.as_chunks::<N>().0.iter().map(move |word| from(*word))
}

pub fn bit(bits: &[u8], row: usize) -> bool {
    let byte = bits.get(row / 8).copied().unwrap_or_default();
    byte >> (row % 8) & 1 == 1
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

impl<T> Parts<T> {
    fn range(&self, row: usize) -> Option<std::ops::Range<usize>> {
        let (start, end) = (*self.offsets.get(row)?, *self.offsets.get(row + 1)?);
        Some(start as usize..end as usize)
    }
}

impl Parts<Cow<'_, str>> {
    pub fn text(&self, row: usize) -> Option<&str> {
        self.held.get(self.range(row)?)
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

    pub fn get(&self, row: usize) -> Option<&[u8]> {
        self.held.get(self.range(row)?)
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

    pub fn is_text(&self) -> bool {
        self.is_text
    }

    /// Length of all values that are there, as the views say, which may be wrong.
    pub fn told_bytes(&self, valid: Option<&[u8]>) -> u64 {
        let views = self.views.as_chunks::<16>().0.iter().enumerate();
        let there = views.filter(|(row, _)| valid.is_none_or(|bits| bit(bits, *row)));
        let length = |view: &[u8; 16]| chunk(view, 0).map_or(0, u32::from_le_bytes);
        there.map(|(_, view)| u64::from(length(view))).sum()
    }

    /// Up to 12 bytes stand in the view, behind their length.
    pub fn get(&self, row: usize) -> Option<&[u8]> {
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
