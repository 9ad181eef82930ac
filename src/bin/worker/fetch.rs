//! Fetching a batch: streamed for progress, tried again when that can help, never taken for whole when it is cut.

use std::time::Duration;

use js_sys::{Promise, Reflect, Uint8Array};
use toolscope::model::limits::FILE_BYTES_MAX;
use toolscope::protocol::ErrorCode;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, DedicatedWorkerGlobalScope, Headers, ReadableStreamDefaultReader,
    RequestCache, RequestInit, Response,
};

use crate::turn::Flag;

/// Waits before each further try; with jitter, so that many pages don't come back at once.
const RETRY_DELAYS: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];
/// A server that is silent for so long before its answer, or in the middle of a body, is asked again.
const ANSWER_MAX: Duration = Duration::from_secs(30);
const STALL_MAX: Duration = Duration::from_secs(15);
const PARTIAL_CONTENT: u16 = 206;
/// A server's `Retry-After` is obeyed up to here.
const RETRY_AFTER_MAX: Duration = Duration::from_mins(1);

/// Why a batch did not arrive.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct FetchError {
    pub code: ErrorCode,
    pub message: String,
    /// May a later try help? (A person can ask for it.)
    pub retry: bool,
    retry_after: Option<Duration>,
    /// A server that has a wrong file has it the next time too; one that is busy may not be.
    retries_max: usize,
}

impl FetchError {
    fn new(code: ErrorCode, retry: bool, message: String) -> Self {
        Self {
            code,
            message,
            retry,
            retry_after: None,
            retries_max: RETRY_DELAYS.len(),
        }
    }
}

/// The body of an address; `bytes` is its promised length (0: unknown), `progress` hears how much has come.
pub async fn fetch(
    scope: &DedicatedWorkerGlobalScope,
    url: &str,
    bytes: u64,
    stop: &Flag,
    progress: impl Fn(u64),
) -> Result<Vec<u8>, FetchError> {
    let mut retries = 0;
    let mut come = Come::default();
    loop {
        let before = come.body.len();
        let error = match once(scope, url, bytes, stop, &progress, &mut come).await {
            Ok(()) => return Ok(come.body),
            Err(error) => error,
        };
        if come.body.len() > before && come.may_go_on() {
            // It came a step further; a slow line is no reason to give up.
            retries = 0;
        }
        if !error.retry || retries >= error.retries_max || stop.is_raised() {
            return Err(error);
        }
        let delay = RETRY_DELAYS[retries.min(RETRY_DELAYS.len() - 1)];
        let jitter = delay.mul_f64(js_sys::Math::random() / 2.0);
        sleep(scope, error.retry_after.unwrap_or(delay + jitter)).await;
        retries += 1;
    }
}

/// What has come of a body so far, and under which strong ETag, so that a broken transfer can go on where it broke.
#[derive(Default)]
struct Come {
    body: Vec<u8>,
    etag: Option<String>,
}

impl Come {
    fn may_go_on(&self) -> bool {
        self.etag.is_some() && !self.body.is_empty()
    }

    fn restart(&mut self) {
        self.body.clear();
        self.etag = None;
    }
}

fn unreachable<T>(_: T) -> FetchError {
    FetchError::new(
        ErrorCode::Network,
        true,
        "The server could not be reached; check the connection, then retry.".into(),
    )
}

fn cut<T>(_: T) -> FetchError {
    FetchError::new(
        ErrorCode::Truncated,
        true,
        "The connection broke before the batch was complete; retry.".into(),
    )
}

fn stalled() -> FetchError {
    FetchError::new(
        ErrorCode::Network,
        true,
        "The server stopped sending before the batch was complete; retry.".into(),
    )
}

async fn once(
    scope: &DedicatedWorkerGlobalScope,
    url: &str,
    bytes: u64,
    stop: &Flag,
    progress: &impl Fn(u64),
    come: &mut Come,
) -> Result<(), FetchError> {
    let abort = AbortController::new().map_err(unreachable)?;
    let response = request(scope, url, &abort, come).await?;
    check_status(&response)?;
    take_header(&response, come);
    let Some(stream) = response.body() else {
        come.restart();
        return Ok(());
    };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    come.body
        .reserve((bytes.min(FILE_BYTES_MAX) as usize).saturating_sub(come.body.len()));
    loop {
        let part = match in_time(scope, &reader.read(), STALL_MAX).await {
            Ok(Some(part)) => part,
            Ok(None) => {
                abort.abort();
                return Err(stalled());
            }
            Err(error) => return Err(cut(error)),
        };
        if Reflect::get(&part, &"done".into())
            .map_err(cut)?
            .is_truthy()
        {
            break;
        }
        let chunk: Uint8Array = Reflect::get(&part, &"value".into())
            .map_err(cut)?
            .unchecked_into();
        let start = come.body.len();
        if start as u64 + u64::from(chunk.length()) > FILE_BYTES_MAX {
            abort.abort();
            let limit = FILE_BYTES_MAX >> 20;
            let message =
                format!("The batch is larger than {limit} MiB; split it into smaller ones.");
            return Err(FetchError::new(ErrorCode::TooLarge, false, message));
        }
        come.body.resize(start + chunk.length() as usize, 0);
        chunk.copy_to(&mut come.body[start..]);
        progress(come.body.len() as u64);
        if stop.is_raised() {
            abort.abort();
            return Err(FetchError::new(
                ErrorCode::Network,
                true,
                "Loading was stopped.".into(),
            ));
        }
    }
    let length = come.body.len();
    if bytes > 0 && length as u64 != bytes {
        // A body that ended too early but cleanly is what the server has; the next try begins anew.
        come.restart();
        let message = format!(
            "The batch came with {length} of {bytes} bytes; it is cut off or was replaced. Retry, or refresh the manifest."
        );
        return Err(FetchError {
            retries_max: 1,
            ..FetchError::new(ErrorCode::Truncated, true, message)
        });
    }
    Ok(())
}

