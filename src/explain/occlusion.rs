//! Occlusion: how the answer changes when a part of the photo is covered.

use std::ops::ControlFlow;

use burn::tensor::activation::softmax;
use burn::tensor::{Tensor, TensorData};

use super::{HeatMap, check_class};
use crate::alexnet::AlexNet;
use crate::device::read_finite;
use crate::error::Result;
use crate::preprocess::IMAGE_SIZE;

/// The side of the square that covers, in pixels.
const SQUARE: usize = 56;
/// How far the square goes at a time, in pixels.
const STRIDE: usize = 28;
/// Positions of the square in a row, and rows of them.
const POSITIONS: usize = (IMAGE_SIZE - SQUARE) / STRIDE + 1;
/// Covered images that go through the network together.
const BATCH_SIZE: usize = 10;

/// What decided a class, by covering one part of the image after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Occlusion {
    /// The class that was asked about.
    pub class: usize,
    /// Its probability where nothing is covered.
    pub probability: f32,
    /// How much the probability falls for each position of the square, row by row; below 0 where what it covers speaks
    /// against the class.
    pub drops: Vec<f32>,
    /// The drops, 7 x 7.
    pub heat_map: HeatMap,
}

/// Slides a grey square of 56 x 56 pixels over the image, 28 at a time, and takes down how much the probability of `class`
/// falls. Grey is the mean that preprocessing takes off, so the network sees 0.
///
/// `pause` comes between two batches of covered images; where it says [`ControlFlow::Break`], there is no answer.
///
/// After M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks" (2014).
///
/// # Shapes
/// - image: `[1, 3, 224, 224]`, normalised
///
/// # Errors
/// [`Error::Classes`](crate::Error::Classes) where there is no such class, [`Error::Device`](crate::Error::Device) where
/// the device gives no answer or one that is not finite.
pub async fn occlusion(
    model: &AlexNet,
    image: Tensor<4>,
    class: usize,
    mut pause: impl AsyncFnMut() -> ControlFlow<()>,
) -> Result<ControlFlow<(), Occlusion>> {
    let logits = model.forward(image.clone());
    check_class(class, logits.dims()[1])?;
    let probability = probabilities(logits, class).await?[0];
    let positions: Vec<[usize; 2]> =
        (0..POSITIONS).flat_map(|row| (0..POSITIONS).map(move |column| [row * STRIDE, column * STRIDE])).collect();
    let mut drops = Vec::with_capacity(positions.len());
    for batch in positions.chunks(BATCH_SIZE) {
        if pause().await.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        let windows: Vec<f32> = batch.iter().flat_map(|corner| window(*corner)).collect();
        let windows = TensorData::new(windows, [batch.len(), 1, IMAGE_SIZE, IMAGE_SIZE]);
        let covered = image.clone() * Tensor::from_data(windows, &image.device());
        let left = probabilities(model.forward(covered), class).await?;
        drops.extend(left.iter().map(|left| probability - left));
    }
    let heat_map = HeatMap::new(&drops, SQUARE as f32 / 2.0, STRIDE as f32);
    Ok(ControlFlow::Continue(Occlusion { class, probability, drops, heat_map }))
}

/// The probability of one class for each image of a batch.
async fn probabilities(logits: Tensor<2>, class: usize) -> Result<Vec<f32>> {
    read_finite(softmax(logits, 1).narrow(1, class, 1)).await
}

/// 224 x 224 values: 0 in the square with this upper left corner, 1 outside.
fn window([top, left]: [usize; 2]) -> impl Iterator<Item = f32> {
    let covered =
        move |row: usize, column: usize| (top..top + SQUARE).contains(&row) && (left..left + SQUARE).contains(&column);
    (0..IMAGE_SIZE).flat_map(move |row| (0..IMAGE_SIZE).map(move |column| if covered(row, column) { 0.0 } else { 1.0 }))
}
