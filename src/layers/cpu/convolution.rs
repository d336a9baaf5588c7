//! Convolutions on the CPU.
//!
//! A convolution is a matrix product, of the weights with the patches of an image under the window. The patches are
//! written down for as many places as a tile is wide, and forgotten after all output channels have seen them.

use pulp::{Arch, Simd, WithSimd};

use super::tile::{Left, MOST_COLUMNS, ROWS, columns, numbers, numbers_mut, product, rows};
use crate::layers::Window;
use crate::parallel::each_piece;

/// Images whose gradients are summed up on one core. It does not depend on the cores, so that the sums do not either.
const IMAGES_OF_PART: usize = 8;

/// The sizes of a convolution.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    channels: usize,
    out: usize,
    size: [usize; 2],
    kernel: usize,
    window: Window,
    places: [usize; 2],
}

impl Geometry {
    /// The convolution of images of this shape with weights of that.
    pub fn new(images: [usize; 4], weight: [usize; 4], window: Window) -> Self {
        let [_, channels, height, width] = images;
        let [out, _, kernel, _] = weight;
        let size = [height, width];
        Self { channels, out, size, kernel, window, places: size.map(|side| window.places(side, kernel)) }
    }

    /// The convolution that leads from the gradient of the output to that of the images, for a stride of 1.
    fn backwards(&self) -> Self {
        assert_eq!(self.window.stride, 1, "only a stride of 1 is turned round");
        let window = Window { stride: 1, padding: self.kernel - 1 - self.window.padding };
        Self { channels: self.out, out: self.channels, size: self.places, window, places: self.size, ..*self }
    }

    /// Weights of an output channel, which is also the numbers of a patch.
    fn weights(&self) -> usize {
        self.channels * self.kernel * self.kernel
    }

    /// Places of the window.
    fn count(&self) -> usize {
        self.places[0] * self.places[1]
    }

    /// Numbers of an image.
    fn image(&self) -> usize {
        self.channels * self.size[0] * self.size[1]
    }

    /// Numbers of what comes out for an image.
    fn output(&self) -> usize {
        self.out * self.count()
    }
}

/// See [`crate::layers::convolve`].
pub fn convolve(images: &[f32], weight: &[f32], bias: &[f32], geometry: &Geometry) -> Vec<f32> {
    let weight = interleaved(weight, geometry.weights());
    let mut output = vec![0.0; images.len() / geometry.image() * geometry.output()];
    each_piece(&mut output, geometry.output(), |index, output| {
        let patches = Patches::new(&images[index * geometry.image()..], geometry);
        Arch::new().dispatch(Convolve { patches, weight: &weight, bias, output });
    });
    output
}

/// The gradient of the images, from that of the output, for a stride of 1: a convolution with the kernels turned round.
pub fn gradient_of_images(weight: &[f32], gradient: &[f32], geometry: &Geometry) -> Vec<f32> {
    let Geometry { channels, out, kernel, .. } = *geometry;
    let area = kernel * kernel;
    let mut turned = vec![0.0; weight.len()];
    for (index, kernel) in weight.chunks_exact(area).enumerate() {
        let (to, from) = (index / channels, index % channels);
        let place = &mut turned[(from * out + to) * area..][..area];
        place.iter_mut().zip(kernel.iter().rev()).for_each(|(place, &weight)| *place = weight);
    }
    convolve(gradient, &turned, &vec![0.0; channels], &geometry.backwards())
}

/// The gradient of the weights, from that of the output.
pub fn gradient_of_weight(images: &[f32], gradient: &[f32], geometry: &Geometry) -> Vec<f32> {
    let (weights, out) = (geometry.weights(), geometry.out);
    let parts = (images.len() / geometry.image()).div_ceil(IMAGES_OF_PART);
    let mut sums = vec![0.0; parts * weights * out];
    each_piece(&mut sums, weights * out, |part, sums| {
        let images = images.chunks_exact(geometry.image());
        let gradients = gradient.chunks_exact(geometry.output());
        for (image, gradient) in images.zip(gradients).skip(part * IMAGES_OF_PART).take(IMAGES_OF_PART) {
            let patches = Patches::new(image, geometry);
            Arch::new().dispatch(AddGradient { patches, gradient, sums });
        }
    });
    let mut found = vec![0.0; out * weights];
    for sums in sums.chunks_exact(weights * out) {
        for (weight, sums) in sums.chunks_exact(out).enumerate() {
            for (channel, sum) in sums.iter().enumerate() {
                found[channel * weights + weight] += sum;
            }
        }
    }
    found
}

