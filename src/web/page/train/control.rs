//! Where training stands, how far it is, and the buttons that start, hold and end it.

use leptos::prelude::*;

use super::{
    state::{Activity, Phase, Run, Training},
    words::{counted, duration, number, percent, photos, with_names},
};
use crate::web::page::state::{Page, Stage};

/// The bar that stays in sight.
#[component]
pub fn Control() -> impl IntoView {
    let page = expect_context::<Page>();
    let training = page.training;
    let phase = training.phase;
    let active = move || phase.get().is_active();
    let before_run = move || matches!(phase.get(), Phase::Checked | Phase::Done | Phase::Failed);
    let obstacle = move || obstacle(page).filter(|_| before_run());
    let start_text = move || match phase.get() {
        _ if training.ordered.get() => "Getting ready\u{2026}",
        Phase::Done | Phase::Failed => "Train again",
        _ => "Start training",
    };
    let alert = move || training.message.with(|message| message.is_trouble);

    view! {
        <section class="control" class:idle=move || phase.get() == Phase::Idle aria-label="Training">
            <h2>{move || heading(training)}</h2>
            <div class="buttons">
                <button
                    type="button"
                    id="start-training"
                    class="primary"
                    hidden=move || !before_run()
                    disabled=move || training.ordered.get() || obstacle().is_some()
                    on:click=move |_| training.start()
                >
                    {start_text}
                </button>
                <button
                    type="button"
                    id="pause-training"
                    hidden=move || !active()
                    disabled=move || training.stopping.get()
                    on:click=move |_| training.pause_or_go_on()
                >
                    {move || if phase.get() == Phase::Paused { "Go on" } else { "Pause" }}
                </button>
                <button
                    type="button"
                    id="stop-training"
                    hidden=move || !active()
                    disabled=move || training.stopping.get()
                    on:click=move |_| training.stop()
                >
                    {move || if training.stopping.get() { "Stopping\u{2026}" } else { "Stop" }}
                </button>
            </div>
            <progress
                id="looking-progress"
                aria-label="Photos looked at"
                hidden=move || phase.get() != Phase::Checking
                max=move || training.set.with(|set| set.photos().len())
                value=move || training.looked_at.get()
            ></progress>
            <progress
                id="training-progress"
                aria-label="Steps of the epoch"
                hidden=move || !active()
                max=move || steps(training).1
                value=move || steps(training).0
            ></progress>
            <p class="pace" hidden=move || !active()>
                {move || pace(training)}
            </p>
            <p class="obstacle" hidden=move || obstacle().is_none()>
                {obstacle}
            </p>
            <p id="training-message" class:trouble=alert role=move || if alert() { "alert" } else { "status" }>
                {move || training.message.with(|message| with_names(&message.text))}
            </p>
        </section>
    }
}

/// Why a run cannot begin, where it cannot.
fn obstacle(page: Page) -> Option<&'static str> {
    let training = page.training;
    if training.arranged.with(Result::is_err) {
        Some("These photos cannot be trained on as they are; the report tells why.")
    } else if training.form.config().is_none() {
        Some("One of the settings is not as it has to be.")
    } else if page.stage.with(|stage| *stage != Stage::Ready) {
        Some("The network is not ready yet.")
    } else {
        None
    }
}

/// Where training stands.
fn heading(training: Training) -> String {
    match training.phase.get() {
        Phase::Idle => String::new(),
        Phase::Checking => {
            let total = training.set.with(|set| set.photos().len());
            format!("Looked at {} of {}", number(training.looked_at.get()), photos(total))
        }
        Phase::Checked => training.arranged.with(|arranged| match arranged {
            Ok(arranged) => {
                let (train, validation) = (arranged.split.train.len(), arranged.split.validation.len());
                format!("{} to learn from, {} to validate with", photos(train), number(validation))
            }
            Err(_) => "Not ready to train yet".to_owned(),
        }),
        Phase::Running => progress_of(training, "Epoch"),
        Phase::Paused => progress_of(training, "Paused in epoch"),
        Phase::Done => training.run.with(|run| match run {
            Some(Run { epochs, .. }) => format!("{} done", counted(epochs.len(), "epoch")),
            None => "Done".to_owned(),
        }),
        Phase::Failed => "The run broke off".to_owned(),
    }
}

fn progress_of(training: Training, words: &str) -> String {
    let (done, total) =
        training.run.with(|run| run.as_ref().map_or((0, 1), |run| (run.epochs.len(), run.order.config.epochs)));
    match training.progress.read().activity {
        Activity::Features(..) => "Before the first epoch".to_owned(),
        _ => format!("{words} {} of {total}", (done + 1).min(total)),
    }
}

/// The step and how many there are, as the progress bar shows them.
fn steps(training: Training) -> (usize, usize) {
    match training.progress.read().activity {
        Activity::Starting => (0, 1),
        Activity::Features(step, steps) => (step, steps),
        Activity::Learning(step) => (step.step, step.steps),
        // All steps of the epoch are taken.
        Activity::Validating(..) => (1, 1),
    }
}

/// What is done at the moment, how well and how fast.
fn pace(training: Training) -> String {
    let mut parts = match training.progress.read().activity {
        Activity::Starting => vec!["Getting ready".to_owned()],
        Activity::Features(step, steps) => vec![format!(
            "The layers that stay as they are look at every photo, once: batch {} of {}",
            number(step),
            number(steps)
        )],
        Activity::Learning(step) => {
            let mut parts = vec![
                format!("Step {} of {}", number(step.step), number(step.steps)),
                format!("loss {:.4}", step.loss),
                format!("{:.1} photos/s", step.rate),
            ];
            parts.extend(step.seconds_left.map(|seconds| format!("{} left", duration(seconds))));
            parts
        }
        Activity::Validating(step, steps) => {
            vec![format!("Validating: batch {} of {}", number(step), number(steps))]
        }
    };
    let waited = training.run.with(|run| run.as_ref()?.epochs.last()?.effort.map(|effort| effort.waited));
    parts.extend(waited.map(|share| format!("{} of the last epoch spent waiting for photos", percent(share))));
    parts.join(" \u{b7} ")
}
