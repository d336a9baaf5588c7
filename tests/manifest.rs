//! An exported model gives the logits that its manifest names, and PyTorch's.

mod common;

use std::path::Path;

use alexnet_browser::device;
use alexnet_browser::formula;
use alexnet_browser::manifest::is_manifest;
use alexnet_browser::weights::ModelFile;
use burn::tensor::{Tensor, TensorData};
use common::{formula_network, succeed};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The logits of the manifest's picture, by the model in this file.
fn logits(model: &Path) -> Vec<f32> {
    let file = ModelFile::from_bytes(std::fs::read(model).unwrap(), None).unwrap();
    let picture = Tensor::from_data(TensorData::new(formula::pictures(0..1), [1, 3, 224, 224]), &device::cpu());
    file.to_model(&device::cpu()).forward(picture).into_data().try_into_vec().unwrap()
}

fn numbers(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap() as f32).collect()
}

fn assert_close(found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance, "{found} where {expected} is expected");
    }
}

#[test]
fn an_export_gives_the_logits_of_its_manifest_and_of_the_model() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("model.safetensors"), formula_network()).unwrap();
    let reference: Value = serde_json::from_str(include_str!("data/formula.json")).unwrap();
    let pytorchs = numbers(&reference["logits"][0]);

    for (dtype, tolerance) in [("f32", 1e-3), ("f16", 2e-2)] {
        let [exported, manifest] = [path("exported.safetensors"), path("manifest.json")];
        let [from, to] = [&path("model.safetensors"), &exported].map(|path| path.to_str().unwrap().to_owned());
        succeed(["export", &from, "--dtype", dtype, "--out", &to, "--manifest", manifest.to_str().unwrap()]);

        let again = path("again.safetensors");
        succeed(["export", &from, "--dtype", dtype, "--out", again.to_str().unwrap()]);
        assert!(std::fs::read(again).unwrap() == std::fs::read(&exported).unwrap(), "the same model is another file");

        let manifest = std::fs::read(manifest).unwrap();
        assert!(is_manifest(&manifest) && !is_manifest(br#"{"0": "sha256", "1": "reference"}"#));
        let manifest: Value = serde_json::from_slice(&manifest).unwrap();
        let expected = numbers(&manifest["reference"]["logits"]);
        assert_close(&logits(&exported), &expected, 1e-6);
        assert_close(&expected, &pytorchs, tolerance);
        assert_eq!(manifest["file"], "exported.safetensors");
        assert_eq!(manifest["classes"][4], "class 4");
        assert_eq!(manifest["preprocessing"]["mean"][0], 0.5);
        let digest = Sha256::digest(std::fs::read(&exported).unwrap());
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(manifest["sha256"], digest);
    }
    // 32 bits keep every weight.
    succeed(["export", path("model.safetensors").to_str().unwrap(), "--out", path("again").to_str().unwrap()]);
    assert_eq!(logits(&path("again")), logits(&path("model.safetensors")));
}
