//! One HTML file out of this page (X5): fetches the application's own files, compresses, and puts the text together as
//! a list of pieces, so that nothing large is ever one text.
//!
//! Owns: bytes on their way into the file. Does not own: what the file says (`export::page`), which events go in.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, JsString, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
pub use web_sys::Blob;
use web_sys::{BlobPropertyBag, FileReader, ReadableStream, Response};

use crate::export::page::{self, About, Contents, DataPart, PART_END};

#[wasm_bindgen]
extern "C" {
    type CompressionStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<CompressionStream, JsValue>;

    type Piped;
    #[wasm_bindgen(method, js_name = pipeThrough, catch)]
    fn pipe_through(this: &Piped, pair: &CompressionStream) -> Result<ReadableStream, JsValue>;
}

const INDEX: &str = "/index.html";
/// Bytes that become one text at a time; three bytes are four letters, so pieces of base64 fit together.
const PIECE_BYTES: i32 = 3 << 22;
const TOO_OLD: &str =
    "This browser can't compress the file; use a current one, or “toolscope query --format html”.";
const UNREACHABLE: &str =
    "The application's own files could not be fetched; check the connection, then try again.";

/// Name and compressed bytes.
type Part = (String, Blob);

thread_local! {
    /// The application is the same in every file.
    static APPLICATION: RefCell<Option<Rc<Vec<Part>>>> = const { RefCell::new(None) };
}

/// The file. `batches` are those of `contents`, in their order, each [`packed`].
pub async fn html_file(
    about: &About,
    contents: &Contents,
    batches: Vec<Blob>,
) -> Result<Blob, String> {
    let application = application().await?;
    let mut parts: Vec<Part> = application.as_ref().clone();
    for (name, text) in page::documents(about, contents) {
        parts.push((name, packed(text.as_bytes()).await?));
    }
    if about.zone != "UTC" {
        let name = page::zone_part(&about.zone);
        let rules = fetched(&name).await?;
        parts.push((name, compressed(&rules).await?));
    }
    for (at, bytes) in batches.into_iter().enumerate() {
        parts.push((DataPart::name(at), bytes));
    }
    let frame = page::frame(about, parts.iter().map(|(name, _)| name.as_str()));
    let pieces = Array::of1(&frame.opening.into());
    for (tag, (_, bytes)) in frame.tags.into_iter().zip(&parts) {
        pieces.push(&tag.into());
        push_base64(&pieces, bytes).await?;
        pieces.push(&PART_END.into());
    }
    pieces.push(&frame.closing.into());
    let bag = BlobPropertyBag::new();
    bag.set_type("text/html");
    Blob::new_with_blob_sequence_and_options(&pieces, &bag).map_err(|_| TOO_OLD.to_owned())
}

/// Bytes as they go into the file, before they become text.
pub async fn packed(bytes: &[u8]) -> Result<Blob, String> {
    compressed(&blob(&js_sys::Uint8Array::from(bytes).into())?).await
}

/// What the application takes in every file, as text.
pub async fn application_bytes() -> Result<u64, String> {
    let parts = application().await?;
    let bytes: f64 = parts.iter().map(|(_, bytes)| bytes.size()).sum();
    Ok((bytes * 4.0 / 3.0) as u64)
}

async fn application() -> Result<Rc<Vec<Part>>, String> {
    if let Some(known) = APPLICATION.with_borrow(Clone::clone) {
        return Ok(known);
    }
    // The names of files have digests, and only the index document knows those of the build that is there now.
    let index = JsFuture::from(fetched(INDEX).await?.text()).await;
    let index = index.ok().and_then(|text| text.as_string());
    let files = page::application(&index.unwrap_or_default()).map_err(|error| error.to_string())?;
    let styles = Array::new();
    for style in &files.styles {
        styles.push(fetched(&format!("/{style}")).await?.as_ref());
        styles.push(&"\n".into());
    }
    let styles = Blob::new_with_blob_sequence(&styles).map_err(|_| TOO_OLD.to_owned())?;
    let mut parts = vec![(page::STYLES.to_owned(), compressed(&styles).await?)];
    for (name, path) in files.files {
        let bytes = fetched(&format!("/{path}")).await?;
        parts.push((name.to_owned(), compressed(&bytes).await?));
    }
    let parts = Rc::new(parts);
    APPLICATION.set(Some(Rc::clone(&parts)));
    Ok(parts)
}

async fn fetched(path: &str) -> Result<Blob, String> {
    let unreachable = || UNREACHABLE.to_owned();
    let window = web_sys::window().ok_or_else(unreachable)?;
    let response = JsFuture::from(window.fetch_with_str(path)).await;
    let response: Response = response.map_err(|_| unreachable())?.unchecked_into();
    if !response.ok() {
        return Err(unreachable());
    }
    body(&response).await.ok_or_else(unreachable)
}

async fn body(response: &Response) -> Option<Blob> {
    let blob = JsFuture::from(response.blob().ok()?).await.ok()?;
    blob.dyn_into().ok()
}

fn blob(part: &JsValue) -> Result<Blob, String> {
    Blob::new_with_blob_sequence(&Array::of1(part)).map_err(|_| TOO_OLD.to_owned())
}

async fn compressed(blob: &Blob) -> Result<Blob, String> {
    let too_old = |_| TOO_OLD.to_owned();
    let gzip = CompressionStream::new("gzip").map_err(too_old)?;
    let stream: Piped = blob.stream().unchecked_into();
    let stream = stream.pipe_through(&gzip).map_err(too_old)?;
    let response = Response::new_with_opt_readable_stream(Some(&stream)).map_err(too_old)?;
    body(&response).await.ok_or_else(|| TOO_OLD.to_owned())
}

/// Adds the base64 of a blob, piece by piece; each becomes a blob again, which the browser may keep on the disk.
async fn push_base64(pieces: &Array, bytes: &Blob) -> Result<(), String> {
    let failed =
        || "The file could not be put together; there may be too little memory.".to_owned();
    let size = bytes.size() as i32;
    let mut at = 0;
    while at < size {
        let until = at.saturating_add(PIECE_BYTES).min(size);
        let piece = bytes
            .slice_with_i32_and_i32(at, until)
            .map_err(|_| failed())?;
        let text = data_url(&piece).await.ok_or_else(failed)?;
        let start = text.index_of(",", 0) + 1;
        let text = text.slice(start as u32, text.length());
        pieces.push(blob(&text.into())?.as_ref());
        at = until;
    }
    Ok(())
}

/// "data:…;base64,…": the browser's own writer is far faster than one of ours.
async fn data_url(blob: &Blob) -> Option<JsString> {
    let reader = FileReader::new().ok()?;
    let read = Promise::new(&mut |resolve, reject| {
        reader.set_onload(Some(&resolve));
        reader.set_onerror(Some(&reject));
    });
    reader.read_as_data_url(blob).ok()?;
    JsFuture::from(read).await.ok()?;
    reader.result().ok()?.dyn_into().ok()
}
