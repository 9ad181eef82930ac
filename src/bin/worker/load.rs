//! Loading a source: bytes from the network or a file, unpacked, through the columnar module when needed, into the
//! service.

use js_sys::Uint8Array;
use toolscope::ingest::container::Archive;
use toolscope::ingest::{self, Format, Unpacked};
use toolscope::model::SourceReceipt;
use toolscope::model::limits::{FILE_BYTES_MAX, LIMITS, LimitId};
use toolscope::protocol::{self, ErrorCode, LoadOptions, Proposal, Response, SourceId};
use toolscope::service::{Intake, LoadError, Loaded, LoadedArchive};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::Shared;
use crate::fetch::fetch;
use crate::turn::Flag;

/// Progress is said at most this often, bytes.
const PROGRESS_STEP: u64 = 256 << 10;

#[wasm_bindgen]
extern "C" {
    /// See `public/worker.js`.
    #[wasm_bindgen(js_name = toArrowStream, catch)]
    async fn to_arrow_stream(bytes: Uint8Array, options: Uint8Array) -> Result<JsValue, JsValue>;
}

/// One source on its way.
pub struct Load<'a> {
    pub shared: &'a Shared,
    pub source: SourceId,
    pub name: &'a str,
    pub options: &'a LoadOptions,
    pub stop: &'a Flag,
}

/// Bytes that the service reads, and what they were before the columnar module had them.
struct Plain<'b>(std::borrow::Cow<'b, [u8]>, Option<Format>);

/// What the columnar module had to say against a file.
struct Refused {
    code: ErrorCode,
    sentence: String,
    proposal: Option<Proposal>,
    limit: Option<LimitId>,
}

