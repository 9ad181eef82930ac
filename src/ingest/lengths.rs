//! What Parquet files promise about their pages, checked before their reader allocates by it or takes it for granted.
//!
//! Owns: the walk over page headers. Does not own: levels (`levels`), decoding (`parquet`).
//!
//! Where a page is packed, what its header says is all that can be checked here. tests/README.md says which panics of
//! the reader are left.

use super::{Format, IngestError, levels};
use crate::model::limits::PAGE_BYTES_MAX;

/// What a column's description says that its pages have to agree with.
#[derive(Debug, Clone, Copy)]
pub struct ColumnShape {
    /// The greatest level of definition and of repetition.
    pub definition: u16,
    pub repetition: u16,
    pub is_compressed: bool,
}

/// The pages of a column chunk: each lies within it, is no larger than is allowed, and is what its header says.
pub fn check_pages(chunk: &[u8], column: ColumnShape) -> Result<(), IngestError> {
    const FORMAT: Format = Format::Parquet;
    let damaged = |what| IngestError::Damaged {
        format: FORMAT,
        what,
    };
    let mut rest = chunk;
    let mut has_dictionary = false;
    while !rest.is_empty() {
        let header = PageHeader::read(&mut rest).ok_or(damaged("a page's header can't be read"))?;
        if header.unpacked > PAGE_BYTES_MAX {
            return Err(IngestError::TooLarge {
                format: FORMAT,
                what: "64 MiB in one page",
            });
        }
        let longer = damaged("a page is longer than its column");
        let (page, after) = rest.split_at_checked(header.packed).ok_or(longer)?;
        rest = after;
        has_dictionary |= header.dictionary.is_some();
        header
            .check(page, column, has_dictionary)
            .map_err(damaged)?;
    }
    Ok(())
}

/// A page header in Thrift's compact protocol, as far as it is needed (parquet-format, `PageHeader`: 2 is the size
/// unpacked, 3 the size packed, 5, 7 and 8 say what is in the page).
#[derive(Debug, Default)]
struct PageHeader {
    unpacked: u64,
    packed: usize,
    /// Numbers by field, of a page of values …
    values: Option<Numbers>,
    dictionary: Option<Numbers>,
    /// … and of one of the second version.
    second: Option<Numbers>,
}

/// The numbers of a structure by field, those that are absent zero.
type Numbers = [i64; 9];

const PLAIN: i64 = 0;
const BIT_PACKED: i64 = 4;
/// The older name and the newer one.
const DICTIONARY: [i64; 2] = [2, 8];

const NO_VALUES: &str = "a page has bytes and no values";
const NO_DICTIONARY: &str = "a page needs a dictionary and there is none";
const BAD_LEVELS: &str = "the levels of a page are longer than the page";
const BAD_COUNT: &str = "a page has another number of values than its header says";

impl PageHeader {
    /// Structures nest this deep at most in a page header; it has three.
    const DEPTH_MAX: u32 = 8;

    fn read(rest: &mut &[u8]) -> Option<Self> {
        let (mut unpacked, mut packed) = (None, None);
        let mut header = Self::default();
        let mut field = 0;
        loop {
            let (id, kind) = field_header(rest, field)?;
            field = id;
            match (id, kind) {
                (_, 0) => break,
                (2, 5) => unpacked = u64::try_from(signed(rest)?).ok(),
                (3, 5) => packed = usize::try_from(signed(rest)?).ok(),
                (5, 12) => header.values = Some(numbers(rest, Self::DEPTH_MAX)?),
                (7, 12) => header.dictionary = Some(numbers(rest, Self::DEPTH_MAX)?),
                (8, 12) => header.second = Some(numbers(rest, Self::DEPTH_MAX)?),
                (_, kind) => skip(rest, kind, Self::DEPTH_MAX)?,
            }
        }
        header.unpacked = unpacked?;
        header.packed = packed?;
        Some(header)
    }

