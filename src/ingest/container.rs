//! What files come wrapped in: gzip, zstd, ZIP archives.
//!
//! Owns: unpacking within the limits (how much, at what ratio, how many files), and one container deep. Does not own:
//! what the files are (`recognise`).
//!
//! Everything is checked while it comes out: what a header promises is never allocated.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder};
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveEntryWayfinder, ZipSliceArchive};
use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::recognise::{container, is_skippable_frame};
use super::{Format, IngestError, Stranger};
use crate::model::limits::{
    ARCHIVE_MEMBERS_MAX, DECODED_BYTES_MAX, LimitId, RATIO_FREE_BYTES, RATIO_MAX,
    ZSTD_WINDOW_BYTES_MAX,
};

/// What is unpacked between two looks at the limits, bytes.
const STEP: usize = 128 << 10;
const CENTRAL_HEADER: &[u8] = b"PK\x01\x02";
/// Every Office document has one of these.
const OFFICE_MEMBER: &[u8] = b"[Content_Types].xml";

/// A file without its wrapper.
pub enum Unpacked<'a> {
    /// The one file, and what it was wrapped in.
    File(Cow<'a, [u8]>, Option<Format>),
    Archive(Archive<'a>),
}

/// Unwraps a file. What is no container comes out as it went in.
pub fn unpack(bytes: &[u8]) -> Result<Unpacked<'_>, IngestError> {
    let Some(format) = container(bytes) else {
        return Ok(Unpacked::File(Cow::Borrowed(bytes), None));
    };
    let inside = match format {
        Format::Gzip => gunzip(bytes)?,
        Format::Zstd => unzstd(bytes)?,
        _ => return Archive::open(bytes).map(Unpacked::Archive),
    };
    if container(&inside).is_some() {
        return Err(IngestError::ArchiveInArchive);
    }
    Ok(Unpacked::File(Cow::Owned(inside), Some(format)))
}

/// The beginning of what is in a wrapper, from the beginning of the file; `None` when it has none, or is an archive of
/// which only the end would tell.
pub fn peek(head: &[u8]) -> Option<Vec<u8>> {
    const BYTES: u64 = 256 << 10;
    let mut inside = Vec::new();
    match container(head)? {
        // The head is cut off, which is an error at its end; what came before counts.
        Format::Gzip => {
            let _ = MultiGzDecoder::new(head)
                .take(BYTES)
                .read_to_end(&mut inside);
        }
        Format::Zstd => {
            let decoder = ruzstd::decoding::StreamingDecoder::new(head).ok()?;
            let _ = decoder.take(BYTES).read_to_end(&mut inside);
        }
        _ if memchr::memmem::find(head, OFFICE_MEMBER).is_some() => return Some(inside),
        _ => return None,
    }
    Some(inside)
}

/// How much may still come out.
pub(super) struct Budget {
    packed: u64,
    unpacked: u64,
    format: Format,
}

impl Budget {
    pub fn new(packed: usize, format: Format) -> Self {
        Self {
            packed: packed as u64,
            unpacked: 0,
            format,
        }
    }

    pub fn take(&mut self, bytes: u64) -> Result<(), IngestError> {
        self.unpacked = self.unpacked.saturating_add(bytes);
        let too_large = |limit| IngestError::TooLarge {
            format: self.format,
            limit,
        };
        if self.unpacked > DECODED_BYTES_MAX {
            Err(too_large(LimitId::Decoded))
        } else if self.unpacked > RATIO_FREE_BYTES && self.unpacked / self.packed.max(1) > RATIO_MAX
        {
            Err(too_large(LimitId::Ratio))
        } else {
            Ok(())
        }
    }

    /// Everything a reader gives.
    fn drain(&mut self, mut reader: impl Read) -> Result<Vec<u8>, IngestError> {
        let mut all = Vec::new();
        loop {
            let taken = (&mut reader).take(STEP as u64).read_to_end(&mut all);
            match taken {
                Ok(0) => return Ok(all),
                Ok(taken) => self.take(taken as u64)?,
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                    return Err(IngestError::Truncated(self.format));
                }
                Err(_) => return Err(damaged(self.format)),
            }
        }
    }
}

fn damaged(format: Format) -> IngestError {
    IngestError::Damaged {
        format,
        what: "it can't be unpacked",
    }
}

/// All members of a gzip file, one after the other; zeros at the end are padding.
fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, IngestError> {
    let end = bytes
        .iter()
        .rposition(|&byte| byte != 0)
        .unwrap_or_default()
        + 1;
    // The last member ends with its length, whose upper bytes mostly are zeros.
    let end = bytes.len().min(end + 4);
    let mut budget = Budget::new(bytes.len(), Format::Gzip);
    match budget.drain(MultiGzDecoder::new(&bytes[..end])) {
        // Zeros that could have been the length were padding.
        Err(IngestError::Truncated(_) | IngestError::Damaged { .. }) if end < bytes.len() => {
            Budget::new(bytes.len(), Format::Gzip).drain(MultiGzDecoder::new(bytes))
        }
        result => result,
    }
}

/// All frames of a zstd file, one after the other.
fn unzstd(bytes: &[u8]) -> Result<Vec<u8>, IngestError> {
    const FORMAT: Format = Format::Zstd;
    let mut budget = Budget::new(bytes.len(), FORMAT);
    let mut all = Vec::new();
    let mut before = 0;
    let unpacked = zstd_frames(bytes, &mut all, &mut |length| {
        let taken = budget.take((length - before) as u64);
        before = length;
        taken
    });
    match unpacked {
        Ok(()) => Ok(all),
        Err(ZstdFailure::Stopped(error)) => Err(error),
        Err(ZstdFailure::Truncated) => Err(IngestError::Truncated(FORMAT)),
        Err(ZstdFailure::Damaged) => Err(damaged(FORMAT)),
        Err(ZstdFailure::Window) => Err(IngestError::TooLarge {
            format: FORMAT,
            limit: LimitId::ZstdWindow,
        }),
    }
}

