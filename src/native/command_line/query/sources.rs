//! Files, folders and manifests: what there is to read, and reading what the question needs.

use std::path::{Path, PathBuf};

use super::mapping;
use crate::ingest::{self, Format, IngestError};
use crate::model::limits::FILE_BYTES_MAX;
use crate::model::manifest::{BatchRef, MANIFEST_VERSION};
use crate::model::provenance::missing;
use crate::model::{Directory, Manifest, SourceReceipt, TimeUs, Warning};
use crate::native::command_line::Failure;
use crate::protocol::{ErrorCode, LoadOptions};
use crate::query::{AskContext, Period, Question};
use crate::service::{Intake, Loaded, Service, verify};

const MANIFEST: &str = "manifest.json";

/// One thing to read.
struct Source {
    name: String,
    path: PathBuf,
    /// What a manifest promises about it.
    batch: Option<BatchRef>,
}

/// Everything that was named, and what became of it.
#[derive(Default)]
pub struct Sources {
    found: Vec<Source>,
    options: LoadOptions,
    generated_at_us: Option<TimeUs>,
    directory: Option<PathBuf>,
    /// With the directories among the files that were opened.
    loaded_directory: Option<Directory>,
    /// Of the manifest that was named first.
    organisation: Option<String>,
    is_demo: bool,
    /// What could not even be opened.
    failures: Vec<SourceReceipt>,
    /// What has to be said about the directory.
    warnings: Vec<Warning>,
}

impl Sources {
    /// Looks at every argument. What is not there is told and left out, unless nothing is left.
    pub fn find(paths: &[PathBuf], options: &LoadOptions) -> Result<Self, Failure> {
        let mut sources = Self {
            options: options.clone(),
            ..Self::default()
        };
        for path in paths {
            sources.add(path, &path.display().to_string());
        }
        if sources.found.is_empty() {
            return Err(Self::nothing());
        }
        Ok(sources)
    }

    fn add(&mut self, path: &Path, name: &str) {
        if path.is_dir() {
            let manifest = path.join(MANIFEST);
            if manifest.is_file() {
                return self.add_manifest(&manifest, &format!("{name}/{MANIFEST}"));
            }
            let before = self.found.len() + self.failures.len();
            self.add_folder(path, name);
            if self.found.len() + self.failures.len() == before {
                self.fail(name, "there is no file of events in this folder");
            }
        } else if !path.exists() {
            self.fail(name, "there is no such file or folder");
        } else if is_manifest(path) {
            self.add_manifest(path, name);
        } else {
            self.found.push(Source {
                name: name.to_owned(),
                path: path.to_owned(),
                batch: None,
            });
        }
    }

    /// All files below a folder that look like data; others are no one's concern.
    fn add_folder(&mut self, folder: &Path, name: &str) {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .collect();
        entries.sort();
        for path in entries {
            let Some(file) = path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
            else {
                continue;
            };
            if file.starts_with('.') {
                continue;
            }
            let name = format!("{name}/{file}");
            if path.is_dir() {
                self.add_folder(&path, &name);
            } else if looks_like_data(&path, &self.options) {
                self.found.push(Source {
                    name,
                    path,
                    batch: None,
                });
            }
        }
    }

    fn add_manifest(&mut self, path: &Path, name: &str) {
        let read = std::fs::read(path).map_err(|error| error.to_string());
        let manifest = read.and_then(|bytes| {
            serde_json::from_slice::<Manifest>(&bytes).map_err(|error| error.to_string())
        });
        let manifest = match manifest {
            Ok(manifest) if manifest.version == MANIFEST_VERSION => manifest,
            Ok(manifest) => {
                let version = manifest.version;
                return self.fail(
                    name,
                    &format!("its version is {version}, this build reads {MANIFEST_VERSION}"),
                );
            }
            Err(error) => return self.fail(name, &format!("the manifest can't be read: {error}")),
        };
        let base = path.parent().unwrap_or(Path::new("."));
        self.generated_at_us = self.generated_at_us.max(manifest.generated_at_us());
        self.is_demo |= manifest.demo;
        self.organisation = self.organisation.take().or(manifest.organisation);
        if let Some(directory) = &manifest.directory {
            self.directory.get_or_insert(base.join(&directory.url));
        }
        self.found
            .extend(manifest.batches.into_iter().map(|batch| Source {
                name: batch.url.clone(),
                path: base.join(&batch.url),
                batch: Some(batch),
            }));
    }

