//! Buffers that are packed, each by itself.
//!
//! Owns: LZ4 and zstd within the length that was told. Does not own: whether that length is allowed (`reader`).

use std::io::Read;

use super::Trouble;
use super::flat::{Broken, Table};
use crate::ingest::container::zstd_frames;
use crate::model::limits::RATIO_MAX;

/// How buffers are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    Lz4,
    Zstd,
}

impl Codec {
    pub fn of(compression: Table<'_>) -> Result<Self, Trouble> {
        match (compression.u8(0)?, compression.u8(1)?) {
            (0, 0) => Ok(Self::Lz4),
            (1, 0) => Ok(Self::Zstd),
            _ => Err(Trouble::Unsupported(
                "another compression than LZ4 and zstd",
                "Write it with one of these, or without any.",
            )),
        }
    }

    /// Exactly `length` bytes, or it is damaged. What is told is not allocated ahead of what can come.
    pub fn unpack(self, packed: &[u8], length: usize) -> Result<Vec<u8>, Trouble> {
        let likely = packed.len().saturating_mul(RATIO_MAX as usize);
        let mut unpacked = Vec::with_capacity(length.min(likely));
        match self {
            Self::Lz4 => {
                let decoder = lz4_flex::frame::FrameDecoder::new(packed);
                let mut bounded = decoder.take((length as u64).saturating_add(1));
                bounded.read_to_end(&mut unpacked).map_err(|_| Broken)?;
            }
            Self::Zstd => zstd_frames(packed, &mut unpacked, &mut |unpacked| {
                if unpacked <= length { Ok(()) } else { Err(()) }
            })
            .map_err(|_| Broken)?,
        }
        if unpacked.len() == length {
            Ok(unpacked)
        } else {
            Err(Broken.into())
        }
    }
}
