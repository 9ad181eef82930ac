//! `.br` siblings, so that serving compressed costs nothing (and static hosts can do the same).

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Smaller files gain less than the header costs.
const BYTES_MIN: u64 = 600;
/// Application text and modules are compressed once and fetched often.
pub const APPLICATION_QUALITY: u32 = 11;
/// Batches are many and large; made in passing.
pub const BATCH_QUALITY: u32 = 5;
/// Brotli's largest ordinary window, 4 MiB.
const WINDOW_BITS: u32 = 22;
const BUFFER_BYTES: usize = 1 << 16;

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Precompressed {
    pub files: u64,
    pub bytes_before: u64,
    pub bytes_after: u64,
}

/// Writes a sibling for every suitable file of a folder and its subfolders; what is already compressed by its format
/// (images, fonts, Parquet) is left alone. Siblings that are up to date stay.
pub fn folder(path: &Path) -> std::io::Result<Precompressed> {
    let mut done = Precompressed::default();
    let mut entries = std::fs::read_dir(path)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            let inner = folder(&path)?;
            done.files += inner.files;
            done.bytes_before += inner.bytes_before;
            done.bytes_after += inner.bytes_after;
        } else if let Some(quality) = quality(&path)
            && entry.metadata()?.len() >= BYTES_MIN
            && !is_current(&path)
        {
            done.files += 1;
            done.bytes_before += entry.metadata()?.len();
            done.bytes_after += file(&path, quality)?;
        }
    }
    Ok(done)
}

/// Compresses one file to its sibling; the sibling's size.
pub fn file(path: &Path, quality: u32) -> std::io::Result<u64> {
    let source = BufReader::new(File::open(path)?);
    write(source, &sibling(path), quality)
}

/// Compresses bytes that were just written to `path` to its sibling; the sibling's size.
pub fn bytes(bytes: &[u8], path: &Path, quality: u32) -> std::io::Result<u64> {
    write(bytes, &sibling(path), quality)
}

fn write(mut source: impl std::io::Read, sibling: &Path, quality: u32) -> std::io::Result<u64> {
    // Under another name first: a reader never sees half a file.
    let temporary = sibling.with_extension("br-part");
    {
        let target = BufWriter::new(File::create(&temporary)?);
        let mut writer = brotli::CompressorWriter::new(target, BUFFER_BYTES, quality, WINDOW_BITS);
        std::io::copy(&mut source, &mut writer)?;
        writer.flush()?;
        writer.into_inner().flush()?;
    }
    std::fs::rename(&temporary, sibling)?;
    Ok(sibling.metadata()?.len())
}

fn sibling(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".br");
    PathBuf::from(name)
}

fn quality(path: &Path) -> Option<u32> {
    match path.extension()?.to_str()? {
        "html" | "js" | "mjs" | "css" | "wasm" | "json" | "svg" | "txt" | "map" | "webmanifest"
        | "ico" => Some(APPLICATION_QUALITY),
        "arrow" | "arrows" | "ndjson" | "jsonl" | "csv" => Some(BATCH_QUALITY),
        _ => None,
    }
}

fn is_current(path: &Path) -> bool {
    let modified = |path: &Path| {
        path.metadata()
            .and_then(|metadata| metadata.modified())
            .ok()
    };
    let sibling = sibling(path);
    sibling.is_file() && modified(&sibling) >= modified(path)
}
