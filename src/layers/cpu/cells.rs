//! What is known of kernels, patches and places at the points of [`super::winograd`], and how it comes and goes.

use pulp::Simd;
use pulp::bytemuck::{cast_slice, pod_read_unaligned};

use super::tile::{Right, columns, rows};
use super::winograd::Patch;

/// What is known of the tiles of some strips: `[cell, plane or channel, group of tiles]`.
pub struct Known<S: Simd> {
    /// All of it.
    pub numbers: Vec<Right<S>>,
    /// Planes or channels.
    pub rows: usize,
    /// Groups of tiles.
    pub groups: usize,
}

impl<S: Simd> Known<S> {
    /// Room for it, and a bit more: what is read a vector at a time may reach beyond the last row.
    pub fn new(simd: S, cells: usize, rows_of_cell: usize, groups: usize) -> Self {
        let numbers = rows(simd, cells * apart(rows_of_cell * groups) + 1);
        Self { numbers, rows: rows_of_cell, groups }
    }

    /// Where a row of a cell begins, and its length, in numbers.
    #[inline(always)]
    pub fn row(&self, cell: usize, row: usize) -> [usize; 2] {
        [cell * apart(self.rows * self.groups) + row * self.groups, self.groups].map(|rows| rows * columns::<S>())
    }
}

/// The distance from one cell to the next, where so many are known of each: were it a multiple of a large power of two, the
/// cells of a patch would all fall into the same lines of a cache.
pub fn apart(count: usize) -> usize {
    count | 1
}

/// A patch to be filled in.
#[inline(always)]
pub fn zeros<S: Simd, const POINTS: usize>(simd: S) -> Patch<S::f32s, POINTS> {
    [[simd.splat_f32s(0.0); POINTS]; POINTS]
}

/// The first numbers.
#[inline(always)]
pub fn load<S: Simd>(_: S, numbers: &[f32]) -> S::f32s {
    pod_read_unaligned(cast_slice(&numbers[..S::F32_LANES]))
}

/// Sets the first numbers, as far as there are any.
#[inline(always)]
pub fn store<S: Simd>(_: S, numbers: &mut [f32], vector: S::f32s) {
    set(numbers, cast_slice(std::slice::from_ref(&vector)));
}

/// Sets the first numbers, as far as there are any.
#[inline(always)]
pub fn set(numbers: &mut [f32], found: &[f32]) {
    match numbers.split_at_mut_checked(found.len()) {
        // Most often, and then the length is known beforehand.
        Some((numbers, _)) => numbers.copy_from_slice(found),
        None => numbers.copy_from_slice(&found[..numbers.len()]),
    }
}
