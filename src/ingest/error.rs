//! Why a source could not be read: a stable code for programs, a sentence for people. Never a value of the data.

use crate::model::limits::{
    ARCHIVE_MEMBERS_MAX, COLUMNS_MAX, FILE_BYTES_MAX, LimitId, NESTED_COLUMNS_MAX, NESTING_MAX,
    ROW_GROUPS_MAX,
};
use crate::protocol::ErrorCode;

use super::Format;

const MIB: u64 = 1024 * 1024;

/// Something that arrived where event data was expected, known by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    Html,
    Xml,
    Office,
    OtherArchive,
    Pdf,
    Sqlite,
    Avro,
    Orc,
    FeatherV1,
    EncryptedParquet,
    JsonOther,
    Text,
    Binary,
}

impl Stranger {
    const fn sentence(self) -> &'static str {
        match self {
            Self::Html => {
                "This is an HTML page, not event data; the address may lead to a sign-in or error page. \
                 Open it in a browser tab to see, then fetch the data file itself."
            }
            Self::Xml => {
                "This is XML, not event data. Export the events as NDJSON, Arrow IPC or Parquet."
            }
            Self::Office => {
                "This is an office document, not a file of events. Save the sheet as CSV, then open that."
            }
            Self::OtherArchive => {
                "This is a compressed archive. Unpack it first, then open the file inside."
            }
            Self::Pdf => {
                "This is a PDF document, not event data. Export the events as NDJSON, Arrow IPC or Parquet."
            }
            Self::Sqlite => {
                "This is an SQLite database. Export the events table as NDJSON or Parquet."
            }
            Self::Avro => {
                "This is an Avro file, which is not read. Export the events as Parquet or NDJSON."
            }
            Self::Orc => {
                "This is an ORC file, which is not read. Export the events as Parquet or NDJSON."
            }
            Self::FeatherV1 => {
                "This is a Feather file of the first version. Save it again as Feather 2 (Arrow IPC) or Parquet."
            }
            Self::EncryptedParquet => {
                "This Parquet file is encrypted. Save it without encryption, then open it again."
            }
            Self::JsonOther => {
                "This is JSON, but there are no events in it. Event data is a list of objects with a field named \
                 \"time\" (or timestamp, ts, start_time)."
            }
            Self::Text => {
                "This is plain text, not event data. Toolscope reads NDJSON, JSON, CSV, OTLP JSON lines, Arrow IPC and \
                 Parquet."
            }
            Self::Binary => {
                "This is not a format Toolscope knows. It reads NDJSON, JSON, CSV, OTLP JSON lines, Arrow IPC and Parquet."
            }
        }
    }

    const fn code(self) -> ErrorCode {
        match self {
            Self::Html | Self::Xml | Self::Pdf | Self::JsonOther | Self::Text | Self::Binary => {
                ErrorCode::UnknownFormat
            }
            _ => ErrorCode::Unsupported,
        }
    }
}

