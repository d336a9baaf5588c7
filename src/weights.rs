//! Model files: `.safetensors` in and out, PyTorch's `.pth` in.
//!
//! A [`ModelFile`] has been checked: it holds AlexNet's parameters, at one of its widths, finite, and as many class names
//! as outputs. What can go wrong with a file goes wrong when it is made, so that [`ModelFile::to_model`] cannot fail.

mod archive;
mod classes;
mod head;
mod matrix;
mod numbers;
mod on_device;
mod reading;
mod writing;

use std::collections::BTreeMap;

use half::f16;
use rust_i18n::t;
use serde::{Deserialize, Serialize};

use self::numbers::Numbers;
use crate::alexnet::{AlexNetConfig, Parameter, Width};
use crate::calibration::Scaling;
use crate::doubt::Doubt;
use crate::error::{Error, Result};
use crate::preprocess::Preprocessing;

pub use self::classes::{check_classes, class_indices, parse_class_indices};
#[cfg(feature = "engine")]
pub(crate) use self::matrix::of_bytes as matrix_of_bytes;
pub use self::writing::with_reference;

/// A checked set of weights with what is known about them.
#[derive(Clone, Debug)]
pub struct ModelFile {
    /// One entry a parameter, in the order and layout of [`AlexNetConfig::parameters`].
    numbers: Vec<Numbers>,
    width: Width,
    metadata: Metadata,
}

/// What a model file says about its weights.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// The class names, in the order of the network's outputs.
    pub classes: Vec<String>,
    /// How photos become what the network sees.
    pub preprocessing: Preprocessing,
    /// Which answers are not sure.
    pub doubt: Doubt,
    /// How the weights were trained: free pairs of name and value.
    pub training: BTreeMap<String, String>,
    /// The logits that a CPU gave for the first test pictures, one picture after the other, as far as the file names them (see
    /// [`crate::reference`]).
    pub reference: Vec<f32>,
}

/// How the numbers of a model file are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// 32 bits a weight.
    F32,
    /// 16 bits a weight.
    F16,
    /// 8 bits a weight, with a scale for each output of a layer; biases keep 32.
    I8,
}

/// The first parameter in PyTorch's order.
const FIRST_WEIGHT: &str = "features.0.weight";

/// The name of [`Metadata::reference`] in the header.
const REFERENCE: &str = "reference_logits";

/// The most outputs that are read: more classes than ImageNet has in its larger form, 21,841.
const MAX_OUTPUTS: usize = 25_000;

impl ModelFile {
    /// What the file says about its weights.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Gives the classes other names.
    ///
    /// # Errors
    /// [`Error::Classes`] where there are not as many names as outputs, or one stands twice.
    pub fn set_classes(&mut self, classes: Vec<String>) -> Result<()> {
        check_classes(&classes, self.metadata.classes.len())?;
        self.metadata.classes = classes;
        Ok(())
    }

    /// Has answers marked by another score or threshold.
    pub fn set_doubt(&mut self, doubt: Doubt) {
        self.metadata.doubt = doubt;
    }

    /// How many weights and biases there are.
    pub fn parameters(&self) -> usize {
        self.numbers.iter().map(Numbers::len).sum()
    }

    /// How many bytes the largest of its tensors takes on a device.
    pub fn largest_tensor(&self) -> u64 {
        self.numbers.iter().map(|numbers| (numbers.len() * size_of::<f32>()) as u64).max().unwrap_or_default()
    }

    /// How many tensors those are.
    pub fn tensors(&self) -> usize {
        self.numbers.len()
    }

    /// Whether 16 bits hold every weight exactly.
    pub fn fits_f16(&self) -> bool {
        let fits = |value: &f32| f16::from_f32(*value).to_f32() == *value;
        self.numbers.iter().all(|numbers| numbers.to_f32().iter().all(fits))
    }

    /// Has each class's logit scaled from now on, by way of the last layer's weights, and says in the metadata on how many
    /// photos that was learned.
    pub fn scale_logits(&mut self, scaling: &[Scaling], photos: usize) {
        if let [.., weight, bias] = &mut self.numbers[..] {
            weight.scale_outputs(scaling.iter().map(|scaling| scaling.factor));
            for (bias, scaling) in bias.as_floats().iter_mut().zip(scaling) {
                *bias = *bias * scaling.factor + scaling.offset;
            }
        }
        self.metadata.training.insert("photos to calibrate".into(), photos.to_string());
    }

    /// A parameter by its name in PyTorch, and its numbers.
    fn parameter(&self, name: &str) -> Option<(Parameter, &Numbers)> {
        self.config().parameters().into_iter().zip(&self.numbers).find(|(parameter, _)| parameter.name == name)
    }

    /// What the network is built from.
    pub fn config(&self) -> AlexNetConfig {
        AlexNetConfig { width: self.width, classes: self.metadata.classes.len() }
    }

