//! The devices that run the network: the only place that brings one up.

#[cfg(feature = "engine")]
mod gpu;

use burn::tensor::Device;

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
