//! The run under way, kept in the browser after each epoch, so that a closed tab or a lost GPU costs one epoch at most.

use rust_i18n::t;
use serde::{Deserialize, Serialize};

use super::super::storage::Storage;
use crate::run::{EpochRecord, Evaluation};
use crate::web::protocol::training::{TrainingOrder, UnfinishedRun};
use crate::weights::{ModelFile, Precision};

const ORDER: &str = "run-order.json";
/// The model that the run began with, where most of its layers stay as they are.
const FROZEN: &str = "run-frozen.safetensors";
const CHECKPOINT: &str = "run-checkpoint.safetensors";
const PROGRESS: &str = "run-progress.json";
/// Of the best epoch, whose number follows.
const BEST_WEIGHTS: &str = "run-best-weights-";
const BEST_EVALUATION: &str = "run-best-evaluation-";

/// The files of the one unfinished run.
#[derive(Clone)]
pub struct Unfinished(Storage);

/// The best epoch of a run so far.
pub struct BestEpoch {
    /// What it brought.
    pub record: EpochRecord,
    /// What was learned by then, see [`crate::train::Trainer::learned`].
    pub weights: Vec<u8>,
    /// What it made of the validation photos.
    pub evaluation: Evaluation,
}

#[derive(Serialize, Deserialize)]
struct Progress {
    history: Vec<EpochRecord>,
    saved: f64,
}

impl Unfinished {
    /// The run in this storage.
    pub fn new(storage: Storage) -> Self {
        Self(storage)
    }

    /// Makes room for a new run, whose order this is.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub async fn begin(&self, order: &TrainingOrder) -> Result<(), String> {
        self.discard().await?;
        self.0.put(ORDER, &to_json(order)?).await
    }

    /// Keeps what an epoch brought. The checkpoint replaces the former one whole or not at all, and is written after the
    /// best epoch and the layers that it counts on. Those that are `frozen` are written once.
    ///
    /// # Errors
    /// Cause and remedy, in words; the epoch kept before is still there.
    pub async fn keep(
        &self,
        checkpoint: &[u8],
        history: &[EpochRecord],
        best: &BestEpoch,
        frozen: Option<&ModelFile>,
    ) -> Result<(), String> {
        let epoch = best.record.epoch;
        let (weights_name, evaluation_name) = (best_weights(epoch), best_evaluation(epoch));
        let names = self.0.names().await?;
        if let Some(frozen) = frozen
            && !names.iter().any(|name| name == FROZEN)
        {
            let frozen = frozen.to_safetensors(Precision::F32).map_err(|error| error.to_string())?;
            self.0.put(FROZEN, &frozen).await?;
        }
        if !names.contains(&evaluation_name) {
            self.0.put(&weights_name, &best.weights).await?;
            self.0.put(&evaluation_name, &to_json(&best.evaluation)?).await?;
        }
        self.0.put(CHECKPOINT, checkpoint).await?;
        let progress = Progress { history: history.to_vec(), saved: js_sys::Date::now() };
        self.0.put(PROGRESS, &to_json(&progress)?).await?;
        let is_best = |name: &str| name.starts_with(BEST_WEIGHTS) || name.starts_with(BEST_EVALUATION);
        for name in names.iter().filter(|name| is_best(name) && **name != weights_name && **name != evaluation_name) {
            self.0.remove(name).await?;
        }
        Ok(())
    }

    /// What the page is told of it; none where there is no run with a finished epoch.
    pub async fn describe(&self) -> Option<UnfinishedRun> {
        let order = self.order().await.ok()?;
        let progress = self.0.get(PROGRESS).await.ok()??;
        let Progress { history, saved } = serde_json::from_slice(&progress).ok()?;
        Some(UnfinishedRun { order, history, saved })
    }

    /// The order of the run.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub async fn order(&self) -> Result<TrainingOrder, String> {
        let order = self.0.get(ORDER).await?.ok_or_else(gone)?;
        serde_json::from_slice(&order).map_err(damaged)
    }

    /// The checkpoint of the run.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub async fn checkpoint(&self) -> Result<Vec<u8>, String> {
        self.0.get(CHECKPOINT).await?.ok_or_else(gone)
    }

    /// The model that the run began with, where it is needed to go on.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub async fn frozen(&self) -> Result<Option<ModelFile>, String> {
        let file = self.0.get(FROZEN).await?;
        file.map(|file| ModelFile::from_safetensors(&file).map_err(damaged)).transpose()
    }

    /// What the best epoch of the run brought.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub async fn best(&self, record: EpochRecord) -> Result<BestEpoch, String> {
        let weights = self.0.get(&best_weights(record.epoch)).await?.ok_or_else(gone)?;
        let evaluation = self.0.get(&best_evaluation(record.epoch)).await?.ok_or_else(gone)?;
        Ok(BestEpoch { record, weights, evaluation: serde_json::from_slice(&evaluation).map_err(damaged)? })
    }

    /// Forgets the run.
    ///
    /// # Errors
    /// Cause and remedy, in words.
    pub async fn discard(&self) -> Result<(), String> {
        for name in self.0.names().await? {
            if name.starts_with("run-") {
                self.0.remove(&name).await?;
            }
        }
        Ok(())
    }
}

fn best_weights(epoch: usize) -> String {
    format!("{BEST_WEIGHTS}{epoch}.safetensors")
}

fn best_evaluation(epoch: usize) -> String {
    format!("{BEST_EVALUATION}{epoch}.json")
}

fn to_json(value: &impl Serialize) -> Result<Vec<u8>, String> {
    serde_json::to_vec(value).map_err(|error| error.to_string())
}

fn damaged(error: impl std::fmt::Display) -> String {
    t!("engine.run_damaged", reason = error).into()
}

fn gone() -> String {
    t!("engine.run_gone").into()
}
