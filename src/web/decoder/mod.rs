//! A decoder: a worker that makes of one photo at a time what the engine asks for.
//!
//! The engine's pool starts several decoders, and ends them.

mod browser;
mod look;

use image::{ImageFormat, RgbImage};
use js_sys::Uint8Array;
use rust_i18n::t;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, File};
use web_time::Instant;

use crate::error::Error;
use crate::preprocess::{self, Framing, Preprocessing};
use crate::web::js;
use crate::web::protocol::FileHandle;
use crate::web::protocol::training::Look;
use crate::web::thumbnail::Thumbnail;
use crate::web::worker;

/// The longest side of a classified photo's thumbnail, in pixels.
const THUMBNAIL_SIDE: u32 = 256;
/// The largest file that can be its own thumbnail in the list, in bytes.
const SMALL_FILE: usize = 64 << 10;
/// The longest side of a thumbnail of a photo under inspection, which is shown large.
const INSPECTED_SIDE: u32 = 640;
/// The shortest side, in pixels, of the photos that are kept between two epochs.
const KEPT_SIDE: u32 = 256;
/// The largest file that is read, in millions of bytes: more is no photo, and would not fit beside its pixels.
const MAX_FILE_MEGABYTES: f64 = 250.0;

/// From the engine to a decoder: what to make of a photo.
#[derive(Serialize, Deserialize)]
pub enum Request {
    /// Its pixels for the network, and a thumbnail. Answered by [`Answer::Decoded`].
    Classify(FileHandle, Preprocessing),
    /// The same with a larger thumbnail. Answered by [`Answer::Decoded`].
    Inspect(FileHandle, Preprocessing),
    /// What is worth knowing before training. Answered by [`Answer::Looked`].
    Look(FileHandle),
    /// Its pixels for a step of training. Answered by [`Answer::Prepared`].
    Prepare {
        /// The photo.
        photo: Source,
        /// What is shown of it.
        framing: Framing,
    },
}

/// Where a photo comes from.
#[derive(Serialize, Deserialize)]
pub enum Source {
    /// Its file.
    File(FileHandle),
    /// An earlier answer.
    Kept(Shrunk),
}

/// A photo that was decoded and made small, to be cropped again.
#[derive(Clone, Serialize, Deserialize)]
pub struct Shrunk {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// RGB8, row by row.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub pixels: Uint8Array,
}

/// What was made of a photo.
#[derive(Serialize, Deserialize)]
pub enum Answer {
    /// To classify it.
    Decoded(DecodedPhoto),
    /// To check it.
    Looked(Look),
    /// To train on it.
    Prepared {
        /// The bytes of [`preprocess::Pixels`].
        #[serde(with = "serde_wasm_bindgen::preserve")]
        pixels: Uint8Array,
        /// The photo to keep for the next time, where it was decoded to be augmented.
        kept: Option<Shrunk>,
    },
}

/// A photo ready for the network.
#[derive(Serialize, Deserialize)]
pub struct DecodedPhoto {
    /// The bytes of [`preprocess::Pixels`].
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub pixels: Uint8Array,
    /// What is shown of it.
    pub thumbnail: Thumbnail,
    /// Time it took, in milliseconds.
    pub milliseconds: f64,
}

/// The program of a decoder worker.
pub fn run() {
    console_error_panic_hook::set_once();
    worker::serve(answer);
}

async fn answer(request: Request) -> Result<Answer, String> {
    match request {
        Request::Classify(FileHandle(file), preprocessing) => {
            decoded(&file, preprocessing, listed).await.map(Answer::Decoded)
        }
        Request::Inspect(FileHandle(file), preprocessing) => {
            decoded(&file, preprocessing, inspected).await.map(Answer::Decoded)
        }
        Request::Look(FileHandle(file)) => {
            let bytes = read(&file).await?;
            look::look(&bytes, &decode(&file, &bytes, preprocess::decode).await?).map(Answer::Looked)
        }
        Request::Prepare { photo, framing: framing @ Framing::Evaluation(_) } => {
            let pixels = framing.pixels(&photo.decode(framing).await?);
            Ok(Answer::Prepared { pixels: Uint8Array::from(pixels.as_bytes()), kept: None })
        }
        Request::Prepare { photo, framing: framing @ Framing::Training(_) } => {
            let (photo, kept) = match photo {
                Source::Kept(kept) => (kept.to_image()?, None),
                file => {
                    let photo = preprocess::shrunk(file.decode(framing).await?, KEPT_SIDE);
                    let kept = Shrunk::of(&photo);
                    (photo, Some(kept))
                }
            };
            let pixels = framing.pixels(&photo);
            Ok(Answer::Prepared { pixels: Uint8Array::from(pixels.as_bytes()), kept })
        }
    }
}

