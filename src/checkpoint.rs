//! A training run as a file: weights, optimizer state, settings and history, one `.safetensors`. Where the last layer
//! alone learns, the others are not in it: they stay as they are in the model that the run began with.

use std::collections::HashMap;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use rust_i18n::t;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

use crate::adam::{Adam, Moments};
use crate::error::{Error, Result};
use crate::run::{EpochRecord, TrainingConfig};
use crate::train::Trainer;
use crate::weights::ModelFile;

/// What a checkpoint knows besides the numbers.
#[derive(Serialize, Deserialize)]
struct State {
    config: TrainingConfig,
    classes: Vec<String>,
    #[serde(default)]
    start: Option<String>,
    history: Vec<EpochRecord>,
    adam_steps: usize,
}

const WEIGHTS: &str = "weights";
const AVERAGE: &str = "average";
const STATE: &str = "state";

impl Trainer {
    /// The run as it stands between two epochs.
    ///
    /// # Errors
    /// [`Error::Device`] where the device gives no answer, [`Error::Checkpoint`] where the state cannot be written.
    pub async fn checkpoint(&self) -> Result<Vec<u8>> {
        let weights = self.learned_by(&self.model.valid()).await?;
        let mut tensors = vec![(WEIGHTS.to_owned(), Dtype::U8, weights)];
        if let Some(average) = &self.average {
            tensors.push((AVERAGE.to_owned(), Dtype::U8, self.learned_by(average).await?));
        }
        for (index, moments) in self.adam.moments.iter().enumerate() {
            if let Some(Moments { first, second }) = moments {
                tensors.push((moment_name("first", index), Dtype::F32, read(first).await?));
                tensors.push((moment_name("second", index), Dtype::F32, read(second).await?));
            }
        }
        let state = State {
            config: self.config.clone(),
            classes: self.classes.clone(),
            start: self.start.clone(),
            history: self.history.clone(),
            adam_steps: self.adam.steps,
        };
        let state = serde_json::to_string(&state).map_err(|error| Error::Checkpoint(error.to_string()))?;
        let views = tensors
            .iter()
            .map(|(name, dtype, bytes)| {
                TensorView::new(*dtype, vec![bytes.len() * 8 / dtype.bitsize()], bytes).map(|view| (name, view))
            })
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(|error| Error::Checkpoint(error.to_string()))?;
        safetensors::serialize(views, Some(HashMap::from([(STATE.to_owned(), state)])))
            .map_err(|error| Error::Checkpoint(error.to_string()))
    }

    /// The run of a checkpoint, ready for its next epoch. With [`Mode::Head`](crate::run::Mode::Head) it takes the model
    /// that the run began with, or any that came of it, for the layers that stay as they are.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] where the bytes are no checkpoint, [`Error::MissingTensor`] where that model is needed.
    pub fn resume(bytes: &[u8], frozen: Option<&ModelFile>, device: &Device) -> Result<Self> {
        let damaged =
            |error: &dyn std::fmt::Display| Error::Checkpoint(t!("weights.damaged_checkpoint", reason = error).into());
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| damaged(&error))?;
        let state = header.metadata().as_ref().and_then(|header| header.get(STATE));
        let state = state.ok_or_else(|| damaged(&t!("weights.no_run")))?;
        let state: State = serde_json::from_str(state).map_err(|error| damaged(&error))?;
        let tensors = SafeTensors::deserialize(bytes).map_err(|error| damaged(&error))?;
        let file = |name| {
            let file = tensors.tensor(name).map_err(|error| damaged(&error))?;
            match frozen {
                Some(frozen) => frozen.with_head(file.data()),
                None => ModelFile::from_safetensors(file.data()),
            }
        };
        let weights = file(WEIGHTS)?;

        let device = device.clone().autodiff();
        let plain = device.clone().inner();
        let moment = |kind, index| {
            let values = tensors.tensor(&moment_name(kind, index)).ok()?;
            let values: Vec<f32> = values.data().as_chunks().0.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect();
            let length = values.len();
            Some(Tensor::from_data(TensorData::new(values, [length]), &plain))
        };
        let moments = (0..weights.tensors())
            .map(|index| Some(Moments { first: moment("first", index)?, second: moment("second", index)? }))
            .collect();
        let model = weights.to_model(&device).train();
        let mut trainer = Self::assemble(state.config, state.classes, device, model);
        trainer.preprocessing = weights.metadata().preprocessing;
        if trainer.average.is_some() {
            trainer.average = Some(file(AVERAGE)?.to_model(&plain));
        }
        trainer.start = state.start;
        trainer.history = state.history;
        trainer.adam = Adam { steps: state.adam_steps, moments };
        Ok(trainer)
    }
}

fn moment_name(kind: &str, index: usize) -> String {
    format!("adam.{kind}.{index}")
}

async fn read(tensor: &Tensor<1>) -> Result<Vec<u8>> {
    let data = tensor.to_data_async().await.map_err(|error| Error::Device(error.to_string()))?;
    Ok(data.as_bytes().to_vec())
}
