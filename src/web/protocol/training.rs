//! What the page and the engine say to each other about training: photos are looked at, a run goes its way, models are
//! kept.
//!
//! The page decides what is trained on (it holds the files and what the visitor changed); the engine looks at photos,
//! trains, and keeps models and the unfinished run in the browser's storage.

use serde::{Deserialize, Serialize};
use web_sys::Blob;

use super::FileHandle;
use crate::metrics::ConfusionMatrix;
use crate::run::{EpochRecord, Evaluation, TrainingConfig};
use crate::web::thumbnail::Thumbnail;

/// The engine's name for a model that it keeps.
pub type ModelId = String;

/// From the page to the engine.
#[derive(Serialize, Deserialize)]
pub enum TrainingCommand {
    /// Forget the photos of the set; those of a run that goes on stay.
    ForgetPhotos,
    /// Add photos to the set, to be found again by their paths.
    AddPhotos {
        /// The page's number for the set.
        set: u32,
        /// The photos.
        photos: Vec<PhotoOfSet>,
        /// Whether each is to be looked at and answered by [`TrainingEvent::Looked`].
        look: bool,
    },
    /// Begin a run on photos of the set. Answered by [`TrainingEvent::Began`] or [`TrainingEvent::Refused`].
    Train(TrainingOrder),
    /// Go on with the unfinished run. `photos` are all photos of the set; the run's must be among them, unchanged.
    /// Answered as [`Self::Train`].
    Resume {
        /// All photos of the set.
        photos: Vec<Identity>,
    },
    /// Hold the run after the step that is under way. Answered by [`TrainingEvent::Paused`].
    Pause,
    /// Let the run go on. Answered by [`TrainingEvent::WentOn`].
    GoOn,
    /// End the run with the best of its finished epochs. Answered by [`TrainingEvent::Finished`].
    Stop,
    /// Forget the unfinished run. Answered by [`TrainingEvent::Unfinished`].
    DiscardUnfinished,
    /// Classify with this model. Answered by [`super::Event::ModelLoaded`] or [`super::Event::ModelRefused`].
    UseModel(ModelChoice),
    /// Give a kept model another name. Answered by [`TrainingEvent::Models`].
    RenameModel {
        /// Which.
        id: ModelId,
        /// The new name, not empty.
        name: String,
    },
    /// Forget a kept model. Answered by [`TrainingEvent::Models`].
    DeleteModel(ModelId),
    /// Give the classes of a kept model other names, in their order. Answered by [`TrainingEvent::Models`].
    NameClasses {
        /// Which model.
        id: ModelId,
        /// The new names.
        classes: Vec<String>,
    },
    /// Give a model as files. Answered by [`TrainingEvent::ModelFiles`].
    DownloadModel {
        /// Which.
        model: ModelChoice,
        /// How exact its weights are to be.
        bits: Bits,
    },
}

/// A photo of the set.
#[derive(Serialize, Deserialize)]
pub struct PhotoOfSet {
    /// Its path in the chosen folder.
    pub path: String,
    /// The photo.
    pub file: FileHandle,
}

/// A photo by where it is and what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Its path in the chosen folder.
    pub path: String,
    /// The hash of its bytes, see [`Look::content`].
    pub content: String,
}

/// A photo to train on or to validate with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderedPhoto {
    /// Which.
    pub photo: Identity,
    /// Index into [`TrainingOrder::classes`].
    pub class: usize,
}

/// One of the models that the engine can get at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModelChoice {
    /// The one that classifies at the moment.
    InUse,
    /// The one that came with the page.
    Shipped,
    /// One that was trained here or brought.
    Kept(ModelId),
}

/// What to train.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingOrder {
    /// A name for the model that comes of it: the folder's.
    pub name: String,
    /// The class names, in the order of the network's outputs.
    pub classes: Vec<String>,
    /// The photos to learn from, sorted by path.
    pub train: Vec<OrderedPhoto>,
    /// The photos to validate with, sorted by path.
    pub validation: Vec<OrderedPhoto>,
    /// How to train.
    pub config: TrainingConfig,
    /// Which weights to begin with, unless the mode is from scratch.
    pub start: ModelChoice,
}

