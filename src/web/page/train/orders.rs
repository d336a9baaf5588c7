//! What the page tells the engine about training.

use std::collections::HashMap;

use leptos::prelude::*;
use rust_i18n::t;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{
    state::{Phase, Resuming, Training},
    training_report,
    words::number,
};
use crate::{
    dataset::Sample,
    dataset_report::PhotoSet,
    language::{Text, Told},
    web::{
        js, names,
        page::browser::save_text,
        protocol::training::{
            Bits, Identity, KeptModel, ModelChoice, ModelId, OrderedPhoto, TrainingCommand, TrainingOrder,
            UnfinishedRun,
        },
    },
};

impl Training {
    /// Begins a run on the photos as they are arranged, with the settings as they are written.
    pub fn start(self) {
        let (Some(config), Ok(arranged)) = (untrack(|| self.form.config()), self.arranged.get_untracked()) else {
            return;
        };
        let order = self.set.with_untracked(|set| {
            let photos = |samples: &[Sample]| samples.iter().filter_map(|sample| ordered(set, sample)).collect();
            TrainingOrder {
                name: set.name().to_owned(),
                classes: arranged.classes.clone(),
                train: photos(&arranged.split.train),
                validation: photos(&arranged.split.validation),
                config,
                start: self.form.start.get_untracked(),
            }
        });
        self.order(TrainingCommand::Train(order), || t!("train.starting"));
    }

    /// Holds the run, or lets it go on.
    pub fn pause_or_go_on(self) {
        if self.phase.get_untracked() == Phase::Paused {
            return self.command(TrainingCommand::GoOn);
        }
        self.pausing.set(true);
        self.tell(|| t!("train.pausing"));
        self.command(TrainingCommand::Pause);
    }

    /// Ends the run with the best of its finished epochs.
    pub fn stop(self) {
        self.stopping.set(true);
        self.leads_focus.set_value(true);
        self.tell(|| t!("train.stopping"));
        self.command(TrainingCommand::Stop);
    }

    /// Goes on with the unfinished run if its photos are there. False where they have to be chosen first.
    pub fn resume(self) -> bool {
        let Some(run) = self.unfinished.get_untracked() else { return true };
        let missing = self.set.with_untracked(|set| missing_photos(set, &run));
        if let Some((count, example)) = missing {
            if self.choices.get_value() > 0 {
                let name = run.order.name.clone();
                self.complain(move || match count {
                    1 => t!("train.other_photos_one", example = example, name = name),
                    _ => t!("train.other_photos", count = number(count), example = example, name = name),
                });
            }
            return false;
        }
        let photos = self.set.with_untracked(|set| {
            let identity = |(path, content): (&str, &str)| Identity { path: path.into(), content: content.into() };
            set.identities().map(identity).collect()
        });
        self.order(TrainingCommand::Resume { photos }, || t!("train.going_on"));
        true
    }

    /// Forgets the unfinished run.
    pub fn forget_unfinished(self) {
        self.resuming.set(Resuming::No);
        self.forget_folder();
        self.command(TrainingCommand::DiscardUnfinished);
    }

    /// Gives a kept model another name.
    pub fn rename_model(self, id: ModelId, name: String) {
        self.command(TrainingCommand::RenameModel { id, name });
    }

    /// Forgets a kept model.
    pub fn delete_model(self, id: ModelId) {
        self.command(TrainingCommand::DeleteModel(id));
    }

    /// Gives the classes of a kept model other names.
    pub fn name_classes(self, id: ModelId, classes: Vec<String>) {
        self.command(TrainingCommand::NameClasses { id, classes });
    }

    /// Has a model saved.
    pub fn download_model(self, model: ModelChoice, bits: Bits) {
        self.command(TrainingCommand::DownloadModel { model, bits });
    }

    /// Saves the report of the training that a kept model came of.
    pub fn save_report(self, model: &KeptModel) {
        let name = format!("{}.html", names::file_name(&model.name));
        let Some(run) = &model.run else { return };
        let saved = training_report::html(model, run)
            .map_err(|error| Told::of(|| error.to_string().into()))
            .and_then(|html| save_text(&html, "text/html", &name).map_err(|error| js::message(&error).into()));
        let not_saved = |error| Told::of(|| t!("models.report_not_saved", reason = error));
        self.models_trouble.set(saved.err().map(not_saved));
    }

    fn order(self, command: TrainingCommand, saying: fn() -> Text) {
        self.ordered.set(true);
        self.leads_focus.set_value(true);
        self.tell(saying);
        spawn_local(ask_to_keep());
        self.bridge.with_value(|bridge| bridge.as_ref().map(|bridge| bridge.train(command)));
    }

    fn command(self, command: TrainingCommand) {
        self.bridge.with_value(|bridge| bridge.as_ref().map(|bridge| bridge.tell(command)));
    }
}

fn ordered(set: &PhotoSet, sample: &Sample) -> Option<OrderedPhoto> {
    let content = set.photos()[set.place(&sample.path)?].content()?.to_owned();
    Some(OrderedPhoto { photo: Identity { path: sample.path.clone(), content }, class: sample.class })
}

/// How many photos of a run are not in the set as they were, and one of them.
fn missing_photos(set: &PhotoSet, run: &UnfinishedRun) -> Option<(usize, String)> {
    let there: HashMap<&str, &str> = set.identities().collect();
    let photos = run.order.train.iter().chain(&run.order.validation).map(|ordered| &ordered.photo);
    let missing: Vec<_> = photos.filter(|photo| there.get(photo.path.as_str()) != Some(&&*photo.content)).collect();
    missing.first().map(|example| (missing.len(), example.path.clone()))
}

/// Asks the browser not to clear away what is kept when it is short of space. It may say no; some never heard of it.
async fn ask_to_keep() {
    let navigator = window().navigator();
    if js::property(&navigator, "storage").is_some()
        && let Ok(answer) = navigator.storage().persist()
    {
        let _ = JsFuture::from(answer).await;
    }
}
