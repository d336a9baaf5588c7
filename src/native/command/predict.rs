//! `predict`: what is on these photos?

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{About, Failure, at_least_one};
use crate::dataset::{is_hidden, is_picture};
use crate::device;
use crate::error::{Error, Result};
use crate::native::files;
use crate::native::loader::read_photo;
use crate::native::warn;
use crate::predict::{Classifier, Prediction, top_k};
use crate::preprocess::{Framing, Pixels};

/// Photos that go through the network together.
const BATCH_SIZE: usize = 16;

/// Classifies photos.
#[derive(Debug, clap::Args)]
pub struct Predict {
    /// Model file (.safetensors or .pth)
    model: PathBuf,
    /// Photos, or folders of photos
    #[arg(required = true)]
    photos: Vec<PathBuf>,
    /// How many classes to tell
    #[arg(long, default_value_t = 5, value_parser = at_least_one)]
    top_k: usize,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Predict {
    /// Runs the command; tells whether every photo had an answer.
    ///
    /// # Errors
    /// Where the model cannot be read, or nothing printed.
    pub fn run(&self) -> std::result::Result<bool, Failure> {
        let model = files::read_model(&self.model).about(&self.model)?;
        let classifier = Classifier::new(&model, &device::cpu());
        let mut answers = Vec::new();
        let mut all_answered = true;
        for paths in self.expand().chunks(BATCH_SIZE) {
            for (path, outcome) in paths.iter().zip(classify(&classifier, paths)) {
                match outcome {
                    Ok(answer) => answers.push(self.answer(path, &answer, classifier.classes())?),
                    Err(error) => {
                        all_answered = false;
                        answers.push(json!({ "photo": path.to_string_lossy(), "error": error.to_string() }));
                        warn(Failure::about(error, path));
                    }
                }
            }
        }
        if self.json {
            say!("{}", json!({ "model": self.model.to_string_lossy(), "predictions": answers }))?;
        }
        Ok(all_answered)
    }

    /// The photos, with folders replaced by the photos in them; folders without a photo stay.
    fn expand(&self) -> Vec<PathBuf> {
        let mut photos = Vec::new();
        for path in &self.photos {
            let before = photos.len();
            if path.is_dir() {
                // Pictures and folders that cannot be read are among them: each gets its message.
                let is_picture = |name: &PathBuf| {
                    let name = name.to_string_lossy();
                    is_picture(&name) && !is_hidden(&name)
                };
                let (names, closed) = files::walk_around(path);
                photos.extend(names.into_iter().filter(is_picture).map(|name| path.join(name)));
                photos.extend(closed.into_iter().map(|(folder, _)| folder));
            }
            if photos.len() == before {
                photos.push(path.clone());
            }
        }
        photos
    }

    /// A photo's answer as JSON; printed at once where no JSON is asked for.
    fn answer(&self, path: &Path, answer: &Prediction, classes: &[String]) -> Result<Value> {
        let top = top_k(&answer.probabilities, self.top_k);
        if !self.json {
            let words: Vec<String> =
                top.iter().map(|(class, probability)| format!("{} {probability:.3}", classes[*class])).collect();
            let doubt = if answer.sure { "" } else { "not sure - perhaps none of these: " };
            say!("{}: {doubt}{}", path.display(), words.join(", "))?;
        }
        let top: Vec<Value> = top
            .iter()
            .map(|(class, probability)| json!({ "label": classes[*class], "probability": probability }))
            .collect();
        Ok(json!({ "photo": path.to_string_lossy(), "top": top, "sure": answer.sure }))
    }
}

/// The answer for each photo, or why there is none.
fn classify(classifier: &Classifier, paths: &[PathBuf]) -> Vec<Result<Prediction>> {
    let framing = Framing::Evaluation(classifier.preprocessing());
    let decode = |path: &PathBuf| match path.is_dir() {
        true => Err(files::walk(path).err().unwrap_or_else(|| Error::Dataset("there is no photo in it".into()))),
        false => read_photo(path, framing),
    };
    let decoded: Vec<Result<Pixels>> = paths.iter().map(decode).collect();
    let images: Vec<Pixels> = decoded.iter().flatten().cloned().collect();
    let predict = |images: &[Pixels]| pollster::block_on(classifier.predict(images));
    let answers = match predict(&images) {
        Ok(answers) => answers.into_iter().map(Ok).collect(),
        // One by one, it shows over which of them the network fails.
        Err(_) => images.chunks(1).map(|image| predict(image).map(|mut answers| answers.remove(0))).collect::<Vec<_>>(),
    };
    let mut answers = answers.into_iter();
    decoded.into_iter().map(|pixels| pixels.and_then(|_| answers.next().expect("an answer for each image"))).collect()
}
