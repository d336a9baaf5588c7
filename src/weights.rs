//! Model files: `.safetensors` in and out, PyTorch's `.pth` in.
//!
//! A [`ModelFile`] has been checked: it holds AlexNet's parameters, at one of its widths, finite, and as many class names
//! as outputs. What can go wrong with a file goes wrong when it is made, so that [`ModelFile::to_model`] cannot fail.

mod archive;
mod classes;
mod head;
mod quantised;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};
use half::{bf16, f16};
use pytorch_reader::PytorchReader;
use rust_i18n::t;
use safetensors::{Dtype, SafeTensors, View};
use serde::{Deserialize, Serialize};

use self::quantised::{dequantised, quantised, scale_name};
use crate::alexnet::{AlexNet, AlexNetConfig, Parameter, Width};
use crate::calibration::Scaling;
use crate::doubt::Doubt;
use crate::error::{Error, Result};
use crate::language::Text;
use crate::preprocess::Preprocessing;

pub use self::classes::{check_classes, class_indices, parse_class_indices};

/// A checked set of weights with what is known about them.
#[derive(Clone, Debug)]
pub struct ModelFile {
    /// One vector a parameter, in the order and layout of [`AlexNetConfig::parameters`].
    values: Vec<Vec<f32>>,
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

/// The most outputs that are read: more classes than ImageNet has in its larger form, 21,841.
const MAX_OUTPUTS: usize = 25_000;

/// How to save a model so that it can be read.
fn save_again() -> Text {
    t!("weights.save_again")
}

impl ModelFile {
    /// Reads a `.safetensors` file with PyTorch's names; F32, F16, BF16 and F64 weights become F32, and so do I8 weights
    /// with their scales beside them, see [`Self::to_safetensors`].
    ///
    /// Where the header names no classes they are called `class 0`, `class 1` and so on; where it names no preprocessing, it
    /// is that of whoever made the width known.
    ///
    /// # Errors
    /// [`Error::NotAModel`] for other or damaged files and for a preprocessing that is not known, [`Error::MissingTensor`], [`Error::WrongShape`] and
    /// [`Error::NotFinite`] for other networks' weights, [`Error::Classes`] for class names that do not fit.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self> {
        Self::read(bytes, None)
    }

    /// Reads a `.safetensors` file; the parameters that it lacks are those of `rest`.
    fn read(bytes: &[u8], rest: Option<&Self>) -> Result<Self> {
        let not_a_model = |error| Error::NotAModel(t!("weights.safetensors_expected", reason = error).into());
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(not_a_model)?;
        let tensors = SafeTensors::deserialize(bytes).map_err(not_a_model)?;
        let header = header.metadata().clone().unwrap_or_default();
        let classes = header
            .get("classes")
            .map(|json| serde_json::from_str::<Vec<String>>(json))
            .transpose()
            .map_err(|error| Error::Classes(t!("weights.bad_class_list", reason = error).into()))?;
        let preprocessing = header.get("preprocessing").map(|description| preprocessing(description)).transpose()?;
        let training = header.get("training").and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        let doubt = header.get("doubt").and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        let rest = |name: &str| rest.and_then(|rest| rest.parameter(name));
        let shape = |name: &str| match tensors.tensor(name) {
            Ok(tensor) => Some(tensor.shape().to_vec()),
            Err(_) => rest(name).map(|(parameter, _)| parameter.shape),
        };
        let values = |name: &str| {
            let tensor = match (tensors.tensor(name), rest(name)) {
                (Err(_), Some((_, values))) => return Ok(values.clone()),
                (tensor, _) => tensor.map_err(not_a_model)?,
            };
            match tensors.tensor(&scale_name(name)) {
                Ok(scales) if tensor.dtype() == Dtype::I8 => {
                    dequantised(name, tensor.data(), &to_f32(name, scales.dtype(), scales.data())?)
                }
                _ => to_f32(name, tensor.dtype(), tensor.data()),
            }
        };
        let file = Self::assemble(classes, preprocessing, training, shape, values)?;
        Ok(Self { metadata: Metadata { doubt, ..file.metadata }, ..file })
    }

    /// Reads a PyTorch `state_dict` (`torch.save(net.state_dict(), "AlexNet.pth")`). Nothing in the pickle is executed.
    ///
    /// # Errors
    /// As [`Self::from_safetensors`].
    pub fn from_pytorch(bytes: Vec<u8>, classes: Option<Vec<String>>) -> Result<Self> {
        archive::check(&bytes)?;
        let state_dict = PytorchReader::from_bytes(bytes, None)
            .map_err(|error| t!("weights.state_dict_expected", reason = error, save_again = save_again()))
            .map_err(|text| Error::NotAModel(text.into()))?;
        let shape = |name: &str| state_dict.get(name).map(|tensor| tensor.shape().to_vec());
        let values = |name: &str| {
            let tensor = state_dict.get(name).ok_or_else(|| Error::MissingTensor(name.into()))?;
            let dtype = dtype_of(tensor.dtype()).ok_or_else(|| unreadable(name, tensor.dtype()))?;
            let bytes = tensor.read().map_err(|error| Error::NotAModel(error.to_string()))?;
            to_f32(name, dtype, &bytes)
        };
        Self::assemble(classes, None, BTreeMap::new(), shape, values)
    }

