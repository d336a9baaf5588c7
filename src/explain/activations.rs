//! What each layer makes of an image.

use burn::tensor::Tensor;
use image::GrayImage;

use crate::alexnet::{AlexNet, LAST_CONVOLUTION, Layer};
use crate::device::read_finite;
use crate::error::Result;
use crate::predict::top_k;

/// What one layer hands on to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerOutput {
    /// The layer's row in the table, with the shape of what comes out.
    pub layer: Layer,
    /// A picture of each channel, scaled for itself: black is 0, white the channel's largest value. So a faint channel
    /// looks as bright as a strong one; see `strengths`.
    ///
    /// A fully connected layer is one picture, a row with a pixel for each unit, scaled as a whole; black is the least
    /// logit in the last of them, which has no ReLU.
    pub maps: Vec<GrayImage>,
    /// The mean of each channel, or the value of each unit.
    pub strengths: Vec<f32>,
}

impl LayerOutput {
    /// The `k` strongest channels or units with their strengths, strongest first.
    pub fn strongest(&self, k: usize) -> Vec<(usize, f32)> {
        top_k(&self.strengths, k)
    }

    fn new(layer: Layer, values: &[f32]) -> Self {
        let (channels, map) = match layer.output[..] {
            [channels, height, width] => (channels, [height, width]),
            _ => (1, [1, values.len()]),
        };
        let planes = values.chunks(values.len() / channels);
        let strengths = match channels {
            1 => values.to_vec(),
            _ => planes.clone().map(|plane| plane.iter().sum::<f32>() / plane.len() as f32).collect(),
        };
        Self { layer, maps: planes.map(|plane| picture(plane, map)).collect(), strengths }
    }
}

/// What every row of the layer table gives for this image.
///
/// # Shapes
/// - image: `[1, 3, 224, 224]`, normalised
///
/// # Errors
/// [`Error::Device`](crate::Error::Device) where the device gives no answer or one that is not finite.
pub async fn activations(model: &AlexNet, image: Tensor<4>) -> Result<Vec<LayerOutput>> {
    let mut outputs = Vec::new();
    let mut last_maps = None;
    model.forward_observed(image, |name, output| {
        if name == LAST_CONVOLUTION {
            last_maps = Some(output.clone());
        }
        outputs.push(output.clone().flatten::<1>(0, 3));
    });
    let classified = model.classify_maps(last_maps.expect("the last convolution is shown"));
    outputs.extend(classified.map(|output| output.flatten::<1>(0, 1)));

    let layers = model.config().layers();
    let mut read_outputs = Vec::with_capacity(layers.len());
    for (layer, output) in layers.into_iter().zip(outputs) {
        read_outputs.push(LayerOutput::new(layer, &read_finite(output).await?));
    }
    Ok(read_outputs)
}

/// Values as shades of grey: black is 0, or the least value where that is less, white the largest.
fn picture(values: &[f32], [height, width]: [usize; 2]) -> GrayImage {
    let least = values.iter().copied().fold(0.0, f32::min);
    let range = values.iter().copied().fold(f32::MIN_POSITIVE, |range, value| range.max(value - least));
    let shades = values.iter().map(|value| ((value - least) / range * 255.0).round() as u8).collect();
    GrayImage::from_raw(width as u32, height as u32, shades).expect("a shade for each pixel")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alexnet::AlexNetConfig;

    fn layer(output: Vec<usize>) -> Layer {
        Layer { output, ..AlexNetConfig::new(2).layers().remove(0) }
    }

    #[test]
    fn channels_are_scaled_for_themselves_and_ranked_by_their_means() {
        let output = LayerOutput::new(layer(vec![3, 1, 2]), &[0.0, 4.0, 0.0, 0.0, 8.0, 2.0]);
        let maps: Vec<&[u8]> = output.maps.iter().map(|map| map.as_raw().as_slice()).collect();
        assert_eq!(maps, [[0, 255], [0, 0], [255, 64]]);
        assert_eq!(output.strongest(2), [(2, 5.0), (0, 2.0)]);
    }

    #[test]
    fn units_are_one_row_from_the_least() {
        let output = LayerOutput::new(layer(vec![3]), &[-1.0, 3.0, 1.0]);
        assert_eq!((output.maps.len(), output.maps[0].dimensions()), (1, (3, 1)));
        assert_eq!(output.maps[0].as_raw(), &[0, 255, 128]);
        assert_eq!(output.strongest(1), [(1, 3.0)]);
    }
}
