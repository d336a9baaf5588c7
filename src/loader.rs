//! Which photos a pass over the data shows to the network, in which order and how cropped.
//!
//! A pass is planned here, from the seed alone; whoever has the files (threads on the command line, decoder workers in
//! the browser) carries the [`Job`]s out. The same seed therefore means the same batches everywhere.

use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use crate::dataset::{Sample, Split};
use crate::error::{Error, Result};
use crate::preprocess::{Augmentation, Framing, Pixels, Preprocessing};
use crate::run::{Ingredients, TrainingConfig};

/// One way through the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// The training photos, shuffled and augmented anew each epoch.
    Training {
        /// Counts from 0.
        epoch: usize,
    },
    /// The training photos, in order and as they are.
    Features,
    /// The validation photos, in order and as they are.
    Validation,
}

/// One photo to read.
#[derive(Clone, Debug)]
pub struct Job {
    /// The photo and its class.
    pub sample: Sample,
    /// What is shown of it.
    pub framing: Framing,
}

/// Photos that go through the network together.
#[derive(Debug, Default)]
pub struct Batch {
    /// The images.
    pub images: Vec<Pixels>,
    /// Each image's photo and class.
    pub samples: Vec<Sample>,
    /// Photos that could not be read and are therefore missing from the batch, by path.
    pub unreadable: Vec<(String, Error)>,
}

/// Gives the batches of a pass, one after the other.
#[allow(async_fn_in_trait)] // awaited in place, on one thread
pub trait DataLoader {
    /// Begins a pass, whatever was under way, and tells how many batches it has.
    fn start(&mut self, pass: Pass) -> usize;

    /// The next batch, or none at the end of the pass.
    async fn next(&mut self) -> Option<Batch>;

    /// Called at each step for which no batch is asked: the place to let others have a turn.
    async fn breathe(&mut self) {}
}

/// The batches of a pass, for a network of this preprocessing.
pub fn plan(split: &Split, pass: Pass, config: &TrainingConfig, preprocessing: Preprocessing) -> Vec<Vec<Job>> {
    let framing = Framing::Evaluation(preprocessing);
    let plain = |samples: &[Sample]| -> Vec<Job> {
        samples.iter().map(|sample| Job { sample: sample.clone(), framing }).collect()
    };
    let mut jobs = match pass {
        Pass::Validation => plain(&split.validation),
        Pass::Features => plain(&split.train),
        Pass::Training { epoch } => {
            let mut rng = epoch_rng(config.seed, epoch);
            let mut jobs = plain(&split.train);
            jobs.shuffle(&mut rng);
            if config.augment {
                let Ingredients { least_area, jitter, .. } = config.recipe.ingredients();
                for job in &mut jobs {
                    job.framing = Framing::Training(Augmentation { seed: rng.next_u32(), least_area, jitter });
                }
            }
            jobs
        }
    };
    let mut batches = Vec::new();
    while !jobs.is_empty() {
        let rest = jobs.split_off(config.batch_size.max(1).min(jobs.len()));
        batches.push(std::mem::replace(&mut jobs, rest));
    }
    batches
}

/// The random numbers that decide an epoch's order; a stream of its own for each epoch, so that a resumed run meets the
/// same batches.
pub(crate) fn epoch_rng(seed: u64, epoch: usize) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(epoch as u64 + 1);
    rng
}

impl Job {
    /// Turns the photo's bytes into the network's input.
    ///
    /// # Errors
    /// As [`Framing::decode`].
    pub fn pixels(&self, encoded: &[u8]) -> Result<Pixels> {
        Ok(self.framing.pixels(&self.framing.decode(encoded)?))
    }
}

impl Batch {
    /// Adds a photo, or the reason why it is missing.
    pub fn push(&mut self, job: &Job, pixels: Result<Pixels>) {
        match pixels {
            Ok(pixels) => {
                self.images.push(pixels);
                self.samples.push(job.sample.clone());
            }
            Err(error) => self.unreadable.push((job.sample.path.clone(), error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn split(train: usize) -> Split {
        let sample = |index: usize| Sample { path: format!("class/{index}.jpg"), class: index % 2 };
        Split { train: (0..train).map(sample).collect(), validation: (train..train + 5).map(sample).collect() }
    }

    fn config(batch_size: usize, seed: u64) -> TrainingConfig {
        TrainingConfig { batch_size, seed, ..TrainingConfig::default() }
    }

    fn planned(split: &Split, pass: Pass, config: &TrainingConfig) -> Vec<Vec<Job>> {
        plan(split, pass, config, Preprocessing::default())
    }

    fn paths(batches: &[Vec<Job>]) -> Vec<String> {
        batches.iter().flatten().map(|job| job.sample.path.clone()).collect()
    }

    #[test]
    fn an_epoch_shows_every_photo_once_in_an_order_of_its_own() {
        let split = split(70);
        let first = planned(&split, Pass::Training { epoch: 0 }, &config(32, 1));
        let second = planned(&split, Pass::Training { epoch: 1 }, &config(32, 1));
        assert_eq!(first.iter().map(Vec::len).collect::<Vec<_>>(), [32, 32, 6]);
        assert_eq!(paths(&first).into_iter().collect::<BTreeSet<_>>().len(), 70);
        assert_ne!(paths(&first), paths(&second));
        assert_ne!(first[0][0].framing, first[0][1].framing);
    }

    #[test]
    fn the_seed_decides() {
        let split = split(40);
        let pass = Pass::Training { epoch: 3 };
        assert_eq!(paths(&planned(&split, pass, &config(8, 7))), paths(&planned(&split, pass, &config(8, 7))));
        assert_ne!(paths(&planned(&split, pass, &config(8, 7))), paths(&planned(&split, pass, &config(8, 8))));
    }

    #[test]
    fn validation_is_in_order_and_not_augmented() {
        let batches = planned(&split(3), Pass::Validation, &config(2, 0));
        assert_eq!(paths(&batches), ["class/3.jpg", "class/4.jpg", "class/5.jpg", "class/6.jpg", "class/7.jpg"]);
        assert!(batches.iter().flatten().all(|job| job.framing == Framing::Evaluation(Preprocessing::default())));
    }
}
