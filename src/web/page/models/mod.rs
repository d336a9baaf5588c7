//! The models that the page can use: the one that came with it, and those that were trained here or brought.

mod class_names;
mod kept;

use std::mem;

use leptos::{html, prelude::*};

use self::kept::Kept;
use super::train::words::{listed, number};
use crate::web::{
    page::{
        bridge::Source,
        state::{Page, Stage},
        view::View,
    },
    protocol::{
        ModelReport,
        training::{Bits, ModelChoice, Place},
    },
};

/// The list; while photos are classified only if there is a choice.
#[component]
pub fn Models() -> impl IntoView {
    let page = expect_context::<Page>();
    let training = page.training;
    let none_kept = move || training.models.with(Vec::is_empty);
    let place = move || {
        let text = match training.place.get()? {
            _ if none_kept() => "Models that you train or load are listed here.",
            Place::Files | Place::Database => "Kept in this browser, on this computer, until you delete them.",
            Place::Memory => {
                "This browser keeps nothing for this page: these models are gone once it is closed. Download what you \
                 want to keep."
            }
        };
        Some(text)
    };
    view! {
        <section
            class="models"
            id="models"
            aria-labelledby="models-title"
            hidden=move || none_kept() && page.view.get() == View::Classify
        >
            <header>
                <h2 id="models-title" tabindex="-1">"Models"</h2>
                <p class:trouble=move || training.place.get() == Some(Place::Memory) && !none_kept()>{place}</p>
            </header>
            {move || {
                training.models_trouble.get().map(|message| view! { <p class="trouble" role="alert">{message}</p> })
            }}
            <ul>
                {move || page.shipped_model.get().map(|model| view! { <Shipped model/> })}
                <For
                    each=move || training.models.get()
                    key=|model| model.id.clone()
                    let:model
                >
                    <Kept model/>
                </For>
            </ul>
        </section>
    }
}

#[component]
fn Shipped(model: ModelReport) -> impl IntoView {
    let name = model.name.clone();
    view! {
        <li class="model" data-model="shipped">
            <div class="naming">
                <span class="given-name">{model.name.clone()}</span>
                <Use source=Source::Shipped name=model.name/>
            </div>
            <p class="facts">
                "Came with the page. " {number(model.classes.len())} " classes: " {listed(&model.classes)} "."
            </p>
            <div class="buttons">
                <Downloads model=ModelChoice::Shipped name=name/>
            </div>
        </li>
    }
}

/// The buttons that save a model, with what another program needs to run it.
#[component]
fn Downloads(model: ModelChoice, #[prop(into)] name: Signal<String>) -> impl IntoView {
    let page = expect_context::<Page>();
    let button = move |(text, action, bits): (&'static str, &'static str, Bits)| {
        let model = model.clone();
        view! {
            <button
                type="button"
                class="quiet"
                data-action=action
                title="The weights as .safetensors, class_indices.json, and a manifest by which others can check that they \
                       run the model the same way"
                aria-label=move || format!("{text} {}", name.get())
                on:click=move |_| page.training.download_model(model.clone(), bits)
            >
                {text}
            </button>
        }
    };
    [("Download", "download", Bits::ThirtyTwo), ("Download in 16 bits", "download-f16", Bits::Sixteen)].map(button)
}

/// The button that puts a model to use, or that it is.
#[component]
fn Use(source: Source, #[prop(into)] name: Signal<String>) -> impl IntoView {
    let page = expect_context::<Page>();
    let choice: Option<ModelChoice> = source.choice();
    let in_use = Memo::new(move |_| page.model_in_use.with(|in_use| *in_use == choice));
    let source = StoredValue::new_local(source);
    // The focus stays where the button was.
    let is_asked = StoredValue::new(false);
    let tag = NodeRef::<html::Span>::new();
    Effect::new(move || {
        if in_use.get()
            && let Some(tag) = tag.get()
            && is_asked.try_update_value(mem::take).unwrap_or_default()
        {
            let _ = tag.focus();
        }
    });
    let ready = move || page.stage.with(|stage| *stage == Stage::Ready);
    view! {
        <Show
            when=move || !in_use.get()
            fallback=move || view! { <span node_ref=tag class="tag" data-in-use="true" tabindex="-1">"in use"</span> }
        >
            <button
                type="button"
                class="quiet"
                data-action="use"
                aria-label=move || format!("Use {}", name.get())
                disabled=move || !ready()
                on:click=move |_| {
                    is_asked.set_value(true);
                    page.use_model(source.get_value());
                }
            >
                "Use"
            </button>
        </Show>
    }
}
