//! Helpers: workers that run the network on the CPU beside the engine while many photos wait.
//!
//! A helper is the engine's own program, told by its worker's name to be one. It is sent photos together with the model,
//! which it reads where it is another than the last one.

use std::sync::atomic::{AtomicU32, Ordering};

use js_sys::Uint8Array;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use web_sys::{Blob, DedicatedWorkerGlobalScope};
use web_time::Instant;

use super::pool::{self, Pool};
use crate::device::cpu;
use crate::predict::{Classifier, Prediction};
use crate::preprocess::Pixels;
use crate::web::{js, worker};
use crate::weights::ModelFile;

/// The helpers.
pub type Helpers = Pool<Request>;

/// Photos to answer.
#[derive(Serialize, Deserialize)]
pub struct Request {
    /// By which model.
    pub model: SharedModel,
    /// The bytes of [`Pixels`], one photo after the other.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub pixels: Uint8Array,
}

/// A model, as helpers are given it.
#[derive(Clone, Serialize, Deserialize)]
pub struct SharedModel {
    /// Tells it from others of this engine.
    pub number: u32,
    /// Its file, in 32 bits.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub file: Blob,
}

/// The answers, in the order of the photos.
#[derive(Serialize, Deserialize)]
pub struct Answers {
    /// One for each photo.
    pub predictions: Vec<Prediction>,
    /// The time that the network took, in milliseconds.
    pub milliseconds: f64,
}

impl SharedModel {
    /// A model that no helper knows yet.
    pub fn new(file: Blob) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self { number: NEXT.fetch_add(1, Ordering::Relaxed), file }
    }
}

impl pool::Request for Request {
    type Answer = Answers;
    const NAME: &str = "helper";
    // The next batch is there when one is done, though the engine may be busy with its own.
    const DEPTH: usize = 2;
    const MAX_MEMORY: u32 = u32::MAX;

    /// Processors come in pairs that share what computes, so that half of them is all that the network gains from; and one of
    /// those is the engine's.
    fn most_workers(processors: usize) -> usize {
        (processors / 2).saturating_sub(1).min(3)
    }

    fn not_started(why: &str) -> String {
        why.to_owned()
    }

    fn crashed(why: &str) -> String {
        why.to_owned()
    }
}

impl worker::Answer for Answers {}

/// How many workers may run the network side by side: the engine, and its helpers.
pub fn networks() -> usize {
    1 + pool::most_workers::<Request>()
}

/// Whether this worker was started to be a helper.
pub fn is_wanted() -> bool {
    js_sys::global().unchecked_into::<DedicatedWorkerGlobalScope>().name() == <Request as pool::Request>::NAME
}

/// The program of a helper.
pub fn run() {
    console_error_panic_hook::set_once();
    let mut last = None;
    worker::serve(async move |request: Request| answer(request, &mut last).await);
}

async fn answer(request: Request, last: &mut Option<(u32, Classifier)>) -> Result<Answers, String> {
    let Request { model: SharedModel { number, file }, pixels } = request;
    if last.as_ref().is_none_or(|(last, _)| *last != number) {
        *last = None;
        let bytes = js::bytes(&file).await.map_err(|exception| js::message(&exception))?;
        let file = ModelFile::from_safetensors(&bytes).map_err(|error| error.to_string())?;
        *last = Some((number, Classifier::new(&file, &cpu())));
    }
    let (_, classifier) = last.as_ref().expect("the model was read");
    let photos: Vec<Pixels> =
        pixels.to_vec().chunks(Pixels::BYTES).filter_map(|photo| Pixels::from_bytes(photo.to_vec())).collect();
    let start = Instant::now();
    let predictions = classifier.predict(&photos).await.map_err(|error| error.to_string())?;
    Ok(Answers { predictions, milliseconds: start.elapsed().as_secs_f64() * 1e3 })
}
