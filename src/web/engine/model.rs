//! The model in use: its file, the device that runs it, and how it comes and goes as a file.

use std::rc::Rc;

use burn::tensor::{Device, Tensor};
use web_sys::{Blob, File};

use super::hardware::Hardware;
use crate::alexnet::AlexNet;
use crate::device::{Gpu, cpu};
use crate::error::Result;
use crate::predict::Classifier;
use crate::preprocess::{Pixels, to_tensor};
use crate::self_test;
use crate::web::js;
use crate::web::protocol::{DeviceReport, FileHandle, ModelReport, SelfTest};
use crate::weights::{ModelFile, Precision, parse_class_indices};

/// The largest model file that is read, in millions of bytes; AlexNet's takes 58.
const MAX_FILE_MEGABYTES: f64 = 512.0;

/// A model on the device that runs it.
pub struct Model {
    name: String,
    file: Rc<ModelFile>,
    classifier: Classifier,
    /// The GPU, where that is the device.
    gpu: Option<Gpu>,
    device: DeviceReport,
}

impl Model {
    /// Puts the model on the GPU if there is one and it passes the self-test with this model, and on the CPU otherwise.
    pub async fn new(name: String, file: Rc<ModelFile>, hardware: &Hardware) -> Self {
        let (gpu, device) = match hardware {
            Hardware::Cpu { reason } => (None, on_cpu(reason.clone(), None)),
            Hardware::Gpu { gpu, name } => match gpu.guard(self_test::SelfTest::run(&file, gpu.device())).await {
                Ok(test) if test.passed => {
                    let self_test = Some(report(test));
                    (Some(gpu.clone()), DeviceReport { webgpu: true, name: name.clone(), reason: None, self_test })
                }
                Ok(test) => {
                    let reason = format!("WebGPU's answers differ from the CPU's by {}", test.difference);
                    (None, on_cpu(Some(reason), Some(report(test))))
                }
                Err(error) => (None, on_cpu(Some(format!("in WebGPU's self-test {error}")), None)),
            },
        };
        let classifier = match &gpu {
            Some(gpu) => Classifier::new(&file, gpu.device()),
            None => Classifier::new(&file, &cpu()),
        };
        Self { name, file, classifier, gpu, device }
    }

    /// The model in files that were picked together: one `.safetensors` or `.pth`, and possibly a `class_indices.json`.
    ///
    /// # Errors
    /// Which file, cause and remedy, in words.
    pub async fn from_files(files: Vec<FileHandle>, hardware: &Hardware) -> std::result::Result<Self, String> {
        let (names, models): (Vec<File>, Vec<File>) =
            files.into_iter().map(|FileHandle(file)| file).partition(|file| is_json(&file.name()));
        let classes = match &names[..] {
            [] => None,
            [json] => Some(parse_class_indices(&read(json).await?).map_err(|error| about(json, error))?),
            [first, ..] => return Err(about(first, "choose only one .json file, the model's class_indices.json")),
        };
        match &models[..] {
            [] => Err(match names.first() {
                Some(json) => about(json, "choose it together with its model, a .safetensors or .pth file"),
                None => "no file was chosen; choose a .safetensors or .pth file".into(),
            }),
            [model] => {
                let file = ModelFile::from_bytes(read(model).await?, classes).map_err(|error| about(model, error))?;
                Ok(Self::new(model.name(), Rc::new(file), hardware).await)
            }
            [first, ..] => Err(about(first, "choose only one model at a time")),
        }
    }

    /// The model as a `.safetensors` file, with a name to save it under. It is as exact as the file it came from.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub fn export(&self) -> std::result::Result<(String, Blob), String> {
        let precision = if self.file.fits_f16() { Precision::F16 } else { Precision::F32 };
        let bytes = self.file.to_safetensors(precision).map_err(|error| error.to_string())?;
        let blob = js::blob(&bytes, "application/octet-stream")
            .map_err(|exception| format!("the browser has no room for the file ({})", js::message(&exception)))?;
        let stem = self.name.rsplit_once('.').map_or(self.name.as_str(), |(stem, _)| stem);
        Ok((format!("{stem}.safetensors"), blob))
    }

    /// The probabilities of each class for each photo, in one batch.
    ///
    /// # Errors
    /// [`crate::Error::Device`] where the device gives no sensible answer.
    pub async fn probabilities(&self, batch: &[Pixels]) -> Result<Vec<Vec<f32>>> {
        self.guard(self.classifier.probabilities(batch)).await
    }

    /// The network on its device.
    pub fn network(&self) -> &AlexNet {
        self.classifier.model()
    }

    /// A photo on the device, as the network takes it: `[1, 3, 224, 224]`.
    pub fn image(&self, photo: &Pixels) -> Tensor<4> {
        to_tensor(std::slice::from_ref(photo), &self.burn_device())
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

    /// What the page is told of it.
    pub fn report(&self) -> ModelReport {
        let metadata = self.file.metadata();
        ModelReport {
            name: self.name.clone(),
            classes: metadata.classes.clone(),
            parameters: self.file.parameters(),
            training: metadata.training.clone().into_iter().collect(),
        }
    }
}

fn on_cpu(reason: Option<String>, self_test: Option<SelfTest>) -> DeviceReport {
    DeviceReport { webgpu: false, name: "CPU".into(), reason, self_test }
}

fn report(test: self_test::SelfTest) -> SelfTest {
    SelfTest { webgpu: test.device, cpu: test.cpu, difference: test.difference }
}

fn is_json(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".json")
}

async fn read(file: &File) -> std::result::Result<Vec<u8>, String> {
    let megabytes = file.size() / 1e6;
    if megabytes > MAX_FILE_MEGABYTES {
        return Err(about(
            file,
            format!("the file has {megabytes:.0} MB, far more than a model of this network (58 MB)"),
        ));
    }
    js::bytes(file)
        .await
        .map_err(|exception| about(file, format!("it cannot be read ({}); choose it again", js::message(&exception))))
}

fn about(file: &File, message: impl std::fmt::Display) -> String {
    format!("{}: {message}", file.name())
}
