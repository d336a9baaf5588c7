//! What the page and the engine say to each other about looking inside the network.

use serde::{Deserialize, Serialize};
use web_sys::Blob;

use super::FileHandle;

/// The page's number for a request. Each is larger than those before it, whose answers are void.
pub type RequestId = u32;

/// From the page to the engine.
#[derive(Serialize, Deserialize)]
pub enum InspectionCommand {
    /// Show the network itself. Answered by [`InspectionEvent::Network`].
    Network,
    /// Show what the network makes of a photo.
    Photo {
        /// Which request this is.
        request: RequestId,
        /// The photo.
        photo: FileHandle,
        /// What is asked about it.
        question: Question,
    },
}

/// What is asked about a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Question {
    /// Its answer, what decided the most probable class (by Grad-CAM), and what every layer makes of it.
    Everything,
    /// What decided this class.
    HeatMap {
        /// The class, by its place among the model's.
        class: usize,
        /// How it is found out.
        method: Method,
    },
}

/// How it is found out what decided a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    /// By the gradients of one pass back.
    GradCam,
    /// By covering one part of the photo after the other.
    Occlusion,
}

/// From the engine to the page.
#[derive(Serialize, Deserialize)]
pub enum InspectionEvent {
    /// The network in use.
    Network(Network),
    /// The network could not be shown: cause and remedy.
    NetworkFailed(String),
    /// What the network answers, before anything is explained.
    Answer {
        /// To which request.
        request: RequestId,
        /// The probability of each class.
        probabilities: Vec<f32>,
        /// The photo, upright, as a JPEG.
        #[serde(with = "serde_wasm_bindgen::preserve")]
        picture: Blob,
    },
    /// What decided a class.
    HeatMap {
        /// To which request.
        request: RequestId,
        /// The heat map.
        heat: Heat,
    },
    /// What every layer makes of the photo, in the order of [`Network::layers`].
    Layers {
        /// To which request.
        request: RequestId,
        /// What comes out of each layer.
        outputs: Vec<LayerOutput>,
    },
    /// A request is answered in full.
    Done(RequestId),
    /// A request cannot be answered.
    Failed {
        /// Which request.
        request: RequestId,
        /// Cause and remedy.
        message: String,
    },
}

/// The network itself.
#[derive(Clone, Serialize, Deserialize)]
pub struct Network {
    /// The layer table.
    pub layers: Vec<Layer>,
    /// The filters of the first convolution.
    pub filters: Sheet,
}

/// A row of the layer table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// PyTorch's name of its module, such as `features.0`.
    pub module: String,
    /// What it is, such as `conv1 + ReLU`.
    pub name: String,
    /// Shape of what goes in: `[channels, height, width]` or `[units]`.
    pub input: Vec<usize>,
    /// Kernel, stride and padding, where the layer has them.
    pub window: Option<[usize; 3]>,
    /// Shape of what comes out.
    pub output: Vec<usize>,
    /// Number of weights and biases.
    pub parameters: usize,
    /// Multiplications, each with its addition, that one photo takes.
    pub multiply_adds: usize,
}

/// A heat map laid over the photo.
#[derive(Clone, Serialize, Deserialize)]
pub struct Heat {
    /// The class that it explains.
    pub class: usize,
    /// How it was found out.
    pub method: Method,
    /// The photo with the heat over it, as a JPEG.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub picture: Blob,
    /// What the hottest point stands for; 0 where nothing speaks for the class. By occlusion it is how much the class's
    /// probability falls, by Grad-CAM it has no unit.
    pub maximum: f32,
}

/// What one layer makes of a photo.
#[derive(Clone, Serialize, Deserialize)]
pub struct LayerOutput {
    /// A picture of each channel; of a fully connected layer one picture, with a pixel for each unit.
    pub maps: Sheet,
    /// The strongest channels or units with the mean of the channel or the value of the unit, strongest first.
    pub strongest: Vec<(usize, f32)>,
}

/// Many small pictures of one size on one sheet, row by row.
#[derive(Clone, Serialize, Deserialize)]
pub struct Sheet {
    /// The sheet, as a PNG.
    #[serde(with = "serde_wasm_bindgen::preserve")]
    pub picture: Blob,
    /// Pictures in a row.
    pub columns: u32,
    /// How many pictures there are.
    pub pictures: u32,
    /// Width and height of each, in pixels.
    pub size: [u32; 2],
    /// Empty pixels to the right of each and below it.
    pub gap: u32,
}
