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
        let (mut entry, config) = archive
            .new_file(name)
            .compression_method(CompressionMethod::DEFLATE)
            .start()?;
        let encoder = DeflateEncoder::new(&mut entry, Compression::default());
        let mut writer = config.wrap(encoder);
        let written: io::Result<()> = writer.write_all(bytes);
        written.map_err(Error::from)?;
        let (encoder, descriptor) = writer.finish()?;
        encoder.finish().map_err(Error::from)?;
        entry.finish(descriptor)?;
    }
    archive.finish()?;
    Ok(out)
}
