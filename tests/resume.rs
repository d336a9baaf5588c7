//! A run that goes on from a checkpoint is the run that never stopped, in every mode and recipe.

use std::ops::ControlFlow;
use std::sync::Mutex;

use alexnet_browser::Error;
use alexnet_browser::dataset::{Sample, Split};
use alexnet_browser::device;
use alexnet_browser::input::to_tensor;
use alexnet_browser::loader::{Batch, DataLoader, Job, Pass, plan};
use alexnet_browser::preprocess::{Pixels, Preprocessing};
use alexnet_browser::run::{EpochRecord, Mode, Recipe, TrainingConfig};
use alexnet_browser::train::{Start, Trainer};
use alexnet_browser::weights::ModelFile;
use image::{Rgb, RgbImage};
use pollster::block_on;

mod common;

/// Photos made as they are asked for, in the colour of their class.
struct Painter {
    config: TrainingConfig,
    batches: std::vec::IntoIter<Vec<Job>>,
}

impl DataLoader for Painter {
    fn start(&mut self, pass: Pass) -> usize {
        let sample = |index: usize| Sample { path: index.to_string(), class: index % 2 };
        let split = Split { train: (0..7).map(sample).collect(), validation: (7..10).map(sample).collect() };
        self.batches = plan(&split, pass, &self.config, Preprocessing::Tutorial).into_iter();
        self.batches.len()
    }

    async fn next(&mut self) -> Option<Batch> {
        let mut batch = Batch::default();
        for job in self.batches.next()? {
            let number: u32 = job.sample.path.parse().unwrap();
            let red = 90 + 80 * job.sample.class as u8;
            let photo = RgbImage::from_fn(60 + number, 50, |x, y| Rgb([red, (x * 4) as u8, (y * 5) as u8]));
            batch.push(&job, Ok(job.framing.pixels(&photo)));
        }
        Some(batch)
    }
}

fn run(trainer: &mut Trainer, epochs: usize) -> Vec<EpochRecord> {
    let mut loader = Painter { config: trainer.config().clone(), batches: Vec::new().into_iter() };
    for _ in 0..epochs {
        let epoch = block_on(trainer.run_epoch(&mut loader, |_| ControlFlow::Continue(()))).unwrap();
        assert!(epoch.is_continue());
    }
    trainer.history().to_vec()
}

fn logits(file: &ModelFile) -> Vec<f32> {
    let photo = Pixels::from_bytes((0..224 * 224 * 3).map(|place| place as u8).collect()).unwrap();
    let device = device::cpu();
    let logits = file.to_model(&device).forward(to_tensor(&[photo], Preprocessing::Tutorial, &device));
    logits.into_data().try_to_vec().unwrap()
}

fn goes_on_as_if_it_had_not_stopped(mode: Mode, recipe: Recipe) {
    let start = ModelFile::from_safetensors(&common::formula_network()).unwrap();
    let classes = vec!["dark".to_owned(), "light".to_owned()];
    let config = TrainingConfig { epochs: 3, batch_size: 4, seed: 5, ..TrainingConfig::of(recipe, mode) };
    let weights = Start { name: "formula", weights: &start };
    let new = || Trainer::new(config.clone(), classes.clone(), Some(weights), &device::cpu());
    let whole = run(&mut new(), 3);

    let mut stopped = new();
    run(&mut stopped, 1);
    let checkpoint = block_on(stopped.checkpoint()).unwrap();
    let learned = block_on(stopped.learned()).unwrap();
    let model = block_on(stopped.model_file()).unwrap();
    let from = stopped.start().map(str::to_owned);
    drop(stopped);

    // A run on the head keeps what it learns apart from what it learns on.
    let frozen = (mode == Mode::Head).then_some(&start);
    let whole_model = start.with_head(&learned).unwrap();
    assert_eq!(whole_model.metadata(), model.metadata());
    assert_eq!(logits(&whole_model), logits(&model), "{mode:?}");
    assert_eq!(checkpoint.len() < model.parameters(), mode == Mode::Head);

    let mut resumed = Trainer::resume(&checkpoint, frozen, &device::cpu()).unwrap();
    assert_eq!(resumed.config(), &config);
    assert_eq!(resumed.start(), from.as_deref());
    assert_eq!(run(&mut resumed, 2), whole, "{mode:?} {recipe:?}");
}

/// One run after the other: the random numbers of a device are all of its runs'.
static DEVICE: Mutex<()> = Mutex::new(());

#[test]
fn a_resumed_run_is_the_run_that_never_stopped() {
    let _alone = DEVICE.lock();
    goes_on_as_if_it_had_not_stopped(Mode::Scratch, Recipe::Tutorial);
    goes_on_as_if_it_had_not_stopped(Mode::Scratch, Recipe::Best);
    goes_on_as_if_it_had_not_stopped(Mode::Head, Recipe::Tutorial);
    goes_on_as_if_it_had_not_stopped(Mode::Head, Recipe::Best);
    goes_on_as_if_it_had_not_stopped(Mode::Full, Recipe::Tutorial);
}

#[test]
fn a_run_whose_last_step_spoils_the_weights_ends_there() {
    let _alone = DEVICE.lock();
    let start = ModelFile::from_safetensors(&common::formula_network()).unwrap();
    // One step an epoch, so that its loss is that of the weights before it.
    let config =
        TrainingConfig { batch_size: 16, learning_rate: 3e38, ..TrainingConfig::of(Recipe::Tutorial, Mode::Head) };
    let classes = vec!["dark".to_owned(), "light".to_owned()];
    let weights = Start { name: "formula", weights: &start };
    let mut trainer = Trainer::new(config.clone(), classes, Some(weights), &device::cpu());
    let mut loader = Painter { config, batches: Vec::new().into_iter() };
    let epoch = block_on(trainer.run_epoch(&mut loader, |_| ControlFlow::Continue(())));
    assert!(matches!(epoch, Err(Error::Diverged)), "{epoch:?}");
    assert!(trainer.history().is_empty());
}
