//! The run that was broken off, and the offer to go on with it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use leptos::prelude::*;
use rust_i18n::t;
use wasm_bindgen_futures::spawn_local;

use super::{
    choose,
    folder::KeptFolder,
    parts::{TwoStep, rescue_focus},
    state::{Phase, Resuming, Training},
    words::{NAMES, date, listed, percent, photos, with_names},
};
use crate::{
    language::Text,
    web::{
        page::{
            intake::{Findings, Folder},
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
    // The photos were asked for and are there now. Those that were there before were no answer.
    Effect::new(move || {
        let looked_at = matches!(training.phase.get(), Phase::Checked);
        let ready = page.stage.with(|stage| *stage == Stage::Ready);
        let asked = training.resuming.get() != Resuming::No;
        if looked_at && ready && asked && training.choices.get_value() > training.asked_at.get_value() {
            let goes_on = training.resume();
            training.wait_for_photos(if goes_on { Resuming::No } else { Resuming::Asked });
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
        if training.resume() {
            return;
        }
        match training.kept.try_update(Option::take).flatten() {
            Some(KeptFolder { folder, .. }) => spawn_local(fetch(page, folder)),
            None => ask_for_folder(training),
        }
    };
    let busy = move || {
        training.ordered.get()
            || training.phase.get() == Phase::Checking
            || training.resuming.get() == Resuming::Fetching
    };
    let asks = move || training.resuming.get() == Resuming::Asked;
    let permission = move || training.kept.with(|kept| kept.as_ref().map(permission));
    let is_forgotten = Arc::new(AtomicBool::new(false));
    on_cleanup({
        let is_forgotten = Arc::clone(&is_forgotten);
        move || {
            if is_forgotten.load(Ordering::Relaxed) {
                rescue_focus("#dataset");
            }
        }
    });
    let request = t!("unfinished.request", name = name);
    view! {
        <section class="offer" id="unfinished" aria-label=t!("unfinished.section")>
            <div>
                <h2>{t!("unfinished.title")}</h2>
                <p>{summary(&run)} {permission}</p>
                <Show when=asks>
                    <p class="request" role="status">{with_names(&request)}</p>
                </Show>
            </div>
            <div class="buttons">
                <button
                    type="button"
                    id="resume-training"
                    class="primary"
                    disabled=move || !ready() || busy()
                    on:click=go_on
                >
                    {t!("unfinished.go_on")}
                </button>
                <TwoStep
                    label=t!("unfinished.forget")
                    sure=t!("unfinished.forget_for_good")
                    about=t!("unfinished.about", name = name).into_owned()
                    on_sure=move || {
                        is_forgotten.store(true, Ordering::Relaxed);
                        training.forget_unfinished();
                    }
                />
            </div>
        </section>
    }
}

fn summary(run: &UnfinishedRun) -> String {
    let order = &run.order;
    let mut text = t!(
        "unfinished.summary",
        name = order.name,
        photos = photos(order.train.len() + order.validation.len()),
        classes = listed(&order.classes, NAMES),
        done = run.history.len(),
        epochs = order.config.epochs,
        date = date(run.saved)
    )
    .into_owned();
    if let Some(best) = order.config.best_epoch(&run.history) {
        text += &t!("unfinished.best", epoch = best.epoch, accuracy = percent(best.validation_accuracy));
    }
    text
}

/// What has to be done for the photos.
fn permission(kept: &KeptFolder) -> Text {
    match kept.is_readable {
        true => t!("unfinished.readable"),
        false => t!("unfinished.to_be_allowed"),
    }
}

/// Has the photos in the folder looked at that the browser has kept, if it can be read, and then gone on with the run.
async fn fetch(page: Page, folder: Folder) {
    let training = page.training;
    let is_wanted = move || training.resuming.get_untracked() == Resuming::Fetching;
    training.wait_for_photos(Resuming::Fetching);
    let may_read = folder.ask_to_read().await;
    if may_read && is_wanted() {
        let name = folder.name();
        training.tell(|| t!("train.going_through"));
        let findings = Findings::in_folder(folder, choose::count(page, training.turns.next())).await;
        match findings.is_out_of_reach() {
            true => training.complain(move || t!("train.folder_gone", name = name)),
            false if is_wanted() => return training.choose(findings),
            false => {}
        }
    }
    if is_wanted() {
        ask_for_folder(training);
    }
}

/// Asks for the folder, as the click that is being handled allows.
fn ask_for_folder(training: Training) {
    training.wait_for_photos(Resuming::Asked);
    choose::open_input();
}

impl Training {
    /// Goes on with the unfinished run as soon as photos are chosen from now on, or does so no more.
    fn wait_for_photos(self, resuming: Resuming) {
        self.asked_at.set_value(self.choices.get_value());
        self.resuming.set(resuming);
    }
}
