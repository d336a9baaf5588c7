//! How the photos are split and how the network is trained: the form.

use leptos::{ev, prelude::*};
use rust_i18n::t;

use super::{form::NumberField, state::Training};
use crate::{
    language::Text,
    run::Mode,
    web::{page::state::Page, protocol::training::ModelChoice},
};

/// The value of a mode's option, its name, and the mode.
type Choice = (&'static str, fn() -> Text, Mode);

const MODES: [Choice; 3] = [
    ("full", || t!("settings.full"), Mode::Full),
    ("head", || t!("settings.head"), Mode::Head),
    ("scratch", || t!("settings.scratch"), Mode::Scratch),
];
/// What stands for a model in the list of those to start from.
const IN_USE: &str = "in-use";
const SHIPPED: &str = "shipped";

/// The form.
#[component]
pub fn Settings() -> impl IntoView {
    let page = expect_context::<Page>();
    let training = page.training;
    let form = training.form;
    let locked = move || training.phase.get().is_active() || training.ordered.get();
    view! {
        <form class="settings" id="training-settings" on:submit=|event: ev::SubmitEvent| event.prevent_default()>
            <h3>{t!("settings.title")}</h3>
            <fieldset disabled=locked>
                <ModeField/>
                <StartField/>
                <Number field=form.epochs/>
                <Number field=form.batch_size/>
                <Number field=form.learning_rate/>
                <Number field=form.seed/>
                <ShareField/>
                <AugmentField/>
            </fieldset>
        </form>
    }
}

/// Which weights are moved.
#[component]
fn ModeField() -> impl IntoView {
    let form = expect_context::<Page>().training.form;
    let choose = move |event| {
        let chosen = event_target_value(&event);
        if let Some((_, _, mode)) = MODES.into_iter().find(|(value, _, _)| *value == chosen) {
            form.set_mode(mode);
        }
    };
    let explanation = move || match form.mode.get() {
        Mode::Full => t!("settings.full_about"),
        Mode::Head => t!("settings.head_about"),
        Mode::Scratch => t!("settings.scratch_about"),
    };
    let options = MODES.map(|(value, text, mode)| {
        view! { <option value=value selected=move || form.mode.get() == mode>{text()}</option> }
    });
    view! {
        <div class="field wide">
            <label for="mode">{t!("settings.mode")}</label>
            <select id="mode" aria-describedby="mode-hint" on:change=choose>
                {options}
            </select>
            <small id="mode-hint">{explanation}</small>
        </div>
    }
}

/// Which weights a run begins with.
#[component]
fn StartField() -> impl IntoView {
    let page = expect_context::<Page>();
    let form = page.training.form;
    let choose = move |event| {
        let chosen = event_target_value(&event);
        form.start.set(match chosen.as_str() {
            IN_USE => ModelChoice::InUse,
            SHIPPED => ModelChoice::Shipped,
            _ => ModelChoice::Kept(chosen),
        });
    };
    let value = |choice: &ModelChoice| match choice {
        ModelChoice::InUse => IN_USE.to_owned(),
        ModelChoice::Shipped => SHIPPED.to_owned(),
        ModelChoice::Kept(id) => id.clone(),
    };
    let choices = Memo::new(move |_| {
        let in_use = page.model.with(|model| model.as_ref().map(|model| model.name.clone()));
        let shipped = page.shipped_model.with(|model| model.as_ref().map(|model| model.name.clone()));
        let mut choices = vec![
            (
                ModelChoice::InUse,
                match in_use {
                    Some(name) => t!("settings.model_in_use_named", name = name),
                    None => t!("settings.model_in_use"),
                },
            ),
            (
                ModelChoice::Shipped,
                match shipped {
                    Some(name) => t!("settings.model_of_page_named", name = name),
                    None => t!("settings.model_of_page"),
                },
            ),
        ];
        page.training.models.with(|models| {
            choices.extend(models.iter().map(|model| (ModelChoice::Kept(model.id.clone()), model.name.clone().into())));
        });
        choices
    });
    // A model that was deleted is nothing to start from.
    Effect::new(move || {
        if choices.with(|choices| choices.iter().all(|(choice, _)| *choice != form.start.get())) {
            form.start.set(ModelChoice::InUse);
        }
    });
    let options = move || {
        let option = |(choice, text): (ModelChoice, Text)| {
            let value = value(&choice);
            view! { <option value=value selected=move || form.start.get() == choice>{text}</option> }
        };
        choices.get().into_iter().map(option).collect::<Vec<_>>()
    };
    let from_scratch = move || form.mode.get() == Mode::Scratch;
    view! {
        <div class="field wide">
            <label for="start-model">{t!("settings.start")}</label>
            <select id="start-model" aria-describedby="start-hint" disabled=from_scratch on:change=choose>
                {options}
            </select>
            <small id="start-hint">
                {move || {
                    if from_scratch() {
                        t!("settings.no_start")
                    } else {
                        t!("settings.start_about")
                    }
                }}
            </small>
        </div>
    }
}

/// A number, and what is wrong with it.
#[component]
fn Number<T: Copy + Send + Sync + 'static>(field: NumberField<T>) -> impl IntoView {
    let NumberField { id, label, hint, text, .. } = field;
    let hint_id = format!("{id}-hint");
    let problem = Memo::new(move |_| field.problem());
    view! {
        <div class="field">
            <label for=id>{label()}</label>
            <input
                id=id
                inputmode="decimal"
                autocomplete="off"
                aria-describedby=hint_id.clone()
                aria-invalid=move || problem.get().map(|_| "true")
                prop:value=text
                on:input=move |event| text.set(event_target_value(&event))
            />
            <small id=hint_id aria-live="polite">{move || problem.get().unwrap_or_else(hint)}</small>
        </div>
    }
}

/// The share of the photos to validate with, where the folder does not say which they are.
#[component]
fn ShareField() -> impl IntoView {
    let page = expect_context::<Page>();
    let training = page.training;
    let folder = Memo::new(move |_| training.set.with(|set| set.parts().map(|[_, validation]| validation.clone())));
    let which = move || t!("settings.already_split", validation = folder.get().unwrap_or_default());
    view! {
        <Show
            when=move || folder.get().is_none()
            fallback=move || {
                view! {
                    <div class="field">
                        <span class="label">{t!("settings.validation_photos")}</span>
                        <small>{which}</small>
                    </div>
                }
            }
        >
            <Number field=training.form.validation_share/>
        </Show>
    }
}

/// Whether photos are cropped and mirrored at random.
#[component]
fn AugmentField() -> impl IntoView {
    let Training { form, .. } = expect_context::<Page>().training;
    let is_head = move || form.mode.get() == Mode::Head;
    view! {
        <div class="field">
            <label class="tick">
                <input
                    id="augmentation"
                    type="checkbox"
                    aria-describedby="augmentation-hint"
                    disabled=is_head
                    prop:checked=form.augment
                    on:change=move |event| form.augment.set(event_target_checked(&event))
                />
                {t!("settings.augmentation")}
            </label>
            <small id="augmentation-hint">
                {move || {
                    if is_head() {
                        t!("settings.no_augmentation")
                    } else {
                        t!("settings.augmentation_about")
                    }
                }}
            </small>
        </div>
    }
}
