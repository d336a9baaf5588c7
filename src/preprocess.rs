//! From the bytes of a photo to the pixels that the network sees.
//!
//! What a network is shown when it is asked goes with the model, see [`Preprocessing`]; training is torchvision's
//! `RandomResizedCrop(224)` and a horizontal flip. Resizing is Pillow's bilinear filter with antialias. Photos are turned upright
//! by their EXIF orientation first. `ToTensor` and the model's `Normalize` are the device's, see [`crate::input`].

use std::ops::Range;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

use self::crop::Crop;
use self::resize::resize;
use crate::{Error, Result};

mod crop;
mod decode;
mod jitter;
mod preprocessing;
mod resize;

pub use self::decode::{decode, decode_at_least, decode_thumbnail};
pub use self::preprocessing::{Part, Preprocessing};

/// Width and height in pixels of what the network sees.
pub const IMAGE_SIZE: usize = 224;

/// Red, green and blue.
pub(crate) const CHANNELS: usize = 3;
/// JPEG quality of thumbnails, of 100.
const THUMBNAIL_QUALITY: u8 = 80;

/// The pixels of one photo as the network sees it: 224 x 224, RGB8, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels(Vec<u8>);

impl Pixels {
    /// How many bytes they are.
    pub const BYTES: usize = IMAGE_SIZE * IMAGE_SIZE * CHANNELS;

    /// Takes 224 x 224 x 3 bytes, row by row; `None` for any other number of bytes.
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() == Self::BYTES).then_some(Self(bytes))
    }

    /// A black photo.
    pub fn black() -> Self {
        Self(vec![0; Self::BYTES])
    }

    /// The 224 x 224 x 3 bytes, row by row.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The 224 x 224 x 3 bytes, row by row.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Takes a rectangle over from another image.
    pub(crate) fn paste(&mut self, other: &Self, rows: Range<usize>, columns: Range<usize>) {
        for row in rows {
            let bytes = (row * IMAGE_SIZE + columns.start) * CHANNELS..(row * IMAGE_SIZE + columns.end) * CHANNELS;
            self.0[bytes.clone()].copy_from_slice(&other.0[bytes]);
        }
    }

    fn flip_horizontally(&mut self) {
        for row in self.0.chunks_exact_mut(IMAGE_SIZE * CHANNELS) {
            row.as_chunks_mut::<CHANNELS>().0.reverse();
        }
    }
}

/// What the network is shown of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Framing {
    /// What it sees of photos that it is to classify.
    Evaluation(Preprocessing),
    /// A part at random, to learn from.
    Training(Augmentation),
}

impl Framing {
    /// Decodes a photo as far as this needs it.
    ///
    /// # Errors
    /// As [`decode`].
    pub fn decode(self, bytes: &[u8]) -> Result<RgbImage> {
        match self {
            Self::Evaluation(preprocessing) => decode_at_least(bytes, preprocessing.least_side()),
            Self::Training(_) => decode(bytes),
        }
    }

    /// Makes the network's input of a photo.
    pub fn pixels(self, photo: &RgbImage) -> Pixels {
        match self {
            Self::Evaluation(preprocessing) => preprocessing.pixels(photo),
            Self::Training(augmentation) => training_pixels(photo, augmentation),
        }
    }
}

/// How a photo is changed before the network learns from it; the same on every platform.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Augmentation {
    /// Decides the crop, the mirror image and the light.
    pub seed: u32,
    /// The least share of the photo that is shown.
    pub least_area: f64,
    /// Brightness, contrast and saturation are scaled by 1 - jitter to 1 + jitter.
    pub jitter: f64,
}

/// Cuts out a random part, resizes it to 224 x 224 and mirrors every other one: torchvision's `RandomResizedCrop(224)`
/// and `RandomHorizontalFlip()`; then the light changes, where that is asked for.
fn training_pixels(photo: &RgbImage, augmentation: Augmentation) -> Pixels {
    let rng = &mut ChaCha8Rng::seed_from_u64(augmentation.seed.into());
    let part = Crop::random(photo, augmentation.least_area, rng);
    let mut pixels = Pixels(resize(photo, &part, IMAGE_SIZE, IMAGE_SIZE));
    if rng.random_bool(0.5) {
        pixels.flip_horizontally();
    }
    if augmentation.jitter > 0.0 {
        jitter::jitter(&mut pixels.0, augmentation.jitter, rng);
    }
    pixels
}

