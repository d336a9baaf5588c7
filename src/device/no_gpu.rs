//! What stands for the GPU in a program that is built without one.

use std::convert::Infallible;

use burn::tensor::Device;
use rust_i18n::t;

use crate::error::Result;

/// A GPU, of which there is none here.
#[derive(Clone)]
pub struct Gpu(Infallible);

impl Gpu {
    /// Brings no GPU up.
    ///
    /// # Errors
    /// Always.
    pub async fn bring_up() -> std::result::Result<Self, String> {
        Err(t!("gpu.no_adapter").into())
    }

    /// Burn's handle of it.
    pub fn device(&self) -> &Device {
        match self.0 {}
    }

    /// How many bytes a tensor on it may have.
    pub fn largest_tensor(&self) -> u64 {
        match self.0 {}
    }

    /// Does `work` on it.
    ///
    /// # Errors
    /// None.
    pub async fn guard<T>(&self, _work: impl Future<Output = Result<T>>) -> Result<T> {
        match self.0 {}
    }

    /// Waits until it has failed, and says why.
    pub async fn lost(&self) -> String {
        match self.0 {}
    }

    /// Declares it failed.
    pub fn condemn(&self, _reason: String) {
        match self.0 {}
    }
}
