//! The layers on the CPU, in the processor's vector instructions: SIMD128 in the browser, AVX-512 or what else there is
//! natively.
//!
//! Burn's convolution copies its images twice, and takes the gradients by way of convolutions that are not made for it.

pub mod connections;
pub mod convolution;
mod tile;