/// A small copy of the photo to be looked at, its longest side `longest_side` pixels; a smaller photo keeps its size.
pub fn small(photo: &RgbImage, longest_side: u32) -> RgbImage {
    let (width, height) = photo.dimensions();
    let [to_width, to_height] = sides(photo, f64::from(longest_side) / f64::from(width.max(height)));
    let mut copy = RgbImage::new(to_width, to_height);
    let pixels = TypedImageRef::<U8x3>::from_buffer(width, height, photo).expect("three bytes for each pixel");
    let mut room = TypedImage::<U8x3>::from_buffer(to_width, to_height, &mut copy).expect("three bytes for each pixel");
    let filter = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Hamming));
    Resizer::new().resize_typed(&pixels, &mut room, &filter).expect("all of the photo is within the photo");
    copy
}

/// The photo with its shortest side `shortest_side` pixels; a smaller photo stays as it is. Random crops of it look much
/// like those of the original, and it takes far less memory.
pub fn shrunk(photo: RgbImage, shortest_side: u32) -> RgbImage {
    let (width, height) = photo.dimensions();
    let shortest = width.min(height);
    if shortest <= shortest_side {
        return photo;
    }
    let [width, height] = sides(&photo, f64::from(shortest_side) / f64::from(shortest));
    let pixels = resize(&photo, &Crop::whole(&photo), width as usize, height as usize);
    RgbImage::from_raw(width, height, pixels).expect("three bytes for each pixel")
}

/// Width and height of a photo, `scale` times as long where that makes them smaller, and at least a pixel.
fn sides(photo: &RgbImage, scale: f64) -> [u32; 2] {
    let (width, height) = photo.dimensions();
    [width, height].map(|side| ((f64::from(side) * scale.min(1.0)).round() as u32).max(1))
}

