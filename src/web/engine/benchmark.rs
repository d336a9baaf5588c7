//! Carries out a benchmark's orders. Pictures and features are made before the time that counts, and once.

use std::collections::HashMap;

use burn::tensor::{Device, Tensor, TensorData};
use web_time::Instant;

use super::model::Model;
use super::stopwatch::Stopwatch;
use crate::device::read;
use crate::error::Result;
use crate::formula;
use crate::preprocess::IMAGE_SIZE;
use crate::run::{Mode, TrainingConfig};
use crate::train::{Start, Trainer};
use crate::web::protocol::benchmark::{Measured, Order};

/// What is kept from one order to the next.
#[derive(Default)]
pub struct Benchmark {
    pictures: HashMap<usize, Vec<f32>>,
    features: HashMap<usize, Tensor<2>>,
    full: Option<Trainer>,
    head: Option<Trainer>,
}

impl Benchmark {
    /// Carries out an order with the model in use, on its device.
    pub async fn measure(&mut self, order: Order, model: &Model) -> Measured {
        let measured = match order {
            Order::Logits => self.logits(model, 1).await.map(|(logits, _)| Measured::Logits(logits)),
            Order::Inference(count) => self.logits(model, count).await.map(|(_, time)| Measured::Milliseconds(time)),
            Order::FullStep(count) => self.full_step(model, count).await.map(Measured::Milliseconds),
            Order::HeadStep(count) => self.head_step(model, count).await.map(Measured::Milliseconds),
            Order::Parts(count) => self.parts(model, count).await.map(Measured::Parts),
        };
        measured.unwrap_or_else(|error| Measured::Error(error.to_string()))
    }

    async fn logits(&mut self, model: &Model, count: usize) -> Result<(Vec<f32>, f64)> {
        let values = self.pictures(count);
        let start = Instant::now();
        let pictures = to_tensor(values, count, &model.burn_device());
        let logits = model.guard(read(model.network().forward(pictures))).await?;
        Ok((logits, milliseconds(start)))
    }

    async fn full_step(&mut self, model: &Model, count: usize) -> Result<f64> {
        let values = self.pictures(count);
        let trainer = self.full.get_or_insert_with(|| trainer(model, Mode::Full));
        let start = Instant::now();
        let pictures = to_tensor(values, count, &model.burn_device().autodiff());
        model.guard(trainer.learn(pictures, &labels(model, count))).await?;
        Ok(milliseconds(start))
    }

    async fn head_step(&mut self, model: &Model, count: usize) -> Result<f64> {
        let features = match self.features.get(&count) {
            Some(features) => features.clone(),
            None => {
                let pictures = to_tensor(self.pictures(count), count, &model.burn_device());
                let features = model.network().features(pictures);
                // A GPU that is still at it would make the first step look long.
                model.guard(read(features.clone())).await?;
                self.features.insert(count, features.clone());
                features
            }
        };
        let trainer = self.head.get_or_insert_with(|| trainer(model, Mode::Head));
        let start = Instant::now();
        model.guard(trainer.learn_head(features, &labels(model, count))).await?;
        Ok(milliseconds(start))
    }

    async fn parts(&mut self, model: &Model, count: usize) -> Result<Vec<(String, f64)>> {
        // What happens but once, such as the making of shaders, is not to count.
        self.logits(model, count).await?;
        self.full_step(model, count).await?;
        let values = self.pictures(count);
        let pictures = |device: &Device| to_tensor(values.clone(), count, device);

        let input = pictures(&model.burn_device());
        let mut watch = Stopwatch::start(model.burn_device());
        let logits = model.network().forward_observed(input, |layer, _| watch.lap(layer));
        watch.lap("classifier");
        model.guard(read(logits)).await?;
        let mut parts = watch.laps().await;

        let trainer = self.full.get_or_insert_with(|| trainer(model, Mode::Full));
        let input = pictures(&model.burn_device().autodiff());
        let mut watch = Stopwatch::start(model.burn_device());
        model.guard(trainer.learn_observed(input, &labels(model, count), |part| watch.lap(part))).await?;
        parts.extend(watch.laps().await);
        Ok(parts)
    }

    fn pictures(&mut self, count: usize) -> Vec<f32> {
        self.pictures.entry(count).or_insert_with(|| formula::pictures(0..count)).clone()
    }
}

fn to_tensor(values: Vec<f32>, count: usize, device: &Device) -> Tensor<4> {
    Tensor::from_data(TensorData::new(values, [count, 3, IMAGE_SIZE, IMAGE_SIZE]), device)
}

fn trainer(model: &Model, mode: Mode) -> Trainer {
    let file = model.file();
    let config = TrainingConfig { mode, ..TrainingConfig::default() };
    let start = Start { name: "benchmark", weights: &file };
    Trainer::new(config, file.metadata().classes.clone(), Some(start), &model.burn_device())
}

fn labels(model: &Model, count: usize) -> Vec<usize> {
    let classes = model.file().metadata().classes.len();
    (0..count).map(|index| index % classes).collect()
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}
