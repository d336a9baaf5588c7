//! A model: its file, and the device that runs it.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use burn::tensor::{Device, Tensor};
use rust_i18n::t;

use super::hardware::Hardware;
use super::helpers::SharedModel;
use crate::alexnet::{AlexNet, Width};
use crate::device::{Gpu, cpu};
use crate::error::{Error, Result};
use crate::predict::{Classifier, Prediction};
use crate::preprocess::{Pixels, Preprocessing};
use crate::self_test::{self, SelfTest};
use crate::web::js;
use crate::web::protocol::{self, DeviceReport, ModelReport};
use crate::weights::{ModelFile, Precision};

/// A model on the device that runs it.
pub struct Model {
    name: String,
    file: Rc<ModelFile>,
    classifier: Classifier,
    /// The GPU, where that is the device.
    gpu: Option<Gpu>,
    device: DeviceReport,
    /// Whether several photos at once are answered rightly, too.
    tested: Cell<bool>,
    /// What helpers were given.
    shared: OnceCell<SharedModel>,
}

impl Model {
    /// Puts the model on the GPU if there is one and it passes the self-test with this model, and on the CPU otherwise.
    pub async fn new(name: String, file: Rc<ModelFile>, hardware: &Hardware) -> Self {
        let (on_gpu, device) = match hardware {
            Hardware::Cpu { reason } => (None, on_cpu(reason.clone(), None)),
            Hardware::Gpu { gpu, .. } if file.largest_tensor() > gpu.largest_tensor() => {
                let [needed, allowed] = [file.largest_tensor(), gpu.largest_tensor()].map(|bytes| bytes >> 20);
                let limit = t!("gpu.layer_too_large", needed = needed, allowed = allowed).into();
                (None, on_cpu(Some(limit), None))
            }
            Hardware::Gpu { gpu, name } => {
                let classifier = Classifier::new(&file, gpu.device());
                match gpu.guard(SelfTest::run(&file, classifier.model(), gpu.device(), self_test::ALONE)).await {
                    Ok(test) if test.passed => {
                        let self_test = Some(report(test));
                        let device = DeviceReport { webgpu: true, name: name.clone(), reason: None, self_test };
                        (Some((gpu.clone(), classifier)), device)
                    }
                    Ok(test) => (None, on_cpu(Some(other_answers(&test)), Some(report(test)))),
                    Err(error) => (None, on_cpu(Some(t!("gpu.self_test_failed", reason = error).into()), None)),
                }
            }
        };
        let (gpu, classifier) = on_gpu.unzip();
        let classifier = classifier.unwrap_or_else(|| Classifier::new(&file, &cpu()));
        Self { name, file, classifier, gpu, device, tested: Cell::new(false), shared: OnceCell::new() }
    }

    /// The answer for each photo, in one batch.
    ///
    /// # Errors
    /// [`crate::Error::Device`] where the device gives no sensible answer.
    pub async fn predict(&self, batch: &[Pixels]) -> Result<Vec<Prediction>> {
        if batch.len() > 1 {
            self.test_together().await?;
        }
        self.guard(self.classifier.predict(batch)).await
    }

    /// Tests, once, whether its device answers several photos at once as the CPU does. That is to be awaited before they are put
    /// to the network; it is not part of the test in the beginning since the first answer would wait for it.
    ///
    /// # Errors
    /// [`crate::Error::Device`] where it does not.
    pub async fn test_together(&self) -> Result<()> {
        if let (Some(gpu), false) = (&self.gpu, self.tested.get()) {
            let test = SelfTest::run(&self.file, self.network(), gpu.device(), self_test::TOGETHER);
            let test = gpu.guard(test).await?;
            if !test.passed {
                return Err(Error::Device(other_answers(&test)));
            }
            self.tested.set(true);
        }
        Ok(())
    }

    /// The network on its device.
    pub fn network(&self) -> &AlexNet {
        self.classifier.model()
    }

    /// How photos become what the network sees.
    pub fn preprocessing(&self) -> Preprocessing {
        self.classifier.preprocessing()
    }

    /// A photo on the device, as the network takes it: `[1, 3, 224, 224]`.
    pub fn image(&self, photo: &Pixels) -> Tensor<4> {
        self.classifier.input(std::slice::from_ref(photo))
    }

    /// Burn's handle of its device.
    pub fn burn_device(&self) -> Device {
        self.gpu.as_ref().map_or_else(cpu, |gpu| gpu.device().clone())
    }

    /// Does `work` on its device, and gives up as soon as that has failed.
    ///
    /// # Errors
    /// Those of `work`, and [`crate::Error::Device`] once the device has failed.
    pub async fn guard<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        match &self.gpu {
            Some(gpu) => gpu.guard(work).await,
            None => work.await,
        }
    }

    /// It, for helpers.
    ///
    /// # Errors
    /// Where the browser has no room for it.
    pub fn shared(&self) -> std::result::Result<SharedModel, String> {
        if let Some(shared) = self.shared.get() {
            return Ok(shared.clone());
        }
        let bytes = self.file.to_safetensors(Precision::F32).map_err(|error| error.to_string())?;
        let file = js::blob(&bytes, "application/octet-stream").map_err(|exception| js::message(&exception))?;
        Ok(self.shared.get_or_init(|| SharedModel::new(file)).clone())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its weights.
    pub fn file(&self) -> Rc<ModelFile> {
        Rc::clone(&self.file)
    }

    /// The GPU, where that is the device, and its name.
    pub fn gpu(&self) -> Option<(Gpu, String)> {
        self.gpu.clone().map(|gpu| (gpu, self.device.name.clone()))
    }

    /// The device that runs it.
    pub fn device(&self) -> &DeviceReport {
        &self.device
    }

    /// Says why it is not on the GPU, which was not known yet.
    pub fn explain(&mut self, hardware: &Hardware) {
        if let Hardware::Cpu { reason } = hardware {
            self.device.reason = reason.clone();
        }
    }

    /// What the page is told of it.
    pub fn report(&self) -> ModelReport {
        let metadata = self.file.metadata();
        ModelReport {
            name: self.name.clone(),
            classes: metadata.classes.clone(),
            full_width: self.file.config().width == Width::Full,
            parameters: self.file.parameters(),
            training: metadata.training.clone().into_iter().collect(),
        }
    }
}

fn on_cpu(reason: Option<String>, self_test: Option<protocol::SelfTest>) -> DeviceReport {
    DeviceReport { webgpu: false, name: "CPU".into(), reason, self_test }
}

fn other_answers(test: &SelfTest) -> String {
    t!("gpu.other_answers", difference = test.difference).into()
}

fn report(test: SelfTest) -> protocol::SelfTest {
    protocol::SelfTest { webgpu: test.device, cpu: test.cpu, difference: test.difference }
}
