//! A matrix's way from bytes to numbers on WebGPU, in CubeCL.

// Launching without CubeCL's checks of every index is unsafe; it is sound since the kernel ends where an invocation lies
// beyond the bytes, which are as many as the numbers.
#![allow(unsafe_code)]

use burn::backend::TensorMetadata;
use burn_cubecl::tensor::CubeTensor;

use super::backend::transposed;
use crate::layers::gpu::launch::{LINE, empty, lines};
use crate::layers::gpu::shaders::cubecl;
use crate::layers::gpu::shaders::cubecl::prelude::*;

/// See [`super::backend::transpose`]; the number of columns has to be a multiple of 4.
pub fn transpose(bytes: CubeTensor, scales: CubeTensor) -> CubeTensor {
    let output = empty(&scales, transposed(&bytes.shape(), &scales.shape()));
    let [columns, _] = output.shape().dims();
    assert!(columns.is_multiple_of(4), "{columns} columns cannot be read in fours");
    unsafe {
        transpose_kernel::launch_unchecked(
            &scales.client.clone(),
            lines(output.shape().num_elements() / 4),
            CubeDim::new_1d(LINE),
            bytes.into_buffer_arg(),
            scales.into_buffer_arg(),
            output.clone().into_buffer_arg(),
            columns / 4,
        );
    }
    output
}

/// An invocation turns four neighbours of a row. The bytes are read in words: WebGPU knows none that are smaller.
#[cube(launch_unchecked)]
fn transpose_kernel(bytes: &[u32], scales: &[f32], output: &mut [f32], words: usize) {
    let rows = scales.len();
    let row = ABSOLUTE_POS % rows;
    let column = ABSOLUTE_POS / rows;
    if column >= words {
        terminate!();
    }
    let word = bytes[row * words + column];
    #[unroll]
    for lane in 0..4usize {
        // A signed byte with its sign turned is 128 more.
        let value = ((word >> (8 * lane as u32)) & 255) ^ 128;
        output[(column * 4 + lane) * rows + row] = (f32::cast_from(value) - 128.0) * scales[row];
    }
}
