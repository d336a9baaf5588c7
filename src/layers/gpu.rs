//! The layers on WebGPU, in CubeCL.
//!
//! Burn's kernels for a GPU without matrix units are several times slower, unless Burn may try out which are the fastest
//! (autotune), which browsers do not survive.

pub mod connections;
pub mod convolution;
mod geometry;
pub mod launch;
pub mod pool;
pub mod shaders;
