//! The settings of a run, as the visitor writes them, and what they mean.

use std::str::FromStr;

use leptos::prelude::*;
use rust_i18n::t;

use crate::{
    advice::LARGEST_LEARNING_RATE,
    language::Text,
    run::{Mode, Recipe, TrainingConfig},
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
    pub label: fn() -> Text,
    /// What it is about.
    pub hint: fn() -> Text,
    /// What is written.
    pub text: RwSignal<String>,
    /// The number of a text; none where it is not as it has to be.
    read: fn(&str) -> Option<T>,
    /// What it has to be, in words.
    rule: fn() -> Text,
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
                label: || t!("settings.epochs"),
                hint: || t!("settings.epochs_about"),
                text: RwSignal::new(config.epochs.to_string()),
                read: |text| whole(text, 1, 1000),
                rule: || t!("settings.epochs_rule"),
            },
            batch_size: NumberField {
                id: "batch-size",
                label: || t!("settings.batch_size"),
                hint: || t!("settings.batch_size_about"),
                text: RwSignal::new(config.batch_size.to_string()),
                read: |text| whole(text, 1, 512),
                rule: || t!("settings.batch_size_rule"),
            },
            learning_rate: NumberField {
                id: "learning-rate",
                label: || t!("settings.learning_rate"),
                hint: || t!("settings.learning_rate_about"),
                text: RwSignal::new(usual_rate(Mode::Full)),
                read: |text| {
                    decimal(text).filter(|&rate| TrainingConfig::is_rate(rate) && rate <= LARGEST_LEARNING_RATE)
                },
                rule: || t!("settings.learning_rate_rule"),
            },
            seed: NumberField {
                id: "seed",
                label: || t!("settings.seed"),
                hint: || t!("settings.seed_about"),
                text: RwSignal::new(config.seed.to_string()),
                read: |text| whole(text, 0, LARGEST_SEED),
                rule: || t!("settings.seed_rule"),
            },
            validation_share: NumberField {
                id: "validation-share",
                label: || t!("settings.share"),
                hint: || t!("settings.share_about"),
                text: RwSignal::new("10".to_owned()),
                read: |text| {
                    decimal(text).filter(|percent| (1.0..=90.0).contains(percent)).map(|percent| percent / 100.0)
                },
                rule: || t!("settings.share_rule"),
            },
            augment: RwSignal::new(config.augment),
        }
    }

    /// Chooses which weights are moved, and the learning rate that is usual for that unless another was written.
    pub fn set_mode(self, mode: Mode) {
        let before = self.mode.get_untracked();
        if self.learning_rate.text.with_untracked(|rate| *rate == usual_rate(before)) {
            self.learning_rate.text.set(usual_rate(mode));
        }
        self.mode.set(mode);
    }

    /// What is not as it has to be, with the name of its field.
    pub fn problem(self) -> Option<Text> {
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
    pub fn problem(&self) -> Option<Text> {
        self.value().is_none().then(self.rule)
    }

    fn named_problem(&self) -> Option<Text> {
        self.problem().map(|rule| t!("settings.problem", label = (self.label)(), rule = rule))
    }
}

/// The learning rate that is usual, as the form writes it.
fn usual_rate(mode: Mode) -> String {
    TrainingConfig::of(Recipe::Tutorial, mode).learning_rate.to_string()
}

fn whole<T: FromStr + PartialOrd>(text: &str, least: T, most: T) -> Option<T> {
    text.trim().parse().ok().filter(|number| (least..=most).contains(number))
}

/// With a point or, as much of the world writes it, a comma.
fn decimal(text: &str) -> Option<f64> {
    text.trim().replace(',', ".").parse().ok()
}
