//! `evaluate`: how often is the model right?

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rust_i18n::t;
use serde_json::json;

use super::{About, Failure};
use crate::dataset::{Split, labelled};
use crate::device;
use crate::error::Error;
use crate::native::files;
use crate::native::loader::FileLoader;
use crate::native::progress::Progress;
use crate::run::{Evaluation, TrainingConfig};
use crate::train::{TrainEvent, evaluate};
use crate::weights::{Metadata, ModelFile};

/// Measures a model on a folder of class folders.
#[derive(Debug, clap::Args)]
pub struct Evaluate {
    /// Model file (.safetensors or .pth)
    model: PathBuf,
    /// Folder of class folders, named as the model's classes
    dir: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Evaluate {
    /// Runs the command; tells whether every photo could be read.
    ///
    /// # Errors
    /// Where the model or the folder cannot be read, or the folder has other classes.
    pub fn run(&self) -> Result<bool, Failure> {
        let file = files::read_model(&self.model).about(&self.model)?;
        let classes = &file.metadata().classes;
        let mut errors = Vec::new();
        let evaluation = evaluate_folder(&file, &self.dir, |path, why| {
            errors.push(json!({ "photo": path, "error": why }));
        })?;
        let calibration_error = evaluation.calibration_error();
        let unsure = evaluation.unsure();
        let confusion = evaluation.confusion;
        if self.json {
            let report = json!({
                "accuracy": confusion.accuracy(),
                "count": confusion.count(),
                "classes": classes,
                "confusion": confusion,
                "calibration_error": calibration_error,
                "unsure": unsure,
                "errors": errors,
            });
            say!("{report}")?;
        } else {
            say!(
                "accuracy {:.4} on {} photos, calibration error {calibration_error:.3}, not sure of {:.1} %",
                confusion.accuracy(),
                confusion.count(),
                unsure * 100.0
            )?;
            for (index, class) in classes.iter().enumerate() {
                let percent = |share: Option<f64>| share.map_or("-".into(), |share| format!("{:.1} %", share * 100.0));
                say!(
                    "  {class}: recall {}, precision {}",
                    percent(confusion.recall(index)),
                    percent(confusion.precision(index))
                )?;
            }
            say!("confusion matrix, a row for each true class, answers in the order above:")?;
            for row in confusion.rows() {
                say!("  {}", row.iter().map(|count| format!("{count:>5}")).collect::<String>())?;
            }
        }
        Ok(errors.is_empty())
    }
}

/// What a model makes of the photos of a folder of class folders; `on_unreadable` hears of those that cannot be read.
///
/// # Errors
/// Where the folder cannot be read or has other classes, or none of its photos can be read.
fn evaluate_folder(
    file: &ModelFile,
    folder: &Path,
    mut on_unreadable: impl FnMut(&str, &str),
) -> Result<Evaluation, Failure> {
    let Metadata { classes, preprocessing, doubt, .. } = file.metadata();
    let (preprocessing, doubt) = (*preprocessing, *doubt);
    let paths = files::list(folder, |path, why| on_unreadable(&path.to_string_lossy(), why))?;
    let samples = labelled(paths, classes).about(folder)?;
    let split = Split { train: Vec::new(), validation: samples };
    let device = device::cpu();
    let mut loader = FileLoader::new(folder, split, &TrainingConfig::default(), preprocessing);
    let progress = Progress::new("evaluate".into());
    let on_event = |event: TrainEvent| {
        if let TrainEvent::Unreadable { path, error } = &event {
            on_unreadable(path, &error.to_string());
        }
        progress.show(event)
    };
    let evaluated =
        pollster::block_on(evaluate(&file.to_model(&device), preprocessing, doubt, &device, &mut loader, on_event))?;
    let ControlFlow::Continue(evaluation) = evaluated else { unreachable!("the progress bar never asks to stop") };
    if evaluation.answers.is_empty() {
        return Err(Error::Dataset("none of its photos could be read".into())).about(folder);
    }
    if !evaluation.loss.is_finite() {
        return Err(Error::Device(t!("gpu.no_number").into())).about(folder);
    }
    Ok(evaluation)
}
