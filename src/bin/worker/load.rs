//! Loading a source: bytes from the network or a file, unpacked, through the columnar module when needed, into the
//! service.

use js_sys::Uint8Array;
use toolscope::ingest::{self, Format, Unpacked};
use toolscope::model::SourceReceipt;
use toolscope::model::limits::{FILE_BYTES_MAX, LIMITS, LimitId};
use toolscope::protocol::{self, ErrorCode, LoadOptions, Proposal, Response, SourceId};
use toolscope::service::{Intake, LoadError, Loaded, LoadedArchive, Refusal};
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
pub struct Plain<'b>(pub std::borrow::Cow<'b, [u8]>, pub Option<Format>);

/// What the columnar module had to say against a file.
pub struct Refused {
    pub refusal: Refusal,
    /// When a person can help.
    pub proposal: Option<Proposal>,
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
                let plain = self.plain(self.name, &bytes, self.options).await;
                let _turn = self.shared.turn.take().await;
                if self.stop.is_raised() {
                    return;
                }
                let started_ms = js_sys::Date::now();
                let Plain(plain, decoded_from) = match plain {
                    Ok(plain) => plain,
                    Err(Refused { refusal, proposal }) => {
                        return self.refuse(refusal, proposal, intake.bytes);
                    }
                };
                let intake = Intake {
                    wrapper,
                    decoded_from,
                    ..intake
                };
                let result =
                    self.shared
                        .service
                        .borrow_mut()
                        .load_file(self.source, &plain, intake);
                let waits = matches!(&result, Err(error) if error.code == ErrorCode::NeedsMapping);
                let proposal = waits.then(|| ingest::propose(&plain, self.options));
                self.answer(result, proposal.flatten().into_iter().collect(), started_ms);
            }
            Ok(Unpacked::Archive(archive)) => self.keep_archive(archive, intake).await,
            Err(error) => self.refuse(Refusal::from(&error), None, intake.bytes),
        }
    }

    fn refuse(&self, refusal: Refusal, proposal: Option<Proposal>, bytes: u64) {
        let mut service = self.shared.service.borrow_mut();
        let error = service.refuse(self.source, self.name, bytes, refusal);
        drop(service);
        self.answer(Err(error), proposal.into_iter().collect(), 0.0);
    }

    /// Parquet becomes an Arrow stream; everything else stays as it is.
    pub async fn plain<'b>(
        &self,
        name: &str,
        bytes: &'b [u8],
        options: &LoadOptions,
    ) -> Result<Plain<'b>, Refused> {
        let columnar = ingest::recognise_with(bytes, options)
            .ok()
            .filter(|&format| ingest::needs_columnar(format));
        let Some(format) = columnar else {
            return Ok(Plain(bytes.into(), None));
        };
        let options = protocol::encode(options).unwrap_or_default();
        let answer = to_arrow_stream(
            Uint8Array::from(bytes),
            Uint8Array::from(options.as_slice()),
        );
        match answer.await {
            Ok(stream) => {
                let stream = stream.unchecked_into::<Uint8Array>().to_vec();
                Ok(Plain(stream.into(), Some(format)))
            }
            Err(error) => Err(refused(name, &error)),
        }
    }

    /// Says what became of the source; `proposals` are what a person has to say before all of it can be read.
    pub fn answer(
        &self,
        result: Result<Loaded, LoadError>,
        proposals: Vec<Proposal>,
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
                    proposals,
                    elapsed_ms,
                );
            }
            Ok(Loaded::Archive(archive)) => self.loaded(archive, proposals, elapsed_ms),
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
                let response = if needs_mapping && !proposals.is_empty() {
                    Response::NeedsMapping {
                        source,
                        receipt: error.receipt,
                        proposals,
                    }
                } else {
                    Response::LoadFailed {
                        source,
                        receipt: error.receipt,
                        code: error.code,
                        message: error.message,
                        retry: error.retry,
                    }
                };
                self.shared.respond(&response, None);
            }
        }
    }

    fn loaded(&self, loaded: LoadedArchive, proposals: Vec<Proposal>, elapsed_ms: f64) {
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
                proposals,
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

/// Reads what the columnar module threw at a file.
fn refused(name: &str, error: &JsValue) -> Refused {
    let held = |name: &str| js_sys::Reflect::get(error, &name.into()).ok();
    let text = |name: &str| held(name).and_then(|text| text.as_string());
    let proposal = held("proposal")
        .and_then(|bytes| bytes.dyn_into::<Uint8Array>().ok())
        .and_then(|bytes| protocol::decode(&bytes.to_vec()).ok());
    let limit = held("limit").and_then(|place| place.as_f64());
    let limit = limit.and_then(|place| LIMITS.get(place as usize));
    let code = text("code").and_then(|name| ErrorCode::parse(&name));
    // A module that fell throws a word of the loader's, without a sentence.
    let sentence = text("message")
        .unwrap_or_else(|| format!("{name} is damaged: its reader stopped. Export it again."));
    Refused {
        refusal: Refusal {
            code: code.unwrap_or(ErrorCode::Damaged),
            sentence,
            limit: limit.map(|limit| limit.id),
        },
        proposal,
    }
}
