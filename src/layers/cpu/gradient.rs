//! The gradient of a convolution's weights on the CPU.
//!
//! It is the transpose of the convolution: at each of the points of [`winograd`], what is known of the patches and of the
//! gradient of their places is multiplied in one matrix product, over the tiles of all images.

use pulp::bytemuck::cast_slice;
use pulp::{Simd, WithSimd};

use super::arch;
use super::cells::{Known, load, zeros};
use super::geometry::Geometry;
use super::planes::{Planes, Strip, lift_patches, strips};
use super::tile::{Left, MOST_COLUMNS, MOST_LANES, ROWS, Right, columns, numbers, numbers_mut, product, rows};
use super::winograd::{self, STEP};
use crate::parallel::each_piece;

/// Images whose gradients are summed up on one core. It does not depend on the cores, so that the sums do not either.
const IMAGES_OF_PART: usize = 8;
/// Parts that are worked on at once: more would be no faster, and each takes megabytes.
const PARTS: usize = 16;
/// About how many tiles are worked on at once: the more, the more rarely the sums are touched.
const TILES: usize = 128;

/// The gradient of the weights, from that of the output.
pub fn gradient_of_weight(images: &[f32], gradient: &[f32], geometry: &Geometry) -> Vec<f32> {
    match geometry.taps() {
        3 => gradient_by::<3, 6>(images, gradient, geometry),
        5 => gradient_by::<5, 8>(images, gradient, geometry),
        taps => unreachable!("no layer has kernels that reach over {taps} strides"),
    }
}

fn gradient_by<const TAPS: usize, const POINTS: usize>(
    images: &[f32],
    gradient: &[f32],
    geometry: &Geometry,
) -> Vec<f32> {
    let length = POINTS * POINTS * planes_of_sums(geometry) * channels_of_sums(geometry);
    let [images_of_part, gradient_of_part] = [geometry.image(), geometry.output()].map(|image| image * IMAGES_OF_PART);
    let mut sums = Vec::new();
    for (images, gradient) in images.chunks(PARTS * images_of_part).zip(gradient.chunks(PARTS * gradient_of_part)) {
        let mut parts = vec![0.0; images.len().div_ceil(images_of_part) * length];
        each_piece(&mut parts, length, |part, sums| {
            let images = images.chunks_exact(geometry.image()).skip(part * IMAGES_OF_PART).take(IMAGES_OF_PART);
            let images = images.map(|image| Planes::new(image, geometry)).collect();
            let gradient = &gradient[part * gradient_of_part..];
            arch().dispatch(AddProducts::<POINTS> { images, gradient, sums, geometry });
        });
        add(&mut sums, parts, length);
    }
    arch().dispatch(LowerKernels::<TAPS, POINTS> { sums: &sums, geometry })
}

/// Adds parts of this length to the sums; where there are none yet, the first part becomes them.
fn add(sums: &mut Vec<f32>, mut parts: Vec<f32>, length: usize) {
    if sums.is_empty() {
        let others = parts.split_off(length);
        *sums = std::mem::replace(&mut parts, others);
    }
    for part in parts.chunks_exact(length) {
        sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
    }
}

/// Planes for which there is room in the sums of products, `[cell, plane, channel]`.
fn planes_of_sums(geometry: &Geometry) -> usize {
    geometry.planes().next_multiple_of(ROWS)
}

/// Channels for which there is room in the sums of products.
fn channels_of_sums(geometry: &Geometry) -> usize {
    geometry.out.next_multiple_of(MOST_COLUMNS)
}

/// Adds the products of some images to `sums`.
struct AddProducts<'a, const POINTS: usize> {
    images: Vec<Planes>,
    /// The gradient of their output.
    gradient: &'a [f32],
    sums: &'a mut [f32],
    geometry: &'a Geometry,
}

impl<const POINTS: usize> WithSimd for AddProducts<'_, POINTS> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { images, gradient, sums, geometry } = self;
        let strips = strips(images.len(), geometry);
        let [_, across] = geometry.tiles();
        let at_once = (TILES / across).clamp(1, strips.len());
        let tiles = at_once * across;
        let channel_groups = geometry.out.div_ceil(columns::<S>());

        let mut patches = Known::<S>::new(simd, POINTS * POINTS, geometry.planes(), tiles.div_ceil(columns::<S>()));
        let mut gradients = rows(simd, POINTS * POINTS * channel_groups * tiles);
        let mut seen = vec![[0.0; ROWS]; tiles];
        for strips in strips.chunks(at_once) {
            lift_patches::<S, POINTS>(simd, &images, strips, geometry, &mut patches);
            lift_gradients::<S, POINTS>(simd, gradient, strips, geometry, &mut gradients);
            let cells =
                gradients.chunks_exact(channel_groups * tiles).zip(sums.chunks_exact_mut(sums_of_cell(geometry)));
            for (cell, (gradients, sums)) in cells.enumerate() {
                let seen = &mut seen[..strips.len() * across];
                for (first, sums) in
                    (0..geometry.planes()).step_by(ROWS).zip(sums.chunks_exact_mut(ROWS * channels_of_sums(geometry)))
                {
                    turn(&patches, cell, first, seen);
                    for (group, gradients) in gradients.chunks_exact(tiles).enumerate() {
                        let tile = product(simd, seen, &gradients[..seen.len()]);
                        for (sums, tile) in sums.chunks_exact_mut(channels_of_sums(geometry)).zip(&tile) {
                            let sums = &mut sums[group * columns::<S>()..];
                            let found = numbers::<S>(std::slice::from_ref(tile));
                            sums.iter_mut().zip(found).for_each(|(sum, found)| *sum += found);
                        }
                    }
                }
            }
        }
    }
}

