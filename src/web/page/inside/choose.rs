//! Choosing the photo: a file, or one of those that were classified.

use leptos::prelude::*;
use web_sys::HtmlInputElement;

use crate::{
    results::{Filter, Order, Outcome, PhotoId},
    web::page::state::Page,
};

/// Classified photos to choose from.
const OFFERED: usize = 12;

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
        <section class="intake look-in" class:compact=chosen aria-label="Choose a photo to look at">
            <label class="drop" for="inspect">
                <svg class="petals" viewBox="0 0 64 64" aria-hidden="true"><use href="#flower"/></svg>
                <strong>{move || if chosen() { "Another photo" } else { "Choose a photo to follow through the network" }}</strong>
                <span>"It is read by your browser alone"</span>
            </label>
            <div class="buttons">
                <span class="file-button primary">
                    <input id="inspect" type="file" accept="image/*,.heic,.avif" on:change=pick/>
                    <label for="inspect">"Choose a photo"</label>
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
                    aria-label=format!("Look at {name}")
                    title=name
                    on:click=move |_| page.look_inside(id)
                >
                    <img src=page.thumbnail(id) alt="" loading="lazy" decoding="async"/>
                </button>
            </li>
        }
    };
    view! {
        <Show when=move || offered.with(|offered| !offered.is_empty())>
            <div class="classified">
                <p>"Or one of those you classified"</p>
                <ul>
                    <For each=move || offered.get() key=|(id, _)| *id children=tile/>
                </ul>
            </div>
        </Show>
    }
}
