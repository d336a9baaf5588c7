//! The settings of a run, as the visitor writes them, and what they mean.

use leptos::prelude::*;

use crate::{
    advice::LARGEST_LEARNING_RATE,
    run::{Mode, TrainingConfig},
    web::protocol::training::ModelChoice,
};

/// Numbers larger than this do not cross from the page to the engine unchanged.
const LARGEST_SEED: u64 = (1 << 53) - 1;

/// The settings; numbers as they are written.
#[derive(Clone, Copy)]
pub struct Form {
    /// Which weights are moved.
    pub mode: RwSignal<Mode>,
    /// Which weights a run begins with.
    pub start: RwSignal<ModelChoice>,
    /// How many times every photo is shown.
    pub epochs: RwSignal<String>,
    /// Photos a step.
    pub batch_size: RwSignal<String>,
    /// Adam's learning rate.
    pub learning_rate: RwSignal<String>,
    /// Decides everything random, the split too.
    pub seed: RwSignal<String>,
    /// The share of each class's photos to validate with, in percent.
    pub validation_percent: RwSignal<String>,
    /// Whether photos are cropped and mirrored at random.
    pub augment: RwSignal<bool>,
}

impl Form {
    /// The tutorial's settings, but for the weights to begin with.
    pub fn new() -> Self {
        let config = TrainingConfig::default();
        Self {
            mode: RwSignal::new(Mode::Full),
            start: RwSignal::new(ModelChoice::InUse),
            epochs: RwSignal::new(config.epochs.to_string()),
            batch_size: RwSignal::new(config.batch_size.to_string()),
            learning_rate: RwSignal::new(usual_rate(Mode::Full).to_owned()),
            seed: RwSignal::new(config.seed.to_string()),
            validation_percent: RwSignal::new("10".to_owned()),
            augment: RwSignal::new(config.augment),
        }
    }

    /// Chooses which weights are moved, and the learning rate that is usual for that unless another was written.
    pub fn set_mode(self, mode: Mode) {
        let before = self.mode.get_untracked();
        if self.learning_rate.with_untracked(|rate| rate == usual_rate(before)) {
            self.learning_rate.set(usual_rate(mode).to_owned());
        }
        self.mode.set(mode);
    }

    /// The number of epochs; `Err` says what it has to be.
    pub fn epochs(self) -> Result<usize, &'static str> {
        whole(&self.epochs.read(), 1, 1000).map(|number| number as usize).ok_or("A whole number from 1 to 1000.")
    }

    /// The number of photos a step; `Err` says what it has to be.
    pub fn batch_size(self) -> Result<usize, &'static str> {
        whole(&self.batch_size.read(), 1, 512).map(|number| number as usize).ok_or("A whole number from 1 to 512.")
    }

    /// The learning rate; `Err` says what it has to be.
    pub fn learning_rate(self) -> Result<f64, &'static str> {
        let rate = self.learning_rate.read().trim().replace(',', ".").parse::<f64>().ok();
        rate.filter(|rate| *rate > 0.0 && *rate <= LARGEST_LEARNING_RATE)
            .ok_or("A number above 0 and up to 1; 0.0002 is usual.")
    }

    /// The seed; `Err` says what it has to be.
    pub fn seed(self) -> Result<u64, &'static str> {
        whole(&self.seed.read(), 0, LARGEST_SEED).ok_or("A whole number with at most 15 digits, such as 7.")
    }

    /// The share of the photos to validate with; `Err` says what it has to be.
    pub fn validation_share(self) -> Result<f64, &'static str> {
        let percent = self.validation_percent.read().trim().replace(',', ".").parse::<f64>().ok();
        percent
            .filter(|percent| (1.0..=90.0).contains(percent))
            .map(|percent| percent / 100.0)
            .ok_or("A number from 1 to 90.")
    }

    /// What is not as it has to be, with the name of its field.
    pub fn problem(self) -> Option<String> {
        let problems = [
            ("Epochs", self.epochs().err()),
            ("Batch size", self.batch_size().err()),
            ("Learning rate", self.learning_rate().err()),
            ("Seed", self.seed().err()),
            ("Validation photos", self.validation_share().err()),
        ];
        problems.into_iter().find_map(|(field, problem)| problem.map(|problem| format!("{field}: {problem}")))
    }

    /// All of it; none where something is not as it has to be.
    pub fn config(self) -> Option<TrainingConfig> {
        self.validation_share().ok()?;
        Some(TrainingConfig {
            epochs: self.epochs().ok()?,
            batch_size: self.batch_size().ok()?,
            learning_rate: self.learning_rate().ok()?,
            seed: self.seed().ok()?,
            mode: self.mode.get(),
            augment: self.augment.get(),
            ..TrainingConfig::default()
        })
    }
}

/// The learning rate that is usual, as the form writes it.
fn usual_rate(mode: Mode) -> &'static str {
    match mode {
        Mode::Full | Mode::Scratch => "0.0002",
        Mode::Head => "0.001",
    }
}

fn whole(text: &str, least: u64, most: u64) -> Option<u64> {
    text.trim().parse().ok().filter(|number| (least..=most).contains(number))
}
