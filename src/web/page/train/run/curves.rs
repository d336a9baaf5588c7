//! The curves of a run: of the epoch under way, and of all epochs.

use leptos::prelude::*;

use super::chart::{Chart, Figure, Line};
use crate::{
    run::EpochRecord,
    web::page::{
        state::Page,
        train::state::{Activity, Progress, Run},
    },
};

/// What a line over the epochs is, and its value at an epoch.
type Series = (&'static str, fn(&EpochRecord) -> f64);

const LOSSES: [Series; 2] = [("training", |record| record.train_loss), ("validation", |record| record.validation_loss)];
const ACCURACY: [Series; 1] = [("validation", |record| record.validation_accuracy)];

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
            <Chart title="Loss in this epoch" along="step" figure=steps/>
            <Chart title="Loss" along="epoch" figure=by_epoch(&LOSSES, false)/>
            <Chart title="Accuracy" along="epoch" figure=by_epoch(&ACCURACY, true)/>
        </div>
    }
}

fn over_steps(progress: &Progress) -> Figure {
    let points: Vec<_> = (1..).zip(&progress.losses).map(|(step, &loss)| (f64::from(step), loss)).collect();
    let steps = if let Activity::Learning(step) = progress.activity { step.steps } else { points.len() };
    Figure {
        top: highest(&points),
        lines: vec![Line { name: "mean so far", class: "training", points }],
        along: (1.0, steps.max(2) as f64),
        in_percent: false,
        mark: None,
    }
}

fn over_epochs(run: &Run, series: &[Series], in_percent: bool) -> Figure {
    let line = |&(name, value): &Series| {
        let points = run.epochs.iter().map(|epoch| (epoch.record.epoch as f64, value(&epoch.record))).collect();
        Line { name, class: name, points }
    };
    let lines: Vec<_> = series.iter().map(line).collect();
    Figure {
        top: lines.iter().map(|line| highest(&line.points)).fold(0.0, f64::max),
        lines,
        along: (1.0, run.order.config.epochs.max(2) as f64),
        in_percent,
        mark: run.best().map(|epoch| epoch as f64),
    }
}

fn highest(points: &[(f64, f64)]) -> f64 {
    points.iter().map(|point| point.1).fold(0.0, f64::max)
}
