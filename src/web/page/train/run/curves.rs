//! The curves of a run: of the epoch under way, and of all epochs.

use leptos::prelude::*;
use rust_i18n::t;

use super::chart::{Chart, Figure, Line};
use crate::{
    language::Text,
    run::EpochRecord,
    web::page::{
        state::Page,
        train::state::{Progress, Run},
    },
};

/// A line over the epochs: its class in the style sheet, its name, and its value at an epoch.
type Series = (&'static str, fn() -> Text, fn(&EpochRecord) -> f64);

const LOSSES: [Series; 2] = [
    ("training", || t!("run.training"), |record| record.train_loss),
    ("validation", || t!("run.validation"), |record| record.validation_loss),
];
const ACCURACY: [Series; 1] = [("validation", || t!("run.validation"), |record| record.validation_accuracy)];

/// No loss of a run that goes well is greater.
const USUAL: f64 = 100.0;

/// Three charts side by side.
#[component]
pub fn Curves() -> impl IntoView {
    let page = expect_context::<Page>();
    let training = page.training;
    let by_epoch = move |series: &'static [Series], in_percent: bool| {
        Memo::new(move |_| {
            training.run.with(|run| run.as_ref().map(|run| over_epochs(run, series, in_percent)).unwrap_or_default())
        })
    };
    let steps = Memo::new(move |_| training.progress.with(over_steps));
    view! {
        <div class="charts">
            <Chart title=t!("run.loss_in_epoch") along=t!("run.along_step") figure=steps/>
            <Chart title=t!("run.loss") along=t!("run.along_epoch") figure=by_epoch(&LOSSES, false)/>
            <Chart title=t!("run.accuracy") along=t!("run.along_epoch") figure=by_epoch(&ACCURACY, true)/>
        </div>
    }
}

fn over_steps(progress: &Progress) -> Figure {
    let points = progress.losses.iter().map(|&(step, loss)| (step as f64, loss)).filter(is_finite).collect();
    let lines = vec![Line { name: t!("run.mean_so_far"), class: "training", points }];
    Figure { top: top(&lines), lines, along: (1.0, progress.steps.max(1) as f64), in_percent: false, mark: None }
}

fn over_epochs(run: &Run, series: &[Series], in_percent: bool) -> Figure {
    let line = |&(class, name, value): &Series| {
        let points = run.epochs.iter().map(|epoch| (epoch.record.epoch as f64, value(&epoch.record)));
        Line { name: name(), class, points: points.filter(is_finite).collect() }
    };
    let lines: Vec<_> = series.iter().map(line).collect();
    Figure {
        top: top(&lines),
        lines,
        along: (1.0, run.order.config.epochs.max(1) as f64),
        in_percent,
        mark: run.best().map(|epoch| epoch as f64),
    }
}

fn is_finite(point: &(f64, f64)) -> bool {
    point.1.is_finite()
}

/// The greatest value; less where a run diverged, so that what came after can be told apart.
fn top(lines: &[Line]) -> f64 {
    let values = || lines.iter().flat_map(|line| &line.points).map(|point| point.1);
    let (lowest, highest) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
    if highest > USUAL { highest.min((lowest * 10.0).max(USUAL)) } else { highest }
}
