//! Convolutions on the CPU, forwards and back to the images, by Winograd's minimal filtering.
//!
//! An image is cut into patches that overlap, each of which holds all that a tile of places sees. What is known of kernels and
//! patches at the points of [`winograd`] is multiplied in one matrix product for each cell, over the planes.

use pulp::bytemuck::cast_slice;
use pulp::{Simd, WithSimd};

use super::arch;
use super::cells::{Known, apart, load, set, zeros};
use super::geometry::Geometry;
use super::planes::{Planes, Strip, lift_patches, strips};
use super::sparse;
use super::tile::{Left, MOST_LANES, ROWS, columns, numbers, product, rows};
use super::winograd::{self, STEP};
use crate::parallel::each_piece;

/// Images that are worked on at once on one core, so that the kernels are read once for all of them.
const IMAGES: usize = 4;
/// About how many tiles are worked on at once: what is known of them stays in a near cache.
const TILES: usize = 64;

/// See [`crate::layers::convolve`].
pub fn convolve(images: &[f32], weight: &[f32], bias: &[f32], geometry: &Geometry) -> Vec<f32> {
    if sparse::are_sparse(images) {
        return sparse::convolve(images, weight, bias, geometry);
    }
    match geometry.taps() {
        3 => convolve_by::<3, 6>(images, weight, bias, geometry),
        5 => convolve_by::<5, 8>(images, weight, bias, geometry),
        taps => unreachable!("no layer has kernels that reach over {taps} strides"),
    }
}

fn convolve_by<const TAPS: usize, const POINTS: usize>(
    images: &[f32],
    weight: &[f32],
    bias: &[f32],
    geometry: &Geometry,
) -> Vec<f32> {
    let kernels = arch().dispatch(LiftKernels::<TAPS, POINTS> { weight, geometry });
    let (image, output) = (geometry.image(), geometry.output());
    let mut outputs = vec![0.0; images.len() / image * output];
    each_piece(&mut outputs, IMAGES * output, |piece, outputs| {
        let images = &images[piece * IMAGES * image..][..outputs.len() / output * image];
        arch().dispatch(Convolve::<POINTS> { images, kernels: &kernels, bias, outputs, geometry });
    });
    outputs
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

/// What is known of the kernels: `[cell, group of output channels, plane]`, a number for each channel of the group.
struct LiftKernels<'a, const TAPS: usize, const POINTS: usize> {
    weight: &'a [f32],
    geometry: &'a Geometry,
}

impl<const TAPS: usize, const POINTS: usize> WithSimd for LiftKernels<'_, TAPS, POINTS> {
    type Output = Vec<Left>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<Left> {
        let Self { weight, geometry } = self;
        let (planes, groups) = (geometry.planes(), geometry.out.div_ceil(ROWS));
        let apart = apart(groups * planes);
        let mut lifted = vec![[0.0; ROWS]; POINTS * POINTS * apart];
        for first in (0..geometry.out).step_by(S::F32_LANES) {
            // What is found for channels beyond the last is not looked at.
            let channels: [&[f32]; MOST_LANES] = std::array::from_fn(|lane| {
                let channel = (first + lane).min(geometry.out - 1);
                &weight[channel * geometry.weights()..][..geometry.weights()]
            });
            for plane in 0..planes {
                let mut kernel = zeros(simd);
                for (row, taps) in kernel[..TAPS].iter_mut().enumerate() {
                    for (column, tap) in taps[..TAPS].iter_mut().enumerate() {
                        if let Some(weight) = geometry.weight(plane, [row, column]) {
                            let mut side_by_side = [0.0; MOST_LANES];
                            for (number, weights) in side_by_side[..S::F32_LANES].iter_mut().zip(&channels) {
                                *number = weights[weight];
                            }
                            *tap = load(simd, &side_by_side);
                        }
                    }
                }
                winograd::lift_kernel::<S, TAPS, POINTS>(simd, &mut kernel);
                for (cell, numbers) in kernel.as_flattened().iter().enumerate() {
                    let numbers: &[f32] = cast_slice(std::slice::from_ref(numbers));
                    // Where the processor has no vectors, less than a group.
                    let together = ROWS.min(S::F32_LANES);
                    let channels = (first..groups * ROWS).step_by(together);
                    for (channel, numbers) in channels.zip(numbers.chunks_exact(together)) {
                        let group = &mut lifted[cell * apart + channel / ROWS * planes + plane];
                        group[channel % ROWS..][..together].copy_from_slice(numbers);
                    }
                }
            }
        }
        lifted
    }
}