    /// Reads either kind of file, told apart by content: a zip archive or a pickle is PyTorch's.
    ///
    /// # Errors
    /// As [`Self::from_safetensors`].
    pub fn from_bytes(bytes: Vec<u8>, classes: Option<Vec<String>>) -> Result<Self> {
        const ZIP: &[u8] = b"PK";
        const PICKLE: &[u8] = b"\x80";
        let looks_like_safetensors = bytes.get(8) == Some(&b'{');
        if !looks_like_safetensors && (bytes.starts_with(ZIP) || bytes.starts_with(PICKLE)) {
            return Self::from_pytorch(bytes, classes);
        }
        if !looks_like_safetensors {
            return Err(Error::NotAModel(t!("weights.neither").into()));
        }
        let mut file = Self::from_safetensors(&bytes)?;
        if let Some(classes) = classes {
            file.set_classes(classes)?;
        }
        Ok(file)
    }

    /// Reads the weights back from a model, wherever it is; `metadata.classes` must be the model's.
    ///
    /// # Errors
    /// [`Error::Device`] where the device gives no answer, [`Error::NotFinite`] where training diverged.
    pub async fn from_model(model: &AlexNet, metadata: Metadata) -> Result<Self> {
        let config = model.config();
        Ok(Self { values: collect(model, &config.parameters(), 0).await?, width: config.width, metadata })
    }

    /// The model as a `.safetensors` file.
    ///
    /// With [`Precision::I8`] a weight tensor `name` holds -127 to 127, and a tensor `name.scale` what to multiply each
    /// of its outputs' weights (the first dimension) by.
    ///
    /// # Errors
    /// [`Error::NotFinite`] where a weight is too large for 16 bits, [`Error::NotAModel`] where the header cannot be
    /// written.
    pub fn to_safetensors(&self, precision: Precision) -> Result<Vec<u8>> {
        let parameters = self.config().parameters();
        if precision == Precision::F16 {
            for (parameter, values) in parameters.iter().zip(&self.values) {
                check_finite(&parameter.name, values.iter().map(|&value| f16::from_f32(value).to_f32()))?;
            }
        }
        let mut tensors = Vec::new();
        for (Parameter { name, shape }, values) in parameters.into_iter().zip(&self.values) {
            let is_bias = shape.len() == 1;
            let (dtype, bytes) = match precision {
                Precision::F16 => {
                    (Dtype::F16, values.iter().flat_map(|&value| f16::from_f32(value).to_le_bytes()).collect())
                }
                Precision::I8 if !is_bias => {
                    let (numbers, scales) = quantised(values, shape[0]);
                    let scales = TensorToWrite { dtype: Dtype::F32, shape: vec![shape[0]], bytes: f32_bytes(&scales) };
                    tensors.push((scale_name(&name), scales));
                    (Dtype::I8, numbers)
                }
                Precision::F32 | Precision::I8 => (Dtype::F32, f32_bytes(values)),
            };
            tensors.push((name, TensorToWrite { dtype, shape, bytes }));
        }
        serialize(tensors, self.width, &self.metadata)
    }

