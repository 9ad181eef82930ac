//! Files in one archive, without times: equal contents make equal archives.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, Error, ZipArchiveWriter};

use super::ExportError;

/// A ZIP archive of named files, in this order.
pub fn zip<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Result<Vec<u8>, ExportError> {
    let mut archive = ZipArchiveWriter::new(Vec::new());
    let mut files = files.into_iter();
    let added =
        files.try_for_each(|(name, bytes)| add(&mut archive, name, |file| file.write_all(bytes)));
    added.and_then(|()| archive.finish()).map_err(refused)
}

/// The same with a first file that is written in parts, and others that are known once it was.
pub fn zip_parts(
    out: impl Write,
    name: &str,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    others: impl FnOnce() -> Vec<(&'static str, String)>,
) -> io::Result<()> {
    let mut archive = ZipArchiveWriter::new(out);
    add(&mut archive, name, fill).map_err(io::Error::other)?;
    for (name, text) in others() {
        let written = add(&mut archive, name, |file| file.write_all(text.as_bytes()));
        written.map_err(io::Error::other)?;
    }
    let mut out = archive.finish().map_err(io::Error::other)?;
    out.flush()
}

fn add(
    archive: &mut ZipArchiveWriter<impl Write>,
    name: &str,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    let (mut entry, config) = archive
        .new_file(name)
        .compression_method(CompressionMethod::DEFLATE)
        .start()?;
    let encoder = DeflateEncoder::new(&mut entry, Compression::default());
    let mut writer = config.wrap(encoder);
    fill(&mut writer).map_err(Error::from)?;
    let (encoder, descriptor) = writer.finish()?;
    encoder.finish().map_err(Error::from)?;
    entry.finish(descriptor)?;
    Ok(())
}

fn refused(error: Error) -> ExportError {
    ExportError::Refused("ZIP archive", error.to_string())
}

/// What was written and not handed on yet.
#[derive(Clone, Default)]
struct Outbox(Rc<RefCell<Vec<u8>>>);

impl Write for Outbox {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An archive of some files and then one that comes in pieces, handed on in pieces: however long that one is, no more
/// than a piece is held. What `pull` or `push` complain about ends it.
pub async fn streamed(
    files: &[(String, Vec<u8>)],
    name: &str,
    mut pull: impl AsyncFnMut() -> Result<Option<Vec<u8>>, String>,
    mut push: impl AsyncFnMut(Vec<u8>) -> Result<(), String>,
) -> Result<(), String> {
    let said = |error: Error| refused(error).to_string();
    let outbox = Outbox::default();
    let mut archive = ZipArchiveWriter::new(outbox.clone());
    for (name, bytes) in files {
        add(&mut archive, name, |file| file.write_all(bytes)).map_err(said)?;
    }
    let (mut entry, config) = archive
        .new_file(name)
        .compression_method(CompressionMethod::DEFLATE)
        .start()
        .map_err(said)?;
    // Long files are mostly names that repeat: more effort would take twice the time for a tenth of the bytes.
    let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::fast()));
    while let Some(piece) = pull().await? {
        let written = writer.write_all(&piece);
        written.map_err(|error| said(error.into()))?;
        let written = outbox.0.take();
        if !written.is_empty() {
            push(written).await?;
        }
    }
    let (encoder, descriptor) = writer.finish().map_err(said)?;
    encoder.finish().map_err(|error| said(error.into()))?;
    entry.finish(descriptor).map_err(said)?;
    archive.finish().map_err(said)?;
    push(outbox.0.take()).await
}
