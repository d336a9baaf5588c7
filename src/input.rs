//! What the network is given: the pixels of photos, as normalised numbers.
//!
//! Devices get the pixels as they are, a quarter of the bytes, and make the numbers themselves.

mod backend;
#[cfg(any(feature = "gpu", feature = "vulkan"))]
mod gpu;

use burn::tensor::{DType, Device, Int, Tensor, TensorData};

use crate::preprocess::{CHANNELS, IMAGE_SIZE, Pixels, Preprocessing};

/// Values of a byte.
const LEVELS: usize = 256;
/// Pixels of an image.
const AREA: usize = IMAGE_SIZE * IMAGE_SIZE;

/// A batch as the network takes it: `[batch, 3, 224, 224]`, each value `(x / 255 - mean) / deviation`. The device is a plain
/// one, without gradients, and the batch has at least one image.
pub fn to_tensor(batch: &[Pixels], preprocessing: Preprocessing, device: &Device) -> Tensor<4> {
    let bytes: Vec<u8> = batch.iter().map(Pixels::as_bytes).collect::<Vec<_>>().concat();
    let length = bytes.len();
    let pixels = Tensor::<1, Int>::from_data(TensorData::new(bytes, [length]), (device, DType::U8));
    let levels = Tensor::<2>::from_data(TensorData::new(levels(preprocessing), [CHANNELS, LEVELS]), device);
    backend::normalise(pixels, levels)
}

/// What each value of a byte becomes, for each channel.
fn levels(preprocessing: Preprocessing) -> Vec<f32> {
    let (mean, deviation) = preprocessing.normalisation();
    let level = |channel: usize, value: usize| (value as f32 / 255.0 - mean[channel]) / deviation[channel];
    (0..CHANNELS).flat_map(|channel| (0..LEVELS).map(move |value| level(channel, value))).collect()
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    #[test]
    fn the_tensor_is_channels_first_from_minus_one_to_one() {
        let side = IMAGE_SIZE as u32;
        let black_to_red = RgbImage::from_fn(side, side, |x, _| Rgb([if x == 0 { 0 } else { 255 }, 51, 204]));
        let batch = [&black_to_red, &RgbImage::new(side, side)].map(|photo| Preprocessing::Tutorial.pixels(photo));
        let tensor = to_tensor(&batch, Preprocessing::Tutorial, &crate::device::cpu());
        assert_eq!(tensor.dims(), [2, 3, 224, 224]);

        let values = tensor.into_data().try_into_vec::<f32>().unwrap();
        assert_eq!(values[..3], [-1.0, 1.0, 1.0]);
        assert!(values[AREA..2 * AREA].iter().all(|value| (value + 0.6).abs() < 1e-6));
        assert!(values[2 * AREA..3 * AREA].iter().all(|value| (value - 0.6).abs() < 1e-6));
        assert!(values[3 * AREA..].iter().all(|&value| value == -1.0));
    }
}