impl Load<'_> {
    pub async fn fetch_url(&self, url: &str, bytes: u64, sha256: Option<&str>) {
        let said = std::cell::Cell::new(0);
        let progress = |done: u64| {
            if done >= said.get() + PROGRESS_STEP || done == bytes {
                said.set(done);
                self.progress(done, bytes);
            }
        };
        let body = match fetch(&self.shared.scope, url, bytes, self.stop, progress).await {
            Ok(body) => body,
            Err(error) => return self.fail(error.code, &error.message, error.retry),
        };
        // Whatever length was promised: from here on it is read.
        let length = body.len() as u64;
        self.progress(length, length);
        if let Err(error) = toolscope::service::verify(&body, bytes, sha256) {
            return self.fail(error.code(), &error.to_string(), true);
        }
        self.keep(body).await;
    }

    pub async fn open_file(&self, file: web_sys::File) {
        let name = self.name;
        let size = file.size() as u64;
        if size > FILE_BYTES_MAX {
            let message = format!(
                "{name} is larger than {} MiB; split it into smaller files.",
                FILE_BYTES_MAX >> 20
            );
            return self.fail(ErrorCode::TooLarge, &message, false);
        }
        let Ok(buffer) = JsFuture::from(file.array_buffer()).await else {
            let message = format!(
                "{name} could not be read; it may have been moved or changed. Open it again."
            );
            return self.fail(ErrorCode::Damaged, &message, true);
        };
        let body = Uint8Array::new(&buffer).to_vec();
        self.progress(size, size);
        self.keep(body).await;
    }

    async fn keep(&self, body: Vec<u8>) {
        let intake = Intake {
            name: self.name,
            bytes: body.len() as u64,
            options: self.options,
            wrapper: None,
            decoded_from: None,
        };
        match ingest::unpack(&body) {
            Ok(Unpacked::File(bytes, wrapper)) => {
                let Plain(plain, decoded_from) = match self.plain(&bytes).await {
                    Ok(plain) => plain,
                    Err(refused) => return self.refuse(refused),
                };
                let _turn = self.shared.turn.take().await;
                if self.stop.is_raised() {
                    return;
                }
                let intake = Intake {
                    wrapper,
                    decoded_from,
                    ..intake
                };
                let started_ms = js_sys::Date::now();
                let result =
                    self.shared
                        .service
                        .borrow_mut()
                        .load_file(self.source, &plain, intake);
                self.answer(result, || ingest::propose(&plain, self.options), started_ms);
            }
            Ok(Unpacked::Archive(archive)) => self.keep_archive(archive, intake).await,
            Err(error) => {
                let mut service = self.shared.service.borrow_mut();
                let error = service.refuse(self.source, self.name, intake.bytes, &error);
                drop(service);
                self.answer(Err(error), || None, 0.0);
            }
        }
    }

    /// One file after the other, so that only one is in memory; no question sees half of them.
    async fn keep_archive(&self, mut archive: Archive<'_>, intake: Intake<'_>) {
        let _turn = self.shared.turn.take().await;
        if self.stop.is_raised() {
            return;
        }
        let started_ms = js_sys::Date::now();
        let service = &self.shared.service;
        let mut loading = service
            .borrow_mut()
            .begin_archive(self.source, self.name, intake.bytes);
        // Of the first file that needs a mapping: what is said of it holds for all files of the archive.
        let mut proposal = None;
        for member in archive.members.clone() {
            let bytes = match archive.read(&member) {
                Ok(bytes) => bytes,
                Err(error) => {
                    service
                        .borrow_mut()
                        .refuse_member(&mut loading, &member, &error);
                    continue;
                }
            };
            match self.plain(&bytes).await {
                Ok(Plain(plain, decoded_from)) => {
                    let intake = Intake {
                        decoded_from,
                        ..intake
                    };
                    let mut service = service.borrow_mut();
                    let code = service.load_member(&mut loading, &member, &plain, intake);
                    if code == Some(ErrorCode::NeedsMapping) && proposal.is_none() {
                        proposal = ingest::propose(&plain, self.options);
                    }
                }
                Err(refused) => {
                    let format = ingest::recognise(&bytes).unwrap_or(Format::Parquet);
                    let error = match refused.proposal {
                        Some(held) => {
                            proposal.get_or_insert(held);
                            ingest::IngestError::NeedsMapping(format)
                        }
                        None => ingest::IngestError::Damaged {
                            format,
                            what: "its reader stopped",
                        },
                    };
                    service
                        .borrow_mut()
                        .refuse_member(&mut loading, &member, &error);
                }
            }
        }
        let result = service.borrow_mut().finish_archive(loading);
        self.answer(result, || proposal, started_ms);
    }

    /// Parquet becomes an Arrow stream; everything else stays as it is.
    async fn plain<'b>(&self, bytes: &'b [u8]) -> Result<Plain<'b>, Refused> {
        let columnar = ingest::recognise_with(bytes, self.options)
            .ok()
            .filter(|&format| ingest::needs_columnar(format));
        let Some(format) = columnar else {
            return Ok(Plain(bytes.into(), None));
        };
        let options = protocol::encode(self.options).unwrap_or_default();
        let answer = to_arrow_stream(
            Uint8Array::from(bytes),
            Uint8Array::from(options.as_slice()),
        );
        match answer.await {
            Ok(stream) => {
                let stream = stream.unchecked_into::<Uint8Array>().to_vec();
                Ok(Plain(stream.into(), Some(format)))
            }
            Err(error) => Err(self.refused(&error)),
        }
    }

    /// Reads what the columnar module threw.
    fn refused(&self, error: &JsValue) -> Refused {
        let held = |name: &str| js_sys::Reflect::get(error, &name.into()).ok();
        let sentence = held("message").and_then(|text| text.as_string());
        let proposal = held("proposal")
            .and_then(|bytes| bytes.dyn_into::<Uint8Array>().ok())
            .and_then(|bytes| protocol::decode(&bytes.to_vec()).ok());
        let limit = held("limit").and_then(|place| place.as_f64());
        let limit = limit.and_then(|place| LIMITS.get(place as usize));
        Refused {
            code: match (&proposal, limit) {
                (Some(_), _) => ErrorCode::NeedsMapping,
                (None, Some(_)) => ErrorCode::TooLarge,
                (None, None) => ErrorCode::Damaged,
            },
            limit: limit.map(|limit| limit.id),
            sentence: sentence.unwrap_or_else(|| {
                format!(
                    "{} is damaged: its reader stopped. Export it again.",
                    self.name
                )
            }),
            proposal,
        }
    }

    fn refuse(&self, refused: Refused) {
        match refused.proposal {
            Some(proposal) => self.shared.respond(
                &Response::NeedsMapping {
                    source: self.source,
                    receipt: self.failed_receipt(&refused.sentence, None),
                    proposal,
                },
                None,
            ),
            None => self.fail_at(refused.code, &refused.sentence, false, refused.limit),
        }
    }

    /// Says what became of the source; `propose` is asked when a person has to say what its columns mean.
    fn answer(
        &self,
        result: Result<Loaded, LoadError>,
        propose: impl FnOnce() -> Option<Proposal>,
        started_ms: f64,
    ) {
        let elapsed_ms = js_sys::Date::now() - started_ms;
        let source = self.source;
        match result {
            Ok(Loaded::Events(receipt)) => {
                let (members, directory) = (Vec::new(), None);
                self.loaded(
                    LoadedArchive {
                        receipt,
                        members,
                        directory,
                    },
                    elapsed_ms,
                );
            }
            Ok(Loaded::Archive(archive)) => self.loaded(archive, elapsed_ms),
            Ok(Loaded::Directory(directory, receipt)) => self.shared.respond(
                &Response::DirectoryLoaded {
                    source,
                    directory,
                    receipt,
                },
                None,
            ),
            Ok(Loaded::Manifest(_)) => {
                let message = "A manifest only names batches. Serve its folder with `toolscope serve`, or open the batch files themselves.";
                self.fail(ErrorCode::Unsupported, message, false);
            }
            Err(error) => {
                let needs_mapping = error.code == ErrorCode::NeedsMapping;
                let proposal = needs_mapping.then(propose).flatten();
                let response = match proposal {
                    Some(proposal) => Response::NeedsMapping {
                        source,
                        receipt: error.receipt,
                        proposal,
                    },
                    None => Response::LoadFailed {
                        source,
                        receipt: error.receipt,
                        code: error.code,
                        message: error.message,
                        retry: error.retry,
                    },
                };
                self.shared.respond(&response, None);
            }
        }
    }

    fn loaded(&self, loaded: LoadedArchive, elapsed_ms: f64) {
        let receipt = SourceReceipt {
            elapsed_ms,
            ..loaded.receipt
        };
        self.shared.respond(
            &Response::Loaded {
                source: self.source,
                receipt,
                members: loaded.members,
                directory: loaded.directory,
                memory: self.shared.memory(),
            },
            None,
        );
    }

    fn progress(&self, bytes_done: u64, bytes_total: u64) {
        self.shared.respond(
            &Response::Progress {
                source: self.source,
                bytes_done,
                bytes_total,
            },
            None,
        );
    }

    fn failed_receipt(&self, message: &str, limit: Option<LimitId>) -> SourceReceipt {
        SourceReceipt {
            limits: limit.into_iter().collect(),
            name: self.name.to_owned(),
            error: Some(message.to_owned()),
            ..SourceReceipt::default()
        }
    }

    /// What is too large before a reader sees it is so as it comes.
    fn fail(&self, code: ErrorCode, message: &str, retry: bool) {
        let limit = (code == ErrorCode::TooLarge).then_some(LimitId::File);
        self.fail_at(code, message, retry, limit);
    }

    fn fail_at(&self, code: ErrorCode, message: &str, retry: bool, limit: Option<LimitId>) {
        self.shared.respond(
            &Response::LoadFailed {
                source: self.source,
                receipt: self.failed_receipt(message, limit),
                code,
                message: message.to_owned(),
                retry,
            },
            None,
        );
    }
}
