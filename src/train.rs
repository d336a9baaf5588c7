//! The training loop, the same on the command line and in the browser.
//!
//! The caller runs one epoch after the other and is told of every step; between two epochs it may keep a checkpoint,
//! from which the run goes on as if it had never stopped.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rust_i18n::t;

use crate::adam::Adam;
use crate::alexnet::{AlexNet, AlexNetConfig};
use crate::average;
use crate::cutmix::cut_and_mix;
use crate::dataset::Sample;
use crate::device::read;
use crate::doubt::Doubt;
use crate::error::{Error, Result};
use crate::head::Features;
use crate::input;
use crate::loader::{Batch, DataLoader, Pass, epoch_rng};
use crate::loss::{self, RunningLoss, number};
use crate::metrics::{ConfusionMatrix, Mean, argmax, cross_entropy, softmax};
use crate::preprocess::Preprocessing;
use crate::run::{Answer, EpochRecord, Evaluation, Mode, TrainingConfig};
use crate::weights::{Metadata, ModelFile, Precision};

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
    /// The features of a batch of photos were computed, once, before the head's first epoch.
    Features {
        /// Counts from 1, the training photos first, then the validation photos.
        step: usize,
        /// Batches of these photos.
        steps: usize,
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

/// The model whose weights a run begins with.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// What the result will say that it was started from.
    pub name: &'a str,
    /// The weights.
    pub weights: &'a ModelFile,
}

/// A training run.
#[derive(Debug)]
pub struct Trainer {
    pub(crate) config: TrainingConfig,
    pub(crate) classes: Vec<String>,
    pub(crate) start: Option<String>,
    pub(crate) preprocessing: Preprocessing,
    pub(crate) device: Device,
    pub(crate) model: AlexNet,
    pub(crate) adam: Adam,
    /// The running mean of the weights, where the recipe keeps one.
    pub(crate) average: Option<AlexNet>,
    pub(crate) history: Vec<EpochRecord>,
    pub(crate) features: Option<Features>,
    pub(crate) evaluation: Option<Evaluation>,
}

impl Trainer {
    /// A run on this device.
    ///
    /// It goes on from the weights of `start`, with a new last layer where these know other classes, or from random
    /// weights where there are none or the mode is [`Mode::Scratch`].
    pub fn new(config: TrainingConfig, classes: Vec<String>, start: Option<Start<'_>>, device: &Device) -> Self {
        let device = device.clone().autodiff();
        device.seed(config.seed);
        let start = start.filter(|_| config.mode != Mode::Scratch);
        let model = match start.map(|start| start.weights) {
            Some(weights) if weights.metadata().classes == classes => weights.to_model(&device).train(),
            Some(weights) => weights.to_model(&device).with_new_head(classes.len(), &device).train(),
            None => AlexNetConfig::new(classes.len()).init(&device),
        };
        // The weights are drawn here, not at first use, which might come after other random numbers.
        let mut trainer = Self::assemble(config, classes, device, model.materialize());
        trainer.preprocessing = start.map(|start| start.weights.metadata().preprocessing).unwrap_or_default();
        trainer.start = start.map(|start| start.name.to_owned());
        trainer
    }

