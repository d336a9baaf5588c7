//! How what the engine says changes what the page knows about training.

use std::{mem, sync::Arc, time::Duration};

use leptos::prelude::*;
use rust_i18n::t;

use super::{
    parts::has_focus,
    state::{Activity, Effort, Epoch, Phase, Progress, Resuming, Run, RunResult, Training},
    words::percent,
};
use crate::{
    language::{Text, Told},
    web::{
        page::browser::save,
        protocol::training::{NamedFile, Outcome, Step, TrainingEvent},
    },
    words,
};

/// Pause between two files that are saved, so that the browser takes both.
const BETWEEN_FILES: Duration = Duration::from_millis(400);

impl Training {
    /// Takes down what the engine said. Steps and looks come many at a time and are shown once.
    pub fn apply(self, events: Vec<TrainingEvent>) {
        let mut looks = Vec::new();
        let mut steps = Vec::new();
        for event in events {
            match event {
                TrainingEvent::Looked { path, look, .. } => looks.push((path, look)),
                TrainingEvent::Step(step) => steps.push(step),
                other => {
                    self.take_steps(&mem::take(&mut steps));
                    self.heed(other);
                }
            }
        }
        self.take_steps(&steps);
        self.take_looks(looks);
    }

    fn take_steps(self, steps: &[Step]) {
        let Some(&last) = steps.last() else { return };
        self.progress.update(|progress| {
            for step in steps {
                if progress.epoch != step.epoch {
                    progress.epoch = step.epoch;
                    progress.losses.clear();
                }
                progress.steps = step.steps;
                progress.losses.push((step.step, step.loss));
            }
            progress.activity = Activity::Learning(last);
        });
    }

    fn heed(self, event: TrainingEvent) {
        match event {
            TrainingEvent::Began { order, history, device } => {
                self.result.set(None);
                self.stopping.set(false);
                self.pausing.set(false);
                self.ordered.set(false);
                self.resuming.set(Resuming::No);
                self.keep_folder();
                self.progress.set(Progress::default());
                self.phase.set(Phase::Running);
                let done = history.len();
                self.tell(move || match done {
                    0 => t!("train.going"),
                    _ => t!("train.going_after", epoch = done, going = t!("train.going")),
                });
                self.run.set(Some(Run {
                    order: Arc::new(order),
                    device,
                    kept: history.len(),
                    epochs: history.into_iter().map(|record| Epoch { record, effort: None }).collect(),
                    confusion: None,
                    unreadable: Vec::new(),
                    not_kept: None,
                }));
            }
            TrainingEvent::Refused(message) => {
                self.ordered.set(false);
                self.leads_focus.set_value(false);
                let message = Told::from(message);
                self.complain(move || t!("train.not_begun", reason = message));
            }
            TrainingEvent::Features { step, steps } => {
                self.progress.update(|progress| progress.activity = Activity::Features(step, steps));
            }
            TrainingEvent::Validating { step, steps } => {
                self.progress.update(|progress| progress.activity = Activity::Validating(step, steps));
            }
            TrainingEvent::Unreadable { path, message } => {
                self.in_run(|run| run.unreadable.push((path, message.into())))
            }
            TrainingEvent::Epoch { record, confusion, seconds, waited } => {
                let effort = Some(Effort { seconds, waited });
                self.in_run(|run| {
                    if run.not_kept.is_none() {
                        run.kept = run.epochs.len();
                    }
                    run.epochs.push(Epoch { record, effort });
                    run.confusion = Some(confusion);
                    run.not_kept = None;
                });
            }
            TrainingEvent::NotKept(message) => self.in_run(|run| run.not_kept = Some(message.into())),
            TrainingEvent::Paused => {
                self.pausing.set(false);
                self.phase.set(Phase::Paused);
                self.tell(|| t!("train.paused"));
            }
            TrainingEvent::WentOn => {
                self.pausing.set(false);
                self.phase.set(Phase::Running);
                self.tell(|| t!("train.going"));
            }
            TrainingEvent::Finished(outcome) => self.finish(outcome),
            TrainingEvent::Failed(message) => {
                self.ordered.set(false);
                // Before it began, what is here is another run's.
                let run = self.run.get_untracked().filter(|_| self.phase.get_untracked().is_active());
                self.end(Phase::Failed);
                let message = Told::from(message);
                self.complain(move || {
                    let kept = run.as_ref().map(what_is_kept).unwrap_or_default();
                    t!("train.failed", reason = message, kept = kept)
                });
            }
            // Looks and steps went another way.
            TrainingEvent::Looked { .. } | TrainingEvent::Step(_) => {}
            TrainingEvent::Unfinished(unfinished) => self.unfinished.set(unfinished.map(Arc::new)),
            TrainingEvent::Models { models, place } => {
                self.models_trouble.set(None);
                self.models.set(models);
                self.place.set(Some(place));
            }
            TrainingEvent::ModelsFailed(message) => self.models_trouble.set(Some(message.into())),
            TrainingEvent::ModelFiles(files) => self.save_files(files),
        }
    }

    fn finish(self, Outcome { best, stopped, broke_off }: Outcome) {
        self.end(Phase::Done);
        if best.as_ref().is_none_or(|best| best.not_kept.is_none()) {
            // Nothing is left to go on with.
            self.forget_folder();
        }
        let broke_off = broke_off.map(Told::from);
        let Some(best) = best else {
            return match broke_off {
                Some(why) => {
                    self.complain(move || t!("train.failed", reason = why, kept = t!("train.no_epoch_finished")));
                }
                None if stopped => self.tell(|| t!("train.stopped_early")),
                None => self.tell(|| t!("train.done_early")),
            };
        };
        let epochs = self.run.with_untracked(|run| run.as_ref().map_or(0, |run| run.epochs.len()));
        let (epoch, accuracy) = (best.epoch.epoch, best.epoch.validation_accuracy);
        let kept = move || t!("train.best_kept", epoch = epoch, accuracy = percent(accuracy));
        match broke_off {
            Some(why) => self.complain(move || t!("train.failed", reason = why, kept = kept())),
            None if stopped => {
                self.tell(move || t!("train.stopped_after", epochs = words::epochs(epochs), kept = kept()));
            }
            None => self.tell(move || t!("train.done_after", epochs = words::epochs(epochs), kept = kept())),
        }
        let classes = best.model.classes.clone();
        self.result.set(Some(Arc::new(RunResult { best, classes })));
    }

    /// Ends the run. Where one of its buttons has the focus, the one in its place gets it.
    fn end(self, phase: Phase) {
        self.pausing.set(false);
        if has_focus("#pause-training, #stop-training") {
            self.leads_focus.set_value(true);
        }
        self.phase.set(phase);
    }

    fn save_files(self, files: Vec<NamedFile>) {
        for (place, NamedFile { name, blob }) in files.into_iter().enumerate() {
            set_timeout(
                move || {
                    if save(&blob, &name).is_err() {
                        self.models_trouble.set(Some(Told::of(|| t!("models.not_saved", name = name))));
                    }
                },
                BETWEEN_FILES * place as u32,
            );
        }
    }

    fn in_run(self, change: impl FnOnce(&mut Run)) {
        self.run.update(|run| {
            if let Some(run) = run {
                change(run);
            }
        });
    }
}

/// What is left of a run that broke off.
fn what_is_kept(run: &Run) -> Text {
    match run.epochs.len() {
        0 => t!("train.nothing_kept"),
        _ if run.not_kept.is_some() && run.kept == 0 => t!("train.none_could_be_kept"),
        _ => t!("train.can_be_gone_on"),
    }
}
