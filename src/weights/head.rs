//! The last layer alone, as a file: all that there is to keep of a run that leaves the other layers as they are.

use safetensors::Dtype;

use super::on_device::collect;
use super::writing::{TensorToWrite, f32_bytes, serialize};
use super::{Metadata, ModelFile};
use crate::alexnet::{AlexNet, Parameter};
use crate::error::Result;

/// The tensors of the last layer: its weight and its bias.
const TENSORS: usize = 2;

impl ModelFile {
    /// The last layer of a model, wherever it is, as a `.safetensors` file; `metadata.classes` must be the model's.
    ///
    /// # Errors
    /// As [`Self::from_model`].
    pub async fn head_of(model: &AlexNet, metadata: &Metadata) -> Result<Vec<u8>> {
        let config = model.config();
        let parameters = config.parameters();
        let first = parameters.len() - TENSORS;
        let numbers = collect(model, &parameters, first).await?;
        let tensors = parameters.into_iter().skip(first).zip(numbers);
        let tensors = tensors.map(|(Parameter { name, shape }, numbers)| {
            (name, TensorToWrite { dtype: Dtype::F32, shape, bytes: f32_bytes(&numbers.to_f32()) })
        });
        serialize(tensors.collect(), config.width, metadata)
    }

    /// These weights with the last layer and the metadata of such a file in place of their own.
    ///
    /// # Errors
    /// As [`Self::from_safetensors`].
    pub fn with_head(&self, bytes: &[u8]) -> Result<Self> {
        Self::read(bytes, Some(self))
    }
}
