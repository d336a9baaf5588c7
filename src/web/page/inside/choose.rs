//! Choosing the photo: a file, or one of those that were classified.

use leptos::prelude::*;
use rust_i18n::t;
use web_sys::HtmlInputElement;

use crate::{
    results::{Filter, Order, Outcome, PhotoId},
    web::page::{
        intake::{Findings, enlist},
        state::Page,
    },
};

/// Classified photos to choose from.
const OFFERED: usize = 12;

/// Takes in what was dropped: a model to load, a photo to look inside with, and others to choose from.
pub async fn take_in(page: Page, findings: impl Future<Output = Findings>) {
    let given_up = page.given_up();
    let mut findings = findings.await;
    let models = findings.take_models();
    if !models.is_empty() {
        page.load_model(models);
    }
    let mut photos = findings.photos();
    if !photos.is_empty() {
        page.inside.inspect(photos.remove(0).file);
    }
    enlist(page, photos, given_up).await;
}

/// The control to choose a photo.
#[component]
pub fn Choose() -> impl IntoView {
    let page = expect_context::<Page>();
    let pick = move |event| {
        let input: HtmlInputElement = event_target(&event);
        let photo = input.files().and_then(|files| files.get(0));
        // So that the same file can be picked again.
        input.set_value("");
        if let Some(photo) = photo {
            page.inside.inspect(photo);
        }
    };
    let chosen = move || page.inside.photo.with(Option::is_some);

    view! {
        <section class="intake look-in" class:compact=chosen aria-label=t!("inside.choose")>
            <label class="drop" for="inspect">
                <svg class="petals" viewBox="0 0 64 64" aria-hidden="true"><use href="#flower"/></svg>
                <strong>{move || if chosen() { t!("inside.another_photo") } else { t!("inside.follow") }}</strong>
                <span>{t!("inside.by_browser_alone")}</span>
            </label>
            <div class="buttons">
                <span class="file-button primary">
                    <input
                        id="inspect"
                        type="file"
                        accept="image/*,.heic,.avif"
                        aria-label=t!("inside.choose_photo")
                        on:change=pick
                    />
                    <label for="inspect">{t!("inside.choose_photo")}</label>
                </span>
            </div>
            <Classified/>
        </section>
    }
}

/// The first of the photos that were classified.
#[component]
fn Classified() -> impl IntoView {
    let page = expect_context::<Page>();
    let offered = Memo::new(move |_| {
        page.results.with(|results| {
            let photos = results.arranged(Order::Added, &Filter::All).into_iter();
            let answered = photos.filter(|photo| matches!(photo.outcome, Outcome::Answered(_)));
            answered.take(OFFERED).map(|photo| (photo.id, photo.name.clone())).collect::<Vec<_>>()
        })
    });
    let tile = move |(id, name): (PhotoId, String)| {
        view! {
            <li>
                <button
                    type="button"
                    aria-label=t!("inside.look_at", name = name)
                    title=name
                    on:click=move |_| page.look_inside(id)
                >
                    <img alt="" loading="lazy" decoding="async" prop:src=page.thumbnail(id)/>
                </button>
            </li>
        }
    };
    view! {
        <Show when=move || offered.with(|offered| !offered.is_empty())>
            <div class="classified">
                <p>{t!("inside.classified")}</p>
                <ul>
                    <For each=move || offered.get() key=|(id, _)| *id children=tile/>
                </ul>
            </div>
        </Show>
    }
}
