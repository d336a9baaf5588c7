//! `train`: the tutorial's training.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{About, Failure, arrange};
use crate::device;
use crate::error::Error;
use crate::native::files;
use crate::native::loader::FileLoader;
use crate::native::progress::Progress;
use crate::plot;
use crate::train::{EpochRecord, Trainer, TrainingConfig};
use crate::weights::{Precision, class_indices};

/// Names of what a run writes.
const MODEL: &str = "model.safetensors";
const CHECKPOINT: &str = "checkpoint.safetensors";
const CLASS_INDICES: &str = "class_indices.json";
const CURVE: &str = "curve.svg";
const LOG: &str = "log.jsonl";

/// Trains on a folder of class folders, or on its `train/` and `val/`.
#[derive(Debug, clap::Args)]
pub struct Train {
    /// Folder of class folders, or of `train/` and `val/`
    dir: PathBuf,
    /// Where the best model, class_indices.json, the curve and the log are written
    #[arg(long)]
    out: PathBuf,
    /// How many times every photo is shown
    #[arg(long, default_value_t = TrainingConfig::default().epochs)]
    epochs: usize,
    /// Photos a step
    #[arg(long, default_value_t = TrainingConfig::default().batch_size, value_parser = at_least_one)]
    batch_size: usize,
    /// Adam's learning rate
    #[arg(long, default_value_t = TrainingConfig::default().learning_rate)]
    learning_rate: f64,
    /// Decides the split, the first weights, the crops and the dropout
    #[arg(long, default_value_t = TrainingConfig::default().seed)]
    seed: u64,
    /// Share of each class's photos for validation, where the folder is not split
    #[arg(long, default_value_t = 0.1)]
    val: f64,
    /// Go on where the run in --out was stopped
    #[arg(long)]
    resume: bool,
}

impl Train {
    /// Runs the command.
    ///
    /// # Errors
    /// Where the folder cannot be trained on, a file cannot be written or training diverges.
    pub fn run(&self) -> Result<(), Failure> {
        let arranged = arrange(&self.dir, self.val, self.seed)?;
        let split = arranged.split;
        println!(
            "{} classes, {} photos for training, {} for validation",
            arranged.classes.len(),
            split.train.len(),
            split.validation.len()
        );
        files::create_folder(&self.out)?;
        let mut trainer = self.trainer(arranged.classes)?;
        files::write(&self.out.join(CLASS_INDICES), class_indices(trainer.classes()))?;
        let mut loader = FileLoader::new(&self.dir, split, self.batch_size, self.seed);
        while !trainer.is_finished() {
            let began = Instant::now();
            let epoch = trainer.history().len() + 1;
            let progress = Progress::new(format!("epoch {epoch}/{}", self.epochs));
            let outcome = pollster::block_on(trainer.run_epoch(&mut loader, |event| progress.show(event)))?;
            drop(progress);
            let ControlFlow::Continue(record) = outcome else { break };
            println!(
                "[epoch {}] train_loss: {:.3}  val_loss: {:.3}  val_accuracy: {:.3}  ({:.0} s)",
                record.epoch,
                record.train_loss,
                record.validation_loss,
                record.validation_accuracy,
                began.elapsed().as_secs_f64()
            );
            self.keep(&trainer, record)?;
        }
        if let Some(best) = trainer.best_epoch() {
            let model = self.out.join(MODEL);
            println!(
                "Finished: epoch {} was best, validation accuracy {:.3}: {}",
                best.epoch,
                best.validation_accuracy,
                model.display()
            );
        }
        Ok(())
    }

    /// A new run, or the one that was stopped.
    fn trainer(&self, classes: Vec<String>) -> Result<Trainer, Failure> {
        let config = TrainingConfig {
            epochs: self.epochs,
            batch_size: self.batch_size,
            learning_rate: self.learning_rate,
            seed: self.seed,
        };
        if !self.resume {
            remove_if_there(&self.out.join(LOG))?;
            return Ok(Trainer::new(config, classes, &device::cpu()));
        }
        let path = self.out.join(CHECKPOINT);
        let mut trainer = Trainer::resume(&files::read(&path)?, &device::cpu()).about(&path)?;
        let same_run = TrainingConfig { epochs: config.epochs, ..trainer.config().clone() } == config;
        if trainer.classes() != classes || !same_run {
            let kept = trainer.config();
            return Err(Error::Checkpoint(format!(
                "it was made with --batch-size {} --learning-rate {} --seed {} and the classes {}; give the same again, or \
                 leave --resume out",
                kept.batch_size,
                kept.learning_rate,
                kept.seed,
                trainer.classes().join(", ")
            )))
            .about(&path);
        }
        trainer.set_config(config);
        println!("Going on after epoch {}", trainer.history().len());
        Ok(trainer)
    }

    /// Writes what an epoch brought. The checkpoint comes last: with it the epoch counts as done.
    fn keep(&self, trainer: &Trainer, record: EpochRecord) -> Result<(), Failure> {
        if trainer.best_epoch() == Some(record) {
            let model = pollster::block_on(trainer.model_file())?;
            files::write(&self.out.join(MODEL), model.to_safetensors(Precision::F32)?)?;
        }
        files::write(&self.out.join(CURVE), plot::training_curve(trainer.history())?)?;
        append_line(&self.out.join(LOG), &record)?;
        files::write(&self.out.join(CHECKPOINT), pollster::block_on(trainer.checkpoint())?)?;
        Ok(())
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".into()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("{error}")),
    }
}

fn remove_if_there(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(files::io(path, source)),
        _ => Ok(()),
    }
}

fn append_line(path: &Path, record: &EpochRecord) -> Result<(), Error> {
    let write = || {
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        writeln!(file, "{}", serde_json::to_string(record)?)
    };
    write().map_err(|source| files::io(path, source))
}
