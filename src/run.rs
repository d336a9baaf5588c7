//! What a training run is asked to do and what it brings, in plain data: the page knows it without linking Burn.

use serde::{Deserialize, Serialize};

use crate::calibration::expected_error;
use crate::metrics::ConfusionMatrix;

/// Which weights a run starts from, and which of them it moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Mode {
    /// All layers, from random weights.
    #[default]
    Scratch,
    /// All layers, from a trained model's weights.
    Full,
    /// The last layer alone, on what a trained model's other layers make of each photo.
    Head,
}

/// Everything about training besides the numbers that a user sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Recipe {
    /// The PyTorch tutorial's: Adam at a constant rate, random crops and mirror images.
    #[default]
    Tutorial,
    /// The one that made the shipped weights; it pays over hundreds of epochs.
    Best,
}

/// What a [`Recipe`] consists of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ingredients {
    /// The least share of a photo that a random crop shows.
    pub least_area: f64,
    /// Brightness, contrast and saturation are scaled by 1 - jitter to 1 + jitter.
    pub jitter: f64,
    /// Share of the steps whose photos are mixed by CutMix.
    pub cutmix: f64,
    /// Label smoothing: the share of each target spread over all classes.
    pub smoothing: f32,
    /// AdamW's decay: the share of each weight taken off in a step, in learning rates.
    pub weight_decay: f64,
    /// Share of the run over which the learning rate rises from 0; afterwards it falls to 0 along a cosine. None keeps
    /// it constant.
    pub warm_up: Option<f64>,
    /// How much of the weights' running mean a step leaves; the mean is the result. None takes the weights as they are.
    pub averaging: Option<f64>,
}

impl Recipe {
    /// What it consists of.
    pub fn ingredients(self) -> Ingredients {
        match self {
            Self::Tutorial => Ingredients {
                least_area: 0.08,
                jitter: 0.0,
                cutmix: 0.0,
                smoothing: 0.0,
                weight_decay: 0.0,
                warm_up: None,
                averaging: None,
            },
            Self::Best => Ingredients {
                least_area: 0.2,
                jitter: 0.3,
                cutmix: 0.5,
                smoothing: 0.1,
                weight_decay: 0.05,
                warm_up: Some(0.05),
                averaging: Some(0.998),
            },
        }
    }
}

/// How to train; the defaults are the tutorial's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingConfig {
    /// How many times every training photo is shown.
    pub epochs: usize,
    /// Photos a step.
    pub batch_size: usize,
    /// Adam's learning rate, the highest of the run where the recipe changes it.
    pub learning_rate: f64,
    /// Decides the first weights, the order of the photos, their crops and the dropout.
    pub seed: u64,
    /// Which weights are moved.
    pub mode: Mode,
    /// The rest.
    pub recipe: Recipe,
    /// Whether each photo is cropped and mirrored at random, anew each epoch.
    pub augment: bool,
}

impl Default for TrainingConfig {
    fn default() -> Self {
        Self {
            epochs: 10,
            batch_size: 32,
            learning_rate: 2e-4,
            seed: 0,
            mode: Mode::default(),
            recipe: Recipe::default(),
            augment: true,
        }
    }
}

impl TrainingConfig {
    /// A recipe with its usual numbers: the tutorial's, or those that made the shipped weights. The last layer alone takes
    /// larger steps.
    pub fn of(recipe: Recipe, mode: Mode) -> Self {
        let tutorial = Self { mode, recipe, ..Self::default() };
        match (recipe, mode) {
            (Recipe::Tutorial, Mode::Scratch | Mode::Full) => tutorial,
            (Recipe::Tutorial, Mode::Head) => Self { learning_rate: 1e-3, ..tutorial },
            (Recipe::Best, _) => Self { epochs: 100, batch_size: 64, learning_rate: 7e-4, ..tutorial },
        }
    }

    /// Whether steps can be of this rate: in single precision, it is a number above 0.
    pub fn is_rate(rate: f64) -> bool {
        rate > 0.0 && (rate as f32).is_normal()
    }

