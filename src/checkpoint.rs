//! A training run as a file: weights, optimizer state, settings and history, one `.safetensors`.

use std::collections::HashMap;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

use crate::adam::{Adam, Moments};
use crate::error::{Error, Result};
use crate::run::{EpochRecord, TrainingConfig};
use crate::train::Trainer;
use crate::weights::{ModelFile, Precision};

/// What a checkpoint knows besides the numbers.
#[derive(Serialize, Deserialize)]
struct State {
    config: TrainingConfig,
    classes: Vec<String>,
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
        let weights = self.file_of(&self.model.valid()).await?.to_safetensors(Precision::F32)?;
        let mut tensors = vec![(WEIGHTS.to_owned(), Dtype::U8, weights)];
        if let Some(average) = &self.average {
            let average = self.file_of(average).await?.to_safetensors(Precision::F32)?;
            tensors.push((AVERAGE.to_owned(), Dtype::U8, average));
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

    /// The run of a checkpoint, ready for its next epoch.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] where the bytes are no checkpoint.
    pub fn resume(bytes: &[u8], device: &Device) -> Result<Self> {
        let damaged = |error: &dyn std::fmt::Display| Error::Checkpoint(format!("the file is damaged: {error}"));
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| damaged(&error))?;
        let state = header.metadata().as_ref().and_then(|header| header.get(STATE));
        let state = state.ok_or_else(|| damaged(&"it says nothing of a training run"))?;
        let state: State = serde_json::from_str(state).map_err(|error| damaged(&error))?;
        let tensors = SafeTensors::deserialize(bytes).map_err(|error| damaged(&error))?;
        let weights = tensors.tensor(WEIGHTS).map_err(|error| damaged(&error))?;
        let weights = ModelFile::from_safetensors(weights.data())?;

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
        if trainer.average.is_some() {
            let average = tensors.tensor(AVERAGE).map_err(|error| damaged(&error))?;
            trainer.average = Some(ModelFile::from_safetensors(average.data())?.to_model(&plain));
        }
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
