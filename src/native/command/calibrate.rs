//! `calibrate`: probabilities that can be believed.

use std::path::PathBuf;

use super::evaluate::evaluate_folder;
use super::{About, Failure};
use crate::calibration;
use crate::native::files;
use crate::weights::Precision;

/// Fits a model's temperature on photos it was not trained on, so that its probabilities say how often it is right.
#[derive(Debug, clap::Args)]
pub struct Calibrate {
    /// Model file (.safetensors or .pth)
    model: PathBuf,
    /// Folder of class folders, named as the model's classes
    dir: PathBuf,
    /// The file to write
    #[arg(long)]
    out: PathBuf,
}

impl Calibrate {
    /// Runs the command.
    ///
    /// # Errors
    /// Where a file cannot be read or written, or the folder has other classes.
    pub fn run(&self) -> Result<(), Failure> {
        let mut file = files::read_model(&self.model).about(&self.model)?;
        // What cannot be read is named beside the progress bar.
        let evaluation = evaluate_folder(&file, &self.dir, |_, _| {})?;
        let temperature = calibration::temperature(&evaluation.answers);
        file.cool(temperature);
        files::write(&self.out, file.to_safetensors(Precision::F32)?)?;
        println!(
            "{}: temperature {temperature:.3}, from {} photos with a calibration error of {:.3}",
            self.out.display(),
            evaluation.answers.len(),
            calibration::expected_error(&evaluation.answers)
        );
        Ok(())
    }
}
