//! Normalisation on WebGPU, in CubeCL.

// Launching without CubeCL's checks of every index is unsafe; it is sound since the kernel ends where an invocation lies
// beyond the images, whose pixels are all there.
#![allow(unsafe_code)]

use burn::backend::TensorMetadata;
use burn_cubecl::tensor::CubeTensor;

use super::backend::images;
use super::{AREA, LEVELS};
use crate::layers::gpu::launch::{Four, LINE, empty, lines};
use crate::layers::gpu::shaders::cubecl;
use crate::layers::gpu::shaders::cubecl::prelude::*;
use crate::preprocess::CHANNELS;

/// See [`super::backend::normalise`].
pub fn normalise(pixels: CubeTensor, levels: CubeTensor) -> CubeTensor {
    let output = empty(&levels, images(&pixels.shape()));
    unsafe {
        normalise_kernel::launch_unchecked(
            &levels.client.clone(),
            lines(output.shape().num_elements() / 4),
            CubeDim::new_1d(LINE),
            pixels.into_buffer_arg(),
            levels.into_buffer_arg(),
            output.clone().into_buffer_arg(),
        );
    }
    output
}

/// An invocation makes four neighbours of a plane. The bytes are read in words: WebGPU knows none that are smaller.
#[cube(launch_unchecked)]
fn normalise_kernel(pixels: &[u32], levels: &[f32], output: &mut [Four]) {
    if ABSOLUTE_POS >= output.len() {
        terminate!();
    }
    let fours = comptime!(AREA / 4);
    let four = ABSOLUTE_POS % fours;
    let channel = ABSOLUTE_POS / fours % CHANNELS;
    let image = ABSOLUTE_POS / fours / CHANNELS;
    let mut values = Four::new(0.0);
    #[unroll]
    for lane in 0..4usize {
        let byte = (image * AREA + four * 4 + lane) * CHANNELS + channel;
        let word = pixels[byte / 4];
        let value = (word >> (8 * (byte % 4) as u32)) & 255;
        values.insert(lane, levels[channel * LEVELS + value as usize]);
    }
    output[ABSOLUTE_POS] = values;
}