/// A photo for a network of this preprocessing, with a thumbnail that is made of the file's bytes and of what they show.
async fn decoded(
    file: &File,
    preprocessing: Preprocessing,
    thumbnail: fn(&[u8], &RgbImage) -> Result<Thumbnail, String>,
) -> Result<DecodedPhoto, String> {
    let start = Instant::now();
    let framing = Framing::Evaluation(preprocessing);
    let bytes = read(file).await?;
    let photo = decode(file, &bytes, |bytes| framing.decode(bytes)).await?;
    let pixels = Uint8Array::from(framing.pixels(&photo).as_bytes());
    let thumbnail = thumbnail(&bytes, &photo)?;
    Ok(DecodedPhoto { pixels, thumbnail, milliseconds: start.elapsed().as_secs_f64() * 1e3 })
}

impl Source {
    /// The photo, as far as the framing needs it.
    async fn decode(self, framing: Framing) -> Result<RgbImage, String> {
        match self {
            Self::File(FileHandle(file)) => decode(&file, &read(&file).await?, |bytes| framing.decode(bytes)).await,
            Self::Kept(kept) => kept.to_image(),
        }
    }
}

impl Shrunk {
    fn of(photo: &RgbImage) -> Self {
        Self { width: photo.width(), height: photo.height(), pixels: Uint8Array::from(&photo.as_raw()[..]) }
    }

    fn to_image(&self) -> Result<RgbImage, String> {
        RgbImage::from_raw(self.width, self.height, self.pixels.to_vec())
            .ok_or_else(|| t!("engine.decoder_version").into())
    }
}

impl worker::Answer for Answer {
    fn buffers(&self) -> Vec<JsValue> {
        match self {
            Self::Decoded(photo) => vec![photo.pixels.buffer().into()],
            Self::Looked(_) => Vec::new(),
            Self::Prepared { pixels, kept } => {
                let kept = kept.iter().map(|kept| kept.pixels.buffer().into());
                kept.chain([pixels.buffer().into()]).collect()
            }
        }
    }
}

async fn read(file: &Blob) -> Result<Vec<u8>, String> {
    let megabytes = file.size() / 1e6;
    if megabytes > MAX_FILE_MEGABYTES {
        let limit = MAX_FILE_MEGABYTES;
        return Err(t!("photo.file_too_large", megabytes = megabytes : {:.0}, limit = limit : {:.0}).into());
    }
    js::bytes(file).await.map_err(|exception| t!("photo.file_out_of_reach", reason = js::message(&exception)).into())
}

async fn decode(
    file: &Blob,
    bytes: &[u8],
    decode: impl FnOnce(&[u8]) -> crate::Result<RgbImage>,
) -> Result<RgbImage, String> {
    let photo = match decode(bytes) {
        // Browsers know more formats (AVIF everywhere, HEIC on Apple's systems).
        Err(Error::NotAPhoto(why)) => {
            browser::decode(file).await.map_err(|unknown| unknown.unwrap_or(Error::NotAPhoto(why)))
        }
        other => other,
    };
    photo.map_err(|error| error.to_string())
}

/// A photo's thumbnail for the list. A small file stands for its own, which would be hardly smaller and takes longer.
fn listed(bytes: &[u8], photo: &RgbImage) -> Result<Thumbnail, String> {
    let is_small = bytes.len() <= SMALL_FILE && photo.width().max(photo.height()) <= 2 * THUMBNAIL_SIDE;
    match is_small && image::guess_format(bytes).is_ok_and(|format| format == ImageFormat::Jpeg) {
        true => Ok(Thumbnail::new(bytes)),
        false => thumbnail(&preprocess::small(photo, THUMBNAIL_SIDE)),
    }
}

/// What is shown of a photo under inspection. It is drawn on, which takes one of our own making: no file that is turned, or
/// in colours that browsers alone convert.
fn inspected(_: &[u8], photo: &RgbImage) -> Result<Thumbnail, String> {
    thumbnail(&preprocess::small(photo, INSPECTED_SIDE))
}

fn thumbnail(photo: &RgbImage) -> Result<Thumbnail, String> {
    preprocess::thumbnail(photo).map(|jpeg| Thumbnail::new(&jpeg)).map_err(|error| error.to_string())
}
