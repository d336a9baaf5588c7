//! The run under way, or the last one: what is trained, what to think of it, its curves and its epochs.

mod chart;
mod curves;
mod epochs;

use leptos::prelude::*;

use super::{
    state,
    words::{number, photos, with_names},
};
use crate::{
    advice::{Course, advice},
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
                <h3 id="run-title">"The run"</h3>
                <p class="given">{order} " " {device}</p>
                <Test/>
                <Warnings/>
                <curves::Curves/>
                <epochs::Epochs/>
            </section>
        </Show>
    }
}

fn described(order: &TrainingOrder) -> String {
    let mode = match order.config.mode {
        Mode::Full => "all layers",
        Mode::Head => "the head only",
        Mode::Scratch => "from scratch",
    };
    format!(
        "{}, {mode}: {} classes, {} to learn from and {} to validate with; batches of {}, learning rate {}, seed {}.",
        order.name,
        number(order.classes.len()),
        photos(order.train.len()),
        number(order.validation.len()),
        order.config.batch_size,
        order.config.learning_rate,
        order.config.seed
    )
}

fn where_it_runs(run: &state::Run) -> String {
    let name = &run.device.name;
    match &run.device.reason {
        Some(reason) => format!("It runs on {name}: {reason}"),
        None => format!("It runs on {name}."),
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
                        "Test steps: gradients at most "
                        <span class="number">{format!("{:.0e}", test.gradients)}</span> " apart"
                    </summary>
                    <p>"Before the run, a few steps were taken on the GPU and on the CPU. These are the losses."</p>
                    <Comparison of="Step" rows places=6/>
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
        warnings.push(format!(
            "The last epoch is not kept for another day: {reason}{}",
            if is_over { "" } else { " Training goes on." }
        ));
    }
    if !run.unreadable.is_empty() {
        let mut named: Vec<_> =
            run.unreadable.iter().take(NAMED).map(|(path, reason)| format!("{path} ({reason})")).collect();
        if run.unreadable.len() > NAMED {
            named.push(format!("{} more", run.unreadable.len() - NAMED));
        }
        let count = photos(run.unreadable.len());
        warnings.push(format!("{count} could not be read on the way and went without: {}.", named.join("; ")));
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
