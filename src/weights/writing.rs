//! Writing model files.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use half::f16;
use safetensors::{Dtype, SafeTensors, View};
use serde_json::Value;

use super::numbers::scale_name;
use super::{Metadata, ModelFile, Precision, REFERENCE, architecture};
use crate::alexnet::{Parameter, Width};
use crate::error::{Error, Result};

impl ModelFile {
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
        let mut tensors = Vec::new();
        for (Parameter { name, shape }, numbers) in parameters.into_iter().zip(&self.numbers) {
            let is_bias = shape.len() == 1;
            let (dtype, bytes) = match precision {
                Precision::F16 => (Dtype::F16, f16_bytes(&name, &numbers.to_f32())?),
                Precision::I8 if !is_bias => {
                    let (bytes, scales) = numbers.to_bytes(shape[0]);
                    let scales = TensorToWrite { dtype: Dtype::F32, shape: vec![shape[0]], bytes: f32_bytes(&scales) };
                    tensors.push((scale_name(&name), scales));
                    (Dtype::I8, bytes.into_iter().map(|byte| byte as u8).collect())
                }
                Precision::F32 | Precision::I8 => (Dtype::F32, f32_bytes(&numbers.to_f32())),
            };
            tensors.push((name, TensorToWrite { dtype, shape, bytes }));
        }
        serialize(tensors, self.width, &self.metadata)
    }
}

/// A `.safetensors` file with [`Metadata::reference`] in its header. No other writing keeps that: it would not be true of
/// changed weights.
///
/// # Errors
/// [`Error::NotAModel`] for other files and where the header cannot be written.
pub fn with_reference(safetensors: &[u8], logits: &[f32]) -> Result<Vec<u8>> {
    let not_a_model = |error: &dyn std::fmt::Display| Error::NotAModel(error.to_string());
    let (_, header) = SafeTensors::read_metadata(safetensors).map_err(|error| not_a_model(&error))?;
    let tensors = SafeTensors::deserialize(safetensors).map_err(|error| not_a_model(&error))?;
    let mut header = header.metadata().clone().unwrap_or_default();
    header.insert(REFERENCE.to_owned(), serde_json::to_string(logits).map_err(|error| not_a_model(&error))?);
    let file = safetensors::serialize(tensors.iter(), Some(header)).map_err(|error| not_a_model(&error))?;
    in_order(file).map_err(|error| not_a_model(&error))
}

/// A file with its header in order: `safetensors` writes it in one that changes, and the same model would be another file each
/// time.
fn in_order(mut file: Vec<u8>) -> serde_json::Result<Vec<u8>> {
    let length = file.first_chunk().map_or(0, |length| u64::from_le_bytes(*length)) as usize;
    let header = &mut file[8..][..length];
    let entries: BTreeMap<String, BTreeMap<String, Value>> = serde_json::from_slice(header)?;
    let ordered = serde_json::to_vec(&entries)?;
    // It has the same length, but for the blanks behind it.
    header[..ordered.len()].copy_from_slice(&ordered);
    Ok(file)
}

/// A file of these tensors.
///
/// # Errors
/// [`Error::NotAModel`] where the header cannot be written.
pub fn serialize(tensors: Vec<(String, TensorToWrite)>, width: Width, metadata: &Metadata) -> Result<Vec<u8>> {
    let to_json = |error: serde_json::Error| Error::NotAModel(error.to_string());
    let header = HashMap::from([
        ("format".to_owned(), "pt".to_owned()),
        ("architecture".to_owned(), architecture(width).to_owned()),
        ("preprocessing".to_owned(), metadata.preprocessing.description().to_owned()),
        ("classes".to_owned(), serde_json::to_string(&metadata.classes).map_err(to_json)?),
        ("doubt".to_owned(), serde_json::to_string(&metadata.doubt).map_err(to_json)?),
        ("training".to_owned(), serde_json::to_string(&metadata.training).map_err(to_json)?),
    ]);
    let file = safetensors::serialize(tensors, Some(header)).map_err(|error| Error::NotAModel(error.to_string()))?;
    in_order(file).map_err(to_json)
}

/// A tensor of a file.
pub struct TensorToWrite {
    /// The kind of its numbers.
    pub dtype: Dtype,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its numbers, little-endian.
    pub bytes: Vec<u8>,
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

/// Numbers as the bytes of a 32-bit tensor.
pub fn f32_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Numbers as the bytes of the 16-bit tensor `name`.
///
/// # Errors
/// [`Error::NotFinite`] where one is too large.
fn f16_bytes(name: &str, values: &[f32]) -> Result<Vec<u8>> {
    let halves: Vec<f16> = values.iter().map(|&value| f16::from_f32(value)).collect();
    match halves.iter().all(|half| half.is_finite()) {
        true => Ok(halves.into_iter().flat_map(f16::to_le_bytes).collect()),
        false => Err(Error::NotFinite(name.into())),
    }
}
