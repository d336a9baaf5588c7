//! Why the network answers as it does: what decided a class, and what each layer makes of a photo.
//!
//! Two ways to ask what decided, which check each other: [`grad_cam()`] goes backwards through the network once,
//! [`occlusion()`] covers one part of the photo after the other and looks how the answer changes. [`activations()`] are
//! what the layers hand on, [`filters()`] what the first of them looks for.
//!
//! All take a model and an image on a plain device (one without autodiff) and read asynchronously, so that they run in
//! the browser as well.

mod activations;
mod filters;
mod grad_cam;
mod heat_map;
mod occlusion;

use burn::tensor::Tensor;
use rust_i18n::t;

pub use self::activations::{LayerOutput, activations};
pub use self::filters::filters;
pub use self::grad_cam::{GradCam, grad_cam};
pub use self::heat_map::HeatMap;
pub use self::occlusion::{Occlusion, occlusion};
use crate::error::{Error, Result};

/// The values of a tensor, which must be finite.
async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let no_answer = |error: &dyn std::fmt::Display| Error::Device(error.to_string());
    let data = tensor.into_data_async().await.map_err(|error| no_answer(&error))?;
    let values = data.try_into_vec::<f32>().map_err(|error| no_answer(&error))?;
    match values.iter().all(|value| value.is_finite()) {
        true => Ok(values),
        false => Err(Error::Device(t!("gpu.no_number").into())),
    }
}

/// Refuses a class that the network does not have.
fn check_class(class: usize, classes: usize) -> Result<()> {
    match class < classes {
        true => Ok(()),
        false => Err(Error::Classes(t!("weights.no_such_class", class = class, last = classes - 1).into())),
    }
}
