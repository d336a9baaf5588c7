//! Which part of a photo is looked at.

use image::RgbImage;
use rand::{Rng, RngExt};

/// A part of a photo, in pixels; it lies within the photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Crop {
    pub left: u32,
    pub top: u32,
    pub width: u32,
    pub height: u32,
}

/// The natural logarithm of 4/3.
const LN_4_3: f64 = 0.287_682_072_451_780_9;

impl Crop {
    /// The whole of a photo.
    pub fn whole(photo: &RgbImage) -> Self {
        let (width, height) = photo.dimensions();
        Self { left: 0, top: 0, width, height }
    }

    /// torchvision's `RandomResizedCrop.get_params`: `least_area` (below 1; torchvision's is 0.08) to all of the area,
    /// proportions from 3:4 to 4:3.
    pub fn random(photo: &RgbImage, least_area: f64, rng: &mut impl Rng) -> Self {
        let (width, height) = photo.dimensions();
        let area = f64::from(width) * f64::from(height);
        for _ in 0..10 {
            let target_area = area * rng.random_range(least_area..1.0);
            let ratio = exp(rng.random_range(-LN_4_3..LN_4_3));
            let crop_width = (target_area * ratio).sqrt().round_ties_even() as u32;
            let crop_height = (target_area / ratio).sqrt().round_ties_even() as u32;
            if (1..=width).contains(&crop_width) && (1..=height).contains(&crop_height) {
                return Self {
                    top: rng.random_range(0..=height - crop_height),
                    left: rng.random_range(0..=width - crop_width),
                    width: crop_width,
                    height: crop_height,
                };
            }
        }
        Self::central(width, height)
    }

    /// The largest central part with proportions from 3:4 to 4:3.
    fn central(width: u32, height: u32) -> Self {
        let longest = |shortest: u32| (f64::from(shortest) * (4.0 / 3.0)).round_ties_even() as u32;
        let crop_width = width.min(longest(height));
        let crop_height = height.min(longest(width));
        Self { left: (width - crop_width) / 2, top: (height - crop_height) / 2, width: crop_width, height: crop_height }
    }
}

/// `e` to the power of `x`, for `x` up to ±0.3, from its Taylor series: the standard library's `exp` may differ in the
/// last bit from one platform to another, and a crop then by a pixel.
fn exp(x: f64) -> f64 {
    (1..=12).rev().fold(1.0, |sum, n| 1.0 + x / f64::from(n) * sum)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;

    use super::*;

    #[test]
    fn random_crops_keep_to_area_proportions_and_photo() {
        let photo = RgbImage::new(500, 375);
        let (width, height) = photo.dimensions();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut shares = Vec::new();
        for _ in 0..10_000 {
            let crop = Crop::random(&photo, 0.08, &mut rng);
            assert!(crop.left + crop.width <= width && crop.top + crop.height <= height, "{crop:?}");
            let ratio = f64::from(crop.width) / f64::from(crop.height);
            assert!((0.74..1.35).contains(&ratio), "{crop:?}");
            shares.push(f64::from(crop.width * crop.height) / f64::from(width * height));
        }
        assert!(shares.iter().all(|share| (0.079..=1.0).contains(share)));
        // The mean of 400,000 draws by the same rule in Python.
        let mean = shares.iter().sum::<f64>() / shares.len() as f64;
        assert!((mean - 0.4328).abs() < 0.01, "{mean}");
    }

    #[test]
    fn a_seed_means_the_same_crops_everywhere() {
        let mut rng = ChaCha8Rng::seed_from_u64(42);
        let crops: Vec<_> = (0..3).map(|_| Crop::random(&RgbImage::new(320, 240), 0.08, &mut rng)).collect();
        assert_eq!(
            crops,
            [
                Crop { left: 23, top: 27, width: 265, height: 205 },
                Crop { left: 16, top: 1, width: 211, height: 239 },
                Crop { left: 107, top: 55, width: 182, height: 153 },
            ]
        );
    }

    #[test]
    fn photos_too_long_for_a_random_crop_give_their_middle() {
        let crop = |width, height| Crop::random(&RgbImage::new(width, height), 0.08, &mut ChaCha8Rng::seed_from_u64(0));
        assert_eq!(crop(10_000, 30), Crop { left: 4980, top: 0, width: 40, height: 30 });
        assert_eq!(crop(30, 10_000), Crop { left: 0, top: 4980, width: 30, height: 40 });
        assert_eq!(crop(1, 1), Crop { left: 0, top: 0, width: 1, height: 1 });
    }

    #[test]
    fn the_series_is_the_exponential() {
        for step in -100..=100 {
            let x = LN_4_3 * f64::from(step) / 100.0;
            assert!((exp(x) - x.exp()).abs() < 1e-15, "{x}");
        }
    }
}
