//! `train`: the tutorial's training.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::error::ErrorKind;
use rust_i18n::t;
use serde_json::json;

use super::{About, Failure, arrange, at_least_one, share};
use crate::dataset::{Arranged, Sample, Split};
use crate::device;
use crate::error::Error;
use crate::native::files;
use crate::native::loader::FileLoader;
use crate::native::progress::Progress;
use crate::plot;
use crate::run::{Mode, Recipe, TrainingConfig};
use crate::train::{Start, Trainer};
use crate::weights::{Precision, class_indices};

/// Names of what a run writes.
const MODEL: &str = "model.safetensors";
const CHECKPOINT: &str = "checkpoint.safetensors";
const CLASS_INDICES: &str = "class_indices.json";
const SPLIT: &str = "split.json";
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
    /// The tutorial's recipe, or the one that made the shipped weights
    #[arg(long, value_enum, default_value_t)]
    recipe: Recipe,
    /// Which layers are trained: all from random weights, all of --start's, or its last one alone [default: scratch,
    /// with --start full]
    #[arg(long, value_enum)]
    mode: Option<Mode>,
    /// Model file whose weights the modes full and head go on from
    #[arg(long, required_if_eq_any([("mode", "full"), ("mode", "head")]))]
    start: Option<PathBuf>,
    /// How many times every photo is shown [default: 10, recipe best: 100]
    #[arg(long, value_parser = at_least_one)]
    epochs: Option<usize>,
    /// Photos a step [default: 32, recipe best: 64]
    #[arg(long, value_parser = at_least_one)]
    batch_size: Option<usize>,
    /// Adam's learning rate [default: 0.0002, mode head: 0.001, recipe best: 0.0007]
    #[arg(long, value_parser = rate)]
    learning_rate: Option<f64>,
    /// Show the photos as they are, neither cropped nor mirrored
    #[arg(long)]
    no_augmentation: bool,
    /// Decides the split, the first weights, the crops and the dropout
    #[arg(long, default_value_t = TrainingConfig::default().seed)]
    seed: u64,
    /// Share of each class's photos for validation, where the folder is not split
    #[arg(long, default_value_t = 0.1, value_parser = share)]
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
        if self.mode == Some(Mode::Scratch) && self.start.is_some() {
            let why = "--mode scratch begins with random weights, not with those of --start\n";
            clap::Error::raw(ErrorKind::ArgumentConflict, why).exit();
        }
        let files = [MODEL, CHECKPOINT, CLASS_INDICES, SPLIT, CURVE, LOG];
        if let (false, Some(name)) = (self.resume, files.iter().find(|name| self.out.join(name).exists())) {
            let why = format!(
                "it holds {name} already, which would be lost; go on with a run that was stopped by --resume, or choose \
                 another folder for --out"
            );
            return Err(Error::Dataset(why)).about(&self.out);
        }
        let Arranged { classes, split } = arrange(&self.dir, self.val, self.seed)?;
        if split.validation.is_empty() {
            return Err(Error::Dataset(t!("dataset.none_to_validate").into())).about(&self.dir);
        }
        say!(
            "{} classes, {} photos for training, {} for validation",
            classes.len(),
            split.train.len(),
            split.validation.len()
        )?;
        files::create_folder(&self.out)?;
        let mut trainer = self.trainer(classes, &split)?;
        let loader = FileLoader::new(&self.dir, split, trainer.config(), trainer.preprocessing());
        let outcome = self.epochs(&mut trainer, loader);
        if outcome.is_err() && trainer.history().is_empty() {
            // There is nothing to go on with, and what there is would stand in the next run's way.
            for name in [CLASS_INDICES, SPLIT] {
                let _ = fs::remove_file(self.out.join(name));
            }
        }
        outcome?;
        if let Some(best) = trainer.best_epoch() {
            let model = self.out.join(MODEL);
            say!(
                "Finished: epoch {} was best, validation accuracy {:.3}: {}",
                best.epoch,
                best.validation_accuracy,
                model.display()
            )?;
        }
        Ok(())
    }

    /// Runs the epochs that are left, and writes what each brings.
    fn epochs(&self, trainer: &mut Trainer, mut loader: FileLoader) -> Result<(), Failure> {
        while !trainer.is_finished() {
            let began = Instant::now();
            let epoch = trainer.history().len() + 1;
            let progress = Progress::new(format!("epoch {epoch}/{}", trainer.config().epochs));
            let outcome = pollster::block_on(trainer.run_epoch(&mut loader, |event| progress.show(event)));
            drop(progress);
            let outcome = match outcome {
                Err(error @ Error::Dataset(_)) => return Err(error).about(&self.dir),
                outcome => outcome?,
            };
            let ControlFlow::Continue(record) = outcome else { break };
            let seconds = began.elapsed().as_secs_f64();
            self.keep(trainer)?;
            say!(
                "[epoch {}] train_loss: {:.3}  val_loss: {:.3}  val_accuracy: {:.3}  ({seconds:.0} s)",
                record.epoch,
                record.train_loss,
                record.validation_loss,
                record.validation_accuracy,
            )?;
        }
        Ok(())
    }

    /// A new run, or the one that was stopped.
    fn trainer(&self, classes: Vec<String>, split: &Split) -> Result<Trainer, Failure> {
        if !self.resume {
            return self.begin(classes, split);
        }
        let written = self.out.join(SPLIT);
        if !written.exists() {
            return Err(Error::Checkpoint("there is no run in it to go on with".into())).about(&self.out);
        }
        // Photos that were validated with would be trained on.
        if files::read(&written)? != split_file(split).into_bytes() {
            let why = "the photos in the folder, --seed or --val are not those that the run began with; give the same \
                       again, or begin another run in another folder";
            return Err(Error::Checkpoint(why.into())).about(&self.out);
        }
        let checkpoint = self.out.join(CHECKPOINT);
        if !checkpoint.exists() {
            say!("No epoch was done yet: beginning anew")?;
            return self.begin(classes, split);
        }
        let trainer = self.go_on(&checkpoint, &classes)?;
        say!("Going on after epoch {}", trainer.history().len())?;
        Ok(trainer)
    }

    fn begin(&self, classes: Vec<String>, split: &Split) -> Result<Trainer, Failure> {
        let read = |path: &PathBuf| Ok::<_, Failure>((file_name(path), files::read_model(path).about(path)?));
        let start = self.start.as_ref().map(read).transpose()?;
        if let Some((name, weights)) = &start
            && weights.metadata().classes != classes
        {
            say!("{name} knows other classes: its last layer is drawn anew")?;
        }
        let start = start.as_ref().map(|(name, weights)| Start { name, weights });
        let trainer = Trainer::new(self.config(), classes, start, &device::training());
        files::write(&self.out.join(CLASS_INDICES), class_indices(trainer.classes()))?;
        files::write(&self.out.join(SPLIT), split_file(split))?;
        Ok(trainer)
    }

    fn go_on(&self, checkpoint: &Path, classes: &[String]) -> Result<Trainer, Failure> {
        let config = self.config();
        // The layers that a run on the head leaves as they are stand in what came of it so far.
        let model = self.out.join(MODEL);
        let frozen = match files::read_model(&model).about(&model) {
            Err(failure) if config.mode == Mode::Head => return Err(failure),
            read => read.ok(),
        };
        let resumed = Trainer::resume(&files::read(checkpoint)?, frozen.as_ref(), &device::training());
        let mut trainer = resumed.about(checkpoint)?;
        // Where the rate follows the run's length, another length would be another run.
        let epochs = if config.recipe == Recipe::Tutorial { config.epochs } else { trainer.config().epochs };
        let kept = TrainingConfig { epochs, ..trainer.config().clone() };
        let start = self.start.as_deref().map(file_name);
        if trainer.classes() != classes || trainer.start() != start.as_deref() || kept != config {
            return Err(Error::Checkpoint(format!(
                "it was made with {} and the classes {}; give the same again, or begin another run in another folder",
                options(&kept, trainer.start()),
                trainer.classes().join(", ")
            )))
            .about(checkpoint);
        }
        trainer.set_config(config);
        Ok(trainer)
    }

    fn config(&self) -> TrainingConfig {
        let mode = self.mode.unwrap_or(if self.start.is_some() { Mode::Full } else { Mode::Scratch });
        let usual = TrainingConfig::of(self.recipe, mode);
        TrainingConfig {
            epochs: self.epochs.unwrap_or(usual.epochs),
            batch_size: self.batch_size.unwrap_or(usual.batch_size),
            learning_rate: self.learning_rate.unwrap_or(usual.learning_rate),
            seed: self.seed,
            augment: !self.no_augmentation,
            ..usual
        }
    }

    /// Writes what the last epoch brought. The checkpoint comes last: with it the epoch counts as done.
    fn keep(&self, trainer: &Trainer) -> Result<(), Failure> {
        let history = trainer.history();
        if trainer.best_epoch().as_ref() == history.last() {
            let model = pollster::block_on(trainer.model_file())?;
            files::write(&self.out.join(MODEL), model.to_safetensors(Precision::F32)?)?;
        }
        files::write(&self.out.join(CURVE), plot::training_curve(history)?)?;
        let log: String = history.iter().map(|record| format!("{}\n", json!(record))).collect();
        files::write(&self.out.join(LOG), log)?;
        files::write(&self.out.join(CHECKPOINT), pollster::block_on(trainer.checkpoint())?)?;
        Ok(())
    }
}

/// A learning rate on the command line.
fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if TrainingConfig::is_rate(rate) => Ok(rate),
        Ok(_) => Err("must be a number above 0".into()),
        Err(error) => Err(format!("{error}")),
    }
}

/// The options that ask for this run.
fn options(config: &TrainingConfig, start: Option<&str>) -> String {
    let TrainingConfig { epochs, batch_size, learning_rate, seed, mode, recipe, augment } = config;
    let [mode, recipe] = [format!("{mode:?}"), format!("{recipe:?}")].map(|name| name.to_lowercase());
    let start = start.map(|name| format!(" --start {name}")).unwrap_or_default();
    let augmentation = if *augment { "" } else { " --no-augmentation" };
    format!(
        "--recipe {recipe} --mode {mode}{start} --epochs {epochs} --batch-size {batch_size} \
         --learning-rate {learning_rate} --seed {seed}{augmentation}"
    )
}

/// Which photos are trained on and which validated with, as JSON.
fn split_file(split: &Split) -> String {
    let paths = |samples: &[Sample]| samples.iter().map(|sample| json!(sample.path)).collect::<Vec<_>>();
    format!("{:#}\n", json!({ "train": paths(&split.train), "val": paths(&split.validation) }))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
