//! `evaluate`: how often is the model right?

use std::ops::ControlFlow;
use std::path::PathBuf;

use serde_json::json;

use super::{About, Failure};
use crate::dataset::{Split, labelled};
use crate::device;
use crate::error::Error;
use crate::native::files;
use crate::native::loader::FileLoader;
use crate::native::progress::Progress;
use crate::train::{TrainEvent, evaluate};

const BATCH_SIZE: usize = 32;

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
        let samples = labelled(files::list(&self.dir)?, classes).about(&self.dir)?;
        let split = Split { train: Vec::new(), validation: samples };

        let device = device::cpu();
        let mut loader = FileLoader::new(&self.dir, split, BATCH_SIZE, 0);
        let mut errors = Vec::new();
        let progress = Progress::new("evaluate".into());
        let outcome =
            pollster::block_on(evaluate(&file.to_model(&device), classes.len(), &device, &mut loader, |event| {
                if let TrainEvent::Unreadable { path, error } = &event {
                    errors.push(json!({ "photo": path, "error": error.to_string() }));
                }
                progress.show(event)
            }))?;
        drop(progress);
        let ControlFlow::Continue(evaluation) = outcome else { return Ok(false) };
        let confusion = evaluation.confusion;
        if confusion.count() == 0 {
            return Err(Error::Dataset("none of its photos could be read".into())).about(&self.dir);
        }
        if self.json {
            let report = json!({
                "accuracy": confusion.accuracy(),
                "count": confusion.count(),
                "classes": classes,
                "confusion": confusion,
                "errors": errors,
            });
            println!("{report}");
        } else {
            println!("accuracy {:.4} on {} photos", confusion.accuracy(), confusion.count());
            for (index, class) in classes.iter().enumerate() {
                let percent = |share: Option<f64>| share.map_or("-".into(), |share| format!("{:.1} %", share * 100.0));
                println!(
                    "  {class}: recall {}, precision {}",
                    percent(confusion.recall(index)),
                    percent(confusion.precision(index))
                );
            }
        }
        Ok(errors.is_empty())
    }
}
