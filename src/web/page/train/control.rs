//! Where training stands, how far it is, and the buttons that start, hold and end it.

use std::mem;

use leptos::prelude::*;
use rust_i18n::t;

use super::{
    parts::{rescue_focus, show_start},
    state::{Activity, Phase, Run, Training},
    words::{duration, loss, number, percent, photos, rate, with_names},
};
use crate::{
    language::Text,
    run::Mode,
    web::page::state::{Page, Stage},
    words,
};

/// The bar that stays in sight.
#[component]
pub fn Control() -> impl IntoView {
    let page = expect_context::<Page>();
    let training = page.training;
    let phase = training.phase;
    let active = move || phase.get().is_active();
    let before_run = move || matches!(phase.get(), Phase::Checked | Phase::Done | Phase::Failed);
    let obstacle = move || obstacle(page).filter(|_| before_run());
    // A run takes the place of the unfinished one: that is asked first.
    let (asked, set_asked) = signal(false);
    let question = move || training.unfinished.get().filter(|_| asked.get() && before_run());
    let start = move |_| {
        if training.ordered.get_untracked() {
            return;
        }
        if training.unfinished.with_untracked(Option::is_some) && !asked.get_untracked() {
            return set_asked.set(true);
        }
        set_asked.set(false);
        training.start();
    };
    follow_with_focus(training);
    let start_text = move || match phase.get() {
        _ if training.ordered.get() => t!("train.starting"),
        _ if question().is_some() => t!("train.start_anew"),
        Phase::Done | Phase::Failed => t!("train.again"),
        _ => t!("train.start"),
    };
    let alert = move || training.message.with(|message| message.is_trouble);

    view! {
        <section class="control" class:idle=move || phase.get() == Phase::Idle aria-label=t!("train.section")>
            <h2>{move || heading(training)}</h2>
            <div class="buttons">
                <button
                    type="button"
                    id="start-training"
                    class="primary"
                    hidden=move || !before_run()
                    class:danger=move || question().is_some()
                    disabled=move || obstacle().is_some()
                    aria-disabled=move || training.ordered.get().then_some("true")
                    on:click=start
                    on:blur=move |_| set_asked.set(false)
                >
                    {start_text}
                </button>
                <button
                    type="button"
                    id="pause-training"
                    hidden=move || !active()
                    aria-disabled=move || (training.stopping.get() || training.pausing.get()).then_some("true")
                    on:click=move |_| {
                        if !training.stopping.get_untracked() && !training.pausing.get_untracked() {
                            training.pause_or_go_on();
                        }
                    }
                >
                    {move || match phase.get() {
                        Phase::Paused => t!("train.go_on"),
                        _ if training.pausing.get() => t!("train.pausing_now"),
                        _ => t!("train.pause"),
                    }}
                </button>
                <button
                    type="button"
                    id="stop-training"
                    hidden=move || !active()
                    aria-disabled=move || training.stopping.get().then_some("true")
                    on:click=move |_| {
                        if !training.stopping.get_untracked() {
                            training.stop();
                        }
                    }
                >
                    {move || if training.stopping.get() { t!("train.stopping_now") } else { t!("train.stop") }}
                </button>
            </div>
            <progress
                id="looking-progress"
                aria-label=t!("train.photos_looked_at")
                hidden=move || phase.get() != Phase::Checking
                max=move || training.set.with(|set| set.photos().len())
                value=move || training.looked_at.get()
            ></progress>
            <progress
                id="training-progress"
                aria-label=t!("train.steps_of_epoch")
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
            <p class="question" role="alert" hidden=move || question().is_none()>
                {move || {
                    question()
                        .map(|run| {
                            with_names(
                                &t!(
                                    "train.anew_forgets",
                                    name = run.order.name,
                                    done = run.history.len(),
                                    epochs = run.order.config.epochs
                                ),
                            )
                        })
                }}
            </p>
            <p id="training-message" class:trouble=alert role=move || if alert() { "alert" } else { "status" }>
                {move || training.message.with(|message| with_names(&(message.saying)()))}
            </p>
        </section>
    }
}

/// When a control that the visitor has used goes away, the focus goes to the one in its place.
fn follow_with_focus(training: Training) {
    Effect::new(move |before: Option<bool>| {
        let active = training.phase.get().is_active();
        let changes = before.is_some_and(|before| before != active);
        if changes && training.leads_focus.try_update_value(mem::take).unwrap_or_default() {
            rescue_focus(if active { "#pause-training" } else { "#start-training" });
            if active {
                // What led to the run is folded away, and with it the place that the visitor was at.
                show_start("run");
            }
        }
        active
    });
}

/// Why a run cannot begin, where it cannot.
fn obstacle(page: Page) -> Option<Text> {
    let training = page.training;
    if training.arranged.with(Result::is_err) {
        Some(t!("train.unfit"))
    } else if let Some(problem) = training.form.problem() {
        Some(t!("train.setting_wrong", problem = problem))
    } else if page.stage.with(|stage| *stage != Stage::Ready) {
        Some(t!("train.network_not_ready"))
    } else {
        None
    }
}

/// Where training stands.
fn heading(training: Training) -> Text {
    match training.phase.get() {
        Phase::Idle => Text::default(),
        Phase::Checking => {
            let total = training.set.with(|set| set.photos().len());
            t!("train.looked_at_of", done = number(training.looked_at.get()), photos = photos(total))
        }
        Phase::Checked => match training.split() {
            Some(arranged) => {
                let (train, validation) = (arranged.split.train.len(), arranged.split.validation.len());
                t!("train.split", train = photos(train), validation = number(validation))
            }
            None => t!("train.not_ready"),
        },
        Phase::Running => progress_of(training, false),
        Phase::Paused => progress_of(training, true),
        Phase::Done => training.run.with(|run| match run {
            Some(Run { epochs, .. }) => t!("train.epochs_done", epochs = words::epochs(epochs.len())),
            None => t!("train.done"),
        }),
        Phase::Failed => t!("train.broke_off"),
    }
}

fn progress_of(training: Training, is_paused: bool) -> Text {
    let (epoch, epochs) = training.epoch_under_way().unwrap_or((1, 1));
    let is_head = training.run.with(|run| run.as_ref().is_some_and(|run| run.order.config.mode == Mode::Head));
    match training.progress.read().activity {
        // The head's epochs begin once all photos went through the other layers.
        Activity::Starting | Activity::Features(..) if is_head && epoch == 1 => t!("train.before_first"),
        Activity::Features(..) => t!("train.before_epoch", epoch = epoch, epochs = epochs),
        _ if is_paused => t!("train.paused_in", epoch = epoch, epochs = epochs),
        _ => t!("train.epoch_of", epoch = epoch, epochs = epochs),
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
        Activity::Starting => vec![t!("train.preparing")],
        Activity::Features(step, steps) => {
            vec![t!("train.features", step = number(step), steps = number(steps))]
        }
        Activity::Learning(step) => {
            let mut parts = vec![
                t!("train.step", step = number(step.step), steps = number(step.steps)),
                t!("train.loss", loss = loss(step.loss, 4)),
                t!("train.rate", rate = rate(step.rate)),
            ];
            parts.extend(step.seconds_left.map(|seconds| t!("train.time_left", time = duration(seconds))));
            parts
        }
        Activity::Validating(step, steps) => {
            vec![t!("train.validating", step = number(step), steps = number(steps))]
        }
    };
    let waited = training.run.with(|run| run.as_ref()?.epochs.last()?.effort.map(|effort| effort.waited));
    parts.extend(waited.map(|share| t!("train.waited", share = percent(share))));
    parts.join(" \u{b7} ")
}
