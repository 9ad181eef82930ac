//! The columnar module: Parquet, and Arrow with zstd, into a plain Arrow stream. The worker loads it when needed.

use toolscope::ingest::{self, parquet};
use wasm_bindgen::prelude::*;

/// Throws an object with `code` and `message` when the file can't be read.
#[wasm_bindgen]
pub fn to_arrow_stream(bytes: &[u8]) -> Result<Vec<u8>, JsValue> {
    ingest::recognise(bytes)
        .and_then(|format| parquet::to_arrow_stream(bytes, format))
        .map_err(|error| {
            let thrown = js_sys::Error::new(&error.to_string());
            // Setting a property of an object made here can't fail.
            let _ = js_sys::Reflect::set(&thrown, &"code".into(), &error.code().name().into());
            thrown.into()
        })
}

fn main() {}
