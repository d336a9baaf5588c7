//! What the engine does one after the other: bring up a device and a model, classify, change models, begin a run.

use std::cell::RefCell;
use std::rc::Rc;

use rust_i18n::t;
use wasm_bindgen_futures::spawn_local;
use web_time::Duration;

use super::answering::Answering;
use super::benchmark::Benchmark;
use super::evaluation::{self, Evaluation, Evaluator};
use super::export;
use super::hardware::Hardware;
use super::import::Import;
use super::inspection::Inspection;
use super::model::Model;
use super::outbox::post;
use super::photos::{Photo, Photos};
use super::ready::Ready;
use super::shelf::{Imported, Shelf};
use super::storage::Storage;
use super::training::{Ground, Training, discard_unfinished, tell, tell_unfinished};
use crate::alexnet::Width;
use crate::predict::Prediction;
use crate::self_test::TrainingTest;
use crate::web::protocol::benchmark::Order;
use crate::web::protocol::evaluation::EvaluationEvent;
use crate::web::protocol::training::{ModelChoice, NamedFile, TrainingCommand, TrainingEvent};
use crate::web::protocol::{DeviceChoice, Event, FileHandle};
use crate::weights::ModelFile;

/// What takes its turn.
pub enum Task {
    /// Bring up a device and the model at this URL.
    Start {
        /// Which devices may be used.
        device: DeviceChoice,
        /// Why the CPU was chosen, where it was.
        reason: Option<String>,
        /// Where the weights are.
        model_url: String,
    },
    /// At least one photo is decoded.
    Classify,
    /// Use the model in these files.
    LoadModel(Vec<FileHandle>),
    /// Give the model as a file.
    ExportModel,
    /// Measure something.
    Measure(Order),
    /// Answer photos by another model.
    Evaluate(Evaluation),
    /// Show what is inside the network.
    Inspect(Inspection),
    /// What has to do with training and takes its turn.
    Training(TrainingCommand),
}

/// Everything that the tasks work with.
pub struct Engine {
    hardware: Hardware,
    model: Rc<Model>,
    /// Which model that is.
    choice: ModelChoice,
    /// The model that came with the page, and its name.
    shipped: (String, Rc<ModelFile>),
    photos: Photos,
    answering: Answering,
    storage: Storage,
    shelf: Shelf,
    training: Training,
    benchmark: Benchmark,
    evaluator: Evaluator,
    /// The test steps of training on the GPU, once they were taken.
    training_test: Rc<RefCell<Option<TrainingTest>>>,
}

impl Engine {
    /// Starts with what is ready, and tells the page.
    pub fn start(ready: Ready, photos: Photos, training: Training, evaluator: Evaluator) -> Self {
        let Ready { hardware, shipped, model, storage } = ready;
        let model = Rc::new(model);
        photos.set_preprocessing(model.preprocessing());
        post(&Event::Ready { device: model.device().clone(), model: model.report() });

        let shelf = Shelf::new(storage.clone());
        let engine = Self {
            hardware,
            model,
            choice: ModelChoice::Shipped,
            shipped,
            photos,
            answering: Answering::new(),
            storage,
            shelf,
            training,
            evaluator,
            benchmark: Benchmark::default(),
            training_test: Rc::default(),
        };
        // Photos need not wait for that.
        spawn_local(tell_models(engine.shelf.clone()));
        spawn_local(tell_unfinished(engine.storage.clone()));
        engine
    }

    /// Does a task.
    pub async fn perform(&mut self, task: Task) {
        match task {
            Task::Start { .. } => {}
            Task::Classify => self.answering.answer(&self.photos, &self.model, &self.hardware, tell_of).await,
            Task::LoadModel(files) => {
                let loaded = self.import(files).await;
                self.adopt(loaded);
            }
            Task::ExportModel => match export::weights(self.model.name(), &self.model.file()) {
                Ok(NamedFile { name, blob }) => post(&Event::ModelFile { name, blob }),
                Err(message) => post(&Event::ExportFailed { message }),
            },
            Task::Measure(order) => post(&Event::Measured(self.benchmark.measure(order, &self.model).await)),
            Task::Evaluate(Evaluation::Begin(choice, turn)) => {
                let model = self.model_to_evaluate(choice).await;
                self.evaluator.begin(turn, model);
            }
            Task::Evaluate(Evaluation::Answer) => self.evaluator.answer(&mut self.answering, &self.hardware).await,
            Task::Evaluate(Evaluation::End) => self.evaluator.end(),
            Task::Inspect(inspection) => inspection.perform(&self.model, &self.hardware).await,
            Task::Training(command) => self.train(command).await,
        }
    }