/// Why frames of zstd can't be unpacked.
pub(super) enum ZstdFailure<E> {
    Truncated,
    Damaged,
    /// It asks for more memory than a frame may have.
    Window,
    /// The caller wants no more.
    Stopped(E),
}

/// Unpacks frames of zstd, one after the other; `check` hears the length so far before more is unpacked.
pub(super) fn zstd_frames<E>(
    bytes: &[u8],
    all: &mut Vec<u8>,
    check: &mut dyn FnMut(usize) -> Result<(), E>,
) -> Result<(), ZstdFailure<E>> {
    let mut rest = bytes;
    let mut decoder = FrameDecoder::new();
    decoder.set_max_window_size(ZSTD_WINDOW_BYTES_MAX);
    // The decoder stops where it can't go on: at the end, the file was cut.
    let failure = |rest: &[u8]| match rest {
        [] => ZstdFailure::Truncated,
        _ => ZstdFailure::Damaged,
    };
    while !rest.is_empty() {
        if is_skippable_frame(rest) {
            let length = rest.get(4..).and_then(<[u8]>::first_chunk::<4>);
            let length = length.map(|length| u32::from_le_bytes(*length) as usize);
            rest = length
                .and_then(|length| rest.get(length.checked_add(8)?..))
                .ok_or(ZstdFailure::Truncated)?;
            continue;
        }
        decoder.reset(&mut rest).map_err(|error| match error {
            FrameDecoderError::WindowSizeTooBig { .. } => ZstdFailure::Window,
            _ => failure(rest),
        })?;
        loop {
            let decoded = decoder.decode_blocks(&mut rest, BlockDecodingStrategy::UptoBytes(STEP));
            let is_last = decoded.map_err(|_| failure(rest))?;
            decoder
                .collect_to_writer(&mut *all)
                .map_err(|_| ZstdFailure::Damaged)?;
            check(all.len()).map_err(ZstdFailure::Stopped)?;
            if is_last {
                break;
            }
        }
    }
    Ok(())
}

/// A ZIP archive, its files one by one.
pub struct Archive<'a> {
    archive: ZipSliceArchive<&'a [u8]>,
    pub members: Vec<Member>,
    budget: Budget,
}

/// A file of an archive.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its path in the archive.
    pub name: String,
    pub packed_bytes: u64,
    is_encrypted: bool,
    method: CompressionMethod,
    place: ZipArchiveEntryWayfinder,
}

impl<'a> Archive<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self, IngestError> {
        const FORMAT: Format = Format::Zip;
        if memchr::memmem::find_iter(bytes, CENTRAL_HEADER).count() > ARCHIVE_MEMBERS_MAX {
            return Err(IngestError::TooManyMembers);
        }
        let archive = ZipArchive::from_slice(bytes).map_err(|_| IngestError::Truncated(FORMAT))?;
        let mut members = Vec::new();
        let mut entries = archive.entries();
        while let Some(entry) = entries.next_entry().map_err(|_| damaged(FORMAT))? {
            let path = entry.file_path();
            if path.as_bytes() == OFFICE_MEMBER {
                return Err(IngestError::Stranger(Stranger::Office));
            }
            let name = String::from_utf8_lossy(path.as_bytes()).into_owned();
            if entry.is_dir() || is_hidden(&name) {
                continue;
            }
            if members.len() == ARCHIVE_MEMBERS_MAX {
                return Err(IngestError::TooManyMembers);
            }
            members.push(Member {
                name: super::tally::prefix(&name, crate::model::limits::NAME_BYTES_MAX).to_owned(),
                packed_bytes: entry.compressed_size_hint(),
                is_encrypted: entry.flags().is_encrypted(),
                method: entry.compression_method(),
                place: entry.wayfinder(),
            });
        }
        members.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self {
            archive,
            members,
            budget: Budget::new(bytes.len(), FORMAT),
        })
    }

    /// Unpacks a file; all files together have the limits of one.
    pub fn read(&mut self, member: &Member) -> Result<Vec<u8>, IngestError> {
        const FORMAT: Format = Format::Zip;
        if member.is_encrypted {
            return Err(IngestError::Encrypted);
        }
        let entry = self
            .archive
            .get_entry(member.place)
            .map_err(|_| damaged(FORMAT))?;
        let bytes = match member.method {
            CompressionMethod::STORE => self.budget.drain(entry.verifying_reader(entry.data()))?,
            CompressionMethod::DEFLATE => self
                .budget
                .drain(entry.verifying_reader(DeflateDecoder::new(entry.data())))?,
            _ => {
                return Err(IngestError::Unsupported {
                    format: FORMAT,
                    what: "another compression than deflate",
                    remedy: "Pack it again in the usual way.",
                });
            }
        };
        if container(&bytes).is_some() {
            return Err(IngestError::ArchiveInArchive);
        }
        Ok(bytes)
    }
}

/// What systems put beside a person's files.
fn is_hidden(path: &str) -> bool {
    path.split(['/', '\\'])
        .any(|part| part.starts_with('.') || part == "__MACOSX" || part == "Thumbs.db")
}
