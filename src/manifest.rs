//! A model file's manifest: what somebody elsewhere has to know to run the model, and logits that prove it is run the same
//! way.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::reference;
use crate::weights::{ModelFile, architecture};

/// How the picture of [`crate::formula::pictures`] is made, in words.
const PICTURE: &str = "values in -1..1 in place of a normalised photo, [1, 3, 224, 224] in this order: for value i of \
                       0..150527, h = i xor (1000 * 0x9E3779B9); twice h = (h xor h >> 16) * 0x45D9F3B; h = h xor h >> 16; \
                       value = h / 2^32 * 2 - 1, with h in 32 bits without sign";

/// The manifest of a `.safetensors` file of this name, as JSON. The logits are the CPU's.
///
/// # Errors
/// As [`ModelFile::from_safetensors`], and [`crate::Error::Device`] where there is no answer.
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
        "reference": { "picture": PICTURE, "logits": reference::logits(&file, 0..1).await? },
    });
    Ok(format!("{manifest:#}\n"))
}

/// Whether a JSON file is a manifest, which tells nothing of a model that does not stand in its file.
pub fn is_manifest(json: &[u8]) -> bool {
    let has_both = |value: Value| ["sha256", "reference"].iter().all(|key| value.get(key).is_some());
    serde_json::from_slice(json).is_ok_and(has_both)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
