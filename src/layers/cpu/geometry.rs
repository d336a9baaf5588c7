//! The sizes of a convolution.

use super::winograd::STEP;
use crate::layers::Window;

/// A convolution's sizes, as they are seen by a window that moves over images, and as they are seen by Winograd's filtering.
///
/// For the latter, a convolution with a stride is one without, of the image's phases: the pixels with the same place within
/// a stride become a plane of their own, which is seen by the taps of a kernel that have that place.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    /// Channels of an image.
    pub channels: usize,
    /// Channels of what comes out.
    pub out: usize,
    /// Height and width of an image.
    pub size: [usize; 2],
    /// Rows and columns of a kernel.
    pub kernel: usize,
    /// How it moves.
    pub window: Window,
    /// Its places, below and beside each other.
    pub places: [usize; 2],
}

impl Geometry {
    /// The convolution of images of this shape with weights of that.
    pub fn new(images: [usize; 4], weight: [usize; 4], window: Window) -> Self {
        let [_, channels, height, width] = images;
        let [out, _, kernel, _] = weight;
        let size = [height, width];
        Self { channels, out, size, kernel, window, places: size.map(|side| window.places(side, kernel)) }
    }

    /// The convolution that leads from the gradient of the output to that of the images, for a stride of 1.
    pub fn backwards(&self) -> Self {
        assert_eq!(self.window.stride, 1, "only a stride of 1 is turned round");
        let window = Window { stride: 1, padding: self.kernel - 1 - self.window.padding };
        Self { channels: self.out, out: self.channels, size: self.places, window, places: self.size, ..*self }
    }

    /// Weights of an output channel.
    pub fn weights(&self) -> usize {
        self.channels * self.kernel * self.kernel
    }

    /// Places of the window.
    pub fn count(&self) -> usize {
        self.places[0] * self.places[1]
    }

    /// Numbers of an image.
    pub fn image(&self) -> usize {
        self.channels * self.size[0] * self.size[1]
    }

    /// Numbers of what comes out for an image.
    pub fn output(&self) -> usize {
        self.out * self.count()
    }

    /// Planes of an image: its channels' phases.
    pub fn planes(&self) -> usize {
        self.channels * self.window.stride * self.window.stride
    }

    /// A plane's channel, and its row and column within a stride.
    pub fn phase(&self, plane: usize) -> [usize; 3] {
        let stride = self.window.stride;
        [plane / (stride * stride), plane / stride % stride, plane % stride]
    }

    /// Rows and columns of a plane's kernel.
    pub fn taps(&self) -> usize {
        self.kernel.div_ceil(self.window.stride)
    }

    /// Which of an output channel's weights is the tap of a plane's kernel; none where the kernel does not reach so far.
    pub fn weight(&self, plane: usize, [row, column]: [usize; 2]) -> Option<usize> {
        let (kernel, stride) = (self.kernel, self.window.stride);
        let [channel, y, x] = self.phase(plane);
        let [row, column] = [row * stride + y, column * stride + x];
        (row < kernel && column < kernel).then_some((channel * kernel + row) * kernel + column)
    }

    /// Tiles below and beside each other.
    pub fn tiles(&self) -> [usize; 2] {
        self.places.map(|places| places.div_ceil(STEP))
    }
}
