//! The shipped weights: from the browser's cache, or from the server with a report on the way.

use std::pin::pin;

use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, ArrayBuffer, Promise, Uint8Array};
use rust_i18n::t;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, Cache, Request, Response};

use super::outbox::post;
use crate::web::js;
use crate::web::protocol::Event;
use crate::weights::ModelFile;

/// The cache that holds the weights. Their file name changes with the content, so a hit is never stale.
const CACHE: &str = "alexnet-models";
/// The time between two reports, in milliseconds.
const REPORT_EVERY: u32 = 50;
/// How long weights wait to be kept, in milliseconds: it takes some time from the first answers.
const KEEP_AFTER: u32 = 1_000;

#[wasm_bindgen]
extern "C" {
    /// Weights that were found, or are on their way.
    type Weights;

    /// What the browser had kept.
    #[wasm_bindgen(method, getter)]
    fn kept(this: &Weights) -> Option<ArrayBuffer>;

    /// Without such, what the server says.
    #[wasm_bindgen(method, getter)]
    fn response(this: &Weights) -> Response;

    /// How many bytes it has sent.
    #[wasm_bindgen(method, getter)]
    fn received(this: &Weights) -> f64;

    /// All that it sends, in arrays of bytes.
    #[wasm_bindgen(method, getter)]
    fn parts(this: &Weights) -> Promise<Array<Uint8Array>>;

    /// The worker's loader (xtask/src/weights.js) looks for the shipped weights before this program is there.
    #[wasm_bindgen(js_name = findWeights, catch)]
    async fn find_weights(url: &str) -> Result<Weights, JsValue>;
}

/// The bytes of weights, in pieces that JavaScript holds.
struct Found {
    pieces: Vec<Uint8Array>,
    cached: bool,
}

impl Found {
    fn model(&self) -> crate::error::Result<ModelFile> {
        let length: u32 = self.pieces.iter().map(Uint8Array::length).sum();
        let mut bytes = Vec::with_capacity(length as usize);
        for piece in &self.pieces {
            let start = bytes.len();
            bytes.resize(start + piece.length() as usize, 0);
            piece.copy_to(&mut bytes[start..]);
        }
        ModelFile::from_safetensors(&bytes)
    }
}

/// The model at this URL. Says [`Event::Downloading`] on the way and [`Event::Preparing`] once the bytes are here, which
/// are made a model `afterwards`.
///
/// # Errors
/// Cause and remedy, in words.
pub async fn model(url: &str, afterwards: impl Future) -> Result<ModelFile, String> {
    let mut found = find(url).await?;
    post(&Event::Preparing);
    afterwards.await;
    let mut file = found.model();
    if file.is_err() && found.cached {
        // A damaged entry is as good as none.
        forget(url).await;
        found = find(url).await?;
        file = found.model();
    }
    let file = file.map_err(|error| t!("engine.damaged_download", url = url, reason = error))?;
    if !found.cached {
        let url = url.to_owned();
        // Where the cache is full there will be another download next time, no more.
        spawn_local(async move {
            TimeoutFuture::new(KEEP_AFTER).await;
            if let Some(cache) = open_cache().await {
                _ = keep(&cache, &url, &found.pieces).await;
            }
        });
    }
    Ok(file)
}

/// What is at this URL, from the cache or from the server.
async fn find(url: &str) -> Result<Found, String> {
    let failed = |exception: JsValue| match js::scope().navigator().on_line() {
        true => t!("engine.not_downloaded", url = url, reason = js::message(&exception)).into_owned(),
        false => t!("engine.offline").into_owned(),
    };
    let weights = find_weights(url).await.map_err(failed)?;
    if let Some(kept) = weights.kept() {
        return Ok(Found { pieces: vec![Uint8Array::new(&kept)], cached: true });
    }
    let response = weights.response();
    if !response.ok() {
        let status = format!("{} {}", response.status(), response.status_text());
        return Err(t!("engine.server_answered", url = url, status = status).into());
    }
    let parts = receive(&weights, content_length(&response)).await.map_err(failed)?;
    Ok(Found { pieces: parts.iter().collect(), cached: false })
}

/// Waits for all that the server sends, saying how far it is.
async fn receive(weights: &Weights, total: Option<u64>) -> Result<Array<Uint8Array>, JsValue> {
    let mut parts = pin!(weights.parts().into_future());
    loop {
        let outcome = select(parts.as_mut(), TimeoutFuture::new(REPORT_EVERY)).await;
        post(&Event::Downloading { received: weights.received() as u64, total });
        if let Either::Left((parts, _)) = outcome {
            return parts;
        }
    }
}

/// The last part of a URL's path.
pub fn file_name(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    path.rsplit('/').next().unwrap_or(path)
}

/// The cache; `None` over plain http, in some private windows and where storage is forbidden.
async fn open_cache() -> Option<Cache> {
    let scope = js::scope();
    js::property(&scope, "caches")?;
    scope.caches().ok()?.open(CACHE).await.ok()?.dyn_into().ok()
}

/// Throws away what is kept of this URL.
async fn forget(url: &str) {
    if let Some(cache) = open_cache().await {
        _ = cache.delete_with_str(url).await;
    }
}

/// Keeps the weights, and of their file only these: others are of an earlier version of the page. Another copy of the page on
/// the same host has weights of its own.
async fn keep(cache: &Cache, url: &str, pieces: &[Uint8Array]) -> Result<(), JsValue> {
    let bytes = Blob::new_with_u8_array_sequence(&pieces.iter().collect::<Array>())?;
    cache.put_with_str(url, &Response::new_with_opt_blob(Some(&bytes))?).await?;
    for request in Array::from(&cache.keys().await?) {
        let request: Request = request.dyn_into()?;
        if request.url() != url && file_of(&request.url()) == file_of(url) {
            cache.delete_with_request(&request).await?;
        }
    }
    Ok(())
}

/// A URL without what tells one version of its file from another.
fn file_of(url: &str) -> &str {
    url.split('?').next().unwrap_or(url)
}

/// The number of bytes that will arrive, where the server tells: of a compressed answer it tells the compressed size.
fn content_length(response: &Response) -> Option<u64> {
    let header = |name| response.headers().get(name).ok().flatten();
    match header("content-encoding") {
        Some(_) => None,
        None => header("content-length")?.parse().ok(),
    }
}
