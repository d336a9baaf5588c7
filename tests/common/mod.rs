//! What several tests need.
#![allow(dead_code)] // each test uses its own part

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use alexnet_browser::alexnet::Width;

/// The folder of shared photos and reference figures beside the project; where it is missing, says loudly that the test
/// that asks is skipped.
pub fn shared(test: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    if folder.is_dir() {
        return Some(folder);
    }
    // Past what the test runner keeps to itself where a test passes.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: ../shared is not here");
    None
}

/// Runs the command line.
pub fn alexnet<I: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = I>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_alexnet")).args(arguments).output().expect("the command line starts")
}

/// Runs the command line, which must succeed, and gives its standard output.
pub fn succeed<I: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = I>) -> String {
    let output = alexnet(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// Runs the command line, which must fail with exit status 1, and gives its standard error.
pub fn fail<I: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = I>) -> String {
    let output = alexnet(arguments);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    let message = String::from_utf8(output.stderr).expect("text");
    assert!(!message.contains("panicked"), "{message}");
    message
}

/// The formula network as a `.safetensors` file: five classes, every tensor filled by the formula.
pub fn formula_network() -> Vec<u8> {
    formula_network_of(Width::Half)
}

/// The formula network of this width.
pub fn formula_network_of(width: Width) -> Vec<u8> {
    use alexnet_browser::alexnet::AlexNetConfig;
    use alexnet_browser::formula::formula;
    use safetensors::Dtype;
    use safetensors::tensor::TensorView;

    let tensors: Vec<_> = AlexNetConfig { width, classes: 5 }
        .parameters()
        .into_iter()
        .enumerate()
        .map(|(tensor, parameter)| {
            let count: usize = parameter.shape.iter().product();
            let fan_in: usize = parameter.shape[1..].iter().product();
            let scale = if parameter.shape.len() == 1 { 0.1 } else { (6.0 / fan_in as f64).sqrt() };
            let bytes: Vec<u8> = (0..count as u32)
                .flat_map(|index| ((f64::from(formula(index, tensor as u32)) * scale) as f32).to_le_bytes())
                .collect();
            (parameter, bytes)
        })
        .collect();
    let views = tensors.iter().map(|(parameter, bytes)| {
        (&parameter.name, TensorView::new(Dtype::F32, parameter.shape.clone(), bytes).expect("a whole tensor"))
    });
    safetensors::serialize(views, None).expect("a safetensors file")
}

/// An archive as `torch.save` writes it, with this pickle and one weight of 0.
pub fn archive(pickle: &[u8]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    let entries = [("AlexNet/data.pkl", pickle), ("AlexNet/data/0", &[0; 4]), ("AlexNet/version", b"3\n")];
    for (name, content) in entries {
        let size = (content.len() as u32).to_le_bytes();
        // Version, flags, method (stored), time, date and checksum (0: none), then the sizes.
        let about = [&[20, 0], &[0; 12][..], &size, &size, &(name.len() as u16).to_le_bytes(), &[0, 0]].concat();
        let offset = (file.len() as u32).to_le_bytes();
        directory.extend([b"PK\x01\x02\x14\0", &about[..], &[0; 10], &offset, name.as_bytes()].concat());
        file.extend([b"PK\x03\x04", &about[..], name.as_bytes(), content].concat());
    }
    let count = (entries.len() as u16).to_le_bytes();
    let [size, offset] = [directory.len(), file.len()].map(|number| (number as u32).to_le_bytes());
    file.extend(directory);
    file.extend([b"PK\x05\x06", &[0; 4][..], &count, &count, &size, &offset, &[0; 2]].concat());
    file
}
