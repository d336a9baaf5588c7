//! Whether a device computes what the CPU computes.

use burn::tensor::{Device, Tensor, TensorData};
use futures::future::try_join;

use crate::alexnet::AlexNet;
use crate::device::cpu;
use crate::error::{Error, Result};
use crate::formula::formula;
use crate::preprocess::IMAGE_SIZE;
use crate::weights::ModelFile;

/// The largest difference of a logit that is let pass.
const TOLERANCE: f32 = 1e-3;
/// The test pictures' number in [`formula`].
const PICTURES: u32 = 1000;
const VALUES_PER_PICTURE: usize = 3 * IMAGE_SIZE * IMAGE_SIZE;

/// The same pictures through the same network, on a device and on the CPU.
#[derive(Clone, Debug, PartialEq)]
pub struct SelfTest {
    /// The first picture's logits from the device.
    pub device: Vec<f32>,
    /// The first picture's logits from the CPU.
    pub cpu: Vec<f32>,
    /// The largest difference, over all pictures; infinite where a logit is not a finite number.
    pub difference: f32,
    /// Whether that is as good as equal.
    pub passed: bool,
}

impl SelfTest {
    /// Runs one picture alone and two as a batch through both, as devices choose their kernels by the batch.
    ///
    /// # Errors
    /// [`Error::Device`] where one of them gives no answer.
    pub async fn run(file: &ModelFile, device: &Device) -> Result<Self> {
        // The device is asked first, and computes while the CPU does.
        let (on_device, on_cpu) = try_join(answers(file, device), answers(file, &cpu())).await?;
        let difference = on_device.iter().zip(&on_cpu).map(|(a, b)| (a - b).abs()).fold(0.0, maximum);
        let passed = difference <= TOLERANCE;
        let classes = file.metadata().classes.len();
        let first_picture = |logits: Vec<f32>| logits.into_iter().take(classes).collect();
        Ok(Self { device: first_picture(on_device), cpu: first_picture(on_cpu), difference, passed })
    }
}

/// The logits of all three pictures, one after the other.
async fn answers(file: &ModelFile, device: &Device) -> Result<Vec<f32>> {
    let model = file.to_model(device);
    let mut logits = answer(&model, 0..1, device).await?;
    logits.extend(answer(&model, 1..3, device).await?);
    Ok(logits)
}

async fn answer(model: &AlexNet, pictures: std::ops::Range<usize>, device: &Device) -> Result<Vec<f32>> {
    let count = pictures.len();
    let values: Vec<f32> = (pictures.start * VALUES_PER_PICTURE..pictures.end * VALUES_PER_PICTURE)
        .map(|index| formula(index as u32, PICTURES))
        .collect();
    let images = Tensor::<4>::from_data(TensorData::new(values, [count, 3, IMAGE_SIZE, IMAGE_SIZE]), device);
    let no_answer = |error: &dyn std::fmt::Display| Error::Device(error.to_string());
    let data = model.forward(images).into_data_async().await.map_err(|error| no_answer(&error))?;
    data.try_into_vec().map_err(|error| no_answer(&error))
}

/// The greater of two sizes, where "not a number" is greater than any.
fn maximum(a: f32, b: f32) -> f32 {
    if b.is_finite() { a.max(b) } else { f32::INFINITY }
}