    /// Takes every parameter from `shape` and `numbers`, which know it under PyTorch's name, and checks it. Numbers are asked
    /// for only where the shape is right: a small file can claim large ones.
    fn assemble(
        classes: Option<Vec<String>>,
        preprocessing: Option<Preprocessing>,
        training: BTreeMap<String, String>,
        shape: impl Fn(&str) -> Option<Vec<usize>>,
        numbers: impl Fn(&str) -> Result<Numbers>,
    ) -> Result<Self> {
        const LAST_BIAS: &str = "classifier.6.bias";
        let shape = |name: &str| shape(name).ok_or_else(|| Error::MissingTensor(name.into()));
        // The tensors after it fit the width that it has, or else are named.
        let width = shape(FIRST_WEIGHT)?.first().and_then(|channels| Width::of(*channels)).unwrap_or_default();
        let last_bias = shape(LAST_BIAS)?;
        let outputs = match last_bias[..] {
            [outputs] if outputs > MAX_OUTPUTS => {
                return Err(Error::NotAModel(
                    t!("weights.too_many_outputs", outputs = outputs, limit = MAX_OUTPUTS).into(),
                ));
            }
            [outputs] if outputs > 0 => outputs,
            _ => return Err(Error::WrongShape { name: LAST_BIAS.into(), expected: vec![5], found: last_bias }),
        };
        let parameters = AlexNetConfig { width, classes: outputs }.parameters();
        for Parameter { name, shape: expected } in &parameters {
            let found = shape(name)?;
            if found != *expected {
                return Err(Error::WrongShape { name: name.clone(), expected: expected.clone(), found });
            }
        }
        let numbers = parameters
            .iter()
            .map(|Parameter { name, .. }| {
                let numbers = numbers(name)?;
                match numbers.are_finite() {
                    true => Ok(numbers),
                    false => Err(Error::NotFinite(name.clone())),
                }
            })
            .collect::<Result<Vec<_>>>()?;
        let classes = classes.unwrap_or_else(|| (0..outputs).map(|index| format!("class {index}")).collect());
        check_classes(&classes, outputs)?;
        let preprocessing = preprocessing.unwrap_or(match width {
            Width::Half => Preprocessing::Tutorial,
            Width::Full => Preprocessing::ImageNet,
        });
        Ok(Self { numbers, width, metadata: Metadata { classes, preprocessing, training, ..Metadata::default() } })
    }
}

/// The name of a network, as it stands in a model file's header.
pub(crate) fn architecture(width: Width) -> &'static str {
    match width {
        Width::Half => "alexnet-half",
        Width::Full => "alexnet",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(length: usize) -> Vec<f32> {
        (0..length).map(|index| ((index * 37 % 101) as f32 - 50.0) / 50.0).collect()
    }

    fn file() -> ModelFile {
        let classes = vec!["a".to_owned(), "b".to_owned()];
        let parameters = AlexNetConfig::new(2).parameters();
        let values = parameters.iter().map(|parameter| values(parameter.shape.iter().product()));
        ModelFile {
            numbers: values.map(Numbers::Floats).collect(),
            width: Width::Half,
            metadata: Metadata { classes, ..Metadata::default() },
        }
    }

    #[test]
    fn eight_bits_are_within_half_a_step_and_a_quarter_of_the_size() {
        let file = file();
        let bytes = file.to_safetensors(Precision::I8).unwrap();
        assert!(bytes.len() < 15_000_000, "{}", bytes.len());
        let read = ModelFile::from_safetensors(&bytes).unwrap();
        assert_eq!(read.metadata, file.metadata);
        for (found, expected) in read.numbers.iter().zip(&file.numbers) {
            for (found, expected) in found.to_f32().iter().zip(expected.to_f32().iter()) {
                assert!((found - expected).abs() <= 0.5 / 127.0 + 1e-6, "{found} {expected}");
            }
        }
        assert_eq!(read.to_safetensors(Precision::I8).unwrap().len(), bytes.len());
        assert_eq!(
            ModelFile::from_safetensors(&read.to_safetensors(Precision::I8).unwrap()).unwrap().numbers,
            read.numbers
        );
    }

    #[test]
    fn scaling_changes_the_last_layer_alone() {
        let original = file();
        let in_8_bits = ModelFile::from_safetensors(&original.to_safetensors(Precision::I8).unwrap()).unwrap();
        for before in [original, in_8_bits] {
            let mut scaled = before.clone();
            let scaling: Vec<_> = (0..2).map(|class| Scaling { factor: class as f32 + 2.0, offset: 0.5 }).collect();
            scaled.scale_logits(&scaling, 7);
            let last = before.numbers.len() - 2;
            assert_eq!(scaled.numbers[..last], before.numbers[..last]);
            let values = |file: &ModelFile, parameter: usize| file.numbers[parameter].to_f32().into_owned();
            let inputs = values(&before, last).len() / 2;
            assert!((values(&scaled, last)[inputs] - values(&before, last)[inputs] * 3.0).abs() < 1e-6);
            assert_eq!(values(&scaled, last + 1)[1], values(&before, last + 1)[1] * 3.0 + 0.5);
            assert_eq!(scaled.metadata.training["photos to calibrate"], "7");
        }
    }
}
