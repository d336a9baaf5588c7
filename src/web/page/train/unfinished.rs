//! The run that was broken off, and the offer to go on with it.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    parts::TwoStep,
    state::Phase,
    words::{date, listed, percent, photos, with_names},
};
use crate::{
    run::best_epoch,
    web::{
        page::{
            state::{Page, Stage},
            view::View,
        },
        protocol::training::UnfinishedRun,
    },
};

/// The offer, as long as there is something to go on with and nothing else goes on.
#[component]
pub fn Unfinished() -> impl IntoView {
    let page = expect_context::<Page>();
    let training = page.training;
    // The photos were asked for and are there now.
    Effect::new(move || {
        let looked_at = matches!(training.phase.get(), Phase::Checked);
        let ready = page.stage.with(|stage| *stage == Stage::Ready);
        if looked_at && ready && training.resuming.get() {
            training.resuming.set(false);
            training.resume();
        }
    });
    move || {
        let run = training.unfinished.get().filter(|_| !training.phase.get().is_active())?;
        Some(view! { <Offer run/> })
    }
}

#[component]
fn Offer(run: Arc<UnfinishedRun>) -> impl IntoView {
    let page = expect_context::<Page>();
    let training = page.training;
    let name = run.order.name.clone();
    let ready = move || page.stage.with(|stage| *stage == Stage::Ready);
    let go_on = move |_| {
        View::Train.show();
        if !training.resume() {
            training.resuming.set(true);
            open_picker();
        }
    };
    let asks = move || training.resuming.get();
    let request = format!("Choose the folder `{name}` again; its photos are compared with those of the run.");
    view! {
        <section class="offer" id="unfinished" aria-label="A run that was broken off">
            <div>
                <h2>"A run was broken off"</h2>
                <p>{summary(&run)}</p>
                <Show when=asks>
                    <p class="request" role="status">{with_names(&request)}</p>
                </Show>
            </div>
            <div class="buttons">
                <button
                    type="button"
                    id="resume-training"
                    class="primary"
                    disabled=move || !ready() || training.ordered.get() || training.phase.get() == Phase::Checking
                    on:click=go_on
                >
                    "Go on"
                </button>
                <TwoStep
                    label="Forget it"
                    sure="Forget it for good?"
                    about=format!("the run on {name}")
                    on_sure=move || training.forget_unfinished()
                />
            </div>
        </section>
    }
}

fn summary(run: &UnfinishedRun) -> String {
    let order = &run.order;
    let best = best_epoch(&run.history)
        .map(|best| format!(" So far epoch {} is best, with {}.", best.epoch, percent(best.validation_accuracy)))
        .unwrap_or_default();
    format!(
        "{}: {} of {}. {} of {} epochs were done on {}.{best}",
        order.name,
        photos(order.train.len() + order.validation.len()),
        listed(&order.classes),
        run.history.len(),
        order.config.epochs,
        date(run.saved),
    )
}

/// Opens the folder picker, as the click that is being handled allows.
fn open_picker() {
    if let Some(input) = document().get_element_by_id("dataset") {
        input.unchecked_into::<HtmlElement>().click();
    }
}
