//! What all kernels are launched with, and have in common.

use burn::tensor::{DType, Shape};
use burn_cubecl::cubecl;
use burn_cubecl::cubecl::prelude::*;
use burn_cubecl::ops::numeric::empty_device_contiguous_dtype;
use burn_cubecl::tensor::CubeTensor;

/// Numbers that are read and written together.
pub type Four = Vector<f32, Const<4>>;

/// Invocations of a workgroup where each does one small thing.
pub const LINE: u32 = 64;

/// Workgroups of [`LINE`] for so many invocations.
pub fn lines(invocations: usize) -> CubeCount {
    // A dimension has at most 65,535 workgroups.
    let groups = invocations.div_ceil(LINE as usize) as u32;
    let down = groups.div_ceil(1 << 15);
    CubeCount::Static(groups.div_ceil(down), down, 1)
}

/// So many workgroups in each dimension.
pub fn groups([x, y, z]: [usize; 3]) -> CubeCount {
    CubeCount::Static(x as u32, y as u32, z as u32)
}

/// A tensor of single precision whose content nobody has written yet.
pub fn empty(like: &CubeTensor, shape: impl Into<Shape>) -> CubeTensor {
    empty_device_contiguous_dtype(like.client.clone(), like.device.clone(), shape.into(), DType::F32)
}

/// ReLU. What is no number stays none, so that a network gone wrong does not look sound.
#[cube]
pub fn relu<N: Size>(numbers: Vector<f32, N>) -> Vector<f32, N> {
    let mut rectified = numbers;
    #[unroll]
    for lane in 0..numbers.vector_size() {
        if numbers.extract(lane) <= 0.0 {
            rectified.insert(lane, 0.0);
        }
    }
    rectified
}
