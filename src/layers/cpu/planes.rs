//! An image as Winograd's filtering sees it.

use pulp::Simd;

use super::cells::{Known, load, store, zeros};
use super::geometry::Geometry;
use super::tile::{MOST_LANES, numbers_mut};
use super::winograd::{self, Patch, STEP, points};

/// An image's planes, with zeros around them.
///
/// The columns are sorted so that what the tiles of a row see in the same place of their patches lies side by side.
pub struct Planes {
    numbers: Vec<f32>,
    stride: usize,
    /// Rows or columns of the image from one tile to the next.
    apart: usize,
    /// Rows of a channel.
    height: usize,
    /// Numbers of a row, and of those in it that are in the same place of a patch.
    pitch: usize,
    run: usize,
}

impl Planes {
    /// Those of an image.
    pub fn new(image: &[f32], geometry: &Geometry) -> Self {
        let stride = geometry.window.stride;
        let [down, across] = geometry.tiles();
        let apart = stride * STEP;
        let height = (down - 1) * apart + stride * points(geometry.taps());
        let run = across + stride * points(geometry.taps()) / apart;
        let pitch = run * apart;
        // What is read a vector at a time may reach beyond the last row.
        let numbers = vec![0.0; geometry.channels * height * pitch + MOST_LANES];
        let mut planes = Self { numbers, stride, apart, height, pitch, run };
        planes.fill(image, geometry);
        planes
    }

    fn fill(&mut self, image: &[f32], geometry: &Geometry) {
        let Self { apart, height, pitch, run, .. } = *self;
        let (padding, [image_height, width]) = (geometry.window.padding, geometry.size);
        for (index, line) in image.chunks_exact(width).enumerate() {
            let (channel, row) = (index / image_height, index % image_height + padding);
            if row < height {
                let columns = &mut self.numbers[(channel * height + row) * pitch..][..pitch];
                for (place, columns) in columns.chunks_exact_mut(run).enumerate() {
                    // The first that is not left of the image.
                    let first = padding.saturating_sub(place).div_ceil(apart);
                    let line = line.get(place + first * apart - padding..).unwrap_or_default();
                    columns[first..].iter_mut().zip(line.iter().step_by(apart)).for_each(|(to, &from)| *to = from);
                }
            }
        }
    }

    /// Where in a row of tiles the numbers begin that its tiles see in each place of their patches of a plane.
    pub fn offsets<const POINTS: usize>(&self, [channel, y, x]: [usize; 3]) -> Patch<usize, POINTS> {
        std::array::from_fn(|row| {
            let line = (channel * self.height + self.stride * row + y) * self.pitch;
            std::array::from_fn(|column| {
                let column = self.stride * column + x;
                line + column % self.apart * self.run + column / self.apart
            })
        })
    }

    /// What a row of tiles sees, in all channels.
    pub fn row_of_tiles(&self, index: usize) -> &[f32] {
        &self.numbers[index * self.apart * self.pitch..]
    }
}

/// An image, and one of its rows of tiles.
pub type Strip = [usize; 2];

/// All of them, image by image.
pub fn strips(images: usize, geometry: &Geometry) -> Vec<Strip> {
    let [down, _] = geometry.tiles();
    (0..images * down).map(|index| [index / down, index % down]).collect()
}

/// Finds what is known of the patches of these strips.
#[inline(always)]
pub fn lift_patches<S: Simd, const POINTS: usize>(
    simd: S,
    images: &[Planes],
    strips: &[Strip],
    geometry: &Geometry,
    patches: &mut Known<S>,
) {
    let [_, across] = geometry.tiles();
    let mut patch = zeros::<S, POINTS>(simd);
    for plane in 0..geometry.planes() {
        let offsets = images[0].offsets::<POINTS>(geometry.phase(plane));
        for (strip, &[image, row_of_tiles]) in strips.iter().enumerate() {
            let seen = images[image].row_of_tiles(row_of_tiles);
            for first in (0..across).step_by(S::F32_LANES) {
                for (number, offset) in patch.as_flattened_mut().iter_mut().zip(offsets.as_flattened()) {
                    *number = load(simd, &seen[offset + first..]);
                }
                winograd::lift_image(simd, &mut patch);
                for (cell, &number) in patch.as_flattened().iter().enumerate() {
                    let [start, length] = patches.row(cell, plane);
                    let row = &mut numbers_mut::<S>(&mut patches.numbers)[start..][..length];
                    store(simd, &mut row[strip * across + first..], number);
                }
            }
        }
    }
}