    /// What is wrong with the page, if anything.
    fn check(
        &self,
        page: &[u8],
        column: ColumnShape,
        has_dictionary: bool,
    ) -> Result<(), &'static str> {
        if let Some([_, count, ..]) = self.dictionary
            && count <= 0
            && self.unpacked > 0
        {
            return Err(NO_VALUES);
        }
        if let Some(fields) = self.values {
            self.check_first(page, column, has_dictionary, fields)?;
        }
        match self.second {
            Some(fields) => self.check_second(page, column, has_dictionary, fields),
            None => Ok(()),
        }
    }

    fn check_first(
        &self,
        page: &[u8],
        column: ColumnShape,
        has_dictionary: bool,
        [_, count, encoding, definition, repetition, ..]: Numbers,
    ) -> Result<(), &'static str> {
        let count = u64::try_from(count).map_err(|_| BAD_COUNT)?;
        if DICTIONARY.contains(&encoding) && !has_dictionary {
            return Err(NO_DICTIONARY);
        }
        let kinds = u64::from(column.definition > 0) + u64::from(column.repetition > 0);
        // Levels of nothing are their own length.
        if count == 0 && self.unpacked > 4 * kinds {
            return Err(NO_VALUES);
        }
        let is_packed = column.definition > 0 && definition == BIT_PACKED;
        if column.repetition > 0 {
            let is_packed = is_packed || repetition == BIT_PACKED;
            return if is_packed { Err(BAD_LEVELS) } else { Ok(()) };
        }
        if is_packed {
            let width = u16::BITS - column.definition.leading_zeros();
            let bytes = count.saturating_mul(width.into()).div_ceil(8);
            return if bytes > self.unpacked.min(page_bytes(page, column)) {
                Err(BAD_LEVELS)
            } else {
                Ok(())
            };
        }
        if column.definition > 0 && !column.is_compressed {
            let (length, rest) = page.split_first_chunk::<4>().ok_or(BAD_LEVELS)?;
            let levels = rest.get(..u32::from_le_bytes(*length) as usize);
            levels::values(levels.ok_or(BAD_LEVELS)?, column.definition, count)
                .ok_or(BAD_LEVELS)?;
        }
        Ok(())
    }

    fn check_second(
        &self,
        page: &[u8],
        column: ColumnShape,
        has_dictionary: bool,
        [_, count, nulls, _, encoding, definition, repetition, ..]: Numbers,
    ) -> Result<(), &'static str> {
        let number = |number: i64| u64::try_from(number).ok();
        let values = number(count).zip(number(nulls));
        let values = values.and_then(|(count, nulls)| count.checked_sub(nulls));
        let values = values.ok_or(BAD_COUNT)?;
        if DICTIONARY.contains(&encoding) && !has_dictionary {
            return Err(NO_DICTIONARY);
        }
        let lengths = number(definition)
            .zip(number(repetition))
            .ok_or(BAD_LEVELS)?;
        let levels_end = lengths.0.saturating_add(lengths.1);
        if levels_end > self.unpacked.min(page.len() as u64) {
            return Err(BAD_LEVELS);
        }
        // These levels are never packed.
        let levels = &page[lengths.1 as usize..levels_end as usize];
        let found = match column.definition {
            0 => count as u64,
            greatest => levels::values(levels, greatest, count as u64).ok_or(BAD_LEVELS)?,
        };
        if found != values {
            return Err(BAD_COUNT);
        }
        if values == 0 && encoding == PLAIN && self.unpacked > levels_end {
            return Err(NO_VALUES);
        }
        Ok(())
    }
}

/// How many bytes a page has once it is unpacked, where that is known.
fn page_bytes(page: &[u8], column: ColumnShape) -> u64 {
    if column.is_compressed {
        u64::MAX
    } else {
        page.len() as u64
    }
}

/// The whole numbers of a structure.
fn numbers(rest: &mut &[u8], depth: u32) -> Option<Numbers> {
    let mut numbers = Numbers::default();
    let mut field = 0;
    loop {
        let (id, kind) = field_header(rest, field)?;
        field = id;
        let place = usize::try_from(id)
            .ok()
            .filter(|place| *place < numbers.len());
        match (place, kind) {
            (_, 0) => return Some(numbers),
            (Some(place), 4..=6) => numbers[place] = signed(rest)?,
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

fn signed(rest: &mut &[u8]) -> Option<i64> {
    let number = varint(rest)?;
    Some((number >> 1) as i64 ^ -((number & 1) as i64))
}
