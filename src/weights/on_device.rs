//! Weights on a device: there, and back.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};

use super::numbers::Numbers;
use super::{Metadata, ModelFile, matrix};
use crate::alexnet::{AlexNet, Parameter};
use crate::device::read;
use crate::error::{Error, Result};

impl ModelFile {
    /// Reads the weights back from a model, wherever it is; `metadata.classes` must be the model's.
    ///
    /// # Errors
    /// [`Error::Device`] where the device gives no answer, [`Error::NotFinite`] where training diverged.
    pub async fn from_model(model: &AlexNet, metadata: Metadata) -> Result<Self> {
        let config = model.config();
        let numbers = collect(model, &config.parameters(), 0).await?;
        Ok(Self { numbers, width: config.width, metadata })
    }

    /// The network with these weights, on this device.
    pub fn to_model(&self, device: &Device) -> AlexNet {
        self.config().init(device).map(&mut Loader { numbers: self.numbers.iter(), device })
    }
}

/// The values of a model's parameters from the one at `first` on, wherever the model is.
pub async fn collect(model: &AlexNet, parameters: &[Parameter], first: usize) -> Result<Vec<Numbers>> {
    let mut collector = Collector { spared: first, tensors: Vec::new() };
    model.visit(&mut collector);
    let mut all = Vec::new();
    for (tensor, parameter) in collector.tensors.into_iter().zip(&parameters[first..]) {
        let numbers = Numbers::Floats(read(tensor).await?);
        if !numbers.are_finite() {
            return Err(Error::NotFinite(parameter.name.clone()));
        }
        all.push(numbers);
    }
    Ok(all)
}

/// Puts the numbers into a module, parameter by parameter in the order of the visit.
struct Loader<'a> {
    numbers: std::slice::Iter<'a, Numbers>,
    device: &'a Device,
}

impl ModuleMapper for Loader<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(numbers) = self.numbers.next() else {
            return param;
        };
        let shape = param.lazy_shape();
        match D {
            2 => {
                let matrix = matrix::on_device(numbers, shape[1], &self.device.clone().inner()).reshape(shape);
                Param::from_tensor(if self.device.is_autodiff() { matrix.autodiff() } else { matrix })
            }
            _ => Param::from_data(TensorData::new(numbers.to_f32().into_owned(), shape), self.device),
        }
    }
}

/// Takes the tensors of a module out in PyTorch's layout, in the order of the visit, but for the first ones.
struct Collector {
    /// How many of the tensors to come are left where they are.
    spared: usize,
    tensors: Vec<Tensor<1>>,
}

impl ModuleVisitor for Collector {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self.spared > 0 {
            self.spared -= 1;
            return;
        }
        let tensor = param.val().inner();
        let tensor = match D {
            2 => tensor.transpose(),
            _ => tensor,
        };
        let length = tensor.shape().num_elements();
        self.tensors.push(tensor.reshape([length]));
    }
}