/// A photo as a JPEG for thumbnails.
///
/// # Errors
/// [`Error::DamagedPhoto`] where it is larger than a JPEG can be, 65535 pixels.
pub fn thumbnail(photo: &RgbImage) -> Result<Vec<u8>> {
    let side = |pixels: u32| u16::try_from(pixels).map_err(|error| Error::DamagedPhoto(error.to_string()));
    let (width, height) = (side(photo.width())?, side(photo.height())?);
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, THUMBNAIL_QUALITY);
    // As cameras have it: colours at half the resolution.
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(photo, width, height, ColorType::Rgb).map_err(|error| Error::DamagedPhoto(error.to_string()))?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    const TUTORIAL: Augmentation = Augmentation { seed: 5, least_area: 0.08, jitter: 0.0 };

    fn gradient(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, 128]))
    }

    #[test]
    fn pixels_have_exactly_the_bytes_of_224_by_224() {
        let length = 224 * 224 * 3;
        assert!(Pixels::from_bytes(vec![0; length - 1]).is_none());
        assert!(Pixels::from_bytes(vec![0; length + 1]).is_none());
        let bytes: Vec<u8> = (0..length).map(|i| i as u8).collect();
        let pixels = Pixels::from_bytes(bytes.clone()).unwrap();
        assert_eq!(pixels.as_bytes(), bytes);
        assert_eq!(pixels.into_bytes(), bytes);
    }

    #[test]
    fn a_photo_of_the_right_size_is_left_as_it_is() {
        let photo = gradient(224, 224);
        assert_eq!(Preprocessing::Tutorial.pixels(&photo).as_bytes(), photo.as_raw().as_slice());
    }

    #[test]
    fn the_whole_photo_is_seen_whatever_its_proportions() {
        for (width, height) in [(640, 200), (31, 977), (1, 1), (1, 3000)] {
            let photo =
                RgbImage::from_fn(
                    width,
                    height,
                    |x, _| if 2 * x < width { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) },
                );
            let pixels = Preprocessing::Tutorial.pixels(&photo);
            assert_eq!(pixels.as_bytes()[..3], photo.get_pixel(0, 0).0, "{width} x {height}");
            let last = IMAGE_SIZE * IMAGE_SIZE * 3 - 3;
            assert_eq!(pixels.as_bytes()[last..], photo.get_pixel(width - 1, height - 1).0, "{width} x {height}");
        }
    }

    #[test]
    fn mirroring_swaps_left_and_right_and_keeps_the_channels() {
        let photo = gradient(224, 224);
        let mut pixels = Preprocessing::Tutorial.pixels(&photo);
        pixels.flip_horizontally();
        assert_eq!(pixels.as_bytes(), image::imageops::flip_horizontal(&photo).as_raw().as_slice());
    }

    #[test]
    fn half_of_the_training_pixels_are_mirrored() {
        // Red grows to the right: a mirrored crop falls.
        let photo = gradient(300, 260);
        let mirrored = (0..400).filter(|&seed| {
            let pixels = training_pixels(&photo, Augmentation { seed, ..TUTORIAL }).into_bytes();
            pixels[0] > pixels[223 * 3]
        });
        let count = mirrored.count();
        assert!((160..=240).contains(&count), "{count}");
    }

    #[test]
    fn a_seed_means_the_same_training_pixels() {
        let photo = gradient(300, 260);
        let pixels = |augmentation| training_pixels(&photo, augmentation);
        assert_eq!(pixels(TUTORIAL), pixels(TUTORIAL));
        assert_ne!(pixels(TUTORIAL), pixels(Augmentation { seed: 6, ..TUTORIAL }));
        assert_ne!(pixels(TUTORIAL), pixels(Augmentation { jitter: 0.3, ..TUTORIAL }));
    }

    #[test]
    fn thumbnails_keep_the_proportions_and_never_grow() {
        let size = |width, height, longest| {
            decode(&thumbnail(&small(&gradient(width, height), longest)).unwrap()).unwrap().dimensions()
        };
        assert_eq!(size(400, 200, 96), (96, 48));
        assert_eq!(size(200, 400, 96), (48, 96));
        assert_eq!(size(50, 20, 96), (50, 20));
        assert_eq!(size(3000, 1, 96), (96, 1));
        assert_eq!(size(1, 1, 96), (1, 1));
    }

    #[test]
    fn what_is_larger_than_a_jpeg_can_be_has_no_thumbnail() {
        assert!(matches!(thumbnail(&RgbImage::new(65_536, 1)), Err(Error::DamagedPhoto(_))));
        assert!(thumbnail(&RgbImage::new(65_535, 1)).is_ok());
    }

    #[test]
    fn thumbnails_look_like_the_photo() {
        for (width, height) in [(640, 480), (300, 211), (257, 900), (90, 90)] {
            let photo = gradient(width, height);
            let seen = decode(&thumbnail(&small(&photo, 256)).unwrap()).unwrap();
            for (x, y) in [(0.1, 0.1), (0.5, 0.3), (0.9, 0.8)] {
                let at = |image: &RgbImage| {
                    let [x, y] = [(x, image.width()), (y, image.height())];
                    image.get_pixel((x.0 * f64::from(x.1)) as u32, (y.0 * f64::from(y.1)) as u32).0
                };
                for (found, expected) in at(&seen).into_iter().zip(at(&photo)) {
                    assert!(found.abs_diff(expected) <= 8, "{width} x {height}: {found} in place of {expected}");
                }
            }
        }
    }

    #[test]
    fn shrunk_photos_are_cut_down_by_their_shortest_side_alone() {
        let size = |width, height| shrunk(gradient(width, height), 256).dimensions();
        assert_eq!(size(4000, 3000), (341, 256));
        assert_eq!(size(300, 1200), (256, 1024));
        assert_eq!(size(320, 240), (320, 240));
    }
}
