//! The program of a worker in a pool: it answers one request after the other.

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use js_sys::{Array, Reflect, WebAssembly};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageEvent;

use super::js;
use crate::language::speak_all;

/// From a worker to its pool.
#[derive(Serialize, Deserialize)]
pub enum Reply<A> {
    /// Its program is loaded; it hears messages from now on.
    Listening,
    /// A request is done with.
    Done {
        /// What was asked for, or cause and remedy.
        answer: Result<A, String>,
        /// How much memory the worker holds by now, in bytes. It never gives any back.
        memory: u32,
    },
}

/// What a worker answers.
pub trait Answer: Serialize + 'static {
    /// The buffers in it that go to the engine without a copy.
    fn buffers(&self) -> Vec<JsValue> {
        Vec::new()
    }
}

/// Answers requests, one at a time, from now on.
pub fn serve<R: DeserializeOwned + 'static, A: Answer>(answer: impl AsyncFnMut(R) -> Result<A, String> + 'static) {
    speak_all();
    let (sender, requests) = unbounded();
    spawn_local(answer_all(requests, answer));
    let hear = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
        // The other end waits for messages as long as the worker lives.
        let _ = sender.unbounded_send(message.data());
    });
    js::scope().set_onmessage(Some(hear.as_ref().unchecked_ref()));
    hear.forget();
    js::post(&Reply::<A>::Listening, &Array::new());
}

async fn answer_all<R: DeserializeOwned, A: Answer>(
    mut requests: UnboundedReceiver<JsValue>,
    mut answer: impl AsyncFnMut(R) -> Result<A, String>,
) {
    while let Some(request) = requests.next().await {
        let answer = match serde_wasm_bindgen::from_value(request) {
            Ok(request) => answer(request).await,
            Err(error) => Err(error.to_string()),
        };
        let transfer = answer.iter().flat_map(A::buffers).collect::<Array>();
        js::post(&Reply::Done { answer, memory: memory() }, &transfer);
    }
}

/// The size of this program's memory, in bytes.
fn memory() -> u32 {
    let memory: WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    let bytes = Reflect::get(&memory.buffer(), &"byteLength".into()).ok().and_then(|length| length.as_f64());
    bytes.unwrap_or_default() as u32
}
