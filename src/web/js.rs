//! Small things that every worker asks of JavaScript.

use js_sys::{Array, Reflect, Uint8Array};
use rust_i18n::t;
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, DedicatedWorkerGlobalScope};

/// The global scope of the worker that asks.
pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Posts a message to whoever started this worker, handing over the buffers in `transfer` without a copy.
///
/// # Panics
/// Where the message is not plain data, which its type decides.
pub fn post(message: &impl Serialize, transfer: &Array) {
    let message = serde_wasm_bindgen::to_value(message).expect("messages are plain data");
    scope().post_message_with_transfer(&message, transfer).expect("messages can be cloned");
}

/// A property of an object, unless it is missing, `undefined` or `null`.
pub fn property(object: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(object, &name.into()).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

/// What a JavaScript exception says.
pub fn message(exception: &JsValue) -> String {
    property(exception, "message")
        .as_ref()
        .unwrap_or(exception)
        .as_string()
        .filter(|message| !message.is_empty())
        .unwrap_or_else(|| t!("engine.no_reason").into())
}

/// A file of these bytes in the browser's keeping, outside this program's memory.
///
/// # Errors
/// The browser's exception where it has no room for it.
pub fn blob(bytes: &[u8], mime_type: &str) -> Result<Blob, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(mime_type);
    Blob::new_with_u8_array_sequence_and_options(&Array::of1(&Uint8Array::from(bytes)), &options)
}

/// All bytes of a file.
///
/// # Errors
/// The browser's exception where the file cannot be read, as when it has changed since it was chosen.
pub async fn bytes(file: &Blob) -> Result<Vec<u8>, JsValue> {
    Ok(Uint8Array::new(&file.array_buffer().await?).to_vec())
}
