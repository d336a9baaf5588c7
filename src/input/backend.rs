//! Normalisation as an operation of Burn's backends.

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::{Int, Shape, Tensor, TensorData};
#[cfg(any(feature = "gpu", feature = "vulkan"))]
use burn_cubecl::CubeBackend;

use super::{AREA, LEVELS};
use crate::parallel::each_piece;
use crate::preprocess::{CHANNELS, IMAGE_SIZE, Pixels};

/// The images whose pixels these are, `[batch * 224 * 224 * 3]` in single bytes; `levels` (`[3, 256]`) says what each value
/// becomes.
pub fn normalise(pixels: Tensor<1, Int>, levels: Tensor<2>) -> Tensor<4> {
    Tensor::from_dispatch(Dispatch::normalise(pixels.into_dispatch(), levels.into_dispatch()))
}

#[backend_extension(
    Cube: cfg(any(feature = "gpu", feature = "vulkan")),
    Flex,
    Fusion: cfg(feature = "vulkan")
)]
trait Normalise: Backend {
    /// See [`normalise`].
    #[fusion(dtype = levels, shape = images(pixels))]
    fn normalise(pixels: IntTensor<Self>, levels: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// The shape of the images with so many pixels.
pub fn images(pixels: &Shape) -> Shape {
    Shape::new([pixels.num_elements() / Pixels::BYTES, CHANNELS, IMAGE_SIZE, IMAGE_SIZE])
}

impl Normalise for Flex {
    fn normalise(pixels: IntTensor<Self>, levels: FloatTensor<Self>) -> FloatTensor<Self> {
        let shape = images(&pixels.shape());
        let bytes = pixels.as_slice::<u8>().expect("pixels in one piece");
        let levels = levels.as_slice::<f32>().expect("levels in one piece");
        let mut values = vec![0.0; bytes.len()];
        each_piece(&mut values, AREA, |index, plane| {
            let (image, channel) = (index / CHANNELS, index % CHANNELS);
            let (pixels, _) = bytes[image * Pixels::BYTES..][..Pixels::BYTES].as_chunks::<CHANNELS>();
            let levels = &levels[channel * LEVELS..][..LEVELS];
            for (value, pixel) in plane.iter_mut().zip(pixels) {
                *value = levels[usize::from(pixel[channel])];
            }
        });
        FloatTensor::<Self>::from_data(TensorData::new(values, shape))
    }
}

#[cfg(any(feature = "gpu", feature = "vulkan"))]
impl Normalise for CubeBackend {
    fn normalise(pixels: IntTensor<Self>, levels: FloatTensor<Self>) -> FloatTensor<Self> {
        super::gpu::normalise(pixels, levels)
    }
}