    /// The network with these weights, on this device.
    pub fn to_model(&self, device: &Device) -> AlexNet {
        self.config().init(device).map(&mut Loader { values: self.values.iter(), device })
    }

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
        self.values.iter().map(Vec::len).sum()
    }

    /// How many bytes the largest of its tensors takes on a device.
    pub fn largest_tensor(&self) -> u64 {
        self.values.iter().map(|values| size_of_val(&values[..]) as u64).max().unwrap_or_default()
    }

    /// How many tensors those are.
    pub fn tensors(&self) -> usize {
        self.values.len()
    }

    /// Whether 16 bits hold every weight exactly.
    pub fn fits_f16(&self) -> bool {
        self.values.iter().flatten().all(|&value| f16::from_f32(value).to_f32() == value)
    }

    /// Has each class's logit scaled from now on, by way of the last layer's weights, and says in the metadata on how many
    /// photos that was learned.
    pub fn scale_logits(&mut self, scaling: &[Scaling], photos: usize) {
        if let [.., weight, bias] = &mut self.values[..] {
            let inputs = weight.len() / scaling.len().max(1);
            for ((weights, bias), scaling) in weight.chunks_mut(inputs.max(1)).zip(bias).zip(scaling) {
                weights.iter_mut().for_each(|weight| *weight *= scaling.factor);
                *bias = *bias * scaling.factor + scaling.offset;
            }
        }
        self.metadata.training.insert("photos to calibrate".into(), photos.to_string());
    }

    /// A parameter by its name in PyTorch, and its values.
    fn parameter(&self, name: &str) -> Option<(Parameter, &Vec<f32>)> {
        self.config().parameters().into_iter().zip(&self.values).find(|(parameter, _)| parameter.name == name)
    }

    /// What the network is built from.
    pub fn config(&self) -> AlexNetConfig {
        AlexNetConfig { width: self.width, classes: self.metadata.classes.len() }
    }

    /// Takes every parameter from `shape` and `values`, which know it under PyTorch's name, and checks it. Values are asked
    /// for only where the shape is right: a small file can claim large ones.
    fn assemble(
        classes: Option<Vec<String>>,
        preprocessing: Option<Preprocessing>,
        training: BTreeMap<String, String>,
        shape: impl Fn(&str) -> Option<Vec<usize>>,
        values: impl Fn(&str) -> Result<Vec<f32>>,
    ) -> Result<Self> {
        const FIRST_WEIGHT: &str = "features.0.weight";
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
        let values = parameters
            .iter()
            .map(|Parameter { name, .. }| {
                let values = values(name)?;
                check_finite(name, values.iter().copied())?;
                Ok(values)
            })
            .collect::<Result<Vec<_>>>()?;
        let classes = classes.unwrap_or_else(|| (0..outputs).map(|index| format!("class {index}")).collect());
        check_classes(&classes, outputs)?;
        let preprocessing = preprocessing.unwrap_or(match width {
            Width::Half => Preprocessing::Tutorial,
            Width::Full => Preprocessing::ImageNet,
        });
        Ok(Self { values, width, metadata: Metadata { classes, preprocessing, training, ..Metadata::default() } })
    }
}

/// The preprocessing of this description.
fn preprocessing(description: &str) -> Result<Preprocessing> {
    Preprocessing::from_description(description).ok_or_else(|| {
        let [tutorial, image_net] = [Preprocessing::Tutorial, Preprocessing::ImageNet].map(Preprocessing::description);
        Error::NotAModel(t!("weights.unknown_preprocessing", tutorial = tutorial, image_net = image_net).into())
    })
}

/// The name of a network, as it stands in a model file's header.
pub(crate) fn architecture(width: Width) -> &'static str {
    match width {
        Width::Half => "alexnet-half",
        Width::Full => "alexnet",
    }
}

/// The values of a model's parameters from the one at `first` on, wherever the model is.
async fn collect(model: &AlexNet, parameters: &[Parameter], first: usize) -> Result<Vec<Vec<f32>>> {
    let mut collector = Collector { spared: first, tensors: Vec::new() };
    model.visit(&mut collector);
    let mut all = Vec::new();
    for (tensor, parameter) in collector.tensors.into_iter().zip(&parameters[first..]) {
        let data = tensor.into_data_async().await.map_err(|error| Error::Device(error.to_string()))?;
        let values = data.try_into_vec::<f32>().map_err(|error| Error::Device(error.to_string()))?;
        check_finite(&parameter.name, values.iter().copied())?;
        all.push(values);
    }
    Ok(all)
}

fn serialize(tensors: Vec<(String, TensorToWrite)>, width: Width, metadata: &Metadata) -> Result<Vec<u8>> {
    let to_json = |error: serde_json::Error| Error::NotAModel(error.to_string());
    let header = HashMap::from([
        ("format".to_owned(), "pt".to_owned()),
        ("architecture".to_owned(), architecture(width).to_owned()),
        ("preprocessing".to_owned(), metadata.preprocessing.description().to_owned()),
        ("classes".to_owned(), serde_json::to_string(&metadata.classes).map_err(to_json)?),
        ("doubt".to_owned(), serde_json::to_string(&metadata.doubt).map_err(to_json)?),
        ("training".to_owned(), serde_json::to_string(&metadata.training).map_err(to_json)?),
    ]);
    safetensors::serialize(tensors, Some(header)).map_err(|error| Error::NotAModel(error.to_string()))
}

fn check_finite(name: &str, values: impl Iterator<Item = f32>) -> Result<()> {
    // To the end in any case: without a way out, several are looked at in one go.
    match values.fold(true, |finite, value| finite & value.is_finite()) {
        true => Ok(()),
        false => Err(Error::NotFinite(name.into())),
    }
}

fn unreadable(name: &str, dtype: impl std::fmt::Debug) -> Error {
    Error::NotAModel(t!("weights.wrong_type", name = name, kind = dtype : {:?}).into())
}

