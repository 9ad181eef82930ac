//! Loading a source: bytes from the network or a file, through the columnar module when needed, into the service.

use js_sys::Uint8Array;
use toolscope::ingest;
use toolscope::model::SourceReceipt;
use toolscope::model::limits::FILE_BYTES_MAX;
use toolscope::protocol::{ErrorCode, Response, SourceId};
use toolscope::service::Loaded;
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
    async fn to_arrow_stream(bytes: Uint8Array) -> Result<JsValue, JsValue>;
}

pub async fn from_url(
    shared: &Shared,
    source: SourceId,
    name: &str,
    url: &str,
    bytes: u64,
    sha256: Option<&str>,
    stop: &Flag,
) {
    let said = std::cell::Cell::new(0);
    let progress = |done: u64| {
        if done >= said.get() + PROGRESS_STEP || done == bytes {
            said.set(done);
            shared.respond(
                &Response::Progress {
                    source,
                    bytes_done: done,
                    bytes_total: bytes,
                },
                None,
            );
        }
    };
    let body = match fetch(&shared.scope, url, bytes, stop, progress).await {
        Ok(body) => body,
        Err(error) => {
            return fail(
                shared,
                source,
                name,
                error.code,
                &error.message,
                error.retry,
            );
        }
    };
    if let Err(error) = toolscope::service::verify(&body, bytes, sha256) {
        return fail(shared, source, name, error.code(), &error.to_string(), true);
    }
    keep(shared, source, name, body, stop).await;
}

pub async fn from_file(
    shared: &Shared,
    source: SourceId,
    name: &str,
    file: web_sys::File,
    stop: &Flag,
) {
    let size = file.size() as u64;
    if size > FILE_BYTES_MAX {
        let message = format!(
            "{name} is larger than {} MiB; split it into smaller files.",
            FILE_BYTES_MAX >> 20
        );
        return fail(shared, source, name, ErrorCode::TooLarge, &message, false);
    }
    let Ok(buffer) = JsFuture::from(file.array_buffer()).await else {
        let message =
            format!("{name} could not be read; it may have been moved or changed. Open it again.");
        return fail(shared, source, name, ErrorCode::Damaged, &message, true);
    };
    let body = Uint8Array::new(&buffer).to_vec();
    shared.respond(
        &Response::Progress {
            source,
            bytes_done: size,
            bytes_total: size,
        },
        None,
    );
    keep(shared, source, name, body, stop).await;
}

async fn keep(shared: &Shared, source: SourceId, name: &str, body: Vec<u8>, stop: &Flag) {
    let columnar = ingest::recognise(&body)
        .ok()
        .filter(|&format| ingest::needs_columnar(&body, format));
    let (body, decoded_from) = if let Some(format) = columnar {
        match to_arrow_stream(Uint8Array::from(body.as_slice())).await {
            Ok(stream) => (stream.unchecked_into::<Uint8Array>().to_vec(), Some(format)),
            Err(error) => {
                let sentence = js_sys::Reflect::get(&error, &"message".into())
                    .ok()
                    .and_then(|text| text.as_string());
                let sentence = sentence.unwrap_or_else(|| {
                    format!("{name} is damaged: its reader stopped. Export it again.")
                });
                return fail(shared, source, name, ErrorCode::Damaged, &sentence, false);
            }
        }
    } else {
        (body, None)
    };
    let _turn = shared.turn.take().await;
    if stop.is_raised() {
        return;
    }
    let started_ms = js_sys::Date::now();
    let result = shared
        .service
        .borrow_mut()
        .load(source, name, &body, decoded_from);
    drop(body);
    let elapsed_ms = js_sys::Date::now() - started_ms;
    match result {
        Ok(Loaded::Events(receipt)) => {
            let receipt = SourceReceipt {
                elapsed_ms,
                ..receipt
            };
            shared.respond(
                &Response::Loaded {
                    source,
                    receipt,
                    memory: shared.memory(),
                },
                None,
            );
        }
        Ok(Loaded::Directory(directory)) => {
            shared.respond(&Response::DirectoryLoaded { source, directory }, None)
        }
        Ok(Loaded::Manifest(_)) => {
            let message = "A manifest only names batches. Serve its folder with `toolscope serve`, or open the batch files themselves.";
            fail(shared, source, name, ErrorCode::Unsupported, message, false);
        }
        Err(error) => {
            let (code, message, retry) = (error.code, error.message, error.retry);
            shared.respond(
                &Response::LoadFailed {
                    source,
                    receipt: error.receipt,
                    code,
                    message,
                    retry,
                },
                None,
            );
        }
    }
}

fn fail(
    shared: &Shared,
    source: SourceId,
    name: &str,
    code: ErrorCode,
    message: &str,
    retry: bool,
) {
    let receipt = SourceReceipt {
        name: name.to_owned(),
        error: Some(message.to_owned()),
        ..SourceReceipt::default()
    };
    shared.respond(
        &Response::LoadFailed {
            source,
            receipt,
            code,
            message: message.to_owned(),
            retry,
        },
        None,
    );
}
