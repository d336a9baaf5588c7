//! What the page and the engine say to each other.
//!
//! The page sends [`Command`]s, the engine answers with [`Event`]s; both cross `postMessage` as plain JavaScript values
//! (serde-wasm-bindgen). Photos travel as [`File`] handles, never as bytes. What the engine says in words it says in all
//! languages, as [`Told`](crate::language::Told).

pub mod benchmark;
pub mod evaluation;
pub mod inspection;
pub mod training;

use serde::{Deserialize, Serialize};
use web_sys::{Blob, File};

use self::benchmark::{Measured, Order};
use self::evaluation::{EvaluationCommand, EvaluationEvent};
use self::inspection::{InspectionCommand, InspectionEvent};
use self::training::{ModelChoice, TrainingCommand, TrainingEvent};
use super::thumbnail::Thumbnail;

pub use crate::results::PhotoId;

/// From the page to the engine.
#[derive(Serialize, Deserialize)]
pub enum Command {
    /// Bring up a device and a model; the first task of every engine, given once it says [`Event::Listening`].
    Start {
        /// Which devices may be used.
        device: DeviceChoice,
        /// Why the CPU was chosen, where the page decided that (a lost GPU, `?device=cpu`).
        reason: Option<String>,
        /// Where the weights are: an absolute URL whose file name changes with the content.
        model_url: String,
        /// Where the decoder's loader script is (`body[data-decoder]` of the page, made absolute): the engine starts
        /// decoder workers from it.
        decoder_url: String,
    },
    /// Classify these photos, after those already waiting.
    Classify {
        /// The photos, in the order in which they are wanted.
        photos: Vec<PhotoToClassify>,
    },
    /// Forget every photo not yet answered. Answered by [`Event::Cancelled`].
    Cancel,
    /// Keep the model in these files and use it: one `.safetensors` or `.pth`, and possibly a `class_indices.json`.
    LoadModel {
        /// The files that were picked or dropped together.
        files: Vec<FileHandle>,
    },
    /// Give the model in use as a file. Answered by [`Event::ModelFile`].
    ExportModel,
    /// Measure something. Answered by [`Event::Measured`].
    Measure(Order),
    /// Evaluating models.
    Evaluate(EvaluationCommand),
    /// Looking inside the network.
    Inspect(InspectionCommand),
    /// Training, and the models that come of it.
    Training(TrainingCommand),
}

/// Which devices the engine may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceChoice {
    /// WebGPU where it works, the CPU where it does not.
    Best,
    /// The CPU alone.
    Cpu,
}

/// A photo that waits for its answer.
#[derive(Clone, Serialize, Deserialize)]
pub struct PhotoToClassify {
    /// The page's name for the photo.
    pub id: PhotoId,
    /// The photo.
    pub file: FileHandle,
}

/// A browser's handle of a file; its bytes stay where they are until somebody reads them.
#[derive(Clone, Serialize, Deserialize)]
pub struct FileHandle(#[serde(with = "serde_wasm_bindgen::preserve")] pub File);

/// From the engine to the page.
#[derive(Serialize, Deserialize)]
pub enum Event {
    /// The engine's program is loaded and hears commands from now on; what was posted before is lost.
    Listening,
    /// Stage 1: the weights are on their way.
    Downloading {
        /// Bytes so far.
        received: u64,
        /// All bytes, where the server tells.
        total: Option<u64>,
    },
    /// Stage 2: the weights are here; the device is brought up and tested.
    Preparing,
    /// Stage 3: photos can be classified.
    Ready {
        /// The device, and what its self-test found.
        device: DeviceReport,
        /// The model in use.
        model: ModelReport,
    },
    /// The engine cannot go on.
    Failed {
        /// Cause and remedy.
        message: String,
    },
    /// The GPU was lost or answered nonsense; the page starts a new engine on the CPU.
    DeviceLost {
        /// What happened.
        message: String,
    },
    /// A photo's answer.
    Prediction {
        /// Which photo.
        id: PhotoId,
        /// The probability of each class, in the model's order of classes; they sum to 1.
        probabilities: Vec<f32>,
        /// Whether the network is sure; else the photo perhaps shows none of its classes.
        sure: bool,
        /// What is shown of it.
        thumbnail: Thumbnail,
        /// Time for decoding and for this photo's share of the network, in milliseconds.
        milliseconds: f64,
    },
    /// A photo that could not be classified.
    PhotoFailed {
        /// Which photo.
        id: PhotoId,
        /// Cause and remedy.
        message: String,
    },
    /// All photos not answered before this event are forgotten.
    Cancelled,
    /// Another model is in use from now on.
    ModelLoaded {
        /// The device, tested anew with this model.
        device: DeviceReport,
        /// The model.
        model: ModelReport,
        /// Which of the models it is that the engine can get at.
        choice: ModelChoice,
    },
    /// The model files were refused; the model in use stays.
    ModelRefused {
        /// Which file, cause and remedy.
        message: String,
    },
    /// The model in use, as a `.safetensors` file.
    ModelFile {
        /// A name to save it under.
        name: String,
        /// The file.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        blob: Blob,
    },
    /// The model in use could not be given as a file.
    ExportFailed {
        /// Cause and remedy.
        message: String,
    },
    /// What was measured.
    Measured(Measured),
    /// What an evaluation brings.
    Evaluation(EvaluationEvent),
    /// What was found inside the network.
    Inspection(InspectionEvent),
    /// Training, and the models that come of it.
    Training(TrainingEvent),
}

/// The device that runs the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceReport {
    /// Whether it is the GPU.
    pub webgpu: bool,
    /// The adapter's name, or "CPU".
    pub name: String,
    /// Why it is not the GPU, in words, where it is not.
    pub reason: Option<String>,
    /// The self-test, where there was a GPU to test.
    pub self_test: Option<SelfTest>,
}

/// The same fixed picture through the network on the GPU and on the CPU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SelfTest {
    /// The logits from WebGPU.
    pub webgpu: Vec<f32>,
    /// The logits from the CPU.
    pub cpu: Vec<f32>,
    /// The largest difference between them.
    pub difference: f32,
}

/// The model in use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelReport {
    /// A name for it: the file's, or that of the shipped weights.
    pub name: String,
    /// The class names, in the order of the network's outputs.
    pub classes: Vec<String>,
    /// Whether it is torchvision's AlexNet, rather than the tutorial's at half its width.
    pub full_width: bool,
    /// How many weights it has.
    pub parameters: usize,
    /// What the file says of how it was trained, as pairs of name and value.
    pub training: Vec<(String, String)>,
}
