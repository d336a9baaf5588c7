//! How a photo becomes what a network sees: which part of it, in which size, in which numbers. It goes with the model.

use std::ops::Range;

use image::RgbImage;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::crop::Crop;
use super::resize::{resize, resize_part};
use super::{IMAGE_SIZE, Pixels};

/// The shortest side, in pixels, that torchvision gives a photo before it cuts out the middle.
const SHORTEST_SIDE: usize = 256;

const TUTORIAL: &str = r#"{"resize": [224, 224], "interpolation": "bilinear", "antialias": true, "scale": "1/255", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "layout": "RGB, CHW"}"#;
const IMAGE_NET: &str = r#"{"resize": 256, "center_crop": 224, "interpolation": "bilinear", "antialias": true, "scale": "1/255", "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "layout": "RGB, CHW"}"#;

/// How a photo becomes what a network sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Preprocessing {
    /// The tutorial's: `Resize((224, 224))`, whatever the proportions, and `Normalize(0.5, 0.5)`.
    #[default]
    Tutorial,
    /// torchvision's for its ImageNet weights: `Resize(256)`, `CenterCrop(224)`, and `Normalize` with the mean and the
    /// deviation of ImageNet's photos.
    ImageNet,
}

/// A rectangle of a photo, in its pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Its left and its upper edge.
    pub start: [f32; 2],
    /// Its width and its height.
    pub size: [f32; 2],
}

impl Preprocessing {
    /// As it stands in a model file's header and in a manifest: JSON.
    pub fn description(self) -> &'static str {
        match self {
            Self::Tutorial => TUTORIAL,
            Self::ImageNet => IMAGE_NET,
        }
    }

    /// Reads a description; none where it is of another kind.
    pub fn from_description(description: &str) -> Option<Self> {
        let read = |json: &str| serde_json::from_str::<Value>(json).ok();
        let asked = read(description)?;
        [Self::Tutorial, Self::ImageNet].into_iter().find(|known| read(known.description()).as_ref() == Some(&asked))
    }

    /// How long, in pixels, both sides of a photo should at least be before it is resized: twice what they are after that. More
    /// make no difference that could be seen; Pillow takes the same factor for its thumbnails (`reducing_gap`).
    pub fn least_side(self) -> u16 {
        2 * match self {
            Self::Tutorial => IMAGE_SIZE as u16,
            Self::ImageNet => SHORTEST_SIDE as u16,
        }
    }

    /// What the network sees of a photo that it is to classify.
    pub fn pixels(self, photo: &RgbImage) -> Pixels {
        let whole = Crop::whole(photo);
        Pixels(match self {
            Self::Tutorial => resize(photo, &whole, IMAGE_SIZE, IMAGE_SIZE),
            Self::ImageNet => resize_part(photo, &whole, scaled(photo.dimensions()).map(|to| (to, middle(to)))),
        })
    }

    /// The part of a photo of this size that the network sees.
    pub fn seen(self, (width, height): (u32, u32)) -> Part {
        let sides = [width, height].map(|side| side as f32);
        match self {
            Self::Tutorial => Part { start: [0.0; 2], size: sides },
            Self::ImageNet => {
                let to = scaled((width, height));
                let scale = [0, 1].map(|axis| sides[axis] / to[axis] as f32);
                Part {
                    start: [0, 1].map(|axis| middle(to[axis]).start as f32 * scale[axis]),
                    size: scale.map(|scale| IMAGE_SIZE as f32 * scale),
                }
            }
        }
    }

    /// The mean and the deviation of red, green and blue, which are taken off and divided by.
    pub fn normalisation(self) -> ([f32; 3], [f32; 3]) {
        match self {
            Self::Tutorial => ([0.5; 3], [0.5; 3]),
            Self::ImageNet => ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        }
    }
}

/// Width and height of a photo after torchvision's `Resize(256)`.
fn scaled((width, height): (u32, u32)) -> [usize; 2] {
    let shortest = width.min(height).max(1);
    [width, height].map(|side| {
        let scaled = (SHORTEST_SIDE as f64 * f64::from(side) / f64::from(shortest)) as usize;
        scaled.max(SHORTEST_SIDE)
    })
}

/// The pixels of a side that torchvision's `CenterCrop(224)` keeps.
fn middle(side: usize) -> Range<usize> {
    let start = ((side - IMAGE_SIZE) as f64 / 2.0).round_ties_even() as usize;
    start..start + IMAGE_SIZE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_come_back_however_they_are_written() {
        for preprocessing in [Preprocessing::Tutorial, Preprocessing::ImageNet] {
            let value: Value = serde_json::from_str(preprocessing.description()).unwrap();
            assert_eq!(Preprocessing::from_description(&format!("{value:#}")), Some(preprocessing));
        }
        let other = IMAGE_NET.replace("0.485", "0.4");
        assert_eq!([&other, "", "[]"].map(Preprocessing::from_description), [None; 3]);
    }

    #[test]
    fn sides_are_torchvisions() {
        // `Resize(256)` and `CenterCrop(224)` of torchvision 0.29.
        for (size, to, start) in
            [((320, 213), [384, 256], [80, 16]), ((333, 500), [256, 384], [16, 80]), ((240, 240), [256, 256], [16, 16])]
        {
            assert_eq!(scaled(size), to);
            assert_eq!(to.map(|side| middle(side).start), start);
        }
        assert_eq!([225, 227, 229].map(|side| middle(side).start), [0, 2, 2]);
    }

    #[test]
    fn the_part_that_is_seen_is_the_middle() {
        let part = Preprocessing::ImageNet.seen((512, 1024));
        assert_eq!((part.start, part.size), ([32.0, 288.0], [448.0, 448.0]));
        assert_eq!(Preprocessing::Tutorial.seen((5, 7)).size, [5.0, 7.0]);
    }

    #[test]
    fn the_longest_photo_is_cut_without_ado() {
        let pixels = Preprocessing::ImageNet.pixels(&RgbImage::from_pixel(1, 65_535, image::Rgb([1, 2, 3])));
        assert!(pixels.as_bytes().chunks_exact(3).all(|pixel| pixel == [1, 2, 3]));
    }
}
