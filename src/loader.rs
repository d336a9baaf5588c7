//! Which photos a pass over the data shows to the network, in which order and how cropped.
//!
//! A pass is planned here, from the seed alone; whoever has the files (threads on the command line, decoder workers in
//! the browser) carries the [`Job`]s out. The same seed therefore means the same batches everywhere.

use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use crate::dataset::{Sample, Split};
use crate::error::{Error, Result};
use crate::preprocess::{self, Pixels};

/// One way through the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// The training photos, shuffled and augmented anew each epoch.
    Training {
        /// Counts from 0.
        epoch: usize,
    },
    /// The validation photos, in order and whole.
    Validation,
}

/// One photo to read.
#[derive(Clone, Debug)]
pub struct Job {
    /// The photo and its class.
    pub sample: Sample,
    /// Seeds the random crop and flip; none means the whole photo.
    pub augmentation: Option<u64>,
}

/// Photos that go through the network together.
#[derive(Debug, Default)]
pub struct Batch {
    /// The images.
    pub images: Vec<Pixels>,
    /// Each image's class.
    pub targets: Vec<usize>,
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
}

/// The batches of a pass.
pub fn plan(split: &Split, pass: Pass, batch_size: usize, seed: u64) -> Vec<Vec<Job>> {
    let mut jobs: Vec<Job> = match pass {
        Pass::Validation => {
            split.validation.iter().map(|sample| Job { sample: sample.clone(), augmentation: None }).collect()
        }
        Pass::Training { epoch } => {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            // A stream of its own for each epoch, so that a resumed run meets the same batches.
            rng.set_stream(epoch as u64 + 1);
            let mut samples = split.train.clone();
            samples.shuffle(&mut rng);
            samples.into_iter().map(|sample| Job { sample, augmentation: Some(rng.next_u64()) }).collect()
        }
    };
    let mut batches = Vec::new();
    while !jobs.is_empty() {
        let rest = jobs.split_off(batch_size.max(1).min(jobs.len()));
        batches.push(std::mem::replace(&mut jobs, rest));
    }
    batches
}

impl Job {
    /// Turns the photo's bytes into the network's input.
    ///
    /// # Errors
    /// As [`preprocess::decode`].
    pub fn pixels(&self, encoded: &[u8]) -> Result<Pixels> {
        let photo = preprocess::decode(encoded)?;
        Ok(match self.augmentation {
            Some(seed) => preprocess::training_pixels(&photo, &mut ChaCha8Rng::seed_from_u64(seed)),
            None => preprocess::evaluation_pixels(&photo),
        })
    }
}

impl Batch {
    /// Adds a photo, or the reason why it is missing.
    pub fn push(&mut self, job: &Job, pixels: Result<Pixels>) {
        match pixels {
            Ok(pixels) => {
                self.images.push(pixels);
                self.targets.push(job.sample.class);
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

    fn paths(batches: &[Vec<Job>]) -> Vec<String> {
        batches.iter().flatten().map(|job| job.sample.path.clone()).collect()
    }

    #[test]
    fn an_epoch_shows_every_photo_once_in_an_order_of_its_own() {
        let split = split(70);
        let first = plan(&split, Pass::Training { epoch: 0 }, 32, 1);
        let second = plan(&split, Pass::Training { epoch: 1 }, 32, 1);
        assert_eq!(first.iter().map(Vec::len).collect::<Vec<_>>(), [32, 32, 6]);
        assert_eq!(paths(&first).into_iter().collect::<BTreeSet<_>>().len(), 70);
        assert_ne!(paths(&first), paths(&second));
        assert_ne!(first[0][0].augmentation, first[0][1].augmentation);
    }

    #[test]
    fn the_seed_decides() {
        let split = split(40);
        let pass = Pass::Training { epoch: 3 };
        assert_eq!(paths(&plan(&split, pass, 8, 7)), paths(&plan(&split, pass, 8, 7)));
        assert_ne!(paths(&plan(&split, pass, 8, 7)), paths(&plan(&split, pass, 8, 8)));
    }

    #[test]
    fn validation_is_in_order_and_not_augmented() {
        let batches = plan(&split(3), Pass::Validation, 2, 0);
        assert_eq!(paths(&batches), ["class/3.jpg", "class/4.jpg", "class/5.jpg", "class/6.jpg", "class/7.jpg"]);
        assert!(batches.iter().flatten().all(|job| job.augmentation.is_none()));
    }
}
