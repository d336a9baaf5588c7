//! A model that the page's address names: `?model=URL`, on the same site as the page.

use js_sys::Array;
use leptos::prelude::*;
use rust_i18n::t;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, File, Response, Url};

use super::{browser::address_parameter, state::Page};
use crate::{language::Told, web::js};

/// Loads the model, where the address names one; where it cannot be had, the shipped one stays.
pub fn load(page: Page) {
    if let Some(asked) = address_parameter("model").filter(|asked| !asked.is_empty()) {
        spawn_local(async move {
            match fetch(&asked).await {
                Ok(file) => page.load_model(vec![file]),
                Err(message) => page.model_trouble.set(Some(message)),
            }
        });
    }
}

/// The file at this URL, which may be relative to the page.
async fn fetch(asked: &str) -> Result<File, Told> {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    let url = Url::new_with_base(asked, &base).map_err(|_| Told::of(|| t!("model.no_url", asked = asked)))?;
    if Some(url.origin()) != window().location().origin().ok() {
        return Err(Told::of(|| t!("model.other_site", asked = asked)));
    }
    let not_fetched = |why| Told::of(|| t!("model.not_fetched", asked = asked, reason = why));
    let blob = download(&url.href()).await.map_err(not_fetched)?;
    let path = url.pathname();
    let name = path.rsplit('/').next().unwrap_or_default();
    let name = js_sys::decode_uri_component(name).map_or_else(|_| name.to_owned(), String::from);
    File::new_with_blob_sequence(&Array::of1(&blob), &name).map_err(|exception| js::message(&exception).into())
}

async fn download(url: &str) -> Result<Blob, Told> {
    let failed = |exception| Told::of(|| t!("model.check_connection", reason = js::message(&exception)));
    let response: Response = JsFuture::from(window().fetch_with_str(url)).await.map_err(failed)?.unchecked_into();
    if !response.ok() {
        let status = format!("{} {}", response.status(), response.status_text());
        return Err(Told::of(|| t!("model.server_answered", status = status)));
    }
    let body = response.blob().map_err(failed)?;
    Ok(JsFuture::from(body).await.map_err(failed)?.unchecked_into())
}
