//! Lengths that Parquet files promise, checked before their reader allocates by them or cuts pages by them.
//!
//! Owns: the walk over page headers. Does not own: what is in the pages (`pages`), decoding (`parquet`).

use super::{Format, IngestError};

/// The pages of a Parquet column chunk: each lies within it and is no larger than is allowed.
pub fn check_pages(chunk: &[u8]) -> Result<(), IngestError> {
    const FORMAT: Format = Format::Parquet;
    let mut rest = chunk;
    while !rest.is_empty() {
        let header = PageHeader::read(&mut rest).ok_or(IngestError::Damaged {
            format: FORMAT,
            what: "a page's header can't be read",
        })?;
        if header.unpacked > crate::model::limits::PAGE_BYTES_MAX {
            return Err(IngestError::TooLarge {
                format: FORMAT,
                limit: crate::model::limits::LimitId::Page,
            });
        }
        if header.levels > header.unpacked.min(header.packed as u64) {
            return Err(IngestError::Damaged {
                format: FORMAT,
                what: "the levels of a page are longer than the page",
            });
        }
        rest = rest.get(header.packed..).ok_or(IngestError::Damaged {
            format: FORMAT,
            what: "a page is longer than its column",
        })?;
    }
    Ok(())
}

/// The lengths of a page header, in Thrift's compact protocol (parquet-format, `PageHeader`: 2 is the size unpacked, 3
/// the size packed; 8 is the header of a page of the second version, in which 5 and 6 are the lengths of levels).
struct PageHeader {
    unpacked: u64,
    packed: usize,
    /// Levels stand in front of a page of the second version, never packed.
    levels: u64,
}

impl PageHeader {
    /// Structures nest this deep at most in a page header; it has three.
    const DEPTH_MAX: u32 = 8;

    fn read(rest: &mut &[u8]) -> Option<Self> {
        let (mut unpacked, mut packed, mut levels) = (None, None, 0);
        let mut field = 0;
        loop {
            let (id, kind) = field_header(rest, field)?;
            field = id;
            match (id, kind) {
                (_, 0) => break,
                (2, 5) => unpacked = u64::try_from(signed(rest)?).ok(),
                (3, 5) => packed = usize::try_from(signed(rest)?).ok(),
                (8, 12) => levels = level_bytes(rest, Self::DEPTH_MAX)?,
                (_, kind) => skip(rest, kind, Self::DEPTH_MAX)?,
            }
        }
        Some(Self {
            unpacked: unpacked?,
            packed: packed?,
            levels,
        })
    }
}

/// The lengths of both kinds of levels; `None` when one is no length.
fn level_bytes(rest: &mut &[u8], depth: u32) -> Option<u64> {
    let (mut field, mut bytes) = (0, 0_u64);
    loop {
        let (id, kind) = field_header(rest, field)?;
        field = id;
        match (id, kind) {
            (_, 0) => return Some(bytes),
            (5 | 6, 5) => bytes = bytes.checked_add(u64::try_from(signed(rest)?).ok()?)?,
            (_, kind) => skip(rest, kind, depth)?,
        }
    }
}

/// Number and type of the next field; type 0 ends a structure.
fn field_header(rest: &mut &[u8], last: i64) -> Option<(i64, u8)> {
    let byte = next(rest)?;
    let (delta, kind) = (byte >> 4, byte & 0x0f);
    match (delta, kind) {
        (_, 0) => Some((last, 0)),
        (0, kind) => Some((signed(rest)?, kind)),
        (delta, kind) => Some((last.checked_add(delta.into())?, kind)),
    }
}

/// Passes over a value of a type.
fn skip(rest: &mut &[u8], kind: u8, depth: u32) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    match kind {
        // A flag of a structure is in its type.
        1 | 2 => {}
        3 => drop(next(rest)?),
        4..=6 => drop(varint(rest)?),
        7 => *rest = rest.get(8..)?,
        8 => {
            let length = usize::try_from(varint(rest)?).ok()?;
            *rest = rest.get(length..)?;
        }
        9 | 10 => {
            let byte = next(rest)?;
            let count = match byte >> 4 {
                15 => varint(rest)?,
                few => few.into(),
            };
            for _ in 0..count {
                match byte & 0x0f {
                    1 | 2 => drop(next(rest)?),
                    kind => skip(rest, kind, depth)?,
                }
            }
        }
        12 => {
            let mut field = 0;
            loop {
                let (id, kind) = field_header(rest, field)?;
                if kind == 0 {
                    break;
                }
                field = id;
                skip(rest, kind, depth)?;
            }
        }
        _ => return None,
    }
    Some(())
}

fn next(rest: &mut &[u8]) -> Option<u8> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    Some(*first)
}

pub(super) fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = next(rest)?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

pub(super) fn signed(rest: &mut &[u8]) -> Option<i64> {
    let number = varint(rest)?;
    Some((number >> 1) as i64 ^ -((number & 1) as i64))
}
