//! How a convolution's kernel moves, as the kernels in CubeCL get it.

use burn::backend::TensorMetadata;
use burn_cubecl::cubecl;
use burn_cubecl::cubecl::prelude::*;
use burn_cubecl::tensor::CubeTensor;

/// How a kernel moves over padded images; numbers of fours, but for `kernel`, `stride` and `places`.
pub struct Geometry {
    /// Its side.
    pub kernel: usize,
    /// How far it moves.
    pub stride: usize,
    /// Where it stands, down and across.
    pub places: [usize; 2],
    /// Of a pixel.
    pub fours: usize,
    /// Of a row.
    row: usize,
    /// Of an image.
    image: usize,
}

impl Geometry {
    /// Over images that are channels last and filled up to fours.
    pub fn new(images: &CubeTensor, kernel: usize, stride: usize) -> Self {
        let [_, height, width, channels] = images.shape().dims();
        let fours = channels / 4;
        let places = [height, width].map(|side| (side - kernel) / stride + 1);
        Self { kernel, stride, places, fours, row: width * fours, image: height * width * fours }
    }

    /// What a kernel is launched with.
    pub fn launch(&self) -> GeometryArgsLaunch {
        let [down, across] = self.places;
        GeometryArgsLaunch::new(self.kernel, self.stride, down, across, self.fours, self.row, self.image)
    }
}

/// [`Geometry`], as kernels get it.
#[derive(CubeLaunch, CubeType)]
pub struct GeometryArgs {
    pub kernel: usize,
    pub stride: usize,
    pub down: usize,
    pub across: usize,
    pub fours: usize,
    pub row: usize,
    pub image: usize,
}
