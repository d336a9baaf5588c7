//! Adam, as PyTorch computes it (D. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", 2014).
//!
//! With weight decay it is AdamW (I. Loshchilov and F. Hutter, "Decoupled Weight Decay Regularization", 2017).
//!
//! Burn has an Adam of its own, whose state can be read only synchronously, which a browser does not allow.

mod backend;
mod cpu;
#[cfg(any(feature = "gpu", feature = "vulkan"))]
mod gpu;

use burn::module::{Module, ModuleMapper, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use crate::alexnet::AlexNet;

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// The optimizer and its state.
#[derive(Debug, Default)]
pub struct Adam {
    /// Steps taken so far.
    pub steps: usize,
    /// The state of each parameter that ever had a gradient, in the order in which Burn visits the module.
    pub moments: Vec<Option<Moments>>,
}

/// Running means of a parameter's gradient and of its square, flattened.
#[derive(Clone, Debug)]
pub struct Moments {
    /// Mean of the gradient.
    pub first: Tensor<1>,
    /// Mean of the squared gradient.
    pub second: Tensor<1>,
}

impl Adam {
    /// Takes one step; parameters without a gradient stay as they are. `weight_decay` is what it takes off each weight,
    /// biases spared, in learning rates.
    pub fn step(
        &mut self,
        learning_rate: f64,
        weight_decay: f64,
        model: AlexNet,
        gradients: GradientsParams,
    ) -> AlexNet {
        self.steps += 1;
        let steps = self.steps as f64;
        let rates = Rates {
            kept: (1.0 - learning_rate * weight_decay) as f32,
            learning_rate: (learning_rate / (1.0 - BETA_1.powf(steps))) as f32,
            second_correction: (1.0 - BETA_2.powf(steps)).sqrt() as f32,
        };
        model.map(&mut Step { moments: &mut self.moments, index: 0, gradients, rates })
    }
}

/// The numbers of a step.
#[derive(Clone, Copy)]
struct Rates {
    /// The share of each weight that the decay leaves.
    kept: f32,
    /// Corrected for the bias of the first moment.
    learning_rate: f32,
    /// What the root of the second moment is divided by.
    second_correction: f32,
}

struct Step<'a> {
    moments: &'a mut Vec<Option<Moments>>,
    index: usize,
    gradients: GradientsParams,
    rates: Rates,
}

impl ModuleMapper for Step<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let index = self.index;
        self.index += 1;
        if self.moments.len() <= index {
            self.moments.push(None);
        }
        let (id, tensor, mapper) = param.consume();
        let Some(gradient) = self.gradients.remove::<D>(id) else {
            return Param::from_mapped_value(id, tensor, mapper);
        };
        let shape = tensor.shape();
        let [weights, gradient] = [tensor.inner(), gradient].map(|tensor| tensor.reshape([shape.num_elements()]));
        let is_bias = D == 1;
        let rates = if is_bias { Rates { kept: 1.0, ..self.rates } } else { self.rates };
        let moments = self.moments[index].take().unwrap_or_else(|| {
            let zeros = weights.zeros_like();
            Moments { first: zeros.clone(), second: zeros }
        });
        let (weights, moments) = backend::step(weights, gradient, moments, rates);
        self.moments[index] = Some(moments);
        Param::from_mapped_value(id, Tensor::from_inner(weights.reshape(shape)).require_grad(), mapper)
    }
}
