//! The layers in which the network spends its time: convolutions, max pools and fully connected layers.
//!
//! They run by kernels of our own, each held against Burn's and PyTorch's figures.

mod backend;
mod cpu;
#[cfg(any(feature = "gpu", feature = "vulkan"))]
pub(crate) mod gpu;

pub use backend::{convolve, linear, max_pool};
use burn::tensor::ops::ConvOptions;

/// How a square kernel moves over an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Pixels from one place to the next.
    pub stride: usize,
    /// Rows and columns of zeros around the image.
    pub padding: usize,
}

impl Window {
    /// In how many places a kernel of this size fits along a side.
    pub fn places(self, side: usize, kernel: usize) -> usize {
        (side + 2 * self.padding - kernel) / self.stride + 1
    }

    fn options(self) -> ConvOptions<2> {
        ConvOptions::new([self.stride; 2], [self.padding; 2], [1; 2], 1)
    }
}