    pub(crate) fn assemble(config: TrainingConfig, classes: Vec<String>, device: Device, model: AlexNet) -> Self {
        Self {
            average: config.recipe.ingredients().averaging.map(|_| model.valid()),
            config,
            classes,
            start: None,
            preprocessing: Preprocessing::default(),
            device,
            model,
            adam: Adam::default(),
            history: Vec::new(),
            features: None,
            evaluation: None,
        }
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

    /// The name of the model that it began with; none for random weights.
    pub fn start(&self) -> Option<&str> {
        self.start.as_deref()
    }

    /// How photos become what the network sees.
    pub fn preprocessing(&self) -> Preprocessing {
        self.preprocessing
    }

    /// The finished epochs.
    pub fn history(&self) -> &[EpochRecord] {
        &self.history
    }

    /// Whether all epochs are done.
    pub fn is_finished(&self) -> bool {
        self.history.len() >= self.config.epochs
    }

    /// See [`TrainingConfig::best_epoch`].
    pub fn best_epoch(&self) -> Option<EpochRecord> {
        self.config.best_epoch(&self.history)
    }

    /// What the last epoch made of each validation photo; none before the first epoch and after [`Self::resume`].
    pub fn evaluation(&self) -> Option<&Evaluation> {
        self.evaluation.as_ref()
    }

    /// Runs one epoch and looks at the validation photos.
    ///
    /// Gives [`ControlFlow::Break`] where `on_event` asked to stop; the run can then go on from its last checkpoint only.
    ///
    /// # Errors
    /// [`Error::Device`] where the device gives no answer, [`Error::Dataset`] where none of the training or of the
    /// validation photos could be read, [`Error::Diverged`] where the loss is no number any more.
    pub async fn run_epoch(
        &mut self,
        loader: &mut impl DataLoader,
        mut on_event: impl FnMut(TrainEvent) -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), EpochRecord>> {
        // Dropout draws from the device's generator; seeded by epoch, a resumed run draws the same.
        self.device.seed(self.config.seed.wrapping_add(self.history.len() as u64 + 1));
        let pass = match self.config.mode {
            Mode::Head => self.head_pass(loader, &mut on_event).await?,
            Mode::Full | Mode::Scratch => self.whole_pass(loader, &mut on_event).await?,
        };
        let ControlFlow::Continue((train_loss, evaluation)) = pass else { return Ok(ControlFlow::Break(())) };
        // Without them, every epoch would be as good as the first.
        if evaluation.answers.is_empty() {
            return Err(Error::Dataset(t!("dataset.none_validated").into()));
        }
        // What the last step has made of the weights shows here first.
        if !evaluation.loss.is_finite() {
            return Err(Error::Diverged);
        }
        let record = EpochRecord {
            epoch: self.history.len() + 1,
            train_loss,
            validation_loss: evaluation.loss,
            validation_accuracy: evaluation.confusion.accuracy(),
        };
        self.evaluation = Some(evaluation);
        self.history.push(record);
        Ok(ControlFlow::Continue(record))
    }

    /// Takes one step of all layers on images, `[batch, 3, 224, 224]` on the training device, and gives the loss before it.
    ///
    /// # Errors
    /// As [`Self::run_epoch`].
    pub async fn learn(&mut self, images: Tensor<4>, classes: &[usize]) -> Result<f64> {
        self.learn_observed(images, classes, |_| ()).await
    }

    /// [`Self::learn`], naming each part of the step as soon as the device has been given it to do.
    ///
    /// # Errors
    /// As [`Self::run_epoch`].
    pub async fn learn_observed(
        &mut self,
        images: Tensor<4>,
        classes: &[usize],
        mut observe: impl FnMut(&'static str),
    ) -> Result<f64> {
        let loss = self.loss(self.model.forward(images), classes, 1.0);
        observe("training.forward");
        let gradients = self.gradients(&loss);
        observe("training.backward");
        self.update(gradients, 0.0);
        observe("training.adam");
        number(loss.inner()).await
    }

    /// Takes one step of the last layer alone on what the others make of images, `[batch, hidden units]` on the plain device (see
    /// [`AlexNet::features`]), and gives the loss before it.
    ///
    /// # Errors
    /// As [`Self::run_epoch`].
    pub async fn learn_head(&mut self, features: Tensor<2>, classes: &[usize]) -> Result<f64> {
        let loss = self.loss(self.model.head(Tensor::from_inner(features)), classes, 1.0);
        number(self.step(loss, 0.0)).await
    }

    /// An epoch of all layers: the training loss and what came out.
    async fn whole_pass(
        &mut self,
        loader: &mut impl DataLoader,
        on_event: &mut impl FnMut(TrainEvent) -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), (f64, Evaluation)>> {
        let epoch = self.history.len();
        let device = self.device.clone().inner();
        let mut rng = cutmix_rng(self.config.seed, epoch);
        let mut train_loss = RunningLoss::default();
        let steps = loader.start(Pass::Training { epoch });
        for step in 1..=steps {
            let Some(mut batch) = loader.next().await else { break };
            report_unreadable(&batch, on_event);
            if !batch.images.is_empty() {
                let mixes = rng.random_bool(self.config.recipe.ingredients().cutmix);
                let kept = if mixes { cut_and_mix(&mut batch.images, &mut rng) } else { 1.0 };
                let images = input::to_tensor(&batch.images, self.preprocessing, &device);
                let loss = self.loss(self.model.forward(Tensor::from_inner(images)), &classes_of(&batch.samples), kept);
                let loss = self.step(loss, (step - 1) as f64 / steps as f64);
                train_loss.add(loss, batch.images.len()).await?;
            }
            if on_event(TrainEvent::Step { step, steps, loss: train_loss.so_far() }).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        let Some(train_loss) = train_loss.finish().await? else {
            return Err(Error::Dataset(t!("dataset.none_readable").into()));
        };
        let evaluation =
            evaluate(&self.result(), self.preprocessing, Doubt::default(), &device, loader, on_event).await?;
        Ok(match evaluation {
            ControlFlow::Continue(evaluation) => ControlFlow::Continue((train_loss, evaluation)),
            ControlFlow::Break(()) => ControlFlow::Break(()),
        })
    }

    /// An epoch of the last layer alone.
    async fn head_pass(
        &mut self,
        loader: &mut impl DataLoader,
        on_event: &mut impl FnMut(TrainEvent) -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), (f64, Evaluation)>> {
        let features = match self.features.take() {
            Some(features) => features,
            None => {
                let device = self.device.clone().inner();
                match Features::compute(&self.model.valid(), self.preprocessing, &device, loader, on_event).await? {
                    ControlFlow::Continue(features) => features,
                    ControlFlow::Break(()) => return Ok(ControlFlow::Break(())),
                }
            }
        };
        let mut order: Vec<usize> = (0..features.train.samples.len()).collect();
        order.shuffle(&mut epoch_rng(self.config.seed, self.history.len()));
        let mut train_loss = RunningLoss::default();
        let batches = order.chunks(self.config.batch_size.max(1));
        let steps = batches.len();
        for (step, indices) in (1..).zip(batches) {
            loader.breathe().await;
            let classes: Vec<usize> = indices.iter().map(|&index| features.train.samples[index].class).collect();
            let logits = self.model.head(Tensor::from_inner(features.train.select(indices)));
            let loss = self.loss(logits, &classes, 1.0);
            train_loss.add(self.step(loss, (step - 1) as f64 / steps as f64), indices.len()).await?;
            if on_event(TrainEvent::Step { step, steps, loss: train_loss.so_far() }).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        let train_loss = train_loss.finish().await?.unwrap_or_default();
        let model = self.result();
        let mut tally = Tally::new(self.classes.len(), Doubt::default());
        let order: Vec<usize> = (0..features.validation.samples.len()).collect();
        for indices in order.chunks(self.config.batch_size.max(1)) {
            loader.breathe().await;
            let samples: Vec<Sample> =
                indices.iter().map(|&index| features.validation.samples[index].clone()).collect();
            tally.add(model.head(features.validation.select(indices)), &samples).await?;
        }
        self.features = Some(features);
        Ok(ControlFlow::Continue((train_loss, tally.finish())))
    }

    /// The network that the run has come to.
    fn result(&self) -> AlexNet {
        self.average.clone().unwrap_or_else(|| self.model.valid())
    }

    /// The weights that the run has come to, with what the run is in the metadata.
    ///
    /// # Errors
    /// As [`ModelFile::from_model`].
    pub async fn model_file(&self) -> Result<ModelFile> {
        ModelFile::from_model(&self.result(), self.metadata()).await
    }

    /// What the run has learned so far, as a file: the whole model, or with [`Mode::Head`] its last layer alone, for
    /// [`ModelFile::with_head`] of the model that it began with.
    ///
    /// # Errors
    /// As [`ModelFile::from_model`].
    pub async fn learned(&self) -> Result<Vec<u8>> {
        self.learned_by(&self.result()).await
    }

    pub(crate) async fn learned_by(&self, model: &AlexNet) -> Result<Vec<u8>> {
        match self.config.mode {
            Mode::Head => ModelFile::head_of(model, &self.metadata()).await,
            Mode::Full | Mode::Scratch => {
                ModelFile::from_model(model, self.metadata()).await?.to_safetensors(Precision::F32)
            }
        }
    }

    fn metadata(&self) -> Metadata {
        let config = &self.config;
        let mut training = BTreeMap::from([
            ("epochs".to_owned(), config.epochs.to_string()),
            ("batch size".to_owned(), config.batch_size.to_string()),
            ("learning rate".to_owned(), config.learning_rate.to_string()),
            ("seed".to_owned(), config.seed.to_string()),
            ("mode".to_owned(), format!("{:?}", config.mode).to_lowercase()),
            ("recipe".to_owned(), format!("{:?}", config.recipe).to_lowercase()),
            ("augmentation".to_owned(), if config.augments() { "on" } else { "off" }.to_owned()),
        ]);
        if let Some(start) = &self.start {
            training.insert("started from".into(), start.clone());
        }
        if let Some(record) = self.history.last() {
            training.insert("epoch".into(), record.epoch.to_string());
            training.insert(
                "accuracy on the photos that chose the epoch".into(),
                format!("{:.4}", record.validation_accuracy),
            );
        }
        Metadata { classes: self.classes.clone(), preprocessing: self.preprocessing, training, ..Metadata::default() }
    }

    /// The mean loss of a batch. Of each photo the share `kept` is its own, the rest that of the next one's class.
    fn loss(&self, logits: Tensor<2>, classes: &[usize], kept: f64) -> Tensor<1> {
        let smoothing = self.config.recipe.ingredients().smoothing;
        loss::cross_entropy(logits, loss::targets(classes, self.classes.len(), smoothing, kept as f32, &self.device))
    }

    /// Moves the weights down the loss, where the share `done` of the epoch is behind, and gives the loss.
    fn step(&mut self, loss: Tensor<1>, done: f64) -> Tensor<1> {
        let gradients = self.gradients(&loss);
        self.update(gradients, done);
        loss.inner()
    }

    fn gradients(&self, loss: &Tensor<1>) -> GradientsParams {
        GradientsParams::from_grads(loss.backward(), &self.model)
    }

    /// Moves the weights against their gradients, where the share `done` of the epoch is behind.
    fn update(&mut self, gradients: GradientsParams, done: f64) {
        let ingredients = self.config.recipe.ingredients();
        let progress = (self.history.len() as f64 + done) / self.config.epochs.max(1) as f64;
        let learning_rate = self.config.learning_rate_at(progress);
        self.model = self.adam.step(learning_rate, ingredients.weight_decay, self.model.clone(), gradients);
        if let (Some(decay), Some(average)) = (ingredients.averaging, self.average.take()) {
            self.average = Some(average::update(average, &self.model, decay, self.adam.steps));
        }
    }
}

/// Looks at the validation photos of `loader`; [`ControlFlow::Break`] where `on_event` asked to stop.
///
/// # Errors
/// [`Error::Device`] where the device gives no answer.
pub async fn evaluate(
    model: &AlexNet,
    preprocessing: Preprocessing,
    doubt: Doubt,
    device: &Device,
    loader: &mut impl DataLoader,
    mut on_event: impl FnMut(TrainEvent) -> ControlFlow<()>,
) -> Result<ControlFlow<(), Evaluation>> {
    let mut tally = Tally::new(model.config().classes, doubt);
    let steps = loader.start(Pass::Validation);
    for step in 1..=steps {
        let Some(batch) = loader.next().await else { break };
        report_unreadable(&batch, &mut on_event);
        if !batch.images.is_empty() {
            tally.add(model.forward(input::to_tensor(&batch.images, preprocessing, device)), &batch.samples).await?;
        }
        if on_event(TrainEvent::Validation { step, steps }).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(tally.finish()))
}

/// An evaluation in the making.
struct Tally {
    loss: Mean,
    confusion: ConfusionMatrix,
    answers: Vec<Answer>,
    classes: usize,
    doubt: Doubt,
}

impl Tally {
    fn new(classes: usize, doubt: Doubt) -> Self {
        Self { loss: Mean::default(), confusion: ConfusionMatrix::new(classes), answers: Vec::new(), classes, doubt }
    }

    async fn add(&mut self, logits: Tensor<2>, samples: &[Sample]) -> Result<()> {
        for (logits, sample) in read(logits).await?.chunks(self.classes).zip(samples) {
            let probabilities = softmax(logits);
            self.loss.add(cross_entropy(logits, sample.class), 1);
            self.confusion.add(sample.class, argmax(logits));
            let sure = self.doubt.is_sure(logits);
            self.answers.push(Answer { path: sample.path.clone(), class: sample.class, probabilities, sure });
        }
        Ok(())
    }

    fn finish(self) -> Evaluation {
        Evaluation { loss: self.loss.value(), confusion: self.confusion, answers: self.answers }
    }
}

/// Decides what is mixed with what in an epoch; apart from the numbers that decide the order of the photos.
fn cutmix_rng(seed: u64, epoch: usize) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(u64::MAX - epoch as u64);
    rng
}

pub(crate) fn report_unreadable(batch: &Batch, on_event: &mut impl FnMut(TrainEvent) -> ControlFlow<()>) {
    for (path, error) in &batch.unreadable {
        // A wish to stop is heard at the step that follows.
        let _ = on_event(TrainEvent::Unreadable { path, error });
    }
}

fn classes_of(samples: &[Sample]) -> Vec<usize> {
    samples.iter().map(|sample| sample.class).collect()
}
