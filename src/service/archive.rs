//! The files of an archive: each is a source of its own in receipts and provenance, all together are one for whoever
//! opened it.

use super::load::{Intake, LoadError, Loaded, Refusal, refused};
use super::{FIRST_MEMBER, Service};
use crate::ingest::container::Member;
use crate::ingest::{self, Format, IngestError};
use crate::model::limits::PROPOSALS_MAX;
use crate::model::{Directory, SourceReceipt};
use crate::protocol::{ErrorCode, Proposal};

/// Files that could not be read and are named in the account of the archive; the others are counted.
const FAILURES_NAMED: usize = 5;

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
    /// Of the first file that could not be read; that a person can help goes before.
    failed: Option<ErrorCode>,
    /// Of files whose columns nobody knows, each header once. Their rows go to the dialog and nowhere else.
    proposals: Vec<Proposal>,
}

impl ArchiveLoad {
    /// Remembers to ask what the columns of this file mean.
    pub fn ask(&mut self, member: &Member, proposal: Proposal) {
        let mut asked = self.proposals.iter_mut();
        if let Some(known) = asked.find(|held| held.fingerprint == proposal.fingerprint) {
            known.alike = known.alike.saturating_add(1);
        } else if self.proposals.len() < PROPOSALS_MAX {
            let member = Some(format!("{}/{}", self.name, member.name));
            self.proposals.push(Proposal { member, ..proposal });
        }
    }

    /// What a person is to be asked, once all files were looked at. No part of the account: it has rows.
    pub fn take_proposals(&mut self) -> Vec<Proposal> {
        std::mem::take(&mut self.proposals)
    }
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
            proposals: Vec::new(),
        }
    }

    /// Takes in one file, named `archive.zip/member`. One that can't be read without a mapping is read by what was said
    /// of its header, else it waits and the others go on.
    pub fn load_member(
        &mut self,
        loading: &mut ArchiveLoad,
        member: &Member,
        bytes: &[u8],
        intake: Intake<'_>,
    ) {
        let part = FIRST_MEMBER + self.last_member;
        let name = format!("{}/{}", loading.name, member.name);
        let intake = Intake {
            name: &name,
            bytes: member.packed_bytes,
            wrapper: None,
            ..intake
        };
        let mut taken = self.take_part(part, bytes, intake);
        let waits = matches!(&taken, Err(error) if error.code == ErrorCode::NeedsMapping);
        let proposal = waits.then(|| ingest::propose(bytes, intake.options));
        if let Some(proposal) = proposal.flatten() {
            match intake.options.of_member(&proposal.fingerprint) {
                Some(said) => {
                    let options = &said;
                    taken = self.take_part(part, bytes, Intake { options, ..intake });
                }
                None => loading.ask(member, proposal),
            }
        }
        match taken {
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
            Err(error) => self.keep_failure(loading, part, error),
        }
    }

    /// A file that was refused before it came here: by what unpacks it, or by the columnar module.
    pub fn refuse_member(
        &mut self,
        loading: &mut ArchiveLoad,
        member: &Member,
        refusal: impl Into<Refusal>,
    ) {
        let part = FIRST_MEMBER + self.last_member;
        let name = format!("{}/{}", loading.name, member.name);
        let error = refusal.into().of(&name, member.packed_bytes);
        self.keep_failure(loading, part, error);
    }

    fn keep_failure(&mut self, loading: &mut ArchiveLoad, part: u32, error: LoadError) {
        match error.code {
            ErrorCode::NeedsMapping => loading.failed = Some(error.code),
            code => {
                loading.failed.get_or_insert(code);
            }
        }
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
            let refusal = Refusal::from(&IngestError::NothingInArchive);
            let error = refusal.of(&loading.name, loading.bytes);
            self.receipts.insert(loading.source, error.receipt.clone());
            return Err(error);
        }
        let failures: Vec<&SourceReceipt> = loading
            .members
            .iter()
            .filter(|member| member.error.is_some())
            .collect();
        let code = loading.failed.unwrap_or(ErrorCode::Damaged);
        let all_failed = failures.len() == loading.members.len() && directory.is_none();
        // What a person can help is said first.
        let waits = code == ErrorCode::NeedsMapping;
        let first = failures
            .iter()
            .find(|member| member.needs_mapping == waits)
            .or(failures.first());
        if let Some(first) = first.filter(|_| all_failed) {
            let sentence = first.error.as_deref().unwrap_or_default();
            let message = format!("No file of the archive could be read. {sentence}");
            // The counts are those of the files, each of which has its own receipt here.
            let kept = SourceReceipt {
                name: receipt.name.clone(),
                format: receipt.format.clone(),
                bytes: receipt.bytes,
                ..SourceReceipt::default()
            };
            let kept = refused(kept, code, message.clone()).receipt;
            self.receipts.insert(loading.source, kept);
            return Err(refused(receipt, code, message));
        }
        receipt
            .notes
            .extend(said_of(&failures, loading.members.len()));
        Ok(Loaded::Archive(LoadedArchive {
            receipt,
            members: loading.members,
            directory,
        }))
    }
}

/// Which files are missing and why, and how many more.
fn said_of(failures: &[&SourceReceipt], files: usize) -> Vec<String> {
    if failures.is_empty() {
        return Vec::new();
    }
    let mut notes = vec![format!(
        "{} of {files} files of the archive could not be read and are missing.",
        failures.len()
    )];
    notes.extend(failures.iter().take(FAILURES_NAMED).map(|member| {
        let sentence = member.error.as_deref().unwrap_or_default();
        format!("{}: {sentence}", member.name)
    }));
    let rest = failures.len().saturating_sub(FAILURES_NAMED);
    if rest > 0 {
        notes.push(format!("{rest} more files could not be read."));
    }
    notes
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
