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
