//! The columnar module: Parquet into a plain Arrow stream, and reports into Parquet. Workers load it when needed.

use toolscope::export::{self, Order};
use toolscope::ingest::{self, IngestError, parquet};
use toolscope::protocol::{self, LoadOptions};
use wasm_bindgen::prelude::*;

/// `options` are the worker's, in the protocol's form. Throws an object with `code` and `message` when the file can't be
/// read, with a `limit` (its place in the table of limits) when one struck, and with a `proposal` when it needs a
/// mapping.
#[wasm_bindgen]
pub fn to_arrow_stream(bytes: &[u8], options: &[u8]) -> Result<Vec<u8>, JsValue> {
    // Both modules are of one build; if they were not, the defaults would read the file as well as they can.
    let options: LoadOptions = protocol::decode(options).unwrap_or_default();
    ingest::recognise_with(bytes, &options)
        .and_then(|format| parquet::to_arrow_stream(bytes, format, &options))
        .map_err(|error| {
            let thrown = js_sys::Error::new(&error.to_string());
            // Setting a property of an object made here can't fail.
            let set = |name: &str, value: JsValue| {
                let _ = js_sys::Reflect::set(&thrown, &name.into(), &value);
            };
            set("code", error.code().name().into());
            if let Some(limit) = error.limit() {
                set("limit", (limit as u32).into());
            }
            let proposal = matches!(error, IngestError::NeedsMapping(_))
                .then(|| ingest::propose(bytes, &options))
                .flatten();
            if let Some(proposal) = proposal.and_then(|proposal| protocol::encode(&proposal).ok()) {
                set(
                    "proposal",
                    js_sys::Uint8Array::from(proposal.as_slice()).into(),
                );
            }
            thrown.into()
        })
}

/// The file that was ordered, an [`Order`] in the protocol's form. Throws a sentence.
#[wasm_bindgen]
pub fn write_parquet(order: &[u8]) -> Result<Vec<u8>, JsValue> {
    let order: Order = protocol::decode(order)
        .map_err(|unreadable: protocol::Unreadable| JsValue::from(unreadable.to_string()))?;
    export::parquet_file(&order.report).map_err(|error| error.to_string().into())
}

fn main() {}
