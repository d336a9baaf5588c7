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

use rust_i18n::t;

pub use self::activations::{LayerOutput, activations};
pub use self::filters::filters;
pub use self::grad_cam::{GradCam, grad_cam};
pub use self::heat_map::HeatMap;
pub use self::occlusion::{Occlusion, occlusion};
use crate::error::{Error, Result};

/// Refuses a class that the network does not have.
fn check_class(class: usize, classes: usize) -> Result<()> {
    match class < classes {
        true => Ok(()),
        false => Err(Error::Classes(t!("weights.no_such_class", class = class, last = classes - 1).into())),
    }
}
