//! Convolutions of images most of whose numbers are 0, as they are behind a ReLU: only the others are multiplied.

use pulp::bytemuck::cast_slice;
use pulp::{Simd, WithSimd};

use super::arch;
use super::geometry::Geometry;
use crate::parallel::each_piece;

/// With fewer than one number in so many that is not 0, this takes less time than Winograd's filtering.
const FEW: usize = 5;
/// Vectors of output channels that are summed up at once: they and what is multiplied fit into the sixteen registers that
/// every processor has.
const VECTORS: usize = 8;

/// Whether most of these images is 0.
pub fn are_sparse(images: &[f32]) -> bool {
    images.iter().filter(|number| **number != 0.0).count() < images.len() / FEW
}

/// See [`crate::layers::convolve`].
pub fn convolve(images: &[f32], weight: &[f32], bias: &[f32], geometry: &Geometry) -> Vec<f32> {
    let weights = arch().dispatch(Arrange { weight, geometry });
    let (image, output) = (geometry.image(), geometry.output());
    let mut outputs = vec![0.0; images.len() / image * output];
    each_piece(&mut outputs, output, |index, output| {
        let pixels = Pixels::new(&images[index * image..][..image], geometry);
        arch().dispatch(Convolve { pixels, weights: &weights, bias, output, geometry });
    });
    outputs
}

/// What is not 0 in an image, pixel by pixel.
struct Pixels {
    /// Channels and their numbers.
    numbers: Vec<(usize, f32)>,
    /// Where those of each pixel begin, and the end.
    starts: Vec<usize>,
}

impl Pixels {
    fn new(image: &[f32], geometry: &Geometry) -> Self {
        let area = geometry.size[0] * geometry.size[1];
        let mut pixels = Self { numbers: Vec::new(), starts: vec![0] };
        for pixel in 0..area {
            let channels = image[pixel..].iter().step_by(area).copied().enumerate();
            pixels.numbers.extend(channels.filter(|(_, number)| *number != 0.0));
            pixels.starts.push(pixels.numbers.len());
        }
        pixels
    }

    fn at(&self, pixel: usize) -> &[(usize, f32)] {
        &self.numbers[self.starts[pixel]..self.starts[pixel + 1]]
    }
}

/// The weights as `[group of output channels, channel, tap]`, a number for each channel of the group.
struct Arrange<'a> {
    weight: &'a [f32],
    geometry: &'a Geometry,
}

impl WithSimd for Arrange<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Vec<f32> {
        let Self { weight, geometry } = self;
        let (group, weights) = (VECTORS * S::F32_LANES, geometry.weights());
        let mut arranged = vec![0.0; geometry.out.next_multiple_of(group) * weights];
        for (channel, weight) in weight.chunks_exact(weights).enumerate() {
            let rows = arranged[channel / group * group * weights..].chunks_exact_mut(group);
            rows.zip(weight).for_each(|(row, weight)| row[channel % group] = *weight);
        }
        arranged
    }
}

/// The convolution of an image.
struct Convolve<'a> {
    pixels: Pixels,
    weights: &'a [f32],
    bias: &'a [f32],
    output: &'a mut [f32],
    geometry: &'a Geometry,
}

impl WithSimd for Convolve<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { pixels, weights, bias, output, geometry } = self;
        let group = VECTORS * S::F32_LANES;
        let count = geometry.count();
        let weights = S::as_simd_f32s(weights).0.as_chunks().0.chunks_exact(geometry.weights());
        for ((weights, bias), output) in weights.zip(bias.chunks(group)).zip(output.chunks_mut(group * count)) {
            for place in 0..count {
                let sums = sums(simd, &pixels, weights, place, geometry);
                for ((output, bias), sum) in output.chunks_exact_mut(count).zip(bias).zip(cast_slice::<_, f32>(&sums)) {
                    output[place] = bias + sum;
                }
            }
        }
    }
}

/// What a group of output channels sees in a place. Browsers compile a function well once it has been called often.
#[cfg_attr(target_family = "wasm", inline(never))]
#[cfg_attr(not(target_family = "wasm"), inline(always))]
fn sums<S: Simd>(
    simd: S,
    pixels: &Pixels,
    weights: &[[S::f32s; VECTORS]],
    place: usize,
    geometry: &Geometry,
) -> [S::f32s; VECTORS] {
    let Geometry { size: [height, width], kernel, window, places: [_, across], .. } = *geometry;
    let [top, left] = [place / across, place % across].map(|at| at * window.stride);
    let mut sums = [simd.splat_f32s(0.0); VECTORS];
    for tap in 0..kernel * kernel {
        // Within the padding, these are beyond all sizes.
        let row = (top + tap / kernel).wrapping_sub(window.padding);
        let column = (left + tap % kernel).wrapping_sub(window.padding);
        if row >= height || column >= width {
            continue;
        }
        for &(channel, number) in pixels.at(row * width + column) {
            let number = simd.splat_f32s(number);
            for (sum, &weight) in sums.iter_mut().zip(&weights[channel * kernel * kernel + tap]) {
                *sum = simd.mul_add_e_f32s(number, weight, *sum);
            }
        }
    }
    sums
}
