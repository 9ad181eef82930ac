//! The messages of an Arrow stream or file, one after the other.
//!
//! Owns: where a message and its body begin and end, the footer of a file. Does not own: what is in them.

use super::Trouble;
use super::flat::{Broken, Table, chunk};
use super::schema::{Schema, VERSION_4, VERSION_5};
use crate::ingest::recognise::{ARROW_MAGIC, CONTINUATION};

/// What a message holds; its buffers are in the body.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    Schema(Table<'a>),
    Dictionary(Table<'a>),
    Batch(Table<'a>),
}

/// A message.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    pub content: Content<'a>,
    pub body: &'a [u8],
    version: i16,
}

/// Where a file has a message: position, bytes of its metadata, bytes of its body.
type Block = [u8; 24];

/// What is left to be read.
#[derive(Debug, Clone)]
pub enum Frames<'a> {
    Stream {
        bytes: &'a [u8],
        at: usize,
    },
    /// A file's dictionaries come before its record batches, wherever they lie.
    File {
        bytes: &'a [u8],
        dictionaries: std::slice::Iter<'a, Block>,
        batches: std::slice::Iter<'a, Block>,
    },
}

impl<'a> Frames<'a> {
    pub fn of_stream(bytes: &'a [u8]) -> Result<(Self, Schema), Trouble> {
        let mut frames = Self::Stream { bytes, at: 0 };
        let first = frames.next()?.ok_or(Trouble::Truncated)?;
        let Content::Schema(schema) = first.content else {
            return Err(Trouble::Damaged("it does not begin with its columns"));
        };
        let schema = Schema::read(schema, first.version)?;
        Ok((frames, schema))
    }

    /// A file ends with its footer, the footer's length and the magic; without them it was cut.
    pub fn of_file(bytes: &'a [u8]) -> Result<(Self, Schema), Trouble> {
        let too_long = Trouble::Damaged("its footer is longer than the file");
        let tail = bytes.strip_suffix(ARROW_MAGIC).ok_or(Trouble::Truncated)?;
        let (body, length) = tail.split_last_chunk::<4>().ok_or(Trouble::Truncated)?;
        let length = usize::try_from(i32::from_le_bytes(*length)).unwrap_or_default();
        let start = body.len().checked_sub(length).ok_or(too_long.clone())?;
        let footer = body.get(start..).filter(|footer| !footer.is_empty());
        let footer = Table::root(footer.ok_or(too_long)?)?;
        let version = known(footer.i16(0)?)?;
        let schema = Schema::read(footer.table(1)?.ok_or(Broken)?, version)?;
        let frames = Self::File {
            bytes,
            dictionaries: footer.structs(2)?.iter(),
            batches: footer.structs(3)?.iter(),
        };
        Ok((frames, schema))
    }

    /// The next message; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Message<'a>>, Trouble> {
        match self {
            Self::Stream { bytes, at } => {
                if *at == bytes.len() {
                    return Ok(None);
                }
                let Some((metadata, body_at)) = metadata(bytes, *at)? else {
                    return Ok(None);
                };
                let message = Message::read(bytes, metadata, body_at)?;
                *at = body_at + message.body.len();
                Ok(Some(message))
            }
            Self::File {
                bytes,
                dictionaries,
                batches,
            } => {
                let Some(block) = dictionaries.next().or_else(|| batches.next()) else {
                    return Ok(None);
                };
                let at = usize::try_from(i64::from_le_bytes(chunk(block, 0)?));
                let length = usize::try_from(i32::from_le_bytes(chunk(block, 8)?));
                let (Ok(at), Ok(length)) = (at, length) else {
                    return Err(Broken.into());
                };
                let body_at = at.checked_add(length).ok_or(Broken)?;
                let (metadata, _) = metadata(bytes, at)?.ok_or(Broken)?;
                Message::read(bytes, metadata, body_at).map(Some)
            }
        }
    }
}

