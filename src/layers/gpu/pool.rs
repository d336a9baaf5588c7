//! Max pools, in CubeCL.

// See the note on launching in `convolution`.
#![allow(unsafe_code)]

use burn::backend::TensorMetadata;
use burn_cubecl::tensor::CubeTensor;

use super::launch::{LINE, empty, lines};
use super::shaders::cubecl;
use super::shaders::cubecl::prelude::*;
use crate::layers::Window;

/// See [`crate::layers::max_pool`]. What comes out is channels first, as the first fully connected layer reads it.
pub fn max_pool(images: CubeTensor, kernel: usize, stride: usize) -> CubeTensor {
    let [batch, channels, height, width] = images.shape().dims();
    let [down, across] = [height, width].map(|side| Window { stride, padding: 0 }.places(side, kernel));
    let output = empty(&images, [batch, channels, down, across]);
    unsafe {
        pool_kernel::launch_unchecked(
            &images.client.clone(),
            lines(output.shape().num_elements()),
            CubeDim::new_1d(LINE),
            images.into_tensor_arg(),
            output.clone().into_buffer_arg(),
            down,
            across,
            stride,
            kernel,
        );
    }
    output
}

/// Neighbours have the same place and, of what is channels last, channels side by side.
#[cube(launch_unchecked)]
fn pool_kernel(
    images: &Tensor<f32>,
    output: &mut [f32],
    down: usize,
    across: usize,
    stride: usize,
    #[comptime] kernel: usize,
) {
    if ABSOLUTE_POS >= output.len() {
        terminate!();
    }
    let channels = images.shape(1);
    let channel = ABSOLUTE_POS % channels;
    let place = ABSOLUTE_POS / channels;
    let x = place % across;
    let y = place / across % down;
    let image = place / across / down;
    let start = image * images.stride(0)
        + channel * images.stride(1)
        + y * stride * images.stride(2)
        + x * stride * images.stride(3);
    let mut largest = images[start];
    #[unroll]
    for row in 0..kernel {
        #[unroll]
        for column in 0..kernel {
            let number = images[start + row * images.stride(2) + column * images.stride(3)];
            // What is no number stays none, so that a network gone wrong does not look sound.
            if number > largest || number.is_nan() {
                largest = number;
            }
        }
    }
    output[((image * channels + channel) * down + y) * across + x] = largest;
}