/// Why a whole source gives no events.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IngestError {
    #[error("The file is empty. Check that the export finished, then open it again.")]
    Empty,
    #[error("{}", .0.sentence())]
    Stranger(Stranger),
    #[error("The {} ends before it is complete. Fetch or copy it again.", .0.label())]
    Truncated(Format),
    #[error("The {} is damaged: {what}. Fetch or copy it again.", .format.label())]
    Damaged { format: Format, what: &'static str },
    #[error("The {} uses {what}, which is not read. {remedy}", .format.label())]
    Unsupported {
        format: Format,
        what: &'static str,
        remedy: &'static str,
    },
    /// [`super::propose()`] has more to say, for the person's own dialog only.
    #[error(
        "The {} has no column that is known to be a time. Say which one is: with “Choose columns” on the Data page, \
         on the command line with --map time=COLUMN, or rename it to \"time\".", .0.label()
    )]
    NeedsMapping(Format),
    #[error("The {} has no header. Put a first line above it that names the columns (time,tool,user,…).", .0.label())]
    HeaderMissing(Format),
    #[error(
        "This file of the archive is encrypted. Unpack it with its password first, then open what is inside."
    )]
    Encrypted,
    #[error(
        "This is an archive inside of an archive, which is not opened. Unpack the outer one first."
    )]
    ArchiveInArchive,
    #[error("The archive has more than {ARCHIVE_MEMBERS_MAX} files. Split it into smaller ones.")]
    TooManyMembers,
    #[error("There is no file of events in the archive.")]
    NothingInArchive,
    #[error(
        "The {} writes version {found}; this build reads version {known}. Update Toolscope, or export the older \
         version.", .format.label()
    )]
    Version {
        format: Format,
        found: u32,
        known: u32,
    },
    #[error(
        "The file is larger than {} MiB. Split it into smaller ones, for example one a week.", FILE_BYTES_MAX / MIB
    )]
    FileTooLarge,
    #[error(
        "The {} would unpack to more than is allowed ({}). Split it into smaller files.", .format.label(), allowed(*.limit)
    )]
    TooLarge { format: Format, limit: LimitId },
    #[error("The {} has more than {COLUMNS_MAX} columns. Keep the ones that are needed.", .0.label())]
    TooManyColumns(Format),
    #[error(
        "The {} has columns inside of columns, more than {NESTING_MAX} levels deep. Write its events with plain columns.",
        .0.label()
    )]
    TooDeep(Format),
    #[error(
        "The {} has more than {NESTED_COLUMNS_MAX} columns, with those inside of others. Keep the ones that are needed.",
        .0.label()
    )]
    TooManyNested(Format),
    #[error("The {} has more than {ROW_GROUPS_MAX} row groups. Write it with larger ones.", .0.label())]
    TooManyRowGroups(Format),
    #[error(
        "The file has {found} bytes where {expected} were announced. Fetch it again; if that does not help, the \
         manifest is older than the file."
    )]
    Length { expected: u64, found: u64 },
    #[error(
        "The file's checksum differs from the manifest's, so it was changed or damaged on the way. Fetch it again; \
         if that does not help, write the manifest anew."
    )]
    Checksum,
    #[error("This needs the Parquet reader, which is not part of this module.")]
    ColumnarNeeded,
    #[error("Reading the {} failed inside Toolscope. Please report which program wrote the file.", .0.label())]
    Internal(Format),
}

impl IngestError {
    /// The stable code of the protocol.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Empty => ErrorCode::Empty,
            Self::Stranger(stranger) => stranger.code(),
            Self::Truncated(_) => ErrorCode::Truncated,
            Self::Damaged { .. } => ErrorCode::Damaged,
            Self::Unsupported { .. }
            | Self::Version { .. }
            | Self::ColumnarNeeded
            | Self::Encrypted
            | Self::ArchiveInArchive => ErrorCode::Unsupported,
            Self::NeedsMapping(_) => ErrorCode::NeedsMapping,
            Self::HeaderMissing(_) | Self::NothingInArchive => ErrorCode::UnknownFormat,
            Self::FileTooLarge
            | Self::TooLarge { .. }
            | Self::TooManyMembers
            | Self::TooManyColumns(_)
            | Self::TooDeep(_)
            | Self::TooManyNested(_)
            | Self::TooManyRowGroups(_) => ErrorCode::TooLarge,
            Self::Length { expected, found } => {
                if *found < *expected {
                    ErrorCode::Truncated
                } else {
                    ErrorCode::Checksum
                }
            }
            Self::Checksum => ErrorCode::Checksum,
            Self::Internal(_) => ErrorCode::Internal,
        }
    }

    /// The limit that it is about.
    pub const fn limit(&self) -> Option<LimitId> {
        match self {
            Self::FileTooLarge => Some(LimitId::File),
            Self::TooLarge { limit, .. } => Some(*limit),
            Self::TooManyMembers => Some(LimitId::ArchiveMembers),
            Self::TooManyColumns(_) => Some(LimitId::Columns),
            Self::TooDeep(_) => Some(LimitId::Nesting),
            Self::TooManyNested(_) => Some(LimitId::NestedColumns),
            Self::TooManyRowGroups(_) => Some(LimitId::RowGroups),
            _ => None,
        }
    }

    /// May fetching the same address again help?
    pub const fn retry(&self) -> bool {
        self.code().may_pass()
    }
}

/// How much a file may unpack to, in words.
const fn allowed(limit: LimitId) -> &'static str {
    match limit {
        LimitId::Ratio => "200 times its size",
        LimitId::Page => "64 MiB in one page",
        LimitId::ZstdWindow => "a window of 128 MiB",
        _ => "1 GiB decoded",
    }
}
