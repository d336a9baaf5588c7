//! `calibrate`: answers that can be believed.

use std::path::{Path, PathBuf};

use super::{About, Failure};
use crate::calibration::{Scaling, cross_validated, expected_error, scaled};
use crate::dataset::{Split, labelled};
use crate::device;
use crate::doubt::Doubt;
use crate::error::{Error, Result};
use crate::loader::{DataLoader, Pass};
use crate::metrics::{argmax, softmax};
use crate::native::files;
use crate::native::loader::FileLoader;
use crate::native::progress::Progress;
use crate::predict::Classifier;
use crate::run::TrainingConfig;
use crate::train::{TrainEvent, report_unreadable};
use crate::weights::{ModelFile, Precision};
use crate::words::listed;

/// The most classes that are named where photos of them are missing.
const CLASSES_SHOWN: usize = 12;

/// Fits a model on photos it was not trained on: its logits' scaling, so that its probabilities say how often it is right,
/// and the threshold below which it is not sure, so that at most 5 in 100 of these photos are.
#[derive(Debug, clap::Args)]
pub struct Calibrate {
    /// Model file (.safetensors or .pth)
    model: PathBuf,
    /// Folders of class folders, named as the model's classes
    #[arg(required = true)]
    dirs: Vec<PathBuf>,
    /// The file to write
    #[arg(long)]
    out: PathBuf,
}

impl Calibrate {
    /// Runs the command.
    ///
    /// # Errors
    /// Where a file cannot be read or written, or the folder has other classes.
    pub fn run(&self) -> std::result::Result<(), Failure> {
        files::check_outputs(&[&self.out], &[&self.model])?;
        let mut file = files::read_model(&self.model).about(&self.model)?;
        if let Some(dir) = within_another(&self.dirs) {
            let why = "it is, or lies in, another of these folders, and its photos would count twice";
            return Err(Error::Dataset(why.into())).about(dir);
        }
        let names: Vec<_> = self.dirs.iter().map(|dir| dir.to_string_lossy()).collect();
        let folders = PathBuf::from(names.join(", "));
        let mut photos = Vec::new();
        for dir in &self.dirs {
            photos.extend(logits(&file, dir)?);
        }
        check(&photos, &file.metadata().classes).about(&folders)?;
        say!("to be expected of other photos, by cross-validation: {}", expectation(&photos))?;
        let scaling = Scaling::learn(&photos);
        file.scale_logits(&scaling, photos.len());
        photos.iter_mut().for_each(|(logits, _)| *logits = scaled(logits, &scaling));
        let doubt = Doubt::learn(photos.iter().map(|(logits, _)| &logits[..]));
        let doubt = doubt.expect("there is a photo of each class");
        file.set_doubt(doubt);
        files::write(&self.out, file.to_safetensors(Precision::F32)?)?;
        let unsure = photos.iter().filter(|(logits, _)| !doubt.is_sure(logits)).count();
        for (class, Scaling { factor, offset }) in file.metadata().classes.iter().zip(&scaling) {
            say!("{class}: logit x {factor:.3} {offset:+.3}")?;
        }
        say!("{}: not sure of {unsure} of {} photos", self.out.display(), photos.len())?;
        Ok(())
    }
}

/// A folder that is or lies in another one of these, under whatever name.
fn within_another(dirs: &[PathBuf]) -> Option<&Path> {
    let places: Vec<PathBuf> = dirs.iter().map(|dir| files::place(dir)).collect();
    let is_within = |index: usize| {
        let others = places.iter().enumerate().filter(|(other, _)| *other != index);
        others.into_iter().any(|(_, other)| places[index].starts_with(other))
    };
    (0..dirs.len()).rev().find(|&index| is_within(index)).map(|index| &*dirs[index])
}

/// The logits of each photo of the folder, and its class.
fn logits(file: &ModelFile, dir: &Path) -> std::result::Result<Vec<(Vec<f32>, usize)>, Failure> {
    let classifier = Classifier::new(file, &device::cpu());
    let validation = labelled(files::list(dir, |_, _| ())?, classifier.classes()).about(dir)?;
    let split = Split { train: Vec::new(), validation };
    let config = TrainingConfig::default();
    let mut loader = FileLoader::new(dir, split, &config, classifier.preprocessing());
    let progress = Progress::new("calibrate".into());
    let steps = loader.start(Pass::Validation);
    let mut photos = Vec::new();
    for step in 1..=steps {
        let Some(batch) = pollster::block_on(loader.next()) else { break };
        report_unreadable(&batch, &mut |event| progress.show(event));
        let logits = pollster::block_on(classifier.logits(&batch.images))?;
        photos.extend(logits.into_iter().zip(batch.samples.iter().map(|sample| sample.class)));
        let _ = progress.show(TrainEvent::Validation { step, steps });
    }
    Ok(photos)
}

/// What is to be expected of the answers to other photos, in words.
fn expectation(photos: &[(Vec<f32>, usize)]) -> String {
    let answers: Vec<_> = cross_validated(photos).iter().map(|logits| softmax(logits)).collect();
    let answers = || answers.iter().map(Vec::as_slice).zip(photos.iter().map(|(_, class)| *class));
    let right = answers().filter(|(probabilities, class)| argmax(probabilities) == *class).count();
    let accuracy = right as f64 / photos.len().max(1) as f64;
    format!("accuracy {accuracy:.3}, calibration error {:.3}", expected_error(answers()))
}

/// Whether photos tell how often the network is right: without photos of a class it would never be chosen, and where the
/// network never errs, the best it could say is that it is certain.
fn check(photos: &[(Vec<f32>, usize)], classes: &[String]) -> Result<()> {
    let missing = classes.iter().enumerate().filter(|(index, _)| photos.iter().all(|(_, class)| class != index));
    let missing: Vec<String> = missing.map(|(_, name)| name.clone()).collect();
    if !missing.is_empty() {
        let names = listed(&missing, CLASSES_SHOWN);
        return Err(Error::Dataset(format!("it has no photo that can be read of {names}; add some of each class")));
    }
    if photos.iter().all(|(logits, class)| argmax(logits) == *class) {
        return Err(Error::Dataset(
            "every photo is classified rightly, which does not tell how often the network errs; add more photos that it \
             was not trained on"
                .into(),
        ));
    }
    Ok(())
}
