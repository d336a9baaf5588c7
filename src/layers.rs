//! The two kinds of layer in which the network spends its time: convolutions and fully connected layers.
//!
//! In the browser they run on the GPU by kernels of our own. Burn's for a GPU without matrix units are several times
//! slower, unless Burn may try out which are the fastest (autotune), which browsers do not survive.

#[cfg(feature = "engine")]
mod backend;
#[cfg(feature = "engine")]
mod connections;
#[cfg(feature = "engine")]
mod convolution;
#[cfg(feature = "engine")]
mod launch;

use burn::tensor::Tensor;
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

/// The convolution of images with a layer's kernels.
///
/// # Shapes
/// - images: `[batch, channels in, height, width]`
/// - weight: `[channels out, channels in, kernel, kernel]`
/// - bias: `[channels out]`
/// - output: `[batch, channels out, places, places]`
pub fn convolve(images: Tensor<4>, weight: Tensor<4>, bias: Tensor<1>, window: Window) -> Tensor<4> {
    #[cfg(feature = "engine")]
    return backend::convolve(images, weight, bias, window);
    #[cfg(not(feature = "engine"))]
    burn::tensor::module::conv2d(images, weight, Some(bias), window.options())
}

/// What a fully connected layer makes of its inputs.
///
/// # Shapes
/// - inputs: `[batch, from]`
/// - weight: `[from, to]`
/// - bias: `[to]`
/// - output: `[batch, to]`
pub fn linear(inputs: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>) -> Tensor<2> {
    #[cfg(feature = "engine")]
    return backend::linear(inputs, weight, bias);
    #[cfg(not(feature = "engine"))]
    burn::tensor::module::linear(inputs, weight, Some(bias))
}
