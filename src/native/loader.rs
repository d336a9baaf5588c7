//! Photos from files, one by one and in batches, which are decoded ahead on a thread of their own.

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use rayon::prelude::*;

use crate::dataset::Split;
use crate::error::{Error, Result};
use crate::loader::{Batch, DataLoader, Job, Pass, plan};
use crate::native::files;
use crate::preprocess::{Framing, Pixels, Preprocessing};
use crate::run::TrainingConfig;

/// Batches decoded ahead of the one that is in use.
const PREFETCH: usize = 2;

/// Reads the photos of a split below a folder.
#[derive(Debug)]
pub struct FileLoader {
    folder: PathBuf,
    split: Split,
    config: TrainingConfig,
    preprocessing: Preprocessing,
    batches: Option<Receiver<Batch>>,
}

impl FileLoader {
    /// Photos of `split`, whose paths are relative to `folder`, for a network of this preprocessing.
    pub fn new(folder: &Path, split: Split, config: &TrainingConfig, preprocessing: Preprocessing) -> Self {
        Self { folder: folder.to_owned(), split, config: config.clone(), preprocessing, batches: None }
    }
}

impl DataLoader for FileLoader {
    fn start(&mut self, pass: Pass) -> usize {
        let plan = plan(&self.split, pass, &self.config, self.preprocessing);
        let steps = plan.len();
        let (sender, receiver) = sync_channel(PREFETCH);
        let folder = self.folder.clone();
        thread::spawn(move || {
            for jobs in plan {
                // The receiver is gone once another pass has begun.
                if sender.send(read_batch(&folder, &jobs)).is_err() {
                    break;
                }
            }
        });
        self.batches = Some(receiver);
        steps
    }

    async fn next(&mut self) -> Option<Batch> {
        self.batches.as_ref()?.recv().ok()
    }
}

fn read_batch(folder: &Path, jobs: &[Job]) -> Batch {
    let read = |job: &Job| read_photo(&folder.join(&job.sample.path), job.framing);
    let pixels: Vec<_> = jobs.par_iter().map(read).collect();
    let mut batch = Batch::default();
    for (job, pixels) in jobs.iter().zip(pixels) {
        batch.push(job, pixels);
    }
    batch
}

/// What a network sees of a photo. A decoder that panics over it spoils nothing else.
///
/// # Errors
/// [`Error::Io`], and as [`Framing::decode`].
pub fn read_photo(path: &Path, framing: Framing) -> Result<Pixels> {
    let encoded = files::read(path)?;
    catch_unwind(|| Ok(framing.pixels(&framing.decode(&encoded)?)))
        .unwrap_or_else(|_| Err(Error::DamagedPhoto("the decoder cannot cope with it".into())))
}
