//! The files of an archive: each is a source of its own in receipts and provenance, all together are one for whoever
//! opened it.

use super::load::{Intake, LoadError, Loaded, failure, refused};
use super::{FIRST_MEMBER, Service};
use crate::ingest::container::Member;
use crate::ingest::{Format, IngestError};
use crate::model::{Directory, SourceReceipt};
use crate::protocol::ErrorCode;

/// What an archive turned out to hold.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedArchive {
    /// The sums over all files.
    pub receipt: SourceReceipt,
    /// In the order of their names; a file that could not be read has its error.
    pub members: Vec<SourceReceipt>,
    /// The directory among the files.
    pub directory: Option<Directory>,
}

/// An archive on its way in.
pub struct ArchiveLoad {
    source: u32,
    name: String,
    bytes: u64,
    members: Vec<SourceReceipt>,
    directory: Option<Directory>,
    /// Files of other kinds: a picture, a text to read.
    other_files: u64,
    has_manifest: bool,
    /// Of the first file that could not be read.
    failed: Option<ErrorCode>,
}

impl Service {
    /// Begins to take in the files of an archive, in the place of an earlier source of the same number.
    pub fn begin_archive(&mut self, source: u32, name: &str, bytes: u64) -> ArchiveLoad {
        self.unload(source);
        ArchiveLoad {
            source,
            name: name.to_owned(),
            bytes,
            members: Vec::new(),
            directory: None,
            other_files: 0,
            has_manifest: false,
            failed: None,
        }
    }

    /// Takes in one file, named `archive.zip/member`; says why it could not be read.
    pub fn load_member(
        &mut self,
        loading: &mut ArchiveLoad,
        member: &Member,
        bytes: &[u8],
        intake: Intake<'_>,
    ) -> Option<ErrorCode> {
        let part = FIRST_MEMBER + self.last_member;
        let name = format!("{}/{}", loading.name, member.name);
        let intake = Intake {
            name: &name,
            bytes: member.packed_bytes,
            wrapper: None,
            ..intake
        };
        match self.take_part(part, bytes, intake) {
            Ok(Loaded::Events(_)) => self.keep_member(loading, part),
            Ok(Loaded::Directory(directory, _)) => {
                loading.directory = Some(Directory::joined(loading.directory.take(), directory).0);
            }
            Ok(Loaded::Manifest(_)) => loading.has_manifest = true,
            Ok(Loaded::Archive(_)) => {}
            // In an archive, as in a folder, files of other kinds are nobody's mistake.
            Err(error) if matches!(error.code, ErrorCode::UnknownFormat | ErrorCode::Empty) => {
                loading.other_files += 1;
            }
            Err(error) => {
                let code = error.code;
                self.keep_failure(loading, part, error);
                return Some(code);
            }
        }
        None
    }

    /// A file that could not even be unpacked.
    pub fn refuse_member(
        &mut self,
        loading: &mut ArchiveLoad,
        member: &Member,
        error: &IngestError,
    ) {
        let part = FIRST_MEMBER + self.last_member;
        let name = format!("{}/{}", loading.name, member.name);
        let error = failure(&name, member.packed_bytes, error);
        self.keep_failure(loading, part, error);
    }

    fn keep_failure(&mut self, loading: &mut ArchiveLoad, part: u32, error: LoadError) {
        loading.failed.get_or_insert(error.code);
        self.receipts.insert(part, error.receipt);
        self.keep_member(loading, part);
    }

    fn keep_member(&mut self, loading: &mut ArchiveLoad, part: u32) {
        // Numbers of archives that were closed are not used again: there are two billion.
        self.last_member = (self.last_member + 1) % (FIRST_MEMBER - 1);
        let parts = self.members.entry(loading.source).or_default();
        parts.push(part);
        loading.members.extend(self.receipts.get(&part).cloned());
    }

    /// The account of the whole archive; an error when nothing in it could be read.
    pub fn finish_archive(&mut self, loading: ArchiveLoad) -> Result<Loaded, LoadError> {
        let mut receipt = total(&loading);
        let directory = loading.directory;
        if loading.members.is_empty() && directory.is_none() {
            let error = failure(&loading.name, loading.bytes, &IngestError::NothingInArchive);
            self.receipts.insert(loading.source, error.receipt.clone());
            return Err(error);
        }
        let failed = |member: &&SourceReceipt| member.error.is_some();
        let first_failure = loading.members.iter().find(failed);
        let all_failed = loading.members.iter().all(|member| member.error.is_some());
        if let Some(first) = first_failure.filter(|_| all_failed && directory.is_none()) {
            let message = format!(
                "No file of the archive could be read. {}",
                first.error.as_deref().unwrap_or_default()
            );
            let code = loading.failed.unwrap_or(ErrorCode::Damaged);
            return Err(refused(receipt, code, message));
        }
        if let Some(first) = first_failure {
            let count = loading.members.iter().filter(failed).count();
            receipt.notes.push(format!(
                "{count} of {} files of the archive could not be read, the first is {}.",
                loading.members.len(),
                first.name
            ));
        }
        Ok(Loaded::Archive(LoadedArchive {
            receipt,
            members: loading.members,
            directory,
        }))
    }
}

fn total(loading: &ArchiveLoad) -> SourceReceipt {
    let mut total = SourceReceipt {
        name: loading.name.clone(),
        format: Format::Zip.name().into(),
        bytes: loading.bytes,
        ..SourceReceipt::default()
    };
    let is_hours = |member: &SourceReceipt| member.kind == "aggregate";
    let all_hours = !loading.members.is_empty() && loading.members.iter().all(is_hours);
    total.kind = if all_hours { "aggregate" } else { "raw" }.into();
    for member in &loading.members {
        total.rows_read += member.rows_read;
        total.accepted += member.accepted;
        total.set_aside += member.set_aside;
        total.duplicates += member.duplicates;
        total.executions = total.executions.saturating_add(member.executions);
        total.names_cut += member.names_cut;
        total.limits.extend(&member.limits);
        let times = [total.min_time_us, member.min_time_us];
        total.min_time_us = times.into_iter().flatten().min();
        total.max_time_us = total.max_time_us.max(member.max_time_us);
        for (sums, counts) in [
            (&mut total.set_aside_reasons, &member.set_aside_reasons),
            (&mut total.dropped_fields, &member.dropped_fields),
            (&mut total.unrecognised, &member.unrecognised),
        ] {
            for (name, count) in counts {
                *sums.entry(name.clone()).or_default() += count;
            }
        }
    }
    if loading.other_files > 0 {
        total.notes.push(format!(
            "{} other files in the archive are no events and were left out.",
            loading.other_files
        ));
    }
    if loading.has_manifest {
        let note = "The manifest in the archive was not followed; all its files were read.";
        total.notes.push(note.into());
    }
    total
}
