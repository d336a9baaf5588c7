//! Training: choose photos, check them, train on them, look at the result, keep it.
//!
//! [`state::Training`] is what the page knows about it; the modules below fill it in, tell the engine what to do, and
//! show it, in the order in which a visitor meets them.

pub mod choose;
pub mod parts;
pub mod result;
pub mod state;
pub mod unfinished;
pub mod words;

mod control;
mod events;
mod folder;
mod form;
mod orders;
mod report;
mod run;
mod set;
mod settings;
mod training_report;

use leptos::{ev, prelude::*};
use rust_i18n::t;
use wasm_bindgen::JsCast;
use web_sys::HtmlDetailsElement;

use self::state::Phase;
use super::{browser, state::Page};

/// Does what follows from where training stands, from the page's start on.
pub fn follow(page: Page) {
    let training = page.training;
    Effect::new(move || browser::set_body_data("training", Some(training.phase.get().name())));
    warn_before_leaving(page);
    training.recall_folder();
    // A run takes the place of what led to it.
    Effect::new(move |before: Option<Phase>| {
        let phase = training.phase.get();
        if phase == Phase::Checked {
            training.preparation_open.set(true);
        } else if phase.is_active() && !before.is_some_and(Phase::is_active) {
            training.preparation_open.set(false);
        }
        phase
    });
}

/// Everything below the place where the photos come in.
#[component]
pub fn Bench() -> impl IntoView {
    let training = expect_context::<Page>().training;
    let phase = training.phase;
    let has_photos = move || !matches!(phase.get(), Phase::Idle | Phase::Checking);
    let open = training.preparation_open;
    let toggled = move |event: ev::Event| {
        let details = event.target().and_then(|target| target.dyn_into::<HtmlDetailsElement>().ok());
        if let Some(details) = details {
            open.set(details.open());
        }
    };
    view! {
        <div class="bench">
            <control::Control/>
            <Show when=has_photos>
                <details class="preparation" prop:open=open on:toggle=toggled>
                    <summary>{t!("train.photos_and_settings")}</summary>
                    <Show when=move || training.is_locked()>
                        <p class="locked">{t!("train.locked_about")}</p>
                    </Show>
                    <report::Report/>
                    <settings::Settings/>
                </details>
            </Show>
            <run::RunSection/>
            <result::ResultSection/>
        </div>
    }
}

/// Asks before the page is closed on a run whose last epoch could not be kept; all others can be gone on with.
fn warn_before_leaving(page: Page) {
    let training = page.training;
    let _ = window_event_listener(ev::beforeunload, move |event| {
        let is_lost = training.run.with_untracked(|run| run.as_ref().is_some_and(|run| run.not_kept.is_some()));
        if is_lost && training.phase.get_untracked().is_active() {
            event.prevent_default();
        }
    });
}