/// From the engine to the page.
#[derive(Serialize, Deserialize)]
pub enum TrainingEvent {
    /// A photo of the set was looked at.
    Looked {
        /// The number of its set.
        set: u32,
        /// Which.
        path: String,
        /// What was seen; `Err` says why it cannot be read, and what to do.
        look: Result<Look, String>,
    },
    /// A run goes its way from now on.
    Began {
        /// What is trained.
        order: TrainingOrder,
        /// The epochs that are done already, where it goes on.
        history: Vec<EpochRecord>,
        /// What it runs on.
        device: TrainingDevice,
    },
    /// The run did not begin; cause and remedy.
    Refused(String),
    /// Before the first epoch of the head: a batch of photos has gone through the other layers, which happens once.
    Features {
        /// Counts from 1; the training photos first, then from 1 again the validation photos.
        step: usize,
        /// Batches of these photos.
        steps: usize,
    },
    /// A step was taken.
    Step(Step),
    /// A batch of the validation photos was looked at.
    Validating {
        /// Counts from 1.
        step: usize,
        /// Batches of validation photos.
        steps: usize,
    },
    /// A photo could not be read in the middle of the run and was left out.
    Unreadable {
        /// Its path.
        path: String,
        /// Cause and remedy.
        message: String,
    },
    /// An epoch is done.
    Epoch {
        /// What it brought.
        record: EpochRecord,
        /// Which class was taken for which among the validation photos.
        confusion: ConfusionMatrix,
        /// Time it took, without pauses, in seconds.
        seconds: f64,
        /// The share of that time in which the network waited for photos, 0 to 1.
        waited: f64,
    },
    /// What the epoch brought could not be kept for another day; the run goes on. Cause and remedy.
    NotKept(String),
    /// The run is held.
    Paused,
    /// The run goes on after a pause.
    WentOn,
    /// The run is over.
    Finished(Outcome),
    /// The run broke off; cause and remedy. What its finished epochs brought can be gone on from, see
    /// [`Self::Unfinished`].
    Failed(String),
    /// The run that can be gone on with, or none; told at the start and whenever it changes.
    Unfinished(Option<UnfinishedRun>),
    /// The kept models, newest first; told at the start and whenever they change.
    Models {
        /// The models.
        models: Vec<KeptModel>,
        /// Where they are.
        place: Place,
    },
    /// Something that was asked of the kept models could not be done; cause and remedy.
    ModelsFailed(String),
    /// A model, as files to save.
    ModelFiles(Vec<NamedFile>),
}

/// What a run runs on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingDevice {
    /// "CPU" or the adapter's name.
    pub name: String,
    /// Why it is not the GPU that classifies, where it is not.
    pub reason: Option<String>,
    /// The test steps before the run, where there was a GPU to test.
    pub test: Option<TrainingTest>,
}

/// A few steps of training, the same on the GPU and on the CPU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingTest {
    /// The loss before each step on WebGPU.
    pub webgpu: Vec<f64>,
    /// The loss before each step on the CPU.
    pub cpu: Vec<f64>,
    /// The largest difference of a tensor's gradient in the first step, relative to its norm.
    pub gradients: f64,
}

/// What a look at a photo found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Look {
    /// What is shown of it.
    pub thumbnail: Thumbnail,
    /// Width in pixels, upright.
    pub width: u32,
    /// Height in pixels, upright.
    pub height: u32,
    /// A hash of the file's bytes, in hexadecimal digits: equal files have equal hashes.
    pub content: String,
    /// 64 bits of how the photo looks, in hexadecimal digits: photos that look alike differ in few bits.
    pub appearance: String,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The epoch under way; counts from 1.
    pub epoch: usize,
    /// Counts from 1.
    pub step: usize,
    /// Steps of this epoch.
    pub steps: usize,
    /// The epoch's mean loss so far.
    pub loss: f64,
    /// Photos a second, over the last steps.
    pub rate: f64,
    /// Time until the last epoch is done, in seconds, as far as can be told.
    pub seconds_left: Option<f64>,
}

/// What a run brought.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// The model of the best epoch, kept in the browser; none where no epoch was finished.
    pub best: Option<Best>,
    /// Whether the run was stopped before its last epoch.
    pub stopped: bool,
    /// Why it ended before its last epoch by itself, where it did.
    pub broke_off: Option<String>,
}

/// The best epoch of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Best {
    /// The model as it is kept.
    pub model: KeptModel,
    /// What it made of the validation photos.
    pub evaluation: Evaluation,
    /// What it was in the run.
    pub epoch: EpochRecord,
    /// Why it is not kept beyond this visit, where it is not.
    pub not_kept: Option<String>,
}

/// How exact the weights of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bits {
    /// 32 bits a weight, which keep every one.
    ThirtyTwo,
    /// 16 bits a weight.
    Sixteen,
}

/// A model that was trained here or brought.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptModel {
    /// The engine's name for it.
    pub id: ModelId,
    /// The visitor's name for it.
    pub name: String,
    /// When its run ended or it was brought, in milliseconds since 1970.
    pub created: f64,
    /// The class names, in the order of the network's outputs.
    pub classes: Vec<String>,
    /// The run that it came of, where that was here.
    pub run: Option<Box<KeptRun>>,
}

/// The run that a model came of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptRun {
    /// How it was trained.
    pub config: TrainingConfig,
    /// All epochs of its run.
    pub history: Vec<EpochRecord>,
    /// Which of them its weights are from.
    pub epoch: EpochRecord,
    /// Which class was taken for which among the validation photos.
    pub confusion: ConfusionMatrix,
    /// How many photos it learned from.
    pub train_photos: usize,
    /// The name of the model that its run was started from; none from scratch, and where it was not noted yet.
    pub start: Option<String>,
}

/// A run that was broken off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnfinishedRun {
    /// What was being trained.
    pub order: TrainingOrder,
    /// The epochs that are done.
    pub history: Vec<EpochRecord>,
    /// When the last of them was done, in milliseconds since 1970.
    pub saved: f64,
}

/// Where models are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// In the browser's file system of this site.
    Files,
    /// In the browser's database of this site.
    Database,
    /// In memory: they are gone once the page is closed.
    Memory,
}

/// A file to save.
#[derive(Serialize, Deserialize)]
pub struct NamedFile {
    /// A name to save it under.
    pub name: String,
    /// The file.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub blob: Blob,
}
