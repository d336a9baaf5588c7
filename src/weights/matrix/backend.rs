//! A matrix's way from bytes to numbers as an operation of Burn's backends.

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::{Int, Shape, Tensor, TensorData};
#[cfg(any(feature = "gpu", feature = "vulkan"))]
use burn_cubecl::CubeBackend;
use pulp::bytemuck::cast_slice;

/// The transpose, `[columns, rows]`, of a matrix of signed bytes, each row of which is multiplied by its scale.
pub fn transpose(bytes: Tensor<1, Int>, scales: Tensor<1>) -> Tensor<2> {
    Tensor::from_dispatch(Dispatch::transpose(bytes.into_dispatch(), scales.into_dispatch()))
}

#[backend_extension(
    Cube: cfg(any(feature = "gpu", feature = "vulkan")),
    Flex,
    Fusion: cfg(feature = "vulkan")
)]
trait Transpose: Backend {
    /// See [`transpose`].
    #[fusion(dtype = scales, shape = transposed(bytes, scales))]
    fn transpose(bytes: IntTensor<Self>, scales: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// The shape of the transpose of a matrix with these bytes and scales.
pub fn transposed(bytes: &Shape, scales: &Shape) -> Shape {
    let rows = scales.num_elements();
    Shape::new([bytes.num_elements() / rows, rows])
}

impl Transpose for Flex {
    fn transpose(bytes: IntTensor<Self>, scales: FloatTensor<Self>) -> FloatTensor<Self> {
        let shape = transposed(&bytes.shape(), &scales.shape());
        let bytes: &[i8] = cast_slice(bytes.as_slice::<u8>().expect("bytes in one piece"));
        let scales = scales.as_slice::<f32>().expect("scales in one piece");
        FloatTensor::<Self>::from_data(TensorData::new(super::cpu::transpose(bytes, scales), shape))
    }
}

#[cfg(any(feature = "gpu", feature = "vulkan"))]
impl Transpose for CubeBackend {
    fn transpose(bytes: IntTensor<Self>, scales: FloatTensor<Self>) -> FloatTensor<Self> {
        super::gpu::transpose(bytes, scales)
    }
}
