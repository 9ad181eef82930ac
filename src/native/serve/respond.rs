//! A request into a response: methods, conditions, ranges, compressed bodies, headers.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, CACHE_CONTROL,
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, IF_RANGE, RANGE, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri};
use tokio::io::{AsyncReadExt, AsyncSeekExt, SeekFrom};
use tokio_util::io::ReaderStream;

use super::mime::{extension, is_hashed, media_type};
use super::policy;
use super::site::{Found, Site, hex};
use crate::query::widgets;
use sha2::{Digest, Sha256};

const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const REVALIDATE: &str = "no-cache";
const PIECE_BYTES: usize = 1 << 16;
/// The address the application asks where the data is.
pub const CONFIG_PATH: &str = "/config.json";

/// The script that other pages load.
pub const ELEMENT_PATH: &str = "/toolscope-embed.js";

/// Answers one request.
pub async fn respond(
    site: Arc<Site>,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Response<Body> {
    let mut response = if matches!(*method, Method::GET | Method::HEAD) {
        let path = uri.path().to_owned();
        if path == CONFIG_PATH {
            config(&site, headers)
        } else {
            let may_route = is_navigation(&path, headers);
            let found = look_up(Arc::clone(&site), path, may_route).await;
            match found {
                Some((found, policy)) => file(&found, policy, headers).await,
                None => text(StatusCode::NOT_FOUND, "There is nothing at this address.\n"),
            }
        }
    } else {
        let mut response = text(
            StatusCode::METHOD_NOT_ALLOWED,
            "Only GET and HEAD are answered here.\n",
        );
        set(&mut response, ALLOW, "GET, HEAD");
        response
    };
    if uri.path() == ELEMENT_PATH {
        // A module of another origin is asked for with CORS; there is nothing in it but our own code.
        set(&mut response, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
    for (name, value) in policy::ALWAYS {
        set(&mut response, HeaderName::from_static(name), value);
    }
    if *method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

/// Disk work, away from the threads that answer.
async fn look_up(
    site: Arc<Site>,
    path: String,
    may_route: bool,
) -> Option<(Found, Option<String>)> {
    let work = move || {
        let found = site
            .find(&path)
            .or_else(|| site.index().filter(|_| may_route))?;
        let is_active = matches!(extension(&found.name).as_str(), "html" | "js" | "mjs");
        Some((
            found,
            is_active.then(|| site.content_security_policy(&path)),
        ))
    };
    tokio::task::spawn_blocking(work).await.ok().flatten()
}

/// A person going to a route of the application: no extension, unless it is the name of somebody or something that has
/// a page of its own, and the browser wants a document.
fn is_navigation(path: &str, headers: &HeaderMap) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    // "/data" itself is the page about the data; the batches lie below.
    let is_data = path.starts_with("/data/");
    let mode = text_of(headers, &HeaderName::from_static("sec-fetch-mode"));
    let accept = text_of(headers, &ACCEPT);
    let has_extension = last.contains('.') || last.to_ascii_lowercase().contains("%2e");
    let is_of_one_thing = || {
        let mut segments = path.split('/').skip(1);
        let dashboard = segments.next().unwrap_or_default();
        segments.count() == 1 && widgets::details(dashboard).is_some()
    };
    (!has_extension || is_of_one_thing())
        && !is_data
        && mode.is_none_or(|mode| mode == "navigate")
        && accept.is_none_or(|accept| accept.contains("text/html") || accept.contains("*/*"))
}

fn config(site: &Site, headers: &HeaderMap) -> Response<Body> {
    let tag = format!("\"{}\"", hex(&Sha256::digest(&site.config)));
    let mut response = if matches_tag(headers, &tag) {
        empty(StatusCode::NOT_MODIFIED)
    } else {
        let mut response = Response::new(Body::from(site.config.clone()));
        set(
            &mut response,
            CONTENT_LENGTH,
            &site.config.len().to_string(),
        );
        set(&mut response, CONTENT_TYPE, "application/json");
        response
    };
    set(&mut response, ETAG, &tag);
    set(&mut response, CACHE_CONTROL, REVALIDATE);
    response
}

async fn file(found: &Found, policy: Option<String>, headers: &HeaderMap) -> Response<Body> {
    let plain_tag = format!("\"{}\"", found.sha256);
    let range = wanted_range(headers, &plain_tag, found.bytes);
    // A range counts the bytes of the batch itself, so it is never cut from a compressed body.
    let compressed = found
        .brotli
        .as_ref()
        .filter(|_| matches!(range, Wanted::All) && accepts_brotli(headers));
    let tag = if compressed.is_some() {
        format!("\"{}-br\"", found.sha256)
    } else {
        plain_tag
    };
    let mut response = if matches_tag(headers, &tag) {
        empty(StatusCode::NOT_MODIFIED)
    } else {
        match (compressed, range) {
            (Some((path, bytes)), _) => body(path, 0, *bytes).await,
            (None, Wanted::All) => body(&found.path, 0, found.bytes).await,
            (None, Wanted::Part(from, until)) => {
                let mut response = body(&found.path, from, until - from).await;
                if response.status() == StatusCode::OK {
                    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                    let range = format!("bytes {from}-{}/{}", until - 1, found.bytes);
                    set(&mut response, CONTENT_RANGE, &range);
                }
                response
            }
            (None, Wanted::Impossible) => {
                let mut response = empty(StatusCode::RANGE_NOT_SATISFIABLE);
                set(
                    &mut response,
                    CONTENT_RANGE,
                    &format!("bytes */{}", found.bytes),
                );
                response
            }
        }
    };
    if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    if compressed.is_some() && response.status() == StatusCode::OK {
        set(&mut response, CONTENT_ENCODING, "br");
    }
    set(&mut response, CONTENT_TYPE, media_type(&found.name));
    set(&mut response, ETAG, &tag);
    set(&mut response, VARY, "Accept-Encoding");
    set(&mut response, ACCEPT_RANGES, "bytes");
    let caching = if is_hashed(&found.name) {
        IMMUTABLE
    } else {
        REVALIDATE
    };
    set(&mut response, CACHE_CONTROL, caching);
    if let Some(policy) = policy {
        set(&mut response, CONTENT_SECURITY_POLICY, &policy);
    }
    response
}

/// `bytes` of a file from a position, streamed.
async fn body(path: &std::path::Path, from: u64, bytes: u64) -> Response<Body> {
    let open = async {
        let mut file = tokio::fs::File::open(path).await?;
        file.seek(SeekFrom::Start(from)).await?;
        std::io::Result::Ok(file)
    };
    let Ok(file) = open.await else {
        return text(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The file can't be read any more.\n",
        );
    };
    let stream = ReaderStream::with_capacity(file.take(bytes), PIECE_BYTES);
    let mut response = Response::new(Body::from_stream(stream));
    set(&mut response, CONTENT_LENGTH, &bytes.to_string());
    response
}

/// What a request's `Range` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    All,
    /// `[from, until)`.
    Part(u64, u64),
    Impossible,
}

/// One range is honoured; several, other units, unreadable ones and those whose `If-Range` fails mean the whole file.
fn wanted_range(headers: &HeaderMap, tag: &str, bytes: u64) -> Wanted {
    let Some(range) = text_of(headers, &RANGE).and_then(|range| range.strip_prefix("bytes="))
    else {
        return Wanted::All;
    };
    if text_of(headers, &IF_RANGE).is_some_and(|condition| condition != tag) {
        return Wanted::All;
    }
    let Some((first, last)) = range.trim().split_once('-') else {
        return Wanted::All;
    };
    let number = |text: &str| -> Option<u64> {
        text.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse().ok())?
    };
    match (first, number(first), last, number(last)) {
        ("", _, _, Some(0)) => Wanted::Impossible,
        ("", _, _, Some(tail)) if bytes > 0 => Wanted::Part(bytes.saturating_sub(tail), bytes),
        (_, Some(from), _, Some(last)) if from > last => Wanted::All,
        (_, Some(from), _, _) if from >= bytes && (last.is_empty() || number(last).is_some()) => {
            Wanted::Impossible
        }
        (_, Some(from), "", _) => Wanted::Part(from, bytes),
        (_, Some(from), _, Some(last)) => Wanted::Part(from, last.saturating_add(1).min(bytes)),
        _ => Wanted::All,
    }
}

/// `br` or `*` without `q=0`.
fn accepts_brotli(headers: &HeaderMap) -> bool {
    let quality = |parameters: &str| {
        let q = parameters
            .split(';')
            .find_map(|parameter| parameter.trim().strip_prefix("q="));
        q.map_or(1.0, |q| q.trim().parse().unwrap_or(0.0))
    };
    let mut any = None;
    for coding in headers.get_all(ACCEPT_ENCODING) {
        for coding in coding.to_str().unwrap_or_default().split(',') {
            let (name, parameters) = coding.split_once(';').unwrap_or((coding, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "br" => return quality(parameters) > 0.0,
                "*" => any = Some(quality(parameters) > 0.0),
                _ => {}
            }
        }
    }
    any.unwrap_or(false)
}

/// Weak comparison, as `If-None-Match` wants it.
fn matches_tag(headers: &HeaderMap, tag: &str) -> bool {
    let conditions = headers.get_all(IF_NONE_MATCH);
    let mut listed = conditions
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    listed.any(|listed| {
        let listed = listed.trim();
        listed == "*" || listed.strip_prefix("W/").unwrap_or(listed) == tag
    })
}

fn text_of<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn text(status: StatusCode, sentence: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(sentence));
    *response.status_mut() = status;
    set(&mut response, CONTENT_TYPE, "text/plain; charset=utf-8");
    set(&mut response, CACHE_CONTROL, REVALIDATE);
    response
}

fn set(response: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