impl<'a> Message<'a> {
    fn read(bytes: &'a [u8], metadata: &'a [u8], body_at: usize) -> Result<Self, Trouble> {
        let message = Table::root(metadata)?;
        let version = known(message.i16(0)?)?;
        let tag = message.u8(1)?;
        let held = message.table(2)?.ok_or(Broken)?;
        let content = match tag {
            1 => Content::Schema(held),
            2 => Content::Dictionary(held),
            3 => Content::Batch(held),
            _ => return Err(Trouble::Damaged("it holds something else than columns")),
        };
        let length = usize::try_from(message.i64(3)?).map_err(|_| Broken)?;
        let body = bytes.get(body_at..).and_then(|rest| rest.get(..length));
        Ok(Self {
            content,
            body: body.ok_or(Trouble::Truncated)?,
            version,
        })
    }
}

/// A message's metadata, and where its body begins; `None` when the stream says that it ends. The mark before the length
/// came with Arrow 0.15.
fn metadata(bytes: &[u8], at: usize) -> Result<Option<(&[u8], usize)>, Trouble> {
    let mut at = at;
    let mut word = || {
        let word: [u8; 4] = chunk(bytes, at).map_err(|Broken| Trouble::Truncated)?;
        at += word.len();
        Ok::<_, Trouble>(word)
    };
    let mut length = word()?;
    if length == CONTINUATION {
        length = word()?;
    }
    let length = usize::try_from(i32::from_le_bytes(length)).map_err(|_| Broken)?;
    if length == 0 {
        return Ok(None);
    }
    let metadata = bytes.get(at..).and_then(|rest| rest.get(..length));
    Ok(Some((metadata.ok_or(Trouble::Truncated)?, at + length)))
}

fn known(version: Option<i16>) -> Result<i16, Trouble> {
    match version.unwrap_or_default() {
        version @ VERSION_4..=VERSION_5 => Ok(version),
        _ => Err(Trouble::Unsupported(
            "a version of Arrow IPC other than 4 and 5",
            "Write it again with a current program.",
        )),
    }
}

/// Does this begin like a stream of before Arrow 0.15, which had no mark?
pub fn is_old_stream(bytes: &[u8]) -> bool {
    let first = metadata(bytes, 0).ok().flatten();
    first.is_some_and(|(metadata, _)| {
        let message = Table::root(metadata);
        message.is_ok_and(|message| {
            known(message.i16(0).unwrap_or_default()).is_ok()
                && message.u8(1) == Ok(1)
                && matches!(message.table(2), Ok(Some(_)))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Format;

    #[test]
    fn big_endian_and_early_versions_get_a_sentence() {
        // Byte for byte: a message of one schema table, by hand.
        let message = |version: i16, endianness: i16| {
            let mut words: Vec<i16> = vec![16, 0];
            // The message's vtable at 4: size, table's size, version, tag, header.
            words.extend([10, 16, 4, 6, 8, 0]);
            // The message at 16: back to its vtable, version, tag, distance to the schema at 38.
            words.extend([12, 0, version, 1, 14, 0, 0, 0]);
            // The schema's vtable at 32: size, table's size, endianness.
            words.extend([6, 6, 4]);
            // The schema at 38: back to its vtable, endianness.
            words.extend([6, 0, endianness]);
            let metadata: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            let mut bytes = vec![0xff; 4];
            bytes.extend((metadata.len() as i32).to_le_bytes());
            bytes.extend(metadata);
            bytes
        };
        let open = |version, endianness| {
            let bytes = message(version, endianness);
            let opened = Frames::of_stream(&bytes).err();
            opened.map_or_else(String::new, |error| {
                error.of(Format::ArrowStream).to_string()
            })
        };
        assert_eq!(open(4, 0), "");
        assert!(open(4, 1).contains("big endian"), "{}", open(4, 1));
        assert!(open(2, 0).contains("version"), "{}", open(2, 0));
    }
}
