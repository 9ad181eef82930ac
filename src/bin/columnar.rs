//! The columnar module: Parquet into a plain Arrow stream, and reports into Parquet. Workers load it when needed.

use toolscope::export::{self, Order};
use toolscope::ingest::write::{ParquetCompression, ParquetRows};
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
    export::parquet_file(&decoded(order)?.report).map_err(|error| error.to_string().into())
}

fn decoded(order: &[u8]) -> Result<Order, JsValue> {
    protocol::decode(order)
        .map_err(|unreadable: protocol::Unreadable| unreadable.to_string().into())
}

/// Raw events as one Parquet file that comes in pieces. Everything throws a sentence.
#[wasm_bindgen]
pub struct EventsFile(ParquetRows<Vec<u8>>);

#[wasm_bindgen]
impl EventsFile {
    /// The order says where the events come from.
    #[wasm_bindgen(constructor)]
    pub fn new(order: &[u8]) -> Result<Self, JsValue> {
        let about = export::events_metadata(&decoded(order)?.report);
        let rows = ParquetRows::new(Vec::new(), about, ParquetCompression::Zstd);
        rows.map(Self).map_err(|_| REFUSED.into())
    }

    /// Takes lines of NDJSON in; what is written by now goes out.
    pub fn push(&mut self, lines: &[u8]) -> Result<Vec<u8>, JsValue> {
        self.0.push_ndjson(lines).map_err(|_| REFUSED)?;
        Ok(std::mem::take(self.0.out()))
    }

    /// The end of the file.
    pub fn finish(self) -> Result<Vec<u8>, JsValue> {
        self.0.finish().map_err(|_| REFUSED.into())
    }
}

/// What the writer says may hold data.
const REFUSED: &str = "The events could not be written as Parquet; choose CSV, or a shorter range.";

fn main() {}
