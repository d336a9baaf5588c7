//! WebGPU, with an alarm for the day that it fails.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use burn::tensor::Device;
use burn::tensor::wgpu::WgpuInitError;
use futures::channel::oneshot;
use futures::future::{Either, FutureExt, Shared, select};
use rust_i18n::t;

use crate::error::{Error, Result};

/// The browser's GPU, through Burn's wgpu backend.
///
/// A GPU can fail at any time (a driver that resets, a tab that is thrown out, a shader that the browser rejects) and
/// does not come back: who uses it runs its work under [`Self::guard`] and waits for [`Self::lost`].
#[derive(Clone)]
pub struct Gpu {
    device: Device,
    largest_tensor: u64,
    alarm: Alarm,
    lost: Shared<oneshot::Receiver<String>>,
}

impl Gpu {
    /// Brings the GPU up. Burn allows this once in the life of a program.
    ///
    /// The adapter must have the feature `timestamp-query`: Burn panics without it.
    ///
    /// # Errors
    /// Where there is no adapter, or it refuses.
    pub async fn bring_up() -> std::result::Result<Self, WgpuInitError> {
        let (device, setup) = Device::wgpu_options().init_with_setup_async().await?;
        let (sender, receiver) = oneshot::channel();
        let alarm = Alarm(Arc::new(Mutex::new(Some(sender))));
        let on_loss = alarm.clone();
        setup.device.set_device_lost_callback(move |reason, message| {
            let message = message.lines().next().unwrap_or_default();
            on_loss.ring(t!("gpu.lost", reason = reason : {:?}, message = message).into())
        });
        // In place of Burn's handler, which panics: an invalid command leaves answers that mean nothing.
        let on_error = alarm.clone();
        setup.device.on_uncaptured_error(Arc::new(move |error| on_error.ring(error.to_string())));
        let limits = setup.device.limits();
        let largest_tensor = limits.max_buffer_size.min(limits.max_storage_buffer_binding_size);
        Ok(Self { device, largest_tensor, alarm, lost: receiver.shared() })
    }

    /// Burn's handle of it.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// How many bytes a tensor on it may have. Burn asks for all that the adapter offers; browsers promise 128 MiB.
    pub fn largest_tensor(&self) -> u64 {
        self.largest_tensor
    }

    /// Does `work` on it, and gives up as soon as the GPU has failed: a lost GPU may never answer.
    ///
    /// # Errors
    /// Those of `work`, and [`Error::Device`] once the GPU has failed.
    pub async fn guard<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        match select(pin!(self.lost()), pin!(work)).await {
            Either::Left((reason, _)) => Err(Error::Device(reason)),
            Either::Right((result, _)) => result,
        }
    }

    /// Waits until the GPU has failed, and says why.
    pub async fn lost(&self) -> String {
        self.lost.clone().await.unwrap_or_else(|_| t!("gpu.given_up").into())
    }

    /// Declares the GPU failed, for a reason that the browser did not notice.
    pub fn condemn(&self, reason: String) {
        self.alarm.ring(reason);
    }
}

/// Tells everyone who waits for it, once.
#[derive(Clone)]
struct Alarm(Arc<Mutex<Option<oneshot::Sender<String>>>>);

impl Alarm {
    fn ring(&self, reason: String) {
        let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(sender) = sender {
            // Nobody may be listening any more, which is fine.
            let _ = sender.send(reason);
        }
    }
}