/// The rows of a matrix, in groups of [`ROWS`] and in each group column by column; what lacks in the last is 0.
fn interleaved(matrix: &[f32], columns: usize) -> Vec<Left> {
    let mut groups = vec![[0.0; ROWS]; (matrix.len() / columns).div_ceil(ROWS) * columns];
    for (index, row) in matrix.chunks_exact(columns).enumerate() {
        let group = &mut groups[index / ROWS * columns..][..columns];
        group.iter_mut().zip(row).for_each(|(column, &number)| column[index % ROWS] = number);
    }
    groups
}

/// What the window sees of an image.
///
/// The image is kept with zeros around it, and the columns sorted by their place within a stride, so that what a weight
/// sees along a row of places lies side by side.
struct Patches<'a> {
    geometry: &'a Geometry,
    image: Vec<f32>,
    /// Numbers of a row, and of the columns with the same place within a stride.
    pitch: [usize; 2],
}

impl<'a> Patches<'a> {
    /// Those of the first image among `images`.
    fn new(images: &[f32], geometry: &'a Geometry) -> Self {
        let Geometry { channels, size: [height, width], window: Window { stride, padding }, .. } = *geometry;
        let phase = (width + 2 * padding).div_ceil(stride);
        let pitch = phase * stride;
        let padded_height = height + 2 * padding;
        // What is copied a tile at a time may reach beyond the last row.
        let mut image = vec![0.0; channels * padded_height * pitch + MOST_COLUMNS];
        for (index, row) in images.chunks_exact(width).take(channels * height).enumerate() {
            let (channel, y) = (index / height, index % height);
            let place = &mut image[(channel * padded_height + y + padding) * pitch..][..pitch];
            if stride == 1 {
                place[padding..][..width].copy_from_slice(row);
            } else {
                for (x, &number) in (padding..).zip(row) {
                    place[x % stride * phase + x / stride] = number;
                }
            }
        }
        Self { geometry, image, pitch: [pitch, phase] }
    }

    /// Where the first number lies that a weight sees.
    fn start(&self, weight: usize) -> usize {
        let Geometry { size: [height, _], kernel, window: Window { stride, padding }, .. } = *self.geometry;
        let [pitch, phase] = self.pitch;
        let (channel, y, x) = (weight / (kernel * kernel), weight / kernel % kernel, weight % kernel);
        (channel * (height + 2 * padding) + y) * pitch + x % stride * phase + x / stride
    }

    /// How far behind that the number lies which the weight sees in this place.
    fn offset(&self, place: usize) -> usize {
        let width = self.geometry.places[1];
        place / width * self.geometry.window.stride * self.pitch[0] + place % width
    }

    /// What a weight sees, a row of places after the other.
    fn seen_by(&self, weight: usize) -> impl Iterator<Item = &[f32]> {
        let [height, width] = self.geometry.places;
        let start = self.start(weight);
        (0..height).map(move |y| &self.image[start + self.offset(y * width)..][..width])
    }

    /// Places from the first of which on so many are wanted, in runs within a row: how many come before the run, and its
    /// offset.
    fn runs(&self, first: usize, count: usize) -> Vec<[usize; 2]> {
        let width = self.geometry.places[1];
        let starts_row = |place: &usize| *place == first || place.is_multiple_of(width);
        (first..first + count).filter(starts_row).map(|place| [place - first, self.offset(place)]).collect()
    }
}

/// One image's convolution.
struct Convolve<'a> {
    patches: Patches<'a>,
    weight: &'a [Left],
    bias: &'a [f32],
    output: &'a mut [f32],
}

impl WithSimd for Convolve<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { patches, weight, bias, output } = self;
        let (weights, places) = (patches.geometry.weights(), patches.geometry.count());
        let starts: Vec<usize> = (0..weights).map(|weight| patches.start(weight)).collect();
        let width = columns::<S>();
        // One row more, as rows are written whole, wherever they begin.
        let mut seen = rows(simd, weights + 1);
        for first in (0..places).step_by(width) {
            let count = width.min(places - first);
            let runs = patches.runs(first, count);
            let cells = numbers_mut::<S>(&mut seen);
            for (weight, start) in starts.iter().enumerate() {
                for [before, offset] in &runs {
                    let run = &patches.image[start + offset..][..width];
                    cells[weight * width + before..][..width].copy_from_slice(run);
                }
            }
            for (group, (weight, bias)) in weight.chunks_exact(weights).zip(bias.chunks(ROWS)).enumerate() {
                let tile = product(simd, weight, &seen[..weights]);
                for (row, (sums, bias)) in tile.iter().zip(bias).enumerate() {
                    let place = &mut output[(group * ROWS + row) * places + first..][..count];
                    let sums = numbers::<S>(std::slice::from_ref(sums));
                    place.iter_mut().zip(sums).for_each(|(place, sum)| *place = sum + bias);
                }
            }
        }
    }
}

/// Adds one image's gradient of the weights to `sums`, `[weight of a channel, output channel]`.
struct AddGradient<'a> {
    patches: Patches<'a>,
    gradient: &'a [f32],
    sums: &'a mut [f32],
}

