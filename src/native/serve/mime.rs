//! File name → media type, and what its name says about caching.

/// Media types by extension. Text says its encoding.
const TYPES: [(&str, &str); 23] = [
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("webmanifest", "application/manifest+json"),
    ("ndjson", "application/x-ndjson"),
    ("jsonl", "application/x-ndjson"),
    ("csv", "text/csv; charset=utf-8"),
    ("txt", "text/plain; charset=utf-8"),
    ("arrow", "application/vnd.apache.arrow.file"),
    ("arrows", "application/vnd.apache.arrow.stream"),
    ("parquet", "application/vnd.apache.parquet"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("webp", "image/webp"),
    ("ico", "image/x-icon"),
    ("ttf", "font/ttf"),
    ("woff2", "font/woff2"),
    ("pdf", "application/pdf"),
];

/// The extension of a file name in lower case; empty without one.
pub fn extension(name: &str) -> String {
    name.rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase())
        .unwrap_or_default()
}

pub fn media_type(name: &str) -> &'static str {
    let extension = extension(name);
    TYPES
        .iter()
        .find(|(known, _)| *known == extension)
        .map_or("application/octet-stream", |(_, media_type)| media_type)
}

/// Does the name hold a digest of the content, as Trunk writes it (`app-3f9c1b2a4d5e6f70_bg.wasm`)? Then what it names
/// never changes.
pub fn is_hashed(name: &str) -> bool {
    name.split(['-', '_', '.']).skip(1).any(|part| {
        (14..=64).contains(&part.len())
            && part
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}
