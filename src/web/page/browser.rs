//! Small things asked of the browser.

use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Promise};
use leptos::prelude::{document, set_timeout, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, HtmlElement, MessageChannel, Url, UrlSearchParams};

use crate::web::js;

/// Sets a `data-` attribute of the body, or removes it.
pub fn set_body_data(name: &str, value: Option<&str>) {
    let name = format!("data-{name}");
    if let Some(body) = document().body() {
        match value {
            Some(value) => body.set_attribute(&name, value),
            None => body.remove_attribute(&name),
        }
        .expect("a name without spaces");
    }
}

/// A `data-` attribute of the document's root as an absolute URL; it is read relative to the page.
pub fn root_url(name: &str, default: &str) -> String {
    let value = document().document_element().and_then(|root| root.get_attribute(&format!("data-{name}")));
    let value = value.as_deref().unwrap_or(default);
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    Url::new_with_base(value, &base).map_or_else(|_| value.to_owned(), |url| url.href())
}

/// What the page's address says after `?` under this name; empty where it stands there without a value.
pub fn address_parameter(name: &str) -> Option<String> {
    let search = window().location().search().unwrap_or_default();
    UrlSearchParams::new_with_str(&search).ok()?.get(name)
}

/// Offers a file to the visitor under this name.
pub fn save(blob: &Blob, name: &str) -> Result<(), JsValue> {
    let url = Url::create_object_url_with_blob(blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.unchecked_ref::<HtmlElement>().click();
    // Browsers may start to read the file only after the click.
    set_timeout(move || drop(Url::revoke_object_url(&url)), Duration::from_secs(60));
    Ok(())
}

/// Offers a text to the visitor as a file of that name.
pub fn save_text(text: &str, media_type: &str, name: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    save(&Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options)?, name)
}

/// Waits for a call that answers through a callback, given the callbacks for success and for failure.
pub async fn called_back<T: JsCast>(call: impl FnOnce(&Function, &Function)) -> Result<T, JsValue> {
    let mut call = Some(call);
    let promise = Promise::new(&mut |success, failure| {
        if let Some(call) = call.take() {
            call(&success, &failure);
        }
    });
    JsFuture::from(promise).await?.dyn_into()
}

/// Lets the browser do other things for so long. In a hidden page, where timers may come once in a minute, it has one turn.
pub async fn pause(length: Duration) {
    if !document().hidden() || take_turns().await.is_err() {
        TimeoutFuture::new(length.as_millis().try_into().unwrap_or(u32::MAX)).await;
    }
}

/// Goes on after whatever else is due, by a message to itself.
async fn take_turns() -> Result<(), JsValue> {
    let channel = MessageChannel::new()?;
    let (hears, tells) = (channel.port1(), channel.port2());
    let heard = Promise::new(&mut |hear, _| hears.set_onmessage(Some(&hear)));
    tells.post_message(&JsValue::NULL)?;
    JsFuture::from(heard).await?;
    hears.close();
    Ok(())
}

/// Whether this browser lets a page ask for a camera; pages not served securely may not.
pub fn has_camera() -> bool {
    js::property(&window().navigator(), "mediaDevices").is_some()
}