/// Sends the request: for the rest, when a part has come.
async fn request(
    scope: &DedicatedWorkerGlobalScope,
    url: &str,
    abort: &AbortController,
    come: &Come,
) -> Result<Response, FetchError> {
    let init = RequestInit::new();
    init.set_signal(Some(&abort.signal()));
    if let Some(etag) = come.etag.as_deref().filter(|_| come.may_go_on()) {
        let headers = Headers::new().map_err(unreachable)?;
        let range = format!("bytes={}-", come.body.len());
        headers.set("range", &range).map_err(unreachable)?;
        headers.set("if-range", etag).map_err(unreachable)?;
        init.set_headers(&headers);
        // A cached part must not answer for the rest.
        init.set_cache(RequestCache::NoStore);
    }
    let asked = scope.fetch_with_str_and_init(url, &init);
    match in_time(scope, &asked, ANSWER_MAX).await {
        Ok(Some(response)) => Ok(response.unchecked_into()),
        Ok(None) => {
            abort.abort();
            Err(stalled())
        }
        Err(error) => Err(unreachable(error)),
    }
}

/// Notes under which ETag the body comes. Anything but the rest that was asked for begins anew.
fn take_header(response: &Response, come: &mut Come) {
    let header = |name: &str| response.headers().get(name).ok().flatten();
    let starts_here = || {
        let start = format!("bytes {}-", come.body.len());
        header("content-range").is_some_and(|range| range.starts_with(&start))
    };
    if response.status() == PARTIAL_CONTENT && come.may_go_on() && starts_here() {
        return;
    }
    come.restart();
    // Positions of a compressed transfer are not those of the body that arrives here.
    let is_plain = header("content-encoding").is_none();
    come.etag = header("etag").filter(|etag| is_plain && etag.starts_with('"'));
}

/// What a promise gives within a time; `None` when it takes longer.
async fn in_time(
    scope: &DedicatedWorkerGlobalScope,
    promise: &Promise,
    limit: Duration,
) -> Result<Option<JsValue>, JsValue> {
    let (timer, handle) = timer(scope, limit);
    let both = js_sys::Array::of2(promise, &timer);
    let first = JsFuture::from(Promise::race(&both)).await;
    if let Some(handle) = handle {
        scope.clear_timeout_with_handle(handle);
    }
    // The timer gives nothing; a response and a part of a stream are objects.
    first.map(|value| Some(value).filter(|value| !value.is_undefined()))
}

/// `Retry-After` in seconds, or as a date.
fn wait_of(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let millis = js_sys::Date::parse(text) - js_sys::Date::now();
    Duration::try_from_secs_f64(millis / 1e3).ok()
}

fn check_status(response: &Response) -> Result<(), FetchError> {
    let status = response.status();
    if response.ok() {
        return Ok(());
    }
    let retry_after = response
        .headers()
        .get("retry-after")
        .ok()
        .flatten()
        .and_then(|text| wait_of(&text));
    let retry_after = retry_after.map(|wait| wait.min(RETRY_AFTER_MAX));
    let (code, retry, message) = match status {
        404 | 410 => (
            ErrorCode::NotFound,
            false,
            "The batch is not on the server (404); the manifest may be older than the data.".into(),
        ),
        401 | 403 => (
            ErrorCode::HttpStatus,
            false,
            format!("The server refused the batch ({status}); sign in or ask for access."),
        ),
        429 | 500..=599 => (
            ErrorCode::HttpStatus,
            true,
            format!("The server answered {status}; try again later."),
        ),
        _ => (
            ErrorCode::HttpStatus,
            false,
            format!("The server answered {status} for the batch."),
        ),
    };
    Err(FetchError {
        retry_after,
        ..FetchError::new(code, retry, message)
    })
}

/// A promise of nothing after a while, and the handle to stop it.
fn timer(scope: &DedicatedWorkerGlobalScope, duration: Duration) -> (Promise, Option<i32>) {
    let mut handle = None;
    let promise = Promise::new(&mut |resolve, _| {
        let millis = i32::try_from(duration.as_millis()).unwrap_or(i32::MAX);
        let set = scope.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis);
        handle = set.ok();
        // Without a timer there is no waiting; the number of tries still bounds the loop.
        if handle.is_none() {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    });
    (promise, handle)
}

async fn sleep(scope: &DedicatedWorkerGlobalScope, duration: Duration) {
    // A timer gives nothing and can't fail.
    let _ = JsFuture::from(timer(scope, duration).0).await;
}