fn dtype_of(dtype: pytorch_reader::DType) -> Option<Dtype> {
    match dtype {
        pytorch_reader::DType::F64 => Some(Dtype::F64),
        pytorch_reader::DType::F32 => Some(Dtype::F32),
        pytorch_reader::DType::F16 => Some(Dtype::F16),
        pytorch_reader::DType::BF16 => Some(Dtype::BF16),
        _ => None,
    }
}

/// Little-endian floating point numbers as `f32`.
fn to_f32(name: &str, dtype: Dtype, bytes: &[u8]) -> Result<Vec<f32>> {
    fn each<const N: usize>(bytes: &[u8], convert: impl Fn([u8; N]) -> f32) -> Vec<f32> {
        bytes.as_chunks::<N>().0.iter().map(|chunk| convert(*chunk)).collect()
    }
    match dtype {
        Dtype::F32 => Ok(each(bytes, f32::from_le_bytes)),
        Dtype::F16 => Ok(each(bytes, |chunk| f16::from_le_bytes(chunk).to_f32())),
        Dtype::BF16 => Ok(each(bytes, |chunk| bf16::from_le_bytes(chunk).to_f32())),
        Dtype::F64 => Ok(each(bytes, |chunk| f64::from_le_bytes(chunk) as f32)),
        other => Err(unreadable(name, other)),
    }
}

fn f32_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

struct TensorToWrite {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl View for TensorToWrite {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// Puts the values into a module, parameter by parameter in the order of the visit.
struct Loader<'a> {
    values: std::slice::Iter<'a, Vec<f32>>,
    device: &'a Device,
}

impl ModuleMapper for Loader<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(values) = self.values.next() else {
            return param;
        };
        let shape = param.lazy_shape();
        // Burn keeps a fully connected layer's weights as [in, out], PyTorch as [out, in].
        let values = match D {
            2 => transposed(values, shape[1], shape[0]),
            _ => values.clone(),
        };
        Param::from_data(TensorData::new(values, shape), self.device)
    }
}

/// Takes the tensors of a module out in PyTorch's layout, in the order of the visit, but for the first ones.
struct Collector {
    /// How many of the tensors to come are left where they are.
    spared: usize,
    tensors: Vec<Tensor<1>>,
}

impl ModuleVisitor for Collector {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self.spared > 0 {
            self.spared -= 1;
            return;
        }
        let tensor = param.val().inner();
        let tensor = match D {
            2 => tensor.transpose(),
            _ => tensor,
        };
        let length = tensor.shape().num_elements();
        self.tensors.push(tensor.reshape([length]));
    }
}

/// The transpose of a `rows` x `columns` matrix.
fn transposed(matrix: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    // In blocks, so that both sides stay in the cache.
    const BLOCK: usize = 32;
    let mut out = vec![0.0; matrix.len()];
    for row_block in (0..rows).step_by(BLOCK) {
        for column_block in (0..columns).step_by(BLOCK) {
            for row in row_block..(row_block + BLOCK).min(rows) {
                for column in column_block..(column_block + BLOCK).min(columns) {
                    out[column * rows + row] = matrix[row * columns + column];
                }
            }
        }
    }
    out
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
        let values = parameters.iter().map(|parameter| values(parameter.shape.iter().product())).collect();
        ModelFile { values, width: Width::Half, metadata: Metadata { classes, ..Metadata::default() } }
    }

    #[test]
    fn eight_bits_are_within_half_a_step_and_a_quarter_of_the_size() {
        let file = file();
        let bytes = file.to_safetensors(Precision::I8).unwrap();
        assert!(bytes.len() < 15_000_000, "{}", bytes.len());
        let read = ModelFile::from_safetensors(&bytes).unwrap();
        assert_eq!(read.metadata, file.metadata);
        for (found, expected) in read.values.iter().flatten().zip(file.values.iter().flatten()) {
            assert!((found - expected).abs() <= 0.5 / 127.0 + 1e-6, "{found} {expected}");
        }
    }

    #[test]
    fn scaling_changes_the_last_layer_alone() {
        let (mut scaled, before) = (file(), file().values);
        let classes = before[before.len() - 1].len();
        let scaling: Vec<_> = (0..classes).map(|class| Scaling { factor: class as f32 + 2.0, offset: 0.5 }).collect();
        scaled.scale_logits(&scaling, 7);
        let last = before.len() - 2;
        let inputs = before[last].len() / classes;
        assert_eq!(scaled.values[..last], before[..last]);
        assert_eq!(scaled.values[last][inputs], before[last][inputs] * 3.0);
        assert_eq!(scaled.values[last + 1][1], before[last + 1][1] * 3.0 + 0.5);
        assert_eq!(scaled.metadata.training["photos to calibrate"], "7");
    }
}
