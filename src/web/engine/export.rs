//! Models as files for the visitor to save.

use rust_i18n::t;
use web_sys::Blob;

use crate::manifest::manifest;
use crate::reference;
use crate::web::js;
use crate::web::names::{file_name, without_extension};
use crate::web::protocol::training::{Bits, NamedFile};
use crate::weights::{ModelFile, Precision, class_indices};

/// What another program needs to run the model, and to prove that it runs it the same way: the weights, the class names
/// and the manifest.
///
/// # Errors
/// Cause and remedy, in words.
pub async fn files(name: &str, file: &ModelFile, bits: Bits) -> Result<Vec<NamedFile>, String> {
    let stem = file_name(without_extension(name));
    let (precision, name) = match bits {
        Bits::ThirtyTwo => (Precision::F32, format!("{stem}.safetensors")),
        Bits::Sixteen => (Precision::F16, format!("{stem}-f16.safetensors")),
    };
    let weights = file.to_safetensors(precision).map_err(|error| error.to_string())?;
    let weights = reference::store(&weights).await.map_err(|error| error.to_string())?;
    let manifest = manifest(&name, &weights).await.map_err(|error| error.to_string())?;
    let json = |name: &str, text: &str| {
        Ok::<_, String>(NamedFile { name: name.into(), blob: blob(text.as_bytes(), "application/json")? })
    };
    Ok(vec![
        NamedFile { name, blob: blob(&weights, "application/octet-stream")? },
        json("class_indices.json", &class_indices(&file.metadata().classes))?,
        json("manifest.json", &manifest)?,
    ])
}

/// The model as a `.safetensors` file alone. It is as exact as the file it came from.
///
/// # Errors
/// Cause and remedy, in words.
pub fn weights(name: &str, file: &ModelFile) -> Result<NamedFile, String> {
    let precision = if file.fits_f16() { Precision::F16 } else { Precision::F32 };
    let bytes = file.to_safetensors(precision).map_err(|error| error.to_string())?;
    let name = format!("{}.safetensors", file_name(without_extension(name)));
    Ok(NamedFile { name, blob: blob(&bytes, "application/octet-stream")? })
}

fn blob(bytes: &[u8], mime_type: &str) -> Result<Blob, String> {
    js::blob(bytes, mime_type).map_err(|exception| t!("engine.no_room", reason = js::message(&exception)).into())
}