    fn fail(&mut self, name: &str, reason: &str) {
        eprintln!("{name}: {reason}");
        self.failures.push(SourceReceipt {
            name: name.to_owned(),
            error: Some(reason.to_owned()),
            ..SourceReceipt::default()
        });
    }

    fn nothing() -> Failure {
        Failure::Failed("Nothing could be read.".into())
    }

    /// The directory of the argument, else the manifest's.
    pub fn directory(&mut self, argument: Option<&Path>) -> Result<Option<Directory>, Failure> {
        let Some(path) = argument.or(self.directory.as_deref()) else {
            return Ok(None);
        };
        let failed = |why: String| Failure::Failed(format!("{}: {why}", path.display()));
        let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
        let directory = if ingest::recognise(&bytes) == Ok(Format::DirectoryCsv) {
            let read = ingest::people::read(&bytes).map_err(|error| failed(error.to_string()))?;
            read.0
        } else {
            serde_json::from_slice(&bytes)
                .map_err(|error| failed(format!("the directory can't be read: {error}")))?
        };
        self.loaded_directory = Some(directory);
        Ok(self.loaded_directory.clone())
    }

    /// With the directories among the files.
    pub fn loaded_directory(&self) -> Option<&Directory> {
        self.loaded_directory.as_ref()
    }

    /// Whose data it is, as the directory or the manifest says.
    pub fn organisation(&self) -> Option<&str> {
        let directory = self.loaded_directory.as_ref();
        let of_directory = directory.and_then(|directory| directory.organisation.as_deref());
        of_directory.or(self.organisation.as_deref())
    }

    pub const fn is_demo(&self) -> bool {
        self.is_demo
    }

    /// Reads what the question needs: files always, batches of a manifest by their span of time.
    pub fn open(
        &mut self,
        service: &mut Service,
        question: &Question,
        needed: impl Fn(&AskContext) -> Vec<Period>,
    ) -> Result<AskContext, Failure> {
        let (files, batches): (Vec<Source>, Vec<Source>) = std::mem::take(&mut self.found)
            .into_iter()
            .partition(|source| source.batch.is_none());
        let mut number = 0;
        let mut read = 0;
        for file in &files {
            number += 1;
            read += u32::from(self.read(service, number, file));
        }
        let promised = batches
            .iter()
            .filter_map(|source| source.batch.as_ref()?.span_us());
        let data_span_us = promised
            .chain(service.data_span())
            .reduce(|all, span| (all.0.min(span.0), all.1.max(span.1)));
        let newest = data_span_us.map(|span| span.1);
        let now_us = question
            .now_us
            .or(newest.max(self.generated_at_us))
            .unwrap_or_default();
        let mut context = AskContext {
            now_us,
            data_span_us,
            complete: true,
            warnings: Vec::new(),
        };
        let periods = needed(&context);
        for source in &batches {
            let wanted = source.batch.as_ref().is_some_and(|batch| {
                periods
                    .iter()
                    .any(|period| batch.overlaps(period.from_us, period.until_us))
            });
            if !wanted {
                continue;
            }
            number += 1;
            read += u32::from(self.read(service, number, source));
        }
        let unmapped = mapping::unmapped(
            &self.options,
            service,
            read == (files.len() + batches.len()) as u32,
        )?;
        context.warnings.extend(unmapped);
        let any_wanted = number > 0;
        if any_wanted && read == 0 {
            return Err(Self::nothing());
        }
        let receipts = service.receipts().chain(&self.failures);
        context.warnings.extend(missing(receipts));
        context.warnings.append(&mut self.warnings);
        Ok(context)
    }

