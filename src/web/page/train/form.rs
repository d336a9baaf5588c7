//! The settings of a run, as the visitor writes them, and what they mean.

use std::str::FromStr;

use leptos::prelude::*;

use crate::{
    advice::LARGEST_LEARNING_RATE,
    run::{Mode, TrainingConfig},
    web::protocol::training::ModelChoice,
};

/// Numbers larger than this do not cross from the page to the engine unchanged.
const LARGEST_SEED: u64 = (1 << 53) - 1;

/// The settings.
#[derive(Clone, Copy)]
pub struct Form {
    /// Which weights are moved.
    pub mode: RwSignal<Mode>,
    /// Which weights a run begins with.
    pub start: RwSignal<ModelChoice>,
    /// How many times every photo is shown.
    pub epochs: NumberField<usize>,
    /// Photos a step.
    pub batch_size: NumberField<usize>,
    /// Adam's learning rate.
    pub learning_rate: NumberField<f64>,
    /// Decides everything random, the split too.
    pub seed: NumberField<u64>,
    /// The share of each class's photos to validate with.
    pub validation_share: NumberField<f64>,
    /// Whether photos are cropped and mirrored at random.
    pub augment: RwSignal<bool>,
}

/// A number as the visitor writes it.
#[derive(Clone, Copy)]
pub struct NumberField<T: 'static> {
    /// The `id` of its control.
    pub id: &'static str,
    /// Its name.
    pub label: &'static str,
    /// What it is about.
    pub hint: &'static str,
    /// What is written.
    pub text: RwSignal<String>,
    /// The number of a text; none where it is not as it has to be.
    read: fn(&str) -> Option<T>,
    /// What it has to be, in words.
    rule: &'static str,
}

impl Form {
    /// The tutorial's settings, but for the weights to begin with.
    pub fn new() -> Self {
        let config = TrainingConfig::default();
        Self {
            mode: RwSignal::new(Mode::Full),
            start: RwSignal::new(ModelChoice::InUse),
            epochs: NumberField {
                id: "epochs",
                label: "Epochs",
                hint: "How many times every photo is shown",
                text: RwSignal::new(config.epochs.to_string()),
                read: |text| whole(text, 1, 1000),
                rule: "A whole number from 1 to 1000.",
            },
            batch_size: NumberField {
                id: "batch-size",
                label: "Batch size",
                hint: "Photos a step",
                text: RwSignal::new(config.batch_size.to_string()),
                read: |text| whole(text, 1, 512),
                rule: "A whole number from 1 to 512.",
            },
            learning_rate: NumberField {
                id: "learning-rate",
                label: "Learning rate",
                hint: "How large the steps are; Adam",
                text: RwSignal::new(usual_rate(Mode::Full).to_owned()),
                read: |text| decimal(text).filter(|rate| *rate > 0.0 && *rate <= LARGEST_LEARNING_RATE),
                rule: "A number above 0 and up to 1; 0.0002 is usual.",
            },
            seed: NumberField {
                id: "seed",
                label: "Seed",
                hint: "The same seed gives the same split and the same run",
                text: RwSignal::new(config.seed.to_string()),
                read: |text| whole(text, 0, LARGEST_SEED),
                rule: "A whole number with at most 15 digits, such as 7.",
            },
            validation_share: NumberField {
                id: "validation-share",
                label: "Validation photos, in %",
                hint: "Set aside from each class, at random by the seed; never learned from",
                text: RwSignal::new("10".to_owned()),
                read: |text| {
                    decimal(text).filter(|percent| (1.0..=90.0).contains(percent)).map(|percent| percent / 100.0)
                },
                rule: "A number from 1 to 90.",
            },
            augment: RwSignal::new(config.augment),
        }
    }

    /// Chooses which weights are moved, and the learning rate that is usual for that unless another was written.
    pub fn set_mode(self, mode: Mode) {
        let before = self.mode.get_untracked();
        if self.learning_rate.text.with_untracked(|rate| rate == usual_rate(before)) {
            self.learning_rate.text.set(usual_rate(mode).to_owned());
        }
        self.mode.set(mode);
    }

    /// What is not as it has to be, with the name of its field.
    pub fn problem(self) -> Option<String> {
        let problems = [
            self.epochs.named_problem(),
            self.batch_size.named_problem(),
            self.learning_rate.named_problem(),
            self.seed.named_problem(),
            self.validation_share.named_problem(),
        ];
        problems.into_iter().flatten().next()
    }

    /// All of it; none where something is not as it has to be.
    pub fn config(self) -> Option<TrainingConfig> {
        self.validation_share.value()?;
        Some(TrainingConfig {
            epochs: self.epochs.value()?,
            batch_size: self.batch_size.value()?,
            learning_rate: self.learning_rate.value()?,
            seed: self.seed.value()?,
            mode: self.mode.get(),
            augment: self.augment.get(),
            ..TrainingConfig::default()
        })
    }
}

impl<T> NumberField<T> {
    /// The number; none where it is not as it has to be.
    pub fn value(&self) -> Option<T> {
        (self.read)(&self.text.read())
    }

    /// What it has to be, where it is not.
    pub fn problem(&self) -> Option<&'static str> {
        self.value().is_none().then_some(self.rule)
    }

    fn named_problem(&self) -> Option<String> {
        self.problem().map(|rule| format!("{}: {rule}", self.label))
    }
}

/// The learning rate that is usual, as the form writes it.
fn usual_rate(mode: Mode) -> &'static str {
    match mode {
        Mode::Full | Mode::Scratch => "0.0002",
        Mode::Head => "0.001",
    }
}

fn whole<T: FromStr + PartialOrd>(text: &str, least: T, most: T) -> Option<T> {
    text.trim().parse().ok().filter(|number| (least..=most).contains(number))
}

/// With a point or, as much of the world writes it, a comma.
fn decimal(text: &str) -> Option<f64> {
    text.trim().replace(',', ".").parse().ok()
}
