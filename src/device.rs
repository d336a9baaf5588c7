//! The devices that run the network: the only place that brings one up.

#[cfg(all(feature = "engine", not(feature = "gpu")))]
#[path = "device/no_gpu.rs"]
mod gpu;
#[cfg(feature = "gpu")]
mod gpu;

use burn::tensor::{Device, Tensor};
use rust_i18n::t;

use crate::error::{Error, Result};

#[cfg(feature = "engine")]
pub use gpu::Gpu;

/// The CPU, through Burn's Flex backend.
pub fn cpu() -> Device {
    Device::flex()
}

/// The device that the command line trains on: the GPU where it was built with `--features vulkan`, the CPU otherwise.
#[cfg(feature = "cli")]
pub fn training() -> Device {
    #[cfg(feature = "vulkan")]
    return Device::vulkan(burn::tensor::DeviceKind::DefaultDevice);
    #[cfg(not(feature = "vulkan"))]
    cpu()
}

/// What a tensor holds, once its device has it.
///
/// # Errors
/// [`Error::Device`] where the device gives no answer.
pub(crate) async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let data = tensor.into_data_async().await.map_err(|error| Error::Device(error.to_string()))?;
    data.try_into_vec().map_err(|error| Error::Device(error.to_string()))
}

/// [`read`], of a tensor that must be finite.
///
/// # Errors
/// [`Error::Device`], also where it is not.
pub(crate) async fn read_finite<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let values = read(tensor).await?;
    match values.iter().all(|value| value.is_finite()) {
        true => Ok(values),
        false => Err(Error::Device(t!("gpu.no_number").into())),
    }
}
