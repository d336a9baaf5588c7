//! A run from its beginning to its end.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use rust_i18n::t;
use web_time::Instant;

use super::control::Control;
use super::feeder::Feeder;
use super::report::Report;
use super::set::PhotoSet;
use super::tell;
use super::unfinished::{BestEpoch, Unfinished};
use crate::dataset::{Sample, Split};
use crate::device::{Gpu, cpu};
use crate::error::{Error, Result};
use crate::run::Mode;
use crate::self_test;
use crate::train::{Start, Trainer};
use crate::web::engine::shelf::Shelf;
use crate::web::protocol::training::{
    Best, KeptModel, KeptRun, OrderedPhoto, Outcome, TrainingDevice, TrainingEvent, TrainingOrder, TrainingTest,
};
use crate::weights::{ModelFile, Precision};

/// How long the browser may take to tell why a GPU has failed, in milliseconds.
const BROWSERS_WORD: u32 = 1_000;

/// What a run stands on.
pub struct Ground {
    /// The weights to begin with.
    pub start: Rc<ModelFile>,
    /// Their model's name.
    pub start_name: String,
    /// The GPU, and its adapter's name, where it runs the model in use.
    pub gpu: Option<(Gpu, String)>,
    /// The weights that test steps are taken with: those to begin with, or the shipped ones where not all of these learn.
    pub tested: Rc<ModelFile>,
    /// The test steps on that GPU, once they were taken.
    pub test: Rc<RefCell<Option<self_test::TrainingTest>>>,
}

/// How a run begins.
pub enum Beginning {
    /// From the ground's weights.
    New,
    /// From a checkpoint.
    Checkpoint(Vec<u8>),
}

/// A run.
pub struct Run {
    order: TrainingOrder,
    ground: Ground,
    set: PhotoSet,
    control: Control,
    unfinished: Unfinished,
    shelf: Shelf,
}

impl Run {
    /// Makes a run ready.
    pub fn new(
        order: TrainingOrder,
        ground: Ground,
        set: PhotoSet,
        control: Control,
        unfinished: Unfinished,
        shelf: Shelf,
    ) -> Self {
        Self { order, ground, set, control, unfinished, shelf }
    }

    /// Runs it to its end, and tells the page all the while.
    pub async fn go(mut self, beginning: Beginning) {
        let gpu = self.ground.gpu.as_ref().map(|(gpu, _)| gpu.clone());
        let outcome = match &gpu {
            Some(gpu) => gpu.guard(self.epochs(beginning)).await,
            None => self.epochs(beginning).await,
        };
        if let (Some(gpu), Err(Error::Device(reason))) = (&gpu, &outcome) {
            // The page ends this engine as soon as it hears that the GPU is lost, and starts one on the CPU. The browser
            // knows best why, if it says so at all.
            TimeoutFuture::new(BROWSERS_WORD).await;
            return gpu.condemn(reason.lines().next().unwrap_or_default().to_owned());
        }
        match outcome {
            Ok(outcome) => {
                if outcome.best.as_ref().is_none_or(|best| best.not_kept.is_none()) {
                    // The model is on the shelf; nothing is left to go on with.
                    let _ = self.unfinished.discard().await;
                }
                if let Ok(models) = self.shelf.list().await {
                    tell(models);
                }
                tell(TrainingEvent::Finished(outcome));
            }
            Err(error) => tell(TrainingEvent::Failed(error.to_string())),
        }
        tell(TrainingEvent::Unfinished(self.unfinished.describe().await));
    }

