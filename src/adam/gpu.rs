//! Adam's step on WebGPU, in CubeCL.

// Launching without CubeCL's checks of every index is unsafe; it is sound since the kernel ends where an invocation lies
// beyond its tensors, which are all of the same length.
#![allow(unsafe_code)]

use burn::backend::TensorMetadata;
use burn_cubecl::cubecl;
use burn_cubecl::cubecl::prelude::*;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::tensor::CubeTensor;

use super::{BETA_1, BETA_2, EPSILON, Rates};
use crate::layers::gpu::launch::{LINE, empty, lines};

/// Weights and their moments after a step; the moments stay in place where nobody else has them.
pub fn step(
    weights: CubeTensor,
    gradient: CubeTensor,
    [first, second]: [CubeTensor; 2],
    rates: Rates,
) -> [CubeTensor; 3] {
    let [weights, gradient] = [weights, gradient].map(into_contiguous);
    let [first, second] = [first, second].map(|moment| if moment.can_mut() { moment } else { moment.copy() });
    let moved = empty(&weights, weights.shape());
    unsafe {
        step_kernel::launch_unchecked(
            &weights.client.clone(),
            lines(weights.shape().num_elements()),
            CubeDim::new_1d(LINE),
            weights.into_buffer_arg(),
            gradient.into_buffer_arg(),
            moved.clone().into_buffer_arg(),
            first.clone().into_buffer_arg(),
            second.clone().into_buffer_arg(),
            rates.kept,
            rates.learning_rate,
            rates.second_correction,
        );
    }
    [moved, first, second]
}

#[cube(launch_unchecked)]
fn step_kernel(
    weights: &[f32],
    gradient: &[f32],
    moved: &mut [f32],
    first: &mut [f32],
    second: &mut [f32],
    kept: f32,
    learning_rate: f32,
    second_correction: f32,
) {
    if ABSOLUTE_POS >= weights.len() {
        terminate!();
    }
    let gradient = gradient[ABSOLUTE_POS];
    let mean = first[ABSOLUTE_POS] * comptime!(BETA_1 as f32) + gradient * comptime!((1.0 - BETA_1) as f32);
    let square =
        second[ABSOLUTE_POS] * comptime!(BETA_2 as f32) + gradient * gradient * comptime!((1.0 - BETA_2) as f32);
    first[ABSOLUTE_POS] = mean;
    second[ABSOLUTE_POS] = square;
    let scale = square.sqrt() / second_correction + comptime!(EPSILON as f32);
    moved[ABSOLUTE_POS] = weights[ABSOLUTE_POS] * kept - mean / scale * learning_rate;
}
