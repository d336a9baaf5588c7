//! The weights of fully connected layers on a device. Burn keeps them as `[inputs, outputs]`, PyTorch and files as
//! `[outputs, inputs]`.

mod backend;
mod cpu;
#[cfg(any(feature = "gpu", feature = "vulkan"))]
mod gpu;

use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use pulp::bytemuck::cast_slice;

use super::numbers::Numbers;

/// A layer's weights with so many outputs, as Burn keeps them. Bytes get to the device as they are, a quarter of the size,
/// and become numbers there. The device is a plain one, without gradients.
pub fn on_device(numbers: &Numbers, outputs: usize, device: &Device) -> Tensor<2> {
    match numbers {
        Numbers::Floats(values) => {
            let shape = [values.len() / outputs, outputs];
            let data = TensorData::new(cpu::transpose(values, &vec![1.0; outputs]), shape);
            device.memory_persistent_allocations(data, |data| Tensor::from_data(data, device))
        }
        Numbers::Bytes { bytes, scales } => of_bytes(bytes, scales, device),
    }
}

/// The same from bytes, with a scale for each output.
pub fn of_bytes(bytes: &[i8], scales: &[f32], device: &Device) -> Tensor<2> {
    // WebGPU knows no bytes, and takes these as they are.
    let bytes = TensorData::new(cast_slice::<i8, u8>(bytes).to_vec(), [bytes.len()]);
    let bytes = Tensor::<1, Int>::from_data(bytes, (device, DType::U8));
    let scales = Tensor::<1>::from_data(TensorData::new(scales.to_vec(), [scales.len()]), device);
    // What stays is apart from what comes and goes, such as the bytes.
    device.memory_persistent_allocations((bytes, scales), |(bytes, scales)| backend::transpose(bytes, scales))
}
