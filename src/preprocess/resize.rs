//! Pillow's bilinear resize with antialias: first along the rows, then along the columns, with RGB8 between the two
//! and weights in fixed point. The result is that of Pillow up to 12 to the bit; Pillow 13 takes some photos by their
//! columns first, and may then differ by one level.

use std::ops::Range;

use image::RgbImage;

use super::crop::Crop;

/// Bits behind the point of a weight, as in Pillow.
const PRECISION: u32 = 22;
/// What a sum begins with, to be rounded.
const HALF: i32 = 1 << (PRECISION - 1);

/// What one pixel of the result is made of: the pixels from `start` on, each with its weight.
struct Window {
    start: usize,
    weights: Vec<i32>,
}

/// Resizes a part of a photo to `width x height` RGB8, row by row, and looks at nothing outside that part.
pub(super) fn resize(photo: &RgbImage, part: &Crop, width: usize, height: usize) -> Vec<u8> {
    resize_part(photo, part, [width, height].map(|side| (side, 0..side)))
}

/// Resizes a part of a photo, and of the result makes some columns and rows alone: for each of the two directions, the
/// length of the whole result and what is wanted of it.
pub(super) fn resize_part(photo: &RgbImage, part: &Crop, wanted: [(usize, Range<usize>); 2]) -> Vec<u8> {
    let [left, top, part_width, part_height] =
        [part.left, part.top, part.width, part.height].map(|length| length as usize);
    let (pixels, _) = photo.as_raw().as_chunks();
    let rows = pixels.chunks_exact((photo.width() as usize).max(1)).skip(top).take(part_height);
    let [(width, wanted_columns), (height, wanted_rows)] = wanted;
    let columns = windows(part_width, width, wanted_columns);
    let mut narrow = Vec::with_capacity(columns.len() * part_height);
    for row in rows {
        narrow.extend(columns.iter().map(|window| blend(&row[left + window.start..], &window.weights)));
    }
    resize_columns(narrow.as_flattened(), columns.len() * 3, &windows(part_height, height, wanted_rows))
}

/// Makes a row of several for each window: number by number, which the processor does for many at once.
fn resize_columns(rows: &[u8], length: usize, windows: &[Window]) -> Vec<u8> {
    let mut sums = vec![0; length];
    let mut resized = Vec::with_capacity(windows.len() * length);
    for Window { start, weights } in windows {
        sums.fill(HALF);
        for (row, weight) in rows[start * length..].chunks_exact(length).zip(weights) {
            sums.iter_mut().zip(row).for_each(|(sum, &value)| *sum += i32::from(value) * weight);
        }
        resized.extend(sums.iter().map(|&sum| rounded(sum)));
    }
    resized
}

fn blend(pixels: &[[u8; 3]], weights: &[i32]) -> [u8; 3] {
    let mut sums = [HALF; 3];
    for (pixel, weight) in pixels.iter().zip(weights) {
        for (sum, &value) in sums.iter_mut().zip(pixel) {
            *sum += i32::from(value) * weight;
        }
    }
    sums.map(rounded)
}

/// A sum of weighted values as a value: rounded weights may add up to a bit more than one.
fn rounded(sum: i32) -> u8 {
    (sum >> PRECISION).min(255) as u8
}

/// The windows that take `from` pixels to the `wanted` among `to` pixels: triangles as wide as two pixels of the result,
/// or of the source where that is smaller.
fn windows(from: usize, to: usize, wanted: Range<usize>) -> Vec<Window> {
    let scale = from as f64 / to as f64;
    let reach = scale.max(1.0);
    wanted
        .map(|position| {
            let center = (position as f64 + 0.5) * scale;
            let start = (center - reach + 0.5) as usize;
            let end = ((center + reach + 0.5) as usize).min(from);
            let triangle = |pixel: usize| (1.0 - ((pixel as f64 - center + 0.5) * (1.0 / reach)).abs()).max(0.0);
            let weights: Vec<f64> = (start..end).map(triangle).collect();
            let total: f64 = weights.iter().sum();
            let fixed_point = |weight: f64| (weight / total * f64::from(1 << PRECISION) + 0.5) as i32;
            Window { start, weights: weights.into_iter().map(fixed_point).collect() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;
    use crate::preprocess::Preprocessing;

    fn photo(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            Rgb([(x * x * 7 + y * 13) as u8, ((x * 29) ^ (y * 3)) as u8, (x * y) as u8])
        })
    }

    /// A sum that tells any changed byte, and its place.
    fn checksum(bytes: &[u8]) -> u64 {
        bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
    }

    #[test]
    fn results_are_pillows_to_the_bit() {
        // FNV-1a of `Image.resize((width, height), BILINEAR).tobytes()`, Pillow 12.0, for the same photos.
        for (from, to, expected) in [
            ((320, 240), (224, 224), 0x3519_b884_3488_6404),
            ((500, 333), (224, 224), 0x1c0c_fa89_577c_c058),
            ((100, 50), (224, 224), 0xfd51_ad8f_8e12_c32a),
            ((2000, 1500), (224, 224), 0x154f_b7f7_2e47_6200),
            ((97, 601), (96, 31), 0x7946_29ed_8ce1_f5fe),
        ] {
            let whole = photo(from.0, from.1);
            let resized = resize(&whole, &Crop::whole(&whole), to.0, to.1);
            assert_eq!(checksum(&resized), expected, "{from:?} to {to:?}");
        }
    }

    #[test]
    fn the_middle_of_the_result_is_torchvisions_to_the_bit() {
        // `Resize(256)` and `CenterCrop(224)` of torchvision 0.29 with Pillow 12.0.
        for (size, expected) in [
            ((320, 240), 0x9d8d_33a5_5fd6_adad),
            ((333, 500), 0xa297_8938_22ec_308f),
            ((100, 50), 0xe43c_a7bf_585b_0543),
            ((2000, 1500), 0xf0a8_f579_8ebc_07fd),
            ((256, 301), 0x5d5b_7bc7_0161_06a5),
        ] {
            let pixels = Preprocessing::ImageNet.pixels(&photo(size.0, size.1));
            assert_eq!(checksum(pixels.as_bytes()), expected, "{size:?}");
        }
    }

    #[test]
    fn nothing_outside_the_part_is_seen() {
        let whole = photo(90, 70);
        let part = Crop { left: 11, top: 5, width: 40, height: 50 };
        let cut = image::imageops::crop_imm(&whole, 11, 5, 40, 50).to_image();
        assert_eq!(resize(&whole, &part, 24, 20), resize(&cut, &Crop::whole(&cut), 24, 20));
    }

    #[test]
    fn one_colour_stays_that_colour() {
        for (width, height) in [(1, 1), (500, 3), (3, 40_000)] {
            let plain = RgbImage::from_pixel(width, height, Rgb([255, 1, 77]));
            let resized = resize(&plain, &Crop::whole(&plain), 24, 20);
            assert!(resized.chunks_exact(3).all(|pixel| pixel == [255, 1, 77]), "{width} x {height}");
        }
    }

    #[test]
    fn a_photo_without_pixels_gives_black() {
        let none = RgbImage::new(0, 0);
        assert_eq!(resize(&none, &Crop::whole(&none), 2, 2), [0; 12]);
    }
}
