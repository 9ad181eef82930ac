//! The headers that keep the browser strict (DESIGN, "Browser rules").

use base64::Engine as _;
use sha2::{Digest, Sha256};

/// Sent with everything.
pub const ALWAYS: [(&str, &str); 3] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    (
        "permissions-policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Is this the path of an embed? Only those may stand in a frame of another origin.
pub fn is_embed(path: &str) -> bool {
    path.starts_with("/embed/")
}

/// `--frame-ancestors` takes whole origins only, since the page compares them with the origins around it, and since a
/// scheme or a pattern would let in more than anybody reads in it.
pub fn check_origins(origins: &[String]) -> Result<(), BadOrigin> {
    let is_origin = |origin: &&String| {
        let host = origin
            .strip_prefix("https://")
            .or_else(|| origin.strip_prefix("http://"));
        let is_plain =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.:[]".contains(c);
        host.is_some_and(|host| !host.is_empty() && host.chars().all(is_plain))
    };
    match origins.iter().find(|origin| !is_origin(origin)) {
        Some(bad) => Err(BadOrigin(bad.clone())),
        None => Ok(()),
    }
}

/// No origin as browsers write one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” is no origin: give scheme, host and port alone, in small letters, such as https://portal.example.org, without path or wildcard."
)]
pub struct BadOrigin(pub String);

/// A source in `--connect` that would break out of its directive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” can't be part of a Content-Security-Policy: give one origin such as https://stats.example.org, without blanks, commas or semicolons."
)]
pub struct BadSource(pub String);

/// Refuses what would end the directive and begin another.
pub fn check_sources(sources: &[String]) -> Result<(), BadSource> {
    let bad = |source: &&String| {
        source.is_empty()
            || source.chars().any(|c| {
                c.is_whitespace() || c.is_control() || matches!(c, ';' | ',') || !c.is_ascii()
            })
    };
    sources
        .iter()
        .find(bad)
        .map_or(Ok(()), |source| Err(BadSource(source.clone())))
}

/// The policy of documents and worker scripts. Our own pages may always frame each other: the Embed dialog has a preview,
/// and whoever has scripts in our origin can read everything anyway. Others are `frame_ancestors`.
pub fn content_security_policy(
    script_hashes: &[String],
    connect: &[String],
    frame_ancestors: &[String],
) -> String {
    let with = |start: &str, more: &[String]| {
        let mut directive = start.to_owned();
        for source in more {
            directive.push(' ');
            directive.push_str(source);
        }
        directive
    };
    [
        "default-src 'none'".to_owned(),
        with("script-src 'self' 'wasm-unsafe-eval'", script_hashes),
        "style-src 'self'".to_owned(),
        "img-src 'self' data: blob:".to_owned(),
        "font-src 'self'".to_owned(),
        with("connect-src 'self'", connect),
        "worker-src 'self'".to_owned(),
        "frame-src 'self'".to_owned(),
        "base-uri 'self'".to_owned(),
        "form-action 'none'".to_owned(),
        "object-src 'none'".to_owned(),
        "require-trusted-types-for 'script'".to_owned(),
        "trusted-types default".to_owned(),
        with("frame-ancestors 'self'", frame_ancestors),
    ]
    .join("; ")
}

/// `'sha256-…'` of every inline script of a document, in its order, each once. The document is our own build's, so that
/// this reads tags plainly: it is no HTML parser.
pub fn inline_script_hashes(html: &str) -> Vec<String> {
    let mut hashes = Vec::new();
    // Same length, so that positions agree with the original text.
    let lower = html.to_ascii_lowercase();
    let mut at = 0;
    while let Some(found) = lower[at..].find("<script") {
        let tag = at + found;
        let Some(tag_end) = lower[tag..].find('>').map(|end| tag + end + 1) else {
            break;
        };
        let Some(close) = lower[tag_end..].find("</script").map(|end| tag_end + end) else {
            break;
        };
        let is_external = lower[tag..tag_end]
            .split_ascii_whitespace()
            .any(|attribute| attribute.starts_with("src=") || attribute == "src");
        if !is_external && !html[tag_end..close].is_empty() {
            let digest = Sha256::digest(&html.as_bytes()[tag_end..close]);
            let hash = format!(
                "'sha256-{}'",
                base64::engine::general_purpose::STANDARD.encode(digest)
            );
            if !hashes.contains(&hash) {
                hashes.push(hash);
            }
        }
        at = close;
    }
    hashes
}
