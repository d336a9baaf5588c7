//! A model that was trained here or brought.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use leptos::prelude::*;
use rust_i18n::t;

use super::{Downloads, Use, class_names::ClassNames};
use crate::{
    run::Mode,
    web::{
        page::{
            bridge::Source,
            state::Page,
            train::{
                parts::{Renamable, TwoStep, rescue_focus},
                words::{NAMES, around, date, listed, number, percent, photos},
            },
        },
        protocol::training::{KeptModel, ModelChoice},
    },
};

/// The model, and what can be done with it.
#[component]
pub fn Kept(model: KeptModel) -> impl IntoView {
    let page = expect_context::<Page>();
    let training = page.training;
    let id = model.id.clone();
    // Its name and those of its classes may change.
    let model = {
        let id = id.clone();
        Memo::new(move |_| {
            let find = |models: &Vec<KeptModel>| models.iter().find(|model| model.id == id).cloned();
            training.models.with(find).unwrap_or_else(|| model.clone())
        })
    };
    let name = Memo::new(move |_| model.with(|model| model.name.clone()));
    let classes = Memo::new(move |_| model.with(|model| model.classes.clone()));
    let accuracy = model.with_untracked(|model| model.run.as_ref().map(|run| run.epoch.validation_accuracy));
    let choice = ModelChoice::Kept(id.clone());
    let warning = Signal::derive(move || {
        let in_use = page.model_in_use.with(|in_use| in_use.as_ref() == Some(&choice));
        in_use.then(|| t!("models.in_use_warning"))
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
    let [rename_id, use_id, download_id, delete_id, names_id] = std::array::from_fn(|_| id.clone());
    view! {
        <li
            class="model"
            data-model=id
            data-name=name
            data-accuracy=accuracy.map(|accuracy| format!("{accuracy:.6}"))
        >
            <div class="naming">
                <Renamable
                    name=name
                    ask=|name| t!("models.rename_model", name = name)
                    new_name=|name| t!("models.new_name_of_model", name = name)
                    on_rename=move |new_name| training.rename_model(rename_id.clone(), new_name)
                />
                <Use source=Source::Kept(use_id) name=name/>
            </div>
            {accuracy.map(|accuracy| {
                view! { <p class="accuracy">{around(&t!("models.accuracy"), view! { <b>{percent(accuracy)}</b> })}</p> }
            })}
            <p class="facts">{move || model.with(facts)}</p>
            <div class="buttons">
                <Downloads model=ModelChoice::Kept(download_id) name=name/>
                {accuracy.map(|_| {
                    view! {
                        <button
                            type="button"
                            class="quiet"
                            data-action="report"
                            aria-label=move || t!("models.save_report_of", name = name.get())
                            on:click=move |_| model.with_untracked(|model| training.save_report(model))
                        >
                            {t!("models.report")}
                        </button>
                    }
                })}
                <TwoStep
                    label=t!("models.delete")
                    sure=t!("models.delete_for_good")
                    about=name
                    warning=warning
                    on_sure=move || {
                        is_deleted.store(true, Ordering::Relaxed);
                        training.delete_model(delete_id.clone());
                    }
                />
            </div>
            <ClassNames id=names_id classes/>
        </li>
    }
}

/// Where it comes from and what it knows, in a sentence or two.
fn facts(model: &KeptModel) -> String {
    let (count, names) = (number(model.classes.len()), listed(&model.classes, NAMES));
    let classes = t!("models.classes", count = count, classes = names);
    let created = date(model.created);
    let Some(run) = &model.run else {
        return t!("models.brought", date = created, classes = classes).into();
    };
    let how = match run.config.mode {
        Mode::Full => t!("models.all_layers"),
        Mode::Head => t!("models.head_only"),
        Mode::Scratch => t!("models.from_scratch"),
    };
    let mut text = t!(
        "models.trained",
        date = created,
        classes = classes,
        mode = how,
        epoch = run.epoch.epoch,
        epochs = run.history.len(),
        photos = photos(run.train_photos)
    )
    .into_owned();
    if let Some(name) = &run.start {
        text += &t!("models.started_from", name = name);
    }
    text
}
