//! Grad-CAM: where the last convolution saw what speaks for a class.

use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use rust_i18n::t;

use super::{HeatMap, check_class};
use crate::alexnet::{AlexNet, LAST_CONVOLUTION};
use crate::device::read_finite;
use crate::error::{Error, Result};

/// Where the middle of the first value's view lies, from the left and from the top, and how far apart those middles are,
/// in pixels of the image: what conv1 and the two max pools before the last convolution make of it.
const FIRST_PIXEL: f32 = 15.5;
const PIXELS_APART: f32 = 16.0;

/// What decided a class, by the gradients of one pass back.
#[derive(Clone, Debug, PartialEq)]
pub struct GradCam {
    /// The class that was asked about.
    pub class: usize,
    /// The logits of the image.
    pub logits: Vec<f32>,
    /// 13 x 13, as many values as the last convolution's maps have. Its maximum is in logits per value of a map, and
    /// thus only good to compare classes of one image.
    pub heat_map: HeatMap,
}

/// Weighs each of the last convolution's maps (after its ReLU) by how much the logit of `class` grows with it, in the mean
/// over the map, and adds them up; what is below 0 speaks for other classes and becomes 0.
///
/// After R. R. Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization" (2017).
///
/// # Shapes
/// - image: `[1, 3, 224, 224]`, normalised
///
/// # Errors
/// [`Error::Classes`] where there is no such class, [`Error::Device`] where the device gives no answer or one that is not
/// finite.
pub async fn grad_cam(model: &AlexNet, image: Tensor<4>, class: usize) -> Result<GradCam> {
    let maps = last_maps(model, image).autodiff().require_grad();
    // Dropout would be active, as the maps are on a device for training now.
    let [.., logits] = model.clone().without_dropout().classify_maps(maps.clone());
    check_class(class, logits.dims()[1])?;
    let gradients = logits.clone().narrow(1, class, 1).backward();
    let gradient = maps.grad(&gradients).ok_or_else(|| Error::Device(t!("gpu.no_gradient").into()))?;
    let weights = gradient.mean_dim(2).mean_dim(3);
    let evidence = relu((maps.inner() * weights).sum_dim(1));
    Ok(GradCam {
        class,
        logits: read_finite(logits.inner()).await?,
        heat_map: HeatMap::new(&read_finite(evidence).await?, FIRST_PIXEL, PIXELS_APART),
    })
}

/// What the last convolution makes of the image, after its ReLU: `[1, 128 or 256, 13, 13]`.
fn last_maps(model: &AlexNet, image: Tensor<4>) -> Tensor<4> {
    let mut maps = None;
    model.forward_observed(image, |name, output| {
        if name == LAST_CONVOLUTION {
            maps = Some(output.clone());
        }
    });
    maps.expect("the last convolution is shown")
}
