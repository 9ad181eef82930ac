//! Lengths that columnar files promise, checked before their readers allocate by them.
//!
//! Owns: the walk over Arrow's messages and Parquet's page headers. Does not own: decoding (`arrow`, `parquet`).

use arrow_ipc::{Block, Message, root_as_footer, root_as_message};

use super::recognise::{ARROW_MAGIC, CONTINUATION};
use super::{Format, IngestError};
use crate::model::limits::{DECODED_BYTES_MAX, RATIO_FREE_BYTES, RATIO_MAX};

/// Every message of an Arrow file or stream lies within it, and no buffer says it unpacks to more than is allowed.
pub fn check_arrow(bytes: &[u8], format: Format) -> Result<(), IngestError> {
    if format == Format::ArrowStream {
        let mut at = 0;
        while let Some(end) = check_message(bytes, at, format)? {
            at = end;
        }
        return Ok(());
    }
    let damaged = |what| IngestError::Damaged { format, what };
    let tail = bytes
        .strip_suffix(ARROW_MAGIC)
        .and_then(<[u8]>::split_last_chunk::<4>);
    let footer = tail.and_then(|(body, length)| {
        let length = usize::try_from(i32::from_le_bytes(*length)).ok()?;
        body.get(body.len().checked_sub(length)?..)
    });
    let footer = footer.and_then(|footer| root_as_footer(footer).ok());
    let footer = footer.ok_or(damaged("its footer can't be read"))?;
    // All dictionaries are unpacked before the first row.
    let mut dictionaries_bytes = 0_u64;
    for block in footer.dictionaries().into_iter().flatten() {
        let unpacked = check_block(bytes, block, format)?;
        dictionaries_bytes = dictionaries_bytes.saturating_add(unpacked);
        if dictionaries_bytes > DECODED_BYTES_MAX {
            let what = "1 GiB decoded";
            return Err(IngestError::TooLarge { format, what });
        }
    }
    for block in footer.recordBatches().into_iter().flatten() {
        check_block(bytes, block, format)?;
    }
    Ok(())
}

/// Checks a message of a file as its reader sees it: where the body begins is said by the block, not by the message.
/// Gives what its buffers say they unpack to.
fn check_block(bytes: &[u8], block: &Block, format: Format) -> Result<u64, IngestError> {
    let damaged = |what| IngestError::Damaged { format, what };
    let part = |length: i64| usize::try_from(length).ok();
    let parts = part(block.offset()).and_then(|start| {
        let rest = bytes.get(start..)?;
        let (metadata, rest) = rest.split_at_checked(part(block.metaDataLength().into())?)?;
        Some((metadata, rest.get(..part(block.bodyLength())?)?))
    });
    let (metadata, body) = parts.ok_or(damaged("a batch lies outside of the file"))?;
    let message = metadata
        .strip_prefix(&CONTINUATION)
        .unwrap_or(metadata)
        .get(4..)
        .and_then(|metadata| root_as_message(metadata).ok())
        .ok_or(damaged("a message can't be read"))?;
    check_buffers(&message, body, format)
}

/// Checks the message that begins here; gives where it ends, `None` at the end of the stream.
fn check_message(bytes: &[u8], start: usize, format: Format) -> Result<Option<usize>, IngestError> {
    let truncated = IngestError::Truncated(format);
    let rest = bytes.get(start..).unwrap_or_default();
    // Streams of old have none.
    let rest = rest.strip_prefix(&CONTINUATION).unwrap_or(rest);
    let Some((length, rest)) = rest.split_first_chunk::<4>() else {
        return Ok(None);
    };
    let length = usize::try_from(i32::from_le_bytes(*length)).map_err(|_| truncated.clone())?;
    if length == 0 {
        return Ok(None);
    }
    let (metadata, rest) = rest.split_at_checked(length).ok_or(truncated.clone())?;
    let message = root_as_message(metadata).map_err(|_| IngestError::Damaged {
        format,
        what: "a message can't be read",
    })?;
    let body = usize::try_from(message.bodyLength())
        .ok()
        .and_then(|length| rest.get(..length))
        .ok_or(truncated)?;
    check_buffers(&message, body, format)?;
    Ok(Some(bytes.len() - rest.len() + body.len()))
}

