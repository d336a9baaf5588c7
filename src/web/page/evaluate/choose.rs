//! Choosing the photos to hold models against, and the models.

use std::future::ready;

use leptos::prelude::*;
use rust_i18n::t;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;

use super::{candidates, pair, state::Candidate};
use crate::{
    language::{Text, Told},
    web::{
        page::{
            intake::{Count, Findings, Turn},
            state::{Page, Stage},
        },
        protocol::training::ModelChoice,
    },
    words::photos,
};

/// The drop zone, its buttons and the choice of models.
#[component]
pub fn Choose(dragging: ReadSignal<bool>) -> impl IntoView {
    let page = expect_context::<Page>();
    let pick_folder = move |event| {
        let input: HtmlInputElement = event_target(&event);
        let turn = page.evaluation.turns.next();
        let findings = Findings::picked_folder(input.files(), count(page, turn));
        // So that the same folder can be picked again.
        input.set_value("");
        spawn_local(take_in(page, turn, findings));
    };
    let pick = move |event| {
        let input: HtmlInputElement = event_target(&event);
        let findings = Findings::picked(input.files());
        input.set_value("");
        spawn_local(take_in(page, page.evaluation.turns.next(), ready(findings)));
    };
    let chosen = move || page.evaluation.has_photos();
    let found = move || match page.evaluation.found.get() {
        0 => Text::default(),
        found => t!("page.photos_found", photos = photos(found)),
    };
    view! {
        <section class="intake evaluate-in" class:dragging=dragging class:compact=chosen aria-label=t!("evaluate.choose")>
            <label class="drop" for="evaluate-folder">
                <svg class="petals" viewBox="0 0 64 64" aria-hidden="true"><use href="#flower"/></svg>
                <strong class="for-mouse">
                    {move || match dragging.get() {
                        true => t!("page.let_go"),
                        false if chosen() => t!("evaluate.other_photos"),
                        false => t!("evaluate.drop"),
                    }}
                </strong>
                <strong class="for-touch">{t!("evaluate.tap")}</strong>
                <span>{t!("evaluate.how")}</span>
            </label>
            <div class="buttons">
                <span class="file-button primary">
                    <input
                        id="evaluate-folder"
                        type="file"
                        prop:webkitdirectory=true
                        multiple
                        aria-label=t!("page.choose_folder")
                        on:change=pick_folder
                    />
                    <label for="evaluate-folder">{t!("page.choose_folder")}</label>
                </span>
                <span class="file-button">
                    <input id="evaluate-photos" type="file" multiple accept="image/*,.heic,.avif" on:change=pick/>
                    <label for="evaluate-photos">{t!("evaluate.choose_loose")}</label>
                </span>
            </div>
            <p role="status" class="found">{found}</p>
            <Pair/>
        </section>
    }
}

/// Tells how many photos were found in a folder so far, while its files are listed.
pub fn count(page: Page, turn: Turn) -> Count {
    Count::new(move |count| {
        if turn.is_latest() {
            page.evaluation.found.set(count);
        }
    })
}

/// Gives the evaluation what was picked or dropped, unless something else was chosen by the time that its files are listed:
/// models to load, photos to answer.
pub async fn take_in(page: Page, turn: Turn, findings: impl Future<Output = Findings>) {
    let mut findings = findings.await;
    if !turn.is_latest() {
        return;
    }
    page.evaluation.found.set(0);
    let models = findings.take_models();
    let has_models = !models.is_empty();
    if has_models {
        page.load_model(models);
    }
    let photos = findings.photos();
    if !photos.is_empty() {
        page.evaluation.choose(photos);
    } else if !has_models {
        page.evaluation.fail_to_choose(Told::of(|| t!("evaluate.no_photos")));
    }
}

/// The one or two models.
#[component]
fn Pair() -> impl IntoView {
    let page = expect_context::<Page>();
    let evaluation = page.evaluation;
    let all = Memo::new(move |_| candidates(page));
    let ready = move || page.stage.with(|stage| *stage == Stage::Ready);
    let chosen = Memo::new(move |_| pair(page, &all.get()).map(|model| model.map(|model| model.choice)));
    let first = move || chosen.get()[0].clone();
    let second = move || chosen.get()[1].clone();
    let others =
        move || all.get().into_iter().filter(|candidate| Some(&candidate.choice) != first().as_ref()).collect();
    view! {
        <div class="pair">
            <p class="field">
                <label for="evaluate-model">{t!("evaluate.model")}</label>
                <select
                    id="evaluate-model"
                    disabled=move || !ready()
                    on:change=move |event| evaluation.first.set(choice_of(&event_target_value(&event)))
                >
                    <Options candidates=move || all.get() chosen=first/>
                </select>
            </p>
            <p class="field">
                <label for="evaluate-other">{t!("evaluate.compare")}</label>
                <select
                    id="evaluate-other"
                    disabled=move || !ready()
                    on:change=move |event| evaluation.second.set(choice_of(&event_target_value(&event)))
                >
                    <option value="" prop:selected=move || second().is_none()>{t!("evaluate.no_other")}</option>
                    <Options candidates=others chosen=second/>
                </select>
            </p>
        </div>
    }
}

#[component]
fn Options(
    candidates: impl Fn() -> Vec<Candidate> + Send + Sync + 'static,
    chosen: impl Fn() -> Option<ModelChoice> + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let option = move |Candidate { choice, name, .. }: Candidate| {
        let value = value_of(&choice);
        view! { <option value=value prop:selected=move || chosen().as_ref() == Some(&choice)>{name}</option> }
    };
    move || candidates().into_iter().map(option).collect::<Vec<_>>()
}

/// What stands for the model that came with the page; the ids of others are never this.
const SHIPPED: &str = "shipped";

fn value_of(choice: &ModelChoice) -> String {
    match choice {
        ModelChoice::Kept(id) => id.clone(),
        ModelChoice::Shipped | ModelChoice::InUse => SHIPPED.to_owned(),
    }
}

fn choice_of(value: &str) -> Option<ModelChoice> {
    match value {
        "" => None,
        SHIPPED => Some(ModelChoice::Shipped),
        id => Some(ModelChoice::Kept(id.to_owned())),
    }
}
