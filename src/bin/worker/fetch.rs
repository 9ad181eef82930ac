//! Fetching a batch: streamed for progress, tried again when that can help, never taken for whole when it is cut.

use std::time::Duration;

use js_sys::{Promise, Reflect, Uint8Array};
use toolscope::model::limits::FILE_BYTES_MAX;
use toolscope::protocol::ErrorCode;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, DedicatedWorkerGlobalScope, ReadableStreamDefaultReader, RequestInit, Response,
};

use crate::turn::Flag;

/// Waits before each further try; with jitter, so that many pages don't come back at once.
const RETRY_DELAYS: [Duration; 4] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];
/// A server's `Retry-After` is obeyed up to here.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(60);

/// Why a batch did not arrive.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct FetchError {
    pub code: ErrorCode,
    pub message: String,
    /// May a later try help? (A person can ask for it.)
    pub retry: bool,
    retry_after: Option<Duration>,
}

impl FetchError {
    fn new(code: ErrorCode, retry: bool, message: String) -> Self {
        Self {
            code,
            message,
            retry,
            retry_after: None,
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
    let mut delays = RETRY_DELAYS.iter();
    loop {
        let error = match once(scope, url, bytes, stop, &progress).await {
            Ok(body) => return Ok(body),
            Err(error) => error,
        };
        let Some(delay) = delays.next().filter(|_| error.retry && !stop.is_raised()) else {
            return Err(error);
        };
        let jitter = delay.mul_f64(js_sys::Math::random() / 2.0);
        sleep(scope, error.retry_after.unwrap_or(*delay + jitter)).await;
    }
}

async fn once(
    scope: &DedicatedWorkerGlobalScope,
    url: &str,
    bytes: u64,
    stop: &Flag,
    progress: &impl Fn(u64),
) -> Result<Vec<u8>, FetchError> {
    let unreachable = |_| {
        FetchError::new(
            ErrorCode::Network,
            true,
            "The server could not be reached; check the connection, then retry.".into(),
        )
    };
    let cut = |_| {
        FetchError::new(
            ErrorCode::Truncated,
            true,
            "The connection broke before the batch was complete; retry.".into(),
        )
    };
    let abort = AbortController::new().map_err(unreachable)?;
    let init = RequestInit::new();
    init.set_signal(Some(&abort.signal()));
    let response = JsFuture::from(scope.fetch_with_str_and_init(url, &init))
        .await
        .map_err(unreachable)?;
    let response: Response = response.unchecked_into();
    check_status(&response)?;
    let Some(stream) = response.body() else {
        return Ok(Vec::new());
    };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut body = Vec::with_capacity(bytes.min(FILE_BYTES_MAX) as usize);
    loop {
        let part = JsFuture::from(reader.read()).await.map_err(cut)?;
        if Reflect::get(&part, &"done".into())
            .map_err(cut)?
            .is_truthy()
        {
            break;
        }
        let chunk: Uint8Array = Reflect::get(&part, &"value".into())
            .map_err(cut)?
            .unchecked_into();
        if body.len() as u64 + u64::from(chunk.length()) > FILE_BYTES_MAX {
            abort.abort();
            let limit = FILE_BYTES_MAX >> 20;
            let message =
                format!("The batch is larger than {limit} MiB; split it into smaller ones.");
            return Err(FetchError::new(ErrorCode::TooLarge, false, message));
        }
        let start = body.len();
        body.resize(start + chunk.length() as usize, 0);
        chunk.copy_to(&mut body[start..]);
        progress(body.len() as u64);
        if stop.is_raised() {
            abort.abort();
            return Err(FetchError::new(
                ErrorCode::Network,
                true,
                "Loading was stopped.".into(),
            ));
        }
    }
    if bytes > 0 && body.len() as u64 != bytes {
        let message = format!(
            "The batch came with {} of {bytes} bytes; it is cut off or was replaced. Retry, or refresh the manifest.",
            body.len()
        );
        return Err(FetchError::new(ErrorCode::Truncated, true, message));
    }
    Ok(body)
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
        .and_then(|text| text.parse().ok());
    let retry_after = retry_after
        .map(Duration::from_secs)
        .map(|wait| wait.min(RETRY_AFTER_MAX));
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

async fn sleep(scope: &DedicatedWorkerGlobalScope, duration: Duration) {
    let promise = Promise::new(&mut |resolve, _| {
        let millis = i32::try_from(duration.as_millis()).unwrap_or(i32::MAX);
        // Without a timer the wait is skipped; the number of tries still bounds the loop.
        if scope
            .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis)
            .is_err()
        {
            let _ = resolve.call0(&JsValue::NULL);
        }
    });
    let _ = JsFuture::from(promise).await;
}
