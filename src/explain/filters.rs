//! What the first layer looks for.

use image::RgbImage;

use crate::alexnet::AlexNet;
use crate::device::read_finite;
use crate::error::Result;

/// The filters of the first convolution as pictures of 11 x 11 pixels. Grey (128) is a weight of 0; each filter is
/// scaled for itself, its largest weight by size being black or white.
///
/// # Errors
/// [`Error::Device`](crate::Error::Device) where the device gives no answer or one that is not finite.
pub async fn filters(model: &AlexNet) -> Result<Vec<RgbImage>> {
    let weights = model.filters();
    let [_, channels, height, width] = weights.dims();
    let weights = read_finite(weights.inner()).await?;
    Ok(weights.chunks(channels * height * width).map(|filter| picture(filter, width, height)).collect())
}

/// A filter, plane by plane, as a picture.
fn picture(filter: &[f32], width: usize, height: usize) -> RgbImage {
    let largest = filter.iter().fold(f32::MIN_POSITIVE, |largest, weight| largest.max(weight.abs()));
    RgbImage::from_fn(width as u32, height as u32, |x, y| {
        let at = y as usize * width + x as usize;
        image::Rgb([0, 1, 2].map(|plane| (filter[plane * width * height + at] / largest * 127.0 + 128.0).round() as u8))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_grey_and_the_largest_weight_black_or_white() {
        // 2 x 1: red, green and blue of both pixels.
        let picture = picture(&[0.5, 0.0, -0.25, 0.0, 0.0, 0.25], 2, 1);
        assert_eq!(picture.as_raw(), &[255, 65, 128, 128, 128, 192]);
    }

    #[test]
    fn a_filter_of_zeros_is_grey() {
        assert_eq!(picture(&[0.0; 3], 1, 1).as_raw(), &[128; 3]);
    }
}
