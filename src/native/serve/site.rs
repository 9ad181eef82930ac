//! Address → file. Owns: what may be read at all, digests of what was read. Does not own: HTTP (`respond`).

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

use super::policy;

/// Where the batches are found under the application.
pub const DATA_PREFIX: &str = "data";
const INDEX: &str = "index.html";

/// What is served, and what was learned about it.
#[derive(Debug)]
pub struct Site {
    /// Folder of the built application; canonical.
    pub app: Option<PathBuf>,
    /// Folder of the manifest and its batches; canonical.
    pub data: Option<PathBuf>,
    /// The body of `/config.json`.
    pub config: Vec<u8>,
    pub connect: Vec<String>,
    /// Who may frame an embed; the application itself nobody but ours.
    pub frame_ancestors: Vec<String>,
    digests: Mutex<HashMap<PathBuf, Digested>>,
    hashes: Mutex<Option<(Stamp, Vec<String>)>>,
}

/// Tells one version of a file from the next without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
}

#[derive(Debug, Clone)]
struct Digested {
    stamp: Stamp,
    sha256: String,
}

/// A file to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub path: PathBuf,
    /// The name whose extension tells the media type (for a compressed body the name without `.br`).
    pub name: String,
    pub bytes: u64,
    /// Hex digest of what is sent.
    pub sha256: String,
    /// A usable compressed sibling: path, size.
    pub brotli: Option<(PathBuf, u64)>,
}

impl Site {
    pub fn new(app: Option<PathBuf>, data: Option<PathBuf>, config: Vec<u8>) -> Self {
        Self {
            app,
            data,
            config,
            connect: Vec::new(),
            frame_ancestors: Vec::new(),
            digests: Mutex::default(),
            hashes: Mutex::default(),
        }
    }

    /// The file behind a request's path (still percent-encoded); `None` for everything that is not there or not to be
    /// seen. Blocks on the disk.
    pub fn find(&self, url_path: &str) -> Option<Found> {
        let segments = segments(url_path)?;
        let (root, rest) = match segments.split_first() {
            Some((first, rest)) if first == DATA_PREFIX && self.data.is_some() => {
                (self.data.as_deref()?, rest)
            }
            _ => (self.app.as_deref()?, segments.as_slice()),
        };
        let mut path = root.to_path_buf();
        path.extend(rest);
        if rest.is_empty() {
            path.push(INDEX);
        }
        self.open(root, &path)
    }

    /// The document that answers every route of the application.
    pub fn index(&self) -> Option<Found> {
        let root = self.app.as_deref()?;
        self.open(root, &root.join(INDEX))
    }

    fn open(&self, root: &Path, path: &Path) -> Option<Found> {
        // Follows links, then insists on the folder: a link may not lead out of it.
        let path = path.canonicalize().ok()?;
        if !path.starts_with(root) {
            return None;
        }
        let stamp = stamp(&path)?;
        let name = path.file_name()?.to_str()?.to_owned();
        let sha256 = self.sha256(&path, stamp)?;
        let mut sibling = path.clone().into_os_string();
        sibling.push(".br");
        let sibling = PathBuf::from(sibling);
        // A sibling older than the file was made from other content.
        let brotli = stamp_of_sibling(&sibling, root)
            .filter(|sibling| sibling.modified >= stamp.modified)
            .map(|stamp| (sibling, stamp.bytes));
        Some(Found {
            path,
            name,
            bytes: stamp.bytes,
            sha256,
            brotli,
        })
    }

    fn sha256(&self, path: &Path, stamp: Stamp) -> Option<String> {
        if let Some(known) = lock(&self.digests)
            .get(path)
            .filter(|known| known.stamp == stamp)
        {
            return Some(known.sha256.clone());
        }
        let sha256 = file_sha256(path).ok()?;
        let digested = Digested {
            stamp,
            sha256: sha256.clone(),
        };
        lock(&self.digests).insert(path.to_path_buf(), digested);
        Some(sha256)
    }

    /// The policy for the index document as it is on disk now, under this path.
    pub fn content_security_policy(&self, url_path: &str) -> String {
        let hashes = self.script_hashes();
        let framing: &[String] = if policy::is_embed(url_path) {
            &self.frame_ancestors
        } else {
            &[]
        };
        policy::content_security_policy(&hashes, &self.connect, framing)
    }

    fn script_hashes(&self) -> Vec<String> {
        let index = self.app.as_ref().map(|root| root.join(INDEX));
        let now = index.as_deref().and_then(stamp);
        if let (Some(now), Some((known, hashes))) = (now, lock(&self.hashes).as_ref())
            && *known == now
        {
            return hashes.clone();
        }
        let html = index
            .and_then(|path| std::fs::read_to_string(path).ok())
            .unwrap_or_default();
        let hashes = policy::inline_script_hashes(&html);
        if let Some(now) = now {
            *lock(&self.hashes) = Some((now, hashes.clone()));
        }
        hashes
    }
}

/// The decoded segments of a path; `None` for one that could leave its folder or name something hidden.
fn segments(url_path: &str) -> Option<Vec<String>> {
    let path = url_path.strip_prefix('/')?;
    let mut segments = Vec::new();
    for part in path.split('/') {
        let segment = percent_decode_str(part).decode_utf8().ok()?;
        if segment.is_empty() {
            continue;
        }
        let hides = segment.starts_with('.');
        let escapes = segment.contains(['/', '\\', '\0', ':']);
        if hides || escapes {
            return None;
        }
        segments.push(segment.into_owned());
    }
    Some(segments)
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = path.metadata().ok()?;
    metadata.is_file().then(|| Stamp {
        bytes: metadata.len(),
        modified: metadata.modified().ok(),
    })
}

fn stamp_of_sibling(path: &Path, root: &Path) -> Option<Stamp> {
    path.canonicalize()
        .ok()
        .filter(|real| real.starts_with(root))?;
    stamp(path)
}

/// Lower-case hex SHA-256 of a file, read in pieces.
pub fn file_sha256(path: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = std::io::Read::read(&mut file, &mut buffer)?;
        if read == 0 {
            return Ok(hex(&hasher.finalize()));
        }
        hasher.update(buffer.get(..read).unwrap_or_default());
    }
}

pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// A poisoned lock only means that another request's thread died; the map is still whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
