//! What an engine starts with: a device, and the shipped model on it.

use std::rc::Rc;

use futures::channel::oneshot;
use futures::future::{FutureExt, RemoteHandle, join3};
use wasm_bindgen_futures::spawn_local;

use super::download;
use super::hardware::Hardware;
use super::model::Model;
use super::storage::Storage;
use crate::device::cpu;
use crate::rehearsal::rehearse;
use crate::web::protocol::DeviceChoice;
use crate::weights::ModelFile;

/// A device, and the shipped model on it.
pub struct Ready {
    /// The device.
    pub hardware: Hardware,
    /// The model's name, and its file.
    pub shipped: (String, Rc<ModelFile>),
    /// The model.
    pub model: Model,
    /// The browser's storage.
    pub storage: Storage,
}

/// It on its way, before the page asks for it.
pub struct Begun {
    model_url: String,
    ready: RemoteHandle<Result<Ready, String>>,
}

impl Ready {
    /// Stages 1 to 3: the weights and the device, each as soon as it comes, then the self-test.
    ///
    /// # Errors
    /// Where there are no weights: cause and remedy, in words.
    pub async fn new(hardware: impl Future<Output = Hardware>, model_url: &str) -> Result<Self, String> {
        // A GPU compiles what it was given while this worker makes a model of bytes; not the other way round.
        let (given, is_given) = oneshot::channel();
        let hardware = async {
            let hardware = hardware.await;
            // The weights may have failed by now.
            _ = given.send(());
            hardware
        };
        let (hardware, file, storage) = join3(hardware, download::model(model_url, is_given), Storage::open()).await;
        let shipped = (download::file_name(model_url).to_owned(), Rc::new(file?));
        let model = Model::new(shipped.0.clone(), Rc::clone(&shipped.1), &hardware).await;
        Ok(Self { hardware: hardware.settle(model.device()), shipped, model, storage })
    }
}

impl Begun {
    /// Begins with the model at this URL, on the GPU if this program can use one: it is started only where that may be.
    pub fn new(model_url: String) -> Self {
        let url = model_url.clone();
        let hardware = async {
            if cfg!(feature = "gpu") {
                return Hardware::find(DeviceChoice::Best, None).await;
            }
            rehearse(&cpu()).await;
            Hardware::Cpu { reason: None }
        };
        let (work, ready) = async move { Ready::new(hardware, &url).await }.remote_handle();
        spawn_local(work);
        Self { model_url, ready }
    }

    /// Whether it is what the page asks for.
    pub fn is(&self, device: DeviceChoice, model_url: &str) -> bool {
        self.model_url == model_url && (cfg!(not(feature = "gpu")) || device == DeviceChoice::Best)
    }

    /// What is ready. `reason` is the page's, where it chose the CPU.
    ///
    /// # Errors
    /// As [`Ready::new`].
    pub async fn ready(self, device: DeviceChoice, reason: Option<String>) -> Result<Ready, String> {
        let mut ready = self.ready.await?;
        if cfg!(not(feature = "gpu")) {
            ready.hardware = Hardware::find(device, reason).await;
            ready.model.explain(&ready.hardware);
        }
        Ok(ready)
    }
}
