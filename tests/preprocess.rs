//! Preprocessing against the photos and the references in `../shared`; without them, these tests only say so.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use alexnet_browser::dataset::Dataset;
use alexnet_browser::preprocess::{IMAGE_SIZE, Preprocessing, decode};

/// All files below a folder, relative to it.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(folder.join(&inner)).unwrap() {
            let entry = entry.unwrap();
            let path = inner.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else {
                found.push(path.to_str().unwrap().replace('\\', "/"));
            }
        }
    }
    found
}

#[test]
fn every_flower_photo_decodes() {
    let Some(shared) = common::shared("every_flower_photo_decodes") else { return };
    let flowers = shared.join("flower_photos");
    let dataset = Dataset::from_paths(files(&flowers)).unwrap();
    assert_eq!(dataset.classes, ["daisy", "dandelion", "roses", "sunflowers", "tulips"]);
    assert_eq!(dataset.samples.len(), 3121);
    for sample in &dataset.samples {
        let photo = decode(&fs::read(flowers.join(&sample.path)).unwrap());
        assert!(photo.is_ok(), "{}: {photo:?}", sample.path);
    }
}

#[test]
fn flower_photos_cut_short_are_told() {
    let Some(shared) = common::shared("flower_photos_cut_short_are_told") else { return };
    let flowers = shared.join("flower_photos");
    for sample in Dataset::from_paths(files(&flowers)).unwrap().samples.iter().step_by(50) {
        let bytes = fs::read(flowers.join(&sample.path)).unwrap();
        for percent in [1, 10, 50, 90, 99] {
            assert!(decode(&bytes[..bytes.len() * percent / 100]).is_err(), "{} at {percent} %", sample.path);
        }
    }
}

/// From the JPEG to 224 x 224, against torchvision's. The resize itself is Pillow's; what is left are a few levels
/// between two JPEG decoders.
#[test]
fn evaluation_pixels_are_torchvisions() {
    let Some(shared) = common::shared("evaluation_pixels_are_torchvisions") else { return };
    let mut compared = 0;
    for name in files(&shared.join("parity/resized")) {
        let stem = name.strip_suffix(".npy").unwrap();
        let folder = shared.join("flower_photos");
        let photo = files(&folder).into_iter().find(|path| path.ends_with(&format!("/{stem}.jpg"))).unwrap();
        let pixels = Preprocessing::Tutorial.pixels(&decode(&fs::read(folder.join(photo)).unwrap()).unwrap());

        let reference = fs::read(shared.join("parity/resized").join(&name)).unwrap();
        let reference = &reference[reference.len() - IMAGE_SIZE * IMAGE_SIZE * 3..];
        let differences: Vec<u32> =
            pixels.as_bytes().iter().zip(reference).map(|(a, b)| u32::from(a.abs_diff(*b))).collect();
        let mean = f64::from(differences.iter().sum::<u32>()) / differences.len() as f64;
        assert!(differences.iter().all(|&difference| difference <= 4), "{name}: {:?}", differences.iter().max());
        assert!(mean < 0.4, "{name}: {mean}");
        compared += 1;
    }
    assert_eq!(compared, 6);
}
