//! Adam's step as an operation of Burn's backends. It reads and writes each number once; as a row of tensor operations it
//! would take longer than the gradients on some devices.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;
#[cfg(any(feature = "gpu", feature = "vulkan"))]
use burn_cubecl::CubeBackend;

use super::{BETA_1, BETA_2, EPSILON, Moments, Rates, cpu};

/// A parameter's weights and moments after a step.
pub fn step(weights: Tensor<1>, gradient: Tensor<1>, moments: Moments, rates: Rates) -> (Tensor<1>, Moments) {
    let [weights, gradient, first, second] =
        [weights, gradient, moments.first, moments.second].map(Tensor::into_dispatch);
    let (weights, first, second) = Dispatch::adam_step(weights, gradient, first, second, rates);
    let [weights, first, second] = [weights, first, second].map(Tensor::from_dispatch);
    (weights, Moments { first, second })
}

#[backend_extension(
    Cube: cfg(any(feature = "gpu", feature = "vulkan")),
    Flex,
    Fusion: cfg(feature = "vulkan")
)]
trait AdamStep: Backend {
    /// The weights, the first and the second moment after a step. Where a backend says nothing else, by Burn's operations.
    #[fusion(default)]
    fn adam_step(
        weights: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        rates: Rates,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let scaled = |tensor, factor: f64| Self::float_mul_scalar(tensor, factor.into());
        let square = Self::float_mul(gradient.clone(), gradient.clone());
        let first = Self::float_add(scaled(first, BETA_1), scaled(gradient, 1.0 - BETA_1));
        let second = Self::float_add(scaled(second, BETA_2), scaled(square, 1.0 - BETA_2));
        let root = Self::float_div_scalar(Self::float_sqrt(second.clone()), rates.second_correction.into());
        let scale = Self::float_add_scalar(root, EPSILON.into());
        let change = scaled(Self::float_div(first.clone(), scale), rates.learning_rate.into());
        (Self::float_sub(scaled(weights, rates.kept.into()), change), first, second)
    }
}

impl AdamStep for Flex {
    fn adam_step(
        mut weights: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        mut first: FloatTensor<Self>,
        mut second: FloatTensor<Self>,
        rates: Rates,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let gradient = gradient.to_contiguous();
        let gradient = gradient.as_slice().expect("a tensor in one piece");
        cpu::step([weights.storage_mut(), first.storage_mut(), second.storage_mut()], gradient, rates);
        (weights, first, second)
    }
}

#[cfg(any(feature = "gpu", feature = "vulkan"))]
impl AdamStep for CubeBackend {
    fn adam_step(
        weights: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        rates: Rates,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        super::gpu::step(weights, gradient, [first, second], rates).into()
    }
}
