//! `explain`: what on this photo decided?

use std::io::Cursor;
use std::path::PathBuf;

use clap::builder::{PathBufValueParser, TypedValueParser};
use image::ImageFormat;

use super::{About, Failure};
use crate::dataset::class_named;
use crate::device;
use crate::error::{Error, Result};
use crate::explain::grad_cam;
use crate::metrics::{argmax, softmax};
use crate::native::files;
use crate::predict::{Classifier, top_k};
use crate::preprocess::{self, Framing};

/// How many classes are told.
const TOP_K: usize = 5;

/// Shows what on a photo decided, as heat over the photo (Grad-CAM).
#[derive(Debug, clap::Args)]
pub struct Explain {
    /// Model file (.safetensors or .pth)
    model: PathBuf,
    /// A photo
    photo: PathBuf,
    /// The picture to write (.png)
    #[arg(long, value_parser = PathBufValueParser::new().try_map(png))]
    out: PathBuf,
    /// The class to explain; the most probable one without it
    #[arg(long)]
    class: Option<String>,
}

impl Explain {
    /// Runs the command.
    ///
    /// # Errors
    /// Where a file cannot be read or written, or the model has no such class.
    pub fn run(&self) -> std::result::Result<(), Failure> {
        files::check_outputs(&[&self.out], &[&self.model, &self.photo])?;
        let device = device::cpu();
        let model = files::read_model(&self.model).about(&self.model)?;
        let classifier = Classifier::new(&model, &device);
        let asked = self.class.as_deref().map(|name| find(name, classifier.classes())).transpose()?;
        let framing = Framing::Evaluation(classifier.preprocessing());
        let bytes = files::read(&self.photo).about(&self.photo)?;
        let pixels = framing.pixels(&framing.decode(&bytes).about(&self.photo)?);
        let photo = preprocess::decode(&bytes).about(&self.photo)?;

        let logits = pollster::block_on(classifier.logits(std::slice::from_ref(&pixels)))?.concat();
        let class = asked.unwrap_or_else(|| argmax(&logits));
        let image = classifier.input(&[pixels]);
        let explanation = pollster::block_on(grad_cam(classifier.model(), image, class))?;
        let mut png = Cursor::new(Vec::new());
        explanation
            .heat_map
            .over(&photo, classifier.preprocessing())
            .write_to(&mut png, ImageFormat::Png)
            .map_err(|error| Error::Plot(error.to_string()))
            .about(&self.out)?;
        files::write(&self.out, png.into_inner())?;

        let name = |class: usize| &classifier.classes()[class];
        let top = top_k(&softmax(&logits), TOP_K);
        let words: Vec<String> =
            top.iter().map(|(class, probability)| format!("{} {probability:.3}", name(*class))).collect();
        say!("{}: {}", self.photo.display(), words.join(", "))?;
        say!("{}: what speaks for {} is bright", self.out.display(), name(class))?;
        Ok(())
    }
}

/// A file that is to be a PNG.
fn png(path: PathBuf) -> std::result::Result<PathBuf, &'static str> {
    match path.extension() {
        Some(ending) if ending.eq_ignore_ascii_case("png") => Ok(path),
        _ => Err("the picture is a PNG, and its name has to end in .png"),
    }
}

/// The number of a class.
fn find(name: &str, classes: &[String]) -> Result<usize> {
    class_named(classes, name).ok_or_else(|| Error::NoSuchClass { asked: name.into(), known: classes.join(", ") })
}
