//! The training loop, the same on the command line and in the browser.
//!
//! The caller runs one epoch after the other and is told of every step; between two epochs it may keep a checkpoint,
//! from which the run goes on as if it had never stopped.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use burn::module::Module;
use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use crate::adam::Adam;
use crate::alexnet::{AlexNet, AlexNetConfig};
use crate::error::{Error, Result};
use crate::loader::{Batch, DataLoader, Pass};
use crate::metrics::{ConfusionMatrix, Mean, argmax};
use crate::preprocess;
use crate::weights::{Metadata, ModelFile};

/// How to train; the defaults are the tutorial's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingConfig {
    /// How many times every training photo is shown.
    pub epochs: usize,
    /// Photos a step.
    pub batch_size: usize,
    /// Adam's learning rate.
    pub learning_rate: f64,
    /// Decides the first weights, the order of the photos, their crops and the dropout.
    pub seed: u64,
}

impl Default for TrainingConfig {
    fn default() -> Self {
        Self { epochs: 10, batch_size: 32, learning_rate: 2e-4, seed: 0 }
    }
}

/// What happens within an epoch.
#[derive(Debug)]
pub enum TrainEvent<'a> {
    /// A step was taken.
    Step {
        /// Counts from 1.
        step: usize,
        /// Steps of this epoch.
        steps: usize,
        /// The epoch's mean loss so far.
        loss: f64,
    },
    /// A batch of the validation photos was looked at.
    Validation {
        /// Counts from 1.
        step: usize,
        /// Batches of validation photos.
        steps: usize,
    },
    /// A photo could not be read and was left out.
    Unreadable {
        /// Its path.
        path: &'a str,
        /// Why.
        error: &'a Error,
    },
}

/// What an epoch brought.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Counts from 1.
    pub epoch: usize,
    /// Mean cross entropy over the training photos, as the weights changed.
    pub train_loss: f64,
    /// Mean cross entropy over the validation photos.
    pub validation_loss: f64,
    /// Share of the validation photos classified rightly.
    pub validation_accuracy: f64,
}

/// A training run.
#[derive(Debug)]
pub struct Trainer {
    pub(crate) config: TrainingConfig,
    pub(crate) classes: Vec<String>,
    pub(crate) device: Device,
    pub(crate) model: AlexNet,
    pub(crate) adam: Adam,
    pub(crate) history: Vec<EpochRecord>,
}

impl Trainer {
    /// A run from random weights, on this device.
    pub fn new(config: TrainingConfig, classes: Vec<String>, device: &Device) -> Self {
        let device = device.clone().autodiff();
        device.seed(config.seed);
        // The weights are drawn here, not at first use, which might come after other random numbers.
        let model = AlexNetConfig::new(classes.len()).init(&device).materialize();
        Self { config, classes, device, model, adam: Adam::default(), history: Vec::new() }
    }

    /// Takes another learning rate or number of epochs from now on.
    pub fn set_config(&mut self, config: TrainingConfig) {
        self.config = config;
    }

    /// How the run trains.
    pub fn config(&self) -> &TrainingConfig {
        &self.config
    }

    /// The class names.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The finished epochs.
    pub fn history(&self) -> &[EpochRecord] {
        &self.history
    }

    /// Whether all epochs are done.
    pub fn is_finished(&self) -> bool {
        self.history.len() >= self.config.epochs
    }

    /// The epoch with the highest validation accuracy; of several, the one with the lowest validation loss.
    pub fn best_epoch(&self) -> Option<EpochRecord> {
        let rank = |record: &EpochRecord| (record.validation_accuracy, -record.validation_loss);
        self.history.iter().copied().reduce(|best, record| if rank(&record) > rank(&best) { record } else { best })
    }