    /// Is it in the numbers now?
    fn read(&mut self, service: &mut Service, number: u32, source: &Source) -> bool {
        let size = std::fs::metadata(&source.path).map_or(0, |data| data.len());
        if size > FILE_BYTES_MAX {
            self.fail(&source.name, &ingest::IngestError::FileTooLarge.to_string());
            return false;
        }
        let bytes = match std::fs::read(&source.path) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.fail(&source.name, &error.to_string());
                return false;
            }
        };
        if let Some(batch) = &source.batch
            && let Err(error) = verify(&bytes, batch.bytes, batch.sha256.as_deref())
        {
            self.fail(&source.name, &error.to_string());
            return false;
        }
        let intake = Intake {
            name: &source.name,
            bytes: bytes.len() as u64,
            options: &self.options,
            wrapper: None,
            decoded_from: None,
        };
        match service.load_with(number, &bytes, intake) {
            Ok(Loaded::Events(_)) => true,
            Ok(Loaded::Archive(archive)) => {
                for member in &archive.members {
                    if let Some(error) = &member.error {
                        eprintln!("{}: {error}", member.name);
                    }
                }
                mapping::say_guesses(&self.options, &bytes);
                if let Some(directory) = archive.directory {
                    self.take_directory(service, &source.name, directory);
                }
                true
            }
            Ok(Loaded::Directory(directory, receipt)) => {
                if receipt.set_aside > 0 {
                    eprintln!(
                        "{}: {} of {} people could not be read and are left out",
                        source.name, receipt.set_aside, receipt.rows_read
                    );
                }
                self.take_directory(service, &source.name, directory);
                true
            }
            Ok(Loaded::Manifest(_)) => {
                self.fail(
                    &source.name,
                    "a manifest inside of a folder is not followed",
                );
                false
            }
            Err(error) => {
                eprintln!("{}: {}", source.name, error.message);
                if error.code == ErrorCode::NeedsMapping {
                    mapping::say_guesses(&self.options, &bytes);
                }
                false
            }
        }
    }

    /// A directory among the files: in the place of none, or its people into the one there is.
    fn take_directory(&mut self, service: &mut Service, name: &str, directory: Directory) {
        let (joined, new) = Directory::joined(self.loaded_directory.take(), directory);
        if let Some(warning) = Directory::unmatched(name, new.len()) {
            eprintln!("{}", warning.message);
            self.warnings.push(warning);
        }
        service.set_directory(Some(joined.clone()));
        self.loaded_directory = Some(joined);
    }

    /// The receipts of the answer and those of what could not even be opened.
    pub fn receipts(&self, mut read: Vec<SourceReceipt>) -> Vec<SourceReceipt> {
        read.extend(self.failures.clone());
        read.sort_by(|a, b| a.name.cmp(&b.name));
        read
    }
}

/// A manifest by its content, whatever its name.
fn is_manifest(path: &Path) -> bool {
    let is_json = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    is_json
        && std::fs::read(path)
            .is_ok_and(|bytes| ingest::recognise(&bytes).ok() == Some(Format::Manifest))
}

/// In a folder, files of other kinds are nobody's mistake; a table whose columns nobody knows may be one.
fn looks_like_data(path: &Path, options: &LoadOptions) -> bool {
    use std::io::Read;
    let mut head = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(1 << 20).read_to_end(&mut head));
    if read.is_err() {
        return true;
    }
    let head = ingest::container::peek(&head).unwrap_or(head);
    match ingest::recognise_with(&head, options) {
        Ok(_) => true,
        Err(IngestError::NeedsMapping(format)) => matches!(format, Format::Csv | Format::Tsv),
        Err(_) => false,
    }
}
