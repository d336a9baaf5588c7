//! Batches for the network from the set's photos, made ready by the decoders while the network computes.

use std::collections::VecDeque;

use futures::future::{LocalBoxFuture, join_all};
use web_time::{Duration, Instant};

use super::control::Control;
use super::set::PhotoSet;
use crate::dataset::Split;
use crate::error::Error;
use crate::loader::{Batch, DataLoader, Job, Pass, plan};
use crate::preprocess::{Pixels, Preprocessing};
use crate::run::TrainingConfig;
use crate::train::Trainer;

/// Batches that are made ready ahead of the one in use.
const PREFETCH: usize = 2;

/// Reads the photos of a run.
pub struct Feeder {
    set: PhotoSet,
    split: Split,
    config: TrainingConfig,
    preprocessing: Preprocessing,
    control: Control,
    planned: VecDeque<Vec<Job>>,
    ahead: VecDeque<Vec<(Job, Coming)>>,
    waited: Duration,
}

/// Pixels that are on their way.
type Coming = LocalBoxFuture<'static, Result<Pixels, String>>;

impl Feeder {
    /// Photos of `split`, whose paths are those of the set, for a run.
    pub fn new(set: PhotoSet, split: Split, trainer: &Trainer, control: Control) -> Self {
        Self {
            set,
            split,
            config: trainer.config().clone(),
            preprocessing: trainer.preprocessing(),
            control,
            planned: VecDeque::new(),
            ahead: VecDeque::new(),
            waited: Duration::ZERO,
        }
    }

    /// Time that the network has waited for photos so far.
    pub fn waited(&self) -> Duration {
        self.waited
    }

    fn prefetch(&mut self) {
        while self.ahead.len() <= PREFETCH
            && let Some(jobs) = self.planned.pop_front()
        {
            let coming = |job: Job| {
                let pixels: Coming = Box::pin(self.set.pixels(&job));
                (job, pixels)
            };
            self.ahead.push_back(jobs.into_iter().map(coming).collect());
        }
    }
}

impl DataLoader for Feeder {
    fn start(&mut self, pass: Pass) -> usize {
        self.planned = plan(&self.split, pass, &self.config, self.preprocessing).into();
        self.ahead.clear();
        let steps = self.planned.len();
        self.prefetch();
        steps
    }

    async fn next(&mut self) -> Option<Batch> {
        self.control.turn().await;
        if self.control.stops() {
            // Without photos the step is as good as not taken, and the run hears at its end that it is to stop.
            return Some(Batch::default());
        }
        self.prefetch();
        let (jobs, coming): (Vec<_>, Vec<_>) = self.ahead.pop_front()?.into_iter().unzip();
        let start = Instant::now();
        let pixels = join_all(coming).await;
        self.waited += start.elapsed();
        let mut batch = Batch::default();
        for (job, pixels) in jobs.iter().zip(pixels) {
            batch.push(job, pixels.map_err(Error::Unreadable));
        }
        Some(batch)
    }

    async fn breathe(&mut self) {
        self.control.turn().await;
    }
}
