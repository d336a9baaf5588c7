//! The shipped weights: from the browser's cache, or from the server with a report on the way.

use futures::channel::oneshot;
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Uint8Array};
use rust_i18n::t;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Cache, ReadableStreamDefaultReader, Request, Response};
use web_time::{Duration, Instant};

use super::outbox::post;
use crate::web::js;
use crate::web::protocol::Event;
use crate::weights::ModelFile;

/// The cache that holds the weights. Their file name changes with the content, so a hit is never stale.
const CACHE: &str = "alexnet-models";
/// The least time between two reports.
const REPORT_EVERY: Duration = Duration::from_millis(50);
/// How long weights wait to be kept, in milliseconds: it takes some time from the first answers.
const KEEP_AFTER: u32 = 1_000;
/// The most memory that is reserved because a server names a length.
const LARGEST_RESERVE: u64 = 256 << 20;

/// A download that begins before anybody asks for it.
pub struct Begun {
    url: String,
    found: oneshot::Receiver<Result<Found, String>>,
}

/// The bytes at a URL.
struct Found {
    bytes: Vec<u8>,
    cached: bool,
}

impl Begun {
    /// The download of what is at this URL.
    pub fn new(url: String) -> Self {
        let (sender, found) = oneshot::channel();
        let asked = url.clone();
        // Nobody may ask for it in the end.
        spawn_local(async move { drop(sender.send(find(&asked).await)) });
        Self { url, found }
    }

    /// What was found, if it is what is at this URL.
    async fn found(self, url: &str) -> Option<Found> {
        if self.url != url {
            return None;
        }
        self.found.await.ok()?.ok()
    }
}

/// The model at this URL, which may have been asked for already. Says [`Event::Downloading`] on the way and
/// [`Event::Preparing`] once the bytes are here.
///
/// # Errors
/// Cause and remedy, in words.
pub async fn model(url: &str, begun: Option<Begun>) -> Result<ModelFile, String> {
    // What failed before anybody asked is tried again, and told in the visitor's language.
    let found = match begun {
        Some(begun) => begun.found(url).await,
        None => None,
    };
    let mut found = match found {
        Some(found) => found,
        None => find(url).await?,
    };
    post(&Event::Preparing);
    let mut file = ModelFile::from_safetensors(&found.bytes);
    if file.is_err() && found.cached {
        // A damaged entry is as good as none.
        found = Found { bytes: download(url).await?, cached: false };
        file = ModelFile::from_safetensors(&found.bytes);
    }
    let file = file.map_err(|error| t!("engine.damaged_download", url = url, reason = error))?;
    if !found.cached {
        let url = url.to_owned();
        // Where the cache is full there will be another download next time, no more.
        spawn_local(async move {
            TimeoutFuture::new(KEEP_AFTER).await;
            if let Some(cache) = open_cache().await {
                _ = keep(&cache, &url, &Uint8Array::from(&found.bytes[..])).await;
            }
        });
    }
    Ok(file)
}

/// What is at this URL, from the cache or from the server.
async fn find(url: &str) -> Result<Found, String> {
    if let Some(cache) = open_cache().await
        && let Ok(bytes) = look_up(&cache, url).await
    {
        return Ok(Found { bytes, cached: true });
    }
    Ok(Found { bytes: download(url).await?, cached: false })
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

async fn look_up(cache: &Cache, url: &str) -> Result<Vec<u8>, JsValue> {
    let response: Response = cache.match_with_str(url).await?.dyn_into()?;
    Ok(Uint8Array::new(&response.array_buffer()?.await?).to_vec())
}

/// Keeps the weights, and only these: others are of an earlier version of the page.
async fn keep(cache: &Cache, url: &str, bytes: &Uint8Array) -> Result<(), JsValue> {
    cache.put_with_str(url, &Response::new_with_opt_js_u8_array(Some(bytes))?).await?;
    for request in Array::from(&cache.keys().await?) {
        let request: Request = request.dyn_into()?;
        if request.url() != url {
            cache.delete_with_request(&request).await?;
        }
    }
    Ok(())
}

async fn download(url: &str) -> Result<Vec<u8>, String> {
    let failed = |exception: JsValue| match js::scope().navigator().on_line() {
        true => t!("engine.not_downloaded", url = url, reason = js::message(&exception)).into_owned(),
        false => t!("engine.offline").into_owned(),
    };
    let response: Response =
        js::scope().fetch_with_str(url).await.and_then(|response| response.dyn_into()).map_err(failed)?;
    if !response.ok() {
        let status = format!("{} {}", response.status(), response.status_text());
        return Err(t!("engine.server_answered", url = url, status = status).into());
    }
    receive(&response).await.map_err(failed)
}

/// Reads a response to its end, saying how far it is.
async fn receive(response: &Response) -> Result<Vec<u8>, JsValue> {
    let total = content_length(response);
    let stream = response.body().ok_or_else(|| t!("engine.empty_answer").into_owned())?;
    let reader = ReadableStreamDefaultReader::new(&stream)?;
    let mut bytes = Vec::with_capacity(total.unwrap_or_default().min(LARGEST_RESERVE) as usize);
    let mut last_report: Option<Instant> = None;
    loop {
        let chunk = reader.read().await?;
        let Some(value) = js::property(&chunk, "value") else {
            break;
        };
        let value: Uint8Array = value.dyn_into()?;
        let start = bytes.len();
        bytes.resize(start + value.length() as usize, 0);
        value.copy_to(&mut bytes[start..]);
        if last_report.is_none_or(|report| report.elapsed() >= REPORT_EVERY) {
            last_report = Some(Instant::now());
            post(&Event::Downloading { received: bytes.len() as u64, total });
        }
    }
    post(&Event::Downloading { received: bytes.len() as u64, total });
    Ok(bytes)
}

/// The number of bytes that will arrive, where the server tells: of a compressed answer it tells the compressed size.
fn content_length(response: &Response) -> Option<u64> {
    let header = |name| response.headers().get(name).ok().flatten();
    match header("content-encoding") {
        Some(_) => None,
        None => header("content-length")?.parse().ok(),
    }
}
