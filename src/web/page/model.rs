//! The model in use: what it knows, where it comes from, and how to use another one.

use js_sys::Array;
use leptos::prelude::*;
use rust_i18n::t;
use wasm_bindgen::JsCast;
use web_sys::{File, HtmlInputElement};

use super::{
    state::{Page, Stage},
    train::words::{around, with_names},
};
use crate::{
    language::Text,
    web::protocol::ModelReport,
    words::{large, listed},
};

/// Class names that a line holds before it is cut short.
const CLASSES_SHOWN: usize = 12;

/// What the model can tell apart, in a sentence.
#[component]
pub fn Knowledge() -> impl IntoView {
    let page = expect_context::<Page>();
    move || {
        page.model.with(|model| {
            model.as_ref().map(|model| {
                let classes = listed(&model.classes, CLASSES_SHOWN);
                view! { <span class="knowledge">{around(&t!("classify.knows"), view! { <em>{classes}</em> })}</span> }
            })
        })
    }
}

/// The model's card, and the controls to load and save models.
#[component]
pub fn Model() -> impl IntoView {
    let page = expect_context::<Page>();
    let pick = move |event| {
        let input: HtmlInputElement = event_target(&event);
        let files = input.files().map(|list| Array::from(&list)).unwrap_or_default();
        let files: Vec<File> = files.iter().map(JsCast::unchecked_into).collect();
        input.set_value("");
        if !files.is_empty() {
            page.load_model(files);
        }
    };
    let ready = move || page.stage.with(|stage| *stage == Stage::Ready);

    view! {
        <Show when=move || page.model.with(Option::is_some)>
            <section id="model" class="fact">
                <h2>{t!("model.title")}</h2>
                {move || page.model.get().map(|model| view! { <Card model/> })}
                {move || page.model_trouble.get().map(|message| view! { <p class="trouble" role="alert">{with_names(&message.to_string())}</p> })}
                <div class="buttons">
                    <span class="file-button" title=t!("model.file_hint")>
                        <input
                            id="model-file"
                            type="file"
                            multiple
                            accept=".safetensors,.pth,.json"
                            aria-label=t!("model.load_another")
                            disabled=move || !ready()
                            on:change=pick
                        />
                        <label for="model-file">{t!("model.load")}</label>
                    </span>
                    <button
                        type="button"
                        id="download-model"
                        aria-label=t!("model.download_this")
                        disabled=move || !ready()
                        on:click=move |_| page.export_model()
                    >
                        {t!("model.download")}
                    </button>
                </div>
            </section>
        </Show>
    }
}

#[component]
fn Card(model: ModelReport) -> impl IntoView {
    let size = t!("model.size", classes = model.classes.len(), weights = large(model.parameters as u64));
    let width = match model.full_width {
        true => t!("model.full_width"),
        false => t!("model.half_width"),
    };
    let fact = |(name, value)| view! { <div><dt>{fact_name(name)}</dt><dd>{fact_value(value)}</dd></div> };
    let facts: Vec<_> = model.training.into_iter().map(fact).collect();
    view! {
        <p class="value">{model.name}</p>
        <p class="why">{size}</p>
        <details class="more">
            <summary>{t!("model.card")}</summary>
            <p>{t!("model.card_text", width = width, classes = listed(&model.classes, CLASSES_SHOWN))}</p>
            <dl>{facts}</dl>
        </details>
    }
}

/// What training wrote into the file, in the page's language; what others wrote, as it is.
fn fact_name(name: String) -> Text {
    match name.as_str() {
        "augmentation" => t!("facts.augmentation"),
        "batch size" => t!("facts.batch_size"),
        "epoch" => t!("facts.epoch"),
        "epochs" => t!("facts.epochs"),
        "learning rate" => t!("facts.learning_rate"),
        "mode" => t!("facts.mode"),
        "recipe" => t!("facts.recipe"),
        "seed" => t!("facts.seed"),
        "started from" => t!("facts.start"),
        "photos to calibrate" => t!("facts.photos_to_calibrate"),
        "validation accuracy" => t!("facts.validation_accuracy"),
        "accuracy on the photos that chose the epoch" => t!("facts.choosing_accuracy"),
        _ => match name.strip_prefix("accuracy on ").and_then(|rest| rest.strip_suffix(" photos set aside")) {
            Some(count) => t!("facts.accuracy_set_aside", count = count),
            None => name.into(),
        },
    }
}

/// The same for the values that are words.
fn fact_value(value: String) -> Text {
    match value.as_str() {
        "on" => t!("facts.on"),
        "off" => t!("facts.off"),
        "full" => t!("facts.full"),
        "head" => t!("facts.head"),
        "scratch" => t!("facts.scratch"),
        "best" => t!("facts.best"),
        "tutorial" => t!("facts.tutorial"),
        _ => value.into(),
    }
}
