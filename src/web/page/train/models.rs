//! The models that the page can use: the one that came with it, and those that were trained here.

use std::{
    mem,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use leptos::{html, prelude::*};

use super::{
    parts::{Renamable, TwoStep, rescue_focus},
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
    view! {
        <li class="model" data-model="shipped">
            <div class="naming">
                <span class="given-name">{model.name.clone()}</span>
                <Use source=Source::Shipped name=model.name/>
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
    let start = model.start.as_ref().map(|name| format!(" Started from {name}.")).unwrap_or_default();
    let facts = format!(
        "{}. {} classes: {}. {how}, epoch {} of {}, {} photos to learn from.{start}",
        date(model.created),
        number(model.classes.len()),
        listed(&model.classes),
        model.epoch.epoch,
        model.history.len(),
        number(model.train_photos)
    );
    let accuracy = percent(model.epoch.validation_accuracy);
    let id = model.id.clone();
    // The one thing that may change about it.
    let name = {
        let KeptModel { id, name, .. } = model.clone();
        Memo::new(move |_| {
            let find =
                |models: &Vec<KeptModel>| models.iter().find(|model| model.id == id).map(|model| model.name.clone());
            training.models.with(find).unwrap_or_else(|| name.clone())
        })
    };
    let choice = ModelChoice::Kept(id.clone());
    let warning = Signal::derive(move || {
        let in_use = page.model_in_use.with(|in_use| in_use.as_ref() == Some(&choice));
        in_use.then_some("It is in use, and stays so until the page is closed.")
    });
    let is_deleted = Arc::new(AtomicBool::new(false));
    on_cleanup({
        let is_deleted = Arc::clone(&is_deleted);
        move || {
            if is_deleted.load(Ordering::Relaxed) {
                rescue_focus("#models-title");
            }
        }
    });
    let [rename_id, use_id, download_id, delete_id] = std::array::from_fn(|_| id.clone());
    let share = format!("{:.6}", model.epoch.validation_accuracy);
    view! {
        <li
            class="model"
            data-model=id.clone()
            data-name=name
            data-accuracy=share
        >
            <div class="naming">
                <Renamable
                    name=name
                    thing="model"
                    on_rename=move |new_name| training.rename_model(rename_id.clone(), new_name)
                />
                <Use source=Source::Kept(use_id) name=name/>
            </div>
            <p class="accuracy"><b>{accuracy}</b> " accuracy"</p>
            <p class="facts">{facts}</p>
            <div class="buttons">
                <button
                    type="button"
                    class="quiet"
                    data-action="download"
                    aria-label=move || format!("Download {}", name.get())
                    on:click=move |_| training.download_model(download_id.clone())
                >
                    "Download"
                </button>
                <button
                    type="button"
                    class="quiet"
                    data-action="report"
                    aria-label=move || format!("Save the report of {}", name.get())
                    on:click=move |_| {
                        training.save_report(&KeptModel { name: name.get_untracked(), ..model.clone() });
                    }
                >
                    "Report"
                </button>
                <TwoStep
                    label="Delete"
                    sure="Delete for good?"
                    about=name
                    warning=warning
                    on_sure=move || {
                        is_deleted.store(true, Ordering::Relaxed);
                        training.delete_model(delete_id.clone());
                    }
                />
            </div>
        </li>
    }
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
