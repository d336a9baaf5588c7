//! Reading model files, whole or in part.

use std::collections::BTreeMap;

use half::{bf16, f16};
use pytorch_reader::PytorchReader;
use rust_i18n::t;
use safetensors::{Dtype, SafeTensors};

use super::numbers::{Numbers, scale_name};
use super::{FIRST_WEIGHT, Metadata, ModelFile, REFERENCE, archive};
use crate::error::{Error, Result};
use crate::language::Text;
use crate::preprocess::Preprocessing;

/// How to save a model so that it can be read.
pub fn save_again() -> Text {
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
    pub(super) fn read(bytes: &[u8], rest: Option<&Self>) -> Result<Self> {
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
        let reference = header.get(REFERENCE).and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        let rest = |name: &str| rest.and_then(|rest| rest.parameter(name));
        let shape = |name: &str| match tensors.tensor(name) {
            Ok(tensor) => Some(tensor.shape().to_vec()),
            Err(_) => rest(name).map(|(parameter, _)| parameter.shape),
        };
        let numbers = |name: &str| {
            let tensor = match (tensors.tensor(name), rest(name)) {
                (Err(_), Some((_, numbers))) => return Ok(numbers.clone()),
                (tensor, _) => tensor.map_err(not_a_model)?,
            };
            match (tensors.tensor(&scale_name(name)), tensor.shape()) {
                (Ok(scales), [outputs, ..]) if tensor.dtype() == Dtype::I8 => {
                    Numbers::from_bytes(name, tensor.data(), *outputs, to_f32(name, scales.dtype(), scales.data())?)
                }
                _ => to_f32(name, tensor.dtype(), tensor.data()).map(Numbers::Floats),
            }
        };
        let file = Self::assemble(classes, preprocessing, training, shape, numbers)?;
        Ok(Self { metadata: Metadata { doubt, reference, ..file.metadata }, ..file })
    }

    /// Reads a PyTorch `state_dict` (`torch.save(net.state_dict(), "AlexNet.pth")`), also one inside a checkpoint
    /// (`{"model": net.state_dict(), "epoch": 3}`) or of a wrapped network (`module.features.0.weight`). Nothing in the
    /// pickle is executed.
    ///
    /// # Errors
    /// As [`Self::from_safetensors`].
    pub fn from_pytorch(bytes: Vec<u8>, classes: Option<Vec<String>>) -> Result<Self> {
        archive::check(&bytes)?;
        let state_dict = PytorchReader::from_bytes(bytes, None)
            .map_err(|error| t!("weights.state_dict_expected", reason = error, save_again = save_again()))
            .map_err(|text| Error::NotAModel(text.into()))?;
        let names = state_dict.keys();
        let wrapper = wrapper(&names);
        let find = |name: &str| state_dict.get(&format!("{wrapper}{name}"));
        let shape = |name: &str| find(name).map(|tensor| tensor.shape().to_vec());
        let numbers = |name: &str| {
            let tensor = find(name).ok_or_else(|| Error::MissingTensor(name.into()))?;
            let dtype = dtype_of(tensor.dtype()).ok_or_else(|| unreadable(name, tensor.dtype()))?;
            let damaged = |error| Error::NotAModel(t!("weights.damaged_tensor", name = name, reason = error).into());
            let bytes = tensor.read().map_err(damaged)?;
            to_f32(name, dtype, &bytes).map(Numbers::Floats)
        };
        Self::assemble(classes, None, BTreeMap::new(), shape, numbers)
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
}

/// The preprocessing of this description.
fn preprocessing(description: &str) -> Result<Preprocessing> {
    Preprocessing::from_description(description).ok_or_else(|| {
        let [tutorial, image_net] = [Preprocessing::Tutorial, Preprocessing::ImageNet].map(Preprocessing::description);
        Error::NotAModel(t!("weights.unknown_preprocessing", tutorial = tutorial, image_net = image_net).into())
    })
}

/// What stands before the parameters' names where a checkpoint or another module holds the network: `module.`, `model.`.
fn wrapper(names: &[String]) -> &str {
    let wrappers = names.iter().filter_map(|name| name.strip_suffix(FIRST_WEIGHT));
    wrappers.min_by_key(|wrapper| (wrapper.len(), *wrapper)).unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_found_inside_of_another_and_in_a_checkpoint() {
        let wrapper = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|name| String::from(*name)).collect();
            wrapper(&names).to_owned()
        };
        assert_eq!(wrapper(&["features.0.bias", "features.0.weight"]), "");
        assert_eq!(wrapper(&["module.features.0.bias", "module.features.0.weight"]), "module.");
        assert_eq!(wrapper(&["model_ema.features.0.weight", "model.features.0.weight"]), "model.");
        assert_eq!(wrapper(&["layer1.0.conv1.weight"]), "");
    }
}
