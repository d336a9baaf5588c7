//! Photos to probabilities.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::alexnet::AlexNet;
use crate::device::read_finite;
use crate::doubt::Doubt;
use crate::error::Result;
use crate::input;
use crate::metrics::softmax;
use crate::preprocess::{Pixels, Preprocessing};
use crate::weights::ModelFile;

/// A network ready to answer, on one device.
#[derive(Debug)]
pub struct Classifier {
    model: AlexNet,
    classes: Vec<String>,
    preprocessing: Preprocessing,
    doubt: Doubt,
    device: Device,
}

/// The network's answer for one image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The probability of each class; they sum to 1.
    pub probabilities: Vec<f32>,
    /// Whether it is sure; else the image perhaps shows none of the classes.
    pub sure: bool,
}

impl Classifier {
    /// Puts the weights on the device.
    pub fn new(file: &ModelFile, device: &Device) -> Self {
        Self {
            model: file.to_model(device).no_grad(),
            classes: file.metadata().classes.clone(),
            preprocessing: file.metadata().preprocessing,
            doubt: file.metadata().doubt,
            device: device.clone(),
        }
    }

    /// The network, for [`crate::explain`].
    pub fn model(&self) -> &AlexNet {
        &self.model
    }

    /// The class names, in the order of the logits.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// How photos become what the network sees.
    pub fn preprocessing(&self) -> Preprocessing {
        self.preprocessing
    }

    /// Images on its device, as the network takes them: `[images, 3, 224, 224]`.
    pub fn input(&self, images: &[Pixels]) -> Tensor<4> {
        input::to_tensor(images, self.preprocessing, &self.device)
    }

    /// The logits of each image, in one batch.
    ///
    /// # Errors
    /// [`crate::Error::Device`] where the device gives no answer or one that is not finite.
    pub async fn logits(&self, images: &[Pixels]) -> Result<Vec<Vec<f32>>> {
        if images.is_empty() {
            return Ok(Vec::new());
        }
        let logits = read_finite(self.model.forward(self.input(images))).await?;
        Ok(logits.chunks(self.classes.len()).map(<[f32]>::to_vec).collect())
    }

    /// The answer for each image, in one batch.
    ///
    /// # Errors
    /// As [`Self::logits`].
    pub async fn predict(&self, images: &[Pixels]) -> Result<Vec<Prediction>> {
        let answer =
            |logits: &Vec<f32>| Prediction { probabilities: softmax(logits), sure: self.doubt.is_sure(logits) };
        Ok(self.logits(images).await?.iter().map(answer).collect())
    }
}

/// The `k` most probable classes with their probabilities, most probable first.
pub fn top_k(probabilities: &[f32], k: usize) -> Vec<(usize, f32)> {
    let mut ranked: Vec<(usize, f32)> = probabilities.iter().copied().enumerate().collect();
    ranked.sort_by(|(_, left), (_, right)| right.total_cmp(left));
    ranked.truncate(k);
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn top_k_ranks() {
        assert_eq!(top_k(&[0.1, 0.7, 0.2], 2), [(1, 0.7), (2, 0.2)]);
        assert_eq!(top_k(&[0.1, 0.9], 5).len(), 2);
    }
}