    async fn epochs(&mut self, beginning: Beginning) -> Result<Outcome> {
        let (gpu, device) = self.device().await?;
        let burn_device = gpu.as_ref().map_or_else(cpu, |gpu| gpu.device().clone());
        let (mut trainer, mut best) = match beginning {
            Beginning::New => {
                let TrainingOrder { config, classes, .. } = self.order.clone();
                let start = Start { name: &self.ground.start_name, weights: &self.ground.start };
                (Trainer::new(config, classes, Some(start), &burn_device), None)
            }
            Beginning::Checkpoint(bytes) => {
                let trainer = Trainer::resume(&bytes, self.frozen(), &burn_device)?;
                let best = match trainer.best_epoch() {
                    Some(record) => Some(self.unfinished.best(record).await.map_err(Error::Checkpoint)?),
                    None => None,
                };
                (trainer, best)
            }
        };
        let (order, history) = (self.order.clone(), trainer.history().to_vec());
        tell(TrainingEvent::Began { order, history, device });

        let config = trainer.config().clone();
        let mut feeder = Feeder::new(self.set.clone(), self.split(), &trainer, self.control.clone());
        let mut report = Report::new(config, self.order.train.len(), self.control.clone());
        let mut broke_off = None;
        while !trainer.is_finished() && !self.control.stops() {
            report.begin_epoch(trainer.history().len() + 1);
            let (start, idle, waited) = (Instant::now(), self.control.idle(), feeder.waited());
            let epoch = match trainer.run_epoch(&mut feeder, |event| report.take(event)).await {
                // The epochs before are as good as they were.
                Err(error @ Error::Diverged) if best.is_some() => {
                    broke_off = Some(error.to_string());
                    break;
                }
                epoch => epoch?,
            };
            report.end_epoch();
            let (ControlFlow::Continue(record), Some(evaluation)) = (epoch, trainer.evaluation().cloned()) else {
                break;
            };
            let confusion = evaluation.confusion.clone();
            if trainer.best_epoch() == Some(record) {
                best = Some(BestEpoch { record, weights: trainer.learned().await?, evaluation });
            }
            let kept = match &best {
                Some(best) => self.keep(&trainer, best).await,
                None => Ok(()),
            };
            report.kept_epoch();
            let seconds = (start.elapsed().saturating_sub(self.control.idle() - idle)).as_secs_f64();
            let waited = (feeder.waited() - waited).as_secs_f64() / seconds.max(1e-6);
            // An epoch that is shown is one that can be gone on from.
            tell(TrainingEvent::Epoch { record, confusion, seconds, waited });
            if let Err(message) = kept {
                tell(TrainingEvent::NotKept(message));
            }
        }
        let stopped = !trainer.is_finished() && broke_off.is_none();
        let best = match best {
            Some(best) => Some(self.finish(best, &trainer).await?),
            None => None,
        };
        Ok(Outcome { best, stopped, broke_off })
    }

    /// The device to train on: the GPU, if it passes the test.
    async fn device(&self) -> Result<(Option<Gpu>, TrainingDevice)> {
        let Some((gpu, name)) = &self.ground.gpu else {
            return Ok((None, TrainingDevice { name: "CPU".into(), reason: None, test: None }));
        };
        let before = self.ground.test.borrow().clone();
        let test = match before {
            Some(test) => test,
            None => self_test::TrainingTest::run(&self.ground.tested, gpu.device()).await?,
        };
        self.ground.test.replace(Some(test.clone()));
        let passed = test.passed;
        let report = TrainingTest { webgpu: test.device, cpu: test.cpu, gradients: test.gradients };
        Ok(match passed {
            true => (Some(gpu.clone()), TrainingDevice { name: name.clone(), reason: None, test: Some(report) }),
            false => {
                let difference = format!("{:.1e}", report.gradients);
                let reason = t!("gpu.other_gradients", difference = difference).into();
                (None, TrainingDevice { name: "CPU".into(), reason: Some(reason), test: Some(report) })
            }
        })
    }

    fn split(&self) -> Split {
        let samples = |photos: &[OrderedPhoto]| {
            photos.iter().map(|photo| Sample { path: photo.photo.path.clone(), class: photo.class }).collect()
        };
        Split { train: samples(&self.order.train), validation: samples(&self.order.validation) }
    }

    async fn keep(&self, trainer: &Trainer, best: &BestEpoch) -> std::result::Result<(), String> {
        let checkpoint = trainer.checkpoint().await.map_err(|error| error.to_string())?;
        self.unfinished.keep(&checkpoint, trainer.history(), best, self.frozen()).await
    }

    /// The model of whose layers all but the last stay as they are, where the run is on the last.
    fn frozen(&self) -> Option<&ModelFile> {
        (self.order.config.mode == Mode::Head).then_some(&*self.ground.start)
    }

    /// Puts the best epoch's model on the shelf.
    async fn finish(&self, best: BestEpoch, trainer: &Trainer) -> Result<Best> {
        let BestEpoch { record, weights, evaluation } = best;
        let weights = match self.frozen() {
            Some(frozen) => frozen.with_head(&weights)?.to_safetensors(Precision::F32)?,
            None => weights,
        };
        let created = js_sys::Date::now();
        let model = KeptModel {
            id: format!("{created:.0}"),
            name: self.shelf.free_name(&self.order.name).await,
            created,
            classes: self.order.classes.clone(),
            run: Some(Box::new(KeptRun {
                config: self.order.config.clone(),
                history: trainer.history().to_vec(),
                epoch: record,
                confusion: evaluation.confusion.clone(),
                train_photos: self.order.train.len(),
                start: trainer.start().map(str::to_owned),
            })),
        };
        let not_kept = self.shelf.add(model.clone(), weights).await;
        Ok(Best { model, evaluation, epoch: record, not_kept })
    }
}