    /// Runs one epoch and looks at the validation photos.
    ///
    /// Gives [`ControlFlow::Break`] where `on_event` asked to stop; the run can then go on from its last checkpoint only.
    ///
    /// # Errors
    /// [`Error::Device`] where the device gives no answer, [`Error::Dataset`] where no photo of the epoch could be read,
    /// [`Error::NotFinite`] where the loss is no number any more.
    pub async fn run_epoch(
        &mut self,
        loader: &mut impl DataLoader,
        mut on_event: impl FnMut(TrainEvent) -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), EpochRecord>> {
        let epoch = self.history.len();
        // Dropout draws from the device's generator; seeded by epoch, a resumed run draws the same.
        self.device.seed(self.config.seed.wrapping_add(epoch as u64 + 1));
        let loss_function = CrossEntropyLossConfig::new().init(&self.device);
        let mut train_loss = Mean::default();
        let steps = loader.start(Pass::Training { epoch });
        for step in 1..=steps {
            let Some(batch) = loader.next().await else { break };
            report_unreadable(&batch, &mut on_event);
            if !batch.images.is_empty() {
                let loss = self.step(&loss_function, &batch).await?;
                train_loss.add(loss, batch.images.len());
            }
            if on_event(TrainEvent::Step { step, steps, loss: train_loss.value() }).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        if train_loss.is_empty() {
            return Err(Error::Dataset("none of its training photos could be read".into()));
        }
        let evaluation =
            evaluate(&self.model.valid(), self.classes.len(), &self.device.clone().inner(), loader, on_event).await?;
        let ControlFlow::Continue(evaluation) = evaluation else {
            return Ok(ControlFlow::Break(()));
        };
        let record = EpochRecord {
            epoch: epoch + 1,
            train_loss: train_loss.value(),
            validation_loss: evaluation.loss,
            validation_accuracy: evaluation.confusion.accuracy(),
        };
        self.history.push(record);
        Ok(ControlFlow::Continue(record))
    }

    /// The weights as they are now, with what the run is in the metadata.
    ///
    /// # Errors
    /// As [`ModelFile::from_model`].
    pub async fn model_file(&self) -> Result<ModelFile> {
        let config = &self.config;
        let mut training = BTreeMap::from([
            ("epochs".to_owned(), config.epochs.to_string()),
            ("batch size".to_owned(), config.batch_size.to_string()),
            ("learning rate".to_owned(), config.learning_rate.to_string()),
            ("seed".to_owned(), config.seed.to_string()),
            ("optimizer".to_owned(), "Adam".to_owned()),
        ]);
        if let Some(record) = self.history.last() {
            training.insert("epoch".into(), record.epoch.to_string());
            training.insert("validation accuracy".into(), format!("{:.4}", record.validation_accuracy));
        }
        ModelFile::from_model(&self.model, Metadata { classes: self.classes.clone(), training }).await
    }

    /// One step: the loss before it, then the weights moved.
    async fn step(&mut self, loss_function: &CrossEntropyLoss, batch: &Batch) -> Result<f64> {
        let images = preprocess::to_tensor(&batch.images, &self.device);
        let loss = loss_function.forward(self.model.forward(images), targets(batch, &self.device));
        let gradients = GradientsParams::from_grads(loss.backward(), &self.model);
        self.model = self.adam.step(self.config.learning_rate, self.model.clone(), gradients);
        let loss = read_number(loss.inner()).await?;
        match loss.is_finite() {
            true => Ok(loss),
            false => Err(Error::NotFinite("loss (the learning rate is too high)".into())),
        }
    }
}

/// What a network made of the validation photos.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// Mean cross entropy.
    pub loss: f64,
    /// Which class was taken for which.
    pub confusion: ConfusionMatrix,
}

/// Looks at the validation photos of `loader`; [`ControlFlow::Break`] where `on_event` asked to stop.
///
/// # Errors
/// [`Error::Device`] where the device gives no answer.
pub async fn evaluate(
    model: &AlexNet,
    classes: usize,
    device: &Device,
    loader: &mut impl DataLoader,
    mut on_event: impl FnMut(TrainEvent) -> ControlFlow<()>,
) -> Result<ControlFlow<(), Evaluation>> {
    let loss_function = CrossEntropyLossConfig::new().init(device);
    let mut loss = Mean::default();
    let mut confusion = ConfusionMatrix::new(classes);
    let steps = loader.start(Pass::Validation);
    for step in 1..=steps {
        let Some(batch) = loader.next().await else { break };
        report_unreadable(&batch, &mut on_event);
        if !batch.images.is_empty() {
            let logits = model.forward(preprocess::to_tensor(&batch.images, device));
            let batch_loss = loss_function.forward(logits.clone(), targets(&batch, device));
            loss.add(read_number(batch_loss).await?, batch.images.len());
            for (logits, truth) in read(logits).await?.chunks(classes).zip(&batch.targets) {
                confusion.add(*truth, argmax(logits));
            }
        }
        if on_event(TrainEvent::Validation { step, steps }).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(Evaluation { loss: loss.value(), confusion }))
}

fn report_unreadable(batch: &Batch, on_event: &mut impl FnMut(TrainEvent) -> ControlFlow<()>) {
    for (path, error) in &batch.unreadable {
        // A wish to stop is heard at the step that follows.
        let _ = on_event(TrainEvent::Unreadable { path, error });
    }
}

fn targets(batch: &Batch, device: &Device) -> Tensor<1, Int> {
    let targets: Vec<i32> = batch.targets.iter().map(|&class| class as i32).collect();
    let count = targets.len();
    Tensor::from_data(TensorData::new(targets, [count]), device)
}

async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let data = tensor.into_data_async().await.map_err(|error| Error::Device(error.to_string()))?;
    data.try_into_vec().map_err(|error| Error::Device(error.to_string()))
}

async fn read_number(tensor: Tensor<1>) -> Result<f64> {
    let values = read(tensor).await?;
    values.first().map(|&value| f64::from(value)).ok_or_else(|| Error::Device("it gave no loss".into()))
}
