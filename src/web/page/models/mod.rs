//! The models that the page can use: the one that came with it, and those that were trained here or brought.

mod class_names;
mod kept;

use std::mem;

use leptos::{html, prelude::*};
use rust_i18n::t;

use self::kept::Kept;
use super::train::words::{NAMES, listed, number};
use crate::language::Text;
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
            _ if none_kept() => t!("models.none_yet"),
            Place::Files | Place::Database => t!("models.kept"),
            Place::Memory => t!("models.not_kept"),
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
                <h2 id="models-title" tabindex="-1">{t!("models.title")}</h2>
                <p class:trouble=move || training.place.get() == Some(Place::Memory) && !none_kept()>{place}</p>
            </header>
            {move || {
                let trouble = training.models_trouble.get();
                trouble.map(|message| view! { <p class="trouble" role="alert">{message.to_string()}</p> })
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
                {t!(
                    "models.shipped",
                    count = number(model.classes.len()),
                    classes = listed(&model.classes, NAMES)
                )}
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
    let button = move |(text, action, bits): (Text, &'static str, Bits)| {
        let model = model.clone();
        let label = text.clone();
        view! {
            <button
                type="button"
                class="quiet"
                data-action=action
                title=t!("models.downloads_hint")
                aria-label=move || t!("parts.action", action = label, name = name.get())
                on:click=move |_| page.training.download_model(model.clone(), bits)
            >
                {text}
            </button>
        }
    };
    [(t!("models.download"), "download", Bits::ThirtyTwo), (t!("models.download_f16"), "download-f16", Bits::Sixteen)]
        .map(button)
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
            fallback=move || {
                view! { <span node_ref=tag class="tag" data-in-use="true" tabindex="-1">{t!("models.in_use")}</span> }
            }
        >
            <button
                type="button"
                class="quiet"
                data-action="use"
                aria-label=move || t!("parts.action", action = t!("models.use"), name = name.get())
                disabled=move || !ready()
                on:click=move |_| {
                    is_asked.set_value(true);
                    page.use_model(source.get_value());
                }
            >
                {t!("models.use")}
            </button>
        </Show>
    }
}