    /// Whether photos are changed at random; the head alone learns from them as they are.
    pub fn augments(&self) -> bool {
        self.augment && self.mode != Mode::Head
    }

    /// The learning rate where `progress` (0 to 1) of the run is done.
    pub fn learning_rate_at(&self, progress: f64) -> f64 {
        let share = match self.recipe.ingredients().warm_up {
            None => 1.0,
            Some(warm_up) if progress < warm_up => progress / warm_up,
            Some(warm_up) => 0.5 + 0.5 * (std::f64::consts::PI * (progress - warm_up) / (1.0 - warm_up)).cos(),
        };
        self.learning_rate * share
    }

    /// The epoch whose weights are kept: as in the tutorial, that with the highest validation accuracy, and of several the
    /// one with the lowest validation loss. The other recipe, whose last epochs differ little, goes by the loss alone: on
    /// few photos it tells more than how many of them happen to be right.
    pub fn best_epoch(&self, history: &[EpochRecord]) -> Option<EpochRecord> {
        let rank = |record: &EpochRecord| {
            let accuracy = if self.recipe == Recipe::Tutorial { record.validation_accuracy } else { 0.0 };
            (accuracy, -record.validation_loss)
        };
        history.iter().copied().reduce(|best, record| if rank(&record) > rank(&best) { record } else { best })
    }
}

/// What an epoch brought.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Counts from 1.
    pub epoch: usize,
    /// Mean loss over the training photos, as the weights changed.
    pub train_loss: f64,
    /// Mean cross entropy over the validation photos.
    pub validation_loss: f64,
    /// Share of the validation photos classified rightly.
    pub validation_accuracy: f64,
}

/// What a network made of labelled photos.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Mean cross entropy.
    pub loss: f64,
    /// Which class was taken for which.
    pub confusion: ConfusionMatrix,
    /// Each photo's answer.
    pub answers: Vec<Answer>,
}

impl Evaluation {
    /// The share of the answers that are not sure; 0 where there are none.
    pub fn unsure(&self) -> f64 {
        self.answers.iter().filter(|answer| !answer.sure).count() as f64 / self.answers.len().max(1) as f64
    }

    /// The expected calibration error of the answers.
    pub fn calibration_error(&self) -> f64 {
        expected_error(self.answers.iter().map(|answer| (&answer.probabilities[..], answer.class)))
    }
}

/// What a network made of one labelled photo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The photo's path.
    pub path: String,
    /// Its true class.
    pub class: usize,
    /// The probability of each class; they sum to 1.
    pub probabilities: Vec<f32>,
    /// Whether the network is sure.
    pub sure: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tutorials_learning_rate_is_constant_and_the_other_rises_and_falls() {
        let tutorial = TrainingConfig::default();
        assert_eq!([0.0, 0.5, 1.0].map(|progress| tutorial.learning_rate_at(progress)), [2e-4; 3]);
        let best = TrainingConfig { recipe: Recipe::Best, learning_rate: 1.0, ..tutorial };
        assert_eq!(best.learning_rate_at(0.0), 0.0);
        assert_eq!(best.learning_rate_at(0.05), 1.0);
        assert!((best.learning_rate_at(0.525) - 0.5).abs() < 1e-12);
        assert!(best.learning_rate_at(1.0).abs() < 1e-12);
    }

    #[test]
    fn the_tutorials_best_epoch_is_right_most_often_and_the_others_surest() {
        let record = |epoch, validation_loss, validation_accuracy| EpochRecord {
            epoch,
            train_loss: 1.0,
            validation_loss,
            validation_accuracy,
        };
        let history = [record(1, 0.6, 0.6), record(2, 0.8, 0.7), record(3, 0.7, 0.7), record(4, 0.9, 0.7)];
        let best =
            |recipe, history| TrainingConfig::of(recipe, Mode::Full).best_epoch(history).map(|record| record.epoch);
        assert_eq!(best(Recipe::Tutorial, &history), Some(3));
        assert_eq!(best(Recipe::Best, &history), Some(1));
        assert_eq!(best(Recipe::Tutorial, &[]), None);
    }
}
