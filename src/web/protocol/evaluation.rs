//! What the page and the engine say to each other about evaluation: a model of the page's choice answers photos, beside
//! the model in use. The page knows what is on the photos, and compares.

use serde::{Deserialize, Serialize};

use super::training::ModelChoice;
use super::{PhotoId, PhotoToClassify};
use crate::web::thumbnail::Thumbnail;

/// From the page to the engine.
#[derive(Serialize, Deserialize)]
pub enum EvaluationCommand {
    /// This model is to answer the photos that follow; those before are forgotten.
    Begin(ModelChoice),
    /// Answer these photos, after those already waiting. The page sends few at a time.
    Photos(Vec<PhotoToClassify>),
    /// Forget the photos, and let go of the model.
    End,
}

/// From the engine to the page.
#[derive(Serialize, Deserialize)]
pub enum EvaluationEvent {
    /// The model cannot answer.
    Refused {
        /// Which.
        model: ModelChoice,
        /// Cause and remedy.
        message: String,
    },
    /// A photo's answer.
    Answer {
        /// Which photo.
        id: PhotoId,
        /// The probability of each class, in the model's order of classes; they sum to 1.
        probabilities: Vec<f32>,
        /// Whether the network is sure.
        sure: bool,
        /// What is shown of it.
        thumbnail: Thumbnail,
    },
    /// A photo cannot be answered.
    PhotoFailed {
        /// Which photo.
        id: PhotoId,
        /// Cause and remedy.
        message: String,
    },
}
