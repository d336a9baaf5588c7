//! A model file's manifest: what somebody elsewhere has to know to run the model, and logits that prove it is run the same
//! way.

use burn::tensor::{Tensor, TensorData};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::device::cpu;
use crate::error::{Error, Result};
use crate::formula;
use crate::preprocess::IMAGE_SIZE;
use crate::weights::{ModelFile, architecture};

/// How the picture of [`formula::pictures`] is made, in words.
const PICTURE: &str = "values in -1..1 in place of a normalised photo, [1, 3, 224, 224] in this order: for value i of \
                       0..150527, h = i xor (1000 * 0x9E3779B9); twice h = (h xor h >> 16) * 0x45D9F3B; h = h xor h >> 16; \
                       value = h / 2^32 * 2 - 1, with h in 32 bits without sign";

/// The manifest of a `.safetensors` file of this name, as JSON. The logits are the CPU's.
///
/// # Errors
/// As [`ModelFile::from_safetensors`], and [`Error::Device`] where there is no answer.
pub async fn manifest(name: &str, safetensors: &[u8]) -> Result<String> {
    let file = ModelFile::from_safetensors(safetensors)?;
    let preprocessing: Value =
        serde_json::from_str(file.metadata().preprocessing.description()).expect("the constant is JSON");
    let manifest = json!({
        "file": name,
        "sha256": hexadecimal(&Sha256::digest(safetensors)),
        "architecture": architecture(file.config().width),
        "preprocessing": preprocessing,
        "classes": file.metadata().classes,
        "reference": { "picture": PICTURE, "logits": reference_logits(&file).await? },
    });
    Ok(format!("{manifest:#}\n"))
}

/// Whether a JSON file is a manifest, which tells nothing of a model that does not stand in its file.
pub fn is_manifest(json: &[u8]) -> bool {
    let has_both = |value: Value| ["sha256", "reference"].iter().all(|key| value.get(key).is_some());
    serde_json::from_slice(json).is_ok_and(has_both)
}

/// The logits of the first test picture.
async fn reference_logits(file: &ModelFile) -> Result<Vec<f32>> {
    let no_answer = |error: &dyn std::fmt::Display| Error::Device(error.to_string());
    let picture = TensorData::new(formula::pictures(0..1), [1, 3, IMAGE_SIZE, IMAGE_SIZE]);
    let logits = file.to_model(&cpu()).forward(Tensor::from_data(picture, &cpu()));
    let data = logits.into_data_async().await.map_err(|error| no_answer(&error))?;
    data.try_into_vec().map_err(|error| no_answer(&error))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
