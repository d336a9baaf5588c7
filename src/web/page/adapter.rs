//! Whether there is a GPU to compute on, which decides the engine.

use std::pin::pin;

use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::Promise;
use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::web::js;

/// How long the browser may think about it, in milliseconds, before the engine is left to find out.
const PATIENCE: u32 = 2_000;

/// Whether the browser has an adapter, or has yet to say. index.html asks for it, before this program is there.
pub async fn may_be_there() -> bool {
    let Some(asked) = js::property(&window(), "gpuAdapter").and_then(|asked| asked.dyn_into::<Promise>().ok()) else {
        return false;
    };
    match select(JsFuture::from(asked), pin!(TimeoutFuture::new(PATIENCE))).await {
        Either::Left((adapter, _)) => adapter.is_ok_and(|adapter| adapter.is_object()),
        Either::Right(_) => true,
    }
}
