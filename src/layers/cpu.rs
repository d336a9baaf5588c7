//! The layers on the CPU, in the processor's vector instructions: SIMD128 in the browser, AVX-512 or what else there is
//! natively.
//!
//! Burn's convolution copies its images twice, multiplies two and a half times as often, and takes the gradients by way of
//! convolutions that are not made for it.

mod cells;
pub mod connections;
pub mod convolution;
pub mod geometry;
pub mod gradient;
mod planes;
pub mod pool;
pub mod relu;
mod sparse;
#[cfg(test)]
mod tests;
mod tile;
mod winograd;

use pulp::Arch;

/// The vector instructions of this processor; where it has none, a number stands for a vector.
fn arch() -> Arch {
    #[cfg(test)]
    if tests::WITHOUT_VECTORS.get() {
        return Arch::Scalar;
    }
    Arch::new()
}
