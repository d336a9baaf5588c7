//! What the head, the last layer, is trained on alone: the features that the rest of the network makes of each photo,
//! computed once.

use std::ops::ControlFlow;

use burn::tensor::{Device, Tensor, TensorData};
use rust_i18n::t;

use crate::alexnet::AlexNet;
use crate::dataset::Sample;
use crate::device::read;
use crate::error::{Error, Result};
use crate::input;
use crate::loader::{DataLoader, Pass};
use crate::preprocess::Preprocessing;
use crate::train::{TrainEvent, report_unreadable};

/// The features of the training and the validation photos.
#[derive(Debug)]
pub(crate) struct Features {
    pub train: Labelled,
    pub validation: Labelled,
}

/// The features of some photos.
#[derive(Debug)]
pub(crate) struct Labelled {
    /// Those of one photo after the other.
    features: Vec<f32>,
    /// How many a photo has.
    units: usize,
    device: Device,
    pub samples: Vec<Sample>,
}

impl Features {
    /// Shows every photo to the network once; [`ControlFlow::Break`] where `on_event` asked to stop.
    pub async fn compute(
        model: &AlexNet,
        preprocessing: Preprocessing,
        device: &Device,
        loader: &mut impl DataLoader,
        on_event: &mut impl FnMut(TrainEvent) -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Self>> {
        let train = Labelled::compute(model, preprocessing, device, loader, Pass::Features, on_event).await?;
        let ControlFlow::Continue(train) = train else { return Ok(ControlFlow::Break(())) };
        if train.samples.is_empty() {
            return Err(Error::Dataset(t!("dataset.none_readable").into()));
        }
        let validation = Labelled::compute(model, preprocessing, device, loader, Pass::Validation, on_event).await?;
        let ControlFlow::Continue(validation) = validation else { return Ok(ControlFlow::Break(())) };
        Ok(ControlFlow::Continue(Self { train, validation }))
    }
}

impl Labelled {
    async fn compute(
        model: &AlexNet,
        preprocessing: Preprocessing,
        device: &Device,
        loader: &mut impl DataLoader,
        pass: Pass,
        on_event: &mut impl FnMut(TrainEvent) -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Self>> {
        let (mut features, mut samples) = (Vec::new(), Vec::new());
        let steps = loader.start(pass);
        for step in 1..=steps {
            let Some(batch) = loader.next().await else { break };
            report_unreadable(&batch, on_event);
            if !batch.images.is_empty() {
                let found = model.features(input::to_tensor(&batch.images, preprocessing, device));
                features.extend(read(found).await?);
                samples.extend(batch.samples);
            }
            if on_event(TrainEvent::Features { step, steps }).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        let units = model.config().width.hidden();
        Ok(ControlFlow::Continue(Self { features, units, device: device.clone(), samples }))
    }

    /// The features of the photos with these indices, `[indices, hidden units]`, on the plain device.
    pub fn select(&self, indices: &[usize]) -> Tensor<2> {
        let rows = indices.iter().flat_map(|&index| &self.features[index * self.units..][..self.units]);
        Tensor::from_data(TensorData::new(rows.copied().collect(), [indices.len(), self.units]), &self.device)
    }
}