/// The convolution of some images.
struct Convolve<'a, const POINTS: usize> {
    images: &'a [f32],
    kernels: &'a [Left],
    bias: &'a [f32],
    outputs: &'a mut [f32],
    geometry: &'a Geometry,
}

impl<const POINTS: usize> WithSimd for Convolve<'_, POINTS> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { images, kernels, bias, outputs, geometry } = self;
        let images: Vec<Planes> =
            images.chunks_exact(geometry.image()).map(|image| Planes::new(image, geometry)).collect();
        let strips = strips(images.len(), geometry);
        let [_, across] = geometry.tiles();
        let at_once = (TILES / across).clamp(1, strips.len());
        let groups = (at_once * across).div_ceil(columns::<S>());

        let mut patches = Known::<S>::new(simd, POINTS * POINTS, geometry.planes(), groups);
        let mut sums = Known::<S>::new(simd, POINTS * POINTS, geometry.out.next_multiple_of(ROWS), groups);
        for strips in strips.chunks(at_once) {
            lift_patches::<S, POINTS>(simd, &images, strips, geometry, &mut patches);
            multiply(simd, kernels, &patches, &mut sums);
            set_places::<S, POINTS>(simd, &sums, bias, strips, geometry, outputs);
        }
    }
}

/// Multiplies what is known of the kernels and of the patches, cell by cell.
#[inline(always)]
fn multiply<S: Simd>(simd: S, kernels: &[Left], patches: &Known<S>, sums: &mut Known<S>) {
    let (planes, channels, groups) = (patches.rows, sums.rows, patches.groups);
    let mut seen = rows(simd, planes);
    let kernels = kernels.chunks_exact(apart(channels / ROWS * planes));
    let cells = patches.numbers.chunks_exact(apart(planes * groups)).zip(kernels);
    for ((patches, kernels), sums) in cells.zip(sums.numbers.chunks_exact_mut(apart(channels * groups))) {
        for group in 0..groups {
            for (seen, patches) in seen.iter_mut().zip(patches.chunks_exact(groups)) {
                *seen = patches[group];
            }
            for (kernels, sums) in kernels.chunks_exact(planes).zip(sums.chunks_exact_mut(ROWS * groups)) {
                let tile = product(simd, kernels, &seen);
                sums.chunks_exact_mut(groups).zip(tile).for_each(|(sums, tile)| sums[group] = tile);
            }
        }
    }
}

/// Sets the places of these strips from the sums of products.
#[inline(always)]
fn set_places<S: Simd, const POINTS: usize>(
    simd: S,
    sums: &Known<S>,
    bias: &[f32],
    strips: &[Strip],
    geometry: &Geometry,
    outputs: &mut [f32],
) {
    let (count, [_, width], [_, across]) = (geometry.count(), geometry.places, geometry.tiles());
    let mut patch = zeros::<S, POINTS>(simd);
    let mut found = [[0.0; STEP]; MOST_LANES];
    for (channel, bias) in bias.iter().enumerate() {
        let bias = simd.splat_f32s(*bias);
        for (strip, &[image, row_of_tiles]) in strips.iter().enumerate() {
            let plane = &mut outputs[image * geometry.output() + channel * count..][..count];
            let lines = &mut plane[row_of_tiles * STEP * width..];
            for first in (0..across).step_by(S::F32_LANES) {
                for (cell, number) in patch.as_flattened_mut().iter_mut().enumerate() {
                    let [start, _] = sums.row(cell, channel);
                    *number = load(simd, &numbers::<S>(&sums.numbers)[start + strip * across + first..]);
                }
                winograd::lower_places(simd, &mut patch);
                for (line, row) in lines.chunks_exact_mut(width).zip(&patch[..STEP]) {
                    for (column, &numbers) in row[..STEP].iter().enumerate() {
                        let numbers = simd.add_f32s(numbers, bias);
                        let numbers: &[f32] = cast_slice(std::slice::from_ref(&numbers));
                        found.iter_mut().zip(numbers).for_each(|(found, &number)| found[column] = number);
                    }
                    set(&mut line[first * STEP..], &found.as_flattened()[..S::F32_LANES * STEP]);
                }
            }
        }
    }
}
