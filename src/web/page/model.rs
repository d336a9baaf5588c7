//! The model in use: what it knows, where it comes from, and how to use another one.

use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{File, HtmlInputElement};

use super::state::{Page, Stage};
use crate::web::protocol::ModelReport;

/// Class names that a line holds before it is cut short.
const CLASSES_SHOWN: usize = 12;

/// What the model can tell apart, in a sentence.
#[component]
pub fn Knowledge() -> impl IntoView {
    let page = expect_context::<Page>();
    move || {
        page.model.with(|model| {
            model.as_ref().map(|model| {
                view! { <span class="knowledge">"It knows " <em>{listed(&model.classes)}</em> ", and nothing else."</span> }
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
                <h2>"Model"</h2>
                {move || page.model.get().map(|model| view! { <Card model/> })}
                {move || page.model_trouble.get().map(|message| view! { <p class="trouble" role="alert">{message}</p> })}
                <div class="buttons">
                    <span class="file-button" title="A .safetensors or .pth file, with its class_indices.json">
                        <input
                            id="model-file"
                            type="file"
                            multiple
                            accept=".safetensors,.pth,.json"
                            aria-label="Load another model"
                            disabled=move || !ready()
                            on:change=pick
                        />
                        <label for="model-file">"Load another"</label>
                    </span>
                    <button
                        type="button"
                        id="download-model"
                        aria-label="Download this model"
                        disabled=move || !ready()
                        on:click=move |_| page.export_model()
                    >
                        "Download"
                    </button>
                </div>
            </section>
        </Show>
    }
}

#[component]
fn Card(model: ModelReport) -> impl IntoView {
    let size = format!("{} classes, {:.1} million weights", model.classes.len(), model.parameters as f64 / 1e6);
    let facts: Vec<_> =
        model.training.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).collect();
    view! {
        <p class="value">{model.name}</p>
        <p class="why">{size}</p>
        <details class="more">
            <summary>"Model card"</summary>
            <p>
                {match model.full_width {
                    true => "AlexNet at its full width, as in torchvision. ",
                    false => "AlexNet at half its width, as in the PyTorch flower tutorial. ",
                }}
                "Whatever a photo shows, the answer is one of the classes: " {listed(&model.classes)} "."
            </p>
            <dl>{facts}</dl>
        </details>
    }
}

/// "daisy, roses and tulips"; long lists are cut short.
fn listed(classes: &[String]) -> String {
    match classes {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [head @ .., last] if classes.len() <= CLASSES_SHOWN => format!("{} and {last}", head.join(", ")),
        _ => {
            let shown = classes[..CLASSES_SHOWN].join(", ");
            format!("{shown} and {} more", classes.len() - CLASSES_SHOWN)
        }
    }
}
