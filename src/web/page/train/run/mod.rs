//! The run under way, or the last one: what is trained, what to think of it, its curves and its epochs.

mod chart;
mod curves;
mod epochs;

use leptos::prelude::*;
use rust_i18n::t;

use super::{
    state,
    words::{around, number, photos, with_names},
};
use crate::{
    advice::{Course, advice},
    language::{Text, Told},
    run::Mode,
    web::{
        page::{comparison::Comparison, state::Page},
        protocol::training::TrainingOrder,
    },
};

/// Photos named among those that could not be read on the way.
const NAMED: usize = 5;

/// The run; nothing before the first.
#[component]
pub fn RunSection() -> impl IntoView {
    let page = expect_context::<Page>();
    let run = page.training.run;
    let there = Memo::new(move |_| run.with(Option::is_some));
    let order = Memo::new(move |_| run.with(|run| run.as_ref().map(|run| described(&run.order)).unwrap_or_default()));
    let device = Memo::new(move |_| run.with(|run| run.as_ref().map(where_it_runs).unwrap_or_default()));
    view! {
        <Show when=move || there.get()>
            <section class="run" id="run" aria-labelledby="run-title">
                <h3 id="run-title">{t!("run.title")}</h3>
                <p class="given">{order} {device}</p>
                <Test/>
                <Warnings/>
                <curves::Curves/>
                <epochs::Epochs/>
            </section>
        </Show>
    }
}

fn described(order: &TrainingOrder) -> Text {
    let mode = match order.config.mode {
        Mode::Full => t!("run.all_layers"),
        Mode::Head => t!("run.head_only"),
        Mode::Scratch => t!("run.from_scratch"),
    };
    t!(
        "run.described",
        name = order.name,
        mode = mode,
        classes = number(order.classes.len()),
        train = photos(order.train.len()),
        validation = number(order.validation.len()),
        batch_size = order.config.batch_size,
        learning_rate = order.config.learning_rate,
        seed = order.config.seed
    )
}

fn where_it_runs(run: &state::Run) -> Text {
    let name = Told::from(run.device.name.clone());
    match run.device.reason.clone().map(Told::from) {
        Some(reason) => t!("run.runs_on_because", device = name, reason = reason),
        None => t!("run.runs_on", device = name),
    }
}

/// The test steps before the run, for those who want to see them.
#[component]
fn Test() -> impl IntoView {
    let page = expect_context::<Page>();
    let test = Memo::new(move |_| page.training.run.with(|run| run.as_ref().and_then(|run| run.device.test.clone())));
    move || {
        test.get().map(|test| {
            let json = |losses: &[f64]| serde_json::to_string(losses).expect("numbers can always be written");
            let steps = (1_usize..).zip(test.webgpu.iter().zip(&test.cpu));
            let rows = steps.map(|(step, (&webgpu, &cpu))| (step.to_string(), webgpu, cpu)).collect();
            view! {
                <details
                    class="more"
                    id="training-test"
                    data-webgpu-losses=json(&test.webgpu)
                    data-cpu-losses=json(&test.cpu)
                    data-gradient-difference=test.gradients.to_string()
                >
                    <summary>
                        {around(
                            &t!("run.test"),
                            view! { <span class="number">{format!("{:.0e}", test.gradients)}</span> },
                        )}
                    </summary>
                    <p>{t!("run.test_about")}</p>
                    <Comparison of=t!("run.test_step") rows places=6/>
                </details>
            }
        })
    }
}

/// What gives cause for concern, and what to try.
#[component]
fn Warnings() -> impl IntoView {
    let page = expect_context::<Page>();
    let run = page.training.run;
    let warnings = Memo::new(move |_| {
        let is_over = !page.training.phase.get().is_active();
        run.with(|run| run.as_ref().map(|run| warnings(run, is_over)).unwrap_or_default())
    });
    let rows = move || {
        let row = |text: String| view! { <li data-finding="warning">{with_names(&text)}</li> };
        warnings.get().into_iter().map(row).collect::<Vec<_>>()
    };
    view! {
        <ul class="findings" id="training-warnings" aria-live="polite">
            {rows}
        </ul>
    }
}

fn warnings(run: &state::Run, is_over: bool) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(reason) = &run.not_kept {
        warnings.push(match is_over {
            true => t!("run.not_kept", reason = reason).into(),
            false => t!("run.not_kept_goes_on", reason = reason).into(),
        });
    }
    if !run.unreadable.is_empty() {
        let name = |(path, reason): &(String, Told)| t!("run.named", path = path, reason = reason);
        let mut named: Vec<_> = run.unreadable.iter().take(NAMED).map(name).collect();
        if run.unreadable.len() > NAMED {
            named.push(t!("list.more", more = run.unreadable.len() - NAMED));
        }
        let (count, named) = (photos(run.unreadable.len()), named.join(&t!("list.semicolon")));
        warnings.push(t!("run.unreadable", photos = count, named = named).into());
    }
    if let Some(confusion) = &run.confusion {
        let order = &run.order;
        let mut train_photos = vec![0; order.classes.len()];
        for photo in &order.train {
            train_photos[photo.class] += 1;
        }
        let history = run.history();
        warnings.extend(advice(&Course {
            classes: &order.classes,
            train_photos: &train_photos,
            config: &order.config,
            history: &history,
            confusion,
            is_over,
        }));
    }
    warnings
}
