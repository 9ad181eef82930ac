//! Handing bytes to the person: as a file, or on the clipboard.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, HtmlCanvasElement, Url};

fn blob(bytes: &[u8], media_type: &str) -> Option<Blob> {
    blob_of(&Array::of1(&Uint8Array::from(bytes)), media_type)
}

/// A blob of byte arrays and blobs.
pub fn blob_of(parts: &Array, media_type: &str) -> Option<Blob> {
    let bag = BlobPropertyBag::new();
    bag.set_type(media_type);
    Blob::new_with_u8_array_sequence_and_options(parts, &bag).ok()
}

/// Saves bytes as a file.
pub fn save(name: &str, bytes: &[u8], media_type: &str) -> Result<(), String> {
    save_parts(name, &Array::of1(&Uint8Array::from(bytes)), media_type)
}

/// The same with bytes that are not ours to copy.
pub fn save_bytes(name: &str, bytes: &Uint8Array, media_type: &str) -> Result<(), String> {
    save_parts(name, &Array::of1(bytes), media_type)
}

/// Saves byte arrays and blobs, one after the other, as a file.
pub fn save_parts(name: &str, parts: &Array, media_type: &str) -> Result<(), String> {
    let blob = blob_of(parts, media_type);
    blob.and_then(|blob| save_blob(name, &blob))
        .ok_or_else(|| "The browser refused the download; allow downloads for this page.".into())
}

fn save_blob(name: &str, blob: &Blob) -> Option<()> {
    let url = Url::create_object_url_with_blob(blob).ok()?;
    let document = web_sys::window()?.document()?;
    let link: HtmlAnchorElement = document.create_element("a").ok()?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    document.body()?.append_child(&link).ok()?;
    link.click();
    link.remove();
    Url::revoke_object_url(&url).ok()
}

/// Copies text.
pub async fn copy(text: &str) -> Result<(), String> {
    let refused =
        || "The browser refused access to the clipboard; download the file instead.".to_owned();
    let clipboard = web_sys::window()
        .ok_or_else(refused)?
        .navigator()
        .clipboard();
    if clipboard.is_undefined() {
        return Err(refused());
    }
    JsFuture::from(clipboard.write_text(text))
        .await
        .map(|_| ())
        .map_err(|_| refused())
}

/// Draws an SVG image with twice its pixels and saves it as PNG.
pub async fn save_png(name: &str, svg: &str, width: u32, height: u32) -> Result<(), String> {
    const SCALE: u32 = 2;
    let failed = |_| "The image could not be drawn; export SVG instead.".to_owned();
    let none = || failed(JsValue::NULL);
    let source = blob(svg.as_bytes(), "image/svg+xml").ok_or_else(none)?;
    let url = Url::create_object_url_with_blob(&source).map_err(failed)?;
    let image = web_sys::HtmlImageElement::new().map_err(failed)?;
    image.set_src(&url);
    let decoded = JsFuture::from(image.decode()).await;
    let drawn = decoded.map_err(failed).and_then(|_| {
        let document = web_sys::window()
            .and_then(|window| window.document())
            .ok_or_else(none)?;
        let canvas: HtmlCanvasElement = document
            .create_element("canvas")
            .map_err(failed)?
            .unchecked_into();
        canvas.set_width(width * SCALE);
        canvas.set_height(height * SCALE);
        let context = canvas.get_context("2d").map_err(failed)?.ok_or_else(none)?;
        let context: web_sys::CanvasRenderingContext2d = context.unchecked_into();
        let (width, height) = (f64::from(width * SCALE), f64::from(height * SCALE));
        context
            .draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width, height)
            .map_err(failed)?;
        Ok(canvas)
    });
    // Without this the blob would live as long as the page.
    let _ = Url::revoke_object_url(&url);
    let canvas = drawn?;
    let promise = js_sys::Promise::new(&mut |resolve, reject| {
        let done = Closure::once_into_js(move |blob: JsValue| resolve.call1(&JsValue::NULL, &blob));
        if canvas.to_blob(done.unchecked_ref()).is_err() {
            let _ = reject.call0(&JsValue::NULL);
        }
    });
    let png = JsFuture::from(promise).await.map_err(failed)?;
    let png: Blob = png.dyn_into().map_err(failed)?;
    save_blob(name, &png).ok_or_else(none)
}
