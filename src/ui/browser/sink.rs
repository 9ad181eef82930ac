//! Where a file goes that comes in pieces: straight to the disk where the browser can, else into a blob, which browsers
//! keep on the disk once it is large. Either way nobody finds half a file under the name of a whole one.

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::download;

/// From here on the person is asked where to, so that nothing of it is held.
const DISK_FROM_BYTES: u64 = 16 << 20;
/// Events in an archive take so many times less than as plain CSV, about.
pub const ZIPPED: u64 = 8;
const FULL: &str =
    "The file could not be written to the disk; it may be full. Nothing was left behind.";

pub enum Sink {
    Parts(Array),
    /// A `FileSystemWritableFileStream`: the file takes its name when the stream is closed.
    Disk(JsValue),
}

impl Sink {
    /// A place for about so many bytes; `None` when the person thought better of it. To be asked for in a click.
    pub async fn choose(name: &str, bytes_about: u64) -> Result<Option<Self>, String> {
        let window = web_sys::window().map(JsValue::from).unwrap_or_default();
        let picker = Reflect::get(&window, &"showSaveFilePicker".into());
        let picker = picker
            .ok()
            .and_then(|picker| picker.dyn_into::<Function>().ok());
        let Some(picker) = picker.filter(|_| bytes_about >= DISK_FROM_BYTES) else {
            return Ok(Some(Self::Parts(Array::new())));
        };
        let options = Object::new();
        let _ = Reflect::set(&options, &"suggestedName".into(), &name.into());
        let handle = match picker.call1(&window, &options) {
            Ok(promise) => JsFuture::from(promise.unchecked_into::<Promise>()).await,
            Err(refused) => Err(refused),
        };
        let handle = match handle {
            Ok(handle) => handle,
            Err(refused) if is_named(&refused, "AbortError") => return Ok(None),
            // Not allowed here, as in a frame: a blob it is.
            Err(_) => return Ok(Some(Self::Parts(Array::new()))),
        };
        let stream = called(&handle, "createWritable", None).await;
        stream
            .map(|stream| Some(Self::Disk(stream)))
            .map_err(|_| FULL.to_owned())
    }

    pub async fn write(&self, bytes: Uint8Array) -> Result<(), String> {
        match self {
            Self::Parts(parts) => {
                // A blob of its own, so that the browser may put it away.
                let blob = download::blob_of(&Array::of1(&bytes), "").ok_or(FULL)?;
                parts.push(&blob);
                Ok(())
            }
            Self::Disk(stream) => called(stream, "write", Some(&bytes))
                .await
                .map(drop)
                .map_err(|_| FULL.to_owned()),
        }
    }

    /// The file is whole.
    pub async fn close(self, name: &str, media_type: &str) -> Result<(), String> {
        match self {
            Self::Parts(parts) => download::save_parts(name, &parts, media_type),
            Self::Disk(stream) => called(&stream, "close", None)
                .await
                .map(drop)
                .map_err(|_| FULL.to_owned()),
        }
    }

    /// It will not be.
    pub async fn abort(self) {
        if let Self::Disk(stream) = self {
            // The browser throws the half-written file away; when even that fails, it has no name.
            let _ = called(&stream, "abort", None).await;
        }
    }
}

/// Calls a method that returns a promise.
async fn called(
    object: &JsValue,
    method: &str,
    argument: Option<&JsValue>,
) -> Result<JsValue, JsValue> {
    let function: Function = Reflect::get(object, &method.into())?.dyn_into()?;
    let promise = match argument {
        Some(argument) => function.call1(object, argument)?,
        None => function.call0(object)?,
    };
    JsFuture::from(promise.unchecked_into::<Promise>()).await
}

fn is_named(error: &JsValue, name: &str) -> bool {
    let named = Reflect::get(error, &"name".into());
    named.ok().and_then(|named| named.as_string()).as_deref() == Some(name)
}
