//! The running mean of a network's weights over the steps of its training, which errs less than the last step's weights
//! (B. Polyak and A. Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992).

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;

use crate::alexnet::AlexNet;

/// Moves the mean of which a step leaves `decay` towards the weights after step `step` (from 1). Early on the mean is of
/// few steps, and moves faster.
pub fn update(average: AlexNet, model: &AlexNet, decay: f64, step: usize) -> AlexNet {
    let step = step as f64;
    let mut weights = Weights::default();
    model.visit(&mut weights);
    average.map(&mut Mover { weights: weights.0.into_iter(), decay: decay.min(step / (step + 9.0)) })
}

/// The tensors of a network in the order of the visit, flattened.
#[derive(Default)]
struct Weights(Vec<Tensor<1>>);

impl ModuleVisitor for Weights {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val().inner();
        let length = tensor.shape().num_elements();
        self.0.push(tensor.reshape([length]));
    }
}

struct Mover {
    weights: std::vec::IntoIter<Tensor<1>>,
    decay: f64,
}

impl ModuleMapper for Mover {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, mean, mapper) = param.consume();
        let mean = match self.weights.next() {
            Some(weights) => {
                let shape = mean.shape();
                // What does not move stays as it is, to the last bit.
                let way = weights.reshape(shape) - mean.clone();
                mean + way * (1.0 - self.decay)
            }
            None => mean,
        };
        Param::from_mapped_value(id, mean, mapper)
    }
}