impl WithSimd for AddGradient<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { patches, gradient, sums } = self;
        let Geometry { out, places: [_, row_length], .. } = *patches.geometry;
        let (weights, places) = (patches.geometry.weights(), patches.geometry.count());
        let width = columns::<S>();

        // The gradient, as many channels side by side as a tile is wide.
        let mut channels = rows(simd, out.div_ceil(width) * places);
        let cells = numbers_mut::<S>(&mut channels);
        for (channel, gradient) in gradient.chunks_exact(places).enumerate() {
            let first = channel / width * places * width + channel % width;
            cells[first..].iter_mut().step_by(width).zip(gradient).for_each(|(cell, &gradient)| *cell = gradient);
        }

        let mut seen = vec![[0.0; ROWS]; places];
        for first in (0..weights).step_by(ROWS) {
            let count = ROWS.min(weights - first);
            for row in 0..count {
                for (cells, numbers) in seen.chunks_exact_mut(row_length).zip(patches.seen_by(first + row)) {
                    cells.iter_mut().zip(numbers).for_each(|(cell, &number)| cell[row] = number);
                }
            }
            for (group, channels) in channels.chunks_exact(places).enumerate() {
                let tile = product(simd, &seen, channels);
                for (row, found) in tile.iter().take(count).enumerate() {
                    let sums = sums[(first + row) * out..][..out].iter_mut().skip(group * width);
                    sums.zip(numbers::<S>(std::slice::from_ref(found))).for_each(|(sum, found)| *sum += found);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BATCH: usize = IMAGES_OF_PART + 1;

    /// Calls `product` with the places in output, images and weights of all that are multiplied.
    fn each_product(geometry: &Geometry, mut product: impl FnMut(usize, usize, usize)) {
        let Geometry { channels, out, size: [height, width], kernel, window, places: [down, across] } = *geometry;
        for (image, to, from) in triples([BATCH, out, channels]) {
            for (y, x, place) in triples([down, across, kernel * kernel]) {
                let row = y * window.stride + place / kernel;
                let column = x * window.stride + place % kernel;
                let inside = |at: usize, side| (window.padding..side + window.padding).contains(&at);
                if inside(row, height) && inside(column, width) {
                    let pixel = (row - window.padding) * width + column - window.padding;
                    product(
                        ((image * out + to) * down + y) * across + x,
                        (image * channels + from) * height * width + pixel,
                        (to * channels + from) * kernel * kernel + place,
                    );
                }
            }
        }
    }

    fn triples([a, b, c]: [usize; 3]) -> impl Iterator<Item = (usize, usize, usize)> {
        (0..a * b * c).map(move |index| (index / (b * c), index / c % b, index % c))
    }

    fn some_numbers(count: usize) -> Vec<f32> {
        (0..count).map(|index| ((index * 37 + 11) % 101) as f32 / 50.0 - 1.0).collect()
    }

    fn assert_close(found: &[f32], expected: &[f32]) {
        assert_eq!(found.len(), expected.len());
        for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
            assert!((found - expected).abs() < 1e-3, "at {index}: {found} in place of {expected}");
        }
    }

    #[test]
    fn convolutions_and_their_gradients_are_sums_of_products() {
        for (kernel, stride, padding) in [(3, 1, 1), (5, 1, 2), (3, 2, 1), (5, 4, 2), (2, 3, 0)] {
            for [channels, out, height, width] in [[3, 5, 9, 11], [1, 9, 6, 23], [6, 4, 8, 5]] {
                let window = Window { stride, padding };
                let geometry = Geometry::new([BATCH, channels, height, width], [out, channels, kernel, kernel], window);
                let images = some_numbers(BATCH * geometry.image());
                let weight = some_numbers(out * geometry.weights());
                let bias = some_numbers(out);
                let gradient = some_numbers(BATCH * geometry.output());

                let mut output: Vec<f32> =
                    (0..BATCH * geometry.output()).map(|index| bias[index / geometry.count() % out]).collect();
                each_product(&geometry, |o, i, w| output[o] += images[i] * weight[w]);
                assert_close(&convolve(&images, &weight, &bias, &geometry), &output);

                let mut of_weight = vec![0.0; weight.len()];
                each_product(&geometry, |o, i, w| of_weight[w] += gradient[o] * images[i]);
                assert_close(&gradient_of_weight(&images, &gradient, &geometry), &of_weight);

                if stride == 1 {
                    let mut of_images = vec![0.0; images.len()];
                    each_product(&geometry, |o, i, w| of_images[i] += gradient[o] * weight[w]);
                    assert_close(&gradient_of_images(&weight, &gradient, &geometry), &of_images);
                }
            }
        }
    }
}
