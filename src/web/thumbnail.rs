//! Small pictures of photos, as the workers and the page hand them on.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use js_sys::JsString;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

const PREFIX: &str = "data:image/jpeg;base64,";

/// A small JPEG of a photo, shown upright, as a `data:` URL. That lies outside the programs' memory, as a file would, but takes no
/// turn of the browser's main process, which a file takes several of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Thumbnail(#[serde(with = "serde_wasm_bindgen::preserve")] JsString);

impl Thumbnail {
    /// Of the bytes of a JPEG.
    pub fn new(jpeg: &[u8]) -> Self {
        let mut url = PREFIX.to_owned();
        STANDARD.encode_string(jpeg, &mut url);
        Self(url.into())
    }

    /// The bytes of the JPEG.
    pub fn jpeg(&self) -> Vec<u8> {
        let base64 = self.url().split_off(PREFIX.len());
        STANDARD.decode(base64).expect("made here")
    }

    /// The URL as the browser has it, which spares it a way through this program's memory.
    pub fn src(&self) -> JsValue {
        self.0.clone().into()
    }

    /// The URL, to be shown.
    pub fn url(&self) -> String {
        self.0.clone().into()
    }
}