    /// Does what has to do with training.
    async fn train(&mut self, command: TrainingCommand) {
        match command {
            TrainingCommand::Train(order) => match self.weights(&order.start).await {
                Ok(start) => self.training.train(order, self.ground(start), &self.storage, &self.shelf).await,
                Err(message) => tell(TrainingEvent::Refused(message)),
            },
            TrainingCommand::Resume { photos } => {
                let ground = self.ground(self.in_use());
                self.training.resume(photos, ground, &self.storage, &self.shelf).await;
            }
            TrainingCommand::DiscardUnfinished => discard_unfinished(&self.storage).await,
            TrainingCommand::UseModel(choice) => {
                let loaded = self.load(choice).await;
                let is_gone = loaded.is_err();
                self.adopt(loaded);
                if is_gone {
                    // The list shows it.
                    self.tell_models().await;
                }
            }
            TrainingCommand::RenameModel { id, name } => {
                let renamed = self.shelf.rename(&id, name).await;
                self.tell_change(renamed).await;
            }
            TrainingCommand::DeleteModel(id) => {
                let deleted = self.shelf.delete(&id).await;
                self.tell_change(deleted).await;
            }
            TrainingCommand::NameClasses { id, classes } => {
                let named = self.shelf.name_classes(&id, classes).await;
                self.tell_change(named).await;
            }
            TrainingCommand::DownloadModel { model, bits } => {
                let files = match self.weights(&model).await {
                    Ok((name, file)) => export::files(&name, &file, bits).await,
                    Err(message) => Err(message),
                };
                tell(match files {
                    Ok(files) => TrainingEvent::ModelFiles(files),
                    Err(message) => TrainingEvent::ModelsFailed(message),
                });
            }
            // These were heeded as they came.
            TrainingCommand::ForgetPhotos
            | TrainingCommand::AddPhotos { .. }
            | TrainingCommand::Pause
            | TrainingCommand::GoOn
            | TrainingCommand::Stop => {}
        }
    }

    /// Classifies with another model from now on, or says why not.
    fn adopt(&mut self, loaded: Result<(Model, ModelChoice), String>) {
        match loaded {
            Ok((model, choice)) => {
                self.answering.let_go();
                self.model = Rc::new(model);
                self.photos.set_preprocessing(self.model.preprocessing());
                self.choice = choice.clone();
                let (device, model) = (self.model.device().clone(), self.model.report());
                post(&Event::ModelLoaded { device, model, choice });
            }
            Err(message) => post(&Event::ModelRefused { message }),
        }
    }

    /// Keeps the model in these files and makes it ready.
    async fn import(&self, files: Vec<FileHandle>) -> Result<(Model, ModelChoice), String> {
        let import = Import::read(files).await?;
        let Imported { id, name, file, not_kept } = self.shelf.import(import).await?;
        self.tell_models().await;
        if let Some(reason) = not_kept {
            tell(TrainingEvent::ModelsFailed(t!("engine.not_kept", name = name, reason = reason).into()));
        }
        Ok((Model::new(name, Rc::new(file), &self.hardware).await, ModelChoice::Kept(id)))
    }

    /// Makes a model ready.
    async fn load(&self, choice: ModelChoice) -> Result<(Model, ModelChoice), String> {
        let (name, file) = self.weights(&choice).await?;
        Ok((Model::new(name, file, &self.hardware).await, choice))
    }

    /// The model that is to answer the photos of the evaluation; the page is told why there is none. The one before is let go
    /// of first, to make room.
    async fn model_to_evaluate(&mut self, choice: ModelChoice) -> Option<Rc<Model>> {
        self.evaluator.end();
        if choice == self.choice {
            return Some(Rc::clone(&self.model));
        }
        match self.load(choice.clone()).await {
            Ok((model, _)) => Some(Rc::new(model)),
            Err(message) => {
                evaluation::tell(EvaluationEvent::Refused { model: choice, message });
                None
            }
        }
    }

    /// What a run that begins with this model stands on.
    fn ground(&self, (start_name, start): (String, Rc<ModelFile>)) -> Ground {
        let trains_whole = start.config().width == Width::Half;
        let tested = if trains_whole { Rc::clone(&start) } else { Rc::clone(&self.shipped.1) };
        Ground { start, start_name, gpu: self.model.gpu(), tested, test: Rc::clone(&self.training_test) }
    }

    /// The name and the weights of the model that classifies.
    fn in_use(&self) -> (String, Rc<ModelFile>) {
        (self.model.name().to_owned(), self.model.file())
    }

    /// A model's name and weights.
    async fn weights(&self, choice: &ModelChoice) -> Result<(String, Rc<ModelFile>), String> {
        match choice {
            ModelChoice::InUse => Ok(self.in_use()),
            ModelChoice::Shipped => Ok(self.shipped.clone()),
            ModelChoice::Kept(id) => self.shelf.read(id).await.map(|(name, file)| (name, Rc::new(file))),
        }
    }

    /// Tells the page of the models after a change, and of a failure.
    async fn tell_change(&self, outcome: Result<(), String>) {
        self.tell_models().await;
        if let Err(message) = outcome {
            tell(TrainingEvent::ModelsFailed(message));
        }
    }

    async fn tell_models(&self) {
        tell_models(self.shelf.clone()).await;
    }
}

async fn tell_models(shelf: Shelf) {
    tell(match shelf.list().await {
        Ok(models) => models,
        Err(message) => TrainingEvent::ModelsFailed(message),
    });
}

fn tell_of(photo: Photo, answer: Result<(Prediction, Duration), String>) {
    let Photo { id, thumbnail, milliseconds, .. } = photo;
    post(&match answer {
        Ok((Prediction { probabilities, sure }, share)) => {
            let milliseconds = milliseconds + share.as_secs_f64() * 1e3;
            Event::Prediction { id, probabilities, sure, thumbnail, milliseconds }
        }
        Err(message) => Event::PhotoFailed { id, message },
    });
}
