//! Adam, as PyTorch computes it (D. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", 2014).
//!
//! With weight decay it is AdamW (I. Loshchilov and F. Hutter, "Decoupled Weight Decay Regularization", 2017).
//!
//! Burn has an Adam of its own, whose state can be read only synchronously, which a browser does not allow.

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
        model.map(&mut Step {
            moments: &mut self.moments,
            index: 0,
            gradients,
            kept: 1.0 - learning_rate * weight_decay,
            learning_rate: learning_rate / (1.0 - BETA_1.powf(steps)),
            second_correction: (1.0 - BETA_2.powf(steps)).sqrt(),
        })
    }
}

struct Step<'a> {
    moments: &'a mut Vec<Option<Moments>>,
    index: usize,
    gradients: GradientsParams,
    /// The share of each weight that the decay leaves.
    kept: f64,
    /// Corrected for the bias of the first moment.
    learning_rate: f64,
    /// What the root of the second moment is divided by.
    second_correction: f64,
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
        let gradient = gradient.reshape([shape.num_elements()]);
        let moments = match self.moments[index].take() {
            Some(Moments { first, second }) => Moments {
                first: first * BETA_1 + gradient.clone() * (1.0 - BETA_1),
                second: second * BETA_2 + gradient.square() * (1.0 - BETA_2),
            },
            None => Moments { first: gradient.clone() * (1.0 - BETA_1), second: gradient.square() * (1.0 - BETA_2) },
        };
        let scale = moments.second.clone().sqrt() / self.second_correction + EPSILON;
        let change = moments.first.clone() / scale * self.learning_rate;
        self.moments[index] = Some(moments);
        let is_bias = D == 1;
        let decayed = if is_bias || self.kept == 1.0 { tensor.inner() } else { tensor.inner() * self.kept };
        let tensor = decayed - change.reshape(shape);
        Param::from_mapped_value(id, Tensor::from_inner(tensor).require_grad(), mapper)
    }
}
