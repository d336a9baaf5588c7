//! A decoder: a worker that turns one photo at a time into the pixels that the network sees and a thumbnail.
//!
//! It is told a [`FileHandle`] and answers with a [`Reply`]; the engine's pool starts several and ends them.

mod browser;

use js_sys::{Array, Reflect, Uint8Array, WebAssembly};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, MessageEvent};
use web_time::Instant;

use crate::error::Error;
use crate::preprocess;
use crate::web::js;
use crate::web::protocol::FileHandle;

/// The longest side of a thumbnail, in pixels.
const THUMBNAIL_SIDE: u32 = 256;
/// The largest file that is read, in millions of bytes: more is no photo, and would not fit beside its pixels.
const MAX_FILE_MEGABYTES: f64 = 250.0;

/// From a decoder to the engine.
#[derive(Serialize, Deserialize)]
pub enum Reply {
    /// The decoder's program is loaded; it hears messages from now on.
    Listening,
    /// The photo is done with.
    Done {
        /// The decoded photo, or cause and remedy.
        photo: Result<DecodedPhoto, String>,
        /// How much memory the decoder holds by now, in bytes. It never gives any back.
        memory: u32,
    },
}

/// A photo ready for the network.
#[derive(Serialize, Deserialize)]
pub struct DecodedPhoto {
    /// The bytes of [`preprocess::Pixels`].
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub pixels: Uint8Array,
    /// A small JPEG, upright.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub thumbnail: Blob,
    /// Time it took, in milliseconds.
    pub milliseconds: f64,
}

/// The program of a decoder worker.
pub fn run() {
    console_error_panic_hook::set_once();
    let hear = Closure::<dyn Fn(MessageEvent)>::new(|message: MessageEvent| {
        spawn_local(async move {
            let photo = match serde_wasm_bindgen::from_value::<FileHandle>(message.data()) {
                Ok(FileHandle(file)) => decode(&file).await,
                Err(error) => Err(error.to_string()),
            };
            let transfer = photo.iter().map(|photo| photo.pixels.buffer()).collect::<Array>();
            js::post(&Reply::Done { photo, memory: memory() }, &transfer);
        });
    });
    js::scope().set_onmessage(Some(hear.as_ref().unchecked_ref()));
    hear.forget();
    js::post(&Reply::Listening, &Array::new());
}

async fn decode(file: &Blob) -> Result<DecodedPhoto, String> {
    let start = Instant::now();
    let megabytes = file.size() / 1e6;
    if megabytes > MAX_FILE_MEGABYTES {
        return Err(format!(
            "the file has {megabytes:.0} MB, and at most {MAX_FILE_MEGABYTES:.0} MB are read; save a smaller copy"
        ));
    }
    let bytes = js::bytes(file)
        .await
        .map_err(|exception| format!("the file cannot be read ({}); choose it again", js::message(&exception)))?;
    let photo = match preprocess::decode(&bytes) {
        // Browsers know more formats (AVIF everywhere, HEIC on Apple's systems).
        Err(Error::NotAPhoto(why)) => {
            browser::decode(file).await.map_err(|unknown| unknown.unwrap_or(Error::NotAPhoto(why)))
        }
        other => other,
    };
    let photo = photo.map_err(|error| error.to_string())?;
    let pixels = preprocess::evaluation_pixels(&photo);
    let thumbnail = preprocess::thumbnail(&photo, THUMBNAIL_SIDE).map_err(|error| error.to_string())?;
    let thumbnail = js::blob(&thumbnail, "image/jpeg").map_err(|exception| js::message(&exception))?;
    Ok(DecodedPhoto {
        pixels: Uint8Array::from(pixels.as_bytes()),
        thumbnail,
        milliseconds: start.elapsed().as_secs_f64() * 1e3,
    })
}

/// The size of this program's memory, in bytes.
fn memory() -> u32 {
    let memory: WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    let bytes = Reflect::get(&memory.buffer(), &"byteLength".into()).ok().and_then(|length| length.as_f64());
    bytes.unwrap_or_default() as u32
}
