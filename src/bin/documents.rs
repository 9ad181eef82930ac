//! The documents module: reports into files. A worker of its own loads it when somebody exports, and ends with it.

use js_sys::{Array, Function, JsString, Promise, Uint8Array};
use toolscope::export::{self, EventRows, Format, Order};
use toolscope::protocol;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// The fonts that an order needs besides those inside, by name. Throws a sentence.
#[wasm_bindgen]
pub fn fonts_needed(order: &[u8]) -> Result<Vec<String>, JsValue> {
    let order = decoded(order)?;
    let fonts = export::fonts_needed(&order.report).map_err(sentence)?;
    Ok(fonts.into_iter().map(str::to_owned).collect())
}

/// `[bytes, remark?]` of the file that was ordered. Throws a sentence.
#[wasm_bindgen]
pub fn write(order: &[u8], fonts: Vec<Uint8Array>) -> Result<Array, JsValue> {
    let mut order = decoded(order)?;
    order.choices.fonts = fonts.iter().map(Uint8Array::to_vec).collect();
    let written = export::write(&order.report, order.format, &order.choices).map_err(sentence)?;
    let remark = written.remark.map_or(JsValue::UNDEFINED, JsValue::from);
    let bytes = Uint8Array::from(written.bytes.as_slice());
    Ok(Array::of2(&bytes, &remark))
}

/// An archive of the order's tables, what is known about them, and a file `name` that comes in pieces: `pull` resolves
/// with the next `Uint8Array` or with nothing at the end, `push` takes pieces of the archive. Rejects with a sentence.
#[wasm_bindgen]
pub async fn archive(
    order: Vec<u8>,
    name: String,
    pull: Function,
    push: Function,
) -> Result<(), JsValue> {
    let order = decoded(&order)?;
    let files = export::files_of_archive(&order.report, order.choices.names);
    let called = async |function: &Function, argument: &JsValue| {
        let promise = function.call1(&JsValue::NULL, argument).map_err(said)?;
        JsFuture::from(promise.unchecked_into::<Promise>())
            .await
            .map_err(said)
    };
    let streamed = export::streamed(
        &files,
        &name,
        async || {
            let piece = called(&pull, &JsValue::NULL).await?;
            let piece = piece.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec);
            Ok(piece)
        },
        async |piece| {
            let piece = Uint8Array::from(piece.as_slice());
            called(&push, &piece).await.map(drop)
        },
    );
    streamed.await.map_err(JsValue::from)
}

/// A workbook of the order's tables and of raw events, which come in pieces. Everything throws a sentence.
#[wasm_bindgen]
pub struct Workbook {
    order: Order,
    events: EventRows,
}

#[wasm_bindgen]
impl Workbook {
    #[wasm_bindgen(constructor)]
    pub fn new(order: &[u8]) -> Result<Self, JsValue> {
        Ok(Self {
            order: decoded(order)?,
            events: EventRows::default(),
        })
    }

    /// Takes lines of NDJSON in.
    pub fn push(&mut self, lines: &[u8]) -> Result<(), JsValue> {
        self.events.push(lines).map_err(sentence)
    }

    pub fn finish(mut self) -> Result<Vec<u8>, JsValue> {
        self.order.report.tables.push(self.events.table());
        let written = export::write(&self.order.report, Format::Xlsx, &self.order.choices);
        written.map(|written| written.bytes).map_err(sentence)
    }
}

fn decoded(order: &[u8]) -> Result<Order, JsValue> {
    protocol::decode(order).map_err(|unreadable| JsValue::from(unreadable.to_string()))
}

fn sentence(error: export::ExportError) -> JsValue {
    error.to_string().into()
}

fn said(thrown: JsValue) -> String {
    let text = thrown.as_string();
    text.unwrap_or_else(|| JsString::from(thrown).into())
}

fn main() {}
