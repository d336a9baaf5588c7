//! One run at a time among all tabs of this page, as they share the storage in which it is kept.

use futures::channel::oneshot;
use futures::future::{Either, select};
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::web::js;

/// The lock's name within this site.
const NAME: &str = "alexnet-run";

/// The right to train, given back when dropped.
pub struct Lock {
    /// Ends the promise for whose length the browser keeps the lock; none where the browser has no locks, or denies them.
    _release: Option<oneshot::Sender<()>>,
}

impl Lock {
    /// Takes it, unless another tab has it. A browser without locks lets everyone train.
    pub async fn take() -> Option<Self> {
        Self::ask(true).await
    }

    /// Takes it as soon as no one else has it: a tab that is training, or an engine that has not quite ended yet.
    pub async fn wait() -> Option<Self> {
        Self::ask(false).await
    }

    async fn ask(only_if_available: bool) -> Option<Self> {
        let without_locks = Some(Self { _release: None });
        let Some(locks) = js::property(&js::scope().navigator(), "locks") else { return without_locks };
        let (release, released) = oneshot::channel::<()>();
        let (tell, told) = oneshot::channel();
        let hold = Closure::once_into_js(move |lock: JsValue| {
            let taken = !lock.is_null();
            // Whoever asks waits for this.
            let _ = tell.send(taken);
            wasm_bindgen_futures::future_to_promise(async move {
                if taken {
                    // Dropping the sender ends it.
                    let _ = released.await;
                }
                Ok(JsValue::UNDEFINED)
            })
        });
        let Ok(asked) = request(&locks, only_if_available, &hold) else { return without_locks };
        match select(told, JsFuture::from(asked)).await {
            Either::Left((taken, _)) => taken.unwrap_or(false).then_some(Self { _release: Some(release) }),
            // Before anyone has told whether it is taken: where a page may keep nothing, it may not lock either.
            Either::Right(_) => without_locks,
        }
    }
}

/// `navigator.locks.request(NAME, { ifAvailable }, hold)`; by name, as web-sys counts locks among the unstable
/// interfaces.
fn request(locks: &JsValue, only_if_available: bool, hold: &JsValue) -> Result<Promise, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &only_if_available.into())?;
    let request: Function = Reflect::get(locks, &"request".into())?.dyn_into()?;
    request.call3(locks, &NAME.into(), &options, hold)?.dyn_into()
}