/// Sums of products of a cell.
fn sums_of_cell(geometry: &Geometry) -> usize {
    planes_of_sums(geometry) * channels_of_sums(geometry)
}

/// Puts what is known of a few planes' patches side by side, tile by tile.
#[inline(always)]
fn turn<S: Simd>(patches: &Known<S>, cell: usize, first: usize, seen: &mut [Left]) {
    let numbers = numbers::<S>(&patches.numbers);
    // Planes beyond the last take its place; what is found for them is not looked at.
    let planes: [&[f32]; ROWS] = std::array::from_fn(|row| {
        let [start, _] = patches.row(cell, (first + row).min(patches.rows - 1));
        &numbers[start..][..seen.len()]
    });
    for (tile, seen) in seen.iter_mut().enumerate() {
        for (seen, plane) in seen.iter_mut().zip(planes) {
            *seen = plane[tile];
        }
    }
}

/// Finds what is known of the gradients of these strips' places: `[cell, group of channels, tile]`.
#[inline(always)]
fn lift_gradients<S: Simd, const POINTS: usize>(
    simd: S,
    gradient: &[f32],
    strips: &[Strip],
    geometry: &Geometry,
    gradients: &mut [Right<S>],
) {
    let (count, [height, width], [_, across]) = (geometry.count(), geometry.places, geometry.tiles());
    let groups = geometry.out.div_ceil(columns::<S>());
    let pitch = gradients.len() / (POINTS * POINTS) / groups;
    let lifted = numbers_mut::<S>(gradients);
    for first in (0..geometry.out).step_by(S::F32_LANES) {
        let (group, lane) = (first / columns::<S>(), first % columns::<S>());
        for (strip, &[image, row_of_tiles]) in strips.iter().enumerate() {
            // What is found for channels beyond the last is not looked at.
            let channels: [&[f32]; MOST_LANES] = std::array::from_fn(|lane| {
                let channel = (first + lane).min(geometry.out - 1);
                &gradient[image * geometry.output() + channel * count..][..count]
            });
            for column_of_tiles in 0..across {
                let mut patch = zeros::<S, POINTS>(simd);
                for (row, places) in (row_of_tiles * STEP..height).zip(&mut patch[..STEP]) {
                    for (column, place) in (column_of_tiles * STEP..width).zip(&mut places[..STEP]) {
                        let mut side_by_side = [0.0; MOST_LANES];
                        for (number, channel) in side_by_side[..S::F32_LANES].iter_mut().zip(&channels) {
                            *number = channel[row * width + column];
                        }
                        *place = load(simd, &side_by_side);
                    }
                }
                winograd::lift_gradient(simd, &mut patch);
                for (cell, numbers) in patch.as_flattened().iter().enumerate() {
                    let tile = (cell * groups + group) * pitch + strip * across + column_of_tiles;
                    lifted[tile * columns::<S>() + lane..][..S::F32_LANES]
                        .copy_from_slice(cast_slice(std::slice::from_ref(numbers)));
                }
            }
        }
    }
}

/// The weights' gradient from the sums of products.
struct LowerKernels<'a, const TAPS: usize, const POINTS: usize> {
    sums: &'a [f32],
    geometry: &'a Geometry,
}

impl<const TAPS: usize, const POINTS: usize> WithSimd for LowerKernels<'_, TAPS, POINTS> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<f32> {
        let Self { sums, geometry } = self;
        let mut gradient = vec![0.0; geometry.out * geometry.weights()];
        for plane in 0..geometry.planes() {
            for first in (0..geometry.out).step_by(S::F32_LANES) {
                let mut patch = zeros::<S, POINTS>(simd);
                for (cell, number) in patch.as_flattened_mut().iter_mut().enumerate() {
                    let start = cell * sums_of_cell(geometry) + plane * channels_of_sums(geometry) + first;
                    *number = load(simd, &sums[start..]);
                }
                winograd::lower_kernel::<S, TAPS, POINTS>(simd, &mut patch);
                for (row, taps) in patch[..TAPS].iter().enumerate() {
                    for (column, tap) in taps[..TAPS].iter().enumerate() {
                        let Some(weight) = geometry.weight(plane, [row, column]) else { continue };
                        let channels = gradient.chunks_exact_mut(geometry.weights()).skip(first);
                        let found: &[f32] = cast_slice(std::slice::from_ref(tap));
                        channels.zip(found).for_each(|(weights, &found)| weights[weight] = found);
                    }
                }
            }
        }
        gradient
    }
}
