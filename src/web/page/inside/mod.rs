//! The network's inside: what decided a photo's class, what each layer makes of the photo, what the network consists of.
//!
//! [`state::Inside`] is what the page knows of it; the modules below show it, in the order in which a visitor meets them.

pub mod choose;
pub mod state;

mod classes;
mod drawing;
mod layers;
mod maps;
mod photo;
mod pictures;

use leptos::prelude::*;
use rust_i18n::t;

use self::state::Phase;
use super::{browser, state::Page, view::View};

/// Everything below the place where the photo is chosen.
#[component]
pub fn Inside() -> impl IntoView {
    let page = expect_context::<Page>();
    let inside = page.inside;
    Effect::new(move || {
        let phase = inside.phase.with(|phase| match phase {
            Phase::Idle => "idle",
            Phase::Working => "working",
            Phase::Done => "done",
            Phase::Failed(_) => "failed",
        });
        browser::set_body_data("inside", Some(phase));
    });
    // What nobody looks at is not asked for.
    Effect::new(move || {
        if page.view.get() == View::Inside && page.model.with(Option::is_some) {
            inside.refresh();
        }
    });
    let trouble = move || inside.network_trouble.get();

    view! {
        <div class="inside">
            <Show when=move || inside.photo.with(Option::is_some)>
                <photo::Photo/>
            </Show>
            {move || trouble().map(|message| view! { <p class="trouble" role="alert">{message.to_string()}</p> })}
            <Show when=move || inside.layers.with(|layers| !layers.is_empty())>
                <Filters/>
                <layers::Layers/>
            </Show>
        </div>
    }
}

/// The filters of the first layer.
#[component]
fn Filters() -> impl IntoView {
    let inside = expect_context::<Page>().inside;
    let sheet = move || {
        inside.filters.get().map(|sheet| {
            let alt = t!("inside.filters_alt", count = sheet.pictures);
            view! { <maps::Sheet id="inside-filters" sheet alt/> }
        })
    };
    view! {
        <section class="filter-sheet" aria-labelledby="filters-title">
            <div>
                <h2 id="filters-title">{t!("inside.filters")}</h2>
                <p>{t!("inside.filters_about")}</p>
            </div>
            {sheet}
        </section>
    }
}
