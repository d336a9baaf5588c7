//! Whether a device computes what the CPU computes: answers, and steps of training.

use std::ops::Range;

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use futures::future::try_join;

use crate::adam::Adam;
use crate::alexnet::AlexNet;
use crate::device::{cpu, read};
use crate::error::Result;
use crate::loss::{cross_entropy, targets};
use crate::reference::{self, pictures};
use crate::weights::ModelFile;

/// The largest difference of a logit that is let pass, relative to the largest logit where that is above 1.
const TOLERANCE: f32 = 1e-3;
/// The largest difference of a loss or a tensor's gradient that is let pass, relative to its size.
const TRAINING_TOLERANCE: f64 = 1e-3;
/// Steps of training that are compared, and their learning rate.
const STEPS: usize = 5;
const LEARNING_RATE: f64 = 1e-5;

/// The picture that goes through the network alone, and those that go through it together: devices choose their kernels by
/// the batch.
pub const ALONE: Range<usize> = 0..1;
/// See [`ALONE`].
pub const TOGETHER: Range<usize> = 1..3;

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
    /// Runs some pictures as one batch through the network on the device and through that of the same file on the CPU, unless
    /// the file tells the logits that a CPU gave, and they are the device's.
    ///
    /// # Errors
    /// [`crate::Error::Device`] where one of them gives no answer.
    pub async fn run(file: &ModelFile, network: &AlexNet, device: &Device, numbers: Range<usize>) -> Result<Self> {
        // The device is asked first, and computes while the CPU does.
        let on_device = read(network.forward(pictures(numbers.clone(), device)));
        let classes = file.metadata().classes.len();
        let Some(stored) = reference::stored(file, numbers.clone()) else {
            let (on_device, on_cpu) = try_join(on_device, reference::logits(file, numbers)).await?;
            return Ok(Self::of(&on_device, &on_cpu, classes));
        };
        let on_device = on_device.await?;
        let test = Self::of(&on_device, stored, classes);
        // The file's may be those of other weights.
        if test.passed { Ok(test) } else { Ok(Self::of(&on_device, &reference::logits(file, numbers).await?, classes)) }
    }

    fn of(on_device: &[f32], on_cpu: &[f32], classes: usize) -> Self {
        let difference = on_device.iter().zip(on_cpu).map(|(a, b)| (a - b).abs()).fold(0.0, maximum);
        let first_picture = |logits: &[f32]| logits.iter().take(classes).copied().collect();
        let size = on_cpu.iter().fold(1.0, |size: f32, logit| size.max(logit.abs()));
        let passed = difference <= TOLERANCE * size;
        Self { device: first_picture(on_device), cpu: first_picture(on_cpu), difference, passed }
    }
}

/// The same steps of training, on a device and on the CPU.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingTest {
    /// The loss before each step on the device.
    pub device: Vec<f64>,
    /// The loss before each step on the CPU.
    pub cpu: Vec<f64>,
    /// The largest difference of a tensor's gradient in the first step, relative to its norm.
    pub gradients: f64,
    /// Whether losses and gradients are as good as equal.
    pub passed: bool,
}

impl TrainingTest {
    /// Takes a few steps of Adam with two pictures through both, without dropout.
    ///
    /// # Errors
    /// [`crate::Error::Device`] where one of them gives no answer.
    pub async fn run(file: &ModelFile, device: &Device) -> Result<Self> {
        let (on_device, on_cpu) = try_join(Steps::take(file, device), Steps::take(file, &cpu())).await?;
        let gradients = on_device.difference(&on_cpu);
        let losses = on_device.losses.iter().zip(&on_cpu.losses).map(|(a, b)| (a - b).abs() / b.abs().max(1e-6));
        let passed = losses.chain([gradients]).all(|difference| difference <= TRAINING_TOLERANCE);
        Ok(Self { device: on_device.losses, cpu: on_cpu.losses, gradients, passed })
    }
}

/// Some steps of training.
struct Steps {
    /// The loss before each.
    losses: Vec<f64>,
    /// The first one's gradients, one vector a parameter.
    gradients: Vec<Vec<f32>>,
}

impl Steps {
    async fn take(file: &ModelFile, device: &Device) -> Result<Self> {
        let device = device.clone().autodiff();
        let mut model = file.to_model(&device).train();
        let classes = file.metadata().classes.len();
        let targets = targets(&[0, 3.min(classes - 1)], classes, 0.0, 1.0, &device);
        let mut adam = Adam::default();
        let mut steps = Self { losses: Vec::new(), gradients: Vec::new() };
        for step in 0..STEPS {
            let logits = model.clone().without_dropout().forward(pictures(0..2, &device));
            let loss = cross_entropy(logits, targets.clone());
            let gradients = GradientsParams::from_grads(loss.backward(), &model);
            if step == 0 {
                let mut visitor = Gradients { gradients: &gradients, tensors: Vec::new() };
                model.visit(&mut visitor);
                for gradient in visitor.tensors {
                    steps.gradients.push(read(gradient).await?);
                }
            }
            model = adam.step(LEARNING_RATE, 0.0, model, gradients);
            steps.losses.push(read(loss.inner()).await?.first().map_or(f64::NAN, |loss| f64::from(*loss)));
        }
        Ok(steps)
    }

    /// The largest difference of a parameter's gradient from the other's, relative to the norm of the latter; infinite
    /// where a gradient is no number. Parameters that hardly matter are held against the whole gradient.
    fn difference(&self, other: &Self) -> f64 {
        let square = |values: &[f32]| values.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>();
        let whole = other.gradients.iter().map(|values| square(values)).sum::<f64>().sqrt();
        let difference = |(found, expected): (&Vec<f32>, &Vec<f32>)| {
            let apart: Vec<f32> = found.iter().zip(expected).map(|(a, b)| a - b).collect();
            square(&apart).sqrt() / square(expected).sqrt().max(1e-3 * whole)
        };
        let largest = |a: f64, b: f64| if b.is_finite() { a.max(b) } else { f64::INFINITY };
        self.gradients.iter().zip(&other.gradients).map(difference).fold(0.0, largest)
    }
}

/// Takes the gradients out of a network, flattened, in the order of the visit.
struct Gradients<'a> {
    gradients: &'a GradientsParams,
    tensors: Vec<Tensor<1>>,
}

impl ModuleVisitor for Gradients<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            let length = gradient.shape().num_elements();
            self.tensors.push(gradient.reshape([length]));
        }
    }
}

/// The greater of two sizes, where "not a number" is greater than any.
fn maximum(a: f32, b: f32) -> f32 {
    if b.is_finite() { a.max(b) } else { f32::INFINITY }
}
