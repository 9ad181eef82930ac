//! Files in one archive.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, Error, ZipArchiveWriter};

use super::ExportError;

/// A ZIP archive of named files, in this order, without times: equal contents make equal archives.
pub fn zip<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Result<Vec<u8>, ExportError> {
    write(files).map_err(|error| ExportError::Refused("ZIP archive", error.to_string()))
}

fn write<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut out);
    for (name, bytes) in files {
        add(&mut archive, name, |file| file.write_all(bytes))?;
    }
    archive.finish()?;
    Ok(out)
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