/// A compressed buffer begins with the length it unpacks to. Gives the sum of them.
fn check_buffers(message: &Message<'_>, body: &[u8], format: Format) -> Result<u64, IngestError> {
    let mut sum = 0_u64;
    let batch = message.header_as_record_batch().or_else(|| {
        let dictionary = message.header_as_dictionary_batch()?;
        dictionary.data()
    });
    let Some(batch) = batch else {
        return Ok(sum);
    };
    let is_compressed = batch.compression().is_some();
    for buffer in batch.buffers().into_iter().flatten() {
        let packed = usize::try_from(buffer.offset())
            .ok()
            .zip(usize::try_from(buffer.length()).ok())
            .and_then(|(offset, length)| body.get(offset..offset.checked_add(length)?));
        let packed = packed.ok_or(IngestError::Damaged {
            format,
            what: "a column lies outside of its batch",
        })?;
        if !is_compressed {
            continue;
        }
        let promised = packed
            .first_chunk::<8>()
            .and_then(|length| u64::try_from(i64::from_le_bytes(*length)).ok())
            .unwrap_or_default();
        let is_bomb = promised > RATIO_FREE_BYTES && promised / (packed.len() as u64) > RATIO_MAX;
        if is_bomb || promised > DECODED_BYTES_MAX {
            return Err(IngestError::TooLarge {
                format,
                what: if is_bomb {
                    "200 times its size"
                } else {
                    "1 GiB decoded"
                },
            });
        }
        sum = sum.saturating_add(promised);
    }
    Ok(sum)
}

/// The pages of a Parquet column chunk: each lies within it and is no larger than is allowed.
#[cfg(feature = "columnar")]
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
                what: "64 MiB in one page",
            });
        }
        rest = rest.get(header.packed..).ok_or(IngestError::Damaged {
            format: FORMAT,
            what: "a page is longer than its column",
        })?;
    }
    Ok(())
}

/// The two lengths of a page header, in Thrift's compact protocol
/// (parquet-format, `PageHeader`: 2 is the size unpacked, 3 the size packed).
#[cfg(feature = "columnar")]
struct PageHeader {
    unpacked: u64,
    packed: usize,
}

#[cfg(feature = "columnar")]
impl PageHeader {
    /// Structures nest this deep at most in a page header; it has three.
    const DEPTH_MAX: u32 = 8;

    fn read(rest: &mut &[u8]) -> Option<Self> {
        let (mut unpacked, mut packed) = (None, None);
        let mut field = 0;
        loop {
            let (id, kind) = field_header(rest, field)?;
            field = id;
            match (id, kind) {
                (_, 0) => break,
                (2, 5) => unpacked = u64::try_from(signed(rest)?).ok(),
                (3, 5) => packed = usize::try_from(signed(rest)?).ok(),
                (_, kind) => skip(rest, kind, Self::DEPTH_MAX)?,
            }
        }
        Some(Self {
            unpacked: unpacked?,
            packed: packed?,
        })
    }
}

/// Number and type of the next field; type 0 ends a structure.
#[cfg(feature = "columnar")]
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
#[cfg(feature = "columnar")]
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

#[cfg(feature = "columnar")]
fn next(rest: &mut &[u8]) -> Option<u8> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    Some(*first)
}

#[cfg(feature = "columnar")]
fn varint(rest: &mut &[u8]) -> Option<u64> {
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

#[cfg(feature = "columnar")]
fn signed(rest: &mut &[u8]) -> Option<i64> {
    let number = varint(rest)?;
    Some((number >> 1) as i64 ^ -((number & 1) as i64))
}
