//! A network trained in PyTorch gives the same answers here.

mod common;

use std::fs;
use std::path::Path;

use alexnet_browser::device;
use alexnet_browser::metrics::argmax;
use alexnet_browser::metrics::softmax;
use alexnet_browser::predict::Classifier;
use alexnet_browser::preprocess::{Pixels, Preprocessing, decode};
use alexnet_browser::weights::ModelFile;
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap() as f32).collect()
}

/// The pixels of a NumPy array of bytes: what follows the header.
fn npy_pixels(path: &Path) -> Pixels {
    let bytes = fs::read(path).unwrap();
    let pixels = bytes[bytes.len() - 224 * 224 * 3..].to_vec();
    Pixels::from_bytes(pixels).unwrap()
}

#[test]
fn pytorchs_photos_get_pytorchs_answers() {
    let Some(shared) = common::shared("pytorchs_photos_get_pytorchs_answers") else { return };
    let reference: Value = serde_json::from_slice(&fs::read(shared.join("parity/photos.json")).unwrap()).unwrap();
    let state_dict = fs::read(shared.join("parity/AlexNet.pth")).unwrap();
    let file = ModelFile::from_pytorch(state_dict, None).unwrap();
    let classifier = Classifier::new(&file, &device::cpu());
    let logits = |pixels| pollster::block_on(classifier.logits(&[pixels])).unwrap().remove(0);

    let photos = reference["photos"].as_array().unwrap();
    assert_eq!(photos.len(), 40);
    let (mut resized, mut widest) = (0, 0.0f32);
    for photo in photos {
        let name = photo["photo"].as_str().unwrap();
        if let Some(file) = photo["resized"].as_str() {
            resized += 1;
            let found = logits(npy_pixels(&shared.join("parity/resized").join(file)));
            for (found, expected) in found.iter().zip(numbers(&photo["logits"])) {
                assert!((found - expected).abs() <= 1e-3, "{name}: logit {found} where PyTorch has {expected}");
            }
        }
        let decoded = decode(&fs::read(shared.join("flower_photos").join(name)).unwrap()).unwrap();
        let found = softmax(&logits(Preprocessing::Tutorial.pixels(&decoded)));
        let expected = numbers(&photo["probabilities"]);
        assert_eq!(argmax(&found), argmax(&expected), "{name}: {found:?} where PyTorch has {expected:?}");
        for (found, expected) in found.iter().zip(&expected) {
            widest = widest.max((found - expected).abs());
        }
    }
    assert_eq!(resized, 6);
    assert!(widest <= 0.02, "probabilities are up to {widest} from PyTorch's");
    println!("from the JPEGs, 40 of 40 classes are PyTorch's, and probabilities within {widest}");
}
