//! `import`, `export` and `layers`: model files.

use std::path::{Path, PathBuf};

use super::{About, Failure, at_least_one};
use crate::alexnet::{AlexNetConfig, Layer};
use crate::manifest::manifest;
use crate::native::files;
use crate::reference;
use crate::weights::{ModelFile, Precision, parse_class_indices};
use crate::words::listed;

/// Turns PyTorch's `AlexNet.pth` into a `.safetensors` file.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// A state_dict saved by PyTorch
    pth: PathBuf,
    /// The tutorial's class_indices.json; the classes are called `class 0` and so on without it
    #[arg(long)]
    classes: Option<PathBuf>,
    /// The file to write
    #[arg(long)]
    out: PathBuf,
}

/// The most classes that are named where a model is taken over.
const CLASSES_SHOWN: usize = 12;

impl Import {
    /// Runs the command.
    ///
    /// # Errors
    /// Where a file cannot be read or written, or is another network's.
    pub fn run(&self) -> Result<(), Failure> {
        let inputs: Vec<&Path> = self.classes.iter().chain([&self.pth]).map(PathBuf::as_path).collect();
        files::check_outputs(&[&self.out], &inputs)?;
        let classes = match &self.classes {
            Some(path) => Some(parse_class_indices(&files::read(path)?).about(path)?),
            None => None,
        };
        let file = ModelFile::from_bytes(files::read(&self.pth)?, classes).about(&self.pth)?;
        files::write(&self.out, file.to_safetensors(Precision::F32)?)?;
        say!(
            "{}: {} weights, classes {}",
            self.out.display(),
            file.parameters(),
            listed(&file.metadata().classes, CLASSES_SHOWN)
        )?;
        Ok(())
    }
}

/// Writes a model as `.safetensors` in another precision.
#[derive(Debug, clap::Args)]
pub struct Export {
    /// Model file (.safetensors or .pth)
    model: PathBuf,
    /// Bits a weight
    #[arg(long, value_enum, default_value_t = Dtype::F32)]
    dtype: Dtype,
    /// The file to write
    #[arg(long)]
    out: PathBuf,
    /// Write a manifest beside it: preprocessing, classes, and the logits of a built-in picture
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
}

/// Names of the precisions on the command line.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Dtype {
    /// 32 bits
    F32,
    /// 16 bits
    F16,
    /// 8 bits, with a scale for each output of a layer
    I8,
}

impl Export {
    /// Runs the command.
    ///
    /// # Errors
    /// Where a file cannot be read or written.
    pub fn run(&self) -> Result<(), Failure> {
        let outputs: Vec<&Path> = self.manifest.iter().chain([&self.out]).map(PathBuf::as_path).collect();
        files::check_outputs(&outputs, &[&self.model])?;
        let file = files::read_model(&self.model).about(&self.model)?;
        let precision = match self.dtype {
            Dtype::F32 => Precision::F32,
            Dtype::F16 => Precision::F16,
            Dtype::I8 => Precision::I8,
        };
        let bytes = pollster::block_on(reference::store(&file.to_safetensors(precision).about(&self.model)?))?;
        files::write(&self.out, &bytes)?;
        say!("{}: {} bytes", self.out.display(), bytes.len())?;
        if let Some(path) = &self.manifest {
            let name = self.out.file_name().unwrap_or_default().to_string_lossy();
            files::write(path, pollster::block_on(manifest(&name, &bytes)).about(&self.out)?)?;
            say!("{}", path.display())?;
        }
        Ok(())
    }
}

/// Prints the layer table.
#[derive(Debug, clap::Args)]
pub struct Layers {
    /// Model file (.safetensors or .pth) [default: the tutorial's network]
    model: Option<PathBuf>,
    /// Number of classes
    #[arg(long, default_value_t = 5, conflicts_with = "model", value_parser = classes)]
    classes: usize,
}

impl Layers {
    /// Runs the command.
    ///
    /// # Errors
    /// Where the model cannot be read.
    pub fn run(&self) -> Result<(), Failure> {
        let config = match &self.model {
            Some(path) => files::read_model(path).about(path)?.config(),
            None => AlexNetConfig::new(self.classes),
        };
        let shape = |shape: &[usize]| shape.iter().map(usize::to_string).collect::<Vec<_>>().join("x");
        say!(
            "{:<22}{:>12}  {:<24}{:>12}{:>12}{:>14}",
            "layer",
            "in",
            "kernel, stride, pad",
            "out",
            "parameters",
            "multiply-adds"
        )?;
        let layers = config.layers();
        for layer in &layers {
            let window =
                layer.window.map_or(String::new(), |[kernel, stride, pad]| format!("{kernel}, {stride}, {pad}"));
            say!(
                "{:<22}{:>12}  {window:<24}{:>12}{:>12}{:>14}",
                layer.name,
                shape(&layer.input),
                shape(&layer.output),
                layer.parameters,
                layer.multiply_adds
            )?;
        }
        let sum = |count: fn(&Layer) -> usize| layers.iter().map(count).sum::<usize>();
        say!("{:<72}{:>10}{:>14}", "all", sum(|layer| layer.parameters), sum(|layer| layer.multiply_adds))?;
        Ok(())
    }
}

/// A number of classes on the command line, with which the counts of the table stay within bounds.
fn classes(text: &str) -> Result<usize, String> {
    match at_least_one(text)? {
        classes if classes <= 1_000_000 => Ok(classes),
        _ => Err("must be at most 1000000".into()),
    }
}
