//! Photos in another light: torchvision's `ColorJitter` of brightness, contrast and saturation.

use rand::{Rng, RngExt};

/// Red, green and blue weigh so much in an image's grey, in 256ths (ITU-R 601-2, as Pillow's `convert("L")`).
const GREY: [u32; 3] = [77, 150, 29];

/// Scales brightness, contrast and saturation of RGB8 pixels, each by a factor from `1 - strength` to `1 + strength`.
pub(super) fn jitter(pixels: &mut [u8], strength: f64, rng: &mut impl Rng) {
    let mut factor = || rng.random_range(1.0 - strength..=1.0 + strength) as f32;
    let [brightness, contrast, saturation] = [factor(), factor(), factor()];
    let (pixels, _) = pixels.as_chunks_mut::<3>();
    let sum: u64 = pixels.iter().map(|pixel| u64::from(grey(pixel))).sum();
    let mean = brightness * sum as f32 / pixels.len().max(1) as f32;
    for pixel in pixels {
        let grey = f32::from(grey(pixel));
        for value in pixel {
            // Linear in the colour, so that the three become one step.
            let saturated = grey + (f32::from(*value) - grey) * saturation;
            // Rounded: the cast cuts off what is behind the point, and what is below 0 or above 255.
            *value = (mean + (saturated * brightness - mean) * contrast + 0.5) as u8;
        }
    }
}

fn grey(pixel: &[u8; 3]) -> u8 {
    (pixel.iter().zip(GREY).map(|(&value, weight)| u32::from(value) * weight).sum::<u32>() >> 8) as u8
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;

    use super::*;

    #[test]
    fn no_strength_changes_nothing() {
        let photo: Vec<u8> = (0..=254).collect();
        let mut pixels = photo.clone();
        jitter(&mut pixels, 0.0, &mut ChaCha8Rng::seed_from_u64(1));
        assert_eq!(pixels, photo);
    }

    #[test]
    fn grey_stays_grey_and_its_brightness_stays_within_the_strength() {
        for seed in 0..100 {
            let mut pixels = [100; 30];
            jitter(&mut pixels, 0.3, &mut ChaCha8Rng::seed_from_u64(seed));
            assert!(pixels.iter().all(|&value| value == pixels[0] && (69..=131).contains(&value)), "{}", pixels[0]);
        }
    }
}
