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
    let added = files.try_for_each(|(name, bytes)| add(&mut archive, name, bytes));
    added.and_then(|()| archive.finish()).map_err(refused)
}

fn add<W: Write>(archive: &mut ZipArchiveWriter<W>, name: &str, bytes: &[u8]) -> Result<(), Error> {
    let (mut entry, config) = archive
        .new_file(name)
        .compression_method(CompressionMethod::DEFLATE)
        .start()?;
    let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
    let written: io::Result<()> = writer.write_all(bytes);
    written.map_err(Error::from)?;
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

impl Outbox {
    fn take(&self) -> Vec<u8> {
        self.0.take()
    }
}

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
        add(&mut archive, name, bytes).map_err(said)?;
    }
    let (mut entry, config) = archive
        .new_file(name)
        .compression_method(CompressionMethod::DEFLATE)
        .start()
        .map_err(said)?;
    // Long files are mostly names that repeat: more effort would take twice the time for a tenth of the bytes.
    let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::fast()));
    while let Some(piece) = pull().await? {
        writer
            .write_all(&piece)
            .map_err(|error| said(error.into()))?;
        let written = outbox.take();
        if !written.is_empty() {
            push(written).await?;
        }
    }
    let (encoder, descriptor) = writer.finish().map_err(said)?;
    encoder.finish().map_err(|error| said(error.into()))?;
    entry.finish(descriptor).map_err(said)?;
    archive.finish().map_err(said)?;
    push(outbox.take()).await
}
