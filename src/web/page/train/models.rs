//! The models that the page can use: the one that came with it, and those that were trained here.

use leptos::prelude::*;

use super::{
    parts::{Renamable, TwoStep},
    words::{date, listed, number, percent},
};
use crate::{
    run::Mode,
    web::{
        page::{
            bridge::Source,
            state::{Page, Stage},
            view::View,
        },
        protocol::{
            ModelReport,
            training::{KeptModel, ModelChoice, Place},
        },
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
            _ if none_kept() => "Models that you train are listed here.",
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
                <h2 id="models-title">"Models"</h2>
                <p class:trouble=move || training.place.get() == Some(Place::Memory) && !none_kept()>{place}</p>
            </header>
            {move || {
                training.models_trouble.get().map(|message| view! { <p class="trouble" role="alert">{message}</p> })
            }}
            <ul>
                {move || page.shipped_model.get().map(|model| view! { <Shipped model/> })}
                <For
                    each=move || training.models.get()
                    key=|model| (model.id.clone(), model.name.clone())
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
    view! {
        <li class="model" data-model="shipped">
            <div class="naming">
                <span class="given-name">{model.name.clone()}</span>
                <Use source=Source::Shipped name=model.name.clone()/>
            </div>
            <p class="facts">
                "Came with the page. " {number(model.classes.len())} " classes: " {listed(&model.classes)} "."
            </p>
        </li>
    }
}

#[component]
fn Kept(model: KeptModel) -> impl IntoView {
    let page = expect_context::<Page>();
    let training = page.training;
    let how = match model.config.mode {
        Mode::Full => "All layers",
        Mode::Head => "The head only",
        Mode::Scratch => "From scratch",
    };
    let facts = format!(
        "{}. {} classes: {}. {how}, epoch {} of {}, {} photos to learn from.",
        date(model.created),
        number(model.classes.len()),
        listed(&model.classes),
        model.epoch.epoch,
        model.history.len(),
        number(model.train_photos)
    );
    let accuracy = percent(model.epoch.validation_accuracy);
    let KeptModel { id, name, .. } = model.clone();
    let [rename_id, use_id, download_id, delete_id] = std::array::from_fn(|_| id.clone());
    let share = format!("{:.6}", model.epoch.validation_accuracy);
    view! {
        <li
            class="model"
            data-model=id.clone()
            data-name=name.clone()
            data-accuracy=share
        >
            <div class="naming">
                <Renamable
                    name=name.clone()
                    thing="model"
                    on_rename=move |new_name| training.rename_model(rename_id.clone(), new_name)
                />
                <Use source=Source::Kept(use_id) name=name.clone()/>
            </div>
            <p class="accuracy"><b>{accuracy}</b> " accuracy"</p>
            <p class="facts">{facts}</p>
            <div class="buttons">
                <button
                    type="button"
                    class="quiet"
                    data-action="download"
                    aria-label=format!("Download {name}")
                    on:click=move |_| training.download_model(download_id.clone())
                >
                    "Download"
                </button>
                <button
                    type="button"
                    class="quiet"
                    data-action="report"
                    aria-label=format!("Save the report of {name}")
                    on:click=move |_| training.save_report(&model)
                >
                    "Report"
                </button>
                <TwoStep
                    label="Delete"
                    sure="Delete for good?"
                    about=name.clone()
                    on_sure=move || training.delete_model(delete_id.clone())
                />
            </div>
        </li>
    }
}

/// The button that puts a model to use, or that it is.
#[component]
fn Use(source: Source, name: String) -> impl IntoView {
    let page = expect_context::<Page>();
    let choice: Option<ModelChoice> = source.choice();
    let in_use = Memo::new(move |_| page.model_in_use.with(|in_use| *in_use == choice));
    let source = StoredValue::new_local(source);
    let ready = move || page.stage.with(|stage| *stage == Stage::Ready);
    view! {
        <Show
            when=move || !in_use.get()
            fallback=|| view! { <span class="tag" data-in-use="true">"in use"</span> }
        >
            <button
                type="button"
                class="quiet"
                data-action="use"
                aria-label=format!("Use {name}")
                disabled=move || !ready()
                on:click=move |_| page.use_model(source.get_value())
            >
                "Use"
            </button>
        </Show>
    }
}
